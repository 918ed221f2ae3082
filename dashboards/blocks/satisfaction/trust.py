"""Where and when answers are from, with the mark of rows that are held and may belong to them."""

from __future__ import annotations

from dashboards.filters import unit_name
from dashboards.language import _
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import held_text, period_text
from transforms.catalogue import METRICS

_ANSWERED = METRICS["surveys_answered"]


def where_and_when(reader: Reader, scope: Scope) -> str:
    """Return e.g. "HQ, March 2026.", and how many held rows could be answers from there."""
    told = _("{unit}, {period}.").format(
        unit=unit_name(reader, scope.unit), period=period_text(scope.period)
    )
    held = held_text(reader.figures(_ANSWERED, scope)["held_rows"][0])
    return f"{told} :orange[:material/warning: {held}]" if held else told
