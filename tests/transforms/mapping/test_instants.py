"""Dates and instants written as text."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.mapping.instants import (
    DEFAULT_FORMATS,
    is_readable_format,
    read_dates,
    read_instants,
)


def instants(
    *texts: str | None, formats: tuple[str, ...] = (), at: time | None = None, zone: str = "UTC"
) -> list[str | None]:
    series = pl.Series(texts, dtype=pl.String)
    read = read_instants(series, formats, time_of_day=at, time_zone=zone).at
    return read.dt.strftime("%Y-%m-%d %H:%M:%S%.f").to_list()


def dates(*texts: str, formats: tuple[str, ...] = (), zone: str = "UTC") -> list[date | None]:
    return read_dates(pl.Series(texts), formats, time_zone=zone).to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-03", "2025-06-03 00:00:00"),
        ("2025-06-03 09:05", "2025-06-03 09:05:00"),
        ("2025-06-03T09:05:07", "2025-06-03 09:05:07"),
        ("2025-06-03 09:05:07.25", "2025-06-03 09:05:07.250"),
        ("2025-06-03T09:05:07.123456", "2025-06-03 09:05:07.123456"),
        ("2025-06-03T09:05:07Z", "2025-06-03 09:05:07"),
        ("2025-06-03T09:05:07+08:00", "2025-06-03 01:05:07"),
        ("2025-06-03 09:05:07.5 -0330", "2025-06-03 12:35:07.500"),
        ("2025-06-03T09:05+08", "2025-06-03 01:05:00"),
        ("2025/6/3", "2025-06-03 00:00:00"),
        ("2025/6/3 9:05", "2025-06-03 09:05:00"),
        ("2025/06/03 09:05:07", "2025-06-03 09:05:07"),
        ("2025年6月3日", "2025-06-03 00:00:00"),
        ("2025年6月3日 9:05", "2025-06-03 09:05:00"),
        ("2025年06月03日9时05分07秒", "2025-06-03 09:05:07"),
    ],
)
def test_formats_that_need_no_telling(text: str, expected: str) -> None:
    assert instants(text) == [expected]


@pytest.mark.parametrize(
    "text",
    ["03/06/2025", "3.6.2025", "2025-13-01", "2025-02-29", "0025-06-03", "yesterday", "45000"],
)
def test_what_could_mean_another_day_or_none_is_unreadable(text: str) -> None:
    assert instants(text) == [None]


def test_formats_may_be_mixed_within_a_column() -> None:
    texts = ("2025/6/3", None, "2025-06-03T09:05:07Z", "x", "2025-06-03 10:00")
    assert instants(*texts, zone="Asia/Shanghai") == [
        "2025-06-02 16:00:00",
        None,
        "2025-06-03 09:05:07",
        None,
        "2025-06-03 02:00:00",
    ]


def test_one_digit_days_and_hours_are_read_with_a_day_first_format() -> None:
    formats = ("%d/%m/%Y %H:%M",)
    assert (
        instants("5/3/2016 2:07", "05/03/2016 02:07", formats=formats)
        == ["2016-03-05 02:07:00"] * 2
    )


def test_of_several_formats_the_first_that_fits_counts() -> None:
    formats = ("%d/%m/%Y", "%m/%d/%Y")
    assert dates("3/6/2025", "6/13/2025", formats=formats) == [
        date(2025, 6, 3),
        date(2025, 6, 13),
    ]


def test_a_given_format_replaces_those_that_need_no_telling() -> None:
    assert instants("2025-06-03", formats=("%d/%m/%Y",)) == [None]


def test_a_two_digit_year_needs_its_own_format() -> None:
    assert dates("2-Jun-06", formats=("%d-%b-%y",)) == [date(2006, 6, 2)]
    assert dates("2/6/06", formats=("%d/%m/%Y",)) == [None]


def test_a_date_without_a_time_gets_the_time_of_day() -> None:
    end_of_day = time(23, 59, 59)
    assert instants("2025-06-03", "2025-06-03 09:00", at=end_of_day, zone="Asia/Shanghai") == [
        "2025-06-03 15:59:59",
        "2025-06-03 01:00:00",
    ]
    assert instants("3/6/25", formats=("%d/%m/%y",), at=end_of_day) == ["2025-06-03 23:59:59"]


def test_fraction_and_offset_may_be_written_as_in_python() -> None:
    assert instants("2025-06-03 09:05:07.25", formats=("%Y-%m-%d %H:%M:%S.%f",)) == [
        "2025-06-03 09:05:07.250"
    ]
    assert instants(
        "03.06.2025 09:05Z", "03.06.2025 09:05+0100", formats=("%d.%m.%Y %H:%M%z",)
    ) == [
        "2025-06-03 09:05:00",
        "2025-06-03 08:05:00",
    ]


def test_a_z_at_the_end_of_a_format_means_utc() -> None:
    formats = ("%Y-%m-%dT%H:%M:%SZ",)
    assert instants("2025-06-03T09:05:07Z", formats=formats, zone="Asia/Shanghai") == [
        "2025-06-03 09:05:07"
    ]


def test_serial_numbers_of_spreadsheets_are_local_times() -> None:
    texts = ("45811", "45811.5", "45811.378564814815", "60", "x")
    assert instants(*texts, formats=("excel",), zone="Asia/Shanghai") == [
        "2025-06-02 16:00:00",
        "2025-06-03 04:00:00",
        "2025-06-03 01:05:08",
        None,
        None,
    ]


def test_seconds_since_1970_are_utc() -> None:
    assert instants("1748941508", formats=("unix",), zone="Asia/Shanghai") == [
        "2025-06-03 09:05:08"
    ]
    assert instants("1748941508250", "9" * 30, formats=("unix_ms",)) == [
        "2025-06-03 09:05:08.250",
        None,
    ]


def test_a_date_column_takes_the_date_of_a_time() -> None:
    assert dates("2025-06-03 23:30:00") == [date(2025, 6, 3)]
    assert dates("2025-06-03T23:30:00Z", zone="Asia/Shanghai") == [date(2025, 6, 4)]
    assert dates("45811.9", formats=("excel",)) == [date(2025, 6, 3)]


@pytest.mark.parametrize(
    "written",
    [*DEFAULT_FORMATS, "%d/%m/%Y", "%d-%b-%y", "%Y%m%d", "%Y-%m", "%m/%d/%Y %I:%M %p", "excel"],
)
def test_formats_that_dates_can_be_read_with(written: str) -> None:
    assert is_readable_format(written)


@pytest.mark.parametrize(
    "written",
    ["", "%H:%M", "%d/%m", "%Q", "YYYY-MM-DD", "%Y-%m-%d %H", "%Y-%m-%d %H:%M %Z", "%s", "%"],
)
def test_formats_that_no_date_can_be_read_with(written: str) -> None:
    assert not is_readable_format(written)


@given(
    st.lists(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31))),  # noqa: DTZ001  (local)
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S"]),
)
def test_what_was_written_comes_back(times: list[datetime], written: str) -> None:
    seconds = [time.replace(microsecond=0, tzinfo=UTC) for time in times]
    texts = pl.Series([time.strftime(written) for time in seconds], dtype=pl.String)
    assert read_instants(texts, (), time_of_day=None, time_zone="UTC").at.to_list() == seconds
