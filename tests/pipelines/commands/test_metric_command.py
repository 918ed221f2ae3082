"""`sqm metric` answers people and machines with the figures that the pages get."""

from __future__ import annotations

import csv
import io

import pytest

from pipelines.commands.printing import figure_rows, spread_lists
from pipelines.questions.metric_queries import answer, parse_query
from pipelines.release.snapshots import open_snapshot
from tests.pipelines.small_home import SmallHome
from tests.pipelines.spoken import Sqm
from transforms.catalogue import METRICS

pytestmark = pytest.mark.slow

_KEYS = [
    *("value", "numerator", "denominator", "low", "high"),
    *("provisional_rows", "held_rows", "worst", "best", "is_hidden"),
]


def test_a_metric_is_one_array_of_figures(sqm: Sqm, shared: SmallHome) -> None:
    said = sqm("metric", "promise_kept_share", "--home", shared.root, "--format", "json")
    assert said.code == 0
    (row,) = said.json
    assert list(row) == _KEYS
    assert (row["value"], row["numerator"], row["denominator"]) == (0.5, 1, 2)
    assert row["low"] == pytest.approx(0.0945, abs=1e-4)
    assert (row["held_rows"], row["worst"], row["best"]) == (0, 0.5, 0.5)


@pytest.mark.parametrize(
    "by",
    [
        ("--by", "org_unit_id", "kind"),
        ("--by", "org_unit_id,kind"),
        ("--by", "org_unit_id", "--by", "kind"),
    ],
)
def test_a_metric_is_split_by_columns_however_they_are_listed(
    sqm: Sqm, shared: SmallHome, by: tuple[str, ...]
) -> None:
    asked = ("metric", "tickets_opened", *by, "--grain", "month", "--home", shared.root)
    rows = sqm(*asked, "--format", "json").json
    assert list(rows[0]) == ["org_unit_id", "kind", "period", *_KEYS]
    assert [(row["org_unit_id"], row["kind"], row["period"], row["value"]) for row in rows] == [
        ("PD", "complaint", "2026-03-01", 1),
        ("PD", "request", "2026-03-01", 1),
        ("PX", "complaint", "2026-03-01", 1),
    ]


@pytest.mark.parametrize(
    "where",
    [
        ("--where", "org_unit_id=HQ", "channel=phone"),
        ("--where", "org_unit_id=HQ", "--where", "channel=phone"),
    ],
)
def test_conditions_all_hold_and_a_unit_stands_for_all_below_it(
    sqm: Sqm, shared: SmallHome, where: tuple[str, ...]
) -> None:
    asked = ("metric", "tickets_opened", *where, "--home", shared.root, "--format", "json")
    assert [row["value"] for row in sqm(*asked).json] == [2]


def test_two_values_of_one_column_are_either_of_them(sqm: Sqm, shared: SmallHome) -> None:
    either = ("--where", "channel=phone", "channel=web")
    asked = ("metric", "tickets_opened", *either, "--home", shared.root, "--format", "json")
    assert sqm(*asked).json[0]["value"] == 3


def test_a_period_is_cut_to_its_days(sqm: Sqm, shared: SmallHome) -> None:
    asked = ("metric", "tickets_opened", "--from", "2026-03-03", "--to", "2026-03-30")
    rows = sqm(*asked, "--grain", "week", "--home", shared.root, "--format", "json").json
    assert [(row["period"], row["value"]) for row in rows] == [("2026-03-02", 1), ("2026-03-30", 1)]


def test_money_is_text_in_units_of_the_currency(sqm: Sqm, shared: SmallHome) -> None:
    asked = ("metric", "revenue_actual", "--by", "org_unit_id", "--home", shared.root)
    (row, *_) = sqm(*asked, "--format", "json").json
    assert (row["org_unit_id"], row["value"]) == ("PD", "1234.50")


def test_what_is_printed_is_what_the_pages_get(sqm: Sqm, shared: SmallHome) -> None:
    with open_snapshot(shared.home.snapshots) as snapshot:
        for name in METRICS:
            query = parse_query(name, by=("org_unit_id",), grain="month")
            asked = ("metric", name, "--by", "org_unit_id", "--grain", "month")
            printed = sqm(*asked, "--home", shared.root, "--format", "json").json
            assert printed == figure_rows(query, answer(query, snapshot.query))


def test_csv_has_the_same_columns_as_json(sqm: Sqm, shared: SmallHome) -> None:
    asked = ("metric", "tickets_opened", "--by", "kind", "--home", shared.root, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(sqm(*asked).out)))
    assert list(rows[0]) == ["kind", *_KEYS]
    assert [row["kind"] for row in rows] == ["complaint", "request"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            ("metric", "tickets_opend"),
            "tickets_opend is no metric: try tickets_opened, tickets_reopened, tickets_resolved, "
            "or `sqm metrics` for all of them.",
        ),
        (
            ("metric", "tickets_opened", "--by", "courier_id"),
            "tickets_opened cannot be split by courier_id: use one of org_unit_id, region, "
            "unit_kind, agent_id, channel, kind, priority, category, opened_weekday, opened_hour.",
        ),
        (
            ("metric", "tickets_opened", "--where", "channel"),
            "The condition channel lacks its value: write COLUMN=VALUE.",
        ),
        (
            ("metric", "tickets_opened", "--grain", "fortnight"),
            "fortnight is no grain: use one of day, week, month, quarter, year, all.",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_a_usage_error(
    sqm: Sqm, shared: SmallHome, asked: tuple[str, ...], sentence: str
) -> None:
    said = sqm(*asked, "--home", shared.root, "--format", "json")
    assert (said.code, said.out, said.err.strip()) == (2, "", sentence)


@pytest.mark.parametrize(
    ("given", "spread"),
    [
        (["metric", "m", "--by", "a", "b"], ["metric", "m", "--by", "a", "--by", "b"]),
        (["metric", "m", "--by", "a", "--format", "csv"],
         ["metric", "m", "--by", "a", "--format", "csv"]),
        (["metric", "m", "--where", "a=1", "b=2", "--by", "c"],
         ["metric", "m", "--where", "a=1", "--where", "b=2", "--by", "c"]),
        (["runs", "--by", "a", "b"], ["runs", "--by", "a", "b"]),
    ],
)  # fmt: skip
def test_lists_are_spread_behind_the_name_of_the_metric_only(
    given: list[str], spread: list[str]
) -> None:
    assert spread_lists(given) == spread
