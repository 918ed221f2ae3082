"""The measures of hand-made records in a database of their own, and questions to them.

Held rows are the same for all: those of HELD.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import marts
from pipelines.questions.metric_queries import Ask, MetricQuery, answer, empty_measures
from tests.transforms.hand_made import AS_OF, Row, buckets_of, on, sums_of
from transforms.catalogue import METRICS, SLICES, measures_of, records_of

# HQ
#  ├─ EAST: PD (region east), XH (region east)
#  └─ WEST: CD (region west)
UNITS = pl.DataFrame(
    [
        ("HQ", None, "company", None),
        ("EAST", "HQ", "region", "east"),
        ("WEST", "HQ", "region", "west"),
        ("PD", "EAST", "outlet", "east"),
        ("XH", "EAST", "outlet", "east"),
        ("CD", "WEST", "outlet", "west"),
    ],
    schema=["id", "parent_id", "kind", "region"],
    orient="row",
)
# kind, day, org_unit_id, slices, is_replaced
HELD = [
    ("tickets", on(2), "PD", {"channel": "phone", "kind": "request"}, False),
    ("tickets", on(3), "PD", {"channel": "chat", "kind": None}, False),
    ("tickets", on(3), "PD", {"channel": "chat"}, True),
    ("tickets", None, "CD", {"channel": "phone"}, False),
    ("tickets", on(9), None, {"channel": "phone"}, False),
    ("deliveries", on(2), "PD", {}, False),
    ("budget_lines", on(1), "PD", {"account_code": "R"}, False),
]


def measured(
    connection: duckdb.DuckDBPyConnection,
    records: Mapping[str, list[Row]],
    *,
    minimum_answers: int = 1,
    units: pl.DataFrame = UNITS,
) -> Ask:
    """Write the measures of `records`, as of 31 March, and all else that a question needs.

    Returns what asks them.
    """
    for schema in ("measures", "reference", "marts", "intake"):
        connection.execute(f"create schema {schema}")
    for table in SLICES:
        rows = records.get(records_of(table), [])
        sums = sums_of(table, rows).select(empty_measures(table).columns)
        _create(connection, f"measures.{table}", sums)
        if any(measure.spread for measure in measures_of(table)):
            _create(connection, f"measures.{table}_spread", buckets_of(table, rows))
    facts = {f"as_of.{table}": AS_OF.date().isoformat() for table in SLICES}
    facts["minimum_answers"] = str(minimum_answers)
    _create(
        connection, "intake.facts", pl.DataFrame({"name": [*facts], "value": [*facts.values()]})
    )
    _create(connection, "reference.org_units", units)
    tree = Path(marts.__file__).parent / "sql" / "org_unit_tree.sql"
    _create(connection, "reference.org_unit_tree", connection.sql(tree.read_text()).pl())
    held = pl.DataFrame(
        [(kind, day, unit, json.dumps(sliced), gone) for kind, day, unit, sliced, gone in HELD],
        schema=["kind", "day", "org_unit_id", "slices", "is_replaced"],
        orient="row",
    )
    _create(connection, "marts.held_rows", held)

    def ask(sql: str, parameters: Sequence[Any]) -> pl.DataFrame:
        return connection.sql(sql, params=list(parameters)).pl()

    return ask


def told(
    ask: Ask, name: str, *columns: str, rolled_up: bool = False, **asked: Any
) -> list[tuple[Any, ...]]:
    """Return the answer's keys and `columns` ("value" if none), a tuple per row."""
    where = {column: tuple(values) for column, values in asked.pop("where", {}).items()}
    query = MetricQuery(METRICS[name], where=where, rolled_up=rolled_up, **asked)
    return answer(query, ask).select(*query.keys, *(columns or ("value",))).rows()


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    connection.register("incoming_rows", rows.to_arrow())
    connection.execute(f"create table {name} as from incoming_rows")
    connection.unregister("incoming_rows")
