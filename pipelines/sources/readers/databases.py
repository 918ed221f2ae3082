"""Sources that are a query: streamed through SQLAlchemy, named by the hash of what came.

Whole numbers, floats, booleans, dates and instants keep their types; exact decimals (NUMERIC)
and everything else become text, which loses nothing. A column with values of several types
(SQLite allows it) becomes text. The address of the database holds a password: it stays out of
every sentence, and errors that might quote it are not chained.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.sources.readers.bronze_files import numbered, write_tables
from pipelines.sources.readers.column_names import tidy_names
from pipelines.sources.readers.private_columns import protect
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

_ROWS_AT_ONCE = 20_000  # delivered by the server, and held in memory, at a time

_INSTANT = pa.timestamp("us", "UTC")
_LOCAL_TIME = pa.timestamp("us")


@dataclass(frozen=True)
class Fetched:
    """What a query delivered: the SHA-256 (hex) of its content and its number of rows.

    The same rows in the same order have the same hash: give the query an ORDER BY.
    """

    sha256: str
    rows: int
    _parts: _Parts

    def write(self, target: Path, metadata: Mapping[str, str]) -> None:
        """Write the rows to `target` in the layout, and with the care, of `write_bronze`."""
        write_tables(numbered(self._parts.tables()), target, metadata)


@contextmanager
def fetch_database(source: SourceDefinition, *, hmac_key: str | None) -> Iterator[Fetched]:
    """Run the query of `source` and hand over what it delivered, to be named and written.

    The rows wait in a temporary folder, already without personal data, until the `with` block
    ends; memory holds a few thousand of them. Raises Refusal when the environment variable is
    not set, the database cannot be reached, or the query fails.
    """
    with tempfile.TemporaryDirectory(prefix="sqm-query-") as folder:
        parts = _Parts(Path(folder))
        for table in protect(_delivered(source), source, hmac_key):
            parts.add(table)
        yield Fetched(parts.sha256(), parts.rows, parts)


class _Parts:
    """Tables that were delivered one after the other, each with the types its values needed."""

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self._folder = folder
        self._schemas: list[pa.Schema] = []

    def add(self, table: pa.Table) -> None:
        pq.write_table(table, self._file(len(self._schemas)))
        self._schemas.append(table.schema)
        self.rows += len(table)

    def tables(self) -> Iterator[pa.Table]:
        """Yield the parts with the types that hold all values of each column."""
        schema = pa.schema(
            (name, _one_type([part.field(name).type for part in self._schemas]))
            for name in self._schemas[0].names
        )
        for number in range(len(self._schemas)):
            yield pq.read_table(self._file(number)).cast(schema, safe=False)  # whole to float

    def sha256(self) -> str:
        """Return the hash of the content: names and rows as JSON, whatever the parts."""
        content = hashlib.sha256(json.dumps(self._schemas[0].names).encode())
        for table in self.tables():
            content.update(pl.from_arrow(table).write_ndjson().encode())
        return content.hexdigest()

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06}.parquet"


def _one_type(types: Sequence[pa.DataType]) -> pa.DataType:
    several = set(types) - {pa.null()}
    if several == {pa.int64(), pa.float64()}:
        return pa.float64()
    return several.pop() if len(several) == 1 else pa.string()


def _delivered(source: SourceDefinition) -> Iterator[pa.Table]:
    """Yield what the query delivers; the first table has the columns but no rows."""
    from sqlalchemy.exc import SQLAlchemyError

    database = source.database
    url = _url(source)
    engine = _engine(source, url)
    try:
        with _connect(source, engine, url) as connection:
            try:
                rows = connection.execution_options(
                    stream_results=True, yield_per=_ROWS_AT_ONCE, no_parameters=True
                ).exec_driver_sql(database.query.strip().rstrip(";"))
                names = tidy_names(list(rows.keys()), file=f"sources/{source.name}.toml (query)")
                yield pa.table({name: pa.nulls(0) for name in names})
                for part in rows.partitions(_ROWS_AT_ONCE):
                    columns = zip(*part, strict=True)
                    yield pa.table(
                        {name: _array(column) for name, column in zip(names, columns, strict=True)}
                    )
            except SQLAlchemyError as error:
                raise Refusal(
                    "sources/{source}.toml: the query fails ({reason}): correct it.",
                    "sources/{source}.toml：查询失败（{reason}）：请改正查询语句。",
                    source=source.name,
                    reason=_reason(error, url),
                ) from None
    finally:
        engine.dispose()


def _url(source: SourceDefinition) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    variable = source.database.url_env
    address = os.environ.get(variable)
    if not address:
        raise Refusal(
            "The environment variable {variable} is not set: give it the SQLAlchemy URL of the "
            "database of source {source}.",
            "环境变量 {variable} 未设置：请把它设为数据源 {source} 的数据库 SQLAlchemy URL。",
            variable=variable,
            source=source.name,
        )
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise Refusal(
            "The environment variable {variable} (source {source}) holds no SQLAlchemy URL: write "
            "it as in postgresql://user:password@host:5432/database, special characters of the "
            "password as %XX.",
            "环境变量 {variable}（数据源 {source}）不是有效的 SQLAlchemy URL：请写成 "
            "postgresql://user:password@host:5432/database，密码中的特殊字符写成 %XX。",
            variable=variable,
            source=source.name,
        ) from None
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(source: SourceDefinition, url: URL) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise Refusal(
            "Source {source}: there is no driver for {driver} ({reason}): install it, or use "
            "another in the URL.",
            "数据源 {source}：缺少 {driver} 的驱动（{reason}）：请安装，或在 URL 中改用其他驱动。",
            source=source.name,
            driver=url.drivername,
            reason=error,
        ) from None


def _connect(source: SourceDefinition, engine: Engine, url: URL) -> Connection:
    from sqlalchemy.exc import SQLAlchemyError

    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    try:
        if is_file and not Path(url.database).is_file():  # SQLite would make an empty one
            raise FileNotFoundError("the file is not there")
        return engine.connect()
    except (SQLAlchemyError, FileNotFoundError) as error:
        raise Refusal(
            "The database of source {source} cannot be reached ({reason}): check that it runs and "
            "that {variable} is right.",
            "无法连接数据源 {source} 的数据库（{reason}）：请检查数据库是否在运行，以及 {variable} "
            "是否正确。",
            source=source.name,
            reason=_reason(error, url),
            variable=source.database.url_env,
        ) from None


def _reason(error: Exception, url: URL) -> str:
    """Return the first line of what the driver says, without password or options of the URL."""
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    options = (value for values in url.normalized_query.values() for value in values)
    for secret in (url.password, *options):
        reason = reason.replace(str(secret), "***") if secret else reason
    return reason


def _array(values: Sequence[object]) -> pa.Array:
    """Return one column of a delivery with the type that holds its values, else as text."""
    types = {type(value) for value in values} - {type(None)}
    if types <= {int} and all(-(2**63) <= value < 2**63 for value in values if value is not None):
        return pa.array(values, pa.int64() if types else pa.null())
    if types <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if types in ({bool}, {date}, {str}):
        return pa.array(values)
    if types == {datetime}:
        zones = {value.tzinfo is not None for value in values if value is not None}
        if len(zones) == 1:
            return pa.array(values, _INSTANT if zones.pop() else _LOCAL_TIME)
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bytes() | memoryview():
            return bytes(value).hex()
        case _:
            return str(value)
