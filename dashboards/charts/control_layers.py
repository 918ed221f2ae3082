"""What the control chart and its small version for tiles have in common: points, limits, marks.

To add a verdict: its sign and shape in `VERDICTS`, its colour in `verdict_colours` and its word in
`ControlLabels`. To add a rule: its word in `ControlLabels`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypedDict

import altair as alt
import polars as pl

from dashboards.charts.axes import shown
from dashboards.charts.labels import NOTHING, told_apart
from dashboards.charts.theme import PALETTE, Mode

RARE_EVENTS = ("g", "t")  # charts whose points are events, not periods
_EVERY = {"day": "1d", "week": "1w", "month": "1mo"}
_WRITTEN = {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m"}
CROWDED = 60  # points a line can carry before they hide it
_NO_SIGNAL = "none"
_PROVISIONAL_DASH = [4, 3]
_PROVISIONAL_SHADE = 0.5  # opacity of the band between provisional limits


class ControlLabels(TypedDict):
    """The words of a control chart, in the reader's language."""

    period: str
    value: str
    centre: str
    limits: str
    n: str
    signal: str
    target: str
    concern: str
    improvement: str
    change: str
    beyond_limit: str
    two_of_three: str
    seven_on_one_side: str
    seven_in_a_row: str
    provisional: str  # limits of too few points
    incomplete: str  # points that may still move
    rebased: str  # limits computed anew
    cases_between: str  # what a g chart shows
    days_between: str  # what a t chart shows
    no_figures: str


class Sign(NamedTuple):
    """How a verdict is told without its colour: in words of a title, and as a point."""

    letter: str
    shape: str


VERDICTS = {
    "concern": Sign("◆", "diamond"),
    "improvement": Sign("■", "square"),
    "change": Sign("▲", "triangle-up"),
}


def control_points(points: pl.DataFrame, grain: str, labels: ControlLabels) -> pl.DataFrame:
    """Return a row per place on the axis: each event, or each period, also those left out.

    Adds `day` (the period as a date), `verdict` "none" where there is no signal, `signal_text`, and
    `is_alone` for points without neighbours, which a line does not show.
    """
    ordered = points.sort("phase", "period", maintain_order=True)
    is_rare = ordered["chart"][0] in RARE_EVENTS
    every = ordered if is_rare else ordered.upsample("period", every=_EVERY[grain])
    words = {word: str(text) for word, text in labels.items()}
    rule, verdict = (pl.col(name).cast(pl.String) for name in ("rule", "verdict"))
    signal = pl.format("{}: {}", verdict.replace(words), rule.replace(words))
    is_gap = pl.col("value").is_null()
    return every.select(
        pl.col("period").dt.to_string(_WRITTEN[grain]),
        pl.col("period").alias("day"),
        "phase",
        *(pl.col(name).cast(pl.Float64) for name in ("value", "centre", "lower", "upper")),
        pl.when(rule.is_not_null()).then(verdict).fill_null(_NO_SIGNAL).alias("verdict"),
        pl.when(rule.is_not_null()).then(signal).fill_null(NOTHING).alias("signal_text"),
        pl.col("is_provisional").fill_null(False),
        pl.col("is_incomplete").fill_null(False),
        *(shown(name) for name in ("value_text", "centre_text", "limits_text", "n_text")),
        (~is_gap & is_gap.shift(1, fill_value=True) & is_gap.shift(-1, fill_value=True)).alias(
            "is_alone"
        ),
    ).with_columns(told_apart("period").alias("period"))


def band_of_periods(axis: alt.Axis | None) -> dict[str, Any]:
    """Return what all encodings of periods share: each period has a band, so that limits can step
    at its edges and not in its middle."""
    return {"type": "ordinal", "axis": axis, "scale": alt.Scale(type="band", padding=0)}


