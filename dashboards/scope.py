"""What a page looks at: org unit, period, channel and service level. It lives in the URL.

A period is written so that its grain shows: 2026-10-31, 2026-W44, 2026-10, 2026-Q4, 2026, all.
Pure: no Streamlit, no snapshot. To add a filter: a field of `Scope`, its part of `read_scope` and
`to_url`, and its widget in `filters.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.questions.metric_queries import GRAINS, Grain, columns_of
from transforms.catalogue import Metric
from transforms.refusal import Refusal

_WRITTEN: dict[Grain, re.Pattern[str]] = {
    "day": re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    "week": re.compile(r"(\d{4})-W(\d\d)"),
    "month": re.compile(r"(\d{4})-(\d\d)"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "year": re.compile(r"(\d{4})"),
    "all": re.compile("all"),
}
# How many periods a trend shows, the chosen one being the last.
_SHOWN: dict[Grain, int] = {"day": 60, "week": 26, "month": 18, "quarter": 8, "year": 5, "all": 1}
_A_WEEK = timedelta(days=7)


class Period(NamedTuple):
    """A calendar period: its grain, its first and its last day."""

    grain: Grain
    first: date
    last: date

    def to_url(self) -> str:
        """Return the period as a URL has it."""
        year, week, _ = self.first.isocalendar()
        match self.grain:
            case "day":
                return self.first.isoformat()
            case "week":
                return f"{year}-W{week:02}"
            case "month":
                return f"{self.first:%Y-%m}"
            case "quarter":
                return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
            case "year":
                return str(self.first.year)
        return "all"

    def before(self, steps: int = 1) -> Period:
        """Return the period `steps` earlier; "all" has none and stays."""
        period = self
        for _ in range(steps if self.grain != "all" else 0):
            period = period_of(period.grain, period.first - timedelta(days=1))
        return period

    def suited_to(self, metric: Metric) -> Period:
        """Return the period, widened to whole months for a metric that is known by month."""
        if metric.finest == "day" or self.grain in ("month", "quarter", "year"):
            return self
        last = period_of("month", self.last)
        return last if self.grain != "all" else Period("all", self.first.replace(day=1), last.last)

    def window(self) -> Period:
        """Return the stretch that a trend ending with this period shows, under the same grain."""
        return self._replace(first=self.before(_SHOWN[self.grain] - 1).first)


class Known(NamedTuple):
    """What can be asked for.

    `units` in the order of the tree: id -> depth; `first` and `last` are the days with figures,
    None where there are none; `as_of` is the last day that is over.
    """

    units: Mapping[str, int]
    channels: tuple[str, ...]
    service_levels: tuple[str, ...]
    first: date | None
    last: date | None
    as_of: date


@dataclass(frozen=True)
class Scope:
    """What is looked at. `unit` None stands for all units, `channel` None for all channels."""

    unit: str | None
    period: Period
    channel: str | None = None
    service_level: str | None = None

    def where(self, metric: Metric) -> dict[str, tuple[str, ...]]:
        """Return the conditions of the scope that `metric` knows."""
        asked = {
            "org_unit_id": self.unit,
            "channel": self.channel,
            "service_level": self.service_level,
        }
        known = columns_of(metric)
        return {column: (value,) for column, value in asked.items() if value and column in known}

    def to_url(self) -> dict[str, str]:
        """Return what a link to the same view needs."""
        written = {
            "unit": self.unit,
            "period": self.period.to_url(),
            "channel": self.channel,
            "service_level": self.service_level,
        }
        return {name: value for name, value in written.items() if value}

    def at(self, unit: str | None) -> Scope:
        """Return the same view of another unit."""
        return replace(self, unit=unit)

    def over(self, period: Period) -> Scope:
        """Return the same view of another period."""
        return replace(self, period=period)


def read_scope(url: Mapping[str, str], known: Known) -> tuple[Scope, list[Refusal]]:
    """Return the scope that a URL asks for, and a sentence for every part that cannot be had.

    A part that is missing or cannot be had is the usual one: the top unit, the newest month that
    is over, all channels.
    """
    refusals: list[Refusal] = []
    tops = [unit for unit, depth in known.units.items() if depth == 0]
    usual_unit = tops[0] if len(tops) == 1 else None
    period = usual = _usual_period(known)
    if "period" in url:
        try:
            period = _within(parse_period(url["period"], known), known)
        except Refusal as refusal:
            refusals.append(refusal)
            period = usual
    choices = {
        "unit": (tuple(known.units), usual_unit),
        "channel": (known.channels, None),
        "service_level": (known.service_levels, None),
    }
    chosen: dict[str, str | None] = {}
    for name, (values, usual_value) in choices.items():
        chosen[name] = url.get(name, usual_value)
        if name in url and url[name] not in values:
            refusals.append(_unknown(name, url[name]))
            chosen[name] = usual_value
    return (
        Scope(chosen["unit"], period, chosen["channel"], chosen["service_level"]),
        refusals,
    )


def parse_period(text: str, known: Known) -> Period:
    """Return the period that `text` names. Raises Refusal when it names none."""
    for grain, pattern in _WRITTEN.items():
        found = pattern.fullmatch(text)
        if found and grain == "all":
            return Period("all", known.first or known.as_of, known.last or known.as_of)
        if found:
            numbers = [int(part) for part in found.groups()]
            try:
                return period_of(grain, _first_day(grain, numbers))
            except (ValueError, OverflowError) as error:
                raise _no_period(text) from error
    raise _no_period(text)


def period_of(grain: Grain, day: date) -> Period:
    """Return the period of `grain` in which `day` lies; `grain` is not "all"."""
    match grain:
        case "day":
            first, next_first = day, day + timedelta(days=1)
        case "week":
            first = day - timedelta(days=day.weekday())
            next_first = first + _A_WEEK
        case "month":
            first = day.replace(day=1)
            next_first = _months_later(first, 1)
        case "quarter":
            first = day.replace(day=1, month=day.month - (day.month - 1) % 3)
            next_first = _months_later(first, 3)
        case "year":
            first = day.replace(day=1, month=1)
            next_first = _months_later(first, 12)
        case _:
            raise ValueError(f"{grain} has no single period")
    return Period(grain, first, next_first - timedelta(days=1))


def periods(grain: Grain, known: Known) -> list[Period]:
    """Return every period of `grain` with figures, newest first."""
    if known.first is None or known.last is None:
        return []
    if grain == "all":
        return [Period("all", known.first, known.last)]
    listed = [period_of(grain, known.last)]
    while listed[-1].first > known.first:
        listed.append(listed[-1].before())
    return listed


def change_grain(period: Period, grain: Grain, known: Known) -> Period:
    """Return the period of `grain` that ends with `period` or, if not over then, lies in it."""
    if grain == "all":
        return parse_period("all", known)
    last = min(period.last, known.last) if known.last else period.last
    inside = period_of(grain, last)
    if GRAINS.index(grain) < GRAINS.index(period.grain) and inside.last > last:
        earlier = inside.before()
        return earlier if known.first is None or earlier.last >= known.first else inside
    return inside


def _usual_period(known: Known) -> Period:
    """Return the newest month that is over; the day or the month there is where data are short."""
    if known.first is None or known.last is None:
        return period_of("month", known.as_of)
    if known.last - known.first < _A_WEEK:
        return period_of("day", known.last)
    newest = period_of("month", known.last)
    if newest.last > known.as_of and newest.before().last >= known.first:
        return newest.before()
    return newest


def _within(period: Period, known: Known) -> Period:
    if known.first is None or known.last is None:
        return period
    if period.last < known.first or period.first > known.last:
        raise Refusal(
            "There are no figures for the period {period}: they reach from {first} to {last}.",
            "{period} 没有数据：数据范围为 {first} 至 {last}。",
            period=period.to_url(),
            first=known.first,
            last=known.last,
        )
    return period


def _first_day(grain: Grain, numbers: list[int]) -> date:
    match grain:
        case "week":
            return date.fromisocalendar(numbers[0], numbers[1], 1)
        case "quarter":
            return date(numbers[0], 3 * numbers[1] - 2, 1)
    year, month, day = [*numbers, 1, 1][:3]
    return date(year, month, day)


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _no_period(text: str) -> Refusal:
    return Refusal(
        "{text} is no period: write a day 2026-10-31, a week 2026-W44, a month 2026-10, a quarter "
        "2026-Q4, a year 2026, or all.",
        "{text} 不是有效的时间段：请写成日 2026-10-31、周 2026-W44、月 2026-10、季度 2026-Q4、"
        "年 2026 或 all。",
        text=text,
    )


def _unknown(name: str, value: str) -> Refusal:
    called = {
        "unit": ("org unit", "机构"),
        "channel": ("channel", "渠道"),
        "service_level": ("service level", "服务等级"),
    }[name]
    return Refusal(
        "There is no {what} {value} in this snapshot: all are shown; choose one on the left.",
        "当前快照中没有{what_zh} {value}：现显示全部；请在左侧选择。",
        what=called[0],
        what_zh=called[1],
        value=value,
    )
