"""Funnel plots: units by their number of cases, and the limits that chance keeps them within.

The frames are those of `transforms.comparison`. To add a verdict: its look in `_looks` and its word
in `FunnelLabels`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypedDict

import altair as alt
import polars as pl

from dashboards.charts.axes import NAME_PIXELS, blank, number_axis, shown
from dashboards.charts.labels import described, told_apart
from dashboards.charts.theme import PALETTE, Mode, dressed

_HEIGHT = 240
_WIDE = 10  # times: cases that differ by more are drawn on a logarithmic scale
_NAMES_AT_MOST = 8
_ALIKE = "no_different"
_LIMITS = {"95": ("low_95", "high_95", [5, 3]), "998": ("low_998", "high_998", [1, 0])}
_BETWEEN = "\u2003"


class FunnelLabels(TypedDict):
    """The words of a funnel plot, in the reader's language."""

    value: str
    n: str  # what is counted, such as "cases"
    centre: str  # all units together
    limits: str  # of a unit: what chance allows 99.8 % of the time
    verdict: str
    better: str
    worse: str
    different: str
    no_different: str
    between_limits: str  # beyond the 95 % limit, within that of 99.8 %
    not_ranked: str
    no_figures: str


class _Look(NamedTuple):
    letter: str
    hollow_letter: str
    shape: str
    colour: str


def funnel(
    units: pl.DataFrame,
    lines: pl.DataFrame,
    *,
    name: str,
    value_format: str,
    title: str,
    highlighted: str | None = None,
    mode: Mode,
    labels: FunnelLabels,
) -> alt.TopLevelMixin:
    """Return a point per ranked unit between `lines`; those beyond a limit are named.

    `units` is what `compare_units` returned for one comparison, with the text columns `name`,
    value_text, n_text and limits_text; units that are not ranked are only counted. `lines` is what
    `funnel_lines` returned for it. Beyond the 95 % limit a point is hollow, beyond that of 99.8 %
    full; at most eight of those are named, the furthest out, and the unit named `highlighted`.
    """
    ranked = units.filter(pl.col("stands").is_not_null())
    if ranked.is_empty():
        return blank(title, labels["no_figures"], mode)
    rows = _rows(ranked, name, highlighted, labels)
    across, up = _across(rows["cases"], labels), _up(value_format)
    looks = _looks(mode)
    marks = rows.drop("name_shown", "side", "order", "told")
    if highlighted is None:
        marks = marks.drop("is_highlighted")
    points = _points(marks, across, up, looks, labels)
    layers = [*_limits(lines, across, up, mode), points]
    if highlighted is not None:
        ring = alt.Chart(marks).mark_point(
            size=260, filled=False, stroke=PALETTE[mode].ink, strokeWidth=2, opacity=1, aria=False
        )
        layers.append(
            ring.encode(alt.X("cases", **across), alt.Y("value", **up)).transform_filter(
                alt.datum.is_highlighted
            )
        )
    named = rows.filter(pl.col("name_shown").is_not_null())
    layers += _names(named, across, up, mode)
    chart = alt.layer(*layers).properties(
        height=_HEIGHT,
        title=alt.Title(title, subtitle=_notes(rows, units.height - ranked.height, looks, labels)),
        description=described(title, rows["name"], rows["told"]),
    )
    return dressed(chart, mode)


def _looks(mode: Mode) -> dict[str, _Look]:
    colours = PALETTE[mode]
    return {
        "worse": _Look("◆", "◇", "diamond", colours.bad),
        "better": _Look("■", "□", "square", colours.good),
        "different": _Look("▲", "△", "triangle-up", colours.warn),
        _ALIKE: _Look("●", "○", "circle", colours.muted),
    }


