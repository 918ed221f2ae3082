"""Lists of records on a page, as people read them: names for units, words for values, local times.

To show another column of a list: `_FIRST`; all columns are on the record's own page.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.blocks.tables import table
from dashboards.filters import unit_names
from dashboards.language import _, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from transforms.catalogue import Metric, records_of, tables_of

_MOST_RECORDS = 200
# Columns of a list of records; all others are on the record's own page.
_FIRST = {
    "tickets": (
        "ticket_id", "org_unit_id", "kind", "channel", "priority", "category", "status",
        "opened_at", "first_response_at", "promised_at", "resolved_at", "agent_id",
    ),
    "deliveries": (
        "waybill_no", "org_unit_id", "service_level", "status", "exception", "picked_up_at",
        "promised_at", "delivered_at", "attempts", "courier_id", "claim",
    ),
    "surveys": (
        "response_id", "org_unit_id", "evaluator", "subject", "subject_id", "overall", "attitude",
        "efficiency", "effect", "recommend", "comment", "answered_at", "agent_id",
    ),
    "finance_entries": (
        "entry_id", "org_unit_id", "account_code", "posted_on", "amount", "description",
        "waybill_no",
    ),
    "duties": ("duty_id", "org_unit_id", "kind", "title", "due_on", "done_on", "result"),
}  # fmt: skip
_OPENS = ("tickets", "deliveries", "surveys", "finance_entries", "duties")
WORDED = (
    "kind", "channel", "priority", "status", "outcome", "service_level", "exception", "signed_by",
    "evaluator", "method", "subject", "result", "event",
)  # fmt: skip


def records_list(reader: Reader, scope: Scope, metric: Metric) -> None:
    """List the records that speak against the service in the figure, each leading to its page."""
    rows = reader.behind(metric, scope, limit=_MOST_RECORDS)
    found = reader.count_behind(metric, scope)
    if not found:
        st.caption(_("No record speaks against this figure."))
        return
    if found > rows.height:
        template = _("{n} records behind it; the worst {listed} are listed. Click one to open it.")
    else:
        template = n_(
            "{n} record behind it. Click its number to open it.",
            "{n} records behind it. Click a number to open it.",
            found,
        )
    st.caption(template.format(n=number(found), listed=number(rows.height)))
    kind = records_of(tables_of(metric)[0])
    show_records(reader, scope, rows, kind, name=f"behind_{metric.name}")


def show_records(
    reader: Reader, scope: Scope | None, rows: pl.DataFrame, kind: str, *, name: str
) -> None:
    """Show records of a kind: names for units, words for values, local times."""
    titles = reader.column_titles(kind)
    shown = readable(reader, rows)
    order = [c for c in _FIRST.get(kind, ()) if c in shown.columns]
    columns = order or [c for c in shown.columns if c in titles]
    table(
        reader,
        shown,
        {column: titles.get(column, column) for column in columns},
        name=name,
        title=word(kind),
        scope=scope,
        opens=columns[0] if kind in _OPENS else None,
    )


def readable(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    """Return records as people read them: names of units, words, local times, money in units."""
    names = unit_names(reader)
    zone = reader.home.settings.time_zone
    expressions = []
    for column, dtype in rows.schema.items():
        if column == "org_unit_id":
            expressions.append(pl.col(column).replace(names))
        elif dtype == pl.Datetime:
            local = pl.col(column).dt.convert_time_zone(zone).dt.replace_time_zone(None)
            expressions.append(local)
        elif column in WORDED:
            values = rows[column].unique().drop_nulls().to_list()
            expressions.append(pl.col(column).replace({value: word(value) for value in values}))
        elif column.endswith("_minor"):
            expressions.append((pl.col(column) / 100).alias(column.removesuffix("_minor")))
    return rows.with_columns(expressions)
