"""The waybills that were totally delayed: so long past due that they count as lost in time."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import streamlit as st

from dashboards.blocks.record_lists import readable
from dashboards.blocks.tables import table
from dashboards.language import _, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from transforms.catalogue import METRICS

_METRIC = METRICS["total_delay_per_million"]
_MOST_LISTED = 200


def total_delays(reader: Reader, scope: Scope) -> None:
    """List the totally delayed waybills of the scope, those furthest past due first."""
    rows = reader.behind(_METRIC, scope, limit=_MOST_LISTED)
    if rows.is_empty():
        st.caption(_("No waybill that fell due here was totally delayed."))
        return
    is_all = rows.height < _MOST_LISTED
    found = rows.height if is_all else reader.count_behind(_METRIC, scope)
    said = n_(
        "{n} waybill was not delivered 3 days (within one city) or 7 days after it fell due.",
        "{n} waybills were not delivered 3 days (within one city) or 7 days after they fell due.",
        found,
    ).format(n=number(found))
    if found > rows.height:
        said = _("{sentence} The newest {n} are listed.").format(sentence=said, n=rows.height)
    st.caption(said)
    titles = reader.column_titles("deliveries")
    columns = {
        "waybill_no": titles["waybill_no"],
        "days_late": _("Days past due"),
        "due_at": _("Due"),
        "delivered_at": titles["delivered_at"],
        "status": titles["status"],
        "org_unit_id": titles["org_unit_id"],
        "service_level": titles["service_level"],
        "courier_id": titles["courier_id"],
        "exception": titles["exception"],
    }
    table(
        reader,
        readable(reader, _with_days_late(reader, rows)),
        columns,
        name="total_delays",
        title=_("Totally delayed waybills"),
        kinds={"days_late": "count"},
        scope=scope,
        opens="waybill_no",
    )


def _with_days_late(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the waybills with the whole days from due to delivered, else to the snapshot's now."""
    now = datetime.fromisoformat(reader.rows("now_of", table="deliveries")["value"].item())
    ended_at = pl.col("delivered_at").fill_null(pl.lit(now))
    late = (ended_at - pl.col("due_at")).dt.total_days().alias("days_late")
    return rows.with_columns(late).sort("days_late", "waybill_no", descending=[True, False])
