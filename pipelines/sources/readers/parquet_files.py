"""Parquet files: native types kept, nested values as JSON text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.sources.readers.arrow_sql import query_table
from pipelines.sources.readers.bronze_files import ROWS_AT_ONCE, numbered
from pipelines.sources.readers.column_names import tidy_names
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition


def tables(landed: Path, source: SourceDefinition) -> Iterator[pa.Table]:
    """Yield the rows with `_row` (the first record is 1) and `_ragged`; the first table is empty.

    Raises Refusal when the file is no Parquet file or damaged.
    """
    with _open(landed) as parquet:
        names = tidy_names(parquet.schema_arrow.names, file=landed.name)
        yield from numbered(_flat_tables(parquet, landed, names))


def _open(landed: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(landed)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise _damaged(landed, error) from error


def _flat_tables(parquet: pq.ParquetFile, landed: Path, names: list[str]) -> Iterator[pa.Table]:
    yield _flat(parquet.schema_arrow.empty_table().rename_columns(names))
    batches = parquet.iter_batches(batch_size=ROWS_AT_ONCE)
    try:
        for batch in batches:
            yield _flat(pa.Table.from_batches([batch]).rename_columns(names))
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(landed, error) from error


def _flat(table: pa.Table) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            texts = query_table(
                "select to_json(value)::varchar as text from rows",
                table.select([place]).rename_columns(["value"]),
            )
            table = table.set_column(place, field.name, texts.column("text"))
        elif pa.types.is_dictionary(field.type):
            table = table.set_column(
                place, field.name, table.column(place).cast(field.type.value_type)
            )
    return table


def _damaged(landed: Path, error: Exception) -> Refusal:
    return Refusal(
        "{file} is no whole Parquet file ({reason}): deliver it again.",
        "{file} 不是完整的 Parquet 文件（{reason}）：请重新提供该文件。",
        file=landed.name,
        reason=str(error).splitlines()[0],
    )
