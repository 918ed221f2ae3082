"""Limits of every chart are those of the worked examples, and of formulas worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from tests.transforms.control_charts.hand_made_charts import broken, charted, limits_of, series_of
from transforms.control_charts import chart_points

_XMR = [52, 49, 55, 51, 48, 53, 50, 54, 47, 52, 51, 50]
_MET = [920, 1130, 810, 1030, 960, 880, 1090, 900]
_DUE = [1000, 1200, 900, 1100, 1050, 950, 1150, 1000]


def test_xmr_limits_are_those_of_the_worked_example() -> None:
    chart = charted("xmr", _XMR)
    assert limits_of(chart) == pytest.approx((40.84, 51.0, 61.16), abs=0.005)
    assert broken(chart) == {}


def test_66_after_the_worked_example_is_beyond_the_limits_it_had_before() -> None:
    steady = [51, 50, 52, 51, 49, 53, 50, 52]  # up to the twentieth point
    chart = charted("xmr", [*_XMR, *steady, 66])
    assert broken(chart) == {21: ("beyond_limit", "high")}


def test_p_prime_limits_are_those_of_the_worked_example() -> None:
    chart = charted("p_prime", _MET, _DUE)
    lower, centre, upper = limits_of(chart)
    assert centre == pytest.approx(0.92455, abs=5e-6)
    assert lower == pytest.approx(0.8452, abs=5e-5)
    assert upper == 1
    sigma_z = (centre - lower) / 3 / math.sqrt(centre * (1 - centre) / 1000)
    assert sigma_z == pytest.approx(3.168, abs=5e-4)


def test_p_prime_limits_are_wider_where_fewer_were_counted() -> None:
    chart = charted("p_prime", _MET, _DUE)
    reach = chart.sort("denominator").select(pl.col("centre") - pl.col("lower")).to_series()
    assert reach.to_list() == sorted(reach, reverse=True)


def test_u_prime_limits_are_laneys_formula() -> None:
    events = [4, 9, 2, 7, 5, 1, 8]
    deliveries = [10_000, 12_000, 9_000, 11_000, 8_000, 9_500, 10_500]
    centre = sum(events) / sum(deliveries)
    rates, n = np.divide(events, deliveries), np.array(deliveries)
    scores = (rates - centre) / np.sqrt(centre / n)
    sigma = np.abs(np.diff(scores)).mean() / 1.128 * np.sqrt(centre / n[0])
    lower, upper = max(0.0, centre - 3 * sigma), centre + 3 * sigma
    chart = charted("u_prime", events, deliveries)
    assert limits_of(chart) == pytest.approx((lower, centre, upper))


def test_one_wild_point_does_not_widen_the_median_chart() -> None:
    # Ranges 3 6 4 3 5 3 4 7 5 1 1; 950 in place of 55 makes two of them 901 and 899.
    expected = pytest.approx((51 - 3.145 * 4, 51, 51 + 3.145 * 4))
    assert limits_of(charted("xmr_median", _XMR)) == expected
    assert limits_of(charted("xmr_median", [950 if x == 55 else x for x in _XMR])) == expected


def test_g_has_the_median_for_its_centre_and_limits_about_the_mean() -> None:
    between = [3, 40, 12, 7, 90, 22, 15, 1, 33, 57]
    mean, median = 28, 18.5
    upper = mean + 3 * math.sqrt(mean * (mean + 1))
    assert limits_of(charted("g", between)) == pytest.approx((0, median, upper))


def test_t_limits_are_those_of_xmr_on_the_root_of_the_days() -> None:
    days = [3, 40, 12, 7, 90, 22, 15, 1, 33, 57]
    root = [day ** (1 / 3.6) for day in days]
    centre, reach = np.mean(root), 2.66 * np.abs(np.diff(root)).mean()
    expected = (max(0.0, centre - reach) ** 3.6, centre**3.6, (centre + reach) ** 3.6)
    assert limits_of(charted("t", days)) == pytest.approx(expected)


def test_limits_come_from_the_first_twenty_points_and_are_carried_forward() -> None:
    first = [10, 12, 11, 13, 9] * 4
    alone, followed = charted("xmr", first), charted("xmr", [*first, 500, 900, -40])
    assert limits_of(followed, 23) == limits_of(alone, 1)
    assert followed["is_baseline"].to_list() == [True] * 20 + [False] * 3


def test_months_have_limits_from_the_first_twelve() -> None:
    alone, followed = (
        charted("xmr", _XMR, grain="month"),
        charted("xmr", [*_XMR, 66], grain="month"),
    )
    assert limits_of(followed, 13) == limits_of(alone, 1)
    assert followed["is_baseline"].to_list() == [True] * 12 + [False]
    assert broken(followed) == {13: ("beyond_limit", "high")}


def test_a_phase_has_limits_of_its_own() -> None:
    before, after = [10.0, 12, 11, 13, 9] * 4, [110.0, 112, 111, 113, 109] * 4
    later = range(20, 40)
    both = chart_points(
        pl.concat([series_of("xmr", before), series_of("xmr", after, phase=2, days=later)])
    )
    assert both["number"].to_list() == [*range(1, 21), *range(1, 21)]
    assert both["centre"].to_list() == pytest.approx([11] * 20 + [111] * 20)
    assert broken(both) == {}


def test_a_chart_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no such chart: pie"):
        charted("pie", [1, 2, 3])
