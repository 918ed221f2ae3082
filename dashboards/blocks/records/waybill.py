"""How one waybill kept what it was due by, and what that was: the promise, or its service level.

To say something more about it: a sentence in `verdict_on`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
from babel import dates

from dashboards.language import _, language, n_, number
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word

_NEVER_DELIVERED = ("lost", "returned")
_MINUTES_PER_HOUR, _MINUTES_PER_DAY = 60, 24 * 60


class Due(NamedTuple):
    """What a waybill was due by, and how it kept that at the instant `now`.

    `row`            the prepared waybill: `transforms/deliveries.py`
    `limit_days`     working days that its service level allows
    `counts_from`    local date of the working day that they count from; None with a promise
    `cut_off`        minute of the local day after which a pick-up counts on the next working day;
                     None also where it was picked up on a day off
    """

    row: Mapping[str, Any]
    limit_days: int | None
    counts_from: date | None
    cut_off: int | None
    now: datetime

    @property
    def state(self) -> str | None:
        """Whether it was met, missed, or is running; None where nothing says when it is due."""
        state: str | None = self.row["promise_state"]
        return state


def due_of(reader: Reader, waybill_no: str, zone: str) -> Due | None:
    """Return what a waybill of a unit in `zone` was due by; None for a cancelled one."""
    row = reader.prepared("deliveries", waybill_no)
    if row is None:
        return None
    now = datetime.fromisoformat(reader.rows("now_of", table="deliveries")["value"].item())
    levels = reader.rows("allowed_days").rows_by_key("service_level", named=True, unique=True)
    level = levels.get(row["service_level"])
    if level is None or row["is_due_by_promise"] or row["due_on"] is None:
        return Due(row, None, None, None, now)
    days = reader.rows("days_of_calendar", calendar=f"{level['calendar']}@{zone}")
    was_working = days.filter(local_on=row["picked_up_on"])["is_working_day"].to_list()
    return Due(
        row,
        level["limit_working_days"],
        _counts_from(days, row["due_on"], level["limit_working_days"]),
        level["cut_off_time"] if was_working == [True] else None,
        now,
    )


def waybill_sentences(reader: Reader, waybill_no: str, zone: str) -> list[str]:
    """Return how a waybill kept what it was due by, in sentences; none for a cancelled one."""
    due = due_of(reader, waybill_no, zone)
    return verdict_on(due, zone) if due else []


def verdict_on(due: Due, zone: str) -> list[str]:
    """Return the verdict on a waybill, what it was due by and why, and what follows from it."""
    row = due.row
    if row["due_at"] is None:
        return [_("Neither a promise nor its service level says when it is due.")]
    delivered_at = row["delivered_at"]
    parts = {
        "verdict": _head(due),
        "due": _due_text(due, zone),
        "when": _day_and_time(delivered_at, zone) if delivered_at else "",
    }
    template = _("{verdict}: {due}; delivered {when}.") if delivered_at else _("{verdict}: {due}.")
    sentences = [template.format(**parts), _why_later(due)]
    if row["is_totally_delayed"]:
        sentences.append(_("This counts as a total delay."))
    if row["is_provisional"]:
        sentences.append(_("Days off that are not announced yet may still move this."))
    return [sentence for sentence in sentences if sentence]


def _counts_from(days: pl.DataFrame, due_on: date, limit_days: int) -> date:
    """Return the working day `limit_days` before the one on which a waybill is due."""
    numbers = days.filter("is_working_day").select("working_day_number", "local_on")
    number_of = {on: number for number, on in numbers.iter_rows()}
    return dict(numbers.iter_rows())[number_of[due_on] - limit_days]


def _head(due: Due) -> str:
    delivered_at, due_at = due.row["delivered_at"], due.row["due_at"]
    length = _length((delivered_at or due.now) - due_at)
    match due.state, delivered_at:
        case "running", _at:
            return _("Due in {length}").format(length=length)
        case _state, None if due.row["status"] in _NEVER_DELIVERED:
            return _("{status}, not delivered {length} after it was due").format(
                status=word(due.row["status"]), length=length
            )
        case _state, None:
            return _("Not delivered {length} after it was due").format(length=length)
        case "met", _at:
            return _("Delivered {length} before it was due").format(length=length)
    return _("Delivered {length} after it was due").format(length=length)


def _due_text(due: Due, zone: str) -> str:
    row = due.row
    if row["is_due_by_promise"]:
        return _("due by the promise given, {when}").format(when=_day_and_time(row["due_at"], zone))
    return n_(
        "due by the service level {level}, {n} working day from {day}, end of {due_day}",
        "due by the service level {level}, {n} working days from {day}, end of {due_day}",
        due.limit_days or 0,
    ).format(
        level=word(row["service_level"]),
        n=number(due.limit_days),
        day=_weekday(due.counts_from),
        due_day=_weekday(row["due_on"]),
    )


def _why_later(due: Due) -> str:
    """Return why the days of a service level count from a later day than that of the pick-up."""
    picked_up_on = due.row["picked_up_on"]
    if due.counts_from in (None, picked_up_on):
        return ""
    day = _weekday(picked_up_on)
    if due.cut_off is None:
        return _("Picked up on a day off, {day}: its days count from the next working day.").format(
            day=day
        )
    hour, minute = divmod(due.cut_off, _MINUTES_PER_HOUR)
    return _("Picked up after {time} on {day}: its days count from the next working day.").format(
        time=f"{hour:02}:{minute:02}", day=day
    )


def _length(stretch: Any) -> str:
    """Return a stretch of time of either sign as its two largest units, e.g. "1 day and 3 h"."""
    minutes = round(abs(stretch.total_seconds()) / 60)
    if minutes == 0:
        return _("less than a minute")
    days, within_day = divmod(minutes, _MINUTES_PER_DAY)
    hours, within_hour = divmod(within_day, _MINUTES_PER_HOUR)
    texts = [
        (days, n_("{n} day", "{n} days", days)),
        (hours, _("{n} h")),
        (0 if days else within_hour, _("{n} min")),
    ]
    told = [text.format(n=number(amount)) for amount, text in texts if amount]
    return _("{large} and {small}").format(large=told[0], small=told[1]) if told[1:] else told[0]


def _weekday(day: date | None) -> str:
    return dates.format_date(day, format=_("EEEE d MMM yyyy"), locale=language())


def _day_and_time(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"{_weekday(local.date())} {local:%H:%M}"
