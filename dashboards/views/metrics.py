"""All metrics: how does any metric of the catalogue go, by any split, and what lies behind it?"""

import streamlit as st

from dashboards.blocks.comparison import heat_map, split
from dashboards.blocks.explorer import choose_metric, trend
from dashboards.blocks.frame import reader
from dashboards.blocks.record_lists import records_heading, records_list
from dashboards.blocks.sentences import metrics_for, open_with
from dashboards.filters import scope_of
from dashboards.language import _

snapshot = reader()
scope = scope_of(snapshot, "unit", "period", "channel", "service_level")
metrics = metrics_for(snapshot, "metrics")
answer = st.container()  # a page opens with an answer, not with a form
metric = choose_metric(metrics, metrics[0].name)
with answer:
    open_with(snapshot, scope, "metrics", [metric.name])
trend(snapshot, scope, metric)
st.subheader(_("What makes it up"))
split(snapshot, scope, metric)
st.subheader(_("Units over time"))
heat_map(snapshot, scope, metric)
st.subheader(records_heading(metric))
records_list(snapshot, scope, metric)
