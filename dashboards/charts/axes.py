"""Axes that stay readable on a telephone, and the chart that stands where nothing can be drawn.

To add an axis: a function that returns it without a title (the title of the chart says what it
shows), with few labels and a limit on their length.
"""

from __future__ import annotations

import re
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.labels import NOTHING
from dashboards.charts.theme import PALETTE, Mode, dressed

ROW_HEIGHT = 26
NAME_PIXELS = 140
_WIDE_NAME_PIXELS = 220
_NARROW_PLOT = 400  # pixels
_LABELS_AT_MOST = 12
_BLANK_HEIGHT = 60
_DAYS_OF_A_YEAR = 366


def amount_axis(**looks: Any) -> alt.Axis:
    """Return an axis of amounts of any size, written shortly: 0, 500, 20k, 1.5M."""
    # As a format, "s" would write every tick with the prefix of the largest: 0k.
    return number_axis("", labelExpr="format(datum.value, '~s')", **looks)


def number_axis(
    value_format: str, *, title: str | None = None, grid: bool = True, **looks: Any
) -> alt.Axis:
    """Return an axis of a few numbers, none of them twice, written in the d3 `value_format`."""
    step = _smallest_step(value_format)
    if step is not None:
        looks = {"tickMinStep": step, **looks}
    return alt.Axis(
        format=value_format,
        tickCount=4,
        title=title,
        grid=grid,
        domain=False,
        ticks=False,
        labelOverlap="parity",
        labelSeparation=8,
        **looks,
    )


def period_axis(periods: pl.Series, grain: str) -> alt.Axis:
    """Return an axis of period texts (see `trends`), as many as fit: month and day, or the month.

    Days and weeks drop their year when all are within one, and their day when they are not.
    """
    every = -(-periods.len() // _LABELS_AT_MOST)
    shown = periods.reverse().gather_every(every).reverse().to_list()
    label = "datum.label"
    if grain in ("day", "week"):
        days = periods.str.to_date().sort()
        is_within_a_year = (days[-1] - days[0]).days < _DAYS_OF_A_YEAR
        label = f"slice({label}, 5)" if is_within_a_year else f"slice({label}, 0, 7)"
    return alt.Axis(
        title=None,
        values=shown,
        labelExpr=label,
        labelAngle=0,
        labelOverlap="greedy",
        labelSeparation=6,
        ticks=False,
        grid=False,
        domain=False,
        labelPadding=6,
    )


def name_axis(highlighted: str | None = None, **looks: Any) -> alt.Axis:
    """Return an axis of names, cut where they would leave no room; `highlighted` is bold."""
    if highlighted is not None:
        is_it = alt.datum.value == highlighted
        bold = {"test": str(is_it), "value": "bold"}
        looks["labelFontWeight"] = {"condition": bold, "value": "normal"}
    return alt.Axis(
        title=None, labelLimit=name_limit(), ticks=False, domain=False, labelPadding=6, **looks
    )


def name_limit(narrow: int = NAME_PIXELS, wide: int = _WIDE_NAME_PIXELS) -> alt.ExprRef:
    """Return how many pixels a name may take: `narrow` on a telephone, `wide` elsewhere."""
    return alt.ExprRef(f"width < {_NARROW_PLOT} ? {narrow} : {wide}")


def blank(title: str, words: str, mode: Mode) -> alt.TopLevelMixin:
    """Return a chart that has nothing to draw and says so in `words`."""
    note = (
        alt.Chart(pl.DataFrame({"words": [words]}))
        .mark_text(color=PALETTE[mode].muted)
        .encode(text=alt.Text("words:N"))
        .properties(
            height=_BLANK_HEIGHT,
            title=title,
            description=f"{title}: {words}" if title else words,
        )
    )
    return dressed(note, mode)


def bold_where(claim: alt.Expression) -> alt.ExprRef:
    """Return the weight of texts that is bold where `claim` about their row holds."""
    return alt.ExprRef(f"{claim} ? 'bold' : 'normal'")


def shown(text: str) -> pl.Expr:
    """Return the text column `text` for a tooltip, with a dash where it is null."""
    return pl.col(text).cast(pl.String).fill_null(NOTHING)


def _smallest_step(value_format: str) -> float | None:
    """Return the step of the last digit that the d3 `value_format` shows, if it fixes digits."""
    digits = re.search(r"\.(\d+)([f%])$", value_format)
    if not digits:
        return None
    places = int(digits[1]) + (2 if digits[2] == "%" else 0)
    return float(f"1e-{places}")
