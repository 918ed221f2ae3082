"""Attempts that look as if nobody had tried: each reason by itself, and what is planted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from dagster import build_asset_context

from pipelines.marts.attempts import suspicious_attempts
from pipelines.records.assets import take_in_pending
from pipelines.records.working_hours import working_hours
from pipelines.release.snapshots import open_snapshot
from pipelines.sources.landing import land
from quality.contracts import RECORD_KINDS
from tests.nights import demo_night
from tests.pipelines.small_home import new_home

pytestmark = pytest.mark.slow  # each takes up a home

_KINDS = ("deliveries", "delivery_events")
_REFERENCE = {
    "service_levels": "service_level,limit_working_days\nexpress,2\n",
    "org_units": "id,calendar,time_zone\nPD,outlet,\nNY,outlet,America/New_York\nRC,,\n",
    "calendars": "calendar,weekday,start,end\n"
    + "".join(f"outlet,{weekday},08:30,18:00\n" for weekday in range(1, 6)),
}
# Monday 2 March 2026 unless said otherwise; times are those of Shanghai.
_DAY = "2026-03-02"
_HEADER = (
    "waybill_no,org_unit_id,courier_id,first_attempt_at,delivered_at,status,service_level,"
    "picked_up_at\n"
)
Attempts = Callable[..., pl.DataFrame]


def tried(
    waybill_no: str,
    time: str,
    *,
    delivered: str = "",
    unit: str = "PD",
    courier: str = "C1",
    day: str = _DAY,
    status: str = "in_transit",
) -> str:
    """Return the row of a waybill first tried at `time`."""
    done = f"{day} {delivered}" if delivered else ""
    said = "delivered" if delivered else status
    return f"{waybill_no},{unit},{courier},{day} {time},{done},{said},express,2026-02-25 09:00\n"


def bulk(*times: str, unit: str = "PD", of: int | None = 1, day: str = _DAY) -> list[str]:
    """Return a waybill for each of `times` at which courier `of` recorded a failed attempt."""
    courier = "" if of is None else f"C{of}"
    return [
        tried(f"B{courier}{number}", time, unit=unit, courier=courier, day=day)
        for number, time in enumerate(times)
    ]


@pytest.fixture
def attempts(tmp_path: Path) -> Attempts:
    """Land waybills and their scans (waybill, time, event), and return the mart."""

    def made(rows: Sequence[str], scans: Sequence[tuple[str, str, str]] = ()) -> pl.DataFrame:
        small = new_home(tmp_path, _KINDS, _REFERENCE)
        small.land("deliveries/march.csv", _HEADER + "".join(rows))
        events = (f"{waybill_no}\t{_DAY} {time}\t{event}\n" for waybill_no, time, event in scans)
        small.land("delivery_events/march.tsv", "waybill_no\tat\tevent\n" + "".join(events))
        with small.stages() as night:
            night.landed = land(night.home, night.sources, night.ledger)
            for kind in _KINDS:
                take_in_pending(night, RECORD_KINDS[kind])
            working_hours(build_asset_context(resources={"night": night}))
            suspicious_attempts(build_asset_context(resources={"night": night}))
            return night.warehouse.query("from marts.suspicious_attempts")

    return made


def reasons(mart: pl.DataFrame) -> dict[str, list[str]]:
    return dict(mart.select("waybill_no", "reasons").rows())


def test_an_attempt_long_after_any_scan_is_listed_with_all_that_is_known(
    attempts: Attempts,
) -> None:
    mart = attempts(
        [tried("W", "07:30", delivered="17:00")],
        [("W", "02:00", "hub_out"), ("W", "07:30", "attempt"), ("W", "16:00", "out")],
    )
    assert mart.rows(named=True) == [
        {
            "waybill_no": "W",
            "org_unit_id": "PD",
            "courier_id": "C1",
            "service_level": "express",
            "first_attempt_at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
            "attempted_on": date(2026, 3, 2),  # local: in UTC it is still the day before
            "delivered_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
            "attempts_at_once": 1,
            "last_scan_at": datetime(2026, 3, 1, 18, tzinfo=UTC),
            "reasons": ["no_scan_near"],
            "score": 1,
        }
    ]


@pytest.mark.parametrize(("scanned", "is_listed"), [("09:59", True), ("10:00", False)])
def test_a_scan_up_to_four_hours_before_is_near(
    attempts: Attempts, scanned: str, is_listed: bool
) -> None:
    mart = attempts([tried("W", "14:00")], [("W", scanned, "out_for_delivery")])
    assert mart.height == is_listed


def test_the_scan_of_the_attempt_itself_is_not_near_it(attempts: Attempts) -> None:
    mart = attempts([tried("W", "14:00")], [("W", "14:00", "attempt")])
    assert reasons(mart) == {"W": ["no_scan_near"]}
    assert mart["last_scan_at"].to_list() == [None]


def test_another_scan_at_the_instant_of_the_attempt_is_near_it(attempts: Attempts) -> None:
    scans = [("W", "14:00", "out_for_delivery"), ("W", "14:00", "attempt")]
    assert attempts([tried("W", "14:00")], scans).is_empty()


def test_a_waybill_without_scans_is_not_suspicious_for_that(attempts: Attempts) -> None:
    rows = [tried("W", "14:00"), tried("V", "14:00")]
    assert reasons(attempts(rows, [("V", "14:00", "attempt")])) == {"V": ["no_scan_near"]}


@pytest.mark.parametrize(("delivered", "is_listed"), [("14:05:00", False), ("14:05:01", True)])
def test_what_was_handed_over_within_minutes_was_tried(
    attempts: Attempts, delivered: str, is_listed: bool
) -> None:
    rows = [tried("W", "14:00", delivered=delivered)]
    assert attempts(rows, [("W", "14:00", "attempt")]).height == is_listed


def test_cancelled_deliveries_are_not_listed(attempts: Attempts) -> None:
    rows = [tried("W", "14:00", status="cancelled")]
    assert attempts(rows, [("W", "14:00", "attempt")]).is_empty()


def test_without_scans_five_attempts_at_once_at_closing_time_are_the_only_reason(
    attempts: Attempts,
) -> None:
    mart = attempts(bulk("17:55", "17:56", "17:57", "17:58", "17:59"))
    assert mart["reasons"].to_list() == [["in_bulk_at_shift_end"]] * 5
    assert mart["attempts_at_once"].to_list() == [5] * 5


def test_both_reasons_make_a_score_of_two(attempts: Attempts) -> None:
    mart = attempts(bulk(*["17:55"] * 5), [("BC10", "17:55", "attempt")])
    both = mart.filter(pl.col("score") == 2)
    assert reasons(both) == {"BC10": ["no_scan_near", "in_bulk_at_shift_end"]}


def test_many_within_five_minutes_of_the_last_half_hour_or_later_are_in_bulk(
    attempts: Attempts,
) -> None:
    cases = [
        (["17:55"] * 4, 0),
        (["17:50", "17:51", "17:52", "17:53", "17:56"], 0),
        (["17:50", "17:51", "17:52", "17:53", "17:55"], 5),
        (["17:45", "17:55", "17:55", "17:56", "17:57", "17:58"], 5),
        (["17:29:59", "17:30", "17:30", "17:30", "17:30"], 4),
        (["17:29"] * 5, 0),
        (["12:00"] * 5, 0),
        (["21:40"] * 5, 5),
    ]
    rows = [row for number, (times, _) in enumerate(cases) for row in bulk(*times, of=number)]
    listed = attempts(rows)["courier_id"].to_list()
    assert [listed.count(f"C{number}") for number in range(len(cases))] == [
        expected for _, expected in cases
    ]


def test_a_day_without_working_time_has_no_closing_time(attempts: Attempts) -> None:
    assert attempts(bulk(*["17:55"] * 5, day="2026-03-01")).is_empty()


def test_a_unit_that_never_closes_has_no_closing_time(attempts: Attempts) -> None:
    assert attempts(bulk(*["23:55"] * 5, unit="RC")).is_empty()


def test_closing_time_is_that_of_the_zone_of_the_unit(attempts: Attempts) -> None:
    # The export has the times of Shanghai: there it is 17:55 in New York, the day before.
    mart = attempts(bulk(*["06:55"] * 5, unit="NY", day="2026-03-03"))
    assert mart["first_attempt_at"][0] == datetime(2026, 3, 2, 22, 55, tzinfo=UTC)
    assert mart["attempted_on"].to_list() == [date(2026, 3, 2)] * 5


def test_attempts_of_several_couriers_or_of_nobody_known_are_not_at_once(
    attempts: Attempts,
) -> None:
    several = [tried(f"C{number}", "17:55", courier=f"C{number}") for number in range(5)]
    assert attempts([*several, *bulk(*["17:55"] * 5, of=None)]).is_empty()


def test_what_was_handed_over_does_not_make_a_bulk(attempts: Attempts) -> None:
    locker = [tried(f"L{number}", "17:55", delivered="17:55") for number in range(9)]
    assert attempts([*locker, *bulk("17:56")]).is_empty()


def test_a_home_without_attempts_has_the_mart_with_all_its_columns(attempts: Attempts) -> None:
    mart = attempts([])
    assert mart.is_empty()
    assert mart.schema["reasons"] == pl.List(pl.String)
    assert mart.schema["score"] == pl.Int64


def test_the_planted_false_attempts_of_the_demo_are_found_and_few_others() -> None:
    night = demo_night()
    landed = pl.concat(
        pl.read_csv(file, infer_schema=False, truncate_ragged_lines=True)
        for file in (night.landing / "deliveries").glob("deliveries_202603*.csv")
    )
    # Only who never left the outlet is out for delivery after the first attempt.
    is_false = pl.col("Out For Delivery") > pl.col("First Attempt")
    planted = set(landed.filter(is_false)["Waybill No"])
    assert len(planted) == 54
    with open_snapshot(night.store / "snapshots") as snapshot:
        mart = snapshot.query("from marts.suspicious_attempts")
    there = (pl.col("org_unit_id") == "BJS-CY") & pl.col("attempted_on").is_between(
        date(2026, 3, 9), date(2026, 3, 29)
    )
    found = set(mart.filter(there)["waybill_no"])
    assert len(found & planted) >= 0.9 * len(planted)
    assert len(found - planted) <= 3
    # Of 60 000 deliveries, 4 800 of which failed at first.
    assert mart.filter(~there).height <= 10
