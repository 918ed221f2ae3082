"""Which days have come in: a strip of days per record kind.

A day with rows is full, a day without any is an empty box with a cross, and a dot says that rows
of that day are held.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.charts.axes import ROW_HEIGHT, blank, name_axis, period_axis
from dashboards.charts.labels import Labels, described
from dashboards.charts.theme import PALETTE, Mode, dressed

_CROSS = "M-1,-1L1,1M-1,1L1,-1"  # an SVG path
_NARROW_CELLS = 60  # days beyond which signs must be small


def coverage(days: pl.DataFrame, *, title: str, mode: Mode, labels: Labels) -> alt.TopLevelMixin:
    """Return a strip per `kind` (text), a cell per `day`, in the order in which kinds come.

    `days` also has rows and held_rows (numbers). Pass at most about 120 days: cells of more are
    too narrow for their signs.
    """
    if days.is_empty():
        return blank(title, labels["no_figures"], mode)
    colours = PALETTE[mode]
    cells = days.select(
        pl.col("kind").cast(pl.String),
        pl.col("day").dt.to_string("%Y-%m-%d"),
        pl.col("rows", "held_rows").cast(pl.Int64).fill_null(0),
    )
    kinds = cells["kind"].unique(maintain_order=True).to_list()
    dates = cells["day"].unique().sort()
    is_narrow = dates.len() > _NARROW_CELLS
    down = alt.Y("kind:N", scale=alt.Scale(domain=kinds), axis=name_axis())
    across = alt.X(
        "day:O",
        scale=alt.Scale(domain=dates.to_list(), paddingInner=0 if is_narrow else 0.15),
        axis=period_axis(dates, "day"),
    )
    tooltip = [
        alt.Tooltip("kind:N", title="title"),
        alt.Tooltip("day:N", title=labels["period"]),
        alt.Tooltip("rows:Q", title=labels["rows"], format=",d"),
        alt.Tooltip("held_rows:Q", title=labels["held"], format=",d"),
    ]
    height = {"band": 0.7}
    full = alt.Chart().mark_rect(color=colours.accent, height=height)
    empty = alt.Chart().mark_rect(
        fill=colours.paper, stroke=colours.bad, strokeWidth=1, height=height
    )
    cross = alt.Chart().mark_point(
        shape=_CROSS,
        size=14 if is_narrow else 40,
        filled=False,
        stroke=colours.bad,
        strokeWidth=1.5,
        opacity=1,
        aria=False,
    )
    dot = alt.Chart().mark_point(
        shape="circle",
        size=14 if is_narrow else 36,
        filled=True,
        fill=colours.paper,
        stroke=colours.ink,
        strokeWidth=1.5,
        opacity=1,
        aria=False,
    )
    has_rows, has_held = alt.datum.rows > 0, alt.datum.held_rows > 0
    layers = [
        full.transform_filter(has_rows).encode(down, across, tooltip=tooltip),
        empty.transform_filter(~has_rows).encode(down, across, tooltip=tooltip),
        cross.transform_filter(~has_rows & ~has_held).encode(down, across),
        dot.transform_filter(has_held).encode(down, across),
    ]
    legend = f"■ {labels['rows']}\u2003✕ {labels['no_rows']}\u2003○ {labels['held']}"
    gaps = cells.filter((pl.col("rows") == 0) | (pl.col("held_rows") > 0))
    chart = alt.layer(*layers, data=cells).properties(
        height=ROW_HEIGHT * len(kinds),
        title=alt.Title(title, subtitle=legend),
        description=described(
            title,
            gaps.select(pl.format("{} {}", "kind", "day")).to_series(),
            gaps.select(
                pl.when(pl.col("rows") == 0)
                .then(pl.lit(labels["no_rows"]))
                .otherwise(pl.format("{} {}", pl.lit(labels["held"]), "held_rows"))
            ).to_series(),
        ),
    )
    return dressed(chart, mode)
