"""Clocks of random tickets are what minutes counted one by one say, on either engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.transforms.clocks_by_hand import clocks_by_hand
from tests.transforms.hand_made_clocks import PARTS, clocks_by_duckdb, clocks_frame
from tests.transforms.random_clocks import random_case

_KEY = ["ticket_id", "clock"]
_seeds = st.integers(0, 2**32 - 1)
_SECOND = timedelta(seconds=1)
# A smaller seed is no smaller case.
_settings = settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@pytest.mark.slow
@_settings
@given(_seeds)
def test_every_column_of_every_clock_is_what_counting_minutes_says(seed: int) -> None:
    case = random_case(seed, unit=timedelta(minutes=1))
    made = _by_key(clocks_frame(case.tickets, case.rules, case.events).to_dicts())
    by_hand = _by_key(clocks_by_hand(case.tickets, case.events, case.rules))
    assert made.keys() == by_hand.keys()
    differing = {key: _differences(made[key], by_hand[key]) for key in made}
    assert {key: found for key, found in differing.items() if found} == {}


@pytest.mark.slow
@_settings
@given(_seeds)
def test_the_parts_of_a_clock_are_the_whole_of_it_to_the_second(seed: int) -> None:
    case = random_case(seed, unit=_SECOND)
    rules, tickets, events = case.rules, case.tickets, case.events
    clocks = clocks_frame(tickets, rules, events).filter(pl.col("elapsed_seconds").is_not_null())
    until = pl.col("stopped_at").fill_null(rules.as_of_at)
    elapsed = (until - pl.col("started_at")).dt.total_seconds()
    parts = [f"{part}_seconds" for part in PARTS]
    assert clocks.filter(pl.col("elapsed_seconds") != elapsed).is_empty()
    assert clocks.filter(pl.sum_horizontal(parts) != elapsed).is_empty()
    assert clocks.filter(pl.any_horizontal(pl.col(parts) < 0)).is_empty()


@pytest.mark.slow
@_settings
@given(_seeds)
def test_a_verdict_agrees_with_the_due_instant_and_the_target(seed: int) -> None:
    case = random_case(seed, unit=_SECOND)
    rules, tickets, events = case.rules, case.tickets, case.events
    clocks = clocks_frame(tickets, rules, events).filter(pl.col("due_at").is_not_null())
    is_open, is_past = pl.col("stopped_at").is_null(), pl.col("due_at") <= rules.as_of_at
    state = (
        pl.when(is_open & ~is_past)
        .then(pl.lit("running"))
        .when(is_open | (pl.col("stopped_at") > pl.col("due_at")))
        .then(pl.lit("missed"))
        .otherwise(pl.lit("met"))
    )
    assert clocks.filter(pl.col("state") != state).is_empty()
    until = pl.col("stopped_at").fill_null(rules.as_of_at)
    by_policy = clocks.filter(pl.col("target_seconds").is_not_null())
    is_used_up = pl.col("working_seconds") >= pl.col("target_seconds")
    assert by_policy.filter(is_used_up != (until >= pl.col("due_at"))).is_empty()


@pytest.mark.slow
@_settings
@given(_seeds)
def test_a_clock_uses_more_of_every_kind_of_time_as_the_night_moves_on(seed: int) -> None:
    case = random_case(seed, unit=_SECOND)
    rules, tickets, events = case.rules, case.tickets, case.events
    later_rules = replace(rules, as_of_at=rules.as_of_at + timedelta(days=1, hours=7, seconds=1))
    measured = [*_KEY, "state", "due_at", *(f"{part}_seconds" for part in PARTS)]
    then = clocks_frame(tickets, rules, events).select(measured)
    later = clocks_frame(tickets, later_rules, events).select(measured)
    both = then.join(later, on=_KEY, suffix="_later", validate="1:1")
    assert both.height == then.height == later.height
    for part in PARTS:
        assert both.filter(pl.col(f"{part}_seconds_later") < pl.col(f"{part}_seconds")).is_empty()
    is_decided = pl.col("state").is_in(["met", "missed"])
    assert both.filter(is_decided & (pl.col("state_later") != pl.col("state"))).is_empty()
    assert both.filter(pl.col("due_at_later") < pl.col("due_at")).is_empty()


# DuckDB plans each case for a second or two.
@pytest.mark.slow
@settings(_settings, max_examples=5)
@given(_seeds)
def test_two_engines_give_one_answer(seed: int) -> None:
    case = random_case(seed, unit=_SECOND)
    rules, tickets, events = case.rules, case.tickets, case.events
    by_polars, by_duckdb = (
        made(tickets, rules, events).sort(_KEY) for made in (clocks_frame, clocks_by_duckdb)
    )
    assert_frame_equal(by_duckdb, by_polars)


def _by_key(clocks: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(clock["ticket_id"], clock["clock"]): clock for clock in clocks}


def _differences(made: dict[str, Any], by_hand: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return column -> what was made of it, and what counting says; only where they differ."""
    return {
        column: (made.get(column, "no such column"), by_hand.get(column, "no such column"))
        for column in made.keys() | by_hand.keys()
        if (column in made, made.get(column)) != (column in by_hand, by_hand.get(column))
    }
