"""Medians and percentiles from counts per bucket: DDSketch with a relative error of 0.01 %.

A duration of x seconds lies in bucket ceil(log(x) / log(gamma)), gamma = (1 + e) / (1 - e), and is
read back as 2 gamma^bucket / (gamma + 1), which is off by e at most (Masson, Rim & Lee, "DDSketch",
PVLDB 12(12), 2019). Counts per bucket are sums, so days, units and engines add up exactly. The
usual e of 1 % would save no room: slices are so fine that most buckets hold one row (ADR 14).
"""

from __future__ import annotations

import math

import narwhals.stable.v2 as nw
import polars as pl

RELATIVE_ERROR = 0.0001
_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
# Whole seconds of one and more have buckets from 0 up; this one holds "no time at all".
_ZERO_BUCKET = -1
_Z = 1.959963984540054  # 97.5 % point of the normal distribution


def bucket_of(seconds: nw.Expr) -> nw.Expr:
    """Return the bucket (Int64) of whole `seconds`; zero and less share one bucket."""
    is_positive = seconds > 0
    above_zero = nw.when(is_positive).then(seconds.cast(nw.Float64))
    bucket = (above_zero.log() / math.log(_GAMMA)).ceil()
    return nw.when(is_positive).then(bucket).otherwise(nw.lit(float(_ZERO_BUCKET))).cast(nw.Int64)


def quantiles(buckets: pl.DataFrame, keys: list[str], quantile: float) -> pl.DataFrame:
    """Return per `keys`: `value`, `low`, `high` (seconds) and `rows` of the quantile.

    `buckets` has the keys, `bucket` and `occurrences`. Between two ranks the value is interpolated.
    `low` and `high` are the order statistics of a 95 % binomial interval of the rank.
    """
    seconds = (
        pl.when(pl.col("bucket") == _ZERO_BUCKET)
        .then(0.0)
        .otherwise(2 * (pl.col("bucket").cast(pl.Float64) * math.log(_GAMMA)).exp() / (_GAMMA + 1))
    )
    rows = pl.col("occurrences").sum()
    last_rank = rows - 1
    rank = quantile * last_rank
    reach = _Z * (rows * quantile * (1 - quantile)).sqrt()

    def at(wanted: pl.Expr) -> pl.Expr:
        return seconds.filter(
            pl.col("occurrences").cum_sum() > wanted.clip(0, last_rank).floor()
        ).first()

    below, above = at(rank), at(rank.ceil())
    spread = buckets.group_by(*keys, "bucket") if keys else buckets.group_by("bucket")
    ordered = spread.agg(rows).sort("bucket")
    grouped = ordered.group_by(keys) if keys else ordered.group_by(pl.lit(0).alias("all"))
    return grouped.agg(
        (below + (above - below) * (rank - rank.floor())).alias("value"),
        at((rank - reach).floor()).alias("low"),
        at((rank + reach).ceil()).alias("high"),
        rows.alias("rows"),
    ).drop("all", strict=False)
