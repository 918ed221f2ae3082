"""A source's rows, as they lie in bronze, to canonical rows: every column typed, nothing judged.

What cannot be read is null and named in `unreadable`; the gate sets such rows aside. To add what
a source may say about a column: a key of `ColumnMapping`, its use in `column_reader.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from transforms.mapping.column_plan import BOOKKEEPING, Plan
from transforms.mapping.column_reader import Read, column_reader
from transforms.source_definition import SourceDefinition


class Mapped(NamedTuple):
    """Canonical rows, and how many of their times the local clocks did not settle."""

    rows: pl.DataFrame
    ambiguous_times: int
    nonexistent_times: int


def map_columns(
    rows: pl.DataFrame, plan: Plan, source: SourceDefinition, *, time_zone: str
) -> Mapped:
    """Return `rows` of bronze, in their order, as canonical rows.

    `rows`       the columns in `plan.used`, `_row`, `_ragged`, and any bookkeeping of the caller
    `time_zone`  of local times where neither the column nor the source has one

    The rows that come back have

    the caller's     columns that the plan does not know, unchanged
    row_number       Int64, the row's number in the file as a person counts it
    ragged           String, the raw line of a record with too few or too many fields, else null
    canonical        every column of the plan, in its type; instants in UTC
    unreadable       List[String], columns that hold a value which could not be read
    ambiguous_times  Int64, instants taken from local times that the clocks showed twice
    nonexistent_times  Int64, instants taken from local times that the clocks skipped
    """
    reads: dict[str, Read] = {}
    canonical: dict[str, pl.Series | pl.Expr] = {}
    for origin in plan.origins:
        if origin.header is None or origin.mapping is None:
            canonical[origin.column] = pl.lit(origin.value, dtype=origin.dtype)
            continue
        reader = column_reader(
            source, origin.column, origin.dtype, origin.mapping, time_zone=time_zone
        )
        reads[origin.column] = reader.read(rows[origin.header])
        canonical[origin.column] = reads[origin.column].values
    times = [read.times for read in reads.values() if read.times is not None]
    callers = [name for name in rows.columns if name not in (*plan.header, *BOOKKEEPING)]
    mapped = rows.select(
        *callers,
        **canonical,
        row_number="_row",
        ragged="_ragged",
        unreadable=_names_of_unreadable(reads),
        ambiguous_times=_count([time.is_ambiguous for time in times]),
        nonexistent_times=_count([time.is_nonexistent for time in times]),
    )
    return Mapped(
        mapped,
        ambiguous_times=int(mapped["ambiguous_times"].sum()),
        nonexistent_times=int(mapped["nonexistent_times"].sum()),
    )


def _names_of_unreadable(reads: dict[str, Read]) -> pl.Expr:
    """Return per row the columns that could not be read; cheap where there are none."""
    names = [
        pl.when(read.is_unreadable).then(pl.lit(column))
        for column, read in reads.items()
        if read.is_unreadable.any()
    ]
    if not names:
        return pl.lit([], dtype=pl.List(pl.String))
    return pl.concat_list(names).list.drop_nulls()


def _count(flags: list[pl.Series]) -> pl.Expr:
    raised = [pl.lit(flag) for flag in flags if flag.any()]
    return pl.sum_horizontal(pl.lit(0, dtype=pl.Int64), *raised).cast(pl.Int64)
