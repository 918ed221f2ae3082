"""Units side by side: a horizontal bar each, with its interval and the target.

The caller ranks; the chart keeps the order. To mark another kind of bar: a column in `_rows` and
a condition in `bars`, with a sign beside the colour.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.charts.axes import ROW_HEIGHT, blank, bold_where, name_axis, number_axis, shown
from dashboards.charts.labels import Labels, described, told_apart
from dashboards.charts.targets import SIGNS, is_beyond
from dashboards.charts.theme import PALETTE, Mode, dressed
from transforms.catalogue.entry import Better

_TARGET_DASH = [6, 4]


def bars(
    figures: pl.DataFrame,
    *,
    name: str,
    value_format: str,
    title: str,
    target: float | None = None,
    better: Better,
    highlighted: str | None = None,
    mode: Mode,
    labels: Labels,
) -> alt.TopLevelMixin:
    """Return a bar per row of `figures`, in their order, named by the text column `name`.

    `figures` also has value, low, high, value_text, interval_text and n_text. Bars on the wrong
    side of `target` have their colour, an outline and a sign; the one named `highlighted` is bold.
    """
    if figures["value"].drop_nulls().is_empty():
        return blank(title, labels["no_figures"], mode)
    colours = PALETTE[mode]
    rows = _rows(figures, name, target, better, highlighted)
    has_interval = rows["low"].is_not_null().any()
    drawn = rows if has_interval else rows.drop("low", "high", "interval_text")
    down = alt.Y(
        "name:N", scale=alt.Scale(domain=rows["name"].to_list()), axis=name_axis(highlighted)
    )
    axis = number_axis(value_format)
    misses, is_highlighted = alt.datum.is_beyond, alt.datum.is_highlighted
    bar = (
        alt.Chart()
        .mark_bar(height={"band": 0.66}, cornerRadiusEnd=2)
        .encode(
            down,
            alt.X("value:Q", axis=axis),
            color=alt.when(misses)
            .then(alt.value(colours.bad))
            .otherwise(alt.value(colours.accent)),
            stroke=alt.when(is_highlighted | misses)
            .then(alt.value(colours.ink))
            .otherwise(alt.value(None)),
            strokeWidth=alt.when(is_highlighted).then(alt.value(3)).otherwise(alt.value(1)),
            tooltip=_tooltips(drawn.columns, labels),
        )
    )
    layers = [bar]
    if has_interval:
        layers += _interval(down, axis, mode)
    if target is not None:
        layers += _target(target, value_format, axis, mode, labels)
    layers += _value_texts(down, axis, mode)
    note = f"{SIGNS[better]} {labels['beyond_target']}" if rows["is_beyond"].any() else None
    chart = alt.layer(*layers, data=drawn).properties(
        height=ROW_HEIGHT * rows.height,
        title=alt.Title(title, subtitle=note) if note else title,
        description=described(title, rows["name"], rows["signed_text"]),
    )
    return dressed(chart, mode)


def _rows(
    figures: pl.DataFrame,
    name: str,
    target: float | None,
    better: Better,
    highlighted: str | None,
) -> pl.DataFrame:
    """Return what is drawn; `end` is where the text of a bar begins, right of all its marks."""
    value = pl.col("value").cast(pl.Float64)
    misses = is_beyond(target, better)
    text = shown("value_text")
    return figures.select(
        told_apart(name).alias("name"),
        value,
        *(pl.col(bound).cast(pl.Float64) for bound in ("low", "high")),
        pl.max_horizontal(value, "high", pl.lit(0)).cast(pl.Float64).alias("end"),
        text,
        pl.when(misses)
        .then(pl.concat_str(pl.lit(f"{SIGNS[better]} "), text))
        .otherwise(text)
        .alias("signed_text"),
        shown("interval_text"),
        shown("n_text"),
        misses.alias("is_beyond"),
        (pl.col(name) == pl.lit(highlighted)).fill_null(False).alias("is_highlighted"),
    )


def _interval(down: alt.Y, axis: alt.Axis, mode: Mode) -> list[alt.Chart]:
    """Return the interval of each bar as a line with a tick at either end."""
    colour = PALETTE[mode].ink
    known = alt.Chart().transform_filter(alt.expr.isValid(alt.datum.low))
    line = known.mark_rule(color=colour, strokeWidth=1, aria=False)
    end = known.mark_tick(color=colour, thickness=1, size=7, aria=False)
    return [
        line.encode(down, alt.X("low:Q", axis=axis), alt.X2("high")),
        end.encode(down, alt.X("low:Q", axis=axis)),
        end.encode(down, alt.X("high:Q", axis=axis)),
    ]


def _target(
    target: float, value_format: str, axis: alt.Axis, mode: Mode, labels: Labels
) -> list[alt.Chart]:
    """Return the target as a dashed line with its word and value above."""
    row = {"target": [float(target)], "word": [labels["target"]], "format": [value_format]}
    level = alt.Chart(pl.DataFrame(row)).encode(alt.X("target:Q", axis=axis))
    colours = PALETTE[mode]
    return [
        level.mark_rule(color=colours.ink, strokeDash=_TARGET_DASH, strokeWidth=1.5),
        level.mark_text(color=colours.muted, baseline="bottom", dy=-3)
        .encode(y=alt.value(0), text=alt.Text("told:N"))
        .transform_calculate(told="datum.word + ' ' + format(datum.target, datum.format)"),
    ]


def _value_texts(down: alt.Y, axis: alt.Axis, mode: Mode) -> list[alt.Chart]:
    """Return the value at the end of each bar, over a rim of paper that parts it from the lines."""
    colours = PALETTE[mode]
    across = alt.X("end:Q", axis=axis)
    weight = bold_where(alt.datum.is_highlighted)
    rim = alt.Chart().mark_text(
        align="left",
        dx=5,
        stroke=colours.paper,
        strokeWidth=6,
        strokeJoin="round",
        fontWeight=weight,
        aria=False,
    )
    ink = alt.Chart().mark_text(
        align="left", dx=5, color=colours.ink, fontWeight=weight, aria=False
    )
    return [part.encode(down, across, text=alt.Text("signed_text:N")) for part in (rim, ink)]


def _tooltips(columns: list[str], labels: Labels) -> list[alt.Tooltip]:
    # A field called "title" becomes the heading of the tooltip.
    told = {
        "name": "title",
        "value_text": labels["value"],
        "interval_text": labels["interval"],
        "n_text": labels["n"],
    }
    return [
        alt.Tooltip(column, type="nominal", title=word)
        for column, word in told.items()
        if column in columns
    ]
