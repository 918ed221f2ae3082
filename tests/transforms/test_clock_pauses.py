"""What a clock leaves out because somebody else had the ticket: pauses, and time it was done.

The office is open Monday to Friday, 08:30 to 12:00 and 13:30 to 18:00. 9 June 2025 is a Monday.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.transforms.hand_made_clocks import (
    WAITING,
    at,
    clock_of,
    event,
    minutes_of,
    rules,
    ticket,
)


def resolution_of(*events: dict[str, Any], resolved: str | None, target: int = 120) -> Any:
    """Return the resolution clock, paused while the customer is waited for, since Monday 09:00."""
    one = ticket("2025-06-09 09:00", resolved_at=resolved)
    waiting = WAITING | {"target_minutes": target}
    return clock_of(one, rules(waiting), events, clock="resolution")


def test_a_pause_is_left_out_and_moves_the_due_instant() -> None:
    clock = resolution_of(
        event("2025-06-09 10:00", "pending_customer"),
        event("2025-06-09 11:00", "open"),
        resolved="2025-06-09 12:00",
    )
    assert (clock["due_at"], clock["state"]) == (at("2025-06-09 12:00"), "met")
    assert minutes_of(clock) == {"working": 120, "paused": 60}


def test_several_pauses_add_up_and_statuses_that_do_not_pause_do_not() -> None:
    clock = resolution_of(
        event("2025-06-09 09:30", "pending_customer"),
        event("2025-06-09 10:00", "paused"),
        event("2025-06-09 10:30", "pending_customer"),
        event("2025-06-09 10:40", "open"),
        resolved="2025-06-09 11:00",
    )
    assert minutes_of(clock) == {"working": 80, "paused": 40}
    assert clock["due_at"] == at("2025-06-09 11:40")


@pytest.mark.parametrize(("begins", "due"), [("11:00", "11:00"), ("10:59", "11:30")])
def test_a_pause_that_begins_when_the_target_is_used_up_moves_nothing(
    begins: str, due: str
) -> None:
    clock = resolution_of(
        event(f"2025-06-09 {begins}", "pending_customer"),
        event("2025-06-09 11:29", "open"),
        resolved="2025-06-09 11:45",
    )
    assert (clock["due_at"], clock["state"]) == (at(f"2025-06-09 {due}"), "missed")


def test_a_pause_out_of_hours_costs_nothing() -> None:
    clock = resolution_of(
        event("2025-06-09 18:00", "pending_customer"),
        event("2025-06-10 08:30", "open"),
        resolved="2025-06-10 09:00",
        target=600,
    )
    assert minutes_of(clock) == {"working": 480, "out_of_hours": 16 * 60}
    assert clock["due_at"] == at("2025-06-10 11:00")


def test_of_a_pause_over_night_only_the_open_hours_are_paused() -> None:
    clock = resolution_of(
        event("2025-06-09 17:00", "pending_customer"),
        event("2025-06-10 09:00", "open"),
        resolved="2025-06-10 09:00",
        target=600,
    )
    assert minutes_of(clock)["paused"] == 60 + 30
    assert clock["due_at"] == at("2025-06-10 14:00")


def test_a_pause_without_an_end_lasts_until_the_clock_stops() -> None:
    waits = event("2025-06-09 10:00", "pending_customer")
    clock = resolution_of(waits, resolved="2025-06-09 15:00")
    assert minutes_of(clock) == {"working": 60, "out_of_hours": 90, "paused": 120 + 90}
    assert (clock["due_at"], clock["state"]) == (at("2025-06-09 16:00"), "met")


def test_a_pause_without_an_end_lasts_until_now_while_the_clock_runs() -> None:
    waits = event("2025-06-30 10:00", "pending_customer")
    clock = clock_of(ticket("2025-06-30 09:00"), rules(WAITING), [waits], clock="resolution")
    assert (clock["due_at"], clock["state"]) == (at("2025-07-01 09:30"), "running")
    assert clock["working_seconds"] == 3600


def test_a_ticket_that_is_opened_again_was_paused_while_it_was_done() -> None:
    events = [
        event("2025-06-09 10:00", "resolved"),
        event("2025-06-09 10:20", "closed"),
        event("2025-06-09 11:00", "reopened"),
        event("2025-06-09 11:30", "resolved"),
    ]
    clock = resolution_of(*events, resolved="2025-06-09 11:30")
    assert minutes_of(clock) == {"working": 90, "paused": 60}
    assert (clock["due_at"], clock["state"]) == (at("2025-06-09 12:00"), "met")


def test_a_ticket_that_is_done_for_good_has_not_paused() -> None:
    events = [event("2025-06-09 10:00", "resolved"), event("2025-06-09 11:30", "closed")]
    one = ticket("2025-06-09 09:00", closed_at="2025-06-09 11:30")
    clock = clock_of(one, rules(WAITING), events, clock="resolution")
    assert minutes_of(clock) == {"working": 150}
    assert clock["state"] == "missed"


def test_only_the_policy_that_says_so_pauses_while_a_ticket_is_done_for_good() -> None:
    done = event("2025-06-09 10:00", "resolved")
    pausing = WAITING | {"kind": "request", "pause_statuses": ["resolved"]}
    complaint, request = (
        clock_of(
            ticket("2025-06-09 09:00", kind=kind, closed_at="2025-06-09 11:30"),
            rules(WAITING, pausing),
            [done],
            clock="resolution",
        )
        for kind in ("complaint", "request")
    )
    assert minutes_of(complaint) == {"working": 150}
    assert minutes_of(request) == {"working": 60, "paused": 90}


def test_an_event_before_the_ticket_counts_from_its_opening() -> None:
    clock = resolution_of(
        event("2025-06-09 08:40", "pending_customer"),
        event("2025-06-09 09:30", "open"),
        resolved="2025-06-09 10:00",
    )
    assert minutes_of(clock) == {"working": 30, "paused": 30}


def test_events_of_another_ticket_pause_nothing() -> None:
    waits = event("2025-06-09 09:10", "pending_customer", "another")
    assert resolution_of(waits, resolved="2025-06-09 10:00")["paused_seconds"] == 0
