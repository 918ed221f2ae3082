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

MOST_RECORDS = 200
_MINUTE = 60
# Columns of a list of what a measured table is made of; all others are on the record's own page.
_FIRST = {
    "tickets": (
        "ticket_id", "org_unit_id", "kind", "channel", "priority", "category", "status",
        "opened_at", "first_response_at", "promised_at", "resolved_at", "agent_id",
    ),
    "clocks": (
        "ticket_id", "org_unit_id", "due_at", "stopped_at", "working_minutes", "target_minutes",
        "kind", "priority", "channel", "category", "agent_id", "clock",
    ),
    "backlog": (
        "ticket_id", "org_unit_id", "kind", "priority", "channel", "category", "opened_at",
        "due_on", "age_days", "status", "agent_id",
    ),
    "deliveries": (
        "waybill_no", "org_unit_id", "service_level", "status", "exception", "picked_up_at",
        "due_at", "promised_at", "delivered_at", "attempts", "courier_id", "claim",
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
_OPENS = ("tickets", "clocks", "backlog", "deliveries", "surveys", "finance_entries", "duties")
_OF_CLOCKS = ("clocks", "backlog")
WORDED = (
    "kind", "channel", "priority", "status", "outcome", "service_level", "exception", "signed_by",
    "evaluator", "method", "subject", "result", "event", "clock", "state", "ours", "theirs",
)  # fmt: skip


def records_list(reader: Reader, scope: Scope, metric: Metric, *, name: str | None = None) -> None:
    """List the records that speak against the service in the figure, each leading to its page.

    `name`   of files and widgets, where a page may also list what is behind the same metric
    """
    rows = reader.behind(metric, scope, limit=MOST_RECORDS)
    found = reader.count_behind(metric, scope)
    if not found:
        st.caption(_("No record speaks against this figure."))
        return
    if found > rows.height and metric.better == "neutral":
        template = _("{n} records behind it; {listed} are listed. Click one to open it.")
    elif found > rows.height:
        template = _("{n} records behind it; the worst {listed} are listed. Click one to open it.")
    else:
        template = n_(
            "{n} record behind it. Click its number to open it.",
            "{n} records behind it. Click a number to open it.",
            found,
        )
    st.caption(template.format(n=number(found), listed=number(rows.height)))
    measured = tables_of(metric)[0]
    kind = measured if measured in _FIRST else records_of(measured)
    show_records(reader, scope, rows, kind, name=name or f"behind_{metric.name}")


def records_heading(metric: Metric) -> str:
    """Return what stands over the records behind a figure: against which, if it can be good."""
    return _("What is behind it") if metric.better == "neutral" else _("What speaks against it")


def show_records(
    reader: Reader, scope: Scope | None, rows: pl.DataFrame, kind: str, *, name: str
) -> None:
    """Show records of a kind: names for units, words for values, local times."""
    titles = clock_titles(reader) if kind in _OF_CLOCKS else reader.column_titles(kind)
    shown = readable(reader, rows)
    if kind == "deliveries" and "due_at" in shown.columns:
        # The due instant is the promise where there was one.
        shown = shown.drop("promised_at")
        titles = {**titles, "due_at": reader.column_titles("clocks")["due_at"]}
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


def clock_titles(reader: Reader) -> dict[str, str]:
    """Return what the columns of lists about clocks and open tickets are called."""
    return {
        **reader.column_titles("tickets"),
        **reader.column_titles("clocks"),
        "working_minutes": _("Working minutes"),
        "target_minutes": _("Minutes allowed"),
        "remaining_working_minutes": _("Minutes left"),
        "shift_ends_at": _("Shift ends at"),
        "age_days": _("Days since opening"),
        "class": _("Why they differ"),
        "ours": _("Our clock"),
        "theirs": _("The source"),
        "judged_on": _("Judged on"),
        "source": _("Source"),
    }


def readable(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    """Return records as people read them: names of units, words, local times, money in units,
    seconds as whole minutes."""
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
        elif column.endswith("_seconds"):
            minutes = column.removesuffix("_seconds") + "_minutes"
            expressions.append((pl.col(column) // _MINUTE).alias(minutes))
    return rows.with_columns(expressions)
