"""A stage lasts from one scan of a waybill to the next, whatever order the scans came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.transforms.hand_made import at, on, records_of
from tests.transforms.random_records import random_records
from transforms.delivery_stages import prepare_stages

Scan = tuple[str, str, datetime]
Lazily = Callable[[str, pl.DataFrame], nw.LazyFrame[Any]]
USUAL = [
    ("W", "picked_up", at(2, 9)),
    ("W", "hub_in", at(2, 12)),
    ("W", "out_for_delivery", at(3, 8, 30)),
    ("W", "delivered", at(3, 10)),
]


@pytest.fixture(params=["polars", "duckdb"])
def lazily(request: pytest.FixtureRequest) -> Iterator[Lazily]:
    """Hand rows to either engine, lazily."""
    if request.param == "polars":
        yield lambda _, rows: nw.from_native(rows.lazy())
        return
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")

        def on_duckdb(name: str, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
            connection.register(name, rows.to_arrow())
            return nw.from_native(connection.table(name))

        yield on_duckdb


def scans(rows: Sequence[Scan]) -> pl.DataFrame:
    """Return scans as records in the order of their file, local dates being those of UTC."""
    columns = {"waybill_no": pl.String, "event": pl.String, "at": pl.Datetime("us", "UTC")}
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        pl.col("at").dt.date().alias("happened_on"),
        pl.lit(1, pl.Int64).alias("batch_number"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row_number"),
    )


def collected(rows: nw.LazyFrame[Any]) -> pl.DataFrame:
    native = rows.to_native()
    return native.collect() if isinstance(native, pl.LazyFrame) else native.pl()


def stages_of(
    lazily: Lazily, rows: Sequence[Scan], deliveries: Sequence[dict[str, object]] = ({},)
) -> pl.DataFrame:
    """Return the stages of `rows` by waybill and time; the usual delivery is waybill W."""
    stages = prepare_stages(
        lazily("events", scans(rows)),
        lazily("deliveries", records_of("deliveries", deliveries)),
    )
    return collected(stages).sort("waybill_no", "ended_at", "began_at", "stage")


def lasted(stages: pl.DataFrame) -> list[tuple[str, int]]:
    return stages.select("stage", "stage_seconds").rows()


def test_each_stage_lasts_from_its_scan_to_the_next(lazily: Lazily) -> None:
    assert lasted(stages_of(lazily, USUAL)) == [
        ("picked_up > hub_in", 3 * 3600),
        ("hub_in > out_for_delivery", 20 * 3600 + 1800),
        ("out_for_delivery > delivered", 5400),
    ]


def test_a_stage_counts_on_the_local_date_of_its_end(lazily: Lazily) -> None:
    # The dates of these records lie a day after those of UTC, as east of it they may.
    late = scans(USUAL).with_columns(pl.col("happened_on").dt.offset_by("1d"))
    stages = prepare_stages(
        lazily("events", late), lazily("deliveries", records_of("deliveries", [{}]))
    )
    assert sorted(collected(stages)["ended_on"]) == [on(3), on(4), on(4)]


def test_a_stage_has_its_two_instants_and_what_its_delivery_says(lazily: Lazily) -> None:
    stages = stages_of(lazily, USUAL[:2], [{"courier_id": "C1"}])
    assert stages.rows(named=True) == [
        {
            "waybill_no": "W",
            "stage": "picked_up > hub_in",
            "began_at": at(2, 9),
            "ended_at": at(2, 12),
            "ended_on": on(2),
            "stage_seconds": 3 * 3600,
            "org_unit_id": "PD",
            "courier_id": "C1",
            "service_level": "express",
        }
    ]


def test_a_scan_that_is_missing_makes_one_longer_stage(lazily: Lazily) -> None:
    without_hub = [scan for scan in USUAL if scan[1] != "hub_in"]
    assert lasted(stages_of(lazily, without_hub)) == [
        ("picked_up > out_for_delivery", 23 * 3600 + 1800),
        ("out_for_delivery > delivered", 5400),
    ]


def test_scans_out_of_order_in_the_file_are_put_in_order(lazily: Lazily) -> None:
    assert_frame_equal(stages_of(lazily, USUAL[::-1]), stages_of(lazily, USUAL))


def test_two_scans_at_the_same_instant_follow_the_order_of_the_file(lazily: Lazily) -> None:
    at_once = [
        ("W", "picked_up", at(2, 9)),
        ("W", "hub_out", at(2, 12)),
        ("W", "hub_in", at(2, 12)),
        ("W", "delivered", at(2, 13)),
    ]
    assert sorted(lasted(stages_of(lazily, at_once))) == [
        ("hub_in > delivered", 3600),
        ("hub_out > hub_in", 0),
        ("picked_up > hub_out", 3 * 3600),
    ]


def test_of_scans_at_the_same_instant_those_of_the_earlier_file_come_first(
    lazily: Lazily,
) -> None:
    at_once = [("W", "second", at(2, 9)), ("W", "first", at(2, 9))]
    events = scans(at_once).with_columns(pl.Series("batch_number", [2, 1]))
    stages = prepare_stages(
        lazily("events", events), lazily("deliveries", records_of("deliveries", [{}]))
    )
    assert collected(stages)["stage"].to_list() == ["first > second"]


def test_events_before_the_pick_up_are_stages_too(lazily: Lazily) -> None:
    ordered = [("W", "ordered", at(1, 21)), *USUAL[:2]]
    assert lasted(stages_of(lazily, ordered)) == [
        ("ordered > picked_up", 12 * 3600),
        ("picked_up > hub_in", 3 * 3600),
    ]


def test_an_event_that_comes_twice_is_a_stage_of_its_own(lazily: Lazily) -> None:
    twice = [("W", "attempt", at(2, 9)), ("W", "attempt", at(2, 11))]
    assert lasted(stages_of(lazily, twice)) == [("attempt > attempt", 7200)]


def test_a_single_scan_is_no_stage(lazily: Lazily) -> None:
    assert stages_of(lazily, USUAL[:1]).is_empty()


def test_seconds_of_a_stage_are_whole(lazily: Lazily) -> None:
    parts = [
        ("W", "picked_up", at(2, 9).replace(microsecond=1)),
        ("W", "hub_in", at(2, 9, 1)),
    ]
    assert lasted(stages_of(lazily, parts)) == [("picked_up > hub_in", 59)]


def test_stages_never_run_from_one_waybill_into_another(lazily: Lazily) -> None:
    two = [
        ("V", "picked_up", at(2, 10)),
        ("W", "picked_up", at(2, 9)),
        ("V", "hub_in", at(2, 11)),
        ("W", "hub_in", at(2, 12)),
    ]
    stages = stages_of(lazily, two, [{}, {"waybill_no": "V"}])
    assert stages.select("waybill_no", "stage_seconds").rows() == [("V", 3600), ("W", 3 * 3600)]


def test_cancelled_deliveries_have_no_stages(lazily: Lazily) -> None:
    assert stages_of(lazily, USUAL, [{"status": "cancelled"}]).is_empty()


def test_events_of_unknown_waybills_are_left_out(lazily: Lazily) -> None:
    unknown = [("X", "picked_up", at(2, 9)), ("X", "hub_in", at(2, 10))]
    assert set(stages_of(lazily, [*USUAL, *unknown])["waybill_no"]) == {"W"}


def test_stages_of_a_waybill_add_up_to_the_time_from_its_first_scan_to_its_last(
    lazily: Lazily,
) -> None:
    waybills = [f"W{number}" for number in range(300)]
    events = random_records("delivery_events", 1_500, seed=5).with_columns(
        pl.Series("waybill_no", [waybills[number % 300] for number in range(1_500)]),
        pl.col("at").dt.truncate("1s"),
        pl.lit(1, pl.Int64).alias("batch_number"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("row_number"),
    )
    deliveries = records_of("deliveries", [{"waybill_no": number} for number in waybills])
    stages = collected(prepare_stages(lazily("events", events), lazily("deliveries", deliveries)))
    assert stages.height == 1_500 - 300
    span = (pl.col("at").max() - pl.col("at").min()).dt.total_seconds()
    assert_frame_equal(
        stages.group_by("waybill_no").agg(pl.col("stage_seconds").sum()),
        events.group_by("waybill_no").agg(span.alias("stage_seconds")),
        check_row_order=False,
    )
