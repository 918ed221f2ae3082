"""What satisfaction hangs on: a bar per driver with its interval, and a word where there is none.

The frame is that of `transforms.drivers`. To add a state: its word in `DriverLabels`; all but
"ranked" are told by their word in place of a bar.
"""

from __future__ import annotations

from typing import TypedDict

import altair as alt
import polars as pl

from dashboards.charts.axes import ROW_HEIGHT, blank, name_axis, number_axis, shown
from dashboards.charts.labels import described, told_apart
from dashboards.charts.theme import PALETTE, Mode, dressed

_RANKED = "ranked"
_RAISES, _LOWERS = "▲", "▼"
_BETWEEN = "\u2003"


class DriverLabels(TypedDict):
    """The words of a chart of drivers, in the reader's language."""

    importance: str  # the title of the axis: part of the differences that is explained
    interval: str
    effect: str
    n: str
    raises: str  # more of the driver goes with a better score
    lowers: str
    none: str  # no more than chance gives
    constant: str
    too_few: str
    no_figures: str


def drivers(
    importance: pl.DataFrame,
    *,
    name: str,
    title: str,
    mode: Mode,
    labels: DriverLabels,
) -> alt.TopLevelMixin:
    """Return a bar per row of `importance`, in their order, named by the text column `name`.

    `importance` has state (ranked, none, constant or too_few), importance (part of R²), low, high,
    effect (its sign is drawn), value_text, interval_text, effect_text and n_text. Only ranked
    drivers have a bar; the others have the word of their state.
    """
    if importance.is_empty():
        return blank(title, labels["no_figures"], mode)
    rows = _rows(importance, name, labels)
    down = alt.Y("name:N", scale=alt.Scale(domain=rows["name"].to_list()), axis=name_axis())
    axis = number_axis(".0%", title=labels["importance"], titleAnchor="start")
    chart = alt.layer(*_layers(down, axis, mode, labels), data=rows).properties(
        height=ROW_HEIGHT * rows.height,
        title=_title(title, rows, labels),
        description=described(title, rows["name"], rows["told"]),
    )
    return dressed(chart, mode)


def _rows(importance: pl.DataFrame, name: str, labels: DriverLabels) -> pl.DataFrame:
    """Return what is drawn; `end` is where the text of a row begins, right of all its marks."""
    is_ranked = pl.col("state") == _RANKED
    words = {word: str(text) for word, text in labels.items()}
    sign = (
        pl.when(pl.col("effect") > 0)
        .then(pl.lit(f"{_RAISES} "))
        .when(pl.col("effect") < 0)
        .then(pl.lit(f"{_LOWERS} "))
        .otherwise(pl.lit(""))
    )
    told = (
        pl.when(is_ranked)
        .then(pl.concat_str(sign, shown("value_text")))
        .otherwise(pl.col("state").cast(pl.String).replace(words))
    )
    part, low, high = (
        pl.when(is_ranked).then(pl.col(column).cast(pl.Float64)).alias(column)
        for column in ("importance", "low", "high")
    )
    return importance.select(
        told_apart(name).alias("name"),
        part,
        low,
        high,
        pl.max_horizontal(part, high, pl.lit(0.0)).alias("end"),
        is_ranked.alias("is_ranked"),
        told.alias("told"),
        *(shown(text) for text in ("interval_text", "effect_text", "n_text")),
    )


def _layers(down: alt.Y, axis: alt.Axis, mode: Mode, labels: DriverLabels) -> list[alt.Chart]:
    """Return the bars with their intervals, the text of each row, and what answers the pointer."""
    colours = PALETTE[mode]
    ranked = alt.Chart().transform_filter(alt.datum.is_ranked)
    bar = ranked.mark_bar(
        color=colours.accent, height={"band": 0.66}, cornerRadiusEnd=2, aria=False
    )
    line = ranked.mark_rule(color=colours.ink, strokeWidth=1, aria=False)
    end = ranked.mark_tick(color=colours.ink, thickness=1, size=7, aria=False)
    is_ranked = alt.ExprRef(f"{alt.datum.is_ranked} ? '{colours.ink}' : '{colours.muted}'")
    rim, text = (
        alt.Chart().mark_text(align="left", dx=6, aria=False, **looks)
        for looks in (
            {"stroke": colours.paper, "strokeWidth": 6, "strokeJoin": "round"},
            {"fill": is_ranked},
        )
    )

    def across(field: str) -> alt.X:
        return alt.X(field, type="quantitative", axis=axis)

    told = [part.encode(down, across("end"), text=alt.Text("told:N")) for part in (rim, text)]
    tooltip = [
        alt.Tooltip("name:N", title="title"),
        alt.Tooltip("told:N", title=labels["importance"]),
        alt.Tooltip("interval_text:N", title=labels["interval"]),
        alt.Tooltip("effect_text:N", title=labels["effect"]),
        alt.Tooltip("n_text:N", title=labels["n"]),
    ]
    return [
        bar.encode(down, across("importance")),
        line.encode(down, across("low"), alt.X2("high")),
        end.encode(down, across("low")),
        end.encode(down, across("high")),
        *told,
        alt.Chart().mark_rect(opacity=0).encode(down, tooltip=tooltip),
    ]


def _title(title: str, rows: pl.DataFrame, labels: DriverLabels) -> alt.Title | str:
    """Return the title with the signs in use explained below it."""
    told = rows.filter("is_ranked")["told"]
    signs = {_RAISES: labels["raises"], _LOWERS: labels["lowers"]}
    used = [f"{sign} {word}" for sign, word in signs.items() if told.str.starts_with(sign).any()]
    return alt.Title(title, subtitle=_BETWEEN.join(used)) if used else title
