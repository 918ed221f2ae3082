"""Rankings that show their doubt: the places a unit may have, and the bands that share one.

The frame is that of `transforms.ranking`: the caller ranks, the chart keeps the order. To mark
another kind of unit: a column in `_rows` and a layer beside those of `rank_intervals`.
"""

from __future__ import annotations

from typing import TypedDict

import altair as alt
import polars as pl

from dashboards.charts.axes import ROW_HEIGHT, blank, bold_where, name_axis, number_axis, shown
from dashboards.charts.labels import NOTHING, described, told_apart
from dashboards.charts.theme import PALETTE, Mode, dressed


class RankLabels(TypedDict):
    """The words of a ranking, in the reader's language."""

    rank: str
    rank_interval: str  # the places that chance leaves open
    band: str  # units of one band cannot be told apart
    value: str
    n: str
    not_ranked: str
    no_figures: str


def rank_intervals(
    ranked: pl.DataFrame,
    *,
    name: str,
    title: str,
    highlighted: str | None = None,
    mode: Mode,
    labels: RankLabels,
) -> alt.TopLevelMixin:
    """Return a row per unit of `ranked`, in their order: its place, the places it may have, value.

    `ranked` has the text column `name`, rank, rank_from, rank_to and band (null for units that are
    not ranked, whose rows say so), value_text and n_text. Every other band is shaded; the unit
    named `highlighted` is bold.
    """
    if ranked["rank"].drop_nulls().is_empty():
        return blank(title, labels["no_figures"], mode)
    rows = _rows(ranked, name, highlighted, labels)
    last = max(int(rows["rank_to"].drop_nulls().max()), 2)
    scale = alt.Scale(domain=[0.5, last + 0.5], nice=False, zero=False)
    axis = number_axis(",d", title=labels["rank"], titleAnchor="start", orient="top", tickMinStep=1)
    down = alt.Y(
        "name:N",
        scale=alt.Scale(type="band", domain=rows["name"].to_list(), padding=0),
        axis=name_axis(highlighted),
    )
    layers = [
        _shades(down, mode),
        *_intervals(down, axis, scale, mode),
        *_texts(rows, down, mode),
        alt.Chart().mark_rect(opacity=0).encode(down, tooltip=_tooltips(labels)),
    ]
    has_left_out = rows["is_left_out"].any()
    drawn = rows.drop("told") if has_left_out else rows.drop("told", "is_left_out", "reason_text")
    chart = alt.layer(*layers, data=drawn).properties(
        height=ROW_HEIGHT * rows.height,
        title=title,
        description=described(title, rows["name"], rows["told"]),
    )
    return dressed(chart, mode)


def _rows(
    ranked: pl.DataFrame, name: str, highlighted: str | None, labels: RankLabels
) -> pl.DataFrame:
    is_left_out = pl.col("rank").is_null()
    interval = pl.format("{}–{}", "rank_from", "rank_to").fill_null(NOTHING)
    places = pl.format("{} ({}), {}", "rank", interval, shown("value_text"))
    return ranked.select(
        told_apart(name).alias("name"),
        pl.col("rank", "rank_from", "rank_to").cast(pl.Int64),
        shown("rank").alias("rank_text"),
        interval.alias("interval_text"),
        shown("band").alias("band_text"),
        (pl.col("band") % 2 == 0).fill_null(False).alias("is_shaded"),
        shown("value_text"),
        shown("n_text"),
        is_left_out.alias("is_left_out"),
        pl.lit(labels["not_ranked"]).alias("reason_text"),
        (pl.col(name) == pl.lit(highlighted)).fill_null(False).alias("is_highlighted"),
        pl.when(is_left_out).then(pl.lit(labels["not_ranked"])).otherwise(places).alias("told"),
    )


def _shades(down: alt.Y, mode: Mode) -> alt.Chart:
    """Return the ground of every other band, as wide as the plot."""
    ground = alt.Chart().mark_rect(color=PALETTE[mode].grid, aria=False)
    return ground.encode(down).transform_filter(alt.datum.is_shaded)


def _intervals(down: alt.Y, axis: alt.Axis, scale: alt.Scale, mode: Mode) -> list[alt.Chart]:
    """Return the places a unit may have as a line with ends, its own as a point on it."""
    colours = PALETTE[mode]
    known = alt.Chart().transform_filter(alt.expr.isValid(alt.datum.rank))
    line = known.mark_rule(color=colours.accent, strokeWidth=2, aria=False)
    end = known.mark_tick(color=colours.accent, thickness=2, size=9, aria=False)
    is_highlighted = alt.datum.is_highlighted
    point = known.mark_point(
        filled=True, fill=colours.accent, stroke=colours.ink, opacity=1, aria=False
    ).encode(
        strokeWidth=alt.when(is_highlighted).then(alt.value(2.5)).otherwise(alt.value(0)),
        size=alt.when(is_highlighted).then(alt.value(110)).otherwise(alt.value(60)),
    )

    def across(field: str) -> alt.X:
        return alt.X(field, type="quantitative", axis=axis, scale=scale)

    return [
        line.encode(down, across("rank_from"), alt.X2("rank_to")),
        end.encode(down, across("rank_from")),
        end.encode(down, across("rank_to")),
        point.encode(down, across("rank")),
    ]


def _texts(rows: pl.DataFrame, down: alt.Y, mode: Mode) -> list[alt.Chart]:
    """Return the value at the right of each row, and in rows without a place why it has none."""
    colours = PALETTE[mode]
    value = alt.Chart().mark_text(
        color=colours.ink,
        align="left",
        dx=6,
        fontWeight=bold_where(alt.datum.is_highlighted),
        aria=False,
    )
    texts = [value.encode(down, x=alt.value("width"), text=alt.Text("value_text:N"))]
    if rows["is_left_out"].any():
        reason = alt.Chart().mark_text(color=colours.muted, align="left", dx=6, aria=False)
        texts.append(
            reason.encode(down, x=alt.value(0), text=alt.Text("reason_text:N")).transform_filter(
                alt.datum.is_left_out
            )
        )
    return texts


def _tooltips(labels: RankLabels) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title="title"),
        alt.Tooltip("rank_text:N", title=labels["rank"]),
        alt.Tooltip("interval_text:N", title=labels["rank_interval"]),
        alt.Tooltip("band_text:N", title=labels["band"]),
        alt.Tooltip("value_text:N", title=labels["value"]),
        alt.Tooltip("n_text:N", title=labels["n"]),
    ]
