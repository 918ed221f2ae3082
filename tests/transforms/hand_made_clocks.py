"""Hand-made tickets, events, policies and calendars, and the way from them to clocks.

A row is written as what differs from the usual row of its table, local times as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import narwhals.stable.v2 as nw
import polars as pl

from quality.contracts import RECORD_KINDS, REFERENCE_TABLES
from tests.transforms.clocks_by_hand import ROUND_THE_CLOCK, Row, Rows, Rules
from transforms.clocks import make_clocks
from transforms.policies import CASE, policies_by_case
from transforms.working_time import make_slots

SHANGHAI = "Asia/Shanghai"
PARTS = ("working", "out_of_hours", "holiday", "paused")
_BOOKKEEPING = {
    "source": pl.String,
    "batch": pl.String,
    "batch_number": pl.Int64,
    "row_number": pl.Int64,
}
TICKETS = {**RECORD_KINDS["tickets"].columns, **_BOOKKEEPING}
EVENTS = {**RECORD_KINDS["ticket_events"].columns, **_BOOKKEEPING}
_CALENDARS = {
    **REFERENCE_TABLES["calendars"].columns,
    "country": pl.String,
    "effective_from": pl.Date,
    "effective_to": pl.Date,
}
HOLIDAYS = {
    "calendar": pl.String,
    "local_on": pl.Date,
    "is_working": pl.Boolean,
    "is_provisional": pl.Boolean,
    "name": pl.String,
}
_UNITS = {"id": pl.String, "calendar": pl.String, "time_zone": pl.String}
_INSTANTS = ("opened_at", "first_response_at", "promised_at", "resolved_at", "closed_at")


def at(local: str, zone: str = SHANGHAI, *, fold: int = 0) -> datetime:
    """Return the instant of a local time such as "2025-06-06 17:00"."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def clock_time(text: str) -> int:
    """Return the minutes after midnight of a time such as "08:30"; "24:00" is midnight."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def hours(
    calendar: str,
    weekdays: Iterable[int],
    *stretches: str,
    since: date | None = None,
    until: date | None = None,
) -> list[dict[str, Any]]:
    """Return rows of `calendars`: stretches such as "08:30-12:00" on each of `weekdays`."""
    return [
        {
            "calendar": calendar,
            "country": None,
            "weekday": weekday,
            "start": clock_time(stretch.split("-")[0]),
            "end": clock_time(stretch.split("-")[1]),
            "effective_from": since,
            "effective_to": until,
        }
        for weekday in weekdays
        for stretch in stretches
    ]


OFFICE = hours("office", range(1, 6), "08:30-12:00", "13:30-18:00")


def special_day(
    on: str, *, is_working: bool = False, is_provisional: bool = False, calendar: str = "office"
) -> dict[str, Any]:
    """Return a holiday, or a make-up workday, of a calendar."""
    return {
        "calendar": calendar,
        "local_on": date.fromisoformat(on),
        "is_working": is_working,
        "is_provisional": is_provisional,
        "name": "A day of its own",
    }


def policy(target_minutes: int = 120, **differing: object) -> dict[str, Any]:
    """Return a row of `sla_policies`, by default for the first response of any ticket."""
    return {
        "kind": None,
        "priority": None,
        "channel": None,
        "clock": "first_response",
        "target_minutes": target_minutes,
        "calendar": None,
        "pause_statuses": [],
        "effective_from": None,
        **differing,
    }


WAITING = policy(clock="resolution", pause_statuses=["pending_customer"])


def ticket(opened: str | datetime, zone: str = SHANGHAI, **differing: object) -> dict[str, Any]:
    """Return a ticket of a unit in `zone`; its instants are given as such, or as local times."""
    row: dict[str, Any] = {
        **dict.fromkeys(TICKETS),
        "ticket_id": "T",
        "kind": "complaint",
        "channel": "phone",
        "priority": "normal",
        "org_unit_id": "PD",
        "status": "open",
        "opened_at": opened,
        "reopened_count": 0,
        "reassigned_count": 0,
        "is_escalated": False,
        "source": "helpdesk",
        "batch": "b-1",
        "batch_number": 1,
        "row_number": 2,
        **differing,
    }
    for name in _INSTANTS:
        row[name] = at(row[name], zone) if isinstance(row[name], str) else row[name]
    for name in _INSTANTS:
        row[name.replace("_at", "_on")] = row[name] and row[name].astimezone(ZoneInfo(zone)).date()
    return row


def event(when: str | datetime, status: str, ticket_id: str = "T") -> dict[str, Any]:
    """Return a change of a ticket's status at a local time of Shanghai, or at an instant."""
    return {
        **dict.fromkeys(EVENTS),
        "ticket_id": ticket_id,
        "at": at(when) if isinstance(when, str) else when,
        "status": status,
        "source": "helpdesk",
        "batch": "b-2",
        "batch_number": 2,
        "row_number": 2,
    }


