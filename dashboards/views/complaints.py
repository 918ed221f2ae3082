"""Complaints: what do customers complain about, is it our fault, is it mended?"""

import streamlit as st

from dashboards.blocks.comparison import bars_by, heat_map, split
from dashboards.blocks.complaints import (
    causes,
    complaints_list,
    complaints_only,
    open_complaints,
    repeat_complainants,
    replies,
)
from dashboards.blocks.deliveries.rates import compare_rates
from dashboards.blocks.explorer import choose_metric, trend
from dashboards.blocks.frame import calmly, reader
from dashboards.blocks.sentences import metrics_for
from dashboards.blocks.tiles import tiles
from dashboards.filters import scope_of
from dashboards.language import _
from transforms.catalogue import METRICS

# Metrics of all tickets that say something about complaints, too.
_OF_TICKETS = [
    "first_response_sla_share",
    "resolution_sla_share",
    "promise_kept_share",
    "first_response_minutes_median",
    "resolution_hours_median",
    "resolution_hours_p90",
    "reopen_share",
    "escalation_share",
]

snapshot = reader()
about_complaints = metrics_for(snapshot, "complaints")
of_tickets = [metric for metric in snapshot.known_metrics() if metric.name in _OF_TICKETS]
metrics = [*about_complaints, *of_tickets]
scope = complaints_only(scope_of(snapshot, "unit", "period", "channel"))
open_complaints(snapshot, scope)
tiles(snapshot, scope, metrics)
st.caption(_("All figures on this page count complaints only."))

st.subheader(_("What they are about"))
causes(snapshot, scope)
st.subheader(_("Is it our fault?"))
bars_by(snapshot, scope, METRICS["upheld_complaint_share"], "org_unit_id", name="upheld")
compare_rates(
    snapshot,
    scope,
    {
        "complaints_per_million_deliveries": _("All complaints"),
        "upheld_complaints_per_million_deliveries": _("Upheld ones"),
    },
    name="rate",
    by="region",
    over_time=True,
)
st.subheader(_("Are replies on time?"))
with calmly():
    replies(snapshot, scope)

st.subheader(_("One metric in depth"))
metric = choose_metric(metrics, "complaints_opened")
trend(snapshot, scope, metric)
split(snapshot, scope, metric, usual="channel")
heat_map(snapshot, scope, metric)

st.subheader(_("Who complained more than once"))
repeat_complainants(snapshot, scope)
st.subheader(_("The complaints"))
complaints_list(snapshot, scope)
