"""Figures over time: a line with its interval, target and thresholds.

Periods are shown as numbers that every language reads: 2026, 2026-Q1, 2026-01, 2026-01-05 (the
first day of a week). They are texts, not instants, so that no browser can move one into the day
before. To add a thing to the line: a layer in `trend`.
"""

from __future__ import annotations

from datetime import date

import altair as alt
import polars as pl

from dashboards.charts.axes import blank, number_axis, period_axis, shown
from dashboards.charts.labels import Labels, described
from dashboards.charts.theme import PALETTE, Mode, dressed

_EVERY = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
_HEIGHT = 220
_CROWDED = 60  # points a line can carry before they hide it
_TARGET_DASH, _AMBER_DASH, _RED_DASH = [6, 4], [2, 3], [8, 2, 2, 2]


def trend(
    figures: pl.DataFrame,
    *,
    grain: str,
    value_format: str,
    title: str,
    target: float | None = None,
    amber: float | None = None,
    red: float | None = None,
    selected: date | None = None,
    mode: Mode,
    labels: Labels,
) -> alt.TopLevelMixin:
    """Return the line of `figures` over `period`, broken where a period is missing or null.

    `figures` has period (first day of a period of `grain`), value, low, high, held_rows,
    value_text, interval_text and n_text. Points that rows in quarantine may still move are hollow;
    `selected` is ringed; `target`, `amber` and `red` are level lines, each with its own dash.
    """
    if figures["value"].drop_nulls().is_empty():
        return blank(title, labels["no_figures"], mode)
    colours = PALETTE[mode]
    points = _points(figures, grain)
    drawn = points if points["is_alone"].any() else points.drop("is_alone")
    if points["low"].is_null().all():
        drawn = drawn.drop("low", "high", "interval_text")
    across = alt.X("period:O", axis=period_axis(points["period"], grain))
    up = _up("value", value_format)
    line = alt.Chart().mark_line(
        color=colours.accent, strokeWidth=2, invalid="break-paths-show-domains", aria=False
    )
    layers = [
        *_interval(drawn, across, value_format, mode),
        *_levels(target, amber, red, value_format, mode, labels),
        line.encode(across, up),
        _dots(drawn, across, up, mode),
    ]
    if selected is not None:
        ring = alt.Chart().mark_point(
            size=180, filled=False, stroke=colours.ink, strokeWidth=2, aria=False
        )
        chosen = pl.select(_period_text(pl.lit(selected), grain)).item()
        layers.append(ring.encode(across, up).transform_filter(alt.datum.period == chosen))
    layers.append(_hover(across, drawn.columns, labels))
    held_note = f"○ {labels['held']}" if points["is_held"].any() else None
    chart = alt.layer(*layers, data=drawn).properties(
        height=_HEIGHT,
        title=alt.Title(title, subtitle=held_note) if held_note else title,
        description=described(title, points["period"], points["value_text"]),
    )
    return dressed(chart, mode)


def _points(figures: pl.DataFrame, grain: str) -> pl.DataFrame:
    """Return a row per period, also for those that `figures` leaves out, as the line needs it.

    `is_alone` marks points without neighbours, whose interval has no width to be seen in.
    """
    every = figures.sort("period").upsample("period", every=_EVERY[grain])
    is_gap = pl.col("value").is_null()
    return every.select(
        _period_text(pl.col("period"), grain).alias("period"),
        *(pl.col(name).cast(pl.Float64) for name in ("value", "low", "high")),
        shown("value_text"),
        shown("interval_text"),
        shown("n_text"),
        pl.col("held_rows").fill_null(0),
        (pl.col("held_rows") > 0).fill_null(False).alias("is_held"),
        (~is_gap & is_gap.shift(1, fill_value=True) & is_gap.shift(-1, fill_value=True)).alias(
            "is_alone"
        ),
    )


def _period_text(period: pl.Expr, grain: str) -> pl.Expr:
    if grain == "quarter":
        return pl.format("{}-Q{}", period.dt.year(), period.dt.quarter())
    return period.dt.to_string({"year": "%Y", "month": "%Y-%m"}.get(grain, "%Y-%m-%d"))


