"""A snapshot of nothing but scores, for the notice of ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import polars as pl

from pipelines.questions.metric_queries import Ask
from transforms.composite import score_units

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
AS_OF = date(2026, 5, 2)
WEIGHTS = pl.DataFrame(
    [
        ("outlet", "delivery_on_time_share", 3.0, 0.5, 1.0),
        ("outlet", "satisfied_share", 1.0, 0.0, 1.0),
    ],
    schema=["scope", "metric", "weight", "worst", "best"],
    orient="row",
)
UNITS = pl.DataFrame(
    [
        ("HQ", "Head office", "总部", "company", None, None),
        ("PD", "Pudong", "浦东", "outlet", None, None),
        ("XH", "Xuhui", "徐汇", "outlet", None, None),
        ("CD", "Chengdu", "成都", "outlet", date(2026, 4, 1), None),
        ("QP", "Qingpu", "青浦", "outlet", date(2020, 1, 1), None),
        ("OLD", "Closed", "已关闭", "outlet", None, date(2026, 3, 31)),
        ("NEW", "Not open", "未开业", "outlet", date(2026, 5, 1), None),
    ],
    schema={
        "id": pl.String,
        "name": pl.String,
        "name_zh": pl.String,
        "kind": pl.String,
        "opened_on": pl.Date,
        "closed_on": pl.Date,
    },
    orient="row",
)
# Points in April: PD 0.75 x 80 + 0.25 x 90 = 82.5, XH 0.75 x 60 + 0.25 x 100 = 70, CD lacks most.
VALUES = [
    (MARCH, "PD", "delivery_on_time_share", 0.6),
    (MARCH, "XH", "delivery_on_time_share", 0.9),
    (APRIL, "PD", "delivery_on_time_share", 0.9),
    (APRIL, "PD", "satisfied_share", 0.9),
    (APRIL, "XH", "delivery_on_time_share", 0.8),
    (APRIL, "XH", "satisfied_share", 1.0),
    (APRIL, "CD", "satisfied_share", 0.5),
]


def ranked(connection: duckdb.DuckDBPyConnection) -> Ask:
    """Write scores, parts, weights and units; return what asks them."""
    values = pl.DataFrame(
        VALUES, schema=["period", "org_unit_id", "metric", "value"], orient="row"
    ).with_columns(pl.lit("outlet").alias("scope"))
    made = score_units(values, WEIGHTS, ["period"], unit="org_unit_id")
    for schema in ("marts", "reference"):
        connection.execute(f"create schema {schema}")
    for name, rows in (
        ("marts.quality_scores", made.scores),
        ("marts.quality_score_parts", made.parts),
        ("reference.score_weights", WEIGHTS),
        ("reference.org_units", UNITS),
    ):
        connection.register("incoming_rows", rows.to_arrow())
        connection.execute(f"create table {name} as from incoming_rows")
        connection.unregister("incoming_rows")

    def ask(sql: str, parameters: Sequence[Any]) -> pl.DataFrame:
        return connection.execute(sql, list(parameters)).pl()

    return ask
