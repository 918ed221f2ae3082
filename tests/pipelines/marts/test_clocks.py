"""Marts about clocks: verdicts of the sources beside ours, and clocks about to be missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dagster import build_asset_context

from pipelines.marts.clocks import breaches_to_come, clock_disagreements
from pipelines.records import clocks as record_clocks
from pipelines.records.clocks import clocks
from pipelines.records.working_hours import working_hours
from tests.pipelines.small_home import new_home, take_up
from transforms.disagreements import CLASSES

pytestmark = pytest.mark.slow  # each takes up a home

_HEADER = (
    "ticket_id,kind,channel,priority,org_unit_id,status,opened_at,resolved_at,source_met_sla\n"
)
_CALENDARS = "calendar,weekday,start,end\n" + "".join(
    f"outlet,{weekday},08:30,18:00\n" for weekday in range(1, 6)
)
_POLICIES = (
    "kind,priority,clock,target_minutes,calendar\n"
    "complaint,normal,resolution,120,\n"
    "complaint,low,resolution,480,\n"
    "request,,resolution,600,24x7\n"
    "business,,resolution,600,\n"
    "incident,,first_response,700,\n"
)
_REFERENCE = {
    "org_units": "id,calendar,time_zone\nPD,outlet,\nNY,outlet,America/New_York\n",
    "calendars": _CALENDARS,
    "sla_policies": _POLICIES,
}
# The end of a Sunday in Shanghai; in New York it is Sunday 10:59.
_SUNDAY = date(2026, 3, 1)
Marts = Callable[..., dict[str, Any]]


def ticket(
    name: str,
    opened: str,
    resolved: str = "",
    met: str = "",
    *,
    kind: str = "complaint",
    unit: str = "PD",
) -> str:
    """Return the row of a ticket; times are those of Shanghai."""
    status = "resolved" if resolved else "open"
    return f"{name},{kind},phone,normal,{unit},{status},{opened},{resolved},{met}\n"


@pytest.fixture
def marts(tmp_path: Path) -> Marts:
    """Land tickets, and return both marts and what their assets told."""

    def made(*rows: str) -> dict[str, Any]:
        small = new_home(tmp_path, ("tickets",), _REFERENCE)
        small.land("tickets/all.csv", _HEADER + "".join(rows))
        with small.stages(_SUNDAY) as night:
            take_up(night, ["tickets"])
            working_hours(build_asset_context(resources={"night": night}))
            clocks(build_asset_context(resources={"night": night}))
            told = {
                asset.key.path[1]: asset(build_asset_context(resources={"night": night})).metadata
                for asset in (clock_disagreements, breaches_to_come)
            }
            return {
                "told": told,
                **{name: night.warehouse.query(f"from marts.{name}") for name in told},
            }

    return made


def judged(name: str, opened: str, resolved: str, met: str, **differing: str) -> str:
    return ticket(name, f"2026-02-{opened}", f"2026-02-{resolved}", met, **differing)


_JUDGED = [
    judged("agreed", "23 09:00", "23 10:00", "true"),
    judged("overnight", "23 17:00", "24 09:00", "false"),
    judged("lower", "24 09:00", "24 15:00", "true"),
    judged("nearly", "24 09:00", "24 10:45", "false"),
    judged("far", "25 09:00", "25 09:10", "false"),
    judged("round_the_clock", "25 17:00", "26 09:00", "true", kind="request"),
    judged("without", "26 09:00", "26 10:00", "true", kind="consultation"),
    judged("silent", "26 09:00", "26 10:00", ""),
]
_CLASSES = {
    "agreed": "agreed",
    "overnight": "calendar",
    "lower": "priority",
    "nearly": "target",
    "far": "other",
    "round_the_clock": "calendar",
    "without": "missing_instant",
}


@pytest.mark.parametrize("at_once", [1_000_000, 2])
def test_every_verdict_has_its_class_however_many_tickets_are_treated_at_once(
    marts: Marts, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(record_clocks, "_TICKETS_AT_ONCE", at_once)
    made = marts(*_JUDGED)
    verdicts = made["clock_disagreements"]
    assert dict(verdicts.select("ticket_id", "class").rows()) == _CLASSES
    counts = dict.fromkeys(CLASSES, 0) | {
        name: list(_CLASSES.values()).count(name) for name in _CLASSES.values()
    }
    assert made["told"]["clock_disagreements"] == counts
    assert sum(counts.values()) == verdicts.height


def test_the_target_of_a_priority_that_no_ticket_has_is_tried_too(marts: Marts) -> None:
    # "lower" is the only reason to look at the policy of low priority: no ticket has that one.
    verdicts = marts(_JUDGED[2])["clock_disagreements"]
    assert verdicts["class"].to_list() == ["priority"]


def test_a_clock_due_before_the_next_shift_ends_is_listed_with_what_is_left(marts: Marts) -> None:
    made = marts(
        ticket("soon", "2026-02-27 17:00", kind="business"),
        ticket("sooner", "2026-02-27 17:30"),
        ticket("later", "2026-02-27 17:00", kind="incident"),
        ticket("missed", "2026-02-26 09:00"),
        ticket("done", "2026-02-27 17:30", "2026-02-27 17:45"),
    )
    rows = made["breaches_to_come"]
    # Nine and a half hours are worked on Monday.
    assert rows.select(
        "ticket_id", "remaining_working_seconds", "working_seconds_to_shift_end"
    ).rows() == [("sooner", 90 * 60, 570 * 60), ("soon", 540 * 60, 570 * 60)]
    assert rows["due_at"].to_list() == [
        datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    ]
    assert rows["shift_ends_at"].unique().to_list() == [datetime(2026, 3, 2, 10, 0, tzinfo=UTC)]
    assert made["told"]["breaches_to_come"] == {"rows": 2}


def test_the_next_shift_is_that_of_the_unit_in_its_zone(marts: Marts) -> None:
    # Friday 27 February 16:30 in New York, where the next shift ends on Monday at 18:00.
    rows = marts(ticket("T", "2026-02-28 05:30", kind="business", unit="NY"))["breaches_to_come"]
    assert rows["shift_ends_at"].to_list() == [datetime(2026, 3, 2, 23, 0, tzinfo=UTC)]


def test_a_home_without_tickets_has_both_marts_with_all_their_columns(marts: Marts) -> None:
    made = marts()
    assert made["clock_disagreements"].schema == {
        "ticket_id": pl.String,
        "source": pl.String,
        "org_unit_id": pl.String,
        "judged_on": pl.Date,
        "clock": pl.String,
        "ours": pl.String,
        "theirs": pl.String,
        "class": pl.String,
    }
    assert made["clock_disagreements"].is_empty() and made["breaches_to_come"].is_empty()
