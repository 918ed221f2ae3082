"""Opening hours of the demo's calendars: when a promise falls due, and when an agent answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.simulation.period import Numbers, Period, Truths
from pipelines.sources.reference import read_table
from quality.contracts.reference import REFERENCE_TABLES
from transforms.holidays import holidays_by_calendar, with_public_holidays

_HORIZON_DAYS = 90  # answers and deliveries of the last days lie after the period's end


@dataclass(frozen=True)
class OpeningHours:
    """The open minutes and open days of one calendar, numbered from the period's start, sorted."""

    minutes: Numbers
    days: Numbers

    def after(self, minute: Numbers, open_minutes: Numbers) -> Numbers:
        """Return the minute at which `open_minutes` (1 or more) have been used since `minute`."""
        used = np.searchsorted(self.minutes, minute) + open_minutes - 1
        return self.minutes[used] + 1

    def day_after(self, day: Numbers, open_days: Numbers) -> Numbers:
        """Return the day `open_days` open days after `day`, or after the next open day."""
        return self.days[np.searchsorted(self.days, day) + open_days]


def read_opening_hours(reference: Path, period: Period) -> dict[str, OpeningHours]:
    """Return the opening hours of every calendar in calendars.csv, less its days off.

    A make-up workday on a weekday without hours has the calendar's hours of Monday. Versions of a
    calendar are not told apart: the demo has one of each.
    """
    intervals, listed = (
        read_table(REFERENCE_TABLES[name], reference / f"{name}.csv")
        for name in ("calendars", "holidays")
    )
    holidays = holidays_by_calendar(intervals, with_public_holidays(intervals, listed))
    return {
        str(calendar): _opening_hours(
            _open_minutes_of_weekdays(hours),
            holidays.filter(pl.col("calendar") == calendar),
            period,
        )
        for (calendar,), hours in intervals.group_by("calendar", maintain_order=True)
    }


def _open_minutes_of_weekdays(hours: pl.DataFrame) -> Truths:
    """Return weekday (Monday = 0) x minute of the day: whether it is open."""
    is_open = np.zeros((7, 1440), dtype=bool)
    for weekday, start, end in hours.select("weekday", "start", "end").iter_rows():
        is_open[weekday - 1, start:end] = True
    return is_open


def _opening_hours(weekdays: Truths, holidays: pl.DataFrame, period: Period) -> OpeningHours:
    days = period.days + _HORIZON_DAYS
    weekday_of_days = (period.first_day.weekday() + np.arange(days)) % 7
    is_open = weekdays[weekday_of_days]
    last = period.first_day + timedelta(days=days - 1)
    inside = holidays.filter(pl.col("local_on").is_between(period.first_day, last))
    for day, is_working in inside.select("local_on", "is_working").iter_rows():
        number = period.number(day)
        is_open[number] = _hours_of(day, weekdays) if is_working else False
    return OpeningHours(np.flatnonzero(is_open), np.flatnonzero(is_open.any(axis=1)))


def _hours_of(day: date, weekdays: Truths) -> Truths:
    usual = weekdays[day.weekday()]
    return usual if usual.any() else weekdays[0]
