"""Of several versions of a record the newest counts, in whatever order batches come and go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.records.versions import Versions
from pipelines.warehouse import BOOKKEEPING, Warehouse
from quality.contracts import RECORD_KINDS

TICKETS = RECORD_KINDS["tickets"]
EVENTS = RECORD_KINDS["ticket_events"]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Version(NamedTuple):
    """One row of an export: its key, when it was written, and the day it counts on."""

    ticket_id: str
    updated: int | None
    day: int

    def row(self, batch: int, number: int) -> dict[str, Any]:
        opened_on = date(2026, 3, 1) + timedelta(days=self.day)
        return {
            "source": "tickets",
            "batch": f"batch-{batch}",
            "batch_number": batch,
            "row_number": number,
            "ticket_id": self.ticket_id,
            "updated_at": None if self.updated is None else NOON + timedelta(hours=self.updated),
            "opened_on": opened_on,
        }


versions = st.builds(
    Version,
    st.sampled_from(["T1", "T2", "T3"]),
    st.none() | st.integers(0, 3),
    st.integers(0, 5),
)
# Each step takes batches back and brings others, some of them the ones taken back.
steps = st.lists(
    st.tuples(
        st.sets(st.integers(1, 4)),
        st.dictionaries(st.integers(1, 4), st.lists(versions, max_size=5), max_size=2),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def take(
    warehouse: Warehouse, batches: dict[int, Sequence[Version]], withdrawn: Sequence[int] = ()
) -> None:
    """Take in `batches` of tickets by number; they and `withdrawn` are taken back first."""
    with warehouse.transaction():
        tickets = Versions(warehouse, TICKETS)
        tickets.withdraw([*batches, *withdrawn])
        for batch, rows in batches.items():
            tickets.add(as_records([row.row(batch, n) for n, row in enumerate(rows, start=2)]))
        tickets.settle()


def as_records(rows: Sequence[dict[str, Any]], kind: Any = TICKETS) -> pl.DataFrame:
    schema = {**BOOKKEEPING, **kind.columns}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def places(warehouse: Warehouse, table: str) -> set[tuple[str, int, int]]:
    """Return (ticket, batch, row) of every row of `table`."""
    sql = f"select ticket_id, batch_number, row_number from {table}.tickets"
    return set(warehouse.query(sql).rows())


def touched_days(warehouse: Warehouse) -> set[date]:
    sql = "select distinct day from intake.touched_days where measured = 'tickets'"
    return set(warehouse.query(sql)["day"])


def newest(held: dict[int, Sequence[Version]]) -> set[tuple[str, int, int]]:
    """Work out by hand which row of each ticket counts."""
    rows = [
        (row.ticket_id, -1 if row.updated is None else row.updated, batch, number)
        for batch, of_batch in held.items()
        for number, row in enumerate(of_batch, start=2)
    ]
    best = {ticket: max(row for row in rows if row[0] == ticket) for ticket, *_ in rows}
    return {(ticket, batch, number) for ticket, _, batch, number in best.values()}


@pytest.mark.slow
@given(steps)
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_comes_and_goes_the_newest_version_of_each_key_counts(
    warehouse: Warehouse, steps: list[tuple[set[int], dict[int, list[Version]]]]
) -> None:
    take(warehouse, {}, withdrawn=range(1, 5))  # what the example before left
    held: dict[int, Sequence[Version]] = {}
    for withdrawn, batches in steps:
        warehouse.connection.execute("delete from intake.touched_days")
        days = {row.day for batch in (*withdrawn, *batches) for row in held.get(batch, ())}
        days |= {row.day for rows in batches.values() for row in rows}
        take(warehouse, batches, withdrawn=tuple(withdrawn))
        held = {n: rows for n, rows in held.items() if n not in withdrawn} | batches
        rows = {
            (row.ticket_id, batch, number)
            for batch, of_batch in held.items()
            for number, row in enumerate(of_batch, start=2)
        }
        current = places(warehouse, "records")
        assert current == newest(held)
        assert places(warehouse, "superseded") == rows - current
        assert {date(2026, 3, 1) + timedelta(days=day) for day in days} <= touched_days(warehouse)


def test_a_withdrawn_batch_brings_back_the_version_that_it_superseded(
    warehouse: Warehouse,
) -> None:
    take(warehouse, {1: [Version("T1", 1, 0)], 2: [Version("T1", 2, 4)]})
    assert places(warehouse, "records") == {("T1", 2, 2)}
    warehouse.connection.execute("delete from intake.touched_days")
    take(warehouse, {}, withdrawn=[2])
    assert places(warehouse, "records") == {("T1", 1, 2)}
    assert places(warehouse, "superseded") == set()
    assert touched_days(warehouse) == {date(2026, 3, 1), date(2026, 3, 5)}


def test_a_version_without_a_time_is_older_than_any_with_one(warehouse: Warehouse) -> None:
    take(warehouse, {1: [Version("T1", 0, 0)], 2: [Version("T1", None, 1)]})
    assert places(warehouse, "records") == {("T1", 1, 2)}


def test_of_equal_times_the_later_batch_counts_and_in_it_the_later_row(
    warehouse: Warehouse,
) -> None:
    take(warehouse, {2: [Version("T1", 1, 0), Version("T1", 1, 1)]})
    take(warehouse, {1: [Version("T1", 1, 2)]})
    assert places(warehouse, "records") == {("T1", 2, 3)}


def test_an_exact_copy_is_superseded_and_not_counted_twice(warehouse: Warehouse) -> None:
    take(warehouse, {1: [Version("T1", 1, 0), Version("T1", 1, 0)], 2: [Version("T1", 1, 0)]})
    assert len(places(warehouse, "records")) == 1
    assert len(places(warehouse, "superseded")) == 2


def test_a_kind_without_times_of_versions_goes_by_batch_and_row(warehouse: Warehouse) -> None:
    event = {"source": "e", "ticket_id": "T1", "at": NOON, "status": "paused"}
    with warehouse.transaction():
        events = Versions(warehouse, EVENTS)
        for batch, actor in ((2, "late"), (1, "early")):
            row = {"batch": str(batch), "batch_number": batch, "row_number": 2, "actor": actor}
            events.add(as_records([{**event, **row}], EVENTS))
        events.settle()
    assert warehouse.query("select actor from records.ticket_events").item() == "late"
    assert warehouse.query("select actor from superseded.ticket_events").item() == "early"


def test_a_transaction_that_fails_leaves_everything_as_it_was(warehouse: Warehouse) -> None:
    take(warehouse, {1: [Version("T1", 1, 0)]})
    with pytest.raises(RuntimeError, match="power cut"), warehouse.transaction():
        tickets = Versions(warehouse, TICKETS)
        tickets.withdraw([1])
        raise RuntimeError("power cut")
    assert places(warehouse, "records") == {("T1", 1, 2)}
    take(warehouse, {2: [Version("T2", 1, 0)]})
    assert len(places(warehouse, "records")) == 2
