"""Checks in SQL on what is about to be published: a query returns the rows that break its claim.

To add one: a file in quality/checks/, named by its claim, and rows that break it in
tests/quality/test_snapshot_checks.py. Its head says, as comments, `en` and `zh` (the claim in
words), `blocking` (yes or no), `tables` (all must be there for it to run; the verdict is about the
first) and, where it is about many tables, `for each`: `records` or `measures`. Then `{table}`
stands for each of those in turn, and for records `{key}` and `{dateless}` (rows whose instant
lacks its local date) follow from the contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import duckdb

from quality.contracts.kind import RecordKind
from quality.verdict import Verdict
from transforms.refusal import Sentence

_HEAD = re.compile(r"^-- (\w[\w ]*): (.+)$", re.MULTILINE)
_SHOWN = 5  # failing rows kept per check


@dataclass(frozen=True)
class _Check:
    name: str
    title: Sentence
    blocking: bool
    tables: tuple[str, ...]
    each: Literal["records", "measures"] | None
    sql: str


def tables_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return schema.table -> its columns in order, for every table and view of the database."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index)"
        " FROM duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return dict(rows)


def check_titles() -> dict[str, Sentence]:
    """Return the claim of every check in words, by its name."""
    return {check.name: check.title for check in _read_checks()}


def check_snapshot(
    connection: duckdb.DuckDBPyConnection, kinds: Mapping[str, RecordKind]
) -> list[Verdict]:
    """Return a verdict per check and table. A query that fails is an error, never a verdict."""
    tables = tables_of(connection)
    return [
        _verdict(connection, check, table, sql)
        for check in _read_checks()
        if set(check.tables) <= tables.keys()
        for table, sql in _queries(check, tables, kinds)
    ]


def _read_checks() -> list[_Check]:
    folder = files("quality") / "checks"
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    return [
        _parse(name.removesuffix(".sql"), text)
        for name, text in sorted(texts.items())
        if name.endswith(".sql")
    ]


def _parse(name: str, text: str) -> _Check:
    head = dict(_HEAD.findall(text))
    each = head.get("for each")
    if each not in (None, "records", "measures") or head["blocking"] not in ("yes", "no"):
        raise ValueError(f"quality/checks/{name}.sql: for each or blocking has no known value")
    return _Check(
        name,
        Sentence(head["en"], head["zh"]),
        head["blocking"] == "yes",
        tuple(head.get("tables", "").replace(",", " ").split()),
        each,
        text,
    )


def _queries(
    check: _Check, tables: Mapping[str, Sequence[str]], kinds: Mapping[str, RecordKind]
) -> Iterator[tuple[str, str]]:
    """Yield (table, query) for each table that `check` is about."""
    match check.each:
        case None:
            yield check.tables[0], check.sql
        case "measures":
            for table, columns in tables.items():
                if table.startswith("measures.") and "org_unit_id" in columns:
                    yield table, check.sql.format(table=table)
        case "records":
            for kind in kinds.values():
                table = f"records.{kind.name}"
                if table in tables:
                    key = ", ".join(f'"{column}"' for column in kind.key)
                    names = {"key": key, "dateless": _dateless(kind)}
                    yield table, check.sql.format(table=table, **names)


def _dateless(kind: RecordKind) -> str:
    """Return the SQL condition of rows with an instant but not its local date."""
    return " OR ".join(
        [f'("{at}" IS NOT NULL AND "{on}" IS NULL)' for on, at in kind.local_dates.items()]
        or ["false"]
    )


def _verdict(connection: duckdb.DuckDBPyConnection, check: _Check, table: str, sql: str) -> Verdict:
    failing = connection.sql(sql)
    (count,) = failing.aggregate("count(*)").fetchall()[0]
    rows = failing.limit(_SHOWN)
    examples = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    return Verdict(
        name=check.name,
        table=table,
        blocking=check.blocking,
        success=count == 0,
        title=check.title,
        observed=count,
        detail=json.dumps(examples, ensure_ascii=False, default=str) if examples else "",
    )
