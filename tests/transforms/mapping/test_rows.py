"""From bronze to canonical rows: text, native types, and what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.mapping.column_plan import resolve_columns
from transforms.mapping.local_times import INSTANT
from transforms.mapping.rows import Mapped, map_columns
from transforms.source_definition import parse_source

WANTED = {
    "ticket_id": pl.String(),
    "kind": pl.String(),
    "opened_at": INSTANT,
    "reopened_count": pl.Int64(),
    "compensation_minor": pl.Int64(),
    "is_escalated": pl.Boolean(),
    "score": pl.Float64(),
    "due_on": pl.Date(),
}
UTC_TIMES = pl.Datetime("us", "UTC")


def mapped(
    toml: str = "",
    *,
    time_zone: str = "UTC",
    defaults: dict[str, object] | None = None,
    dtype: pl.DataType | None = None,
    **columns: Sequence[object],
) -> Mapped:
    rows = pl.DataFrame(columns, schema_overrides=dict.fromkeys(columns, dtype) if dtype else None)
    bronze = rows.with_columns(
        _row=pl.int_range(2, rows.height + 2, dtype=pl.Int64),
        _ragged=pl.lit(None, dtype=pl.String),
    )
    source = parse_source("hotline", f'kind = "tickets"\nfiles = "*.csv"\n{toml}')
    plan = resolve_columns(source, rows.columns, WANTED, (), defaults or {}, file="a.csv")
    return map_columns(bronze, plan, source, time_zone=time_zone)


def test_every_canonical_column_is_there_in_its_type() -> None:
    rows = mapped(ticket_id=["T1"]).rows
    for column, dtype in WANTED.items():
        assert rows.schema[column] == dtype
    assert rows.schema["unreadable"] == pl.List(pl.String)
    assert rows.row(0, named=True) == {
        **dict.fromkeys(WANTED),
        "ticket_id": "T1",
        "row_number": 2,
        "ragged": None,
        "unreadable": [],
        "ambiguous_times": 0,
        "nonexistent_times": 0,
    }


def test_no_rows_are_mapped_all_the_same() -> None:
    rows = mapped(ticket_id=[], opened_at=[], score=[], dtype=pl.String()).rows
    assert rows.height == 0
    assert rows.schema["opened_at"] == UTC_TIMES


def test_the_callers_columns_pass_and_unused_columns_of_the_file_do_not() -> None:
    source = parse_source("hotline", 'kind = "tickets"\nfiles = "*.csv"')
    plan = resolve_columns(source, ["ticket_id", "weather"], WANTED, (), {}, file="a.csv")
    bronze = pl.DataFrame(
        {"batch": ["b"], "ticket_id": ["T1"], "weather": ["fair"], "_row": [2], "_ragged": ["T1,"]}
    )
    rows = map_columns(bronze, plan, source, time_zone="UTC").rows
    assert rows["batch"].to_list() == ["b"]
    assert rows["ragged"].to_list() == ["T1,"]
    assert "weather" not in rows.columns


def test_text_is_stripped_and_missing_texts_are_null() -> None:
    toml = 'missing = ["?", "N/A"]\n[columns]\nscore = {from = "score", missing = "9"}'
    rows = mapped(toml, ticket_id=[" T1 ", "?", "", "N/A "], score=["4", "9", " ", "?"]).rows
    assert rows["ticket_id"].to_list() == ["T1", None, None, None]
    assert rows["score"].to_list() == [4.0, None, None, None]
    assert rows["unreadable"].to_list() == [[]] * 4


def test_values_are_mapped_and_the_default_fills_what_is_missing() -> None:
    toml = """
        [columns.kind]
        from = "kind"
        values = {"A" = "complaint", "投诉" = "request", "-" = ""}
        default = "business"
    """
    rows = mapped(toml, kind=[" A ", "投诉", "-", "", "咨询", "Incident", "表扬"]).rows
    assert rows["kind"].to_list() == [
        "complaint",
        "request",  # the source's own word goes before what the word commonly means
        "business",
        "business",
        "consultation",
        "incident",
        "表扬",
    ]


def test_the_kinds_default_serves_only_a_source_without_the_column() -> None:
    assert mapped(ticket_id=["T1"], defaults={"reopened_count": 0}).rows["reopened_count"][0] == 0
    with_column = mapped(reopened_count=[""], defaults={"reopened_count": 0}).rows
    assert with_column["reopened_count"].to_list() == [None]


def test_a_default_does_not_hide_what_cannot_be_read() -> None:
    toml = '[columns]\nscore = {from = "score", default = "3"}'
    rows = mapped(toml, score=["x", ""]).rows
    assert rows["score"].to_list() == [None, 3.0]
    assert rows["unreadable"].to_list() == [["score"], []]


def test_every_column_that_cannot_be_read_is_named() -> None:
    rows = mapped(
        ticket_id=["T1", "T2", "T3"],
        opened_at=["soon", "2025-06-03", ""],
        compensation_minor=["1.5", "2", ""],
        is_escalated=["perhaps", "是", ""],
        due_on=["03/06/2025", "2025-06-03", ""],
    ).rows
    assert rows["unreadable"].to_list() == [
        ["opened_at", "compensation_minor", "is_escalated", "due_on"],
        [],
        [],
    ]


def test_money_under_a_common_header_is_in_major_units() -> None:
    rows = mapped(赔付金额=["1,234.50", "0.29", "0.295", "(3)"]).rows
    assert rows["compensation_minor"].to_list() == [123450, 29, None, -300]
    assert rows["unreadable"].to_list() == [[], [], ["compensation_minor"], []]


def test_money_mapped_with_a_scale_is_exact() -> None:
    toml = 'decimal_comma = true\n[columns]\ncompensation_minor = {from = "zahlung", scale = 100}'
    assert mapped(toml, zahlung=["1.234,56"]).rows["compensation_minor"].to_list() == [123456]


def test_the_zone_of_the_column_goes_before_the_sources_and_the_homes() -> None:
    time = "2025-06-03 12:00"
    of_column = (
        'time_zone = "Asia/Tokyo"\n'
        '[columns]\nopened_at = {from = "opened_at", time_zone = "Asia/Shanghai"}'
    )
    for toml, hour in [(of_column, 4), ('time_zone = "Asia/Tokyo"', 3), ("", 10)]:
        rows = mapped(toml, opened_at=[time], time_zone="Europe/Paris").rows
        assert rows["opened_at"].to_list() == [datetime(2025, 6, 3, hour, tzinfo=UTC)]


def test_times_that_the_clocks_did_not_settle_are_counted_per_row() -> None:
    read = mapped(
        opened_at=["2025-10-26 01:30", "2025-03-30 01:30", "2025-06-03 01:30", ""],
        time_zone="Europe/London",
    )
    assert read.rows["ambiguous_times"].to_list() == [1, 0, 0, 0]
    assert read.rows["nonexistent_times"].to_list() == [0, 1, 0, 0]
    assert (read.ambiguous_times, read.nonexistent_times) == (1, 1)


def test_the_end_of_a_day_is_local() -> None:
    toml = """
        [columns.opened_at]
        from = "opened_at"
        format = ["%d-%b-%y", "%m/%d/%y"]
        time_of_day = 23:59:59
    """
    rows = mapped(toml, opened_at=["2-Jun-06", "6/3/06"], time_zone="Asia/Shanghai").rows
    assert rows["opened_at"].to_list() == [
        datetime(2006, 6, 2, 15, 59, 59, tzinfo=UTC),
        datetime(2006, 6, 3, 15, 59, 59, tzinfo=UTC),
    ]


def test_numbers_become_ids_without_a_fraction() -> None:
    assert mapped(ticket_id=[1001.0, None, 1.5]).rows["ticket_id"].to_list() == [
        "1001",
        None,
        "1.5",
    ]
    assert mapped(ticket_id=[1001, 7]).rows["ticket_id"].to_list() == ["1001", "7"]


def test_native_floats_are_rounded_to_the_minor_unit() -> None:
    rows = mapped(赔付金额=[0.29, 1234.565, 0.125, -0.125, float("nan"), None]).rows
    assert rows["compensation_minor"].to_list() == [29, 123457, 13, -13, None, None]
    assert rows["unreadable"].list.len().sum() == 0


def test_native_counts_must_be_whole() -> None:
    rows = mapped(reopened_count=[2.0, 2.5, float("inf"), None]).rows
    assert rows["reopened_count"].to_list() == [2, None, None, None]
    assert rows["unreadable"].to_list() == [[], ["reopened_count"], ["reopened_count"], []]


def test_native_integers_and_decimals_are_scaled_exactly() -> None:
    assert mapped(赔付金额=[10**15, 2**62]).rows["compensation_minor"].to_list() == [10**17, None]
    decimals = [Decimal("0.29"), Decimal("0.30"), None]
    assert mapped(赔付金额=decimals).rows["compensation_minor"].to_list() == [29, 30, None]


def test_native_truths_numbers_and_dates_keep_their_type() -> None:
    rows = mapped(
        is_escalated=[True, None],
        score=[4, None],
        due_on=[date(2025, 6, 3), None],
        opened_at=[datetime(2025, 6, 3, 12), None],  # noqa: DTZ001  (a local time)
        time_zone="Asia/Shanghai",
    ).rows
    assert rows["is_escalated"].to_list() == [True, None]
    assert rows["score"].to_list() == [4.0, None]
    assert rows["due_on"].to_list() == [date(2025, 6, 3), None]
    assert rows["opened_at"].to_list() == [datetime(2025, 6, 3, 4, tzinfo=UTC), None]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_native_instants_with_a_zone_keep_their_instant(unit: str) -> None:
    times = pl.Series([datetime(2025, 6, 3, 12, tzinfo=UTC)], dtype=pl.Datetime(unit, "UTC"))
    shown = times.dt.convert_time_zone("Asia/Tokyo")
    rows = mapped(opened_at=shown, due_on=shown, time_zone="Pacific/Auckland").rows
    assert rows["opened_at"].to_list() == [datetime(2025, 6, 3, 12, tzinfo=UTC)]
    assert rows["due_on"].to_list() == [date(2025, 6, 4)]


def test_native_dates_in_an_instant_column_get_the_time_of_day() -> None:
    toml = '[columns]\nopened_at = {from = "opened_at", time_of_day = 08:30:00}'
    rows = mapped(toml, opened_at=[date(2025, 6, 3)]).rows
    assert rows["opened_at"].to_list() == [datetime(2025, 6, 3, 8, 30, tzinfo=UTC)]


def test_native_numbers_know_missing_values_mapped_values_and_defaults() -> None:
    toml = """
        missing = "99"
        [columns]
        score = {from = "score", missing = ["9"], default = "3"}
        is_escalated = {from = "flag", values = {"2" = "true", "1" = "false"}}
    """
    rows = mapped(toml, score=[4, 9, 99, None], flag=[2, 1, None, 5]).rows
    assert rows["score"].to_list() == [4.0, 3.0, 3.0, 3.0]
    assert rows["is_escalated"].to_list() == [True, False, None, None]
    assert rows["unreadable"].to_list() == [[], [], [], ["is_escalated"]]


def test_native_numbers_are_instants_only_where_the_source_says_so() -> None:
    assert mapped(opened_at=[1748941508]).rows["unreadable"].to_list() == [["opened_at"]]
    toml = '[columns]\nopened_at = {from = "opened_at", format = "unix"}'
    rows = mapped(toml, opened_at=[1748941508]).rows
    assert rows["opened_at"].to_list() == [datetime(2025, 6, 3, 9, 5, 8, tzinfo=UTC)]


def test_a_column_without_any_value_has_no_type_of_its_own() -> None:
    rows = mapped(ticket_id=[None, None], opened_at=[None, None], score=[None, None]).rows
    assert rows["opened_at"].to_list() == [None, None]
    assert rows["unreadable"].to_list() == [[], []]


@pytest.mark.slow
@given(st.lists(st.sampled_from(["2025-06-03", "3/6/2025", "", "x", "2025年6月3日", "1,5"])))
def test_rows_keep_their_order_and_nothing_present_is_lost_in_silence(texts: list[str]) -> None:
    rows = mapped(ticket_id=texts, opened_at=texts, score=texts, dtype=pl.String()).rows
    assert rows["row_number"].to_list() == list(range(2, len(texts) + 2))
    for text, row in zip(texts, rows.iter_rows(named=True), strict=True):
        for column in ("opened_at", "score"):
            is_read = row[column] is not None
            assert is_read + (column in row["unreadable"]) == (1 if text else 0)
