"""Service levels: are we answering and resolving in time?"""

import streamlit as st

from dashboards.blocks.comparison import heat_map, split
from dashboards.blocks.explorer import choose_metric, trend
from dashboards.blocks.frame import reader
from dashboards.blocks.record_lists import records_list
from dashboards.blocks.sentences import metrics_for, open_with
from dashboards.blocks.tiles import tiles
from dashboards.filters import scope_of
from dashboards.language import _
from transforms.catalogue import METRICS

_LEADING = [
    "promise_kept_share",
    "source_sla_share",
    "first_response_minutes_median",
    "resolution_hours_median",
    "first_contact_resolution_share",
    "reopen_share",
    "escalation_share",
    "tickets_opened",
]

snapshot = reader()
metrics = metrics_for(snapshot, "service_levels")
scope = scope_of(snapshot, "unit", "period", "channel")
open_with(snapshot, scope, "service_levels", _LEADING)
tiles(snapshot, scope, [METRICS[name] for name in _LEADING])

st.subheader(_("One metric in depth"))
metric = choose_metric(metrics, "promise_kept_share")
trend(snapshot, scope, metric)
st.subheader(_("What makes it up"))
split(snapshot, scope, metric)
st.subheader(_("Units over time"))
heat_map(snapshot, scope, metric)
st.subheader(_("What speaks against it"))
records_list(snapshot, scope, metric)
