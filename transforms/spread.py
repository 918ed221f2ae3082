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
    rows = pl.col("occurrences").sum()
    last_rank = rows - 1
    rank = quantile * last_rank
    reach = _Z * (rows * quantile * (1 - quantile)).sqrt()
    # A bucket may be there several times: its rows follow one another all the same.
    through = pl.col("occurrences").cum_sum()

    def bucket_at(wanted: pl.Expr) -> pl.Expr:
        whole = wanted.clip(0, last_rank).floor().cast(pl.Int64)
        place = through.search_sorted(whole, side="right")
        return pl.col("bucket").gather(place, null_on_oob=True).first()

    ordered = buckets.sort("bucket")
    grouped = ordered.group_by(keys) if keys else ordered.group_by(pl.lit(0).alias("all"))
    found = grouped.agg(
        bucket_at(rank).alias("below"),
        bucket_at(rank.ceil()).alias("above"),
        bucket_at((rank - reach).floor()).alias("low"),
        bucket_at((rank + reach).ceil()).alias("high"),
        (rank - rank.floor()).alias("between"),
        rows.alias("rows"),
    ).with_columns(_seconds(pl.col("below", "above", "low", "high")))
    below, above = pl.col("below"), pl.col("above")
    value = below + (above - below) * pl.col("between")
    return found.select(*keys, value.alias("value"), "low", "high", "rows")


def _seconds(bucket: pl.Expr) -> pl.Expr:
    """Return what the durations in a bucket are read back as."""
    above_zero = 2 * (bucket.cast(pl.Float64) * math.log(_GAMMA)).exp() / (_GAMMA + 1)
    return pl.when(bucket == _ZERO_BUCKET).then(0.0).otherwise(above_zero).name.keep()
