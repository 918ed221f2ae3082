"""Answers that were not satisfied: what was said, about which ticket or delivery."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.blocks.record_lists import readable
from dashboards.blocks.tables import table
from dashboards.language import _, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from transforms.catalogue import METRICS

_MOST_ANSWERS = 500
_SATISFIED = METRICS["satisfied_share"]
_LISTED = (
    "response_id", "answered_at", "comment", "overall_share", "subject", "subject_id",
    "org_unit_id", "attitude_share", "efficiency_share", "effect_share", "recommend", "method",
)  # fmt: skip


def low_answers(reader: Reader, scope: Scope) -> None:
    """List the answers of customers who were not satisfied, those with a comment first.

    The number of an answer opens it; the number beside it opens the ticket or delivery.
    """
    rows = reader.behind(_SATISFIED, scope, limit=_MOST_ANSWERS)
    if rows.is_empty():
        st.caption(_("No customer was dissatisfied."))
        return
    found = reader.count_behind(_SATISFIED, scope)
    said = n_(
        "{n} answer was not satisfied.",
        "{n} answers were not satisfied, those with a comment first.",
        found,
    ).format(n=number(found))
    if found > rows.height:
        said = _("{sentence} The newest {n} are listed.").format(sentence=said, n=rows.height)
    st.caption(said + " " + _("Scores are shares of their scale: 0% is the worst, 100% the best."))
    titles = reader.column_titles("surveys")
    commented_first = rows.sort(pl.col("comment").is_null(), maintain_order=True)
    table(
        reader,
        readable(reader, commented_first),
        {column: titles.get(column.removesuffix("_share"), column) for column in _LISTED}
        | {"subject_id": _("Ticket or waybill")},
        name="low_answers",
        title=_("Answers that were not satisfied"),
        kinds={column: "share" for column in _LISTED if column.endswith("_share")},
        scope=scope,
        opens=("response_id", "subject_id"),
    )
