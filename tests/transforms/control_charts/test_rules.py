"""A point breaks a rule exactly when the rule says so. Baseline: mean 0, limits at 3.36."""

from __future__ import annotations

import polars as pl
import pytest

from tests.transforms.control_charts.hand_made_charts import broken, charted, series_of
from transforms.control_charts import chart_points

# Twenty points: mean 0, mean moving range 24 / 19, so limits at 3.36 and two thirds at 2.24.
_CALM = [0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 1, -1, 0, 0]


def after_calm(*values: float) -> dict[int, tuple[str, str]]:
    """Return place after the baseline (1 ..) -> (rule, side)."""
    return {number - 20: rule for number, rule in broken(charted("xmr", [*_CALM, *values])).items()}


def test_a_calm_baseline_breaks_no_rule() -> None:
    assert broken(charted("xmr", _CALM)) == {}


@pytest.mark.parametrize(("value", "side"), [(3.9, "high"), (-3.9, "low")])
def test_a_point_beyond_a_limit_breaks_the_first_rule(value: float, side: str) -> None:
    assert after_calm(value, 0) == {1: ("beyond_limit", side)}


@pytest.mark.parametrize(
    ("values", "flagged"),
    [
        ((2.6, 2.6), {2: ("two_of_three", "high")}),
        ((-2.6, 0, -2.6), {3: ("two_of_three", "low")}),
        ((2.6, 0, 0, 2.6), {}),
        ((2.6, -2.6), {}),
        ((2.6, -2.6, 2.6), {3: ("two_of_three", "high")}),
        ((2.6, 2.6, 0), {2: ("two_of_three", "high")}),
    ],
)
def test_two_of_three_needs_another_near_the_same_limit(
    values: tuple[float, ...], flagged: dict[int, tuple[str, str]]
) -> None:
    assert after_calm(*values) == flagged


def test_the_seventh_and_later_points_on_one_side_are_flagged() -> None:
    run = [0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6]
    assert after_calm(*run) == {7: ("seven_on_one_side", "high"), 8: ("seven_on_one_side", "high")}


def test_a_point_on_the_centre_ends_a_run() -> None:
    assert after_calm(*[0.5, 0.6] * 3, 0, *[0.5, 0.6] * 3) == {}


def test_the_seventh_and_later_points_in_a_row_are_flagged() -> None:
    falling = [1.5, 1.0, 0.5, 0.2, -0.3, -0.6, -0.9, -1.0]
    assert after_calm(*falling) == {7: ("seven_in_a_row", "low"), 8: ("seven_in_a_row", "low")}


def test_two_equal_points_end_a_row() -> None:
    assert after_calm(1.5, 1.0, 0.5, 0.5, -0.3, -0.6, -0.9, -1.0) == {}


def test_of_several_rules_the_first_is_told() -> None:
    assert after_calm(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 9)[7] == ("beyond_limit", "high")
    assert after_calm(0.1, 0.2, 0.3, 0.4, 0.5, 2.6, 2.7)[7] == ("two_of_three", "high")
    assert after_calm(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)[7] == ("seven_on_one_side", "high")


def test_rules_do_not_cross_phases_or_series() -> None:
    calm = [float(value) for value in _CALM]
    tail, head = [0.5, 0.6, 0.5, 0.6], [0.9, -0.2]
    first = series_of("xmr", calm + tail)
    second = series_of("xmr", head + calm, phase=2, days=range(24, 46))
    other = series_of("xmr", head + calm, series=2)
    assert broken(chart_points(pl.concat([first, second, other]))) == {}


def test_a_cluster_of_rare_events_is_found_by_a_run_below_the_median() -> None:
    between = [30, 80, 10, 45, 5, 60, 20, 100, 15, 40] * 2
    chart = charted("g", [*between, 3, 5, 2, 6, 4, 1, 7])
    assert broken(chart) == {27: ("seven_on_one_side", "low")}


def test_two_of_three_is_not_asked_of_a_g_chart() -> None:
    between = [30, 80, 10, 45, 5, 60, 20, 100, 15, 40] * 2
    assert broken(charted("g", [*between, 140, 140])) == {}


def test_with_eleven_points_nothing_is_a_signal_and_with_twelve_it_is() -> None:
    values = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    eleven, twelve = charted("xmr", [*values, 50]), charted("xmr", [0, *values, 50])
    assert eleven["upper"].null_count() == 0
    assert (eleven["is_provisional"].all(), broken(eleven)) == (True, {})
    assert not twelve["is_provisional"].any()
    assert broken(twelve)[12] == ("beyond_limit", "high")
