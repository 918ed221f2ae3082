"""Disagreements of random tickets are what trying each reason by hand says, on either engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from quality.contracts.ticket import PRIORITIES
from tests.transforms.clocks_by_hand import Row, Rows, Rules, clocks_by_hand, policy_by_hand
from tests.transforms.hand_made_disagreements import found
from tests.transforms.random_clocks import RandomCase, random_case
from transforms.disagreements import CLASSES

_seeds = st.integers(0, 2**32 - 1)
_JUDGED_BY = ("resolution", "promise", "first_response")
# A smaller seed is no smaller case.
_settings = settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@pytest.mark.slow
@_settings
@given(_seeds)
def test_classes_are_those_worked_out_by_hand_and_add_up_to_all_verdicts(seed: int) -> None:
    case, tickets = random_verdicts(seed, timedelta(minutes=1))
    rows = found(tickets, case.rules, case.events)
    with_verdict = [
        one for one in tickets if one["source_met_sla"] is not None and one["status"] != "cancelled"
    ]
    assert rows.group_by("class").len()["len"].sum() == len(with_verdict)
    assert set(rows["class"]) <= set(CLASSES)
    clocks = clocks_by_hand(tickets, case.events, case.rules)
    by_hand = {one["ticket_id"]: class_by_hand(one, clocks, case.rules) for one in with_verdict}
    assert dict(rows.select("ticket_id", "class").rows()) == by_hand


# DuckDB plans each case for a second or two.
@pytest.mark.slow
@settings(_settings, max_examples=4)
@given(_seeds)
def test_two_engines_find_the_same_disagreements(seed: int) -> None:
    case, tickets = random_verdicts(seed, timedelta(seconds=1))
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")

        def on_duckdb(name: str, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
            connection.register(name, rows.to_arrow())
            return nw.from_native(connection.table(name))

        by_duckdb = found(tickets, case.rules, case.events, on_duckdb)
    by_polars = found(tickets, case.rules, case.events)
    assert_frame_equal(by_duckdb, by_polars, check_row_order=False)


def random_verdicts(seed: int, unit: timedelta) -> tuple[RandomCase, list[dict[str, Any]]]:
    """Return a random case, of which some units work round the clock, and verdicts at random."""
    case = random_case(seed, unit=unit)
    chance = Random(seed)
    in_office = [{**row, "calendar": chance.choice(("24x7", None))} for row in case.rules.policies]
    tickets = [
        {**row, "source_met_sla": chance.choice((True, False, False, None))} for row in case.tickets
    ]
    return replace(case, rules=replace(case.rules, policies=in_office)), tickets


def class_by_hand(one: Row, clocks: Rows, rules: Rules) -> str:
    """Return the class of a ticket by trying, one after the other, what the docstring says."""
    measured = {
        clock["clock"]: clock
        for clock in clocks
        if clock["ticket_id"] == one["ticket_id"] and clock["state"] in ("met", "missed", "running")
    }
    clock = next((measured[name] for name in _JUDGED_BY if name in measured), None)
    theirs = "met" if one["source_met_sla"] else "missed"
    if clock is None:
        return "missing_instant"
    if clock["state"] == theirs:
        return "agreed"
    if clock["state"] == "running" or not (one["resolved_at"] or one["closed_at"]):
        return "missing_instant"
    if clock["clock"] == "promise":
        allowed = (clock["due_at"] - clock["started_at"]).total_seconds()
        return "target" if abs(clock["elapsed_seconds"] - allowed) <= allowed / 4 else "other"
    used, target = clock["working_seconds"], clock["target_seconds"]
    if theirs == "missed" and used + clock["paused_seconds"] > target:
        return "pause"
    if theirs == "missed" and clock["elapsed_seconds"] - clock["paused_seconds"] > target:
        return "calendar"
    if theirs == "met" and _in_unit_hours(one, clock, rules) <= target:
        return "calendar"
    targets = _other_targets(one, clock["clock"], rules)
    if any((used <= other) == (theirs == "met") for other in targets if other != target):
        return "priority"
    return "target" if abs(used - target) <= target / 4 else "other"


def _in_unit_hours(one: Row, clock: Row, rules: Rules) -> float:
    """Return the seconds in the hours of the unit, of a clock that runs round the clock."""
    unit = next(unit for unit in rules.units if unit["id"] == one["org_unit_id"])
    if not clock["calendar"].startswith("24x7@") or unit["calendar"] == "24x7":
        return float("inf")
    start, stop = (int(clock[name].timestamp()) // 60 for name in ("started_at", "stopped_at"))
    kinds = [
        rules.minute(unit["calendar"], unit["time_zone"], minute)[0]
        for minute in range(start, stop)
    ]
    return float("inf") if None in kinds else 60 * kinds.count("working")


def _other_targets(one: Row, clock: str, rules: Rules) -> Sequence[int]:
    found = (
        policy_by_hand(rules.policies, {**one, "priority": priority}, clock)
        for priority in PRIORITIES
        if priority != one["priority"]
    )
    return [policy["target_minutes"] * 60 for policy in found if policy is not None]
