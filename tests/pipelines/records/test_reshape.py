"""[reshape]: SQL over a batch sees the batch, and nothing else."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.records.reshape import reshape
from pipelines.sources.readers import write_bronze
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

CALLS = b"id,n,note\nA1,1,x\nA1,2,y\nA2\nA3,3,z\n"


def bronze_of(folder: Path, content: bytes, name: str = "calls.csv") -> Path:
    landed, target = folder / name, folder / f"{name}.parquet"
    landed.write_bytes(content)
    source = SourceDefinition.model_validate({"name": "calls", "kind": "tickets", "files": "*"})
    write_bronze(landed, source, target, hmac_key=None, metadata={})
    return target


@pytest.fixture
def bronze(tmp_path: Path) -> Path:
    return bronze_of(tmp_path, CALLS)


def refusal_of(bronze: Path, sql: str) -> str:
    with pytest.raises(Refusal) as refused:
        reshape(bronze, sql, source="calls")
    assert "sources/calls.toml" in refused.value.told("zh")
    return refused.value.told("en")


def test_rows_keep_their_numbers_and_ragged_records_are_appended(bronze: Path) -> None:
    outcome = reshape(
        bronze,
        "select * from source qualify row_number() over (partition by id order by _row desc) = 1",
        source="calls",
    )
    assert outcome.sort("_row").rows(named=True) == [
        {"id": "A1", "n": "2", "note": "y", "_row": 3, "_ragged": None},
        {"id": None, "n": None, "note": None, "_row": 4, "_ragged": "A2"},
        {"id": "A3", "n": "3", "note": "z", "_row": 5, "_ragged": None},
    ]


def test_an_outcome_without_row_numbers_is_numbered(bronze: Path) -> None:
    outcome = reshape(
        bronze, "select id, sum(n::int) as n from source group by id order by id;", source="calls"
    )
    assert outcome.rows(named=True) == [
        {"_row": 1, "id": "A1", "n": 3, "_ragged": None},
        {"_row": 2, "id": "A3", "n": 3, "_ragged": None},
        {"_row": 4, "id": None, "n": None, "_ragged": "A2"},
    ]
    assert outcome.schema["n"] == pl.Int64


def test_several_batches_are_one_table(tmp_path: Path) -> None:
    files = [
        bronze_of(tmp_path, b"id,a\n1,x\n", "a.csv"),
        bronze_of(tmp_path, b"b,id\ny,2\n", "b.csv"),
    ]
    outcome = reshape(files, "select id, a, b, _row from source", source="calls")
    assert outcome.rows() == [("1", "x", None, 2, None), ("2", None, "y", 2, None)]


def test_values_come_back_in_types_that_mapping_knows(bronze: Path) -> None:
    outcome = reshape(
        bronze,
        """
        select [n] as list, {'n': n} as struct, 1::hugeint as huge, interval 1 day as span,
            timestamptz '2026-03-01 08:00:00+08' as at, date '2026-03-01' as day, 1.5::double as x
        from source limit 1
        """,
        source="calls",
    )
    assert outcome.drop("_row", "_ragged").schema == {
        "list": pl.String,
        "struct": pl.String,
        "huge": pl.Int64,
        "span": pl.String,
        "at": pl.Datetime("us", "UTC"),
        "day": pl.Date,
        "x": pl.Float64,
    }
    assert outcome.row(0)[1:3] == ('["1"]', '{"n":"1"}')


@pytest.mark.parametrize(
    "sql",
    [
        "select * from source; select 1",
        "drop view source",
        "create table t as select 1",
        "copy source to 'stolen.csv'",
        "attach 'other.duckdb'",
        "install httpfs",
        "set memory_limit = '10GB'",
        "pragma database_list",
        "",
    ],
)
def test_anything_but_one_select_is_refused(bronze: Path, sql: str) -> None:
    assert "is not one SELECT" in refusal_of(bronze, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{file}')",
        "select * from '{file}'",
        "select * from read_text('{file}')",
        "select * from glob('{folder}/*')",
        "select * from read_json('http://127.0.0.1:1/x')",
        "select * from parquet_metadata('{folder}/other.parquet')",
        "select * from sqlite_scan('{file}', 't')",
        "select * from secret_frame",
    ],
)
def test_nothing_outside_the_batch_can_be_read(bronze: Path, tmp_path: Path, sql: str) -> None:
    secret_frame = pl.DataFrame({"a": [1]})  # a careless connection would find it by this name
    secret_frame.write_parquet(tmp_path / "other.parquet")
    sentence = refusal_of(bronze, sql.format(file=tmp_path / "calls.csv", folder=tmp_path))
    assert "the SQL under [reshape] fails" in sentence


def test_sql_that_fails_is_refused_with_the_reason(bronze: Path) -> None:
    assert 'syntax error at or near "id"' in refusal_of(bronze, "select n group id by n")
    assert 'Referenced column "nope" not found' in refusal_of(bronze, "select nope from source")
    assert "Could not convert string" in refusal_of(bronze, "select id::int from source")


def test_sql_that_needs_too_much_memory_is_refused(bronze: Path) -> None:
    sentence = refusal_of(bronze, "select list(range || repeat('x', 900)) from range(5000000)")
    assert "memory" in sentence.lower()


def test_a_column_selected_twice_is_refused(bronze: Path) -> None:
    assert 'the column "id" 2 times' in refusal_of(bronze, "select id, id from source")


def test_row_numbers_that_are_none_are_refused(bronze: Path) -> None:
    assert "gives _row the type varchar" in refusal_of(bronze, "select 'x' as _row from source")
