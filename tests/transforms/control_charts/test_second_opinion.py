"""Limits and flagged points are those of an independent implementation, on random series."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.transforms.control_charts.random_charts import random_points
from tests.transforms.control_charts.second_opinion import their_chart, with_their_constants
from transforms.control_charts import CHARTS
from transforms.control_charts.points import with_rule_signs

_SERIES = 250
_CLEAR = 200  # of which so many must be left where some cannot be compared
_POINTS = 48
# Their limits are up to 0.02 % nearer than ours (on t the 3.6th power makes it 0.07 %), so what a
# point this near to a bound breaks is a matter of the constant alone. It is left out, and counted.
_NEAR = 0.001


def is_near(low: str, high: str) -> pl.Expr:
    """Tell whether the value is as near to a bound as the constants differ."""
    value, centre = pl.col("value"), pl.col("their_centre")
    bounds = [pl.col(f"their_{name}") for name in (low, high)]
    return pl.any_horizontal(
        (value - bound).abs() < _NEAR * (bound - centre).abs() for bound in bounds
    )


@pytest.fixture(scope="module", params=CHARTS)
def compared(request: pytest.FixtureRequest) -> tuple[str, pl.DataFrame]:
    """Return the chart and ours beside theirs (`their_…`), a row per point."""
    chart: str = request.param
    generator = np.random.default_rng([5, CHARTS.index(chart)])
    drawn = random_points(generator, _SERIES, _POINTS, (chart,))
    # Every third as if by month: its baseline is shorter.
    is_by_month = pl.col("series") % 3 == 0
    points = drawn.with_columns(
        pl.when(is_by_month).then(pl.lit("month")).otherwise("grain").alias("grain")
    )
    theirs = pl.concat([their_chart(one) for one in points.partition_by("series")])
    ours = with_rule_signs(points)
    return chart, pl.concat([ours, theirs.select(pl.all().name.prefix("their_"))], how="horizontal")


@pytest.mark.slow
def test_limits_are_theirs(compared: tuple[str, pl.DataFrame]) -> None:
    chart, points = compared
    assert points.height == _SERIES * _POINTS
    limits = points.select(
        "centre",
        "their_centre",
        "their_lower",
        "their_upper",
        with_their_constants(pl.col("lower"), chart).alias("lower"),
        with_their_constants(pl.col("upper"), chart).alias("upper"),
    )
    for name in ("centre", "lower", "upper"):
        ours, theirs = limits[name].to_numpy(), limits[f"their_{name}"].to_numpy()
        # The lower limit of t comes near 0, where the 3.6th power leaves no relative precision.
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.slow
def test_points_beyond_a_limit_are_theirs(compared: tuple[str, pl.DataFrame]) -> None:
    _, points = compared
    # A bound that was cut to 0 or 1 is reached exactly, and passed by none.
    clear = points.filter(~is_near("lower", "upper") | pl.col("value").is_in([0.0, 1.0]))
    assert clear.height > 0.998 * points.height
    assert clear.filter(pl.col("beyond_limit") != pl.col("their_beyond_limit")).is_empty()
    assert clear["beyond_limit"].abs().sum() > 20


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["seven_on_one_side", "seven_in_a_row"])
def test_runs_are_theirs(compared: tuple[str, pl.DataFrame], rule: str) -> None:
    _, points = compared
    # They flag a run from its first point on, we from its seventh.
    later = [pl.col(rule).shift(-ahead) for ahead in range(7)]
    backwards = pl.coalesce([*(pl.when(sign != 0).then(sign) for sign in later), pl.lit(0)])
    # What is level with the centre, or with the point before, ends our runs and not theirs.
    value = pl.col("value")
    is_level = (value == pl.col("centre")) | (value == value.shift().over("series"))
    clear = points.filter(~is_level.any().over("series"))
    assert clear["series"].n_unique() >= _CLEAR
    differing = clear.with_columns(backwards.over("series").alias("backwards")).filter(
        pl.col("backwards") != pl.col(f"their_{rule}")
    )
    assert differing.is_empty()
    assert clear[rule].abs().sum() > 100


@pytest.mark.slow
def test_two_of_three_are_theirs(compared: tuple[str, pl.DataFrame]) -> None:
    chart, points = compared
    if chart == "g":
        # By definition not asked of a skewed chart: see `rules`.
        assert points["two_of_three"].abs().sum() == 0
        return
    zone = (pl.col("value") > pl.col("their_high_zone")).cast(pl.Int8) - (
        pl.col("value") < pl.col("their_low_zone")
    ).cast(pl.Int8)
    # They flag all points of a three that lie in the zone, we the one that completes it.
    rule = pl.col("two_of_three")
    later = [rule.shift(-ahead).over("series").fill_null(0) == zone for ahead in range(3)]
    expected = pl.when((zone != 0) & pl.any_horizontal(later)).then(zone).otherwise(0)
    clear = points.with_columns(expected.alias("expected")).filter(
        ~is_near("low_zone", "high_zone").any().over("series")
    )
    assert clear["series"].n_unique() >= _CLEAR
    assert clear.filter(pl.col("expected") != pl.col("their_two_of_three")).is_empty()
    assert points["two_of_three"].abs().sum() > 20
