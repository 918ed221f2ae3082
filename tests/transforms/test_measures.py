"""Measures are sums: the same in any split of the rows, on any engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.transforms.hand_made import (
    Given,
    OnEngine,
    at,
    buckets_of,
    gather,
    on,
    on_polars,
    prepare,
    prepared,
    sums_of,
)
from tests.transforms.random_records import random_records
from transforms.catalogue import MEASURES, SLICES, measures_of, records_of
from transforms.measures import count_by_bucket, sum_by_day

Measured = Callable[[nw.LazyFrame[Any], str], nw.LazyFrame[Any] | None]
WITH_SPREAD = [table for table in SLICES if any(measure.spread for measure in measures_of(table))]
EVERY_MEASURING = [
    *((sum_by_day, table) for table in SLICES),
    *((count_by_bucket, table) for table in WITH_SPREAD),
]
_seeds = st.integers(0, 2**32 - 1)


def random_given(table: str, rows: int, seed: int) -> Given:
    """Return random records, with what is beside them, as `table` is prepared from them."""
    records = random_records(records_of(table), rows, seed)
    if table == "budget_months":
        records = records.filter(pl.col("period_start") <= pl.col("period_end"))
    if table == "delivery_stages":
        records = records.with_columns(waybill_no=_one_of("W", rows))
    # About one event in three tickets, of which some pause a clock.
    events = random_records("ticket_events", rows // 3, seed)
    return gather(table, records, events.with_columns(ticket_id=_one_of("T", rows)))


def _one_of(letter: str, names: int) -> pl.Expr:
    """Return the names W1, W2, ... in turn, each for every third row."""
    return letter + (pl.int_range(pl.len()) % max(names // 3, 1) + 1).cast(pl.String)


def measured(
    measure: Measured, table: str, given: Given, on_engine: OnEngine = on_polars
) -> pl.DataFrame:
    sums = measure(prepare(table, given, on_engine), table)
    assert sums is not None
    native = sums.to_native()
    return native.collect() if isinstance(native, pl.LazyFrame) else native.pl()


@pytest.mark.parametrize(("measure", "table"), EVERY_MEASURING)
def test_two_engines_give_one_answer(measure: Measured, table: str) -> None:
    rows = random_given(table, 2_000, seed=7)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")

        def on_duckdb(name: str, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
            connection.register(name, rows.to_arrow())
            return nw.from_native(connection.table(name))

        by_duckdb = measured(measure, table, rows, on_duckdb)
    assert by_duckdb.height > 20
    assert_frame_equal(
        by_duckdb, measured(measure, table, rows), check_row_order=False, rel_tol=1e-12
    )


def parts_of(whole: Given, table: str, share: float) -> list[Given]:
    """Return `whole` in two parts; the events of a waybill stay together."""
    rows = whole.rows
    number = (
        pl.col("waybill_no").rank("dense")
        if table == "delivery_stages"
        else pl.int_range(1, pl.len() + 1)
    )
    is_first = number <= share * pl.lit(rows.height)
    return [whole._replace(rows=rows.filter(part)) for part in (is_first, ~is_first)]


@pytest.mark.slow
@pytest.mark.parametrize(("measure", "table"), EVERY_MEASURING)
@settings(max_examples=8)
@given(seed=_seeds, rows=st.integers(0, 60), share=st.floats(0, 1))
def test_the_measures_of_a_split_add_up_to_those_of_all(
    measure: Measured, table: str, seed: int, rows: int, share: float
) -> None:
    whole = random_given(table, rows, seed)
    parts = [measured(measure, table, part) for part in parts_of(whole, table, share)]
    every = measured(measure, table, whole)
    sums = ["occurrences"] if measure is count_by_bucket else _names(table)
    keys = [column for column in every.columns if column not in sums]
    added = pl.concat(parts).group_by(keys).agg(pl.col(sums).sum())
    assert_frame_equal(added, every, check_row_order=False, rel_tol=1e-9)


@pytest.mark.parametrize(("measure", "table"), EVERY_MEASURING)
def test_measures_are_whole_numbers_except_points_and_never_missing(
    measure: Measured, table: str
) -> None:
    sums = measured(measure, table, random_given(table, 200, seed=3))
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
    records = random_given(table, 500, seed=11)
    counts = measured(count_by_bucket, table, records)
    rows: pl.LazyFrame = prepare(table, records).to_native()
    for measure in measures_of(table):
        if measure.spread:
            of_measure = counts.filter(pl.col("measure") == measure.name)
            timed = rows.drop_nulls([measure.on, measure.name]).collect()
            assert of_measure["occurrences"].sum() == timed.height > 0


@pytest.mark.parametrize("table", sorted(SLICES.keys() - set(WITH_SPREAD)))
def test_a_table_without_durations_has_no_buckets(table: str) -> None:
    assert count_by_bucket(prepare(table, random_given(table, 10, seed=1)), table) is None


def test_a_row_counts_on_each_day_that_something_happened() -> None:
    sums = sums_of("tickets", [{}]).sort("day")
    assert sums["day"].to_list() == [on(2), on(3), on(4)]
    assert sums["tickets_opened"].to_list() == [1, 0, 0]
    assert sums["tickets_resolved"].to_list() == [0, 0, 1]


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
    entry = {"amount_minor": 5, "account_code": "nowhere"}
    kinds: pl.LazyFrame = prepared("finance_entries", [entry]).to_native()
    assert kinds.collect()["account_kind"].to_list() == [None]


def _names(table: str) -> list[str]:
    return [measure.name for measure in measures_of(table)]
