"""Bronze, read in parts: many small batches at once, or one piece after the other of a big one.

A part has no more rows than the setting `rows_at_once`: that bounds the memory of intake, however
large an export is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import polars as pl

from pipelines.records.reshape import reshape
from pipelines.sources.bronze import Batch
from transforms.source_definition import SourceDefinition

# What is added to a file's columns: our name while mapping -> in the warehouse. An export may well
# have a column called "source" or "file", so ours are marked until its own are mapped away.
ADDED = {
    "_source": "source",
    "_batch": "batch",
    "_batch_number": "batch_number",
    "_file": "file",
    "_position": "position",
}
_PATH = "_bronze_path"


class Part(NamedTuple):
    """A stretch of rows of `batches` laid end to end, from `offset` in the first of them.

    `length` None means up to the end of the last.
    """

    batches: tuple[Batch, ...]
    offset: int
    length: int | None


def parts_of(
    batches: Sequence[Batch], rows_at_once: int, source: SourceDefinition
) -> Iterator[Part]:
    """Yield `batches` of one source in parts whose files have the same columns and types.

    Reshaping SQL must see a file whole, and each on its own: such a part may be larger.
    """
    if source.reshape:
        yield from (Part((batch,), 0, None) for batch in batches)
        return
    for _, alike in groupby(batches, key=lambda batch: pl.read_parquet_schema(batch.path)):
        yield from _cut(alike, rows_at_once)


def _cut(batches: Iterator[Batch], rows_at_once: int) -> Iterator[Part]:
    taken: list[Batch] = []
    first, length = 0, 0
    for batch in batches:
        done = 0
        taken.append(batch)
        while batch.rows - done >= rows_at_once - length:
            done += rows_at_once - length
            yield Part(tuple(taken), first, rows_at_once)
            taken = [batch] if done < batch.rows else []
            first, length = done if taken else 0, 0
        length += batch.rows - done
    if taken:
        yield Part(tuple(taken), first, length)


def read_part(part: Part, source: SourceDefinition) -> pl.DataFrame:
    """Return the rows of a part as bronze, or its reshaping, has them, and the columns ADDED."""
    added = pl.LazyFrame(
        {
            _PATH: [str(batch.path) for batch in part.batches],
            "_source": source.name,
            "_batch": [batch.batch for batch in part.batches],
            "_batch_number": [batch.number for batch in part.batches],
            "_file": [batch.file for batch in part.batches],
        }
    )
    return (
        _rows(part, source)
        .drop(ADDED, strict=False)
        .join(added, on=_PATH, how="left", maintain_order="left")
        .drop(_PATH)
        .with_row_index("_position")
        .collect()
    )


def _rows(part: Part, source: SourceDefinition) -> pl.LazyFrame:
    """Return the rows of a part with `_PATH`, the file that each lies in."""
    if source.reshape:
        (batch,) = part.batches
        reshaped = reshape(batch.path, source.reshape.sql, source=source.name).lazy()
        return reshaped.with_columns(pl.lit(str(batch.path)).alias(_PATH))
    # Hundreds of small files are read ten times faster by one scan than by one each.
    files = [batch.path for batch in part.batches]
    scan = pl.scan_parquet(files, include_file_paths=_PATH, glob=False)
    return scan.slice(part.offset, part.length)
