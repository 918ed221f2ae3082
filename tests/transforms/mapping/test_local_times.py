"""Local times and UTC, against Python's own zones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.mapping.local_times import add_local_dates, to_utc

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1))  # noqa: DTZ001  (local times)


def local_times(*texts: str) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).str.to_datetime("%Y-%m-%d %H:%M", time_unit="us")


def utc(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]


@given(st.lists(TIMES, min_size=1), st.sampled_from(ZONES))
def test_instants_agree_with_python_in_any_zone(local: list[datetime], zone: str) -> None:
    at = to_utc(pl.Series(local, dtype=pl.Datetime("us")), zone).at
    # Python's fold=0 is the earlier of two, and the offset before a gap: what we promise.
    assert at.to_list() == [time.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for time in local]


@given(st.integers(0, 60 * 24 * 400), st.sampled_from(ZONES))
def test_a_time_that_the_clocks_settle_is_neither_ambiguous_nor_skipped(
    minute: int, zone: str
) -> None:
    instant = datetime.fromtimestamp(1_700_000_000 // 60 * 60 + minute * 60, UTC)
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    times = to_utc(pl.Series([shown], dtype=pl.Datetime("us")), zone)
    other = shown.replace(fold=1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    first = shown.replace(fold=0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert times.is_ambiguous.to_list() == [other != first]
    assert times.is_nonexistent.to_list() == [False]


def test_a_time_that_the_clocks_showed_twice_is_the_earlier_instant() -> None:
    times = to_utc(local_times("2025-10-26 01:30", "2025-10-26 03:30"), "Europe/London")
    assert times.at.to_list() == utc("2025-10-26 00:30", "2025-10-26 03:30")
    assert times.is_ambiguous.to_list() == [True, False]
    assert times.is_nonexistent.to_list() == [False, False]


def test_a_time_that_the_clocks_skipped_moves_forward_by_the_gap() -> None:
    times = to_utc(local_times("2025-03-30 01:30", "2025-03-30 00:30"), "Europe/London")
    assert times.at.to_list() == utc("2025-03-30 01:30", "2025-03-30 00:30")  # 02:30 in summer time
    assert times.is_nonexistent.to_list() == [True, False]
    assert times.is_ambiguous.to_list() == [False, False]


def test_a_day_that_a_country_left_out_moves_forward_by_a_day() -> None:
    skipped = to_utc(local_times("2011-12-30 12:00"), "Pacific/Apia")
    shown = to_utc(local_times("2011-12-31 12:00"), "Pacific/Apia")
    assert skipped.at.to_list() == shown.at.to_list()
    assert skipped.is_nonexistent.to_list() == [True]


def test_no_time_stays_no_time() -> None:
    times = to_utc(pl.Series([None], dtype=pl.Datetime("us")), "Europe/London")
    assert times.at.to_list() == [None]
    assert not times.is_ambiguous.any() and not times.is_nonexistent.any()


def test_local_dates_are_those_of_the_units_own_zone() -> None:
    at = pl.Series(utc(*["2025-06-01 20:00"] * 4), dtype=pl.Datetime("us", "UTC"))
    rows = pl.DataFrame({"org_unit_id": ["shanghai", "lisbon", "unknown", None], "opened_at": at})
    zones = {"shanghai": "Asia/Shanghai", "lisbon": "Europe/Lisbon", "idle": "Asia/Tokyo"}
    dated = add_local_dates(
        rows, {"opened_on": "opened_at"}, time_zone="Australia/Sydney", unit_zones=zones
    )
    assert dated["opened_on"].to_list() == [
        date(2025, 6, 2),
        date(2025, 6, 1),
        date(2025, 6, 2),
        date(2025, 6, 2),
    ]
    assert dated["org_unit_id"].to_list() == rows["org_unit_id"].to_list()


def test_local_dates_of_records_without_a_unit_are_those_of_the_home() -> None:
    rows = pl.DataFrame({"at": utc("2025-06-01 20:00")}, schema={"at": pl.Datetime("us", "UTC")})
    dated = add_local_dates(
        rows, {"happened_on": "at"}, time_zone="Asia/Shanghai", unit_zones={"x": "UTC"}
    )
    assert dated["happened_on"].to_list() == [date(2025, 6, 2)]


@pytest.mark.parametrize("units", [{}, {"a": "Asia/Tokyo"}])
def test_no_rows_get_the_columns_all_the_same(units: dict[str, str]) -> None:
    schema = {"org_unit_id": pl.String(), "opened_at": pl.Datetime("us", "UTC")}
    dated = add_local_dates(
        pl.DataFrame(schema=schema), {"opened_on": "opened_at"}, time_zone="UTC", unit_zones=units
    )
    assert dated.schema["opened_on"] == pl.Date


UNITS = {"a": "Asia/Tokyo", "b": "America/New_York", "c": "Asia/Kathmandu"}


@given(st.lists(st.tuples(st.sampled_from("abcd"), TIMES)))
def test_local_dates_agree_with_python_in_mixed_order(rows: list[tuple[str, datetime]]) -> None:
    frame = pl.DataFrame(
        {"org_unit_id": [unit for unit, _ in rows], "at": [time for _, time in rows]},
        schema={"org_unit_id": pl.String, "at": pl.Datetime("us")},
    ).with_columns(pl.col("at").dt.replace_time_zone("UTC"))
    dated = add_local_dates(
        frame, {"on": "at", "again_on": "at"}, time_zone="UTC", unit_zones=UNITS
    )
    expected = [
        time.replace(tzinfo=UTC).astimezone(ZoneInfo(UNITS.get(unit, "UTC"))).date()
        for unit, time in rows
    ]
    assert dated["on"].to_list() == dated["again_on"].to_list() == expected
