"""The notice of ranking: places, changes, who is left out and why, and the file to post."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import duckdb
import fastexcel
import polars as pl
import pytest

from pipelines.commands.ranking import show_ranking
from pipelines.questions.metric_queries import Ask
from pipelines.questions.ranking_notice import notice_of, notice_workbook
from tests.pipelines.ranked_by_hand import APRIL, AS_OF, MARCH, ranked
from transforms.refusal import Refusal


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with duckdb.connect() as connection:
        yield ranked(connection)


def test_the_newest_month_that_is_over_is_ranked_with_the_change_of_places(ask: Ask) -> None:
    notice = notice_of(ask, AS_OF)
    assert notice.period == (APRIL, date(2026, 4, 30))
    columns = ("rank", "org_unit_id", "score", "band", "rank_from", "rank_to", "change")
    assert notice.places.select(columns).rows() == [
        (1, "PD", pytest.approx(82.5), 1, 1, 1, 1),
        (2, "XH", pytest.approx(70), 2, 2, 2, -1),
    ]
    assert notice.places.select("strongest", "weakest").rows() == [
        ("satisfied_share", "delivery_on_time_share"),
        ("satisfied_share", "delivery_on_time_share"),
    ]


def test_units_open_in_the_month_without_a_place_are_listed_with_the_reason(ask: Ask) -> None:
    left_out = notice_of(ask, AS_OF).not_ranked
    assert left_out.select("org_unit_id", "name_zh", "known_weight", "reason").rows() == [
        ("CD", "成都", 0.25, "Less than half of the weight is known: too few cases."),
        ("QP", "青浦", 0.0, "Nothing was counted in this month."),
    ]


def test_the_first_month_has_no_change_and_one_metric_no_weakest(ask: Ask) -> None:
    notice = notice_of(ask, AS_OF, month=MARCH)
    assert notice.places.select("org_unit_id", "change", "strongest", "weakest").rows() == [
        *((unit, None, "delivery_on_time_share", None) for unit in ("XH", "PD")),
    ]
    assert notice.not_ranked["org_unit_id"].to_list() == ["OLD", "QP"]


@pytest.mark.parametrize(
    ("scope", "month", "said"),
    [
        ("outlet", date(2026, 5, 1), "2026-05 is not over at 2026-05-02"),
        ("outlet", date(2025, 1, 1), "No outlet has a score for 2025-01"),
        ("queue", None, "has no weights for queue"),
    ],
)
def test_what_cannot_be_ranked_is_refused(
    ask: Ask, scope: str, month: date | None, said: str
) -> None:
    with pytest.raises(Refusal, match=said) as refusal:
        notice_of(ask, AS_OF, scope, month)
    assert refusal.value.told("zh") != refusal.value.told("en")


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        (date(2026, 4, 30), APRIL),
        (date(2026, 4, 29), MARCH),
        (date(2026, 5, 30), APRIL),
    ],
)
def test_a_month_is_over_with_its_last_day(ask: Ask, as_of: date, month: date) -> None:
    assert notice_of(ask, as_of).month == month


@pytest.mark.parametrize(
    ("language", "sheets", "first"),
    [
        (
            "en",
            ["Ranking", "Not ranked", "Metrics of each unit", "Weights"],
            {"Place": 1, "Unit": "Pudong", "Weakest metric": "Delivered on time"},
        ),
        (
            "zh",
            ["排名", "未排名", "各机构指标", "权重"],
            {"名次": 1, "机构": "浦东"},
        ),
    ],
)
def test_the_workbook_is_in_one_language(
    ask: Ask, language: str, sheets: list[str], first: dict[str, object]
) -> None:
    content = notice_workbook(notice_of(ask, AS_OF), "Lantern", language)
    book = fastexcel.read_excel(content)
    assert book.sheet_names[1:] == sheets
    places = pl.read_excel(content, sheet_name=sheets[0])
    assert places.height == 2
    shown = places.row(0, named=True)
    assert {title: shown[title] for title in first} == first
    cover = pl.read_excel(content, sheet_id=1, has_header=False, drop_empty_rows=True)
    assert "Lantern" in cover.to_series(1).to_list()


def test_the_same_notice_is_the_same_file(ask: Ask) -> None:
    notice = notice_of(ask, AS_OF)
    assert notice_workbook(notice, "L") == notice_workbook(notice_of(ask, AS_OF), "L")


def test_json_has_every_unit_and_text_says_who_is_left_out(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = notice_of(ask, AS_OF)
    show_ranking(notice, "en", "json")
    rows = json.loads(capsys.readouterr().out)
    assert [(row["org_unit_id"], row["rank"], row["month"]) for row in rows] == [
        *((unit, place, "2026-04") for unit, place in (("PD", 1), ("XH", 2))),
        *((unit, None, "2026-04") for unit in ("CD", "QP")),
    ]
    assert len({tuple(row) for row in rows}) == 1
    show_ranking(notice, "zh", "table")
    said = capsys.readouterr().out
    assert "浦东" in said
    assert "未排名：青浦。本月没有可统计的数据。" in said
