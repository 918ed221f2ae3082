"""Charts: one function per chart grammar, Polars frame in, Altair chart out.

A chart function is pure: it knows no page, no snapshot and no language. All words come in already
translated (`Labels` and the text columns of the frame), and it computes no figure. To add one: a
module named by what is drawn, a function that begins with `blank` for a frame without rows, selects
the columns it draws and ends with `dressed`; then export it here and let tests/dashboards/charts
look at its specification. Meaning is never carried by colour alone: add a shape, a dash or a sign.
"""

from dashboards.charts.budget_months import budget_months
from dashboards.charts.calendars import coverage
from dashboards.charts.clock_timelines import TimelineLabels, clock_timelines
from dashboards.charts.control_charts import control_chart
from dashboards.charts.control_layers import ControlLabels
from dashboards.charts.drivers import DriverLabels, drivers
from dashboards.charts.durations import stage_durations
from dashboards.charts.funnels import FunnelLabels, funnel
from dashboards.charts.heat_maps import heat_map
from dashboards.charts.labels import Labels
from dashboards.charts.paretos import pareto
from dashboards.charts.rank_intervals import RankLabels, rank_intervals
from dashboards.charts.ranked_bars import bars
from dashboards.charts.spark_charts import control_spark
from dashboards.charts.stacked_periods import stacked_periods
from dashboards.charts.theme import PALETTE, Mode, Palette, dressed
from dashboards.charts.timelines import course
from dashboards.charts.trends import trend
from dashboards.charts.variances import variance_bars

__all__ = [
    "PALETTE",
    "ControlLabels",
    "DriverLabels",
    "FunnelLabels",
    "Labels",
    "Mode",
    "Palette",
    "RankLabels",
    "TimelineLabels",
    "bars",
    "budget_months",
    "clock_timelines",
    "control_chart",
    "control_spark",
    "course",
    "coverage",
    "dressed",
    "drivers",
    "funnel",
    "heat_map",
    "pareto",
    "rank_intervals",
    "stacked_periods",
    "stage_durations",
    "trend",
    "variance_bars",
]
