"""The course of a ticket or a waybill: what happened when, drawn against what was promised.

To show a step that a record itself carries: `_own_steps`.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.clocks.proofs import show_proofs
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.records.opened_record import OpenedRecord
from dashboards.blocks.short_lists import short_list
from dashboards.language import _
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word

_OPENED = ("open", "picked_up")
_DONE = ("resolved", "closed", "delivered", "returned", "cancelled", "lost")
_COLUMNS: dict[str, pl.DataType] = {
    "at": pl.Datetime("us"),
    "event": pl.String(),
    "place": pl.String(),
    "kind": pl.String(),
}


def course_of(reader: Reader, record: OpenedRecord) -> pl.DataFrame:
    """Return what happened to a record in the order of time: at (local), event, place, kind.

    Beside its logged events these are the instants that the record carries where no event has the
    same. No rows for kinds without events.
    """
    own = _own_steps(record)
    if not own:
        return pl.DataFrame(schema=_COLUMNS)
    logged = (
        reader.rows("events_of_tickets", id=record.id)
        if record.kind == "tickets"
        else reader.rows("events_of_deliveries", id=record.id)
    )
    local = pl.col("at").dt.convert_time_zone(record.zone).dt.replace_time_zone(None)
    raw = pl.col("event")
    events = logged.select(
        local.cast(_COLUMNS["at"]),
        raw.replace({event: word(event) for event in logged["event"].unique()}),
        pl.col("place").replace(record.names["org_unit_id"]),
        pl.when(raw.is_in(_OPENED))
        .then(pl.lit("opened"))
        .when(raw.is_in(_DONE))
        .then(pl.lit("done"))
        .otherwise(pl.lit("event"))
        .alias("kind"),
    )
    steps = pl.DataFrame(
        [(record.local(at), event, None, kind) for at, event, kind in own if at is not None],
        schema=_COLUMNS,
        orient="row",
    )
    unlogged = steps.join(events, on="at", how="anti")
    return pl.concat([events, unlogged]).sort("at", maintain_order=True)


def event_titles() -> dict[str, str]:
    """Return what the columns of the course are called."""
    return {"at": _("When"), "event": _("What"), "place": _("Where or who")}


def show_course(record: OpenedRecord, events: pl.DataFrame) -> None:
    """Draw the course of a record, and list it."""
    st.subheader(_("What happened"))
    promised = record.row["promised_at"]
    promise = pl.DataFrame(
        [(record.local(promised), _("promised"), None, "promise")] if promised else [],
        schema=_COLUMNS,
        orient="row",
    )
    draw(
        charts.course(pl.concat([events, promise]), mode=mode(), labels=labels()),
        "course",
    )
    short_list(events, event_titles(), key="events", title=_("What happened"))


def show_clocks(reader: Reader, record: OpenedRecord) -> None:
    """Show the verdict on each clock of a ticket, with the time that proves it."""
    st.subheader(_("Its clocks"))
    show_proofs(reader, record.proofs, key="record")


def _own_steps(record: OpenedRecord) -> list[tuple[datetime | None, str, str]]:
    """Return the instants that a record carries itself, with what they are."""
    row = record.row
    match record.kind:
        case "tickets":
            return [
                (row["opened_at"], _("Opened"), "opened"),
                (row["first_response_at"], _("First response"), "event"),
                (row["resolved_at"], word("resolved"), "done"),
                (row["closed_at"], word("closed"), "done"),
            ]
        case "deliveries":
            return [
                (row["picked_up_at"], word("picked_up"), "opened"),
                (row["out_for_delivery_at"], word("out_for_delivery"), "event"),
                (row["first_attempt_at"], word("first_attempt"), "event"),
                (row["delivered_at"], word("delivered"), "done"),
            ]
    return []
