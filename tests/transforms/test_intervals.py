"""95 % intervals: the digits of the design, other implementations, and what always holds."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.intervals import adjusted_wald, normal_mean, poisson, wilson

Interval = tuple[pl.Expr, pl.Expr]
_counts = st.integers(0, 10**6)


def bounds(interval: Interval) -> tuple[float | None, float | None]:
    low, high = pl.select(interval[0].alias("low"), interval[1].alias("high")).row(0)
    return low, high


def wilson_of(events: float, n: float) -> tuple[float | None, float | None]:
    return bounds(wilson(pl.lit(events) / pl.lit(n), pl.lit(n)))


def poisson_of(events: int, exposure: float) -> tuple[float | None, float | None]:
    return bounds(poisson(pl.lit(events), pl.lit(exposure)))


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (460, 500, 0.8929, 0.9407), (0, 7, 0, 0.3543), (7, 7, 0.6457, 1)],
)
def test_wilson_gives_the_digits_of_the_design(
    events: int, n: int, low: float, high: float
) -> None:
    assert wilson_of(events, n) == pytest.approx((low, high), abs=5e-5)


@given(_counts, _counts)
def test_wilson_agrees_with_scipy(events: int, others: int) -> None:
    n = events + others + 1
    reference = stats.binomtest(events, n).proportion_ci(0.95, method="wilson")
    assert wilson_of(events, n) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_wilson_widens_with_weights_that_make_fewer_answers_count() -> None:
    # Weights 3, 1, 1, 1: (3 + 1 + 1 + 1)^2 / (9 + 1 + 1 + 1) = 3 answers' worth, half of them yes.
    assert wilson_of(1.5, 3) == pytest.approx((0.1253, 0.8747), abs=5e-5)


def test_adjusted_wald_gives_the_digits_of_the_design() -> None:
    interval = bounds(adjusted_wald(pl.lit(60), pl.lit(15), pl.lit(100)))
    assert interval == pytest.approx((0.2934, 0.5804), abs=5e-5)


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_adjusted_wald_stays_within_the_scale_and_has_two_sides(
    promoters: int, passives: int, detractors: int
) -> None:
    n = pl.lit(promoters + passives + detractors + 1)
    low, high = bounds(adjusted_wald(pl.lit(promoters), pl.lit(detractors), n))
    mirrored = bounds(adjusted_wald(pl.lit(detractors), pl.lit(promoters), n))
    assert low is not None
    assert high is not None
    assert -1 <= low <= high <= 1
    assert mirrored == pytest.approx((-high, -low))


def test_poisson_gives_the_digits_of_the_design() -> None:
    assert poisson_of(4, 2.5) == pytest.approx((0.436, 4.097), abs=5e-4)


@given(_counts)
def test_poisson_agrees_with_the_chi_squared_form(events: int) -> None:
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    assert poisson_of(events, 1) == pytest.approx((low, high), rel=1e-6)


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=50))
def test_the_interval_of_a_mean_is_two_standard_errors_wide(values: list[float]) -> None:
    mean, error = np.mean(values), stats.sem(values)
    squares = np.mean(np.square(values))
    low, high = bounds(normal_mean(pl.lit(mean), pl.lit(squares), pl.lit(len(values))))
    z = stats.norm.ppf(0.975)
    # What rounding leaves of a difference of squares.
    tolerance = 1e-6 * max(1.0, float(np.max(np.abs(values))))
    assert (low, high) == pytest.approx((mean - z * error, mean + z * error), abs=tolerance)


@pytest.mark.parametrize("n", [0, 0.0, None])
def test_nothing_counted_has_no_interval(n: float | None) -> None:
    cases = pl.lit(n, pl.Float64)
    none = pl.lit(0) / cases
    assert bounds(wilson(none, cases)) == (None, None)
    assert bounds(adjusted_wald(pl.lit(0), pl.lit(0), cases)) == (None, None)
    assert bounds(poisson(pl.lit(0), cases)) == (None, None)
    assert bounds(normal_mean(none, none, cases)) == (None, None)


def test_one_value_has_no_interval_of_its_mean() -> None:
    assert bounds(normal_mean(pl.lit(5.0), pl.lit(25.0), pl.lit(1))) == (None, None)
