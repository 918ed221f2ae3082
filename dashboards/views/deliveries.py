"""Deliveries: on time, whole, at the first attempt?"""

import streamlit as st

from dashboards.blocks.comparison import bars_by, heat_map, split
from dashboards.blocks.explorer import choose_metric, trend
from dashboards.blocks.frame import reader
from dashboards.blocks.metric_bars import metric_bars
from dashboards.blocks.record_lists import records_list
from dashboards.blocks.sentences import metrics_for, open_with
from dashboards.blocks.tiles import tiles
from dashboards.filters import asked, choose, scope_of
from dashboards.language import _
from dashboards.vocabulary import word
from transforms.catalogue import METRICS
from transforms.refusal import Sentence

_LEADING = [
    "delivery_on_time_share",
    "first_attempt_share",
    "delivery_hours_median",
    "delivery_hours_p90",
    "exception_share",
    "lost_per_million",
    "damaged_per_million",
    "claims_per_thousand_deliveries",
    "deliveries_picked_up",
    "deliveries_delivered",
]
_EXCEPTIONS = ["delayed", "lost", "damaged", "wrong_address", "refused", "courier_late"]

snapshot = reader()
metrics = metrics_for(snapshot, "deliveries")
scope = scope_of(snapshot, "unit", "period", "service_level")
on_time = METRICS["delivery_on_time_share"]
open_with(snapshot, scope, "deliveries", _LEADING)
tiles(snapshot, scope, [METRICS[name] for name in _LEADING])

st.subheader(_("On time, by service level and station"))
bars_by(snapshot, scope, on_time, "service_level", name="on_time_by_service_level")
bars_by(snapshot, scope, on_time, "org_unit_id", lowest=True, name="on_time_by_unit")
st.subheader(_("What went wrong"))
metric_bars(
    snapshot,
    scope,
    {f"exception_share_{exception}": word(exception) for exception in _EXCEPTIONS},
    title=_("Exceptions by type"),
    name="exceptions",
    is_ranked=True,
)

st.subheader(_("One metric in depth"))
metric = choose_metric(metrics, on_time.name)
trend(snapshot, scope, metric)
split(snapshot, scope, metric)
heat_map(snapshot, scope, metric)

st.subheader(_("The deliveries"))
lists = {
    "delivery_on_time_share": _("Late, lost or returned"),
    "lost_per_million": _("Lost"),
    "damaged_per_million": _("Damaged"),
    "exception_share": _("With any exception"),
    "first_attempt_share": _("Not delivered at the first attempt"),
    "delivery_hours_p90": _("Slowest first"),
    "claims_per_thousand_deliveries": _("With a claim, largest first"),
}
listed = asked("list", list(lists), on_time.name, called=Sentence("list", "清单"))
choose("list", _("Which ones"), list(lists), listed, written=lists.__getitem__, usual=on_time.name)
records_list(snapshot, scope, METRICS[listed])
