"""A snapshot of a few hand-made tickets, with all that proves their clocks: no night, no warehouse.

Tickets, events and rules are those of tests/transforms/hand_made_clocks.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.questions.clock_proofs import ClockProof, proofs_of
from pipelines.release.snapshots import Manifest, Snapshot, manifest_of, publish
from quality.contracts import REFERENCE_TABLES
from tests.transforms.clocks_by_hand import Row, Rows, Rules
from tests.transforms.hand_made_clocks import EVENTS, TICKETS, clocks_frame, slots_of

AS_OF = date(2025, 6, 30)
_MADE: dict[str, Any] = {
    "as_of": AS_OF,
    "made_at": datetime(2025, 7, 1, tzinfo=UTC),
    "code_version": "1",
    "inputs": "a",
}
_HELD = {
    "kind": pl.String,
    "record_key": pl.String,
    "is_replaced": pl.Boolean,
    "broken_rules": pl.List(pl.String),
}
Tables = dict[str, pl.DataFrame]


def clock_tables(tickets: Rows, rules: Rules, events: Rows = (), *, held: Rows = ()) -> Tables:
    """Return the tables of a snapshot of `tickets`; `held` are rows of `marts.held_rows`."""
    return {
        "records.tickets": _table(tickets, TICKETS),
        "records.ticket_events": _table(events, EVENTS),
        "records.clocks": clocks_frame(tickets, rules, events),
        "reference.slots": slots_of(rules),
        "reference.sla_policies": _table(rules.policies, REFERENCE_TABLES["sla_policies"].columns),
        "marts.held_rows": _table(held, _HELD),
    }


def in_memory(tables: Tables) -> Snapshot:
    """Return an open snapshot of `tables` that has no file."""
    connection = duckdb.connect()
    _write(tables, connection)
    counts = {name: rows.height for name, rows in tables.items()}
    return Snapshot("by-hand", Manifest(file_bytes=0, tables=counts, **_MADE), connection)


def published(tables: Tables, snapshots: Path) -> str:
    """Publish a snapshot of `tables` in the folder `snapshots`, and return its id."""
    snapshots.mkdir(parents=True)
    candidate = snapshots / "candidate-by-hand.duckdb"
    with duckdb.connect(candidate) as connection:
        _write(tables, connection)
    return publish(candidate, manifest_of(candidate, **_MADE), snapshots)


def proof(
    one: Row, judged_by: Rules, events: Rows = (), *, clock: str = "first_response"
) -> ClockProof:
    """Return the proof of one clock of one ticket."""
    with in_memory(clock_tables([one], judged_by, events)) as snapshot:
        proofs = proofs_of(snapshot, "T")
    return next(proof for proof in proofs if proof.clock.clock == clock)


def seconds_by_kind(proof: ClockProof) -> dict[str, int]:
    """Return the seconds of each kind of stretch up to the end of the clock."""
    spent = (pl.col("to_at") - pl.col("from_at")).dt.total_seconds().sum()
    before = proof.stretches.filter(pl.col("to_at") <= proof.clock.ended_at)
    return dict(before.group_by("kind").agg(spent).iter_rows())


def assert_it_adds_up(proof: ClockProof) -> None:
    """The stretches lie one after the other, and sum to the parts that the clock says."""
    clock, stretches = proof.clock, proof.stretches
    by_kind = seconds_by_kind(proof)
    assert by_kind.get("working", 0) + by_kind.get("late", 0) == clock.working_seconds
    for part in ("out_of_hours", "holiday", "paused"):
        assert by_kind.get(part, 0) == getattr(clock, f"{part}_seconds")
    assert sum(by_kind.values()) == clock.elapsed_seconds
    edges = [instant for instant in (clock.ended_at, clock.due_at) if instant is not None]
    if stretches.height:
        assert stretches["from_at"][0] == clock.started_at
        assert stretches["to_at"][-1] == max(edges)
        assert (stretches["from_at"][1:] == stretches["to_at"][:-1]).all()


def _write(tables: Tables, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("set global TimeZone = 'UTC'")
    for schema in {name.partition(".")[0] for name in tables}:
        connection.execute(f"create schema {schema}")
    for name, rows in tables.items():
        connection.register("rows", rows.to_arrow())
        connection.execute(f"create table {name} as select * from rows")


def _table(rows: Rows, schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(schema))
