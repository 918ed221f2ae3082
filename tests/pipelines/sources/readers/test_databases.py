"""Sources that are a query, on a real SQLite file and a real PostgreSQL server."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import psycopg
import pytest

from pipelines.sources.readers import databases, fetch_database
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition


def source(query: str, **keys: object) -> SourceDefinition:
    database = {"url_env": "CALLS_URL", "query": query}
    return SourceDefinition.model_validate(
        {"name": "calls", "kind": "tickets", "database": database, **keys}
    )


@pytest.fixture
def fetch(tmp_path: Path):
    """Run a query and return its bronze and its hash."""

    def run(query: str, **keys: object) -> tuple[pl.DataFrame, str]:
        target = tmp_path / "bronze" / "b.parquet"
        with fetch_database(source(query, **keys), hmac_key="key") as fetched:
            fetched.write(target, {"sqm.batch": fetched.sha256[:16]})
        assert list(target.parent.iterdir()) == [target]
        assert pl.read_parquet_metadata(target)["sqm.batch"] == fetched.sha256[:16]
        bronze = pl.read_parquet(target)
        assert bronze.height == fetched.rows
        return bronze, fetched.sha256

    return run


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "calls.sqlite"
    monkeypatch.setenv("CALLS_URL", f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table calls (id text, n, note text)")
        connection.executemany(
            "insert into calls values (?, ?, ?)",
            [("A1", None, None), ("A2", 1, ""), ("A3", 2.5, "a, b"), ("A4", -7, "客户")],
        )
        connection.commit()
    return file


@pytest.fixture
def postgres(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CALLS_URL", postgres_url)
    return postgres_url


class TestSqlite:
    def test_rows_are_numbered_in_the_order_delivered(self, fetch, sqlite: Path) -> None:
        bronze, _ = fetch("select id, n, note from calls order by id desc;")
        assert bronze.rows() == [
            ("A4", -7.0, "客户", 1, None),
            ("A3", 2.5, "a, b", 2, None),
            ("A2", 1.0, "", 3, None),
            ("A1", None, None, 4, None),
        ]

    def test_a_column_with_values_of_several_types_is_text(self, fetch, sqlite: Path) -> None:
        bronze, _ = fetch("select 1 as a, null as b union all select 'x', null")
        assert bronze.rows() == [("1", None, 1, None), ("x", None, 2, None)]
        assert bronze.schema["b"] == pl.String

    def test_the_hash_is_that_of_the_content(
        self, fetch, sqlite: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        query = "select id, n, note from calls order by id"
        bronze, first = fetch(query)
        monkeypatch.setattr(databases, "_ROWS_AT_ONCE", 1)
        again, second = fetch(query)
        assert first == second
        assert bronze.equals(again)
        others = [
            fetch("select id, n, note from calls order by id desc")[1],
            fetch("select id, n, note as remark from calls order by id")[1],
            fetch("select id, n, nullif(note, '') as note from calls order by id")[1],
            fetch("select id, n, note from calls where false")[1],
        ]
        assert len({first, *others}) == 5

    def test_a_query_without_rows_has_its_columns(self, fetch, sqlite: Path) -> None:
        bronze, _ = fetch("select id, n from calls where id = 'none'")
        assert bronze.columns == ["id", "n", "_row", "_ragged"]
        assert bronze.is_empty()

    def test_signs_with_a_meaning_elsewhere_have_none_in_a_query(self, fetch, sqlite) -> None:
        bronze, _ = fetch("select ':id %s ?' as a from calls where id like '%4'")
        assert bronze["a"].to_list() == [":id %s ?"]

    def test_private_columns_are_dealt_with_before_anything_is_written(
        self, fetch, sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        private = {"drop": "n", "key": "note"}
        bronze, _ = fetch("select * from calls order by id", private=private)
        assert bronze.columns == ["id", "note", "_row", "_ragged"]
        assert bronze["note"].drop_nulls().str.len_chars().to_list() == [64, 64]
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with fetch_database(source("select * from calls", private=private), hmac_key="key"):
            waiting = [part.read_bytes() for part in tmp_path.glob("sqm-query-*/*")]
        assert len(waiting) == 2  # the columns, then all rows at once
        assert "客户".encode() not in b"".join(waiting)

    def test_a_query_that_fails_is_refused(self, fetch, sqlite: Path) -> None:
        with pytest.raises(Refusal, match=r"query fails \(no such table: absent\): correct it"):
            fetch("select * from absent")

    def test_a_doubled_column_is_refused(self, fetch, sqlite: Path) -> None:
        with pytest.raises(Refusal, match='has the column "id" 2 times'):
            fetch("select id, id from calls")

    def test_a_file_that_is_not_there_is_refused_and_not_made(
        self, fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CALLS_URL", f"sqlite:///{tmp_path}/none.sqlite")
        with pytest.raises(Refusal, match=r"cannot be reached \(the file is not there\)"):
            fetch("select 1")
        assert not (tmp_path / "none.sqlite").exists()

    def test_what_a_refused_query_delivered_is_removed(
        self, fetch, sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        monkeypatch.setattr(databases, "_ROWS_AT_ONCE", 1)
        with pytest.raises(Refusal):
            fetch("select json(case when id < 'A4' then '1' else '{' end) as a from calls")
        assert [file.name for file in tmp_path.iterdir()] == ["calls.sqlite"]


@pytest.mark.slow
class TestPostgres:
    def test_every_type_becomes_a_native_one_or_text(self, fetch, postgres: str) -> None:
        bronze, _ = fetch(
            """
            select 7 as whole, 1.25::float8 as real, true as yes, '客户' as name,
                date '2026-03-01' as day, timestamptz '2026-03-01 08:30+08' as at,
                timestamp '2026-03-01 08:30' as local, 1234567890123456.10::numeric(20, 2) as fee,
                time '08:30' as clock, '{"a": [1]}'::jsonb as extra, array[1, 2] as list,
                'b9d1b7f0-5d1f-4b53-9d55-0242ac120002'::uuid as key, '\\x0aff'::bytea as raw,
                null::int as nothing
            """
        )
        assert bronze.drop("_row", "_ragged").rows(named=True) == [
            {
                "whole": 7,
                "real": 1.25,
                "yes": True,
                "name": "客户",
                "day": date(2026, 3, 1),
                "at": datetime(2026, 3, 1, 0, 30, tzinfo=UTC),
                "local": datetime.fromisoformat("2026-03-01 08:30"),
                "fee": "1234567890123456.10",
                "clock": "08:30:00",
                "extra": '{"a": [1]}',
                "list": "[1, 2]",
                "key": "b9d1b7f0-5d1f-4b53-9d55-0242ac120002",
                "raw": "0aff",
                "nothing": None,
            }
        ]

    def test_a_long_delivery_is_streamed_in_order(self, fetch, postgres: str) -> None:
        bronze, _ = fetch(
            "select case when n > 30000 then n end as late, n from generate_series(1, 50000) as n"
        )
        assert (bronze["n"] == bronze["_row"]).all()
        assert bronze["late"].sum() == sum(range(30_001, 50_001))
        assert bronze.schema["late"] == pl.Int64

    def test_nothing_that_a_query_does_stays(self, fetch, postgres: str) -> None:
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute("create table if not exists kept (n int)")
            with pytest.raises(Refusal):
                fetch("with gone as (insert into kept values (1) returning n) select * from gone")
            assert connection.execute("select count(*) from kept").fetchone() == (0,)

    def test_a_query_that_fails_midway_is_refused(self, fetch, postgres: str) -> None:
        with pytest.raises(Refusal, match=r"query fails \(division by zero\)"):
            fetch("select 1 / (40000 - n) from generate_series(1, 50000) as n")

    def test_a_wrong_password_is_refused_without_telling_it(
        self, fetch, postgres: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CALLS_URL", postgres.replace("s3cret%25word", "wr0ng%25one"))
        with pytest.raises(Refusal, match="cannot be reached") as refused:
            fetch("select 1")
        assert "wr0ng" not in refused.value.told("en") + refused.value.told("zh")
        assert refused.value.__suppress_context__

    def test_times_are_instants_whatever_zone_the_server_is_in(self, fetch, postgres) -> None:
        bronze, _ = fetch("select timestamptz '2026-03-01 08:30+08' as at")
        assert bronze["at"][0].utcoffset() == timedelta(0)


def test_an_environment_variable_that_is_not_set_is_refused(
    fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLS_URL", raising=False)
    with pytest.raises(Refusal, match="The environment variable CALLS_URL is not set") as refused:
        fetch("select 1")
    assert "环境变量 CALLS_URL 未设置" in refused.value.told("zh")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://sqm:pa@ss:w0rd@host:port/db", "holds no SQLAlchemy URL"),
        ("s3cret", "holds no SQLAlchemy URL"),
        ("klingon://sqm:w0rd@host/db", "there is no driver for klingon"),
        ("postgresql://sqm:w0rd@127.0.0.1:1/db", "cannot be reached"),
        ("postgres://sqm:w0rd@127.0.0.1:1/db?options=s3cret", "cannot be reached"),
    ],
)
def test_an_address_that_does_not_work_is_refused_without_its_secrets(
    fetch, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("CALLS_URL", url)
    with pytest.raises(Refusal, match=sentence) as refused:
        fetch("select 1")
    told = refused.value.told("en") + refused.value.told("zh")
    assert "w0rd" not in told
    assert "s3cret" not in told
    assert refused.value.__suppress_context__


def test_a_missing_key_is_refused_before_the_database_is_asked() -> None:
    definition = source("select 1 as phone", private={"key": "phone"})
    with (
        pytest.raises(Refusal, match="there is no key"),
        fetch_database(definition, hmac_key=None),
    ):
        pass
