"""The sheet of one record: all its fields, and everything known of it as one workbook."""

from __future__ import annotations

import re

import polars as pl
import streamlit as st

from dashboards.blocks.clocks.proofs import part_titles, parts_of
from dashboards.blocks.record_lists import readable
from dashboards.blocks.records import origin as origin
from dashboards.blocks.records.course import event_titles
from dashboards.blocks.records.links import Linked
from dashboards.blocks.records.opened_record import OpenedRecord
from dashboards.blocks.short_lists import short_list
from dashboards.blocks.tables import Downloaded, downloads
from dashboards.language import NOTHING, _, listed
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word

# Not in the name of a file, on whichever system it is saved.
_NOT_IN_FILES = re.compile(r"[^\w-]+")


def fields_of(record: OpenedRecord) -> pl.DataFrame:
    """Return every field of a record: column, title, text; a dash where it has none."""
    return pl.DataFrame(
        {
            "column": list(record.titles),
            "title": list(record.titles.values()),
            "text": [record.text(column) for column in record.titles],
        }
    )


def show_fields(record: OpenedRecord) -> None:
    """Show the fields that are filled, and name the others."""
    st.subheader(_("All fields"))
    fields = fields_of(record).filter(~pl.col("column").is_in(_said_twice(record)))
    filled = fields.filter(pl.col("text") != NOTHING)
    short_list(filled, _field_titles(), key="fields", title=_("All fields"))
    empty = fields.filter(pl.col("text") == NOTHING)["title"].to_list()
    if empty:
        st.caption(_("Not filled: {fields}.").format(fields=listed(empty)))


def show_writing(record: OpenedRecord) -> None:
    """Show what a customer or a bookkeeper wrote, letter by letter."""
    written = record.row.get("comment") or record.row.get("description")
    if written:
        st.subheader(_("In their own words"))
        st.text(written)


def download_sheet(
    reader: Reader, record: OpenedRecord, events: pl.DataFrame, linked: list[Linked]
) -> None:
    """Show the buttons that save the fields as CSV, and everything known as one workbook."""
    downloads(
        reader,
        lambda: everything_known(reader, record, events, linked),
        name=f"{record.kind}_{_NOT_IN_FILES.sub('_', record.id)}",
        title=f"{word(record.kind)} {record.id}",
    )


def everything_known(
    reader: Reader, record: OpenedRecord, events: pl.DataFrame, linked: list[Linked]
) -> list[Downloaded]:
    """Return a table each of a record's fields, course, linked records, versions, held rows."""
    sheets: list[Downloaded] = [
        (_("Record"), fields_of(record), {"column": _("Column"), **_field_titles()}, {}),
    ]
    if record.proofs:
        parts = parts_of(reader, record.proofs)
        sheets.append((_("Its clocks"), parts, part_titles(record.proofs), {}))
    if events.height:
        sheets.append((_("What happened"), events.drop("kind"), event_titles(), {}))
    sheets += [
        (one.title, readable(reader, one.rows), reader.column_titles(one.kind), {})
        for one in linked
    ]
    sheets.append((_("Where it comes from"), origin.origin_of(record), origin.origin_titles(), {}))
    changes = origin.changes_of(record)
    if changes.height:
        sheets.append((_("Changes"), changes, origin.change_titles(), {}))
    held = origin.held_rows_of(reader, record.id)
    if held.height:
        sheets.append((_("Held rows"), held, origin.held_titles(), {}))
    return sheets


def _field_titles() -> dict[str, str]:
    return {"title": _("Field"), "text": _("Value")}


def _said_twice(record: OpenedRecord) -> list[str]:
    """Return the local dates of instants that are shown as local times anyway."""
    columns = set(record.titles)
    return [c for c in columns if c.endswith("_on") and c.removesuffix("_on") + "_at" in columns]