def _rows(
    ranked: pl.DataFrame, name: str, highlighted: str | None, labels: FunnelLabels
) -> pl.DataFrame:
    """Return what is drawn of each unit, furthest from the centre last and so on top.

    `name_shown` is null but for those to be named, `side` where their name has room.
    """
    cases = pl.col("cases" if "cases" in ranked.columns else "denominator").cast(pl.Float64)
    is_chosen = (pl.col(name) == pl.lit(highlighted)).fill_null(False)
    # Where chance leaves no room at all z is null: nothing is further out.
    distance = pl.col("z").abs().fill_null(float("inf"))
    is_out = pl.col("verdict") != _ALIKE
    place_out = pl.when(is_out).then(distance).rank("ordinal", descending=True)
    is_named = is_chosen | (place_out <= _NAMES_AT_MOST).fill_null(False)
    words = {word: str(text) for word, text in labels.items()}
    is_between = pl.col("stands").str.ends_with("_95")
    between = pl.when(is_between).then(pl.lit(f" ({labels['between_limits']})"))
    verdict_text = pl.concat_str(
        pl.col("verdict").replace(words), between.otherwise(pl.lit("")), ignore_nulls=True
    )
    # On a logarithmic axis the middle is the geometric mean of the ends.
    middle = (cases.min() * cases.max()).sqrt()
    linear_middle = (cases.min() + cases.max()) / 2
    is_wide = cases.max() > _WIDE * cases.min()
    is_right = cases > pl.when(is_wide).then(middle).otherwise(linear_middle)
    return (
        ranked.with_columns(told_apart(name).alias("name"), distance.alias("order"))
        .select(
            "name",
            cases.alias("cases"),
            pl.col("value").cast(pl.Float64),
            "verdict",
            is_between.alias("is_between"),
            verdict_text.alias("verdict_text"),
            *(shown(text) for text in ("value_text", "n_text", "limits_text")),
            is_chosen.alias("is_highlighted"),
            pl.when(is_named).then("name").alias("name_shown"),
            pl.when(is_right).then(pl.lit("right")).otherwise(pl.lit("left")).alias("side"),
            pl.format("{} ({})", shown("value_text"), verdict_text).alias("told"),
            "order",
        )
        .sort("order")
    )


def _across(cases: pl.Series, labels: FunnelLabels) -> dict[str, Any]:
    """Return what all encodings of the number of cases share."""
    smallest, largest = cases.min(), cases.max()
    is_wide = largest > _WIDE * smallest
    axis = number_axis("~s", title=labels["n"], titleAnchor="end", grid=False)
    kind = {"type": "log"} if is_wide else {"type": "linear", "zero": False}
    scale = alt.Scale(**kind, nice=False, padding=16)
    return {"type": "quantitative", "axis": axis, "scale": scale}


def _up(value_format: str) -> dict[str, Any]:
    return {
        "type": "quantitative",
        "axis": number_axis(value_format),
        "scale": alt.Scale(zero=False),
    }


def _limits(
    lines: pl.DataFrame, across: dict[str, Any], up: dict[str, Any], mode: Mode
) -> list[alt.Chart]:
    """Return the centre line and both pairs of limits, each named at its right end."""
    colours = PALETTE[mode]
    figures = [
        "denominator",
        "centre",
        *(name for low, high, _ in _LIMITS.values() for name in (low, high)),
    ]
    drawn = lines.select(pl.col(figures).cast(pl.Float64)).sort("denominator")
    grid = alt.Chart(drawn).encode(alt.X("denominator", **across))
    end = alt.Chart(drawn.tail(1)).encode(x=alt.value("width"))
    band = grid.mark_area(color=colours.band, aria=False)
    layers = [
        band.encode(alt.Y("low_95", **up), y2="high_95"),
        grid.mark_line(color=colours.ink, strokeWidth=1, aria=False).encode(alt.Y("centre", **up)),
    ]
    word = {"color": colours.muted, "align": "left", "baseline": "middle", "dx": 4, "aria": False}
    for percent, (low, high, dash) in _LIMITS.items():
        written = {"95": "95%", "998": "99.8%"}[percent]
        for limit in (low, high):
            line = grid.mark_line(color=colours.muted, strokeWidth=1, strokeDash=dash, aria=False)
            layers.append(line.encode(alt.Y(limit, **up)))
        layers.append(end.mark_text(text=written, **word).encode(alt.Y(high, **up)))
    return layers


