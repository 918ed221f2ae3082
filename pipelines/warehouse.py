"""The one place that writes the warehouse: a DuckDB file that bronze can always make again.

No primary keys, indexes or upserts (ADR 2): a transaction deletes and inserts, uniqueness is a
check. Schemas: `intake` (batches), `records`, `superseded` (older versions), `reference`,
`measures`, `marts`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol, Self

import duckdb
import polars as pl

from quality.contracts import RECORD_KINDS
from quality.contracts.kind import RecordKind

# Readable by every DuckDB from 1.2 on (ADR 3).
_STORAGE_VERSION = "v1.2.0"
SCHEMAS = ("intake", "records", "superseded", "reference", "measures", "marts")
BOOKKEEPING = {
    "source": pl.String(),
    "batch": pl.String(),
    "batch_number": pl.Int64(),
    "row_number": pl.Int64(),
}
_SQL_TYPES = {
    pl.String: "VARCHAR",
    pl.Int64: "BIGINT",
    pl.Int32: "INTEGER",
    pl.Float64: "DOUBLE",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
    pl.Time: "TIME",
    pl.Datetime: "TIMESTAMPTZ",
}
_INTAKE_TABLES = """
create table intake.batches (
    batch varchar, batch_number bigint, source varchar, kind varchar, file varchar,
    state varchar, en varchar, zh varchar, version varchar,
    rows_in_file bigint, rows_read bigint, accepted bigint, superseded bigint, quarantined bigint,
    ambiguous_times bigint, nonexistent_times bigint, unused_columns varchar[]
);
create table intake.touched_days (measured varchar, day date);
create table intake.facts (name varchar, value varchar);
create table records.quarantine (
    kind varchar, source varchar, batch varchar, batch_number bigint, file varchar,
    row_number bigint, day date, org_unit_id varchar, record_key varchar, slices varchar,
    broken_rules varchar[], landed varchar
);
"""


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier: some columns (`at`, `on`) are words of SQL."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Iterable[str], prefix: str = "") -> str:
    """Return `names` as a list of SQL identifiers."""
    return ", ".join(prefix + quoted(name) for name in names)


class Query(Protocol):
    """Returns the rows of a SELECT; values are bound to its `?` or `$name`."""

    def __call__(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> pl.DataFrame: ...


class Warehouse:
    """The open warehouse of one run; use as a context manager, so that it is always closed."""

    def __init__(self, file: Path, *, memory_limit: str = "1500MB") -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        self._is_closed = False
        self.connection = duckdb.connect()
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute(f"set memory_limit = '{memory_limit}'")
        self.connection.execute(f"set temp_directory = '{file.parent / 'spill'}'")
        self.connection.execute("set preserve_insertion_order = false")
        escaped = str(file).replace("'", "''")
        self.connection.execute(
            f"attach '{escaped}' as warehouse (storage_version '{_STORAGE_VERSION}')"
        )
        self.connection.execute("use warehouse")
        self._make_tables()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Checkpoint and close: afterwards the file alone is the whole warehouse. Twice is once."""
        if self._is_closed:
            return
        self._is_closed = True
        self.connection.execute("use memory")
        self.connection.execute("checkpoint warehouse")
        self.connection.execute("detach warehouse")
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def query(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> pl.DataFrame:
        """Return the rows of a SELECT; values are bound to its `?` or `$name`."""
        # Not `sql(…, params=…)`: bound values make it copy the rows one by one in Python.
        return self.connection.execute(sql, parameters).pl()

    @contextmanager
    def reader(self) -> Iterator[Query]:
        """Give a `query` of its own, for another thread: it sees what is committed."""
        with self.connection.cursor() as cursor:
            cursor.execute("set TimeZone = 'UTC'")
            cursor.execute("use warehouse")
            yield lambda sql, parameters=None: cursor.execute(sql, parameters).pl()

    def fact(self, name: str) -> str | None:
        """Return what was last remembered under `name`."""
        row = self.connection.execute(
            "select value from intake.facts where name = ?", [name]
        ).fetchone()
        return row[0] if row else None

    def remember(self, name: str, value: str) -> None:
        """Keep `value` under `name`, with the transaction that is open."""
        self.connection.execute("delete from intake.facts where name = ?", [name])
        self.connection.execute("insert into intake.facts values (?, ?)", [name, value])

    def touch_all_days(self, measured: str) -> None:
        """Have every day of a measured table computed again (null stands for all)."""
        self.connection.execute("insert into intake.touched_days values (?, null)", [measured])

    def touch_days(self, measured: str, first: date, last: date) -> None:
        """Have the days `first` to `last` of a measured table computed again."""
        self.connection.execute(
            "insert into intake.touched_days select ?, day::date "
            "from generate_series(?::date, ?::date, interval 1 day) as days(day)",
            [measured, first, last],
        )

    def replace_table(self, name: str, rows: pl.DataFrame) -> None:
        """Make table `name` ("schema.table") have exactly `rows`."""
        self.connection.execute(f"create or replace table {name} as select * from rows")

    def replace_days(
        self, name: str, rows: pl.DataFrame, *, first: date | None, last: date | None
    ) -> None:
        """Replace in `name` the days from `first` to `last` by `rows` (which have `day`).

        Without bounds the whole table is replaced.
        """
        if first is None or last is None or not self.has_table(name):
            self.replace_table(name, rows)
            return
        self.connection.execute(f"delete from {name} where day between ? and ?", [first, last])
        self.connection.execute(f"insert into {name} by name select * from rows")

    def has_table(self, name: str) -> bool:
        """Say whether table or view `name` ("schema.table") exists."""
        schema, table = name.split(".")
        return bool(
            self.connection.execute(
                "select 1 from information_schema.tables where table_catalog = 'warehouse' "
                "and table_schema = ? and table_name = ?",
                [schema, table],
            ).fetchone()
        )

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Insert `rows` into table `name`, matching columns by name."""
        # DuckDB finds the frame by its name here. A registered one would stay in memory until the
        # transaction ends, and with a big export that is every part of it.
        self.connection.execute(f"insert into {name} by name select * from rows")

    def _make_tables(self) -> None:
        """Make the tables, afresh when those there are of other columns than ours are now."""
        layout = _layout()
        if self.has_table("intake.facts") and self.fact("layout") == layout:
            return
        with self.transaction():
            for schema in SCHEMAS:
                self.connection.execute(f"drop schema if exists {schema} cascade")
                self.connection.execute(f"create schema {schema}")
            self.connection.execute(_INTAKE_TABLES)
            for kind in RECORD_KINDS.values():
                for schema in ("records", "superseded"):
                    name = f"{schema}.{kind.name}"
                    self.connection.execute(f"create table {name} ({_columns_sql(kind)})")
                    self._describe(name, kind)
            self.remember("layout", layout)

    def _describe(self, name: str, kind: RecordKind) -> None:
        """Keep the contract's descriptions as comments, for whoever opens the file with SQL."""
        for column, description in kind.descriptions.items():
            text = description.replace("'", "''")
            self.connection.execute(f"comment on column {name}.{quoted(column)} is '{text}'")


def _layout() -> str:
    """Return the digest of the tables that intake writes: another release may have others."""
    columns = [f"{kind.name}: {_columns_sql(kind)}" for kind in RECORD_KINDS.values()]
    return hashlib.sha256("\n".join([_INTAKE_TABLES, *columns]).encode()).hexdigest()[:16]


def _columns_sql(kind: RecordKind) -> str:
    columns = {**BOOKKEEPING, **kind.columns}
    return ", ".join(
        f"{quoted(name)} {_SQL_TYPES[dtype.base_type()]}" for name, dtype in columns.items()
    )
