"""Sums -> figures: value, interval and trust bounds of a metric of the catalogue."""

from __future__ import annotations

import polars as pl

from transforms import intervals
from transforms.catalogue import MEASURES, Metric
from transforms.spread import quantiles

MINOR_PER_UNIT = 100


def figures(metric: Metric, sums: pl.DataFrame) -> pl.DataFrame:
    """Return `sums` without its measures but with the figures of `metric`, one per row.

    `sums` has any key columns and a column per measure of the metric, summed over what the row
    stands for. Added, all Float64 and null where nothing was counted:
    `value` (in the metric's unit), `numerator`, `denominator` (null without one; money in currency
    units), `low` and `high` (95 % interval, null where the form has none); and, Int64,
    `provisional_rows`, those of the denominator that touch a day off not announced yet.
    """
    top, bottom = signed_sum(metric.top), signed_sum(metric.bottom)
    denominator = pl.when(bottom != 0).then(bottom) if metric.bottom else pl.lit(None)
    ratio = top / denominator if metric.bottom else top
    low, high = _interval(metric, ratio, top, denominator)
    money = 1 / MINOR_PER_UNIT if metric.form == "money" else 1
    return sums.select(
        pl.exclude(metric.measures),
        (ratio * (metric.scale * money)).cast(pl.Float64).alias("value"),
        (top * _unit(metric.top)).cast(pl.Float64).alias("numerator"),
        (bottom * _unit(metric.bottom) if metric.bottom else pl.lit(None))
        .cast(pl.Float64)
        .alias("denominator"),
        (low * metric.scale).cast(pl.Float64).alias("low"),
        (high * metric.scale).cast(pl.Float64).alias("high"),
        (pl.col(metric.provisional) if metric.provisional else pl.lit(0))
        .cast(pl.Int64)
        .alias("provisional_rows"),
    )


def quantile_figures(metric: Metric, buckets: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return per `keys` the figures of a quantile metric, as `figures` does.

    `buckets` has the keys, `bucket` and `occurrences`; `denominator` is the number of rows.
    """
    if metric.quantile is None:
        raise ValueError(f"{metric.name} is no quantile")
    return quantiles(buckets, keys, metric.quantile).select(
        *keys,
        pl.col("value") * metric.scale,
        pl.lit(None, pl.Float64).alias("numerator"),
        pl.col("rows").cast(pl.Float64).alias("denominator"),
        pl.col("low") * metric.scale,
        pl.col("high") * metric.scale,
        pl.lit(0, pl.Int64).alias("provisional_rows"),
    )


def with_trust_bounds(metric: Metric, figured: pl.DataFrame) -> pl.DataFrame:
    """Add `worst` and `best`: the share if all `held_rows` failed, or all passed.

    Null for metrics that are no share. For a metric where lower is better the two change places.
    """
    top, bottom, held = (pl.col(name) for name in ("numerator", "denominator", "held_rows"))
    if metric.form != "share":
        none = pl.lit(None, pl.Float64)
        return figured.with_columns(none.alias("worst"), none.alias("best"))
    if_failed, if_passed = top / (bottom + held), (top + held) / (bottom + held)
    worst, best = (if_passed, if_failed) if metric.better == "lower" else (if_failed, if_passed)
    counted = pl.col("value").is_not_null()
    return figured.with_columns(
        pl.when(counted).then(worst).alias("worst"), pl.when(counted).then(best).alias("best")
    )


def _interval(
    metric: Metric, ratio: pl.Expr, top: pl.Expr, bottom: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """Return the interval of `ratio`, which is `top` / `bottom`; `bottom` is null, never 0."""
    n = bottom**2 / pl.col(metric.weights_squared) if metric.weights_squared else bottom
    if metric.form == "share":
        return intervals.wilson(ratio, n)
    if metric.form == "rate":
        return intervals.poisson(top, bottom)
    if metric.form == "score":
        promoters, detractors = (pl.col(name.removeprefix("-")) for name in metric.top)
        return intervals.adjusted_wald(promoters, detractors, bottom)
    if metric.form == "mean" and metric.squares:
        # Squares are kept in the metric's unit, sums in the measure's.
        mean_square = pl.col(metric.squares) / bottom
        low, high = intervals.normal_mean(ratio * metric.scale, mean_square, n)
        return low / metric.scale, high / metric.scale
    return pl.lit(None), pl.lit(None)


def signed_sum(names: tuple[str, ...]) -> pl.Expr:
    """Return the sum of the measures called `names`; a leading "-" subtracts."""
    total = pl.lit(0)
    for name in names:
        total = total - pl.col(name[1:]) if name.startswith("-") else total + pl.col(name)
    return total


def _unit(names: tuple[str, ...]) -> float:
    is_money = any(MEASURES[name.removeprefix("-")].unit == "minor" for name in names)
    return 1 / MINOR_PER_UNIT if is_money else 1
