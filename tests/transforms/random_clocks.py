"""Random calendars, policies, tickets and events, and a "now", for clocks: few rules, many tickets.

All instants lie within two weeks, some of which hold a change of the clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from quality.contracts.ticket import TICKET_EVENT_STATUSES
from tests.transforms.clocks_by_hand import CASE, ROUND_THE_CLOCK, Rules
from tests.transforms.hand_made_clocks import event, policy, ticket

# Lord Howe moves its clocks by half an hour, Kathmandu lies a quarter of an hour off the others.
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
# First days of two weeks with a change of the clocks in some zone, or with none.
_STARTS = (date(2025, 3, 3), date(2025, 3, 24), date(2025, 10, 22), date(2025, 6, 2))
_DAYS = 14
# A target may fall due long after the last instant of its ticket, or after the last slot.
_DAYS_AFTER = 30
_CALENDARS = ("office", "night")
_TICKETS = 20
_WEEKDAYS = range(1, 8)
_PAUSES = ([], ["paused"], ["pending_customer", "paused"], ["pending_customer", "resolved"])


@dataclass(frozen=True)
class RandomCase:
    """Rules, and the tickets and events that they judge."""

    rules: Rules
    tickets: list[dict[str, Any]]
    events: list[dict[str, Any]]


def random_calendars(chance: Random, first: date) -> list[dict[str, Any]]:
    """Return rows of `calendars`, around `first`: some change their hours, some begin late."""
    rows = []
    for name in _CALENDARS:
        begins = chance.choice((None, None, None, first + timedelta(days=1)))
        versions: list[tuple[date | None, date | None]] = [(begins, None)]
        if chance.random() < 0.3:
            change = first + timedelta(days=chance.randint(2, _DAYS))
            versions = [(begins, change), (change + timedelta(days=1), None)]
        for since, until in versions:
            rows += [
                {
                    "calendar": name,
                    "country": None,
                    "weekday": weekday,
                    "start": start,
                    "end": end,
                    "effective_from": since,
                    "effective_to": until,
                }
                for weekday in sorted(chance.sample(_WEEKDAYS, chance.randint(2, 7)))
                for start, end in _stretches(chance)
            ]
    return rows


def _stretches(chance: Random) -> list[tuple[int, int]]:
    """Return one to three stretches of a day, in minutes after midnight, that may touch."""
    bounds = sorted(chance.sample(range(97), 2 * chance.randint(1, 3)))
    if len(bounds) > 2 and chance.random() < 0.2:
        bounds[2] = bounds[1]
    return [(15 * start, 15 * end) for start, end in zip(bounds[::2], bounds[1::2], strict=True)]


def random_holidays(chance: Random, first: date) -> list[dict[str, Any]]:
    """Return some days of their own of each calendar: off, or to be worked."""
    return [
        {
            "calendar": name,
            "local_on": first + timedelta(days=days),
            "is_working": chance.random() < 0.4,
            "is_provisional": chance.random() < 0.3,
            "name": None,
        }
        for name in _CALENDARS
        for days in chance.sample(range(_DAYS + 10), chance.randint(0, 5))
    ]


def random_case(seed: int, *, unit: timedelta) -> RandomCase:
    """Return a case whose instants are multiples of `unit` from a midnight; the same per `seed`."""
    chance = Random(seed)
    first = chance.choice(_STARTS)
    one, other = chance.sample(ZONES, 2)
    units = [
        {"id": "PD", "time_zone": one, "calendar": "office"},
        {"id": "HK", "time_zone": other, "calendar": "night"},
        {"id": "24", "time_zone": other, "calendar": ROUND_THE_CLOCK},
    ]
    midnight = datetime.combine(first, time(), UTC)
    span = timedelta(days=_DAYS)
    rules = Rules(
        units=units,
        policies=_policies(chance, first),
        calendars=random_calendars(chance, first),
        holidays=random_holidays(chance, first),
        first=first - timedelta(days=2),
        last=first + timedelta(days=_DAYS + _DAYS_AFTER),
        as_of_at=midnight + span,
    )
    tickets = [_ticket(chance, f"T{number}", units, midnight, unit) for number in range(_TICKETS)]
    events = [
        event(midnight + number * unit, chance.choice(TICKET_EVENT_STATUSES), row["ticket_id"])
        for row in tickets
        for number in chance.sample(range(span // unit), chance.randint(0, 5))
    ]
    return RandomCase(rules, tickets, events)


def _policies(chance: Random, first: date) -> list[dict[str, Any]]:
    """Return policies of which no two have the same key, as the contract demands."""
    policies = (
        policy(
            chance.choice((1, 15, 60, 480, chance.randint(1, 3_000))),
            kind=chance.choice((None, "complaint", "request")),
            priority=chance.choice((None, "high", "normal")),
            channel=chance.choice((None, "phone", "chat")),
            clock=chance.choice(("first_response", "resolution")),
            calendar=chance.choice((None, None, *_CALENDARS, ROUND_THE_CLOCK)),
            pause_statuses=chance.choice(_PAUSES),
            effective_from=chance.choice((None, first, first + timedelta(days=4))),
        )
        for _ in range(chance.randint(4, 24))
    )
    key = (*CASE, "clock", "effective_from")
    return list({tuple(row[name] for name in key): row for row in policies}.values())


def _ticket(
    chance: Random, name: str, units: list[dict[str, Any]], midnight: datetime, step: timedelta
) -> dict[str, Any]:
    unit = chance.choice(units)
    # Half of the tickets are over within hours, where minutes of opening and closing tell.
    steps = timedelta(days=_DAYS) // step
    width = chance.choice((steps, steps // 60))
    begin = chance.randint(0, steps - width)
    opened, *later = (
        midnight + (begin + number) * step for number in sorted(chance.choices(range(width), k=4))
    )
    answered, resolved, closed = (at if chance.random() < 0.6 else None for at in later)
    promised_at = midnight + chance.randrange(steps) * step
    return ticket(
        opened,
        unit["time_zone"],
        ticket_id=name,
        org_unit_id=unit["id"],
        kind=chance.choice(("complaint", "request")),
        priority=chance.choice(("high", "normal")),
        channel=chance.choice(("phone", "chat")),
        status=chance.choice(("open", "open", "open", "resolved", "closed", "cancelled")),
        category=chance.choice((None, "late")),
        first_response_at=answered,
        resolved_at=resolved,
        closed_at=closed,
        promised_at=chance.choice((None, promised_at)),
        row_number=chance.randint(2, 1_000),
    )
