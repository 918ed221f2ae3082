"""Service levels: are we answering and resolving in time?"""

import streamlit as st

from dashboards.blocks.clocks.agreement import agreement_with_source
from dashboards.blocks.clocks.backlog import backlog_course, tell_backlog
from dashboards.blocks.clocks.chosen import choose_clock, clock_bars
from dashboards.blocks.clocks.gaps import tell_gaps
from dashboards.blocks.clocks.hours import opening_hours
from dashboards.blocks.clocks.missed import missed_list
from dashboards.blocks.clocks.to_come import breaches_to_come
from dashboards.blocks.comparison import heat_map, split
from dashboards.blocks.explorer import choose_metric, trend
from dashboards.blocks.frame import calmly, reader
from dashboards.blocks.record_lists import records_heading, records_list
from dashboards.blocks.sentences import metrics_for, open_with
from dashboards.blocks.tiles import tiles
from dashboards.filters import scope_of
from dashboards.language import _
from transforms.catalogue import METRICS

_LEADING = [
    "resolution_sla_share",
    "first_response_sla_share",
    "promise_kept_share",
    "source_sla_share",
    "backlog_open",
    "backlog_overdue",
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
tell_backlog(snapshot, scope)
tell_gaps(snapshot, scope)
tiles(snapshot, scope, [METRICS[name] for name in _LEADING])

st.subheader(_("What will breach before the next shift ends"))
breaches_to_come(snapshot, scope)
st.subheader(_("In time, clock by clock"))
with calmly():
    clock = choose_clock(snapshot)
    clock_bars(snapshot, scope, clock)
    st.subheader(_("The tickets that missed it"))
    missed_list(snapshot, scope, clock)
st.subheader(_("What is open"))
backlog_course(snapshot, scope)
st.subheader(_("When tickets are opened"))
opening_hours(snapshot, scope)
st.subheader(_("Does the source agree?"))
agreement_with_source(snapshot, scope)

st.subheader(_("One metric in depth"))
metric = choose_metric(metrics, "resolution_hours_median")
trend(snapshot, scope, metric)
split(snapshot, scope, metric)
heat_map(snapshot, scope, metric)
st.subheader(records_heading(metric))
records_list(snapshot, scope, metric)
