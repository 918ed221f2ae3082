"""One line of the budget by month: the budget outlined, the actual solid within it.

Months are texts such as 2026-01, as in `trends`. Months to come have a budget only.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.axes import amount_axis, blank, bold_where, shown
from dashboards.charts.labels import Labels, described
from dashboards.charts.theme import PALETTE, Mode, dressed

_HEIGHT = 200


def budget_months(
    months: pl.DataFrame,
    *,
    title: str,
    selected: date | None = None,
    mode: Mode,
    labels: Labels,
) -> alt.TopLevelMixin:
    """Return budget and actual of each of `months`, the one beginning on `selected` in bold.

    `months` has month (its first day), actual (null where there is none yet), budget, actual_text
    and budget_text.
    """
    if months.is_empty():
        return blank(title, labels["no_figures"], mode)
    colours = PALETTE[mode]
    drawn = months.sort("month").select(
        pl.col("month").dt.to_string("%Y-%m"),
        *(pl.col(amount).cast(pl.Float64) for amount in ("actual", "budget")),
        *(shown(text) for text in ("actual_text", "budget_text")),
    )
    looks: dict[str, Any] = {}
    if selected is not None:
        looks["labelFontWeight"] = bold_where(alt.datum.value == selected.strftime("%Y-%m"))
    axis = alt.Axis(
        title=None,
        labelAngle=0,
        labelOverlap="greedy",
        labelSeparation=6,
        ticks=False,
        domain=False,
        labelPadding=6,
        **looks,
    )
    across = alt.X("month:N", scale=alt.Scale(domain=drawn["month"].to_list()), axis=axis)
    tooltip = [
        alt.Tooltip("month:N", title="title"),
        alt.Tooltip("actual_text:N", title=labels["actual"]),
        alt.Tooltip("budget_text:N", title=labels["budget"]),
    ]
    actual = (
        alt.Chart()
        .mark_bar(color=colours.muted, width={"band": 0.46})
        .encode(across, alt.Y("actual:Q", axis=amount_axis()), tooltip=tooltip)
    )
    budget = (
        alt.Chart()
        .mark_bar(filled=False, stroke=colours.ink, strokeWidth=1.2, width={"band": 0.8})
        .encode(across, alt.Y("budget:Q", axis=amount_axis()), tooltip=tooltip)
    )
    legend = f"□ {labels['budget']}\u2003■ {labels['actual']}"
    chart = alt.layer(actual, budget, data=drawn).properties(
        height=_HEIGHT,
        title=alt.Title(title, subtitle=legend),
        description=described(
            title,
            drawn["month"],
            drawn.select(pl.format("{} ({})", "actual_text", "budget_text")).to_series(),
        ),
    )
    return dressed(chart, mode)
