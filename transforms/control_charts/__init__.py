"""Control charts: has a series changed, or is this its usual unrest? All series in one pass.

`points` draws a chart: order, limits (`limits`), rules (`rules`). `rare_events` makes the points of
g and t charts; `judgement` says what a signal and the limits mean for a metric with a direction;
`rebasing` proposes new limits. To add a chart: its name in `CHARTS`, its centre and its spread in
`limits`, the rules that are sound on it in `rules`.
"""

from __future__ import annotations

from transforms.control_charts.judgement import assurance, verdict
from transforms.control_charts.limits import BASELINE_MONTHS, BASELINE_POINTS, baseline_points
from transforms.control_charts.points import CHARTS, FEWEST_POINTS, chart_points
from transforms.control_charts.rare_events import rare_event_points
from transforms.control_charts.rebasing import HELD_POINTS, propose_rebases
from transforms.control_charts.rules import RULES

__all__ = [
    "BASELINE_MONTHS",
    "BASELINE_POINTS",
    "CHARTS",
    "FEWEST_POINTS",
    "HELD_POINTS",
    "RULES",
    "assurance",
    "baseline_points",
    "chart_points",
    "propose_rebases",
    "rare_event_points",
    "verdict",
]
