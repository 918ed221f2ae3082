"""Records -> measures: the sums of the catalogue per day and slice.

Written once in Narwhals, lazily, so that the same code runs on Polars and on Spark.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from transforms.catalogue import SLICES, Measure, measures_of
from transforms.spread import bucket_of


def sum_by_day(rows: nw.LazyFrame[Any], table: str) -> nw.LazyFrame[Any]:
    """Return one row per `day`, `org_unit_id` and slice of `table`, a column per measure.

    Counts, seconds and money are Int64, points and squares Float64; nothing is null. A row counts
    on several days when its measures belong to several dates (opened, resolved).
    """
    keys = ("day", "org_unit_id", *SLICES[table])
    measures = measures_of(table)
    parts = [
        rows.filter(~nw.col(on).is_null())
        .with_columns(nw.col(on).alias("day"))
        .with_columns(*(_typed(measure, on).alias(measure.name) for measure in measures))
        .select(*keys, *(measure.name for measure in measures))
        for on in dict.fromkeys(measure.on for measure in measures)
    ]
    return (
        nw.concat(parts, how="vertical")
        .group_by(*keys)
        .agg(*(nw.col(measure.name).sum().cast(_dtype(measure)) for measure in measures))
    )


def count_by_bucket(rows: nw.LazyFrame[Any], table: str) -> nw.LazyFrame[Any] | None:
    """Return how often each bucket of every measure with a spread occurs, per day and slice.

    Columns: `day`, `org_unit_id`, the slices, `measure`, `bucket` (Int64), `occurrences`.
    None when no measure of `table` keeps its spread.
    """
    keys = ("day", "org_unit_id", *SLICES[table])
    parts = [
        rows.filter(~nw.col(measure.on).is_null())
        .with_columns(nw.col(measure.on).alias("day"), measure.sums.alias("seconds"))
        .filter(~nw.col("seconds").is_null())
        .with_columns(
            nw.lit(measure.name).alias("measure"),
            bucket_of(nw.col("seconds")).alias("bucket"),
            nw.lit(1).cast(nw.Int64).alias("occurrences"),
        )
        .select(*keys, "measure", "bucket", "occurrences")
        for measure in measures_of(table)
        if measure.spread
    ]
    if not parts:
        return None
    return (
        nw.concat(parts, how="vertical")
        .group_by(*keys, "measure", "bucket")
        .agg(nw.col("occurrences").sum().cast(nw.Int64))
    )


def _typed(measure: Measure, on: str) -> nw.Expr:
    sums = measure.sums if measure.on == on else nw.lit(0)
    return sums.cast(_dtype(measure)).fill_null(0)


def _dtype(measure: Measure) -> type[nw.Float64 | nw.Int64]:
    return nw.Float64 if measure.unit in ("points", "squares") else nw.Int64
