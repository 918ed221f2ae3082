"""Control charts as small as a line of a tile: the course, the usual range, what is unusual in it.

They have no axes and no words but those of the pointer: the tile beside has the figure.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.axes import blank
from dashboards.charts.control_layers import (
    CROWDED,
    ControlLabels,
    band_of_periods,
    columns_drawn,
    control_points,
    hover,
    limit_layers,
    limit_stretches,
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
_DRAWN, _LEVELS, _CENTRES = "drawn", "levels", "centres"


def control_spark(
    points: pl.DataFrame, *, grain: str, title: str, mode: Mode, labels: ControlLabels
) -> dict[str, Any]:
    """Return the line of `points` over their limits, with marks on signals and the newest point.

    It comes as a specification of Vega-Lite: a page has a dozen of them, which differ in their
    figures only. `points` are those of `control_charts.control_chart`; `title` is told to those who
    cannot see.
    """
    if points["value"].drop_nulls().is_empty():
        return blank("", labels["no_figures"], mode).to_dict(validate=False)
    rows = control_points(points, grain, labels)
    told = tooltips(rows, labels)
    is_newest = pl.int_range(pl.len()) == pl.len() - 1
    drawn = rows.select(*columns_drawn(told), (needs_a_mark() | is_newest).alias("is_marked"))
    levels, centres = limit_stretches(rows)
    words = tuple((word["field"], word["title"]) for word in (each.to_dict() for each in told))
    return {
        **_form(words, mode, has_edges=levels.height <= CROWDED),
        "description": described(title, rows["period"], told_points(rows)),
        "datasets": {
            _DRAWN: drawn.to_dicts(),
            _LEVELS: levels.to_dicts(),
            _CENTRES: centres.to_dicts(),
        },
    }


@cache
def _form(words: tuple[tuple[str, str], ...], mode: Mode, *, has_edges: bool) -> dict[str, Any]:
    """Return the specification without its figures: Altair takes a hundred times as long for it.

    `words` are the fields that the pointer is told, each with its title.
    """
    told = [alt.Tooltip(field, type="nominal", title=title) for field, title in words]
    across = band_of_periods(None)
    up: dict[str, Any] = {
        "type": "quantitative",
        "axis": None,
        "scale": alt.Scale(zero=False, nice=False, padding=6),
    }
    levels, centres = alt.NamedData(_LEVELS), alt.NamedData(_CENTRES)
    chart = alt.layer(
        *limit_layers(levels, centres, across, up, mode, has_edges=has_edges),
        value_line(across, up, 1.5, mode),
        marked_points(across, up, _SIZES, mode).transform_filter(alt.datum.is_marked),
        hover(across, told),
        data=alt.NamedData(_DRAWN),
    ).properties(height=_HEIGHT)
    return dressed(chart, mode).to_dict(validate=False)