def _points(
    rows: pl.DataFrame,
    across: dict[str, Any],
    up: dict[str, Any],
    looks: dict[str, _Look],
    labels: FunnelLabels,
) -> alt.Chart:
    scale = alt.Scale(domain=list(looks), range=[look.colour for look in looks.values()])
    shapes = alt.Scale(domain=list(looks), range=[look.shape for look in looks.values()])
    is_full = (alt.datum.verdict != _ALIKE) & ~alt.datum.is_between
    return (
        alt.Chart(rows)
        .mark_point(opacity=1, strokeWidth=1.5)
        .encode(
            alt.X("cases", **across),
            alt.Y("value", **up),
            shape=alt.Shape("verdict:N", scale=shapes, legend=None),
            stroke=alt.Stroke("verdict:N", scale=scale, legend=None),
            fill=alt.Fill("verdict:N", scale=scale, legend=None),
            fillOpacity=alt.when(is_full).then(alt.value(1)).otherwise(alt.value(0)),
            size=alt.when(alt.datum.verdict == _ALIKE).then(alt.value(45)).otherwise(alt.value(95)),
            tooltip=[
                alt.Tooltip("name:N", title="title"),
                alt.Tooltip("value_text:N", title=labels["value"]),
                alt.Tooltip("limits_text:N", title=labels["limits"]),
                alt.Tooltip("n_text:N", title=labels["n"]),
                alt.Tooltip("verdict_text:N", title=labels["verdict"]),
            ],
        )
    )


def _names(
    named: pl.DataFrame, across: dict[str, Any], up: dict[str, Any], mode: Mode
) -> list[alt.Chart]:
    """Return the names beside their points, towards the middle, over a rim of paper."""
    if named.is_empty():
        return []
    colours = PALETTE[mode]
    drawn = named.select("name_shown", "cases", "value", "side", "is_highlighted")
    looks: dict[str, Any] = {
        "baseline": "middle",
        "align": alt.ExprRef("datum.side"),
        "dx": alt.ExprRef("datum.side === 'left' ? 9 : -9"),
        "limit": NAME_PIXELS,
        "fontWeight": alt.ExprRef("datum.is_highlighted ? 'bold' : 'normal'"),
        "aria": False,
    }
    texts = alt.Chart(drawn).encode(
        alt.X("cases", **across), alt.Y("value", **up), text=alt.Text("name_shown:N")
    )
    return [
        texts.mark_text(stroke=colours.paper, strokeWidth=4, strokeJoin="round", **looks),
        texts.mark_text(color=colours.ink, **looks),
    ]


def _notes(
    rows: pl.DataFrame, left_out: int, looks: dict[str, _Look], labels: FunnelLabels
) -> list[str]:
    """Return the lines below the title: the signs in use, and how many units are left out."""
    out = rows.filter(pl.col("verdict") != _ALIKE)
    full = out.filter(~pl.col("is_between"))["verdict"].unique()
    words = {word: str(text) for word, text in labels.items()}
    signs = [
        f"{look.letter} {words[verdict]}" for verdict, look in looks.items() if verdict in full
    ]
    hollow = out.filter("is_between")["verdict"].unique()
    letters = [look.hollow_letter for verdict, look in looks.items() if verdict in hollow]
    if letters:
        signs.append(f"{' '.join(letters)} {labels['between_limits']}")
    if (rows["verdict"] == _ALIKE).any():
        signs.append(f"{looks[_ALIKE].hollow_letter} {labels['no_different']}")
    told = [_BETWEEN.join(signs)]
    return [*told, f"{labels['not_ranked']}: {left_out}"] if left_out else told
