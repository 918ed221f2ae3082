"""What will breach before the next shift ends, soonest first: what to work on now."""

from __future__ import annotations

import streamlit as st

from dashboards import language as lang
from dashboards.blocks.record_lists import clock_titles, readable
from dashboards.blocks.tables import table
from dashboards.language import _, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader

_MOST_LISTED = 200
_COLUMNS = (
    "ticket_id", "clock", "remaining_working_minutes", "due_at", "org_unit_id", "kind", "priority",
    "channel", "agent_id", "started_at", "shift_ends_at",
)  # fmt: skip


def breaches_to_come(reader: Reader, scope: Scope) -> None:
    """List the running clocks of the scope that run out before the next shift of their unit ends.

    They are those of the end of the snapshot's day, whichever period is looked at.
    """
    rows = reader.rows(
        "breaches_to_come", unit=scope.unit, channel=scope.channel, limit=_MOST_LISTED
    )
    day = lang.day(reader.manifest.as_of)
    if rows.is_empty():
        none = _("As of the end of {day}, no clock runs out before the next shift ends.")
        st.caption(none.format(day=day))
        return
    found = rows["found"][0]
    said = n_(
        "As of the end of {day}, {n} clock runs out before the next shift ends. Click the number "
        "to open the ticket.",
        "As of the end of {day}, {n} clocks run out before the next shift ends. Click a number "
        "to open the ticket.",
        found,
    ).format(day=day, n=number(found))
    if found > rows.height:
        said = _("{sentence} The {n} with the least time left are listed.").format(
            sentence=said, n=number(rows.height)
        )
    st.caption(said)
    titles = clock_titles(reader)
    table(
        reader,
        readable(reader, rows),
        {column: titles.get(column, column) for column in _COLUMNS},
        name="breaches_to_come",
        title=_("What runs out before the next shift ends"),
        kinds={"remaining_working_minutes": "count"},
        scope=scope,
        opens="ticket_id",
    )
