"""Rare events -> one point per event: how much went well since the last one (g), or how long (t).

Where 99 of 100 are satisfied, a share of a day says nothing and its limits reach 1. The distance
from one event to the next does: Benneyan, Health Care Management Science 4, 2001 (g, cases between
events); Nelson, Journal of Quality Technology 26(3), 1994 (t, time between events).

Sums of a day do not tell the order of its cases. Of several events of a day the last is taken for
the day's last case, and each other one has a place in the day drawn by lot, so that a steady
process looks steady: laid at even distances, equal points would make runs that nothing caused. The
lot is a hash of series, day and event: the same every night.
"""

from __future__ import annotations

import zlib
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

_DAY = 1.0  # what passes in a day, for events by time


def rare_event_points(days: pl.DataFrame, chart: Literal["g", "t"]) -> pl.DataFrame:
    """Return a point per event after the first day with events, by series and day.

    `days`: `series`, `day` (once per series), `events` (a whole number) and `opportunities` (the
    cases, events among them, that could have been one: the denominator, a whole number). A day
    without a row had neither.

    Columns: `series`, `period` (day of the event), `grain` (event), `chart`, `value`, `numerator`
    (1, the event) and `denominator` (the cases on g, the days on t, since the event before).
    `value` is the `denominator` on t; on g it is one less, the cases between the two events (0
    where a rate counts more events than cases). Events of the first day with events are no points:
    nobody knows how long it took to them. Nor is what has passed since the newest event.
    """
    series = pl.col("series")
    cases = pl.col("opportunities").fill_null(0).cast(pl.Float64)
    # What has passed by the end of a day, and how much of it on that day.
    by_time = pl.col("day").to_physical().cast(pl.Float64)
    passed, on_day = (cases.cum_sum(), cases) if chart == "g" else (by_time, pl.lit(_DAY))
    eventful = (
        days.sort("series", "day")
        .select(
            "series",
            "day",
            pl.col("events").fill_null(0).round().cast(pl.Int64).alias("events"),
            passed.alias("passed"),
            on_day.alias("on_day"),
        )
        .filter(pl.col("events") > 0)
    )
    place = (
        eventful.with_columns(pl.int_ranges("events").alias("event"))
        .explode("event", empty_as_null=False)
        .with_columns(pl.col("event").cast(pl.Int64))
    )
    is_last = pl.col("event") == pl.col("events") - 1
    left = pl.when(is_last).then(0.0).otherwise(pl.col("lot") * pl.col("on_day"))
    steps = left.floor() if chart == "g" else left
    placed = place.with_columns(_lots(place).alias("lot")).select(
        "series", "day", (pl.col("passed") - steps).alias("at"), is_last.alias("is_last")
    )
    ordered = placed.sort("series", "day", "at", "is_last")
    since = (pl.col("at") - pl.col("at").shift()).alias("denominator")
    first_day = eventful.group_by("series").agg(pl.col("day").min().alias("first_day"))
    between = (pl.col("denominator") - 1).clip(0) if chart == "g" else pl.col("denominator")
    return (
        ordered.with_columns(pl.when(series == series.shift()).then(since))
        .join(first_day, on="series", maintain_order="left")
        .filter(pl.col("day") > pl.col("first_day"))
        .select(
            "series",
            pl.col("day").alias("period"),
            pl.lit("event").alias("grain"),
            pl.lit(chart).alias("chart"),
            between.alias("value"),
            pl.lit(1.0).alias("numerator"),
            "denominator",
        )
    )


def _lots(events: pl.DataFrame) -> pl.Series:
    """Return a number of 0 .. 1 for every event, drawn by its series, day and number in the day."""
    names = events["series"].unique()
    seeds = pl.DataFrame(
        {"series": names, "seed": [zlib.crc32(str(name).encode()) for name in names]},
        schema_overrides={"seed": pl.UInt64},
    )
    seeded = events.select("series", "day", "event").join(seeds, on="series", maintain_order="left")
    days = seeded["day"].to_physical().cast(pl.UInt64).to_numpy()
    numbers = seeded["event"].cast(pl.UInt64).to_numpy()
    mixed = _mixed(_mixed(_mixed(seeded["seed"].to_numpy()) ^ days) ^ numbers)
    return pl.Series((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53)


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return every key scattered over all of 64 bits.

    SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014).
    """
    keys = keys + np.uint64(0x9E3779B97F4A7C15)
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
