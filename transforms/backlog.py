"""Backlog: the tickets that were open at the end of a day, with their age. A stock, not a flow."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw

from transforms.working_time import ROUND_THE_CLOCK

# Age band -> the last whole day that belongs to it; the last band is open.
_BANDS = {"00-01": 1, "02-03": 3, "04-07": 7, "08-14": 14, "15-30": 30}
_OLDEST = "31+"
AGE_BANDS = (*_BANDS, _OLDEST)


def prepare_backlog(
    tickets: nw.LazyFrame[Any],
    clocks: nw.LazyFrame[Any],
    days: nw.LazyFrame[Any],
    *,
    first: date,
    last: date,
) -> nw.LazyFrame[Any]:
    """Return a row per day from `first` to `last` and ticket that was open at the end of it.

    `clocks` and `days` are `records.clocks` and `reference.calendar_days`. A ticket is open from
    `opened_on` to the day before it was resolved, else closed, by its latest version: a time
    between a solution and a re-opening counts as open. Cancelled tickets count nowhere.

    Added to the columns of the ticket: `day`, `age_days` (0 on the day of opening), `age_band`,
    `due_on` (of the resolution clock, else the promise), `is_overdue` (due on that day or before).
    """
    dates = days.filter(nw.col("calendar").str.starts_with(f"{ROUND_THE_CLOCK}@")).select(
        "local_on", "working_day_number"
    )
    dates = dates.unique()
    of_days = dates.filter(nw.col("local_on").is_between(first, last)).select(
        nw.col("local_on").alias("day"), nw.col("working_day_number").alias("_day_number")
    )
    opened = dates.select(
        nw.col("local_on").alias("opened_on"), nw.col("working_day_number").alias("_opened_number")
    )
    resolution = clocks.filter(
        (nw.col("clock") == "resolution") & ~nw.col("due_on").is_null()
    ).select("ticket_id", "due_on")
    done_on = nw.coalesce(nw.col("resolved_on"), nw.col("closed_on"))
    is_still_open = done_on.is_null() | (done_on > first)
    counted = (
        tickets.filter(
            (nw.col("status") != "cancelled") & (nw.col("opened_on") <= last) & is_still_open
        )
        .join(opened, on="opened_on", how="left")
        .join(resolution, on="ticket_id", how="left")
    )
    is_open = (nw.col("opened_on") <= nw.col("day")) & (
        done_on.is_null() | (done_on > nw.col("day"))
    )
    age_days = nw.col("_day_number") - nw.col("_opened_number")
    return (
        counted.join(of_days, how="cross")
        .filter(is_open)
        .with_columns(
            age_days.alias("age_days"),
            nw.coalesce(nw.col("due_on"), nw.col("promised_on")).alias("due_on"),
        )
        .with_columns(
            _band_of(nw.col("age_days")).alias("age_band"),
            (nw.col("due_on") <= nw.col("day")).fill_null(False).alias("is_overdue"),
        )
        .drop("_day_number", "_opened_number")
    )


def _band_of(age_days: nw.Expr) -> nw.Expr:
    """Return the band of an age; what was opened before the calendar begins is of the oldest."""
    return reduce(
        lambda older, band: nw.when(age_days <= _BANDS[band]).then(nw.lit(band)).otherwise(older),
        reversed(_BANDS),
        nw.lit(_OLDEST),
    )
