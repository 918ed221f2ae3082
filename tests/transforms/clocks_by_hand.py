"""The clocks of tickets, counted minute by minute from the words of the design: slow and plain.

It shares no idea with `transforms.clocks`: no slots, no sums before an instant, no joins, only
the local time of each minute and a table of open hours. Instants must lie on whole minutes.
To add a column of `records.clocks`: work it out here first, in `_clock`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Rows = Sequence[Row]

ROUND_THE_CLOCK = "24x7"
_DAY_MINUTES = 24 * 60
CASE = ("kind", "priority", "channel")
_OF_TICKET = ("ticket_id", *CASE, "category", "agent_id", "org_unit_id", "opened_on")
_BOOKKEEPING = ("source", "batch", "batch_number", "row_number")
_DONE = ("resolved", "closed")
# How the parts of the elapsed time are called, by what a minute is.
_PARTS = {
    "working": "working_seconds",
    "out_of_hours": "out_of_hours_seconds",
    "holiday": "holiday_seconds",
    "paused": "paused_seconds",
}


@dataclass(frozen=True)
class Rules:
    """What tickets are judged by: rows of the reference tables, and the run's "now".

    `holidays` are those of each calendar: calendar, local_on, is_working, is_provisional.
    `first` and `last` are the local dates that are known at all.
    """

    units: Rows
    policies: Rows
    calendars: Rows
    holidays: Rows
    first: date
    last: date
    as_of_at: datetime
    _minutes: dict[tuple[str, str, int], tuple[str | None, bool]] = field(default_factory=dict)

    def minute(self, calendar: str, zone: str, minute: int) -> tuple[str | None, bool]:
        """Return what a minute is (None where the calendar says nothing), and if that may change.

        Minutes are counted from 1970, UTC.
        """
        key = (calendar, zone, minute)
        if key not in self._minutes:
            local = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
            minute_of_day = local.hour * 60 + local.minute
            self._minutes[key] = self._local_minute(calendar, local.date(), minute_of_day)
        return self._minutes[key]

    def _local_minute(self, calendar: str, on: date, minute: int) -> tuple[str | None, bool]:
        if not self.first <= on <= self.last:
            return None, False
        if calendar == ROUND_THE_CLOCK:
            return "working", False
        in_force = [
            hours
            for hours in self._hours_of.get(calendar, ())
            if (hours["effective_from"] or date.min) <= on <= (hours["effective_to"] or date.max)
        ]
        if not in_force:
            return None, False
        special = self._special_days.get((calendar, on))
        is_provisional = special is not None and special["is_provisional"]
        if special is not None and not special["is_working"]:
            return "holiday", is_provisional
        weekday = on.isoweekday()
        weekdays = {hours["weekday"] for hours in in_force}
        if special is not None and weekday not in weekdays:
            weekday = min(weekdays)
        is_open = any(
            hours["weekday"] == weekday and hours["start"] <= minute < hours["end"]
            for hours in in_force
        )
        return ("working" if is_open else "out_of_hours"), is_provisional

    @cached_property
    def _hours_of(self) -> dict[str, list[Row]]:
        hours: dict[str, list[Row]] = {}
        for interval in self.calendars:
            hours.setdefault(interval["calendar"], []).append(interval)
        return hours

    @cached_property
    def _special_days(self) -> dict[tuple[str, date], Row]:
        return {(day["calendar"], day["local_on"]): day for day in self.holidays}


def clocks_by_hand(tickets: Rows, events: Rows, rules: Rules) -> list[dict[str, Any]]:
    """Return the clocks of every ticket, each with all columns of `records.clocks`."""
    return [
        clock
        for ticket in tickets
        if ticket["status"] != "cancelled"
        for clock in _clocks(
            ticket,
            sorted(
                (event for event in events if event["ticket_id"] == ticket["ticket_id"]),
                key=lambda event: event["at"],
            ),
            rules,
        )
    ]


def _clocks(ticket: Row, events: Rows, rules: Rules) -> Iterator[dict[str, Any]]:
    done_at = ticket["resolved_at"] or ticket["closed_at"]
    answered_at = ticket["first_response_at"] or done_at
    for clock, stopped_at in (("first_response", answered_at), ("resolution", done_at)):
        policy = policy_by_hand(rules.policies, ticket, clock)
        yield _clock(ticket, clock, stopped_at, policy, events, rules)
    if ticket["promised_at"] is not None:
        yield _clock(ticket, "promise", done_at, None, (), rules)


def policy_by_hand(policies: Rows, ticket: Row, clock: str) -> Row | None:
    """Return the policy of a ticket's clock: the most specific, then the newest that fits."""
    fitting = [
        policy
        for policy in policies
        if policy["clock"] == clock
        and all(policy[name] in (None, ticket[name]) for name in CASE)
        and (policy["effective_from"] or date.min) <= ticket["opened_on"]
    ]

    def rank(policy: Row) -> tuple[object, ...]:
        given = [policy[name] is not None for name in CASE]
        return sum(given), *given, policy["effective_from"] or date.min

    return max(fitting, key=rank, default=None)


