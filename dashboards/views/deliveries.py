"""Deliveries: on time, whole, at the first attempt?"""

import streamlit as st

from dashboards.blocks.comparison import bars_by, heat_map, split
from dashboards.blocks.deliveries.rates import compare_rates
from dashboards.blocks.deliveries.stages import stage_times
from dashboards.blocks.deliveries.suspicions import suspicious_attempts
from dashboards.blocks.deliveries.total_delays import total_delays
from dashboards.blocks.deliveries.within_hours import within_hours
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
    "delivered_within_48h_share",
    "delivered_within_72h_share",
    "first_attempt_share",
    "total_delay_per_million",
    "lost_per_million",
    "damaged_per_million",
    "claims_per_thousand_deliveries",
    "complaints_per_million_deliveries",
    "exception_share",
    "delivery_hours_median",
    "deliveries_picked_up",
]
_EXCEPTIONS = ["delayed", "lost", "damaged", "wrong_address", "refused", "courier_late"]

snapshot = reader()
metrics = metrics_for(snapshot, "deliveries")
scope = scope_of(snapshot, "unit", "period", "service_level")
on_time = METRICS["delivery_on_time_share"]
claims = METRICS["claims_per_thousand_deliveries"]
open_with(snapshot, scope, "deliveries", _LEADING)
tiles(snapshot, scope, [METRICS[name] for name in _LEADING])

st.subheader(_("On time, by service level and station"))
bars_by(snapshot, scope, on_time, "service_level", name="on_time_by_service_level")
bars_by(snapshot, scope, on_time, "org_unit_id", lowest=True, name="on_time_by_unit")
within_hours(snapshot, scope)
st.subheader(_("How long each stage takes"))
stage_times(snapshot, scope)

st.subheader(_("What went wrong"))
metric_bars(
    snapshot,
    scope,
    {f"exception_share_{exception}": word(exception) for exception in _EXCEPTIONS},
    title=_("Exceptions by type"),
    name="exceptions",
    is_ranked=True,
)
st.subheader(_("Per million deliveries"))
compare_rates(
    snapshot,
    scope,
    {
        "lost_per_million": word("lost"),
        "damaged_per_million": word("damaged"),
        "total_delay_per_million": _("Totally delayed"),
        "complaints_per_million_deliveries": _("Complaints"),
    },
    name="rate",
)
st.subheader(_("Totally delayed"))
total_delays(snapshot, scope)
st.subheader(_("Attempts that nobody may have made"))
suspicious_attempts(snapshot, scope)
st.subheader(_("What was claimed"))
bars_by(snapshot, scope, claims, "service_level", name="claims_by_service_level")
bars_by(snapshot, scope, claims, "org_unit_id", lowest=True, name="claims_by_unit")

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
