"""The state of a warning rule is a pure function of its series."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import polars as pl
import pytest

from transforms.catalogue import METRICS
from transforms.risk import WarningRule, warning_states

MONTHS = [date(2026, month, 1) for month in range(1, 13)]


def rule(
    *,
    direction: Literal["above", "below"] = "above",
    amber: float | None = 10,
    red: float | None = 20,
    minimum_n: int = 0,
    periods_to_enter: int = 1,
) -> WarningRule:
    return WarningRule(
        rule_id="R1",
        metric="exception_share",
        scope="outlet",
        grain="month",
        direction=direction,
        amber=amber,
        red=red,
        minimum_n=minimum_n,
        periods_to_enter=periods_to_enter,
        owner="Li",
    )


def series(values: list[float | None], **columns: Any) -> pl.DataFrame:
    """Return an answer with a value per month, and 100 cases unless `columns` say otherwise."""
    filled = {
        "org_unit_id": "PD",
        "value": pl.Series(values, dtype=pl.Float64),
        "numerator": 1.0,
        "denominator": 100.0,
        "low": 0.0,
        "high": 1.0,
        **columns,
    }
    return pl.DataFrame({"period": MONTHS[: len(values)], **filled})


def states(warning_rule: WarningRule, answered: pl.DataFrame) -> list[str]:
    return warning_states(warning_rule, METRICS["exception_share"], answered)["state"].to_list()


def test_thresholds_are_reached_by_their_own_value() -> None:
    assert states(rule(), series([9.9, 10, 19.9, 20, 25])) == [
        *("normal", "amber", "amber", "red", "red"),
    ]


def test_below_is_the_mirror_image() -> None:
    low_is_bad = rule(direction="below", amber=20, red=10)
    assert states(low_is_bad, series([20.1, 20, 10.1, 10, -5])) == [
        *("normal", "amber", "amber", "red", "red"),
    ]


@pytest.mark.parametrize("periods_to_enter", [1, 2])
def test_a_rule_without_amber_goes_straight_to_red(periods_to_enter: int) -> None:
    only_red = rule(amber=None, periods_to_enter=periods_to_enter)
    assert states(only_red, series([15, 20, 30, 15])) == (
        ["normal", "red", "red", "normal"]
        if periods_to_enter == 1
        else ["normal", "normal", "red", "normal"]
    )


def test_a_rule_without_red_stays_amber() -> None:
    assert states(rule(red=None), series([9, 10, 1000])) == ["normal", "amber", "amber"]


def test_a_rule_without_thresholds_is_always_normal() -> None:
    assert states(rule(amber=None, red=None), series([9, 1000])) == ["normal", "normal"]


def test_a_level_holds_only_when_reached_so_many_times_in_a_row() -> None:
    # twice at least amber from month 3 on, twice red in month 5 only
    known = states(rule(periods_to_enter=2), series([10, 1, 12, 20, 25, 10, 1, 30]))
    assert known == ["normal", "normal", "normal", "amber", "red", "amber", "normal", "normal"]


def test_a_series_shorter_than_the_periods_to_enter_is_normal() -> None:
    assert states(rule(periods_to_enter=3), series([50, 50])) == ["normal", "normal"]


def test_a_period_with_too_few_cases_is_left_out() -> None:
    known = warning_states(
        rule(minimum_n=30, periods_to_enter=2),
        METRICS["exception_share"],
        series([50, 50, 50], denominator=[30.0, 29.0, 30.0]),
    )
    # neither judged nor an interruption of what was reached before
    assert known.select("period", "state").rows() == [(MONTHS[0], "normal"), (MONTHS[2], "red")]


def test_a_metric_without_denominator_has_its_numerator_as_cases() -> None:
    counts = series([50, 50], numerator=[29.0, -30.0]).with_columns(
        denominator=pl.lit(None, pl.Float64)
    )
    known = warning_states(rule(minimum_n=30), METRICS["tickets_reopened"], counts)
    assert known["period"].to_list() == [MONTHS[1]]


def test_a_period_without_a_value_is_left_out() -> None:
    assert states(rule(), series([None, 20, None])) == ["red"]


def test_since_is_the_first_period_of_the_present_state() -> None:
    known = warning_states(rule(), METRICS["exception_share"], series([1, 10, 11, 20, 10, 1, 2]))
    assert known["since"].to_list() == [MONTHS[month] for month in (0, 1, 1, 3, 4, 5, 5)]


def test_units_do_not_touch_each_other_and_need_no_order() -> None:
    here = series([10, 10, 20], org_unit_id="A")
    there = series([1, 10], org_unit_id="B")
    mixed = pl.concat([here, there]).sample(fraction=1, shuffle=True, seed=5)
    known = warning_states(rule(periods_to_enter=2), METRICS["exception_share"], mixed)
    assert known.select("org_unit_id", "period", "state", "since").rows() == [
        ("A", MONTHS[0], "normal", MONTHS[0]),
        ("A", MONTHS[1], "amber", MONTHS[1]),
        ("A", MONTHS[2], "amber", MONTHS[1]),
        ("B", MONTHS[0], "normal", MONTHS[0]),
        ("B", MONTHS[1], "normal", MONTHS[0]),
    ]


def test_a_state_comes_with_its_rule_and_its_figures() -> None:
    known = warning_states(rule(red=None), METRICS["exception_share"], series([12]))
    assert known.row(0, named=True) == {
        "rule_id": "R1",
        "metric": "exception_share",
        "org_unit_id": "PD",
        "period": MONTHS[0],
        "value": 12,
        "numerator": 1,
        "denominator": 100,
        "low": 0,
        "high": 1,
        "amber": 10,
        "red": None,
        "owner": "Li",
        "state": "amber",
        "since": MONTHS[0],
    }


def test_no_series_has_no_states_but_all_columns() -> None:
    nothing, something = (
        warning_states(rule(), METRICS["exception_share"], answered)
        for answered in (series([1]).clear(), series([1]))
    )
    assert nothing.is_empty()
    assert nothing.schema == something.schema
