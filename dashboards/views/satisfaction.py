"""Satisfaction: how do customers feel, and what drives it?"""

import streamlit as st

from dashboards.blocks.comparison import bars_by, heat_map, split
from dashboards.blocks.explorer import choose_metric, trend
from dashboards.blocks.frame import reader
from dashboards.blocks.metric_bars import metric_bars
from dashboards.blocks.satisfaction.comments import comments
from dashboards.blocks.satisfaction.drivers import drivers, drivers_help
from dashboards.blocks.satisfaction.low_answers import low_answers
from dashboards.blocks.satisfaction.silent import silent, silent_help
from dashboards.blocks.sentences import metrics_for, open_with
from dashboards.blocks.small_numbers import refuse_few_answers
from dashboards.blocks.tiles import tiles
from dashboards.filters import scope_of
from dashboards.language import _
from dashboards.vocabulary import word
from transforms.catalogue import METRICS

_LEADING = [
    "satisfied_share",
    "net_promoter_score",
    "survey_response_share",
    "surveys_answered",
    "satisfaction_mean",
    "attitude_mean",
    "efficiency_mean",
    "effect_mean",
]

snapshot = reader()
metrics = metrics_for(snapshot, "satisfaction")
scope = scope_of(snapshot, "unit", "period")
refuse_few_answers(snapshot, scope)
open_with(snapshot, scope, "satisfaction", _LEADING)
tiles(snapshot, scope, [METRICS[name] for name in _LEADING])

st.subheader(_("With what"))
dimensions = {
    "attitude": _("Attitude"),
    "efficiency": _("Efficiency"),
    "effect": _("Effect"),
}
metric_bars(
    snapshot,
    scope,
    {f"{dimension}_satisfied_share": called for dimension, called in dimensions.items()},
    title=_("Satisfied customers, by dimension"),
    name="satisfied_by_dimension",
)
metric_bars(
    snapshot,
    scope,
    {f"{dimension}_mean": called for dimension, called in dimensions.items()},
    title=_("Mean score, 0 to 100, by dimension"),
    name="mean_by_dimension",
)
st.subheader(_("Do others see it as customers do?"))
metric_bars(
    snapshot,
    scope,
    {
        "satisfied_share": word("customer"),
        "satisfied_share_internal": word("internal"),
        "satisfied_share_third_party": word("third_party"),
    },
    title=_("Satisfied, by who was asked"),
    name="satisfied_by_evaluator",
)
st.subheader(_("Would they recommend us?"))
bars_by(snapshot, scope, METRICS["net_promoter_score"], "org_unit_id", name="recommended")

st.subheader(_("What drives it"), help=drivers_help())
drivers(snapshot, scope)

st.subheader(_("Those who did not answer"), help=silent_help())
silent(snapshot, scope)

st.subheader(_("One metric in depth"))
metric = choose_metric(metrics, "satisfied_share")
trend(snapshot, scope, metric)
split(snapshot, scope, metric)
heat_map(snapshot, scope, metric)

st.subheader(_("Who was not satisfied"))
low_answers(snapshot, scope)

st.subheader(_("What they say"))
comments(snapshot, scope)
