"""What the page of a waybill says about when it was due, why then, and how it kept that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashboards import language
from dashboards.blocks.records.waybill import Due, verdict_on
from tests.dashboards.opened_pages import open_page
from tests.pipelines.small_home import REFERENCE, SmallHome, new_home

_ZONE = "Asia/Shanghai"
_NOW = datetime(2026, 3, 31, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def at(text: str) -> datetime:
    """Return an instant written in Shanghai's time."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def by_level(delivered: str | None, state: str, **changed: Any) -> Due:
    """Return an express waybill picked up on Monday 2 March, due on Wednesday the 4th."""
    row = {
        "service_level": "express",
        "status": "delivered" if delivered else "in_transit",
        "picked_up_on": date(2026, 3, 2),
        "due_on": date(2026, 3, 4),
        "due_at": at("2026-03-04T23:59:59.999999"),
        "delivered_at": at(delivered) if delivered else None,
        "is_due_by_promise": False,
        "is_provisional": False,
        "is_totally_delayed": False,
        "promise_state": state,
    }
    return Due(row | changed, 2, date(2026, 3, 2), 17 * 60, _NOW)


def by_promise(delivered: str | None, state: str, **changed: Any) -> Due:
    due_at = {"due_at": at("2026-03-04T18:00"), "is_due_by_promise": True}
    return by_level(delivered, state, **due_at, **changed)._replace(
        limit_days=None, counts_from=None, cut_off=None
    )


def test_a_late_one_says_by_how_much_and_what_its_service_level_allowed() -> None:
    assert verdict_on(by_level("2026-03-06T03:12", "missed"), _ZONE) == [
        "Delivered 1 day and 3 h after it was due: due by the service level Express, 2 working "
        "days from Monday 2 Mar 2026, end of Wednesday 4 Mar 2026; delivered Friday 6 Mar 2026 "
        "03:12."
    ]


@pytest.mark.parametrize(
    ("delivered", "state", "head"),
    [
        ("2026-03-04T15:30", "met", "Delivered 2 h and 30 min before it was due: "),
        ("2026-03-04T18:00", "met", "Delivered less than a minute before it was due: "),
        ("2026-03-04T18:01", "missed", "Delivered 1 min after it was due: "),
        (None, "missed", "Not delivered 27 days and 6 h after it was due: "),
    ],
)
def test_the_verdict_is_told_against_the_promise_given(
    delivered: str | None, state: str, head: str
) -> None:
    (said,) = verdict_on(by_promise(delivered, state), _ZONE)
    assert said.startswith(f"{head}due by the promise given, Wednesday 4 Mar 2026 18:00")


def test_a_lost_one_is_called_lost() -> None:
    (said,) = verdict_on(by_promise(None, "missed", status="lost"), _ZONE)
    assert said.startswith("Lost, not delivered 27 days and 6 h after it was due: ")


def test_one_that_is_still_travelling_says_what_is_left() -> None:
    due = by_promise(None, "running")
    later = {"due_at": _NOW + timedelta(hours=30)}
    (said,) = verdict_on(due._replace(row=due.row | later), _ZONE)
    assert said.startswith("Due in 1 day and 6 h: ")


def test_a_pick_up_after_the_cut_off_or_on_a_day_off_says_why_it_counts_later() -> None:
    due = by_level("2026-03-04T12:00", "met")._replace(counts_from=date(2026, 3, 3))
    assert verdict_on(due, _ZONE)[1] == (
        "Picked up after 17:00 on Monday 2 Mar 2026: its days count from the next working day."
    )
    assert verdict_on(due._replace(cut_off=None), _ZONE)[1] == (
        "Picked up on a day off, Monday 2 Mar 2026: its days count from the next working day."
    )


def test_total_delays_and_days_off_to_come_are_told() -> None:
    due = by_level(None, "missed", is_totally_delayed=True, is_provisional=True)
    assert verdict_on(due, _ZONE)[1:] == [
        "This counts as a total delay.",
        "Days off that are not announced yet may still move this.",
    ]


def test_without_promise_and_limit_nothing_says_when_it_is_due() -> None:
    due = by_level("2026-03-04T12:00", "met", due_at=None, due_on=None)
    assert verdict_on(due, _ZONE) == [
        "Neither a promise nor its service level says when it is due."
    ]


_REFERENCE = REFERENCE | {
    "service_levels": "service_level,limit_working_days,calendar,cut_off_time\n"
    "express,2,weekdays,17:00\n",
    "calendars": "calendar,weekday,start,end\n"
    + "".join(f"weekdays,{weekday},08:30,18:00\n" for weekday in range(1, 6)),
}
# W1 has no promise and is picked up on a Thursday evening: Friday counts, Tuesday it is due.
_DELIVERIES = (
    "waybill_no,service_level,org_unit_id,picked_up_at,promised_at,delivered_at,status\n"
    "W1,express,PD,2026-03-05 18:30,,2026-03-11 09:00,delivered\n"
    "W2,express,PD,2026-03-05 18:30,,,cancelled\n"
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    home = new_home(tmp_path_factory.mktemp("waybills"), ("deliveries",), _REFERENCE)
    home.land("deliveries/march.csv", _DELIVERIES)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.mark.slow
def test_the_page_of_a_waybill_explains_its_due_day(
    small: SmallHome, look_at: Callable[..., None]
) -> None:
    look_at(small.root)
    said = open_page("records", id="W1").texts()
    assert "Waybill W1 at PD: not delivered in time." in said
    assert "Delivered 9 h after it was due" in said
    assert "2 working days from Friday 6 Mar 2026, end of Tuesday 10 Mar 2026" in said
    assert "Picked up after 17:00 on Thursday 5 Mar 2026" in said


@pytest.mark.slow
def test_a_cancelled_waybill_has_no_verdict(small: SmallHome, look_at: Callable[..., None]) -> None:
    look_at(small.root)
    said = open_page("records", id="W2").texts()
    assert "was cancelled and counts in no figure" in said
    assert "due" not in said
