"""How many waybills arrive within so many hours of pick-up, by service level over time.

To add a number of hours: its metric in `_METRICS`.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import figures_table, nothing_here
from dashboards.language import _
from dashboards.scope import Scope, period_of
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from dashboards.written import axis_format, with_texts
from transforms.catalogue import METRICS, Metric

_METRICS = {
    48: METRICS["delivered_within_48h_share"],
    72: METRICS["delivered_within_72h_share"],
}


def within_hours(reader: Reader, scope: Scope) -> None:
    """Draw a row for every service level and number of hours, a column for every period."""
    leading = next(iter(_METRICS.values()))
    courses = [
        _course(reader, scope, metric).with_columns(pl.lit(hours).alias("hours"))
        for hours, metric in _METRICS.items()
    ]
    figures = pl.concat(courses).filter(pl.col("value").is_not_null())
    if figures.is_empty():
        st.info(nothing_here(reader, scope, leading), icon=":material/info:")
        return
    shown = with_texts(leading, _named(figures, scope, leading), reader.currency)
    title = _("Delivered within 48 and 72 hours")
    draw(
        charts.heat_map(
            shown,
            row="name",
            column="when",
            value_format=axis_format(leading),
            title=title,
            better=leading.better,
            mode=mode(),
            labels=labels(),
        ),
        "within_hours",
    )
    with st.expander(_("Figures"), icon=":material/table:"):
        keys = {"name": _("Service level"), "when": _("Period")}
        figures_table(reader, scope, leading, shown, keys, name="within_hours", title=title)


def _course(reader: Reader, scope: Scope, metric: Metric) -> pl.DataFrame:
    """Return the figures of every service level; the course of all there is goes by month."""
    by = ("service_level",)
    if scope.period.grain == "all":
        months = scope.over(scope.period._replace(grain="month"))
        return reader.figures(metric, months, by=by, grain=True)
    return reader.trend(metric, scope, by=by)


def _named(figures: pl.DataFrame, scope: Scope, metric: Metric) -> pl.DataFrame:
    """Return the figures with `name` (level and hours) and `when`, in the order of both."""
    grain = scope.period.suited_to(metric).grain
    grain = "month" if grain == "all" else grain
    sorted_figures = figures.sort("service_level", "hours", "period", nulls_last=True)
    levels = sorted_figures.select("service_level", "hours").rows()
    return sorted_figures.with_columns(
        pl.Series(
            "name",
            [
                _("{level}, {hours} h").format(level=word(level) or _("Not stated"), hours=hours)
                for level, hours in levels
            ],
        ),
        pl.Series("when", [period_of(grain, on).to_url() for on in sorted_figures["period"]]),
    )