def rules(
    *policies: Row,
    calendars: Rows = OFFICE,
    holidays: Rows = (),
    calendar: str = "office",
    zone: str = SHANGHAI,
    covering: tuple[str, str] = ("2025-05-26", "2025-07-06"),
    as_of_at: datetime | None = None,
) -> Rules:
    """Return what a ticket of the unit PD, of that calendar and zone, is judged by.

    "Now" is the last microsecond of 30 June 2025 in the unit's zone, unless said otherwise.
    """
    return Rules(
        units=[{"id": "PD", "calendar": calendar, "time_zone": zone}],
        policies=policies,
        calendars=calendars,
        holidays=holidays,
        first=date.fromisoformat(covering[0]),
        last=date.fromisoformat(covering[1]),
        as_of_at=as_of_at
        or datetime.combine(date(2025, 6, 30), time.max, ZoneInfo(zone)).astimezone(UTC),
    )


def calendar_frame(calendars: Rows) -> pl.DataFrame:
    """Return the reference table `calendars`."""
    return pl.DataFrame(calendars, schema=_CALENDARS)


def slots_of(rules: Rules) -> pl.DataFrame:
    """Return the slots of every calendar that `rules` name, in every zone of its units."""
    zones = {unit["time_zone"] for unit in rules.units}
    names = {ROUND_THE_CLOCK, *(interval["calendar"] for interval in rules.calendars)}
    return make_slots(
        calendar_frame(rules.calendars),
        pl.DataFrame(rules.holidays, schema=HOLIDAYS),
        sorted(product(names, zones)),
        first=rules.first,
        last=rules.last,
    )


def clocks_of(tickets: Rows, rules: Rules, events: Rows = ()) -> list[dict[str, Any]]:
    """Return the clocks of `tickets` as rows, in their order, clocks in that of their names."""
    order = {ticket["ticket_id"]: number for number, ticket in enumerate(tickets)}
    rows = clocks_frame(tickets, rules, events).to_dicts()
    return sorted(rows, key=lambda row: (order[row["ticket_id"]], row["clock"]))


def clock_of(
    one: Row, rules: Rules, events: Rows = (), *, clock: str = "first_response"
) -> dict[str, Any]:
    """Return one clock of one ticket."""
    (row,) = [row for row in clocks_of([one], rules, events) if row["clock"] == clock]
    return row


def minutes_of(clock: dict[str, Any]) -> dict[str, float]:
    """Return the parts of a clock that are not nothing, in minutes."""
    parts = {part: clock[f"{part}_seconds"] / 60 for part in PARTS}
    assert sum(parts.values()) == clock["elapsed_seconds"] / 60
    return {part: minutes for part, minutes in parts.items() if minutes}


def clocks_frame(tickets: Rows, rules: Rules, events: Rows = ()) -> pl.DataFrame:
    """Return `records.clocks` of `tickets`, made on Polars."""
    made = _made(tickets, events, rules, lambda _, table: nw.from_native(table.lazy()))
    native: pl.LazyFrame = made.to_native()
    return native.collect()


def clocks_by_duckdb(tickets: Rows, rules: Rules, events: Rows = ()) -> pl.DataFrame:
    """Return `records.clocks` of `tickets`, made by DuckDB."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")

        def relation(name: str, table: pl.DataFrame) -> nw.LazyFrame[Any]:
            connection.register(name, table.to_arrow())
            return nw.from_native(connection.table(name))

        return _made(tickets, events, rules, relation).to_native().pl()


def _made(
    tickets: Rows,
    events: Rows,
    rules: Rules,
    on_engine: Callable[[str, pl.DataFrame], nw.LazyFrame[Any]],
) -> nw.LazyFrame[Any]:
    policies = _table(rules.policies, REFERENCE_TABLES["sla_policies"].columns)
    cases = _table(tickets, TICKETS).select(CASE)
    return make_clocks(
        on_engine("tickets", _table(tickets, TICKETS)),
        on_engine("events", _table(events, EVENTS)),
        units=on_engine("units", _table(rules.units, _UNITS)),
        policies=on_engine("policies", policies_by_case(policies, cases)),
        slots=on_engine("slots", slots_of(rules)),
        as_of_at=rules.as_of_at,
    )


def _table(rows: Sequence[Row], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(schema))
