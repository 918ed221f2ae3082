"""Sums of a metric -> the points of its control charts, and the grain at which each is watched.

A chart of many periods without cases shows chance, not the process. So a series is watched by the
shortest period that has cases enough: day, week, else from event to event, else month.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from transforms.catalogue import METRICS, Metric, tables_of
from transforms.control_charts import FEWEST_POINTS, baseline_points
from transforms.metrics import MINOR_PER_UNIT, signed_sum

Grain = Literal["day", "week", "month", "event"]
# In the order in which a series is watched by them.
GRAINS: tuple[Grain, ...] = ("day", "week", "event", "month")
# Of the rarer outcome per period: below, counts are too skewed for limits at three sigma.
FEWEST_CASES = 5.0
# How much there is to do differs by weekday. Means and medians of a day rest on few cases: one
# heavy parcel moves them beyond a limit that supposes an even spread.
_NOT_BY_DAY = ("count", "mean", "quantile")
# Books are kept by the month: invoices and wages come on some days of it. Duties fall due by plan.
_BY_MONTH = ("money", "money_share")
_PLANNED = ("duties",)


def charts_of(metric: Metric) -> tuple[Grain, ...]:
    """Return the grains by which `metric` is charted, none where it has no chart."""
    if metric.chart == "none":
        return ()
    is_by_month = metric.finest == "month" or metric.form in _BY_MONTH
    if is_by_month or tables_of(metric) == _PLANNED:
        return ("month",)
    # Nobody may see what the few who answer on a day said.
    is_by_day = metric.form not in _NOT_BY_DAY and metric.counted == "over_period"
    is_by_day = is_by_day and metric.answers is None
    days: tuple[Grain, ...] = ("day",) if is_by_day else ()
    events: tuple[Grain, ...] = ("event",) if _counts_events(metric) else ()
    return (*days, "week", *events, "month")


def event_chart(metric: Metric) -> Literal["g", "t"]:
    """Return how the events of `metric` are charted: by cases between them, else by days."""
    return "g" if metric.bottom else "t"


def scale_of(metric: Metric) -> float:
    """Return what a value of `chart_values` is multiplied by to be in the metric's unit."""
    return metric.scale / (MINOR_PER_UNIT if metric.form == "money" else 1)


def possible_limit(metric: Metric, limit: float) -> float:
    """Return a limit, in the metric's unit, no further than values can go.

    Limits are as far above the centre as below it, but no count, time or cost of a case is below 0.
    """
    lowest, highest = metric.believable or (None, None)
    # Costs of a case may be credited in the books, but nobody expects them to be.
    if metric.unit.startswith("money per") and metric.better == "lower":
        lowest = 0.0
    limit = limit if lowest is None else max(limit, lowest)
    return limit if highest is None else min(limit, highest)


def chart_values(metric: Metric, sums: pl.DataFrame) -> pl.DataFrame:
    """Return `sums` without its measures but with what a chart of `metric` is made of.

    Added, Float64: `value` (before scale; null where nothing was counted), `numerator` and
    `denominator` (null without one; with weights the effective number of answers, Kish 1965),
    `cases` (of the rarer outcome; null where cases are not counted).
    """
    top, bottom = signed_sum(metric.top), signed_sum(metric.bottom)
    value = top / pl.when(bottom > 0).then(bottom) if metric.bottom else top
    n, numerator = bottom, top
    if metric.weights_squared:
        squared = pl.col(metric.weights_squared)
        n = pl.when(squared > 0).then(bottom**2 / squared).otherwise(0.0)
        numerator = value.fill_null(0.0) * n
    rarer = pl.min_horizontal(numerator, n - numerator) if metric.form == "share" else numerator
    cases = {"share": rarer, "rate": top, "count": top, "mean": n, "score": n}
    return sums.select(
        pl.exclude(metric.measures),
        value.cast(pl.Float64).alias("value"),
        numerator.cast(pl.Float64).alias("numerator"),
        (n if metric.bottom else pl.lit(None)).cast(pl.Float64).alias("denominator"),
        cases.get(metric.form, pl.lit(None)).cast(pl.Float64).alias("cases"),
    )


def daily_events(metric: Metric, values: pl.DataFrame) -> pl.DataFrame:
    """Return daily `values` of `metric` with `events`, its bad cases, and `opportunities`.

    With weights both are effective numbers of answers, rounded.
    """
    failures = pl.col("denominator") - pl.col("numerator")
    is_failure = metric.form == "share" and metric.better == "higher"
    return values.with_columns(
        (failures if is_failure else pl.col("numerator")).round().alias("events"),
        pl.col("denominator").round().alias("opportunities"),
    )


def series_with_cases(points: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Return the series that have cases enough, by the columns `keys` that tell them apart.

    `points` has `grain`, `period` and `cases` besides. Enough are 5 of the rarer outcome on average
    of the points that limits are made of. An event is a case by itself; where cases are not
    counted, any will do. With fewer than 12 points there is nothing to judge by.
    """
    by_series = (
        points.sort(*keys, "period")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.len().alias("points"),
            (pl.col("grain").first() == "event").alias("is_by_event"),
            pl.col("cases").head(baseline_points().first()).mean(),
        )
    )
    is_enough = (
        pl.col("cases").is_null() | (pl.col("cases") >= FEWEST_CASES) | pl.col("is_by_event")
    )
    return by_series.filter(is_enough, pl.col("points") >= FEWEST_POINTS).select(keys)


def watched(points: pl.DataFrame) -> pl.DataFrame:
    """Return the series that raise signals: one grain at most of each metric and unit.

    `points` has `metric`, `org_unit_id`, `grain`, `series`, `period` and `cases`. The shortest
    grain that has cases enough is the one (`series_with_cases`). Columns: `series`.
    """
    rank = pl.col("grain").replace_strict(
        {grain: place for place, grain in enumerate(GRAINS)}, return_dtype=pl.Int8
    )
    return (
        series_with_cases(points, "metric", "org_unit_id", "grain", "series")
        .sort("metric", "org_unit_id", rank)
        .group_by("metric", "org_unit_id", maintain_order=True)
        .first()
        .select("series")
    )


def _counts_events(metric: Metric) -> bool:
    """Say whether `metric` counts bad cases one by one, so that each can be a point."""
    if metric.better == "neutral" or metric.counted == "at_period_end":
        return False
    return metric.form in ("share", "rate", "count")


CHARTED = tuple(metric for metric in METRICS.values() if charts_of(metric))
