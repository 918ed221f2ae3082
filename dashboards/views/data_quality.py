"""Data quality: what was held, late or missing?"""

import streamlit as st

from dashboards.blocks.data_quality.freshness import coverage_calendar, freshness
from dashboards.blocks.data_quality.held_rows import held_rows
from dashboards.blocks.data_quality.judge_report import judge_report
from dashboards.blocks.data_quality.odd_events import odd_events
from dashboards.blocks.data_quality.row_accounts import (
    by_batch,
    by_source,
    files_not_counted,
    open_with_account,
)
from dashboards.blocks.frame import reader
from dashboards.language import _

snapshot = reader()
open_with_account(snapshot)
st.subheader(_("Held rows"))
held_rows(snapshot)
st.subheader(_("Odd events"))
odd_events(snapshot)
st.subheader(_("Files that do not count"))
files_not_counted(snapshot)
st.subheader(_("How fresh each kind is"))
freshness(snapshot)
coverage_calendar(snapshot)
st.subheader(_("What became of the rows"))
by_source(snapshot)
by_batch(snapshot)
st.subheader(_("What the judge found"))
judge_report(snapshot)
