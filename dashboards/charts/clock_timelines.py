"""How the time of clocks was spent: a row per clock, its stretches by kind, and what happened when.

To add a kind of stretch: its look in `_looks` and its word in `TimelineLabels`. To add a mark: its
shape and lane in `_MARKS`.
"""

from __future__ import annotations

from typing import NamedTuple, TypedDict

import altair as alt
import polars as pl

from dashboards.charts.axes import blank, name_axis
from dashboards.charts.labels import described
from dashboards.charts.theme import PALETTE, Mode, Palette, dressed
from dashboards.charts.timelines import time_axis

_KINDS = ("working", "late", "paused", "out_of_hours", "holiday")
_ROW_HEIGHT = 76  # three lanes of words and a bar
_WRITTEN = "%Y-%m-%d %H:%M"
_BEYOND_OPACITY = 0.4
_ROOM_FOR_NUMBER = 0.04  # of the axis: a narrower stretch keeps its number to itself


class TimelineLabels(TypedDict):
    """The words of a timeline, in the reader's language."""

    no_figures: str  # shown where no clock was measured
    working: str
    out_of_hours: str
    holiday: str
    paused: str
    late: str
    begins: str
    ends: str
    at: str  # when something happened


class _Look(NamedTuple):
    """A kind of stretch is told by the height and the outline of its bar, and by its number."""

    fill: str
    height: float  # of a row
    outline: str
    dash: tuple[int, int]
    number: str  # colour of its number
    number_dy: int


class _Mark(NamedTuple):
    shape: str
    lane: int  # pixels of its words below the middle of the row


_MARKS = {
    "start": _Mark("triangle-right", 20),
    "due": _Mark("diamond", -22),
    "stop": _Mark("square", 33),
    "now": _Mark("circle", 33),
}


def clock_timelines(
    stretches: pl.DataFrame, marks: pl.DataFrame, *, mode: Mode, labels: TimelineLabels
) -> alt.TopLevelMixin:
    """Return a row per `clock` (text), in the given order, on one axis of local time.

    `stretches` has clock, from_at, to_at (datetimes without zone, local) and kind: working,
    out_of_hours, holiday, paused or late. `marks` has clock, at (local), kind: start, due, stop or
    now, and text. What lies after the stop, or after now, is faint.
    """
    if stretches.is_empty():
        return blank("", labels["no_figures"], mode)
    bars, points = _bars(stretches, marks, labels), _points(stretches, marks)
    order = stretches["clock"].unique(maintain_order=True).to_list()
    down = alt.Y("clock:N", scale=alt.Scale(domain=order), axis=name_axis())
    axis = time_axis(pl.concat([stretches["from_at"], stretches["to_at"]]))
    looks = {kind: look for kind, look in _looks(PALETTE[mode]).items() if kind in bars["kind"]}
    fills = alt.Scale(
        domain=[_word(kind, labels) for kind in looks], range=[look.fill for look in looks.values()]
    )
    layers: list[alt.Chart] = []
    for kind, look in looks.items():
        of_kind = bars.filter(pl.col("kind") == kind).drop("kind")
        layers += _stretches(of_kind, look, fills, down, axis, mode, labels)
    layers += _marks(points, down, axis, mode, labels)
    chart = alt.layer(*layers).properties(
        height=_ROW_HEIGHT * len(order),
        description=described("", points["clock"] + ": " + points["text"], points["at_text"]),
    )
    return dressed(chart, mode)


def _looks(colours: Palette) -> dict[str, _Look]:
    """Return how each kind is drawn: tall is time that counts, thin is time that does not."""
    solid, dashed = (1, 0), (3, 2)
    return dict(
        zip(
            _KINDS,
            (
                _Look(colours.accent, 0.26, colours.accent, solid, colours.paper, 0),
                _Look(colours.bad, 0.36, colours.ink, solid, colours.paper, 0),
                _Look(colours.band, 0.2, colours.accent, dashed, colours.ink, 0),
                _Look(colours.muted, 0.03, colours.muted, solid, colours.ink, -9),
                _Look(colours.grid, 0.09, colours.muted, solid, colours.ink, -11),
            ),
            strict=True,
        )
    )


def _word(kind: str, labels: TimelineLabels) -> str:
    """Return the word of a kind, with the number by which its bars are known."""
    words = (
        labels["working"],
        labels["late"],
        labels["paused"],
        labels["out_of_hours"],
        labels["holiday"],
    )
    number = _KINDS.index(kind)
    return f"{number + 1} {words[number]}"


