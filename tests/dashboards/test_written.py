"""How figures are written, in the unit of their metric and in the language spoken now."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from dashboards.language import use
from dashboards.scope import Known, parse_period
from dashboards.written import (
    change_text,
    definition,
    held_text,
    interval_text,
    is_visible,
    n_text,
    period_text,
    trust_text,
    value_text,
    with_texts,
)
from tests.dashboards.test_scope import KNOWN
from transforms.catalogue import METRICS


@pytest.fixture(autouse=True)
def _speak_english_again() -> Iterator[None]:
    yield
    use("en")


@pytest.mark.parametrize(
    ("metric", "value", "en", "zh"),
    [
        ("promise_kept_share", 0.90857, "90.9%", "90.9%"),
        ("resolution_hours_median", 41.44, "41.4 h", "41.4 小时"),
        ("first_response_minutes_median", 123.6, "124 min", "124 分钟"),
        ("lost_per_million", 4672.897, "4,673", "4,673"),
        ("reassignments_per_ticket", 0.255, "0.26", "0.26"),
        ("attitude_mean", 71.2963, "71.3", "71.3"),
        ("revenue_actual", -10707.4, "-CN¥10,707", "-¥10,707"),
        ("fee_per_delivery", 23.0635, "CN¥23.06", "¥23.06"),
        ("tickets_opened", 1234.0, "1,234", "1,234"),
        ("tickets_opened", None, "–", "–"),
    ],
)
def test_a_value_is_written_in_the_unit_of_its_metric(
    metric: str, value: float | None, en: str, zh: str
) -> None:
    assert value_text(METRICS[metric], value, "CNY") == en
    use("zh")
    assert value_text(METRICS[metric], value, "CNY") == zh


def test_shares_change_by_percentage_points_all_others_in_their_unit() -> None:
    assert change_text(METRICS["promise_kept_share"], -0.018, "CNY") == "-1.8 pp"
    assert change_text(METRICS["resolution_hours_median"], 8.24, "CNY") == "+8.2 h"
    assert change_text(METRICS["tickets_opened"], None, "CNY") == ""


def test_a_change_that_does_not_show_in_the_digits_is_none() -> None:
    assert not is_visible(METRICS["resolution_hours_median"], 0.04)
    assert is_visible(METRICS["resolution_hours_median"], -0.06)
    assert not is_visible(METRICS["promise_kept_share"], 0.0004)
    assert is_visible(METRICS["promise_kept_share"], 0.0006)


def test_what_travels_with_a_figure_is_left_out_where_it_has_none() -> None:
    share, count = METRICS["promise_kept_share"], METRICS["tickets_opened"]
    row = {"denominator": 787.0, "held_rows": 2, "worst": 0.906, "best": 0.909}
    assert n_text(share, row) == "n 787"
    assert n_text(METRICS["revenue_execution_share"], row) == ""
    assert n_text(count, {"denominator": None}) == ""
    assert interval_text(share, 0.886, 0.927, "CNY") == "88.6% – 92.7%"
    assert interval_text(count, None, None, "CNY") == ""
    assert held_text(2) == "2 rows held" and held_text(0) == held_text(None) == ""
    assert trust_text(share, row, "CNY") == (
        "between 90.6% and 90.9% if all held rows failed or passed"
    )
    assert trust_text(count, row | {"worst": None}, "CNY") == ""


def test_bounds_that_are_written_alike_say_nothing() -> None:
    share = METRICS["promise_kept_share"]
    row = {"held_rows": 2, "worst": 0.9239, "best": 0.9241}
    assert trust_text(share, row, "CNY") == ""


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("2026-10-31", "31 Oct 2026", "2026年10月31日"),
        ("2026-W44", "week of 26 Oct 2026", "2026年10月26日起的一周"),
        ("2026-10", "October 2026", "2026年10月"),
        ("2026-Q4", "Q4 2026", "2026年第4季度"),
        ("2026", "2026", "2026年"),
        ("all", "1 May 2025 to 31 Oct 2026", "2025年5月1日至2026年10月31日"),
    ],
)
def test_a_period_is_written_as_each_language_does(text: str, en: str, zh: str) -> None:
    known: Known = KNOWN
    assert period_text(parse_period(text, known)) == en
    use("zh")
    assert period_text(parse_period(text, known)) == zh


def test_every_metric_has_its_definition_in_both_languages() -> None:
    for metric in METRICS.values():
        assert metric.meaning.en in definition(metric) and metric.name in definition(metric)
        use("zh")
        assert metric.meaning.zh in definition(metric)
        use("en")


def test_texts_are_added_to_figures_row_by_row() -> None:
    figures = pl.DataFrame(
        {"value": [0.5, None], "low": [0.4, None], "high": [0.6, None], "denominator": [10.0, None]}
    )
    written = with_texts(METRICS["promise_kept_share"], figures, "CNY")
    assert written["value_text"].to_list() == ["50.0%", "–"]
    assert written["interval_text"].to_list() == ["40.0% – 60.0%", ""]
    assert written["n_text"].to_list() == ["n 10", ""]
