"""A promise is met, missed or running: one of the three, decided on the day it falls due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.hand_made import at, prepared
from transforms.promises import promise_state

NOON = at(10, 12)
INSTANT = pl.Datetime("us", "UTC")
# Whole hours, few enough that some fall together.
_instants = st.integers(0, 40).map(lambda hours: at(1) + timedelta(hours=hours))
_maybe = st.none() | _instants


def states(
    promises: list[tuple[datetime | None, datetime | None]], as_of: datetime
) -> list[str | None]:
    """Return the state of each promise, given as (done at, promised at)."""
    rows = pl.DataFrame(promises, schema={"done": INSTANT, "promised": INSTANT}, orient="row")
    state = promise_state(nw.col("done"), nw.col("promised"), as_of)
    stated: pl.LazyFrame = nw.from_native(rows.lazy()).select(state.alias("state")).to_native()
    return stated.collect()["state"].to_list()


@pytest.mark.parametrize(
    ("done_at", "promised_at", "state"),
    [
        (at(9), at(10), "met"),
        (at(10), at(10), "met"),
        (at(10, 8, 1), at(10), "missed"),
        (None, at(10), "missed"),
        (None, NOON, "missed"),
        (None, NOON + timedelta(microseconds=1), "running"),
        (at(11), at(12), "met"),
        (at(9), None, None),
        (None, None, None),
    ],
)
def test_the_state_of_a_promise_at_noon_of_the_tenth(
    done_at: datetime | None, promised_at: datetime | None, state: str | None
) -> None:
    assert states([(done_at, promised_at)], NOON) == [state]


@pytest.mark.slow
@given(st.lists(st.tuples(_maybe, _maybe), min_size=1), _instants)
def test_every_promise_is_in_exactly_one_state(
    promises: list[tuple[datetime | None, datetime | None]], as_of: datetime
) -> None:
    for (done_at, promised_at), state in zip(promises, states(promises, as_of), strict=True):
        claims = {
            None: promised_at is None,
            "met": promised_at and done_at and done_at <= promised_at,
            "missed": promised_at and (done_at > promised_at if done_at else promised_at <= as_of),
            "running": promised_at and not done_at and promised_at > as_of,
        }
        assert [claim for claim, holds in claims.items() if holds] == [state]


@pytest.mark.slow
@given(st.lists(st.tuples(_maybe, _maybe), min_size=1), _instants, _instants)
def test_once_decided_a_promise_stays_decided(
    promises: list[tuple[datetime | None, datetime | None]], one: datetime, other: datetime
) -> None:
    then, later = (states(promises, as_of) for as_of in sorted((one, other)))
    for before, after in zip(then, later, strict=True):
        assert before in (after, "running")


def test_a_ticket_keeps_its_promise_by_being_resolved_and_only_else_by_being_closed() -> None:
    late, in_time = at(7), at(5)
    rows = [
        {"promised_at": at(6), "resolved_at": late, "closed_at": late},
        {"promised_at": at(6), "resolved_at": in_time, "closed_at": late},
        {"promised_at": at(6), "resolved_at": None, "closed_at": in_time},
    ]
    clocks: pl.LazyFrame = prepared("clocks", rows).to_native()
    promises = clocks.collect().filter(pl.col("clock") == "promise").sort("ticket_id")
    assert promises["state"].to_list() == ["missed", "met", "met"]


def test_what_is_cancelled_promises_nothing() -> None:
    for table in ("clocks", "deliveries"):
        left: pl.LazyFrame = prepared(table, [{"status": "cancelled"}]).to_native()
        assert left.collect().is_empty()


def test_a_duty_is_on_time_late_overdue_or_open() -> None:
    # as of 31 March
    rows = [
        {"due_on": at(day).date(), "done_on": done and at(done).date()}
        for day, done in ((5, 5), (5, 4), (5, 6), (5, None), (31, None))
    ]
    open_duty = {"due_on": datetime(2026, 4, 1, tzinfo=UTC).date()}
    duties: pl.LazyFrame = prepared("duties", [*rows, open_duty]).to_native()
    assert duties.collect()["duty_state"].to_list() == [
        *("on_time", "on_time", "late", "overdue", "overdue", "open"),
    ]
