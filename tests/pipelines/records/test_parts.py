"""Batches cut into parts: no row twice, none left out, none in the wrong batch."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records.parts import Part, parts_of, read_part
from pipelines.sources.bronze import Batch
from transforms.source_definition import SourceDefinition

_SOURCE = SourceDefinition(name="desk", kind="tickets", files=["*.csv"])


def _land(folder: Path, sizes: list[int], **own_columns: str) -> list[Batch]:
    """Write a batch per size; its rows are numbered over all of them."""
    batches, first = [], 0
    for number, rows in enumerate(sizes, start=1):
        file = folder / f"{number}.parquet"
        numbers = pl.int_range(first, first + rows, eager=True).alias("n")
        columns = [pl.lit(value).alias(name) for name, value in own_columns.items()]
        pl.DataFrame({"n": numbers}).with_columns(*columns).write_parquet(file)
        batches.append(Batch(number, "desk", f"b{number}", f"{number}.csv", file, rows))
        first += rows
    return batches


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bronze")


@pytest.mark.slow
@given(
    sizes=st.lists(st.integers(0, 7), min_size=1, max_size=5),
    rows_at_once=st.integers(1, 12),
)
def test_every_row_is_in_one_part_and_knows_its_batch(
    folder: Path, sizes: list[int], rows_at_once: int
) -> None:
    batches = _land(folder, sizes)
    parts = list(parts_of(batches, rows_at_once, _SOURCE))
    frames = [read_part(part, _SOURCE) for part in parts]
    assert all(frame.height == part.length for frame, part in zip(frames, parts, strict=True))
    assert max(frame.height for frame in frames) <= rows_at_once
    rows = pl.concat(frames)
    assert rows["n"].to_list() == list(range(sum(sizes)))
    assert rows["_batch_number"].to_list() == [
        batch.number for batch in batches for _ in range(batch.rows)
    ]


@given(sizes=st.lists(st.integers(0, 7), min_size=1, max_size=5))
def test_a_batch_without_rows_is_looked_at_too(folder: Path, sizes: list[int]) -> None:
    batches = _land(folder, sizes)
    parts = parts_of(batches, 3, _SOURCE)
    assert {batch for part in parts for batch in part.batches} == set(batches)


def test_files_of_different_columns_are_not_read_as_one(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    batches = _land(tmp_path / "old", [2, 2]) + _land(tmp_path / "new", [2], queue="A")
    parts = list(parts_of(batches, 100, _SOURCE))
    assert [len(part.batches) for part in parts] == [2, 1]


def test_a_column_of_the_export_cannot_pass_for_our_bookkeeping(tmp_path: Path) -> None:
    (batch,) = _land(tmp_path, [1], _source="theirs", _batch="theirs", _file="theirs")
    rows = read_part(Part((batch,), 0, None), _SOURCE)
    assert rows.select("_source", "_batch", "_file").row(0) == ("desk", "b1", "1.csv")
