"""Working time: every calendar as a table of quarter hours, so that time arithmetic is joins.

A slot is a quarter of an hour in UTC, with what has passed before it: elapsed, working and holiday
seconds. Time between two instants is a subtraction, the instant at which a target is used up one
more join, on the number of the working slot. Zones and their changes of clocks are dealt with
here, once, when slots are made; engines never convert a zone. To add a kind of time that passes: a
column `<kind>_seconds_before` in `_with_sums`, and its line in `locate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

QUARTER_SECONDS = 900
ROUND_THE_CLOCK = "24x7"
_QUARTER_MINUTES = 15
_DAY_MINUTES = 24 * 60
_LONG_AGO, _FOR_GOOD = date.min, date.max


def calendar_in_zone(calendar: nw.Expr, time_zone: nw.Expr) -> nw.Expr:
    """Return the name by which slots and days know a calendar: "outlet@Asia/Shanghai"."""
    return nw.concat_str([calendar, nw.lit("@"), time_zone])


def make_slots(
    calendars: pl.DataFrame,
    holidays: pl.DataFrame,
    zones: Iterable[tuple[str, str]],
    *,
    first: date,
    last: date,
) -> pl.DataFrame:
    """Return a row per quarter hour, from local date `first` to `last`, of every calendar in use.

    `calendars` is the reference table, `holidays` what `holidays_by_calendar` makes of it, `zones`
    the pairs of calendar and IANA zone in use; "24x7" works always and has no holidays. A date
    that no version of a calendar covers has no slots. A make-up workday has the hours of its
    weekday, or of the first weekday that has any.

    Columns: `calendar` ("outlet@Asia/Shanghai"), `day` (UTC), `quarter` (0..95 of the UTC day),
    `starts_at`, `seconds_before`, `working_seconds_before`, `holiday_seconds_before`,
    `provisional_seconds_before` (of the same calendar, from the first slot of all), `is_working`,
    `is_holiday`, `is_provisional` (of its local date), `working_number` (0, 1, 2 … of working
    slots), `local_on`, `local_minute` (of `starts_at`), `ends_on` (local date at its end).
    """
    pairs = list(dict.fromkeys(zones))
    plans = {name: _plan(name, calendars, holidays, first, last) for name, _ in pairs}
    quarters = _quarters(first, last)
    parts = [
        _with_sums(_planned(quarters, zone, *plans[name], first=first, last=last)).select(
            pl.lit(f"{name}@{zone}").alias("calendar"), pl.all()
        )
        for name, zone in pairs
    ]
    return pl.concat(parts, how="vertical") if parts else _no_slots()


def make_days(slots: pl.DataFrame) -> pl.DataFrame:
    """Return a row per `calendar` and local date: which working day it is, and when it ends.

    Columns: `calendar`, `local_on`, `working_day_number` (1, 2, 3 … of a working day its own, of
    any other that of the next), `is_working_day`, `is_holiday`, `is_provisional`,
    `provisional_days` (of this calendar, up to and with this one), `ends_at` (the last microsecond
    of the local date).
    """
    days = slots.group_by("calendar", "local_on", maintain_order=True).agg(
        pl.col("is_working").any().alias("is_working_day"),
        pl.col("is_holiday", "is_provisional").any(),
        (pl.col("starts_at").max() + timedelta(minutes=_QUARTER_MINUTES, microseconds=-1)).alias(
            "ends_at"
        ),
    )
    before = pl.col("is_working_day").cast(pl.Int64).cum_sum().over("calendar")
    number = before + (~pl.col("is_working_day")).cast(pl.Int64)
    return days.select(
        "calendar",
        "local_on",
        number.alias("working_day_number"),
        "is_working_day",
        "is_holiday",
        "is_provisional",
        pl.col("is_provisional")
        .cast(pl.Int64)
        .cum_sum()
        .over("calendar")
        .alias("provisional_days"),
        "ends_at",
    )


def locate(
    rows: nw.LazyFrame[Any], slots: nw.LazyFrame[Any], instant: str, *, named: str
) -> nw.LazyFrame[Any]:
    """Return `rows` with where `instant` lies on the clock of their `calendar`, in seconds.

    Added: `<named>_elapsed`, `<named>_working`, `<named>_holiday`, `<named>_provisional` (seconds
    up to the instant; the last of provisional dates), `<named>_on` and `<named>_minute` (its local
    date, minute of the local day). Null where the calendar has no slot. Fractions of a second are
    cut off.
    """
    at = nw.col(instant)
    minute = at.dt.minute().cast(nw.Int64)
    into = (minute % _QUARTER_MINUTES) * 60 + at.dt.second().cast(nw.Int64)
    there = slots.select(
        "calendar",
        nw.col("day").alias("_day"),
        nw.col("quarter").alias("_quarter"),
        nw.col("seconds_before").alias("_elapsed"),
        nw.col("working_seconds_before").alias("_working"),
        nw.col("holiday_seconds_before").alias("_holiday"),
        nw.col("provisional_seconds_before").alias("_provisional"),
        nw.col("is_provisional").cast(nw.Int64).alias("_is_provisional"),
        nw.col("is_working").cast(nw.Int64).alias("_is_working"),
        nw.col("is_holiday").cast(nw.Int64).alias("_is_holiday"),
        nw.col("local_on").alias(f"{named}_on"),
        nw.col("local_minute").alias("_local_minute"),
    )
    found = rows.with_columns(
        at.dt.date().alias("_day"),
        (at.dt.hour().cast(nw.Int64) * 4 + minute // _QUARTER_MINUTES).alias("_quarter"),
        into.alias("_into"),
    ).join(there, on=["calendar", "_day", "_quarter"], how="left")
    return found.with_columns(
        (nw.col("_elapsed") + nw.col("_into")).alias(f"{named}_elapsed"),
        (nw.col("_working") + nw.col("_is_working") * nw.col("_into")).alias(f"{named}_working"),
        (nw.col("_holiday") + nw.col("_is_holiday") * nw.col("_into")).alias(f"{named}_holiday"),
        (nw.col("_provisional") + nw.col("_is_provisional") * nw.col("_into")).alias(
            f"{named}_provisional"
        ),
        (nw.col("_local_minute") + nw.col("_into") // 60).alias(f"{named}_minute"),
    ).drop(
        "_day",
        "_quarter",
        "_into",
        "_elapsed",
        "_working",
        "_holiday",
        "_is_working",
        "_is_holiday",
        "_provisional",
        "_is_provisional",
        "_local_minute",
    )


def find_instant(
    rows: nw.LazyFrame[Any], slots: nw.LazyFrame[Any], position: str, *, named: str
) -> nw.LazyFrame[Any]:
    """Return `rows` with the instant at which `position` working seconds have passed.

    Added: `<named>_at`, `<named>_on` (its local date), `<named>_provisional`. A position at the
    end of a slot is that end, not the beginning of the next working one: what is due at closing
    time is due at closing time. Null where `position` is, or lies beyond the slots.
    """
    second = nw.lit(timedelta(seconds=1))
    there = slots.filter(nw.col("is_working")).select(
        "calendar",
        nw.col("working_number").alias("_number"),
        nw.col("starts_at").alias("_starts_at"),
        nw.col("local_on").alias("_on"),
        nw.col("ends_on").alias("_ends_on"),
        nw.col("provisional_seconds_before").alias("_provisional"),
        nw.col("is_provisional").cast(nw.Int64).alias("_is_provisional"),
    )
    numbered = rows.with_columns(((nw.col(position) - 1) // QUARTER_SECONDS).alias("_number"))
    found = numbered.join(there, on=["calendar", "_number"], how="left")
    into = nw.col(position) - nw.col("_number") * QUARTER_SECONDS
    return found.with_columns(
        (nw.col("_starts_at") + into * second).alias(f"{named}_at"),
        (nw.col("_provisional") + nw.col("_is_provisional") * into).alias(f"{named}_provisional"),
        nw.when(into == QUARTER_SECONDS)
        .then(nw.col("_ends_on"))
        .otherwise(nw.col("_on"))
        .alias(f"{named}_on"),
    ).drop("_number", "_starts_at", "_on", "_ends_on", "_provisional", "_is_provisional")


def _quarters(first: date, last: date) -> pl.DataFrame:
    """Return every quarter hour that may belong to a local date from `first` to `last`."""
    begins = datetime.combine(first - timedelta(days=1), time(), UTC)
    ends = datetime.combine(last + timedelta(days=2), time(), UTC)
    starts_at = pl.datetime_range(begins, ends, "15m", time_unit="us", closed="left", eager=True)
    number = pl.int_range(len(starts_at), eager=True)
    return pl.DataFrame(
        {
            "day": starts_at.dt.date(),
            "quarter": number % 96,
            "starts_at": starts_at,
            "seconds_before": number * QUARTER_SECONDS,
        }
    )


def _plan(
    name: str, calendars: pl.DataFrame, holidays: pl.DataFrame, first: date, last: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the dates that calendar `name` covers, and its working quarters on each of them.

    Dates: `local_on`, `is_holiday`, `is_provisional`. Quarters: `local_on`, `local_minute`.
    """
    dates = pl.DataFrame({"local_on": pl.date_range(first, last, eager=True)})
    every_minute = pl.DataFrame({"local_minute": range(0, _DAY_MINUTES, _QUARTER_MINUTES)})
    if name == ROUND_THE_CLOCK:
        usual = dates.with_columns(is_holiday=pl.lit(False), is_provisional=pl.lit(False))
        return usual, dates.join(every_minute, how="cross")
    hours = calendars.filter(pl.col("calendar") == name).select(
        "weekday",
        "start",
        "end",
        pl.col("effective_from").fill_null(_LONG_AGO),
        pl.col("effective_to").fill_null(_FOR_GOOD),
    )
    off = holidays.filter(pl.col("calendar") == name).select(
        "local_on", pl.col("is_working").alias("is_made_up"), "is_provisional"
    )
    # Before the days are judged, every date has all the hours of the version in force.
    in_force = dates.join(hours, how="cross").filter(
        pl.col("local_on").is_between(pl.col("effective_from"), pl.col("effective_to"))
    )
    in_force = in_force.join(off, on="local_on", how="left").with_columns(
        pl.col("is_provisional").fill_null(False),
        (~pl.col("is_made_up")).fill_null(False).alias("is_holiday"),
    )
    own = pl.col("local_on").dt.weekday().cast(pl.Int64)
    has_own = (pl.col("weekday") == own).any().over("local_on")
    is_made_up = pl.col("is_made_up").fill_null(False)
    as_weekday = (
        pl.when(has_own).then(own).when(is_made_up).then(pl.col("weekday").min().over("local_on"))
    )
    working = in_force.filter((pl.col("weekday") == as_weekday) & ~pl.col("is_holiday"))
    minutes = working.select(
        "local_on", pl.int_ranges("start", "end", _QUARTER_MINUTES).alias("local_minute")
    ).explode("local_minute")
    covered = in_force.select("local_on", "is_holiday", "is_provisional").unique()
    return covered, minutes.unique()


