"""Series that say little: what comes back is stated, and is a number or nothing."""

from __future__ import annotations

import polars as pl
import pytest

from tests.transforms.control_charts.hand_made_charts import broken, charted, limits_of
from transforms.control_charts import CHARTS

_ATTRIBUTES = ("p_prime", "u_prime")


def some(chart: str, figures: list[float]) -> pl.DataFrame:
    return charted(chart, figures, [10.0] * len(figures) if chart in _ATTRIBUTES else None)


@pytest.mark.parametrize("chart", ["p_prime", "u_prime", "xmr", "xmr_median", "t"])
def test_a_series_that_never_moved_has_a_centre_and_no_limits(chart: str) -> None:
    steady = some(chart, [0.1] * 25)
    lower, centre, upper = limits_of(steady)
    assert centre == pytest.approx(0.01 if chart in _ATTRIBUTES else 0.1)
    assert (lower, upper, broken(steady)) == (None, None, {})


def test_a_constant_g_series_has_the_limits_of_a_geometric_distribution() -> None:
    chart = some("g", [6.0] * 25)
    assert limits_of(chart) == pytest.approx((0, 6, 6 + 3 * 42**0.5))
    assert broken(chart) == {}


def test_a_rounding_error_is_no_movement() -> None:
    tenths, n = [3.0, 0.3, 30.0, 9.0] * 6, [10.0, 1.0, 100.0, 30.0] * 6
    assert limits_of(charted("p_prime", tenths, n))[::2] == (None, None)
    sums = [0.1 + 0.2, 0.3] * 12
    assert limits_of(charted("xmr", sums))[::2] == (None, None)
    assert broken(charted("xmr", sums)) == {}


def test_what_never_moved_is_judged_by_runs_alone() -> None:
    chart = charted("xmr", [5.0] * 20 + [4.0, *[4.5, 4.0] * 3])
    assert broken(chart) == {27: ("seven_on_one_side", "low")}


@pytest.mark.parametrize("chart", CHARTS)
def test_one_point_is_its_own_centre(chart: str) -> None:
    alone = some(chart, [4.0])
    expected = 0.4 if chart in _ATTRIBUTES else 4.0
    assert alone["centre"].to_list() == pytest.approx([expected])
    # A g chart knows its spread from the mean alone.
    assert (alone["upper"][0] is not None) == (chart == "g")
    assert alone["is_provisional"].all()


@pytest.mark.parametrize("chart", CHARTS)
def test_two_points_have_provisional_limits(chart: str) -> None:
    pair = some(chart, [4.0, 6.0])
    assert pair["is_provisional"].all()
    assert pair.select("lower", "centre", "upper").null_count().row(0) == (0, 0, 0)


@pytest.mark.parametrize(("figure", "centre"), [(0.0, 0.0), (8.0, 1.0)])
def test_no_events_at_all_and_nothing_but_events_have_no_limits(
    figure: float, centre: float
) -> None:
    chart = charted("p_prime", [figure] * 30, [8.0] * 30)
    assert limits_of(chart, 30) == (None, centre, None)
    assert broken(chart) == {}


def test_no_event_for_a_rate_has_no_limits() -> None:
    chart = charted("u_prime", [0.0] * 30, [10_000.0] * 30)
    assert limits_of(chart, 30) == (None, 0.0, None)


def test_all_distances_zero_have_no_limits() -> None:
    assert limits_of(charted("g", [0.0] * 12)) == (None, 0.0, None)


def test_limits_follow_denominators_from_one_to_a_million() -> None:
    n = [1.0, 1e6, 10.0, 1e5, 100.0, 1e4] * 4
    chart = charted("p_prime", [round(0.9 * cases) for cases in n], n)
    one, million = limits_of(chart, 1), limits_of(chart, 2)
    assert one[0] < million[0] < million[1] < million[2] < one[2] <= 1


def test_a_gap_between_periods_is_no_gap_in_the_chart() -> None:
    values = [52.0, 49, 55, 51, 48, 53, 50, 54, 47, 52, 51, 50]
    daily, seldom = charted("xmr", values), charted("xmr", values, days=range(0, 360, 30))
    assert seldom.drop("period").equals(daily.drop("period"))


@pytest.mark.parametrize(("points", "baseline"), [(11, 11), (12, 12), (20, 20), (21, 20)])
def test_the_baseline_is_twenty_points_or_all_there_are(points: int, baseline: int) -> None:
    chart = charted("xmr", [float(place % 3) for place in range(points)])
    assert chart["is_baseline"].sum() == baseline
    assert chart["is_provisional"].any() == (points < 12)


def test_points_that_cannot_be_drawn_are_left_out() -> None:
    nothing = [None, float("nan"), float("inf")]
    assert charted("xmr", [1.0, *nothing, 2.0])["value"].to_list() == [1, 2]
    shares = charted("p_prime", [1.0, 0.0, None, 2.0, 1.0], [2.0, 0.0, 5.0, None, 4.0])
    assert shares["value"].to_list() == [0.5, 0.25]
    assert charted("t", [3.0, -1.0, 0.0])["value"].to_list() == [3, 0]


def test_no_points_give_no_points() -> None:
    chart = charted("xmr", [])
    assert chart.height == 0
    assert {"centre", "rule", "side", "is_provisional"} <= set(chart.columns)
