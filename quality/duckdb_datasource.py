"""DuckDB as a data source of Great Expectations.

Import it inside a function: Great Expectations takes seconds. Importing it registers
`context.data_sources.add_duckdb`, which is why the classes are not made where they are used.
"""

from __future__ import annotations

import builtins
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

import sqlalchemy
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps one connection open.

    The stock engine closes it before rows are fetched, and DuckDB then returns none.
    """

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        """Yield the one connection of this engine."""
        if not self._connection:
            self._connection = self.engine.connect()
        yield self._connection


class DuckDBDatasource(SQLDatasource):
    """One schema of a DuckDB file. The source bears the schema's name; the file is in its URL."""

    # The library tells its sources apart by this literal and so narrows it in each of its own.
    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    @property
    def schema_(self) -> str:
        """The schema that holds the tables of this source."""
        return self.name

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine that answers for this source."""
        return DuckDBExecutionEngine
