"""Actual against budget, line by line, in the notation of the International Business Communication
Standards: budget outlined, actual solid, and the variance beside them with its sign.

Both panels are one plot with two scales, so that they stay as wide as the page together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import altair as alt
import polars as pl

from dashboards.charts.axes import (
    ROW_HEIGHT,
    amount_axis,
    blank,
    bold_where,
    name_axis,
    shown,
)
from dashboards.charts.labels import Labels, described, told_apart
from dashboards.charts.theme import PALETTE, Mode, dressed

_LETTER = 8  # pixels that a letter of a variance text takes, bold ones and the gap included
_Range = list[int | alt.ExprRef]
_EXACT = ",.0f"


class _Panel(NamedTuple):
    """Properties of the scales of a panel and of its axis of amounts."""

    x: dict[str, Any]
    y: dict[str, Any]
    axis: dict[str, Any]


def variance_bars(
    lines: pl.DataFrame,
    *,
    name: str,
    title: str,
    mode: Mode,
    labels: Labels,
    narrow: bool = False,
) -> alt.TopLevelMixin:
    """Return budget, actual and variance of each of `lines`, in their order.

    `lines` has the text column `name`, actual, budget, variance (positive is favourable),
    variance_text (with its sign) and is_material. The variance stands at the right, or below when
    `narrow`: right is favourable, left adverse, with a sign each; material ones are bold.
    """
    if lines.is_empty():
        return blank(title, labels["no_figures"], mode)
    rows = _rows(lines, name, labels)
    names = rows["name"].to_list()
    first, second = _panels(narrow, _LETTER * rows["signed_text"].str.len_chars().max())
    amounts, variances = (
        _amounts(names, first, mode, labels),
        _variances(names, second, mode, labels),
    )
    height = ROW_HEIGHT * rows.height
    legend = f"□ {labels['budget']}\u2003■ {labels['actual']}"
    chart = (
        alt.layer(amounts, variances, data=rows)
        .resolve_scale(x="independent", y="independent" if narrow else "shared")
        .properties(
            height=round(height * 2.2) if narrow else height,
            title=alt.Title(title, subtitle=legend),
            description=described(title, rows["name"], rows["signed_text"]),
        )
    )
    return dressed(chart, mode)


def _amounts(names: list[str], panel: _Panel, mode: Mode, labels: Labels) -> alt.LayerChart:
    """Return the budget as an outline and the actual as a solid bar within it."""
    colours = PALETTE[mode]
    tooltip = _tooltips(labels)
    down = _down(names, panel)
    axis = amount_axis(**panel.axis)
    budget = (
        alt.Chart()
        .mark_bar(filled=False, stroke=colours.ink, strokeWidth=1.2, height={"band": 0.8})
        .encode(down, _across("budget", axis, panel), tooltip=tooltip)
    )
    actual = (
        alt.Chart()
        .mark_bar(color=colours.muted, height={"band": 0.46})
        .encode(down, _across("actual", axis, panel), tooltip=tooltip)
    )
    return alt.layer(actual, budget)


def _variances(names: list[str], panel: _Panel, mode: Mode, labels: Labels) -> alt.LayerChart:
    """Return the variance from zero, its sign and text at the end, bold where it is material."""
    colours = PALETTE[mode]
    down = _down(names, panel)
    axis = amount_axis(
        title=f"← {labels['adverse']} | {labels['favourable']} →", orient="bottom", **panel.axis
    )
    across = _across("variance", axis, panel)
    is_adverse, is_material = alt.datum.variance < 0, alt.datum.is_material
    colour = alt.when(is_adverse).then(alt.value(colours.bad)).otherwise(alt.value(colours.good))
    bar = (
        alt.Chart()
        .mark_bar(height={"band": 0.46}, strokeWidth=1.2)
        .encode(
            down,
            across,
            color=colour,
            stroke=colour,
            fillOpacity=alt.when(is_material).then(alt.value(1)).otherwise(alt.value(0.25)),
            tooltip=_tooltips(labels),
        )
    )
    texts = [
        alt.Chart()
        .mark_text(
            align=align, dx=gap, color=colours.ink, fontWeight=bold_where(is_material), aria=False
        )
        .encode(
            down,
            across,
            text=alt.Text("signed_text:N"),
        )
        .transform_filter(is_on_this_side)
        for align, gap, is_on_this_side in (("right", -4, is_adverse), ("left", 4, ~is_adverse))
    ]
    zero = alt.Chart().mark_tick(
        orient="vertical", size=ROW_HEIGHT, thickness=1, color=colours.ink, aria=False
    )
    return alt.layer(bar, zero.encode(down, alt.XDatum(0)), *texts)


def _down(names: list[str], panel: _Panel) -> alt.Y:
    axis = name_axis(orient="left")
    return alt.Y("name:N", scale=alt.Scale(domain=names, **panel.y), axis=axis)


def _across(field: str, axis: alt.Axis, panel: _Panel) -> alt.X:
    return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(**panel.x))


def _tooltips(labels: Labels) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title="title"),
        alt.Tooltip("actual:Q", title=labels["actual"], format=_EXACT),
        alt.Tooltip("budget:Q", title=labels["budget"], format=_EXACT),
        alt.Tooltip("told_variance:N", title=labels["variance"]),
    ]


def _rows(lines: pl.DataFrame, name: str, labels: Labels) -> pl.DataFrame:
    variance, is_material = pl.col("variance").cast(pl.Float64), pl.col("is_material")
    sign = pl.when(variance > 0).then(pl.lit("▲ ")).when(variance < 0).then(pl.lit("▼ "))
    signed = pl.concat_str(sign.otherwise(pl.lit("")), shown("variance_text"))
    note = pl.when(is_material).then(pl.lit(f" · {labels['material']}")).otherwise(pl.lit(""))
    return lines.select(
        told_apart(name).alias("name"),
        *(pl.col(amount).cast(pl.Float64) for amount in ("actual", "budget", "variance")),
        signed.alias("signed_text"),
        pl.concat_str(signed, note).alias("told_variance"),
        is_material.fill_null(False),
    )


def _panels(narrow: bool, room: int) -> tuple[_Panel, _Panel]:
    """Return the first and the second panel: side by side, or one above the other.

    `room` are the pixels that the texts at either end of the variances need.
    """
    if narrow:
        first, second = _halves("height", 0.47, 0.53)
        return (
            _Panel(
                x={},
                y={"range": first},
                axis={"orient": "top", "grid": False},
            ),
            _Panel(
                x={"padding": room},
                y={"range": second},
                axis={"grid": False},
            ),
        )
    first, second = _halves("width", 0.55, 0.58)
    return (
        _Panel(x={"range": first}, y={}, axis={}),
        _Panel(x={"range": second, "padding": room}, y={}, axis={}),
    )


def _halves(length: str, first_ends: float, second_begins: float) -> tuple[_Range, _Range]:
    first: _Range = [0, alt.ExprRef(f"{length} * {first_ends}")]
    return first, [alt.ExprRef(f"{length} * {second_begins}"), alt.ExprRef(length)]