def limit_stretches(points: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what `limit_layers` draws: where limits stay the same, and where the centre does."""
    return _stretches(points, "lower", "upper"), _stretches(points, "centre")


def limit_layers(
    levels: pl.DataFrame | alt.Data,
    centres: pl.DataFrame | alt.Data,
    across: dict[str, Any],
    up: dict[str, Any],
    mode: Mode,
    *,
    has_edges: bool,
) -> list[alt.Chart]:
    """Return the band between the limits, its edges and the centre line, which step by phase."""
    colours = PALETTE[mode]
    first = alt.X("first", bandPosition=0, **across)
    last = alt.X2("last", bandPosition=1)
    # As expressions of marks: Altair takes several times as long to make a condition of a channel.
    dash = alt.ExprRef(f"datum.is_provisional ? {_PROVISIONAL_DASH} : [1, 0]")
    between = alt.Chart(levels).encode(first, last)
    middle = alt.Chart(centres).encode(first, last)
    shade = between.mark_rect(
        color=colours.band,
        # The outline hides the seams that neighbours of a fraction of a pixel would have.
        stroke=colours.band,
        strokeWidth=alt.ExprRef("datum.is_provisional ? 0 : 1"),
        fillOpacity=alt.ExprRef(f"datum.is_provisional ? {_PROVISIONAL_SHADE} : 1"),
        aria=False,
    )
    edge = between.mark_rule(color=colours.muted, strokeWidth=0.75, strokeDash=dash, aria=False)
    centre = middle.mark_rule(color=colours.ink, strokeWidth=1, strokeDash=dash, aria=False)
    # Edges that change with nearly every point of a long series are noise; the band shows them.
    edges = ("lower", "upper") if has_edges else ()
    return [
        shade.encode(y=alt.Y("lower", **up), y2="upper"),
        *(edge.encode(y=alt.Y(level, **up)) for level in edges),
        centre.encode(y=alt.Y("centre", **up)),
    ]


def value_line(across: dict[str, Any], up: dict[str, Any], width: float, mode: Mode) -> alt.Chart:
    """Return the line of values, broken where a period is missing."""
    line = alt.Chart().mark_line(
        color=PALETTE[mode].accent,
        strokeWidth=width,
        invalid="break-paths-show-domains",
        aria=False,
    )
    return line.encode(alt.X("period", **across), alt.Y("value", **up))


def marked_points(
    across: dict[str, Any], up: dict[str, Any], sizes: tuple[int, int], mode: Mode
) -> alt.Chart:
    """Return the points, of `sizes` (usual, signal); a verdict has its shape and its colour."""
    colours = PALETTE[mode]
    verdicts = [_NO_SIGNAL, *VERDICTS]
    scale = alt.Scale(domain=verdicts, range=[colours.accent, *verdict_colours(mode).values()])
    shapes = alt.Scale(
        domain=verdicts, range=["circle", *(sign.shape for sign in VERDICTS.values())]
    )
    usual, signal = sizes
    return (
        alt.Chart()
        .mark_point(opacity=1, strokeWidth=2, aria=False)
        .encode(
            alt.X("period", **across),
            alt.Y("value", **up),
            shape=alt.Shape("verdict:N", scale=shapes, legend=None),
            stroke=alt.Stroke("verdict:N", scale=scale, legend=None),
            fill=alt.when(alt.datum.is_incomplete)
            .then(alt.value(colours.paper))
            .otherwise(alt.Fill("verdict:N", scale=scale, legend=None)),
            size=alt.when(alt.datum.verdict == _NO_SIGNAL)
            .then(alt.value(usual))
            .otherwise(alt.value(signal)),
        )
    )


def verdict_colours(mode: Mode) -> dict[str, str]:
    """Return the colour of each verdict."""
    colours = PALETTE[mode]
    return dict(zip(VERDICTS, (colours.bad, colours.good, colours.warn), strict=True))


def needs_a_mark() -> pl.Expr:
    """Return which points must show where a line is too crowded for all of them."""
    has_signal = pl.col("verdict") != _NO_SIGNAL
    return has_signal | pl.col("is_incomplete") | pl.col("is_alone")


def tooltips(points: pl.DataFrame, labels: ControlLabels) -> list[alt.Tooltip]:
    """Return what the pointer is told about a point, without what none of them has."""
    told = {
        "period": labels["period"],
        "value_text": labels["value"],
        "centre_text": labels["centre"],
        "limits_text": labels["limits"],
        "n_text": labels["n"],
        "signal_text": labels["signal"],
    }
    return [
        alt.Tooltip(column, type="nominal", title=word)
        for column, word in told.items()
        if (points[column] != NOTHING).any()
    ]


def told_points(points: pl.DataFrame) -> pl.Series:
    """Return value and signal of each point, for the description."""
    with_signal = pl.format("{} ({})", "value_text", "signal_text")
    has_signal = pl.col("verdict") != _NO_SIGNAL
    return points.select(
        pl.when(has_signal).then(with_signal).otherwise("value_text").alias("told")
    ).to_series()


def hover(across: dict[str, Any], told: list[alt.Tooltip]) -> alt.Chart:
    """Return unseen bars as wide as a period and as high as the plot, read aloud one by one."""
    return alt.Chart().mark_rect(opacity=0).encode(alt.X("period", **across), tooltip=told)


def columns_drawn(told: list[alt.Tooltip]) -> list[str]:
    """Return the columns of `control_points` that the points, the line and tooltips read."""
    read = [str(tooltip.to_dict()["field"]) for tooltip in told]
    return list(dict.fromkeys(["period", "value", "verdict", "is_incomplete", *read]))


def _stretches(points: pl.DataFrame, *levels: str) -> pl.DataFrame:
    """Return from which period to which `levels` stay the same within a phase; none is null."""
    known = points.drop_nulls(levels)
    changes = pl.struct("phase", *levels).rle_id().alias("stretch")
    return (
        known.group_by(changes, maintain_order=True)
        .agg(
            pl.col("period").first().alias("first"),
            pl.col("period").last().alias("last"),
            *(pl.col(level).first() for level in levels),
            pl.col("is_provisional").first(),
        )
        .drop("stretch")
    )
