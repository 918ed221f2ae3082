"""Random series for every chart: calm at first, then some of them moved."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from transforms.control_charts import CHARTS


def random_points(
    generator: np.random.Generator, series: int, points: int, charts: tuple[str, ...] = CHARTS
) -> pl.DataFrame:
    """Return `series` series of `points` daily points; the charts take turns.

    Values of g have fractions, as when a day has several events, so that none is the median.
    """
    shape = (series, points)
    chart = [charts[number % len(charts)] for number in range(series)]
    kind = np.array(chart)[:, None]
    n = generator.integers(40, 400, shape).astype(float)
    # A third of the series step aside in their second half, a third drift.
    place = np.arange(points)
    way = generator.integers(0, 3, (series, 1))
    moved = np.where(way == 0, 0.0, np.where(way == 1, place >= points / 2, place / points))
    moved = moved * generator.choice([-1, 1], (series, 1))
    share = np.clip(0.8 + 0.08 * moved + generator.normal(0, 0.02, shape), 0.01, 0.99)
    counted = np.where(
        kind == "p_prime", generator.binomial(n.astype(int), share), generator.poisson(n * share)
    )
    attribute = np.isin(kind, ["p_prime", "u_prime"])
    value = np.select(
        [attribute, kind == "g", kind == "t"],
        [
            counted / n,
            generator.geometric(0.04 + 0.03 * moved, shape) - generator.random(shape),
            generator.exponential(20 + 15 * moved, shape),
        ],
        1000 + 15 * moved + generator.normal(0, 10, shape),
    )
    # Chance seldom makes seven in a row: nine days of every other series are put in order.
    order = np.tile(place, (series, 1))
    order[::2, 30:39] = 30 + np.argsort(value[::2, 30:39], axis=1)
    value, counted, n = (np.take_along_axis(each, order, axis=1) for each in (value, counted, n))
    first = date(2025, 1, 1)
    days = pl.Series([first + timedelta(days=day) for day in range(points)])
    return pl.DataFrame(
        {
            "series": np.repeat(np.arange(series), points),
            "phase": np.ones(series * points, dtype=np.int32),
            "period": pl.concat([days] * series),
            "grain": "day",
            "chart": np.repeat(chart, points),
            "value": value.ravel(),
            "numerator": np.where(attribute, counted, 1.0).ravel().astype(float),
            "denominator": n.ravel(),
        }
    )
