"""What holds for every chart, whatever the series."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.transforms.control_charts.hand_made_charts import series_of
from tests.transforms.control_charts.random_charts import random_points
from transforms.control_charts import CHARTS, chart_points, propose_rebases, rare_event_points

_NUMBERS = ("value", "centre", "lower", "upper")
_settings = settings(max_examples=40)
_counts = st.integers(0, 10**6)


@st.composite
def any_series(draw: st.DrawFn) -> pl.DataFrame:
    """Any figures that a metric can have, whole or broken, few or many, of one chart."""
    chart = draw(st.sampled_from(CHARTS))
    size = draw(st.integers(1, 45))
    if chart in ("p_prime", "u_prime"):
        n = draw(st.lists(_counts, min_size=size, max_size=size))
        tops = [draw(st.integers(0, cases)) for cases in n]
        return series_of(chart, [float(top) for top in tops], [float(cases) for cases in n])
    low = -1e12 if chart.startswith("xmr") else 0
    figure = st.one_of(st.floats(low, 1e12), st.integers(0, 5).map(float), st.just(1.0))
    return series_of(chart, draw(st.lists(figure, min_size=size, max_size=size)))


@_settings
@given(any_series())
def test_no_figure_is_ever_other_than_a_number_or_nothing(points: pl.DataFrame) -> None:
    chart = chart_points(points)
    for name in _NUMBERS:
        assert chart[name].drop_nulls().is_finite().all()
    proposed = propose_rebases(chart)["rebase_centre"].drop_nulls()
    assert proposed.is_finite().all()
    assert chart["lower"].is_null().equals(chart["upper"].is_null())
    assert chart["rule"].is_null().equals(chart["side"].is_null())


@_settings
@given(any_series())
def test_limits_contain_the_centre(points: pl.DataFrame) -> None:
    chart = chart_points(points).drop_nulls("lower")
    # The root and power of a t chart do not give back the last bit.
    slack = 1e-9 * pl.col("centre").abs()
    outside = (pl.col("lower") > pl.col("centre") + slack) | (
        pl.col("upper") < pl.col("centre") - slack
    )
    assert chart.filter(outside).is_empty()


@_settings
@given(any_series(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_other_series_change_nothing(points: pl.DataFrame, seed: int) -> None:
    alone = chart_points(points)
    others = random_points(np.random.default_rng(seed), 12, 30)
    moved = others.with_columns(pl.col("series") * 2 - 11)
    mixed = pl.concat([points, moved.filter(pl.col("series") != 1)])
    shuffled = mixed.sample(fraction=1, shuffle=True, seed=seed)
    among = chart_points(shuffled).filter(pl.col("series") == 1)
    assert_frame_equal(among, alone, rel_tol=1e-12)


@_settings
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50)), min_size=1, max_size=60))
def test_all_events_but_those_of_the_first_day_are_points(days: list[tuple[int, int]]) -> None:
    seen = series_of("t", [float(events) for events, _ in days]).select(
        "series",
        pl.col("period").alias("day"),
        pl.col("value").alias("events"),
        pl.Series("opportunities", [float(events + calm) for events, calm in days]),
    )
    counts = [events for events, _ in days if events]
    points = rare_event_points(seen, "g")
    assert points.height == sum(counts[1:])
    first = next((place for place, (events, _) in enumerate(days) if events), len(days))
    last = max((place for place, (events, _) in enumerate(days) if events), default=-1)
    cases = sum(events + calm for events, calm in days[first + 1 : last + 1])
    assert abs(points["denominator"].sum() - cases) < 1e-6
