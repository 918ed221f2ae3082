"""Clocks of tickets, worked out by hand: when they are due, what counts, and who is late.

The office is open Monday to Friday, 08:30 to 12:00 and 13:30 to 18:00, in Shanghai unless said
otherwise. 6 June 2025 is a Friday.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.transforms.clocks_by_hand import ROUND_THE_CLOCK
from tests.transforms.hand_made_clocks import (
    OFFICE,
    PARTS,
    SHANGHAI,
    WAITING,
    at,
    clock_of,
    clocks_of,
    event,
    hours,
    minutes_of,
    policy,
    rules,
    special_day,
    ticket,
)

HOLIDAY_MONDAY = [special_day("2025-06-09")]
MAKE_UP_SATURDAY = [special_day("2025-06-07", is_working=True)]
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"


@pytest.mark.parametrize(
    ("opened", "target", "due"),
    [
        ("2025-06-06 17:00", 120, "2025-06-09 09:30"),
        ("2025-06-06 16:00", 120, "2025-06-06 18:00"),  # closing time, not next morning
        ("2025-06-07 10:00", 60, "2025-06-09 09:30"),
        ("2025-06-09 08:30", 30, "2025-06-09 09:00"),
        ("2025-06-09 11:30", 30, "2025-06-09 12:00"),
        ("2025-06-09 11:30", 31, "2025-06-09 13:31"),  # lunch does not count
        ("2025-06-09 12:00", 60, "2025-06-09 14:30"),
        ("2025-06-06 18:00", 60, "2025-06-09 09:30"),
        ("2025-06-09 13:30", 270, "2025-06-09 18:00"),
        ("2025-06-09 09:07", 1, "2025-06-09 09:08"),
        ("2025-06-09 08:30", 5 * 480, "2025-06-13 18:00"),
    ],
)
def test_a_target_is_due_when_its_working_minutes_are_used_up(
    opened: str, target: int, due: str
) -> None:
    clock = clock_of(ticket(opened), rules(policy(target)))
    assert (clock["due_at"], clock["target_seconds"]) == (at(due), target * 60)
    assert clock["due_on"] == date.fromisoformat(due[:10])


@pytest.mark.parametrize(
    ("opened", "days", "due"),
    [
        ("2025-06-07 10:00", HOLIDAY_MONDAY, "2025-06-10 09:30"),
        ("2025-06-09 10:00", HOLIDAY_MONDAY, "2025-06-10 09:30"),
        ("2025-06-06 17:30", MAKE_UP_SATURDAY, "2025-06-07 09:00"),
        ("2025-06-07 10:00", MAKE_UP_SATURDAY, "2025-06-07 11:00"),
    ],
)
def test_an_hour_skips_a_holiday_and_uses_a_make_up_workday(
    opened: str, days: list[Any], due: str
) -> None:
    clock = clock_of(ticket(opened), rules(policy(60), holidays=days))
    assert clock["due_at"] == at(due)


def test_a_policy_round_the_clock_counts_weekends_holidays_and_nights() -> None:
    of = rules(policy(26 * 60, calendar=ROUND_THE_CLOCK), holidays=HOLIDAY_MONDAY)
    clock = clock_of(ticket("2025-06-08 00:30"), of)
    assert clock["due_at"] == at("2025-06-09 02:30")
    assert clock["calendar"] == f"{ROUND_THE_CLOCK}@{SHANGHAI}"


@pytest.mark.parametrize(
    ("zone", "calendar", "opened", "target", "due"),
    [
        (NEW_YORK, ROUND_THE_CLOCK, "2025-03-09 01:30", 60, at("2025-03-09 03:30", NEW_YORK)),
        (NEW_YORK, "night", "2025-03-09 00:00", 300, at("2025-03-09 06:00", NEW_YORK)),
        (NEW_YORK, "night", "2025-11-02 00:00", 420, at("2025-11-02 06:00", NEW_YORK)),
        (
            *(NEW_YORK, ROUND_THE_CLOCK, "2025-11-02 00:30", 120),
            at("2025-11-02 01:30", NEW_YORK, fold=1),
        ),
        (BERLIN, "office", "2025-03-28 17:00", 120, at("2025-03-31 09:30", BERLIN)),
        (BERLIN, "office", "2025-10-24 17:00", 120, at("2025-10-27 09:30", BERLIN)),
    ],
)
def test_a_target_is_as_long_on_the_days_that_clocks_are_moved(
    zone: str, calendar: str, opened: str, target: int, due: datetime
) -> None:
    of = rules(
        policy(target),
        calendars=[*OFFICE, *hours("night", range(1, 8), "00:00-06:00")],
        calendar=calendar,
        zone=zone,
        covering=("2025-03-01", "2025-11-30"),
    )
    assert clock_of(ticket(opened, zone), of)["due_at"] == due


def test_the_time_elapsed_over_a_weekend_is_an_hour_shorter_when_clocks_spring_forward() -> None:
    of = rules(policy(), zone=BERLIN, covering=("2025-03-01", "2025-04-30"))
    one = ticket("2025-03-28 17:00", BERLIN, first_response_at="2025-03-31 09:30")
    clock = clock_of(one, of)
    assert clock["state"] == "met"
    assert minutes_of(clock) == {"working": 120, "out_of_hours": 63.5 * 60 - 120}


def test_the_day_it_falls_due_is_the_local_one() -> None:
    of = rules(policy(60), calendar=ROUND_THE_CLOCK, zone=NEW_YORK)
    clock = clock_of(ticket("2025-06-09 22:00", NEW_YORK), of)
    assert clock["due_at"] == at("2025-06-10 11:00")
    assert clock["due_on"] == date(2025, 6, 9)


def test_a_target_that_ends_at_midnight_is_decided_and_counted_on_the_day_that_begins() -> None:
    end_of_the_ninth = at("2025-06-09 23:59:59.999999")
    of = rules(policy(60), calendar=ROUND_THE_CLOCK, as_of_at=end_of_the_ninth)
    clock = clock_of(ticket("2025-06-09 23:00"), of)
    assert (clock["due_at"], clock["state"]) == (at("2025-06-10 00:00"), "running")
    assert clock["due_on"] == date(2025, 6, 10)


def test_an_answer_on_monday_morning_to_a_ticket_of_friday_is_late_by_the_minutes_of_monday() -> (
    None
):
    one = ticket("2025-06-06 16:50", first_response_at="2025-06-09 10:12")
    clock = clock_of(one, rules(policy(70)))
    assert clock["state"] == "missed"
    assert clock["due_at"] == at("2025-06-06 18:00")
    # 70 minutes of Friday, 102 of Monday; 62.5 hours from closing to opening
    assert minutes_of(clock) == {"working": 70 + 102, "out_of_hours": 62.5 * 60}


def test_an_answer_after_closing_time_on_the_day_due_is_late_though_nobody_worked() -> None:
    one = ticket("2025-06-06 16:00", first_response_at="2025-06-06 18:05")
    clock = clock_of(one, rules(policy(120)))
    assert clock["state"] == "missed"
    assert minutes_of(clock) == {"working": 120, "out_of_hours": 5}


@pytest.mark.parametrize(
    ("answered", "state"),
    [
        ("2025-06-09 09:00", "met"),
        ("2025-06-09 11:00", "met"),
        ("2025-06-09 11:00:01", "missed"),
    ],
)
def test_a_clock_stopped_at_the_due_instant_is_met(answered: str, state: str) -> None:
    one = ticket("2025-06-09 09:00", first_response_at=answered)
    assert clock_of(one, rules(policy(120)))["state"] == state


@pytest.mark.parametrize(
    ("now", "state", "worked"),
    [
        ("2025-06-09 10:59", "running", 119),
        ("2025-06-09 11:00", "missed", 120),
        ("2025-06-09 18:30", "missed", 450),
    ],
)
def test_a_clock_that_runs_is_missed_once_it_is_past_due(now: str, state: str, worked: int) -> None:
    clock = clock_of(ticket("2025-06-09 09:00"), rules(policy(120), as_of_at=at(now)))
    assert (clock["state"], clock["stopped_at"]) == (state, None)
    assert minutes_of(clock)["working"] == worked


def test_the_time_of_a_ticket_is_working_time_closed_time_and_holidays() -> None:
    one = ticket("2025-06-06 17:00", first_response_at="2025-06-10 09:00")
    clock = clock_of(one, rules(policy(), holidays=HOLIDAY_MONDAY))
    assert minutes_of(clock) == {
        "working": 60 + 30,
        "out_of_hours": (6 + 48 + 8.5) * 60,  # Friday evening, the weekend, Tuesday morning
        "holiday": 24 * 60,
    }


@pytest.mark.parametrize(
    ("answered", "resolved", "closed", "response", "resolution"),
    [
        ("09:10", "09:20", "09:30", "09:10", "09:20"),
        (None, "09:20", "09:30", "09:20", "09:20"),
        (None, None, "09:30", "09:30", "09:30"),
        ("09:10", None, None, "09:10", None),
        (None, None, None, None, None),
    ],
)
def test_a_response_ends_with_an_answer_a_resolution_with_its_own_and_closing_ends_both(
    answered: str | None,
    resolved: str | None,
    closed: str | None,
    response: str | None,
    resolution: str | None,
) -> None:
    def that_day(time: str | None) -> datetime | None:
        return None if time is None else at(f"2025-06-09 {time}")

    one = ticket(
        "2025-06-09 09:00",
        first_response_at=that_day(answered),
        resolved_at=that_day(resolved),
        closed_at=that_day(closed),
        promised_at="2025-06-09 10:00",
    )
    stops = {
        clock["clock"]: clock["stopped_at"]
        for clock in clocks_of([one], rules(policy(), policy(clock="resolution")))
    }
    assert stops == {
        "first_response": that_day(response),
        "resolution": that_day(resolution),
        "promise": that_day(resolution),
    }


def test_a_promise_is_due_when_the_customer_was_told_whatever_the_policy_and_its_pauses() -> None:
    one = ticket("2025-06-09 09:00", promised_at="2025-06-09 20:00", resolved_at="2025-06-10 09:00")
    waited = [event("2025-06-09 10:00", "pending_customer"), event("2025-06-09 11:00", "open")]
    clock = clock_of(one, rules(WAITING), waited, clock="promise")
    assert (clock["state"], clock["due_at"]) == ("missed", at("2025-06-09 20:00"))
    assert clock["due_on"] == date(2025, 6, 9)
    assert (clock["policy"], clock["target_seconds"]) == (None, None)
    assert clock["calendar"] == f"office@{SHANGHAI}"
    assert minutes_of(clock) == {"working": 480, "out_of_hours": 16 * 60}


def test_a_ticket_without_a_promise_has_no_clock_for_it() -> None:
    clocks = clocks_of([ticket("2025-06-09 09:00")], rules(policy()))
    assert [clock["clock"] for clock in clocks] == ["first_response", "resolution"]


def test_a_cancelled_ticket_has_no_clock() -> None:
    one = ticket("2025-06-09 09:00", status="cancelled", promised_at="2025-06-09 10:00")
    assert clocks_of([one], rules(policy())) == []


def test_a_ticket_older_than_its_calendar_says_so() -> None:
    later = hours("office", range(1, 6), "08:30-18:00", since=date(2025, 6, 10))
    of = rules(policy(), calendars=later)
    early, punctual = (
        clock_of(ticket(opened, first_response_at="2025-06-10 12:00"), of)
        for opened in ("2025-06-09 17:00", "2025-06-10 09:00")
    )
    assert (early["state"], punctual["state"]) == ("no_calendar", "missed")
    assert {early[f"{part}_seconds"] for part in PARTS} == {None}
    assert early["calendar"] == f"office@{SHANGHAI}"


def test_each_unit_goes_by_its_own_calendar_in_its_own_zone() -> None:
    zones = {SHANGHAI: at("2025-06-09 10:00"), BERLIN: at("2025-06-09 10:00", BERLIN)}
    for zone, due in zones.items():
        clock = clock_of(ticket("2025-06-09 09:00", zone), rules(policy(60), zone=zone))
        assert (clock["due_at"], clock["calendar"]) == (due, f"office@{zone}")


@pytest.mark.parametrize(
    ("on", "is_provisional"),
    [("2025-06-06", False), ("2025-06-10", True), ("2025-06-16", False)],
)
def test_a_clock_is_provisional_when_a_day_on_its_way_is(on: str, is_provisional: bool) -> None:
    of = rules(policy(), holidays=[special_day(on, is_provisional=True)])
    one = ticket("2025-06-09 09:00", first_response_at="2025-06-11 09:00")
    assert clock_of(one, of)["is_provisional"] is is_provisional


@pytest.mark.parametrize(
    ("opened", "answered", "is_provisional"),
    [
        ("2025-06-10 09:00", "2025-06-10 09:05", True),
        ("2025-06-10 23:50", "2025-06-11 09:00", True),
        ("2025-06-09 09:00", "2025-06-10 00:00", False),  # none of the tenth lies in it
    ],
)
def test_a_minute_of_a_day_not_yet_announced_makes_a_clock_provisional(
    opened: str, answered: str, is_provisional: bool
) -> None:
    workday = special_day("2025-06-10", is_working=True, is_provisional=True)
    one = ticket(opened, first_response_at=answered)
    assert clock_of(one, rules(policy(5), holidays=[workday]))["is_provisional"] is is_provisional


def test_a_clock_carries_what_pages_slice_it_by_and_where_its_ticket_came_from() -> None:
    of_ticket = {"category": "late", "agent_id": "A1", "priority": "low", "channel": "sms"}
    clock = clock_of(ticket("2025-06-09 09:00", **of_ticket), rules(policy()))
    came_from = {"source": "helpdesk", "batch": "b-1", "batch_number": 1, "row_number": 2}
    assert clock.items() >= {**of_ticket, **came_from, "opened_on": date(2025, 6, 9)}.items()
    assert (clock["kind"], clock["org_unit_id"]) == ("complaint", "PD")
