"""One snapshot file: its manifest, and the read-only connection that serves it.

To add a fact to the manifest: a field of `Manifest`, its value in `manifest_of`, and a check in
`open_whole` if readers rely on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from transforms.refusal import Refusal

_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # or `FROM name` could read a Python variable
}
_opening = threading.Lock()


class Manifest(BaseModel):
    """What a snapshot was made from and holds; a file that disagrees with it is never served."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date = Field(description="The day whose end is 'now' for every figure.")
    made_at: AwareDatetime = Field(description="When the run made it.")
    code_version: str = Field(description="Version of the code that made it.")
    inputs: str = Field(description="Digest of all it was made from: the same needs no new one.")
    file_bytes: int = Field(description="Size of the DuckDB file.")
    tables: dict[str, int] = Field(description="Rows of every table, by schema.table.")


class Snapshot:
    """An open snapshot. Safe to share between threads; close it, or use it in a `with`."""

    def __init__(self, id: str, manifest: Manifest, connection: duckdb.DuckDBPyConnection) -> None:
        self.id = id
        self.manifest = manifest
        self._connection = connection

    def query(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> pl.DataFrame:
        """Return the rows of one SELECT; values are bound to its `?` or `$name`, never pasted.

        Instants come back as UTC.
        """
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, parameters).pl()

    @contextmanager
    def relations(self) -> Iterator[Callable[[str], duckdb.DuckDBPyRelation]]:
        """Give a function from a table ("schema.table") to its relation, for lazy Narwhals.

        The relations of one block can be joined; collect them before it ends. They may not leave
        its thread.
        """
        with self._connection.cursor() as cursor:
            yield cursor.table

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def connect_read_only(file: Path) -> duckdb.DuckDBPyConnection:
    """Return a read-only connection that can reach nothing but `file`, with UTC as its zone.

    Raises duckdb.Error when the file is missing or no DuckDB database.
    """
    with _opening:
        connection = duckdb.connect(file, read_only=True, config=_LOCKED_DOWN)
        # Connections of one process to one file share settings: the second finds them locked.
        (is_locked,) = connection.sql("SELECT current_setting('lock_configuration')").fetchall()[0]
        if not is_locked:
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            connection.execute("SET GLOBAL lock_configuration = true")
    return connection


def manifest_of(
    candidate: Path,
    *,
    as_of: date,
    made_at: datetime,
    code_version: str,
    inputs: str,
) -> Manifest:
    """Return the manifest of `candidate`: its size, its tables and rows, and what is passed in.

    `made_at` must carry its zone.
    """
    with connect_read_only(candidate) as connection:
        tables = _count_rows(connection)
    return Manifest(
        as_of=as_of,
        made_at=made_at,
        code_version=code_version,
        inputs=inputs,
        file_bytes=candidate.stat().st_size,
        tables=tables,
    )


def open_whole(file: Path, manifest: Manifest, name: str) -> duckdb.DuckDBPyConnection:
    """Return a read-only connection to `file`, called `name` in the Refusal.

    Raises Refusal when it is missing, torn or holds other rows than `manifest` says.
    """
    if not file.is_file() or file.stat().st_size != manifest.file_bytes:
        raise torn(name)
    try:
        connection = connect_read_only(file)
    except duckdb.Error as error:
        raise torn(name) from error
    try:
        is_whole = _count_rows(connection) == manifest.tables
    except duckdb.Error as error:
        connection.close()
        raise torn(name) from error
    if not is_whole:
        connection.close()
        raise torn(name)
    return connection


def try_views(file: Path) -> None:
    """Plan a query of each view; duckdb.Error tells of one that works under another name only."""
    with connect_read_only(file) as connection:
        views = connection.sql(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        for schema, view in views:
            connection.execute(f"SELECT * FROM {_quoted(schema)}.{_quoted(view)} LIMIT 0")


def torn(name: str) -> Refusal:
    """Return the Refusal of a snapshot that cannot be trusted."""
    return Refusal(
        "Snapshot {name} is missing, torn or not what its manifest says and is not served:"
        " go back to another one with `sqm rollback ID` (`sqm snapshots` lists them).",
        "快照 {name} 缺失、损坏或与其清单不符，不予使用："
        "请用 `sqm rollback ID` 退回到其他快照（`sqm snapshots` 可列出全部）。",
        name=name,
    )


def _count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the rows of every table, by schema.table."""
    tables = connection.sql(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
    ).fetchall()
    counts = [
        f"SELECT {position}, count(*) FROM {_quoted(schema)}.{_quoted(table)}"
        for position, (schema, table) in enumerate(tables)
    ]
    rows = dict(connection.sql(" UNION ALL ".join(counts)).fetchall()) if counts else {}
    return {f"{schema}.{table}": rows[i] for i, (schema, table) in enumerate(tables)}


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
