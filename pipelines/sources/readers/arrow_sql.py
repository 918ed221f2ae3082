"""SQL over an Arrow table in memory, for what Arrow has no function for: hashes and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import duckdb
import pyarrow as pa


def query_table(
    sql: str, rows: pa.Table, parameters: Mapping[str, object] | None = None
) -> pa.Table:
    """Return what `sql` selects from `rows`, in their order."""
    with _engine().cursor() as cursor:
        # DuckDB finds the table by its name here, sooner than it would register it.
        return cursor.execute(sql, parameters or {}).to_arrow_table()


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One for all calls, since opening takes longer than most queries; it never uses a disk."""
    return duckdb.connect(config={"temp_directory": "", "autoinstall_known_extensions": False})
