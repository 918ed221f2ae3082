"""Looking for records: the search box, whose text is in the URL, and what it finds.

To search another kind: see `opened_record.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import streamlit as st

from dashboards.blocks.frame import kept, opening
from dashboards.blocks.plain_text import plain
from dashboards.blocks.record_lists import show_records
from dashboards.blocks.records.opened_record import KINDS, with_short_keys
from dashboards.blocks.records.origin import show_held
from dashboards.language import _, listed, n_, number, told
from dashboards.menu import find_view
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word

# From how many characters on the beginning of a number, or of a customer's pseudonym, is searched.
_SHORTEST_PREFIX = 4
_SHORTEST_CUSTOMER = 6
_MOST_LISTED = 50  # of each kind: see sql/found_*.sql


class Named(NamedTuple):
    """A record by its kind and its number."""

    kind: str
    id: str


def search_box() -> str:
    """Show the box in which a number is typed and return what is looked for, trimmed.

    The URL has it as `q`; a link to one record has `id` instead, and `kind` where two kinds have
    records of that number.
    """
    key = "choose_q"

    def write() -> None:
        for name in ("id", "kind", "q"):
            st.query_params.pop(name, None)
        if typed := st.session_state[key].strip():
            st.query_params["q"] = typed

    text = (st.query_params.get("id") or st.query_params.get("q") or "").strip()
    st.session_state[key] = text
    st.text_input(
        _("Number of a record, or a customer"),
        key=key,
        on_change=write,
        placeholder=_("GD26070000123, or the beginning of a number"),
        icon=":material/search:",
    )
    return text


def named(reader: Reader, text: str) -> list[Named]:
    """Return the records called `text`, in whichever case, of the kind that the URL asks for.

    Those written exactly so hide the others.
    """
    found = [Named(*row) for row in reader.rows("records_named", id=text).iter_rows()]
    kind = st.query_params.get("kind")
    of_kind = [one for one in found if one.kind == kind] or found
    return [one for one in of_kind if one.id == text] or of_kind


def open_search(reader: Reader) -> None:
    """Open the page for someone who looks for nothing yet."""
    counts = reader.manifest.tables
    known = [
        _("{kind}: {n}").format(kind=word(kind), n=number(counts[f"records.{kind}"]))
        for kind in KINDS
        if counts.get(f"records.{kind}")
    ]
    opening(
        told(find_view("records").title),
        _("Which record do you want to see?"),
        beneath=_("{counts}.").format(counts=listed(known)) if known else "",
    )
    st.markdown(_how())


def choose_record(records: list[Named]) -> None:
    """Let the reader choose between records of one number."""
    opening(
        told(find_view("records").title),
        n_("{n} record is called {id}.", "{n} records are called {id}.", len(records)).format(
            n=len(records), id=plain(records[0].id)
        ),
        beneath=_("Choose the one you want to see."),
    )
    for one in records:
        st.page_link(
            find_view("records").file,
            label=_("{what} {id}").format(what=word(one.kind), id=plain(one.id)),
            icon=":material/arrow_forward:",
            query_params=kept(id=one.id, kind=one.kind),
        )


def list_found(reader: Reader, text: str) -> None:
    """List the records whose number, or whose customer, begins with `text`; or say what there is
    of it where no record does."""
    found = {kind: rows for kind, rows in _begin_with(reader, text).items() if rows.height}
    if not found:
        _tell_none(reader, text)
        return
    opening(
        told(find_view("records").title),
        _("No record is called {text}; these begin with it, or are of that customer.").format(
            text=plain(text)
        ),
    )
    for kind, rows in found.items():
        st.subheader(word(kind))
        if rows.height == _MOST_LISTED:
            st.caption(_("The newest {n} are listed.").format(n=_MOST_LISTED))
        show_records(reader, None, with_short_keys(rows), kind, name=f"found_{kind}")


def _begin_with(reader: Reader, text: str) -> dict[str, pl.DataFrame]:
    """Return by kind the newest records whose number or customer begins with `text`."""
    prefix = text if len(text) >= _SHORTEST_PREFIX else None
    customer = text if len(text) >= _SHORTEST_CUSTOMER else None
    return {
        "tickets": reader.rows("found_tickets", prefix=prefix, customer=customer),
        "deliveries": reader.rows("found_deliveries", prefix=prefix, customer=customer),
        "surveys": reader.rows("found_surveys", prefix=prefix),
        "finance_entries": reader.rows("found_finance_entries", prefix=prefix, customer=customer),
        "duties": reader.rows("found_duties", prefix=prefix),
    }


def _tell_none(reader: Reader, text: str) -> None:
    title = told(find_view("records").title)
    held = reader.rows("held_of_record", id=text)
    superseded = reader.rows("superseded_named", id=text)["kind"].to_list()
    if held.height:
        sentence = _("{text} is not among the records: it is held in quarantine.")
        opening(title, sentence.format(text=plain(text)), "warn")
        show_held(reader, text)
    elif superseded:
        sentence = _("{text} is not among the records: only superseded versions of it are kept.")
        beneath = _("They are older versions of these kinds: {kinds}.")
        kinds = listed([word(kind) for kind in superseded])
        opening(title, sentence.format(text=plain(text)), "warn", beneath.format(kinds=kinds))
    else:
        searched = _("Searched were: {kinds}.").format(kinds=listed([word(k) for k in KINDS]))
        nothing = _("No record is called {text}, and none that begins with it was found.")
        opening(title, nothing.format(text=plain(text)), "warn")
        st.info(f"{searched} {_how()}", icon=":material/info:")


def _how() -> str:
    return _(
        "Type the number of a ticket, waybill, survey response, ledger entry or duty; upper and "
        "lower case are the same. The beginning of a number is enough from {prefix} characters "
        "on, the beginning of a customer's pseudonym from {customer} on."
    ).format(prefix=_SHORTEST_PREFIX, customer=_SHORTEST_CUSTOMER)
