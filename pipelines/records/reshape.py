"""[reshape] of a source file: one SELECT over a batch, in a sandbox.

The SQL sees the good rows as `source` and nothing else: DuckDB may read the batch's own bronze
files, but no other file, no network and no extension, and its settings are locked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from pipelines.sources.readers.column_names import RAGGED, ROW
from transforms.refusal import Refusal

_MEMORY_LIMIT = "1GB"

_SANDBOX = f"""
    set TimeZone = 'UTC';
    set memory_limit = '{_MEMORY_LIMIT}';
    set temp_directory = '';
    set python_enable_replacements = false;
    set autoload_known_extensions = false;
    set autoinstall_known_extensions = false;
    set allow_community_extensions = false;
    set enable_external_access = false;
    set lock_configuration = true;
"""

_WHOLE = {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"}
_WIDER_THAN_OURS = {"ubigint", "hugeint", "uhugeint"}  # what sum() of whole numbers gives
_NESTED = {"list", "array", "struct", "map", "union"}
_TEXT = {"uuid", "interval", "enum", "bit", "time with time zone"}


def reshape(bronze: Path | Sequence[Path], sql: str, *, source: str) -> pl.DataFrame:
    """Return what `sql` makes of the rows of a batch (or of several), with `_row` and `_ragged`.

    `source` in the SQL has the columns of bronze and `_row`, without ragged records; these are
    appended to the outcome as they are, so that they are still quarantined. An outcome without
    `_row` is numbered from 1. Sums of whole numbers come back as Int64, nested values as JSON text.

    Raises Refusal, naming `source`, when the SQL is not one SELECT, fails, or reaches outside.
    """
    files = [str(path) for path in ([bronze] if isinstance(bronze, Path) else bronze)]
    with duckdb.connect() as connection:
        _refuse_all_but_one_select(connection, sql, source)
        connection.execute("set allowed_paths = $files", {"files": files})
        rows = connection.read_parquet(files, union_by_name=True)
        ragged = rows.filter(f"{RAGGED} is not null").select(ROW, RAGGED).pl()
        rows.filter(f"{RAGGED} is null").project(f"* exclude ({RAGGED})").create_view("source")
        connection.execute(_SANDBOX)
        try:
            selected = connection.sql(sql)
            outcome = selected.project(_plain_types(selected, source)).pl()
        except duckdb.Error as error:
            raise _failed(source, str(error).splitlines()[0]) from error
    if ROW not in outcome.columns:
        outcome = outcome.with_row_index(ROW, offset=1)
    return pl.concat(
        [
            outcome.with_columns(pl.col(ROW).cast(pl.Int64), pl.lit(None, pl.String).alias(RAGGED)),
            ragged,
        ],
        how="diagonal",
    )


def _refuse_all_but_one_select(
    connection: duckdb.DuckDBPyConnection, sql: str, source: str
) -> None:
    problem, error, statements = connection.execute(
        """
        with parsed as (select json_serialize_sql($sql) as tree)
        select tree ->> 'error_type', tree ->> 'error_message',
            json_array_length(tree -> 'statements')
        from parsed
        """,
        {"sql": sql},
    ).fetchone()
    if problem == "parser":
        raise _failed(source, error)
    if statements != 1:  # null when it is a statement of another kind
        raise Refusal(
            "sources/{source}.toml: the SQL under [reshape] is not one SELECT: write a single "
            "SELECT over source.",
            "sources/{source}.toml：[reshape] 中的 SQL 不是单条 SELECT：请写成对 source 的一条 "
            "SELECT 语句。",
            source=source,
        )


def _plain_types(selected: duckdb.DuckDBPyRelation, source: str) -> str:
    """Return a projection of `selected` to types that mapping knows."""
    for name, times in Counter(selected.columns).items():
        if times > 1:
            raise Refusal(
                'sources/{source}.toml: the SQL under [reshape] selects the column "{column}" '
                "{times} times: give each a name of its own.",
                "sources/{source}.toml：[reshape] 中的 SQL 把列“{column}”选出了 {times} 次："
                "请为每一列取不同的名称。",
                source=source,
                column=name,
                times=times,
            )
    types = dict(zip(selected.columns, (kind.id for kind in selected.types), strict=True))
    if types.get(ROW, "bigint") not in _WHOLE | _WIDER_THAN_OURS:
        raise Refusal(
            "sources/{source}.toml: the SQL under [reshape] gives _row the type {type}: leave it "
            "the whole number that it is in source, or leave it out.",
            "sources/{source}.toml：[reshape] 中的 SQL 把 _row 变成了 {type} 类型：请保持 source "
            "中的整数，或不选出该列。",
            source=source,
            type=types[ROW],
        )
    return ", ".join(_plain(name, kind) for name, kind in types.items() if name != RAGGED)


def _plain(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind in _WIDER_THAN_OURS:
        return f"{quoted}::bigint as {quoted}"
    if kind in _NESTED:
        return f"to_json({quoted})::varchar as {quoted}"
    if kind in _TEXT:
        return f"{quoted}::varchar as {quoted}"
    return quoted


def _failed(source: str, reason: str) -> Refusal:
    return Refusal(
        "sources/{source}.toml: the SQL under [reshape] fails ({reason}): correct it.",
        "sources/{source}.toml：[reshape] 中的 SQL 执行失败（{reason}）：请改正。",
        source=source,
        reason=reason,
    )
