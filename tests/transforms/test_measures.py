"""Measures are sums: the same in any split of the rows, on any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.transforms.hand_made import ACCOUNTS, at, buckets_of, on, prepare, records_of, sums_of
from tests.transforms.random_records import random_records
from transforms.catalogue import MEASURES, SLICES, measures_of
from transforms.finance import newest_budget, prepare_entries, spread_over_months
from transforms.measures import count_by_bucket, sum_by_day

Measured = Callable[[nw.LazyFrame[Any], str], nw.LazyFrame[Any] | None]
WITH_SPREAD = [table for table in SLICES if any(measure.spread for measure in measures_of(table))]
EVERY_MEASURING = [
    *((sum_by_day, table) for table in SLICES),
    *((count_by_bucket, table) for table in WITH_SPREAD),
]
_seeds = st.integers(0, 2**32 - 1)


def random_rows(table: str, rows: int, seed: int) -> pl.DataFrame:
    """Return random records that `table` is summed over: for budgets, their months."""
    if table != "budget_months":
        return random_records(table, rows, seed)
    lines = random_records("budget_lines", rows, seed)
    forwards = lines.filter(pl.col("period_start") <= pl.col("period_end"))
    return spread_over_months(newest_budget(forwards, today=on(31)))


def measured(measure: Measured, table: str, records: pl.DataFrame) -> pl.DataFrame:
    lazy: nw.LazyFrame[Any] = nw.from_native(records.lazy())
    sums = measure(prepare(table, lazy, accounts=nw.from_native(ACCOUNTS.lazy())), table)
    assert sums is not None
    native: pl.LazyFrame = sums.to_native()
    return native.collect()


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set TimeZone = 'UTC'")
        opened.register("accounts", ACCOUNTS.to_arrow())
        yield opened


@pytest.mark.parametrize(("measure", "table"), EVERY_MEASURING)
def test_two_engines_give_one_answer(
    connection: duckdb.DuckDBPyConnection, measure: Measured, table: str
) -> None:
    records = random_rows(table, 2_000, seed=7)
    connection.register("records", records.to_arrow())
    rows: nw.LazyFrame[Any] = nw.from_native(connection.table("records"))
    accounts: nw.LazyFrame[Any] = nw.from_native(connection.table("accounts"))
    sums = measure(prepare(table, rows, accounts=accounts), table)
    assert sums is not None
    by_duckdb = sums.to_native().pl()
    assert by_duckdb.height > 20
    assert_frame_equal(
        by_duckdb,
        measured(measure, table, records),
        check_row_order=False,
        rel_tol=1e-12,
    )


@pytest.mark.parametrize(("measure", "table"), EVERY_MEASURING)
@settings(deadline=None, max_examples=8)
@given(seed=_seeds, rows=st.integers(0, 60), share=st.floats(0, 1))
def test_the_measures_of_a_split_add_up_to_those_of_all(
    measure: Measured, table: str, seed: int, rows: int, share: float
) -> None:
    records = random_rows(table, rows, seed)
    cut = round(share * records.height)
    parts = [measured(measure, table, part) for part in (records[:cut], records[cut:])]
    every = measured(measure, table, records)
    sums = ["occurrences"] if measure is count_by_bucket else _names(table)
    keys = [column for column in every.columns if column not in sums]
    added = pl.concat(parts).group_by(keys).agg(pl.col(sums).sum())
    assert_frame_equal(added, every, check_row_order=False, rel_tol=1e-9)


@pytest.mark.parametrize(("measure", "table"), EVERY_MEASURING)
def test_measures_are_whole_numbers_except_points_and_never_missing(
    measure: Measured, table: str
) -> None:
    sums = measured(measure, table, random_rows(table, 200, seed=3))
    numbers = {
        name: pl.Float64 if MEASURES[name].unit in ("points", "squares") else pl.Int64
        for name in _names(table)
    }
    expected = (
        {"bucket": pl.Int64, "occurrences": pl.Int64} if measure is count_by_bucket else numbers
    )
    assert {name: sums.schema[name] for name in expected} == expected
    assert sums.select(list(expected)).null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize("table", WITH_SPREAD)
def test_buckets_hold_every_duration_that_is_summed(table: str) -> None:
    records = random_rows(table, 500, seed=11)
    counts = measured(count_by_bucket, table, records)
    lazy: nw.LazyFrame[Any] = nw.from_native(records.lazy())
    rows: pl.LazyFrame = prepare(table, lazy, accounts=lazy).to_native()
    for measure in measures_of(table):
        if measure.spread:
            of_measure = counts.filter(pl.col("measure") == measure.name)
            timed = rows.drop_nulls([measure.on, measure.name]).collect()
            assert of_measure["occurrences"].sum() == timed.height > 0


@pytest.mark.parametrize("table", sorted(SLICES.keys() - set(WITH_SPREAD)))
def test_a_table_without_durations_has_no_buckets(table: str) -> None:
    lazy: nw.LazyFrame[Any] = nw.from_native(random_rows(table, 10, seed=1).lazy())
    assert count_by_bucket(lazy, table) is None


def test_a_row_counts_on_each_day_that_something_happened() -> None:
    sums = sums_of("tickets", [{}]).sort("day")
    assert sums["day"].to_list() == [on(2), on(3), on(4), on(6)]  # promised for the 6th
    assert sums["tickets_opened"].to_list() == [1, 0, 0, 0]
    assert sums["tickets_resolved"].to_list() == [0, 0, 1, 0]


def test_rows_of_one_slice_become_one_row_and_others_stay_apart() -> None:
    open_ticket = {"resolved_at": None, "first_response_at": None, "promised_at": None}
    rows = [open_ticket, open_ticket, {**open_ticket, "agent_id": "A1"}]
    sums = sums_of("tickets", rows).filter(pl.col("tickets_opened") > 0)
    assert sorted(sums.select("agent_id", "tickets_opened").rows(), key=str) == [
        ("A1", 1),
        (None, 2),
    ]


def test_a_duration_that_is_not_known_is_in_no_bucket() -> None:
    rows = [{}, {"picked_up_at": None}, {"delivered_at": None}]
    assert buckets_of("deliveries", rows)["occurrences"].to_list() == [1]


def test_seconds_are_whole_and_cut_off_on_either_side_of_none() -> None:
    resolved = [at(2, 8, 1).replace(microsecond=999_999), at(2, 7, 59).replace(microsecond=1)]
    sums = sums_of("tickets", [{"resolved_at": instant} for instant in resolved])
    assert sums["resolution_seconds"].sum() == 60 - 59


def test_money_is_summed_to_the_last_minor_unit() -> None:
    amounts = [9_007_199_254_740_993, 1, -9_007_199_254_740_993]
    sums = sums_of("finance_entries", [{"amount_minor": amount} for amount in amounts])
    assert sums["revenue_actual_minor"].to_list() == [1]


def test_entries_of_an_unknown_account_are_kept_without_a_kind() -> None:
    entries = records_of("finance_entries", [{"amount_minor": 5, "account_code": "nowhere"}])
    accounts: nw.LazyFrame[Any] = nw.from_native(ACCOUNTS.lazy())
    kinds: pl.LazyFrame = prepare_entries(nw.from_native(entries.lazy()), accounts).to_native()
    assert kinds.collect()["account_kind"].to_list() == [None]


def _names(table: str) -> list[str]:
    return [measure.name for measure in measures_of(table)]
