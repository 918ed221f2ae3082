"""Points of charts for the tests, written as a list of values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from transforms.control_charts import chart_points

FIRST = date(2026, 1, 1)
_SCHEMA = {
    "series": pl.Int64,
    "phase": pl.Int32,
    "period": pl.Date,
    "grain": pl.String,
    "chart": pl.String,
    "value": pl.Float64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
}


def series_of(
    chart: str,
    figures: Sequence[float | None],
    denominators: Sequence[float | None] | None = None,
    *,
    series: int = 1,
    phase: int = 1,
    days: Sequence[int] | None = None,
    grain: str = "day",
) -> pl.DataFrame:
    """Return one point per figure: values, or with `denominators` the numerators over them."""
    rows = []
    for place, figure in enumerate(figures):
        n = denominators[place] if denominators else None
        value = figure / n if figure is not None and n else None if denominators else figure
        day = FIRST + timedelta(days=days[place] if days else place)
        numerator = figure if denominators else None
        rows.append((series, phase, day, grain, chart, value, numerator, n))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def charted(
    chart: str,
    figures: Sequence[float | None],
    denominators: Sequence[float | None] | None = None,
    **where: Any,
) -> pl.DataFrame:
    """Return the chart of `series_of` the same arguments."""
    return chart_points(series_of(chart, figures, denominators, **where))


def limits_of(chart: pl.DataFrame, number: int = 1) -> tuple[float | None, ...]:
    """Return lower limit, centre and upper limit of a point."""
    return chart.filter(pl.col("number") == number).select("lower", "centre", "upper").row(0)


def broken(chart: pl.DataFrame) -> dict[int, tuple[str, str]]:
    """Return number -> (rule, side) of the points that break a rule."""
    found = chart.filter(pl.col("rule").is_not_null()).select("number", "rule", "side")
    return {number: (rule, side) for number, rule, side in found.iter_rows()}