def _planned(
    quarters: pl.DataFrame,
    zone: str,
    dates: pl.DataFrame,
    working: pl.DataFrame,
    *,
    first: date,
    last: date,
) -> pl.DataFrame:
    """Return the quarters of one calendar in one zone, with what its plan says of each."""
    local = pl.col("starts_at").dt.convert_time_zone(zone)
    minute = local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)
    return (
        quarters.with_columns(
            (pl.col("starts_at") + timedelta(minutes=15))
            .dt.convert_time_zone(zone)
            .dt.date()
            .alias("ends_on"),
            local.dt.date().alias("local_on"),
            minute.alias("local_minute"),
        )
        .filter(pl.col("local_on").is_between(first, last))
        .join(dates, on="local_on", how="inner", maintain_order="left")
        .join(
            working.with_columns(
                pl.col("local_minute").cast(pl.Int64), pl.lit(True).alias("is_working")
            ),
            on=["local_on", "local_minute"],
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col("is_working").fill_null(False))
    )


def _with_sums(slots: pl.DataFrame) -> pl.DataFrame:
    """Return the slots of one calendar, in order of time, with what passed before each."""

    def seconds_before(flag: str) -> pl.Expr:
        passed = pl.col(flag).cast(pl.Int64) * QUARTER_SECONDS
        return passed.cum_sum() - passed

    working_before = seconds_before("is_working")
    return slots.select(
        "day",
        pl.col("quarter").cast(pl.Int64),
        "starts_at",
        pl.col("seconds_before").cast(pl.Int64),
        working_before.alias("working_seconds_before"),
        seconds_before("is_holiday").alias("holiday_seconds_before"),
        seconds_before("is_provisional").alias("provisional_seconds_before"),
        "is_working",
        "is_holiday",
        "is_provisional",
        pl.when("is_working").then(working_before // QUARTER_SECONDS).alias("working_number"),
        "local_on",
        "local_minute",
        "ends_on",
    )


def _no_slots() -> pl.DataFrame:
    empty = pl.DataFrame(schema={"local_on": pl.Date, "is_holiday": pl.Boolean})
    dates = empty.with_columns(pl.lit(False).alias("is_provisional")).clear()
    quarters = pl.DataFrame(schema={"local_on": pl.Date, "local_minute": pl.Int64})
    day = date(2000, 1, 1)
    none = _planned(_quarters(day, day), "UTC", dates, quarters, first=day, last=day)
    return _with_sums(none).select(pl.lit("").alias("calendar"), pl.all())
