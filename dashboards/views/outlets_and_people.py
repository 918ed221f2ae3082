"""Outlets and people: who stands out, beyond chance?"""

import streamlit as st

from dashboards.blocks.frame import calmly, reader
from dashboards.blocks.outlets.chosen import choose_comparison, comparison_of
from dashboards.blocks.outlets.notice import posted_notice
from dashboards.blocks.outlets.person import person
from dashboards.blocks.outlets.places import places
from dashboards.blocks.outlets.scores import choose_scores, scores
from dashboards.blocks.outlets.standing_out import funnel, open_comparison
from dashboards.filters import scope_of
from dashboards.language import _

snapshot = reader()
scope = scope_of(snapshot, "unit", "period")
comparison = comparison_of(snapshot, scope, "delivery_on_time_share")
open_comparison(snapshot, scope, comparison)
choose_comparison(comparison)
funnel(snapshot, comparison)
places(snapshot, scope, comparison)
person(snapshot, scope, comparison)

st.subheader(_("Score of service quality"))
with calmly():
    notice = choose_scores(snapshot, scope, comparison.whom)
    scores(snapshot, scope, notice)
    st.subheader(_("Notice of ranking"))
    posted_notice(snapshot, notice)
