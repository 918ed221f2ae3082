"""The simulated period: days by number, months, and local instants as seconds since its start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

DAY = 86_400
HOUR = 3_600
NEVER = 2**40  # seconds: an instant that lies after the end of any period


@dataclass(frozen=True)
class Month:
    """One calendar month of the period: its label (YYYY-MM) and its days, `first` to `stop - 1`."""

    label: str
    first: int
    stop: int


@dataclass(frozen=True)
class Period:
    """`months` whole or part months up to and including `last_day`; day 0 is the first day."""

    first_day: date
    last_day: date

    @classmethod
    def ending(cls, last_day: date, months: int) -> Period:
        """Return the period of `months` calendar months whose last one holds `last_day`."""
        year, month = divmod(last_day.year * 12 + last_day.month - months, 12)
        return cls(date(year, month + 1, 1), last_day)

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def seconds(self) -> int:
        """Length in seconds; whatever happens at or after it has not happened yet."""
        return self.days * DAY

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=number)

    def number(self, day: date) -> int:
        return (day - self.first_day).days

    @property
    def months(self) -> list[Month]:
        labels = [f"{self.day(number):%Y-%m}" for number in range(self.days)]
        return [
            Month(label, labels.index(label), labels.index(label) + labels.count(label))
            for label in dict.fromkeys(labels)
        ]

    def month_of_days(self) -> Numbers:
        """Return the calendar month, 1 to 12, of every day of the period."""
        return np.array([self.day(number).month for number in range(self.days)])

    def weekday_of_days(self) -> Numbers:
        """Return the weekday, Monday = 0, of every day of the period."""
        return (self.first_day.weekday() + np.arange(self.days)) % 7

    def local(self, column: str) -> pl.Expr:
        """Return seconds in `column` as local date and time."""
        start = datetime.combine(self.first_day, time())
        return (pl.lit(start) + pl.duration(seconds=column)).alias(column)

    def past(self, column: str) -> pl.Expr:
        """Return seconds in `column` as local date and time; null what has not happened yet."""
        return pl.when(pl.col(column) < self.seconds).then(self.local(column)).alias(column)
