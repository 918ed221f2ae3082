"""What belongs to a record: the waybill of a ticket, surveys about it, what the books say.

To link another list: its entry in `linked_to` and its SQL.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import streamlit as st

from dashboards.blocks.record_lists import show_records
from dashboards.blocks.records.opened_record import OpenedRecord, with_short_keys
from dashboards.language import _
from dashboards.snapshot_reader import Reader


class Linked(NamedTuple):
    """Records that belong to another one: a list of its own `name`, all of one kind."""

    name: str
    kind: str
    title: str
    rows: pl.DataFrame


def linked_to(reader: Reader, record: OpenedRecord) -> list[Linked]:
    """Return the records that belong to a record, list by list; only lists that have some."""
    id, (ticket, waybill) = record.id, _about(record)
    customer = record.row.get("customer_key")
    lists = (
        Linked(
            "delivery",
            "deliveries",
            _("The delivery"),
            reader.rows("linked_deliveries", id=id, waybill=waybill),
        ),
        Linked(
            "tickets",
            "tickets",
            _("Tickets about it"),
            reader.rows("linked_tickets", id=id, ticket=ticket, waybill=waybill),
        ),
        Linked(
            "surveys",
            "surveys",
            _("What customers said"),
            reader.rows("linked_surveys", id=id, ticket=ticket, waybill=waybill),
        ),
        Linked(
            "entries",
            "finance_entries",
            _("What the books say"),
            reader.rows("linked_finance_entries", id=id, waybill=waybill),
        ),
        Linked(
            "customer",
            "tickets",
            _("Last tickets of the customer"),
            reader.rows("tickets_of_customer", id=id, customer=customer),
        ),
    )
    return [one._replace(rows=with_short_keys(one.rows)) for one in lists if one.rows.height]


def show_linked(reader: Reader, linked: list[Linked]) -> None:
    """Show the lists, each record leading to its page."""
    st.subheader(_("What belongs to it"))
    st.caption(_("Click a number to open it.") if linked else _("No other record names it."))
    for one in linked:
        st.markdown(f"**{one.title}**")
        show_records(reader, None, one.rows, one.kind, name=f"linked_{one.name}")


def _about(record: OpenedRecord) -> tuple[str | None, str | None]:
    """Return the ticket and the waybill that a record is, or is about."""
    match record.kind:
        case "tickets":
            return record.id, record.row["waybill_no"]
        case "deliveries":
            return None, record.id
        case "surveys":
            return record.row["subject_id"], record.row["subject_id"]
    return None, record.row.get("waybill_no")
