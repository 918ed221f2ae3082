"""The tickets that missed the chosen clock, worst first, and the proof of one of them."""

from __future__ import annotations

import streamlit as st

from dashboards.blocks.clocks.chosen import share_of
from dashboards.blocks.clocks.proofs import show_proofs
from dashboards.blocks.record_lists import MOST_RECORDS, records_list
from dashboards.filters import asked, choose
from dashboards.language import _
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from transforms.refusal import Sentence


def missed_list(reader: Reader, scope: Scope, clock: str) -> None:
    """List the tickets that missed a clock in the scope, each leading to its page, and show how
    the time of one of them was spent."""
    metric = share_of(clock)
    records_list(reader, scope, metric, name=f"missed_{clock}")
    tickets = reader.behind(metric, scope, limit=MOST_RECORDS)["ticket_id"].to_list()
    if not tickets:
        return
    ticket = asked("ticket", tickets, tickets[0], called=Sentence("missed ticket", "超时工单"))
    choose(
        "ticket",
        _("How the time of one was spent"),
        tickets,
        ticket,
        written=lambda number: number,
        usual=tickets[0],
    )
    proofs = [proof for proof in reader.proofs(ticket) if proof.clock.clock == clock]
    with st.container(border=True):
        show_proofs(reader, proofs, key=f"missed_{clock}")
