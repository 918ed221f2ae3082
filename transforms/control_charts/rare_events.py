"""Rare events -> one point per event: how much went well since the last one (g), or how long (t).

Where 99 of 100 are satisfied, a share of a day says nothing and its limits reach 1. The distance
from one event to the next does: Benneyan, Health Care Management Science 4, 2001 (g, cases between
events); Nelson, Journal of Quality Technology 26(3), 1994 (t, time between events).
"""

from __future__ import annotations

from typing import Literal

import polars as pl


def rare_event_points(days: pl.DataFrame, chart: Literal["g", "t"]) -> pl.DataFrame:
    """Return a point per event after the first day with events, by series and day.

    `days`: `series`, `day` (once per series), `events` (a whole number) and `opportunities` (the
    cases, events among them, that could have been one: the denominator, a whole number). A day
    without a row had neither.

    Columns: `series`, `period` (day of the event), `chart`, `value`, `numerator` (1, the event) and
    `denominator` (the cases on g, the days on t, since the event before). `value` is the
    `denominator` on t; on g it is one less, the cases between the two events (0 where a rate
    counts more events than cases). The k events of one day are spread evenly over the distance
    to the last day with events, since their order within the day is not known. Events of the
    first day with events are no points: nobody knows how long it took to them. Nor is what has
    passed since the newest event.
    """
    series, day = pl.col("series"), pl.col("day")
    events = pl.col("events").fill_null(0).round().cast(pl.Int64)
    so_far = pl.col("opportunities").fill_null(0).cast(pl.Float64).cum_sum()
    passed = so_far if chart == "g" else day.to_physical().cast(pl.Float64)
    eventful = (
        days.sort("series", "day")
        .select("series", "day", events.alias("events"), passed.alias("passed"))
        .filter(pl.col("events") > 0)
    )
    distance = (pl.col("passed") - pl.col("passed").shift()) / pl.col("events")
    spread = (
        eventful.with_columns(pl.when(series == series.shift()).then(distance).alias("denominator"))
        .filter(pl.col("denominator").is_not_null())
        .select(
            *(pl.col(name).repeat_by("events") for name in ("series", "day", "denominator")),
        )
        .explode("series", "day", "denominator")
    )
    between = (pl.col("denominator") - 1).clip(0) if chart == "g" else pl.col("denominator")
    return spread.select(
        "series",
        day.alias("period"),
        pl.lit(chart).alias("chart"),
        between.alias("value"),
        pl.lit(1.0).alias("numerator"),
        "denominator",
    )
