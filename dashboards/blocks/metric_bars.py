"""Metrics of one unit of measure side by side, a bar each: types of exception, who was asked."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import figures_table
from dashboards.blocks.small_numbers import known, tell_hidden, worded
from dashboards.language import _
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import axis_format
from transforms.catalogue import METRICS


def metric_bars(
    reader: Reader,
    scope: Scope,
    names: Mapping[str, str],
    *,
    title: str,
    name: str,
    is_ranked: bool = False,
) -> None:
    """Draw a bar with its interval per metric of `names` (metric -> its word), in their order.

    `is_ranked`   worst first instead
    `name`        key of the chart, and of the files to take away
    """
    metrics = [METRICS[metric] for metric in names]
    leading = metrics[0]
    rows = [
        known(reader.figures(metric, scope)).select(
            pl.lit(names[metric.name]).alias("name"), pl.all()
        )
        for metric in metrics
    ]
    figures = worded(reader, leading, pl.concat(rows))
    if is_ranked:
        figures = figures.sort("value", descending=leading.better != "higher", nulls_last=True)
    draw(
        charts.bars(
            figures,
            name="name",
            value_format=axis_format(leading),
            title=title,
            better=leading.better,
            mode=mode(),
            labels=labels(),
        ),
        f"bars_{name}",
    )
    tell_hidden(reader, figures)
    if figures.height:
        with st.expander(_("Figures"), icon=":material/table:"):
            figures_table(
                reader, scope, leading, figures, {"name": _("What")}, name=name, title=title
            )