def _up(field: str, value_format: str) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=number_axis(value_format), scale=alt.Scale(zero=False))


def _dots(drawn: pl.DataFrame, across: alt.X, up: alt.Y, mode: Mode) -> alt.Chart:
    """Return the points, hollow where rows are held; a crowded line keeps those that must show."""
    colours = PALETTE[mode]
    is_held = alt.datum.is_held
    dots = (
        alt.Chart()
        .mark_point(filled=True, stroke=colours.accent, opacity=1, strokeWidth=2, aria=False)
        .encode(
            across,
            up,
            fill=alt.when(is_held)
            .then(alt.value(colours.paper))
            .otherwise(alt.value(colours.accent)),
            size=alt.when(is_held).then(alt.value(60)).otherwise(alt.value(40)),
        )
    )
    if drawn.height <= _CROWDED:
        return dots
    is_needed = is_held | alt.datum.is_alone if "is_alone" in drawn.columns else is_held
    return dots.transform_filter(is_needed)


def _interval(drawn: pl.DataFrame, across: alt.X, value_format: str, mode: Mode) -> list[alt.Chart]:
    """Return the band of the interval, and a bar of it for points that stand alone."""
    if "low" not in drawn.columns:
        return []
    colours = PALETTE[mode]
    low, high = _up("low", value_format), alt.Y2("high")
    band = alt.Chart().mark_area(color=colours.band, invalid="break-paths-show-domains", aria=False)
    bar = alt.Chart().mark_rule(color=colours.band, strokeWidth=8, aria=False)
    layers = [band.encode(across, low, high)]
    if "is_alone" in drawn.columns:
        layers.append(bar.encode(across, low, high).transform_filter(alt.datum.is_alone))
    return layers


def _levels(
    target: float | None,
    amber: float | None,
    red: float | None,
    value_format: str,
    mode: Mode,
    labels: Labels,
) -> list[alt.Chart]:
    """Return the level lines, thresholds named at the left and the target at the right end."""
    colours = PALETTE[mode]
    # The lower of two thresholds has its word below the line, where the other has none.
    is_red_lower = amber is not None and red is not None and red < amber
    thresholds = (
        (amber, labels["amber"], colours.warn, _AMBER_DASH, not is_red_lower),
        (red, labels["red"], colours.red, _RED_DASH, is_red_lower),
    )
    layers = []
    for level, word, colour, dash, is_below in thresholds:
        if level is not None:
            line = _level(level, word, value_format)
            layers += [
                line.mark_rule(color=colour, strokeDash=dash, strokeWidth=1),
                line.mark_text(
                    color=colour,
                    align="left",
                    dx=2,
                    dy=3 if is_below else -3,
                    baseline="top" if is_below else "bottom",
                ).encode(x=alt.value(0), text=alt.Text("word:N")),
            ]
    if target is not None:
        line = _level(target, labels["target"], value_format)
        layers += [
            line.mark_rule(color=colours.muted, strokeDash=_TARGET_DASH, strokeWidth=1.5),
            line.mark_text(
                color=colours.muted, align="left", baseline="middle", dx=4, lineBreak="\n"
            )
            .encode(x=alt.value("width"), text=alt.Text("told:N"))
            .transform_calculate(told="datum.word + '\\n' + format(datum.level, datum.format)"),
        ]
    return layers


def _level(level: float, word: str, value_format: str) -> alt.Chart:
    row = pl.DataFrame({"level": [float(level)], "word": [word], "format": [value_format]})
    return alt.Chart(row).encode(_up("level", value_format))


def _hover(across: alt.X, columns: list[str], labels: Labels) -> alt.Chart:
    """Return unseen bars as high as the plot: easier to hit than a point, and read aloud."""
    told = {
        "period": labels["period"],
        "value_text": labels["value"],
        "interval_text": labels["interval"],
        "n_text": labels["n"],
        "held_rows": labels["held"],
    }
    return (
        alt.Chart()
        .mark_rule(strokeWidth=14, opacity=0)
        .encode(
            across,
            tooltip=[
                alt.Tooltip(column, type="nominal", title=word)
                for column, word in told.items()
                if column in columns
            ],
        )
    )
