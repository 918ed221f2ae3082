"""Control charts: values over time, the limits of what is usual, and which points are not.

The rows are those of one series of `marts.control_points`. To add a thing to the chart: a layer in
`control_chart`; what its small version in tiles shows too is in `control_layers`.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.axes import blank, number_axis, period_axis
from dashboards.charts.control_layers import (
    CROWDED,
    RARE_EVENTS,
    VERDICTS,
    ControlLabels,
    band_of_periods,
    columns_drawn,
    control_points,
    hover,
    limit_layers,
    limit_stretches,
    marked_points,
    needs_a_mark,
    told_points,
    tooltips,
    value_line,
)
from dashboards.charts.labels import described
from dashboards.charts.theme import PALETTE, Mode, dressed

_HEIGHT = 220
_SIZES = (36, 110)  # of usual points and of signals
_TARGET_DASH, _REBASE_DASH = [6, 4], [2, 2]
_LANE = 13  # pixels between the words of neighbouring rebases
_BETWEEN = "\u2003"


def control_chart(
    points: pl.DataFrame,
    rebases: pl.DataFrame,
    *,
    grain: str,
    value_format: str,
    title: str,
    target: float | None = None,
    mode: Mode,
    labels: ControlLabels,
) -> alt.TopLevelMixin:
    """Return the line of `points`, over the band of their limits and the centre line.

    `points` are rows of one series of `marts.control_points` (period, phase, chart, value, centre,
    lower, upper, rule, verdict, is_provisional) with is_incomplete (the value may still move; drawn
    hollow), value_text, centre_text, limits_text and n_text. `rebases` has period (the first one of
    the new limits) and text (by whom and when): an upright line each. Provisional limits are
    dashed. A rare event has a place of its own on the axis, however many days lie between two.
    """
    if points["value"].drop_nulls().is_empty():
        return blank(title, labels["no_figures"], mode)
    rows = control_points(points, grain, labels)
    told = tooltips(rows, labels)
    is_crowded = rows.height > CROWDED
    drawn = rows.select(
        *columns_drawn(told), *([needs_a_mark().alias("is_marked")] if is_crowded else [])
    )
    chart_kind = str(points["chart"][0])
    across = band_of_periods(_periods(rows, grain))
    up = {
        "type": "quantitative",
        "axis": number_axis(value_format),
        "scale": alt.Scale(zero=False),
    }
    dots = marked_points(across, up, _SIZES, mode)
    levels, centres = limit_stretches(rows)
    layers = [
        *limit_layers(levels, centres, across, up, mode, has_edges=levels.height <= CROWDED),
        *_rebases(rows, rebases, across, mode, labels),
        *_target(target, up, value_format, mode, labels),
        value_line(across, up, 1.2 if is_crowded else 2, mode),
        dots.transform_filter(alt.datum.is_marked) if is_crowded else dots,
        hover(across, told),
    ]
    notes = _notes(rows, chart_kind, labels)
    chart = alt.layer(*layers, data=drawn).properties(
        height=_HEIGHT,
        title=alt.Title(title, subtitle=notes) if notes else title,
        description=described(title, rows["period"], told_points(rows)),
    )
    return dressed(chart, mode)


def _periods(rows: pl.DataFrame, grain: str) -> alt.Axis:
    """Return the axis; of events on one day, the first is named."""
    named = rows.filter(pl.col("day").is_first_distinct())["period"]
    return period_axis(named, grain)


def _notes(rows: pl.DataFrame, chart_kind: str, labels: ControlLabels) -> list[str]:
    """Return the lines below the title: what is counted, and the signs that the chart uses."""
    between = {"g": labels["cases_between"], "t": labels["days_between"]}
    found = rows["verdict"].unique()
    signs = [f"{sign.letter} {labels[name]}" for name, sign in VERDICTS.items() if name in found]
    if rows["is_incomplete"].any():
        signs.append(f"○ {labels['incomplete']}")
    if rows["is_provisional"].any():
        signs.append(f"┄ {labels['provisional']}")
    first = [between[chart_kind]] if chart_kind in RARE_EVENTS else []
    return first + ([_BETWEEN.join(signs)] if signs else [])


def _rebases(
    rows: pl.DataFrame,
    rebases: pl.DataFrame,
    across: dict[str, Any],
    mode: Mode,
    labels: ControlLabels,
) -> list[alt.Chart]:
    """Return an upright line before the first period of each rebase, named above the plot.

    A rebase before the first point has nothing to part; one between two points stands before the
    later one. Names run inwards, neighbours on two lanes, so that none leaves the plot.
    """
    places = rows.drop_nulls("value").select("period", "day").with_row_index("place")
    found = (
        rebases.select(pl.col("period").cast(pl.Date).alias("day"), "text")
        .filter(pl.col("day") >= places["day"][0])
        .sort("day")
        .join_asof(places.unique("day", keep="first").sort("day"), on="day", strategy="forward")
        .drop_nulls("period")
    )
    if found.is_empty():
        return []
    is_late = pl.col("place") > places.height / 2
    named = found.select(
        "period",
        pl.format("{}: {}", pl.lit(labels["rebased"]), "text").alias("text"),
        (pl.int_range(pl.len()) % 2 * -_LANE - 4).alias("above"),
        pl.when(is_late).then(pl.lit("right")).otherwise(pl.lit("left")).alias("side"),
    )
    colour = PALETTE[mode].ink
    drawn = alt.Chart(named).encode(alt.X("period", bandPosition=0, **across))
    word = drawn.mark_text(
        color=colour,
        baseline="bottom",
        align=alt.ExprRef("datum.side"),
        dy=alt.ExprRef("datum.above"),
    )
    return [
        drawn.mark_rule(color=colour, strokeDash=_REBASE_DASH, strokeWidth=1.5, aria=False),
        word.encode(y=alt.value(0), text=alt.Text("text:N")),
    ]


def _target(
    target: float | None,
    up: dict[str, Any],
    value_format: str,
    mode: Mode,
    labels: ControlLabels,
) -> list[alt.Chart]:
    """Return the target as a dashed line, its word and value at the right end."""
    if target is None:
        return []
    row = {"level": [float(target)], "word": [labels["target"]], "format": [value_format]}
    colour = PALETTE[mode].muted
    level = alt.Chart(pl.DataFrame(row)).encode(alt.Y("level", **up))
    return [
        level.mark_rule(color=colour, strokeDash=_TARGET_DASH, strokeWidth=1.5),
        level.mark_text(color=colour, align="left", baseline="middle", dx=4, lineBreak="\n")
        .encode(x=alt.value("width"), text=alt.Text("told:N"))
        .transform_calculate(told="datum.word + '\\n' + format(datum.level, datum.format)"),
    ]
