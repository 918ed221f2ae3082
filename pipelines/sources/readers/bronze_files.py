"""Bronze files: Parquet that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.sources.readers.column_names import RAGGED, ROW

ROWS_AT_ONCE = 100_000  # in a row group: large enough to pack well, small enough for any memory


def numbered(tables: Iterable[pa.Table], *, first: int = 1) -> Iterator[pa.Table]:
    """Yield `tables` with `_row` counted from `first` and a `_ragged` that is always null."""
    for table in tables:
        yield with_bookkeeping(table, np.arange(first, first + table.num_rows))
        first += table.num_rows


def with_bookkeeping(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """Return `table` with the row numbers `rows` as `_row` and a `_ragged` that is null."""
    return table.append_column(ROW, pa.array(rows, pa.int64())).append_column(
        RAGGED, pa.nulls(table.num_rows, pa.string())
    )


def write_tables(tables: Iterable[pa.Table], target: Path, metadata: Mapping[str, str]) -> int:
    """Write `tables` (at least one, all of one schema) to `target`; return the number of rows.

    The rows go to `<target>.part` first, which is synced and then renamed: a file with the final
    name is whole. What an earlier run that died has left there is overwritten.
    """
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        rows = _write(tables, part, metadata)
        _sync(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _sync(target.parent)
    return rows


def _write(tables: Iterable[pa.Table], part: Path, metadata: Mapping[str, str]) -> int:
    remaining = iter(tables)
    table = next(remaining)
    schema = table.schema.with_metadata(dict(metadata))
    rows = 0
    waiting = [table]
    with pq.ParquetWriter(part, schema, compression="zstd") as parquet:
        for table in remaining:
            if sum(held.num_rows for held in waiting) >= ROWS_AT_ONCE:
                rows += _write_group(parquet, waiting)
                waiting = []
            waiting.append(table)
        rows += _write_group(parquet, waiting)
    return rows


def _write_group(parquet: pq.ParquetWriter, tables: list[pa.Table]) -> int:
    group = pa.concat_tables(tables).cast(parquet.schema)
    parquet.write_table(group, row_group_size=2 * ROWS_AT_ONCE)
    return group.num_rows


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