def _clock(
    ticket: Row,
    clock: str,
    stopped_at: datetime | None,
    policy: Row | None,
    events: Rows,
    rules: Rules,
) -> dict[str, Any]:
    unit = next(unit for unit in rules.units if unit["id"] == ticket["org_unit_id"])
    zone = unit["time_zone"]
    calendar = (policy and policy["calendar"]) or unit["calendar"]
    start, end = _number(ticket["opened_at"]), _number(stopped_at or rules.as_of_at)
    pauses = _pauses(events, (policy or {}).get("pause_statuses", ()), start, end)
    row: dict[str, Any] = {
        **{name: ticket[name] for name in (*_OF_TICKET, *_BOOKKEEPING)},
        "clock": clock,
        "started_at": ticket["opened_at"],
        "stopped_at": stopped_at,
        "policy": policy and "/".join(policy[name] or "*" for name in CASE),
        "calendar": f"{calendar}@{zone}",
        "target_seconds": policy and policy["target_minutes"] * 60,
        "due_at": ticket["promised_at"] if clock == "promise" else None,
    }
    minutes = [rules.minute(calendar, zone, minute) for minute in range(start, end)]
    is_known = all(kind is not None for kind, _ in minutes)
    seconds = Counter[str]()
    for minute, (kind, _) in enumerate(minutes, start):
        seconds["paused" if kind == "working" and minute in pauses else str(kind)] += 60
    row |= {name: seconds[kind] for kind, name in _PARTS.items()}
    row["elapsed_seconds"] = 60 * (end - start)
    row["is_provisional"] = is_known and any(may_change for _, may_change in minutes)
    if policy is not None and is_known:
        due_at = _due_at(start, policy["target_minutes"], pauses, calendar, zone, rules)
        row["due_at"] = due_at
        row["is_provisional"] |= due_at is not None and any(
            rules.minute(calendar, zone, minute)[1] for minute in range(end, _number(due_at))
        )
    row["due_on"] = row["due_at"] and row["due_at"].astimezone(ZoneInfo(zone)).date()
    row["state"] = _state(row, is_known, rules.as_of_at)
    if row["state"] in ("no_policy", "no_calendar"):
        row |= dict.fromkeys(("due_at", "due_on", "elapsed_seconds", *_PARTS.values()))
    return row


def _due_at(
    start: int, target: int, pauses: frozenset[int], calendar: str, zone: str, rules: Rules
) -> datetime | None:
    """Return the end of the minute with which `target` working minutes have been used."""
    minute = start
    while target:
        kind, _ = rules.minute(calendar, zone, minute)
        if kind is None:
            return None
        target -= kind == "working" and minute not in pauses
        minute += 1
    return datetime.fromtimestamp(minute * 60, UTC)


def _pauses(events: Rows, statuses: Sequence[str], start: int, end: int) -> frozenset[int]:
    """Return the minutes from `start` to `end` at which the clock pauses, open hours or not.

    A ticket that is done pauses only if it is opened again later.
    """
    paused: set[int] = set()
    for number, event in enumerate(events):
        later = events[number + 1 :]
        is_reopened = any(other["status"] not in _DONE for other in later)
        if event["status"] in statuses or (event["status"] in _DONE and is_reopened):
            until = _number(later[0]["at"]) if later else end
            paused.update(range(max(_number(event["at"]), start), min(until, end)))
    return frozenset(paused)


def _state(row: Row, is_known: bool, as_of_at: datetime) -> str:
    if row["clock"] != "promise" and row["policy"] is None:
        return "no_policy"
    if not is_known or row["due_at"] is None:
        return "no_calendar"
    if row["stopped_at"] is not None:
        return "met" if row["stopped_at"] <= row["due_at"] else "missed"
    return "missed" if row["due_at"] <= as_of_at else "running"


def _number(instant: datetime) -> int:
    """Return the number of the minute that begins at `instant`, or holds it."""
    return int(instant.timestamp()) // 60
