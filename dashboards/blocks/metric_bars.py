"""Metrics of one unit of measure side by side, a bar each: types of exception, who was asked."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import figures_table
from dashboards.blocks.small_numbers import tell_hidden, with_enough_answers
from dashboards.language import _
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import axis_format, with_texts
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
    rows, hidden = [], 0
    for metric in metrics:
        known = reader.figures(metric, scope).filter(pl.col("value").is_not_null())
        shown, few = with_enough_answers(reader, metric, known)
        rows.append(shown.select(pl.lit(names[metric.name]).alias("name"), pl.all()))
        hidden += few
    figures = with_texts(leading, pl.concat(rows), reader.currency)
    if is_ranked:
        figures = figures.sort("value", descending=leading.better != "higher")
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
    tell_hidden(reader, hidden)
    if figures.height:
        with st.expander(_("Figures"), icon=":material/table:"):
            figures_table(
                reader, scope, leading, figures, {"name": _("What")}, name=name, title=title
            )
