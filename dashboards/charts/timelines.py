"""The course of one ticket or waybill: what happened when, and what was promised.

To add a kind of event: its shape in `_SHAPES`.
"""

from __future__ import annotations

from datetime import timedelta

import altair as alt
import polars as pl

from dashboards.charts.axes import blank, name_axis
from dashboards.charts.labels import Labels, described, told_apart
from dashboards.charts.theme import PALETTE, Mode, dressed

_SHAPES = {"opened": "triangle-right", "event": "circle", "done": "square"}
_PROMISE_DASH = [6, 4]
_ROW_HEIGHT = 22


def course(events: pl.DataFrame, *, mode: Mode, labels: Labels) -> alt.TopLevelMixin:
    """Return the events in the order of time, a row each, and the promises as dashed lines.

    `events` has at (datetime without zone, local), event (text), place (text: where or by whom, may
    be null) and kind: opened, event or done, each with its shape, or promise.
    """
    timed = events.drop_nulls("at").sort("at", maintain_order=True)
    if timed.is_empty():
        return blank("", labels["no_figures"], mode)
    colours = PALETTE[mode]
    written = pl.col("at").dt.to_string("%Y-%m-%d %H:%M")
    marks = timed.select(
        "at", "kind", "event", pl.col("place").fill_null(""), written.alias("at_text")
    ).with_columns(told_apart("event").alias("event"))
    steps = marks.filter(pl.col("kind") != "promise")
    promises = marks.filter(pl.col("kind") == "promise").select("at", "event", "at_text")
    across = alt.X("at:T", axis=time_axis(marks["at"]))
    layers = []
    if not promises.is_empty():
        layers += _promises(promises, across, mode)
    if not steps.is_empty():
        down = alt.Y("event:N", scale=alt.Scale(domain=steps["event"].to_list()), axis=name_axis())
        place = alt.Chart(steps).mark_text(color=colours.muted, align="left", dx=9, aria=False)
        path = alt.Chart(steps).mark_line(
            color=colours.muted, interpolate="step-before", strokeWidth=1, aria=False
        )
        point = alt.Chart(steps).mark_point(size=70, filled=True, color=colours.accent, opacity=1)
        layers += [
            path.encode(across, down, order=alt.Order("at:T")),
            place.encode(across, down, text=alt.Text("place:N")),
            point.encode(
                across,
                down,
                shape=alt.Shape(
                    "kind:N",
                    scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())),
                    legend=None,
                ),
                tooltip=[
                    alt.Tooltip("event:N", title="title"),
                    alt.Tooltip("at_text:N", title=labels["at"]),
                    alt.Tooltip("place:N", title=labels["place"]),
                ],
            ),
        ]
    chart = alt.layer(*layers).properties(
        height=_ROW_HEIGHT * max(steps.height, 2),
        description=described("", marks["at_text"], marks["event"]),
    )
    return dressed(chart, mode)


def _promises(promises: pl.DataFrame, across: alt.X, mode: Mode) -> list[alt.Chart]:
    """Return a dashed line for each promise, with its name at the top."""
    colour = PALETTE[mode].bad
    tooltip = [alt.Tooltip("event:N", title="title"), alt.Tooltip("at_text:N", title=" ")]
    line = alt.Chart(promises).mark_rule(color=colour, strokeDash=_PROMISE_DASH, strokeWidth=1.5)
    word = alt.Chart(promises).mark_text(color=colour, baseline="bottom", dy=-4)
    return [
        line.encode(across, tooltip=tooltip),
        word.encode(across, y=alt.value(0), text=alt.Text("event:N")),
    ]


def time_axis(instants: pl.Series) -> alt.Axis:
    """Return an axis of days, of days and hours, or of hours, by how much time there is."""
    span = instants.max() - instants.min()
    if span > timedelta(days=4):
        label = "%m-%d"
    elif span > timedelta(hours=20):
        label = "%m-%d %H:%M"
    else:
        label = "%H:%M"
    return alt.Axis(
        title=None,
        format=label,
        tickCount=4,
        labelOverlap="greedy",
        labelSeparation=6,
        domain=False,
        ticks=False,
    )
