"""Control charts as small as a line of a tile: the course, the usual range, what is unusual in it.

They have no axes and no words but those of the pointer: the tile beside has the figure.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.axes import blank
from dashboards.charts.control_layers import (
    ControlLabels,
    band_of_periods,
    columns_drawn,
    control_points,
    hover,
    limit_layers,
    marked_points,
    needs_a_mark,
    told_points,
    tooltips,
    value_line,
)
from dashboards.charts.labels import described
from dashboards.charts.theme import Mode, dressed

_HEIGHT = 60
_SIZES = (22, 60)  # of usual points and of signals


def control_spark(
    points: pl.DataFrame, *, grain: str, title: str, mode: Mode, labels: ControlLabels
) -> alt.TopLevelMixin:
    """Return the line of `points` over their limits, with marks on signals and the newest point.

    `points` are those of `control_charts.control_chart`; `title` is told to those who cannot see.
    """
    if points["value"].drop_nulls().is_empty():
        return blank("", labels["no_figures"], mode)
    rows = control_points(points, grain, labels)
    told = tooltips(rows, labels)
    is_newest = pl.int_range(pl.len()) == pl.len() - 1
    drawn = rows.select(*columns_drawn(told), (needs_a_mark() | is_newest).alias("is_marked"))
    across = band_of_periods(None)
    up: dict[str, Any] = {
        "type": "quantitative",
        "axis": None,
        "scale": alt.Scale(zero=False, nice=False, padding=6),
    }
    chart = alt.layer(
        *limit_layers(rows, across, up, mode),
        value_line(across, up, 1.5, mode),
        marked_points(across, up, _SIZES, mode).transform_filter(alt.datum.is_marked),
        hover(across, told),
        data=drawn,
    ).properties(
        height=_HEIGHT,
        description=described(title, rows["period"], told_points(rows)),
    )
    return dressed(chart, mode)
