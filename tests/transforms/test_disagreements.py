"""Our verdicts against the sources' own: which clock judges, and each class by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.transforms.clocks_by_hand import Row, Rows, Rules
from tests.transforms.hand_made_clocks import event, policy, rules, ticket
from tests.transforms.hand_made_disagreements import found

_OPENED = "2025-06-09 09:00"  # a Monday


def judged(*, met: bool, **differing: object) -> dict[str, Any]:
    return ticket(_OPENED, source_met_sla=met, **differing)


def by_resolution(minutes: int, **differing: object) -> dict[str, Any]:
    return policy(minutes, clock="resolution", **differing)


def class_of(one: Row, of: Rules, events: Rows = ()) -> str:
    """Return the class of one ticket."""
    return found([one], of, events)["class"].item()


def test_a_verdict_is_told_with_the_clock_that_judged_and_its_day() -> None:
    one = judged(met=False, resolved_at="2025-06-09 09:30", closed_at="2025-06-11 09:30")
    row = found([one], rules(by_resolution(30))).row(0, named=True)
    assert row == {
        "ticket_id": "T",
        "source": "helpdesk",
        "org_unit_id": "PD",
        "judged_on": date(2025, 6, 9),
        "clock": "resolution",
        "ours": "met",
        "theirs": "missed",
        "class": "target",
    }


@pytest.mark.parametrize(
    ("instants", "on"),
    [
        ({"resolved_at": "2025-06-10 09:00", "closed_at": "2025-06-11 09:00"}, date(2025, 6, 10)),
        ({"closed_at": "2025-06-11 09:00"}, date(2025, 6, 11)),
        ({}, date(2025, 6, 9)),
    ],
)
def test_a_verdict_counts_when_resolved_else_when_closed_else_when_opened(
    instants: dict[str, str], on: date
) -> None:
    rows = found([judged(met=True, **instants)], rules(by_resolution(30)))
    assert rows["judged_on"].to_list() == [on]


def test_only_tickets_with_a_verdict_that_were_not_cancelled_are_there() -> None:
    rows = found(
        [
            ticket(_OPENED, ticket_id="silent"),
            ticket(_OPENED, ticket_id="cancelled", source_met_sla=True, status="cancelled"),
            ticket(_OPENED, ticket_id="judged", source_met_sla=False),
        ],
        rules(by_resolution(30)),
    )
    assert rows["ticket_id"].to_list() == ["judged"]


def test_resolution_judges_before_the_promise_and_the_promise_before_the_answer() -> None:
    promised = judged(met=True, promised_at="2025-06-10 09:00", resolved_at="2025-06-09 09:10")
    plain = judged(met=True, resolved_at="2025-06-09 09:10")
    answers = policy(60)
    clocks = [
        found([one], rules(*policies)).select("clock", "ours").row(0)
        for one, policies in (
            (promised, [answers, by_resolution(60)]),
            (promised, [answers]),
            (plain, [answers]),
            (plain, []),
        )
    ]
    assert clocks == [
        ("resolution", "met"),
        ("promise", "met"),
        ("first_response", "met"),
        (None, "no_clock"),
    ]


def test_a_calendar_that_does_not_cover_the_ticket_leaves_no_clock() -> None:
    of = rules(by_resolution(60), covering=("2025-06-10", "2025-07-06"))
    row = found([judged(met=True, resolved_at="2025-06-10 09:10")], of).row(0, named=True)
    assert (row["clock"], row["ours"], row["class"]) == (None, "no_clock", "missing_instant")


@pytest.mark.parametrize(
    ("met", "resolved", "class_"),
    [
        (True, "2025-06-09 10:00", "agreed"),
        (False, "2025-06-09 12:00", "agreed"),
        (False, None, "agreed"),  # it ran past due, and they know it too
        (True, None, "missing_instant"),
    ],
)
def test_whoever_says_the_same_agrees(met: bool, resolved: str | None, class_: str) -> None:
    assert class_of(judged(met=met, resolved_at=resolved), rules(by_resolution(60))) == class_


@pytest.mark.parametrize("met", [True, False])
def test_a_running_clock_decides_nothing(met: bool) -> None:
    row = found([judged(met=met)], rules(by_resolution(9_000))).row(0, named=True)
    assert (row["ours"], row["class"]) == ("running", "missing_instant")


def test_an_answer_does_not_stand_for_an_end_that_is_missing() -> None:
    one = judged(met=False, first_response_at="2025-06-09 09:10")
    assert class_of(one, rules(policy(60))) == "missing_instant"


def test_a_pause_is_the_reason_when_its_time_would_have_used_up_the_target() -> None:
    of = rules(by_resolution(60, pause_statuses=["pending_customer"]))
    waited = [event("2025-06-09 09:10", "pending_customer"), event("2025-06-09 10:10", "open")]
    one = judged(met=False, resolved_at="2025-06-09 10:20")
    assert class_of(one, of, waited) == "pause"
    # Without the pause it is the target: 20 minutes of 25.
    shorter = judged(met=False, resolved_at="2025-06-09 09:20")
    assert class_of(shorter, rules(by_resolution(25)), waited) == "target"


def test_the_calendar_is_the_reason_when_closed_hours_would_have_used_up_the_target() -> None:
    overnight = judged(met=False, resolved_at="2025-06-10 09:00")
    assert class_of(overnight, rules(by_resolution(24 * 60 - 1))) == "calendar"
    assert class_of(overnight, rules(by_resolution(24 * 60))) == "other"


def test_the_calendar_is_the_reason_when_the_units_hours_would_not_have_used_up_the_target() -> (
    None
):
    # Nine hours in the office (lunch is closed), and a day round the clock.
    late = judged(met=True, resolved_at="2025-06-10 10:30")
    classes = {
        minutes: class_of(late, rules(by_resolution(minutes, calendar="24x7")))
        for minutes in (570, 569)
    }
    assert classes == {570: "calendar", 569: "other"}


def test_a_unit_that_works_round_the_clock_has_no_other_hours_to_try() -> None:
    late = judged(met=True, resolved_at="2025-06-10 10:30")
    assert class_of(late, rules(by_resolution(570), calendar="24x7")) == "other"


def test_hours_of_the_unit_are_tried_only_where_the_clock_runs_round_the_clock() -> None:
    late = judged(met=True, resolved_at="2025-06-10 18:00")
    assert class_of(late, rules(by_resolution(120))) == "other"


@pytest.mark.parametrize(
    ("met", "minutes", "class_"),
    [
        (False, 50, "priority"),  # within 240 minutes, but not within 30
        (True, 300, "priority"),  # not within 240 minutes, but within 480
        (True, 481, "other"),
        (False, 29, "other"),
    ],
)
def test_the_priority_is_the_reason_when_the_target_of_another_one_gives_their_verdict(
    met: bool, minutes: int, class_: str
) -> None:
    of = rules(
        by_resolution(240, calendar="24x7"),
        by_resolution(30, priority="critical", calendar="24x7"),
        by_resolution(480, priority="low", calendar="24x7"),
        by_resolution(1, kind="request", calendar="24x7"),
        by_resolution(1, channel="chat", priority="high", calendar="24x7"),
        by_resolution(1, priority="high", calendar="24x7", effective_from=date(2025, 6, 10)),
        calendar="24x7",
    )
    end = datetime.fromisoformat(_OPENED) + timedelta(minutes=minutes)
    assert class_of(judged(met=met, resolved_at=f"{end:%Y-%m-%d %H:%M}"), of) == class_


@pytest.mark.parametrize(
    ("met", "minutes", "class_"),
    [
        (False, 74, "other"),
        (False, 75, "target"),
        (False, 100, "target"),
        (True, 101, "target"),
        (True, 125, "target"),
        (True, 126, "other"),
    ],
)
def test_the_target_is_the_reason_within_a_quarter_of_it(
    met: bool, minutes: int, class_: str
) -> None:
    end = datetime.fromisoformat(_OPENED) + timedelta(minutes=minutes)
    one = judged(met=met, resolved_at=f"{end:%Y-%m-%d %H:%M}")
    assert class_of(one, rules(by_resolution(100))) == class_


@pytest.mark.parametrize(
    ("met", "resolved", "class_"),
    [
        (False, "2025-06-10 02:59", "other"),
        (False, "2025-06-10 03:00", "target"),
        (True, "2025-06-10 15:00", "target"),
        (True, "2025-06-10 15:01", "other"),
    ],
)
def test_what_is_left_of_a_promise_is_all_the_time_there_is(
    met: bool, resolved: str, class_: str
) -> None:
    # 24 hours were promised, most of them closed.
    one = judged(met=met, resolved_at=resolved, promised_at="2025-06-10 09:00")
    assert class_of(one, rules()) == class_


def test_reasons_are_asked_in_their_order() -> None:
    waited = [event("2025-06-09 09:30", "pending_customer"), event("2025-06-10 09:30", "open")]
    one = judged(met=False, resolved_at="2025-06-10 09:45")
    other_priority = by_resolution(10, priority="high")
    paused = by_resolution(50, pause_statuses=["pending_customer"])
    assert class_of(one, rules(paused, other_priority), waited) == "pause"
    overnight = judged(met=False, resolved_at="2025-06-10 09:00")
    assert class_of(overnight, rules(by_resolution(500), other_priority)) == "calendar"
    quick = judged(met=False, resolved_at="2025-06-09 09:45")
    assert class_of(quick, rules(by_resolution(50), other_priority)) == "priority"
