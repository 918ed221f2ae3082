"""Hand-made rows of `marts.survey_facts` in a database of their own, and questions to them.

A row is written as what differs from the usual answer of a customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import marts
from pipelines.questions.metric_queries import Ask
from tests.pipelines.measured_by_hand import UNITS
from transforms.satisfaction import DELIVERY_FACTS, DURATION_TITLES, TICKET_FACTS

MARCH: dict[str, date] = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
_TEXTS = (
    *("response_id", "evaluator", "method", "subject", "subject_id", "ticket_id", "waybill_no"),
    *("org_unit_id", "agent_id", "courier_id", "comment"),
)
_SHARES = ("overall_share", "attitude_share", "efficiency_share", "effect_share")
_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, pl.String),
    **dict.fromkeys(("sent_on", "answered_on"), pl.Date),
    **dict.fromkeys(("weight", *_SHARES, "recommend", *DURATION_TITLES), pl.Float64),
    **dict.fromkeys((*DELIVERY_FACTS, *TICKET_FACTS), pl.Boolean),
}
_USUAL = {
    "evaluator": "customer",
    "method": "sms",
    "subject": "ticket",
    "org_unit_id": "PD",
    "sent_on": date(2026, 3, 2),
    "answered_on": date(2026, 3, 3),
    "weight": 1.0,
    "overall_share": 1.0,
}


def asked(surveys: Sequence[Mapping[str, Any]]) -> Ask:
    """Return what asks a database of `surveys`, numbered S0, S1, ... where they have no id.

    Units are those of `measured_by_hand`.
    """
    rows = [
        {**dict.fromkeys(_SCHEMA), **_USUAL, "response_id": f"S{number}", **survey}
        for number, survey in enumerate(surveys)
    ]
    connection = duckdb.connect()
    tree = Path(marts.__file__).parent / "sql" / "org_unit_tree.sql"
    for schema in ("reference", "marts"):
        connection.execute(f"create schema {schema}")
    _write(connection, "marts.survey_facts", pl.DataFrame(rows, schema=_SCHEMA))
    _write(connection, "reference.org_units", UNITS)
    connection.execute(f"create table reference.org_unit_tree as ({tree.read_text()})")

    def ask(sql: str, parameters: Sequence[Any]) -> pl.DataFrame:
        return connection.execute(sql, list(parameters)).pl()

    return ask


def _write(connection: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    connection.register("incoming_rows", rows.to_arrow())
    connection.execute(f"create table {name} as from incoming_rows")
    connection.unregister("incoming_rows")