def _bars(stretches: pl.DataFrame, marks: pl.DataFrame, labels: TimelineLabels) -> pl.DataFrame:
    """Return the stretches with their words, where there is room their number, and opacity."""
    ends = marks.filter(pl.col("kind").is_in(["stop", "now"])).select(
        "clock", pl.col("at").alias("end_at")
    )
    is_beyond = (pl.col("from_at") >= pl.col("end_at")).fill_null(False)
    begin, end = pl.col("from_at"), pl.col("to_at")
    has_room = end - begin >= (end.max() - begin.min()) * _ROOM_FOR_NUMBER
    word = pl.col("kind").replace_strict({kind: _word(kind, labels) for kind in _KINDS})
    return stretches.join(ends, on="clock", how="left", maintain_order="left").select(
        "clock",
        "from_at",
        "to_at",
        (begin + (end - begin) / 2).alias("middle_at"),
        begin.dt.to_string(_WRITTEN).alias("from_text"),
        end.dt.to_string(_WRITTEN).alias("to_text"),
        "kind",
        word.alias("word"),
        pl.when(has_room).then(word.str.head(1)).otherwise(pl.lit("")).alias("number"),
        pl.when(is_beyond).then(_BEYOND_OPACITY).otherwise(1.0).alias("opacity"),
    )


def _points(stretches: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Return the marks; words grow away from the nearer edge, so that none is cut."""
    first, last = pl.lit(stretches["from_at"].min()), pl.lit(stretches["to_at"].max())
    is_left = pl.col("at") - first < last - pl.col("at")
    of_rows = marks.join(stretches, on="clock", how="semi", maintain_order="left")
    return of_rows.select(
        "clock",
        "at",
        pl.col("at").dt.to_string(_WRITTEN).alias("at_text"),
        "kind",
        "text",
        pl.when(is_left).then(pl.lit("left")).otherwise(pl.lit("right")).alias("align"),
    )


def _stretches(
    bars: pl.DataFrame,
    look: _Look,
    fills: alt.Scale,
    down: alt.Y,
    axis: alt.Axis,
    mode: Mode,
    labels: TimelineLabels,
) -> list[alt.Chart]:
    """Return the bars of one kind with their number; all kinds share one legend."""
    shown = alt.Opacity("opacity:Q", scale=None)
    legend = alt.Legend(columns=3, symbolStrokeColor=PALETTE[mode].muted, symbolStrokeWidth=1)
    bar = (
        alt.Chart(bars)
        .mark_bar(
            height={"band": look.height},
            stroke=look.outline,
            strokeWidth=1,
            strokeDash=list(look.dash),
        )
        .encode(
            down,
            alt.X("from_at:T", axis=axis),
            alt.X2("to_at"),
            alt.Fill("word:N", scale=fills, legend=legend),
            shown,
            tooltip=[
                alt.Tooltip("word:N", title="title"),
                alt.Tooltip("from_text:N", title=labels["begins"]),
                alt.Tooltip("to_text:N", title=labels["ends"]),
            ],
        )
    )
    number = (
        alt.Chart(bars)
        .mark_text(color=look.number, dy=look.number_dy, fontWeight="bold", aria=False)
        .encode(down, alt.X("middle_at:T", axis=axis), text=alt.Text("number:N"))
    )
    return [bar, number]


def _marks(
    points: pl.DataFrame, down: alt.Y, axis: alt.Axis, mode: Mode, labels: TimelineLabels
) -> list[alt.Chart]:
    """Return a shape for every mark, a line for what was due, and words in three lanes."""
    colours = PALETTE[mode]
    across = alt.X("at:T", axis=axis)
    shapes = [mark.shape for mark in _MARKS.values()]
    shape = (
        alt.Chart(points)
        .mark_point(size=80, filled=True, color=colours.ink, stroke=colours.paper, opacity=1)
        .encode(
            down,
            across,
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=list(_MARKS), range=shapes),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("text:N", title="title"),
                alt.Tooltip("at_text:N", title=labels["at"]),
                alt.Tooltip("clock:N", title=" "),
            ],
        )
    )
    due = (
        alt.Chart(points)
        .mark_tick(color=colours.ink, thickness=1.5, size=44, aria=False)
        .encode(down, across)
        .transform_filter(alt.datum.kind == "due")
    )
    words = [
        alt.Chart(points)
        .mark_text(
            color=colours.ink,
            dy=mark.lane,
            align=alt.ExprRef("datum.align"),
            dx=alt.ExprRef("datum.align === 'left' ? 3 : -3"),
            aria=False,
        )
        .encode(down, across, text=alt.Text("text:N"))
        .transform_filter(alt.datum.kind == kind)
        for kind, mark in _MARKS.items()
    ]
    return [due, shape, *words]
