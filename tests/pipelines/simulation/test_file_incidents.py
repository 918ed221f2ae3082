"""What is planted in the landed files: late, doubled, cut off, missing, repeated and bad rows."""

from __future__ import annotations

import polars as pl
import pytest

from tests.pipelines.simulation.landed_demo import DEMO, Demo, demo_source, read_file

pytestmark = pytest.mark.slow


def test_the_missing_day_has_no_file(demo: Demo) -> None:
    day = demo.incident("missing_day")["from"].replace("-", "")
    assert not list((demo.landing / "deliveries").glob(f"*{day}*"))


def test_the_truncated_file_ends_in_the_middle_of_a_row(demo: Demo) -> None:
    (name,) = demo.incident("truncated_file")["files"]
    last = (demo.landing / name).read_bytes().splitlines(keepends=True)[-1]
    assert not last.endswith(b"\n")
    assert 0 < last.count(b",") < 22


def test_the_doubled_file_has_the_same_bytes_under_two_names(demo: Demo) -> None:
    first, second = demo.incident("doubled_file")["files"]
    assert (demo.landing / first).read_bytes() == (demo.landing / second).read_bytes()


def test_the_late_file_sorts_last_and_holds_rows_of_an_earlier_day(demo: Demo) -> None:
    late = demo.incident("late_file")
    own, last = (demo.landing / name for name in late["files"])
    assert max((demo.landing / "deliveries").iterdir()) == last
    source = demo_source("deliveries")
    days = read_file(last, source)["Waybill No"].str.slice(2, 6)
    expected = [late["from"], late["to"]]
    assert sorted(days.unique()) == [day[2:].replace("-", "") for day in expected]
    repeated = set(read_file(last, source)["Waybill No"]) & set(
        read_file(own, source)["Waybill No"]
    )
    assert not repeated


def test_the_day_of_duplicates_has_every_row_twice(demo: Demo) -> None:
    (name,) = demo.incident("duplicates")["files"]
    rows = read_file(demo.landing / name, demo_source("deliveries"))
    assert rows.is_duplicated().all()
    assert rows.unique().height * 2 == rows.height


def test_bad_rows_are_where_they_are_said_to_be(demo: Demo) -> None:
    ids = {"deliveries": "Waybill No", "tickets": "工单号", "surveys": "Response ID"}
    spoilt = {
        "closed_at_is_not_before_opened_at": (pl.col("关闭时间") < pl.col("受理时间"))
        & ~pl.col("受理时间").str.starts_with("2026/13"),
        "reassigned_count_is_in_range": pl.col("转派次数") == "-1",
        "opened_at_is_readable": pl.col("受理时间").str.starts_with("2026/13"),
        "picked_up_at_is_readable": pl.col("Picked Up").str.starts_with("99"),
        "overall_is_within_scale": pl.col("Overall") == "11",
    }
    assert demo.planted.bad_rows
    for bad in demo.planted.bad_rows:
        unit = "Outlet" if bad.source == "deliveries" else "受理网点"
        is_spoilt = spoilt.get(bad.rules[0], pl.col(unit) == "CAN-PY")
        rows = read_file(demo.landing / bad.file, demo_source(bad.source))
        assert bad.ids
        assert rows.filter(is_spoilt)[ids[bad.source]].to_list() == bad.ids


def test_unknown_outlets_appear_only_where_planted(demo: Demo, deliveries: pl.DataFrame) -> None:
    known = pl.read_csv(DEMO / "reference" / "org_units.csv")["id"]
    unknown = deliveries.filter(~pl.col("Outlet").is_in(known.implode()))
    planted = [
        row
        for bad in demo.planted.bad_rows
        if bad.source == "deliveries" and bad.rules == ("org_unit_id_is_registered",)
        for row in bad.ids
    ]
    assert sorted(unknown["Waybill No"]) == sorted(planted)
