"""Events that are kept and yet odd: of no record, before it, or a pause that nothing ends.

A new oddity is here by itself; its words are in `dashboards/vocabulary.py`.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.blocks.tables import table
from dashboards.language import _
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word


def odd_events(reader: Reader) -> None:
    """Show how many events are odd, and how they are counted."""
    rows = reader.rows("odd_events")
    if rows.is_empty():
        st.caption(_("Every event fits its record."))
        return
    st.caption(
        _(
            "Events of unknown records wait for them. Those before a record count from its "
            "beginning, and a pause without an end lasts until the clock stops."
        )
    )
    table(
        reader,
        rows.with_columns(
            pl.Series("kind", [word(kind) for kind in rows["kind"]], pl.String),
            pl.Series("oddity", [word(oddity) for oddity in rows["oddity"]], pl.String),
        ),
        {
            "kind": _("Kind"),
            "source": _("Source"),
            "oddity": _("What is odd"),
            "events": _("Events"),
            "records": _("Records"),
            "first_id": _("For example"),
        },
        name="odd_events",
        title=_("Odd events"),
        kinds={"events": "count", "records": "count"},
    )
