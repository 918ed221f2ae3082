"""Operations: did the night go well, and when is it ready? Works before the first snapshot, too."""

import os

import streamlit as st

from dashboards.blocks.frame import home, opening
from dashboards.blocks.operations.nights import (
    chosen_run,
    how_it_went,
    notes,
    runs_table,
    stages,
    tone_of,
    why,
)
from dashboards.blocks.operations.schedule import now_in, snapshots_table, what_is_served, when_next
from dashboards.language import _, told
from dashboards.menu import find_view
from dashboards.snapshot_reader import runs_of, snapshots_of
from pipelines.release.snapshots import current_id

here = home()
zone = here.settings.time_zone
now = now_in(zone)
runs = runs_of(here)
last = runs[0] if runs else None
served = current_id(here.snapshots)
snapshots = snapshots_of(here)

opening(told(find_view("operations").title), how_it_went(last, zone), tone_of(last), why(last))
st.markdown(f"{when_next(now, here)} {what_is_served(now, here, served, snapshots)}")
if dagster := os.environ.get("SQM_DAGSTER_URL"):
    st.link_button(_("Open Dagster"), dagster, icon=":material/open_in_new:")

if runs:
    st.subheader(_("The last nights"))
    runs_table(here, runs)
    notes(chosen_run(runs, zone))
    stages(runs, zone)

if snapshots:
    st.subheader(_("Snapshots that are kept"))
    snapshots_table(here, served, snapshots)
    st.caption(
        _("Going back takes effect at once and changes no record; the next night publishes anew.")
    )

with st.expander(_("Commands of the night"), icon=":material/terminal:", expanded=not runs):
    st.markdown(_("`sqm nightly` runs the night now; without news it publishes nothing."))
    st.markdown(_("`sqm rebuild` makes the warehouse again from bronze, then runs the night."))
    st.markdown(_("`sqm runs` lists the nights, `sqm quarantine` the held rows."))
    st.markdown(_("`sqm rollback ID` serves a snapshot that is kept."))
