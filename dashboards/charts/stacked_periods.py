"""What a stock is made of over time: a bar per period, its parts on top of each other, and a line.

Periods are texts, as in `trends`. To tell another thing about a period: a layer in the chart.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from dashboards.charts.axes import amount_axis, blank, period_axis
from dashboards.charts.labels import Labels, described
from dashboards.charts.theme import PALETTE, Mode, Palette, dressed

_HEIGHT = 200
_WRITTEN = {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m"}
_FAINTEST = 0.2  # share of the full colour


def stacked_periods(
    figures: pl.DataFrame,
    beside: pl.DataFrame,
    *,
    parts: Sequence[str],
    grain: str,
    title: str,
    line: str,
    mode: Mode,
    labels: Labels,
) -> alt.TopLevelMixin:
    """Return a bar per period of `figures`, the first of `parts` at its foot, and a line.

    `figures` has period (first day of a period of `grain`), part, value and value_text; `beside`,
    drawn as the line called `line`, has period, value and value_text; periods of which there are no
    parts may stand there alone. A part is told by its place,
    which is the same in every bar and in the legend; the later in `parts`, the stronger its shade.
    """
    if figures.is_empty():
        return blank(title, labels["no_figures"], mode)
    colours = PALETTE[mode]
    bars, points = _bars(figures, parts, grain), _points(beside, line, grain)
    periods = pl.concat([bars["period"], points["period"]]).unique().sort()
    across = alt.X(
        "period:O", scale=alt.Scale(domain=periods.to_list()), axis=period_axis(periods, grain)
    )
    axis = amount_axis(tickMinStep=1)
    up = alt.Y("value:Q", axis=axis)
    bar = (
        alt.Chart(bars)
        .mark_bar(stroke=colours.muted, strokeWidth=0.5, width={"band": 0.86})
        .encode(
            across,
            alt.Y("value:Q", axis=axis, stack="zero"),
            alt.Fill(
                "part:N",
                scale=alt.Scale(domain=list(parts), range=_shades(colours, len(parts))),
                legend=alt.Legend(columns=3, symbolStrokeColor=colours.muted, symbolStrokeWidth=1),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("period:O", title="title"),
                alt.Tooltip("part:N", title=" "),
                alt.Tooltip("value_text:N", title=labels["value"]),
            ],
        )
    )
    drawn = alt.Chart(points).encode(across, up)
    stroke = alt.Stroke(
        "line:N",
        scale=alt.Scale(domain=[line], range=[colours.bad]),
        legend=alt.Legend(symbolType="diamond", symbolStrokeWidth=2),
    )
    path = drawn.mark_line(strokeWidth=2, aria=False).encode(stroke)
    mark = drawn.mark_point(shape="diamond", fill=colours.paper, size=28, opacity=1).encode(
        stroke,
        tooltip=[
            alt.Tooltip("period:O", title="title"),
            alt.Tooltip("value_text:N", title=line),
        ],
    )
    totals = bars.group_by("period").agg(pl.col("value").sum()).sort("period")
    chart = alt.layer(bar, path, mark).properties(
        height=_HEIGHT,
        title=title,
        description=described(title, totals["period"], totals["value"].cast(pl.String)),
    )
    return dressed(chart, mode)


def _bars(figures: pl.DataFrame, parts: Sequence[str], grain: str) -> pl.DataFrame:
    place = pl.col("part").replace_strict({part: i for i, part in enumerate(parts)})
    return figures.select(
        pl.col("period").dt.to_string(_WRITTEN[grain]),
        "part",
        "value",
        "value_text",
        place.alias("place"),
    ).sort("period", "place")


def _points(beside: pl.DataFrame, line: str, grain: str) -> pl.DataFrame:
    return beside.select(
        pl.col("period").dt.to_string(_WRITTEN[grain]),
        "value",
        "value_text",
        pl.lit(line).alias("line"),
    ).sort("period")


def _shades(colours: Palette, count: int) -> list[str]:
    """Return as many shades of the accent, evenly from a faint one to the full colour."""
    steps = max(count - 1, 1)
    shares = [_FAINTEST + (1 - _FAINTEST) * step / steps for step in range(count)]
    return [_mixed(colours.accent, colours.paper, share) for share in shares]


def _mixed(colour: str, paper: str, share: float) -> str:
    """Return `colour` (#rrggbb) on `paper`, covering it by `share`."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(paper[1:]), strict=True)
    return "#" + bytes(round(over * share + under * (1 - share)) for over, under in pairs).hex()
