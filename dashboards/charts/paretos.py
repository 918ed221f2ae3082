"""Few causes, most cases: bars and the share that they make up together.

The one chart that sums, in the browser: the running share is a way to draw the bars.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.charts.axes import ROW_HEIGHT, blank, name_axis, number_axis, shown
from dashboards.charts.labels import Labels, described, told_apart
from dashboards.charts.theme import PALETTE, Mode, dressed


def pareto(
    figures: pl.DataFrame, *, name: str, title: str, mode: Mode, labels: Labels
) -> alt.TopLevelMixin:
    """Return a bar per row in the given order, largest first, and the cumulative share as a line.

    `figures` has the text column `name`, value (a number of cases, none below 0) and value_text.
    Counts are read at the bottom, the share (0 to 100 %) at the top.
    """
    rows = figures.filter(pl.col("value").is_not_null()).select(
        told_apart(name).alias("name"), pl.col("value").cast(pl.Float64), shown("value_text")
    )
    if rows.is_empty():
        return blank(title, labels["no_figures"], mode)
    colours = PALETTE[mode]
    down = alt.Y("name:N", scale=alt.Scale(domain=rows["name"].to_list()), axis=name_axis())
    summed = (
        alt.Chart()
        .transform_window(running="sum(value)", position="row_number()", frame=[None, 0])
        .transform_joinaggregate(total="sum(value)")
        .transform_calculate(
            share="datum.total > 0 ? datum.running / datum.total : 0",
            share_text="format(datum.share, '.0%')",
        )
    )
    tooltip = [
        alt.Tooltip("name:N", title="title"),
        alt.Tooltip("value_text:N", title=labels["value"]),
        alt.Tooltip("share_text:N", title=labels["cumulative_share"]),
    ]
    counts = number_axis(",d", title=labels["value"], titleAnchor="start", tickMinStep=1)
    shares = number_axis(
        ".0%",
        title=f"○ {labels['cumulative_share']}",
        grid=False,
        orient="top",
        titleAnchor="start",
    )
    bar = summed.mark_bar(color=colours.accent, height={"band": 0.66}, cornerRadiusEnd=2).encode(
        down, alt.X("value:Q", axis=counts), tooltip=tooltip
    )
    text = summed.mark_text(align="left", dx=5, color=colours.ink, aria=False).encode(
        down, alt.X("value:Q", axis=counts), text=alt.Text("value_text:N")
    )
    line = summed.mark_line(
        color=colours.ink,
        strokeWidth=1.5,
        point=alt.OverlayMarkDef(
            fill=colours.paper, stroke=colours.ink, strokeWidth=1.5, size=45, opacity=1
        ),
    ).encode(
        down,
        alt.X("share:Q", scale=alt.Scale(domain=[0, 1]), axis=shares),
        order=alt.Order("position:Q"),
        tooltip=tooltip,
    )
    chart = (
        alt.layer(alt.layer(bar, text), line, data=rows)
        .resolve_scale(x="independent")
        .properties(
            height=ROW_HEIGHT * rows.height,
            title=title,
            description=described(title, rows["name"], rows["value_text"]),
        )
    )
    return dressed(chart, mode)
