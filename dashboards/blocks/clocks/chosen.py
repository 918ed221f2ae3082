"""Which clock is looked at, first response, resolution or promise, and how often it is kept where.

To add a clock: the metric of its share in `SHARES`.
"""

from __future__ import annotations

import streamlit as st

from dashboards.blocks.comparison import bars_by
from dashboards.blocks.switches import switch
from dashboards.filters import asked, asked_first
from dashboards.language import _, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from pipelines.questions.clock_proofs import CLOCK_TITLES
from transforms.catalogue import METRICS, Metric
from transforms.refusal import Refusal, Sentence

# Clock -> the metric that says how often it is kept.
SHARES = {
    "first_response": "first_response_sla_share",
    "resolution": "resolution_sla_share",
    "promise": "promise_kept_share",
}
_USUAL = ("resolution", "first_response", "promise")
_ABREAST = ("priority", "kind")


def choose_clock(reader: Reader) -> str:
    """Show the clocks that have figures side by side and return the one that the URL asks for.

    Raises Refusal, with what to do, where no clock has any.
    """
    known = {metric.name for metric in reader.known_metrics()}
    clocks = [clock for clock, metric in SHARES.items() if metric in known]
    if not clocks:
        raise Refusal(
            "No clock has fallen due yet: write reference/sla_policies.csv, or map promised_at of "
            "tickets, and run `sqm nightly`.",
            "尚无到期的计时项：请填写 reference/sla_policies.csv，或映射工单的 promised_at，"
            "然后运行 `sqm nightly`。",
        )
    # Who comes from a warning about a share wants to see that clock.
    shares = asked_first("metric", [SHARES[clock] for clock in _USUAL if clock in clocks])
    usual = next(clock for clock in clocks if SHARES[clock] == shares[0])
    clock = asked("clock", clocks, usual, called=Sentence("clock", "计时项"))
    switch("clock", _("Clock"), clocks, clock, written=_title, usual=usual)
    return clock


def share_of(clock: str) -> Metric:
    """Return the metric that says how often a clock is kept."""
    return METRICS[SHARES[clock]]


def clock_bars(reader: Reader, scope: Scope, clock: str) -> None:
    """Draw how often a clock is kept by outlet and queue, channel, priority and kind."""
    metric = share_of(clock)
    bars_by(reader, scope, metric, "org_unit_id", lowest=True, name=f"{clock}_by_unit")
    for column, by in zip(st.columns(len(_ABREAST)), _ABREAST, strict=True):
        with column:
            bars_by(reader, scope, metric, by, name=f"{clock}_by_{by}")
    bars_by(reader, scope, metric, "channel", name=f"{clock}_by_channel")


def _title(clock: str) -> str:
    return told(CLOCK_TITLES[clock])
