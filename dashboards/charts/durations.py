"""How long the stages of a run took: a bar per run, a segment per stage.

To add a stage: its word in `Labels` and its place in `_STAGES`.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.charts.axes import ROW_HEIGHT, blank, name_axis, number_axis
from dashboards.charts.labels import Labels, described
from dashboards.charts.theme import PALETTE, Mode, dressed

_STAGES = ("sources", "records", "measures", "marts", "release")
_ROOM_FOR_NUMBER = 0.12  # of the longest bar: a narrower segment keeps its number to itself


def stage_durations(runs: pl.DataFrame, *, mode: Mode, labels: Labels) -> alt.TopLevelMixin:
    """Return a bar per `run` (text), in the given order, of its seconds by `stage`.

    `runs` has run, stage (sources, records, measures, marts or release) and seconds. A segment is
    told by its place, which is the same in every bar, its number beside its name in the legend.
    """
    if runs.is_empty():
        return blank("", labels["no_figures"], mode)
    colours = PALETTE[mode]
    words = {stage: f"{i} {labels[stage]}" for i, stage in enumerate(_STAGES, start=1)}
    segments = _segments(runs, words)
    order = segments["run"].unique(maintain_order=True).to_list()
    down = alt.Y("run:N", scale=alt.Scale(domain=order), axis=name_axis())
    axis = number_axis(",~r", title=labels["seconds"])
    bar = (
        alt.Chart()
        .mark_bar(height={"band": 0.7}, stroke=colours.paper, strokeWidth=1)
        .encode(
            down,
            alt.X("begin:Q", axis=axis),
            alt.X2("end"),
            alt.Color(
                "stage:N",
                scale=alt.Scale(domain=list(words.values()), range=list(colours.categories)),
                legend=alt.Legend(columns=2),
            ),
            tooltip=[
                alt.Tooltip("run:N", title="title"),
                alt.Tooltip("stage:N", title=labels["stage"]),
                alt.Tooltip("seconds:Q", title=labels["seconds"], format=",.1f"),
            ],
        )
    )
    number = (
        alt.Chart()
        .mark_text(color=colours.paper, fontWeight="bold", aria=False)
        .encode(down, alt.X("middle:Q", axis=axis), text=alt.Text("number:N"))
        .transform_calculate(
            middle="(datum.begin + datum.end) / 2", number="slice(datum.stage, 0, 1)"
        )
        .transform_filter(alt.datum.seconds > _ROOM_FOR_NUMBER * segments["end"].max())
    )
    totals = segments.group_by("run", maintain_order=True).agg(pl.col("seconds").sum().round(1))
    chart = alt.layer(bar, number, data=segments).properties(
        height=ROW_HEIGHT * len(order),
        description=described(labels["seconds"], totals["run"], totals["seconds"].cast(pl.String)),
    )
    return dressed(chart, mode)


def _segments(runs: pl.DataFrame, words: dict[str, str]) -> pl.DataFrame:
    """Return the rows in the order of runs and stages, with where each begins and ends."""
    place = pl.col("stage").replace_strict(list(_STAGES), range(len(_STAGES)))
    end = pl.col("seconds").cum_sum().over("run")
    return (
        runs.with_row_index("row")
        .select(
            pl.col("run").cast(pl.String),
            pl.col("stage").cast(pl.String),
            pl.col("seconds").cast(pl.Float64).fill_null(0),
            pl.col("row").min().over("run").alias("first_row"),
        )
        .sort("first_row", place)
        .select(
            "run",
            pl.col("stage").replace_strict(words),
            "seconds",
            (end - pl.col("seconds")).alias("begin"),
            end.alias("end"),
        )
    )
