"""What no clock can judge: tickets that no policy fits, or whose calendar is not known."""

from __future__ import annotations

import streamlit as st

from dashboards.language import n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from transforms.catalogue import METRICS


def tell_gaps(reader: Reader, scope: Scope) -> None:
    """Say how many clocks count in no share, and why; nothing where all of them can be judged."""
    without_policy = _counted(reader, scope, "clocks_without_policy")
    if without_policy:
        _warn(
            n_(
                "{n} clock counts in no share: no row of sla_policies fits its ticket.",
                "{n} clocks count in no share: no row of sla_policies fits their tickets.",
                without_policy,
            ),
            without_policy,
        )
    without_calendar = _counted(reader, scope, "clocks_without_calendar")
    if without_calendar:
        _warn(
            n_(
                "{n} clock counts in no share: no calendar covers the time of its ticket.",
                "{n} clocks count in no share: no calendar covers the time of their tickets.",
                without_calendar,
            ),
            without_calendar,
        )


def _counted(reader: Reader, scope: Scope, metric: str) -> int:
    return int(reader.figures(METRICS[metric], scope)["value"][0] or 0)


def _warn(sentence: str, n: int) -> None:
    st.markdown(f":orange[:material/warning:] {sentence.format(n=number(n))}")
