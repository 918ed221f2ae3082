"""Every SQL check passes on a sound candidate and returns the row that breaks its claim."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files

import duckdb
import pandera.polars as pa
import polars as pl
import pytest

from quality.contracts.kind import Contract, Instant, RecordKind
from quality.snapshot_checks import check_snapshot, tables_of
from quality.verdict import Verdict
from transforms.refusal import Sentence


class _Ticket(Contract):
    ticket_id: pl.String = pa.Field(description="Number of the ticket.")
    org_unit_id: pl.String = pa.Field(description="Who answers.")
    status: pl.String = pa.Field(description="Where it stands.")
    opened_at: Instant = pa.Field(description="When it was opened.")
    opened_on: pl.Date = pa.Field(description="Local date of that.")


class _Account(Contract):
    account: pl.String = pa.Field(description="Code of the account.")
    on: pl.Date = pa.Field(description="A column named like a word of SQL.")


KINDS = {
    "tickets": RecordKind(
        "tickets",
        _Ticket,
        title=Sentence("Tickets", "工单"),
        key=("ticket_id",),
        day="opened_on",
        local_dates={"opened_on": "opened_at"},
    ),
    "accounts": RecordKind(
        "accounts",
        _Account,
        title=Sentence("Accounts", "科目"),
        key=("account", "on"),
        day="on",
    ),
}

DAY, INSTANT = date(2026, 10, 31), datetime(2026, 10, 31, 9, tzinfo=UTC)
SOUND = {
    "records.tickets": pl.DataFrame(
        {
            "ticket_id": ["T1", "T2", "T3"],
            "org_unit_id": "u1",
            "status": ["open", "closed", "cancelled"],
            "opened_at": INSTANT,
            "opened_on": DAY,
            "promised_at": [INSTANT, None, INSTANT],
            "source": "desk",
            "batch": "b1",
            "row_number": [2, 3, 4],
        }
    ),
    "records.accounts": pl.DataFrame(
        {"account": ["6001", "6001"], "on": [DAY, date(2026, 10, 30)], "source": "books"}
    ).with_columns(batch=pl.lit("b2"), row_number=pl.int_range(2, 4)),
    "records.clocks": pl.DataFrame(
        {
            "ticket_id": ["T1", "T1", "T1", "T2", "T2"],
            "clock": ["first_response", "resolution", "promise", "first_response", "resolution"],
            "state": ["met", "missed", "running", "no_policy", "no_calendar"],
            "elapsed_seconds": [10, 10, 10, None, None],
            "working_seconds": [1, 10, 0, None, None],
            "out_of_hours_seconds": [2, 0, 10, None, None],
            "holiday_seconds": [3, 0, 0, None, None],
            "paused_seconds": [4, 0, 0, None, None],
        }
    ),
    "records.deliveries": pl.DataFrame(
        {"waybill_no": ["W1", "W2"], "status": "delivered", "picked_up_on": DAY}
    ),
    "intake.batches": pl.DataFrame(
        {
            "batch": ["b1", "b2"],
            "source": ["desk", "books"],
            "kind": ["tickets", "accounts"],
            "rows_read": [6, 2],
            "accepted": [3, 2],
            "superseded": [2, 0],
            "quarantined": [1, 0],
        }
    ),
    "measures.tickets": pl.DataFrame(
        {"day": [DAY, DAY], "org_unit_id": ["u1", "u1"], "tickets_opened": [1, 1]}
    ),
    "measures.deliveries": pl.DataFrame(
        {"day": [DAY], "org_unit_id": ["u1"], "deliveries_picked_up": [2]}
    ),
    "reference.org_units": pl.DataFrame({"id": ["u1"]}),
    "reference.calendars": pl.DataFrame(
        {"calendar": ["counter", "counter", "round"], "country": ["CN", "CN", None]}
    ),
    "reference.holidays": pl.DataFrame(
        {
            "calendar": [None, None, "counter"],
            "country": ["CN", "CN", None],
            "date": [date(2026, 12, 31), date(2026, 12, 30), date(2026, 12, 30)],
            "provisional": [True, True, False],
        }
    ),
    "intake.facts": pl.DataFrame({"name": ["as_of.tickets"], "value": ["2026-10-31"]}),
}

FAULTS = {
    "no_key_is_there_twice": (
        "records.accounts",
        f"UPDATE records.accounts SET \"on\" = '{DAY}'",
        {"account": "6001", "on": str(DAY), "copies": 2},
    ),
    "every_instant_has_its_local_date": (
        "records.tickets",
        "UPDATE records.tickets SET opened_on = NULL WHERE ticket_id = 'T3'",
        {"ticket_id": "T3", "source": "desk", "batch": "b1", "row_number": 4},
    ),
    "rows_read_are_accounted_for": (
        "intake.batches",
        "UPDATE intake.batches SET quarantined = NULL WHERE batch = 'b2'",
        {"batch": "b2", "quarantined": None},
    ),
    "accepted_rows_are_in_records": (
        "records.accounts",
        "DELETE FROM records.accounts",
        {"batch": "b2", "accepted": 2, "rows_in_records": 0},
    ),
    "org_units_of_measures_are_known": (
        "measures.tickets",
        "UPDATE measures.tickets SET org_unit_id = 'u9'",
        {"org_unit_id": "u9", "measure_rows": 2},
    ),
    "every_ticket_has_its_clocks": (
        "records.clocks",
        "DELETE FROM records.clocks WHERE clock = 'promise'",
        {"ticket_id": "T1", "clocks_due": 3, "clocks_made": 2},
    ),
    "parts_of_every_clock_sum_to_its_time": (
        "records.clocks",
        "UPDATE records.clocks SET paused_seconds = 5 WHERE state = 'met'",
        {"ticket_id": "T1", "clock": "first_response", "elapsed_seconds": 10},
    ),
    "days_off_ahead_are_announced": (
        "reference.holidays",
        "UPDATE reference.holidays SET provisional = true WHERE calendar = 'counter'",
        {"calendar": "counter", "country": "CN", "first_provisional_on": "2026-12-30"},
    ),
    "tickets_opened_tie_to_records": (
        "measures.tickets",
        "UPDATE measures.tickets SET tickets_opened = 2",
        {"day": str(DAY), "opened_in_measures": 4, "opened_in_records": 2},
    ),
    "deliveries_picked_up_tie_to_records": (
        "measures.deliveries",
        "DELETE FROM measures.deliveries",
        {"day": str(DAY), "picked_up_in_measures": None, "picked_up_in_records": 2},
    ),
}
_WARN_ONLY = ("days_off_ahead_are_announced",)


@pytest.fixture
def candidate() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, rows in SOUND.items():
            connection.register("given", rows)
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
            connection.execute(f"CREATE TABLE {name} AS FROM given")
        connection.unregister("given")
        yield connection


def failures(verdicts: list[Verdict]) -> list[tuple[str, str]]:
    return [(verdict.name, verdict.table) for verdict in verdicts if not verdict.success]


def test_a_sound_candidate_passes_every_check(candidate: duckdb.DuckDBPyConnection) -> None:
    verdicts = check_snapshot(candidate, KINDS)
    assert failures(verdicts) == []
    assert {verdict.name for verdict in verdicts} == FAULTS.keys()


def test_every_check_has_a_fault_that_breaks_it() -> None:
    names = {file.name for file in (files("quality") / "checks").iterdir()}
    assert names == {f"{name}.sql" for name in FAULTS}


@pytest.mark.parametrize("name", FAULTS)
def test_a_check_returns_the_rows_that_break_its_claim(
    candidate: duckdb.DuckDBPyConnection, name: str
) -> None:
    table, fault, expected = FAULTS[name]
    candidate.execute(fault)
    verdicts = check_snapshot(candidate, KINDS)
    (verdict,) = (one for one in verdicts if (one.name, one.table) == (name, table))
    (row, *_) = json.loads(verdict.detail)
    assert not verdict.success
    assert verdict.blocking == (name not in _WARN_ONLY)
    assert verdict.observed == 1
    assert {column: row[column] for column in expected} == expected


def test_a_day_that_only_the_measures_have_breaks_the_tie(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute("INSERT INTO measures.tickets VALUES ('2026-10-30', 'u1', 1)")
    assert failures(check_snapshot(candidate, KINDS)) == [
        ("tickets_opened_tie_to_records", "measures.tickets")
    ]


@pytest.mark.parametrize(
    ("name", "fault", "row"),
    [
        (
            "every_ticket_has_its_clocks",
            "INSERT INTO records.clocks BY NAME SELECT * FROM records.clocks "
            "WHERE state = 'no_policy'",
            {"ticket_id": "T2", "clocks_due": 2, "clocks_made": None},
        ),
        (
            "every_ticket_has_its_clocks",
            "UPDATE records.tickets SET status = 'cancelled' WHERE ticket_id = 'T2'",
            {"ticket_id": "T2", "clocks_due": None, "clocks_made": 2},
        ),
        (
            "parts_of_every_clock_sum_to_its_time",
            "UPDATE records.clocks SET working_seconds = -1, out_of_hours_seconds = 11 "
            "WHERE state = 'running'",
            {"ticket_id": "T1", "clock": "promise"},
        ),
        (
            "parts_of_every_clock_sum_to_its_time",
            "UPDATE records.clocks SET elapsed_seconds = 10 WHERE state = 'no_policy'",
            {"ticket_id": "T2", "clock": "first_response"},
        ),
    ],
)
def test_a_clock_too_many_or_with_time_that_cannot_be_breaks_its_check(
    candidate: duckdb.DuckDBPyConnection, name: str, fault: str, row: dict[str, object]
) -> None:
    candidate.execute(fault)
    verdicts = [one for one in check_snapshot(candidate, KINDS) if not one.success]
    (found,) = (json.loads(one.detail) for one in verdicts if one.name == name)
    assert {column: found[0][column] for column in row} == row


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-11-01", {"first_provisional_on": "2026-12-31"}),
        ("2026-12-30", {"first_provisional_on": "2026-12-31"}),
        ("2026-12-31", {"first_provisional_on": None, "last_known_on": "2026-12-31"}),
    ],
)
def test_days_off_are_missed_60_days_ahead_and_when_none_are_known_any_more(
    candidate: duckdb.DuckDBPyConnection, as_of: str, expected: dict[str, str | None]
) -> None:
    candidate.execute("UPDATE intake.facts SET value = ?", [as_of])
    (verdict,) = (one for one in check_snapshot(candidate, KINDS) if not one.success)
    (row,) = json.loads(verdict.detail)
    assert verdict.name == "days_off_ahead_are_announced"
    assert {column: row[column] for column in expected} == expected


def test_a_check_whose_tables_are_not_there_does_not_run(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute("DROP TABLE measures.tickets")
    names = {verdict.name for verdict in check_snapshot(candidate, KINDS)}
    assert names == FAULTS.keys() - {"tickets_opened_tie_to_records"}


def test_a_check_that_cannot_run_is_an_error_and_no_verdict(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    candidate.execute("ALTER TABLE intake.batches DROP COLUMN superseded")
    with pytest.raises(duckdb.BinderException, match="superseded"):
        check_snapshot(candidate, KINDS)


def test_tables_come_with_their_columns_in_order(candidate: duckdb.DuckDBPyConnection) -> None:
    tables = tables_of(candidate)
    assert tables.keys() == SOUND.keys()
    assert tables["intake.batches"] == SOUND["intake.batches"].columns
