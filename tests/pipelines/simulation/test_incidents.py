"""What is planted in service and money is there, in the landed files, and not elsewhere.

To add an incident: a test here that sees it, or in test_file_incidents.py when a file is at fault.
"""

from __future__ import annotations

from datetime import date, time, timedelta

import polars as pl
import pytest

from tests.pipelines.simulation.landed_demo import DEMO, END, Demo, standard_errors

pytestmark = pytest.mark.slow  # lands a demo

_EAST = ["SHA-PD", "HGH-BJ", "NKG-JN", "SZV-WZ", "SHA-HQ", "NGB-YZ"]
_SOUTH = ["CAN-TH", "SZX-NS", "DGM-HM", "FUO-SD", "XMN-HL", "NNG-QX"]


def test_the_flooded_depot_is_late_and_loses_parcels(demo: Demo, due: pl.DataFrame) -> None:
    flood = demo.incident("flood")
    there = due.filter(pl.col("Outlet") == flood["where"][0])
    days = (
        pl.col("Picked Up")
        .dt.date()
        .is_between(date.fromisoformat(flood["from"]), date.fromisoformat(flood["to"]))
    )
    flooded, usual = there.filter(days), there.filter(~days)
    assert flooded["in_time"].mean() < 0.6
    assert usual["in_time"].mean() > 0.91
    assert (flooded["Status"] == "Lost").mean() > 0.02
    assert (usual["Status"] == "Lost").mean() < 0.002


def test_first_answers_of_the_tracing_queue_slow_down_when_staff_left(
    tickets: pl.DataFrame,
) -> None:
    fell_due = tickets.filter(
        pl.col("受理网点") == "Q-TRACE", pl.col("受理时间") < END - timedelta(days=1)
    )
    # The service centre works 08:00 to 22:00 every day: 840 minutes.
    spent = _service_centre_minutes("首次响应时间") - _service_centre_minutes("受理时间")
    in_time = fell_due.select(has_left=pl.col("受理时间") >= date(2026, 4, 1), in_time=spent <= 240)
    before, after = in_time.partition_by("has_left", maintain_order=True)
    assert before["in_time"].mean() == pytest.approx(0.93, abs=0.02)
    assert after["in_time"].mean() == pytest.approx(0.86, abs=0.03)


def _service_centre_minutes(column: str) -> pl.Expr:
    """Working minutes of the service centre up to the instant."""
    instant = pl.col(column)
    days = instant.dt.epoch("d").cast(pl.Int64)
    minute = instant.dt.hour().cast(pl.Int64) * 60 + instant.dt.minute()
    return days * 840 + (minute - 480).clip(0, 840)


def test_promises_are_kept_as_often_as_first_answers_are_in_time(tickets: pl.DataFrame) -> None:
    promised = tickets.filter(pl.col("状态") != "已取消", pl.col("承诺时间") < END).with_columns(
        is_kept=(pl.col("解决时间") <= pl.col("承诺时间")).fill_null(False)
    )
    is_slow = (pl.col("受理网点") == "Q-TRACE") & (pl.col("受理时间") >= date(2026, 4, 1))
    kept = promised.filter(~is_slow)["is_kept"]
    assert abs(standard_errors(kept.mean(), kept.len(), 0.93)) < 4
    assert promised.filter(is_slow)["is_kept"].mean() == pytest.approx(0.87, abs=0.03)
    agrees = promised.select((pl.col("是否达标") == "是") == pl.col("is_kept"))
    assert agrees.to_series().mean() == pytest.approx(0.97, abs=0.01)


def test_attitude_slides_within_ten_days_in_the_east_only(
    demo: Demo, answers: pl.DataFrame
) -> None:
    slide = demo.incident("sliding_attitude")
    assert sorted(slide["where"]) == sorted(_EAST)
    begun = date.fromisoformat(slide["from"])
    assert begun.weekday() == 0
    sent, is_east = pl.col("Sent").dt.date(), pl.col("Unit").is_in(_EAST)
    attitude = pl.col("Attitude").mean()

    def mean(*where: pl.Expr) -> float:
        return answers.filter(*where).select(attitude).item()

    slid = begun + timedelta(days=10)
    assert mean(is_east, sent >= slid) == pytest.approx(0.49, abs=0.05)
    assert mean(is_east, sent.is_between(begun, slid, closed="left")) > 0.55
    assert mean(is_east, sent < begun) == pytest.approx(0.83, abs=0.02)
    assert mean(~is_east, sent >= begun) == pytest.approx(0.83, abs=0.02)


def test_one_courier_damages_most_parcels_for_four_weeks(
    demo: Demo, deliveries: pl.DataFrame
) -> None:
    leak = demo.incident("careless_courier")
    first, last = date.fromisoformat(leak["from"]), date.fromisoformat(leak["to"])
    assert (first.weekday(), last - first) == (0, timedelta(days=27))
    is_wet = (pl.col("Courier") == leak["where"][0]) & pl.col("Picked Up").dt.date().is_between(
        first, last
    )
    damaged = pl.col("Exception").eq_missing("Damaged")
    wet, dry = (deliveries.filter(one).select(damaged).to_series() for one in (is_wet, ~is_wet))
    assert wet.len() > 30
    assert wet.mean() == pytest.approx(0.9, abs=0.15)
    assert dry.mean() == pytest.approx(0.004, abs=0.001)


def test_one_courier_records_failed_attempts_in_bulk_at_closing_time(
    demo: Demo, deliveries: pl.DataFrame
) -> None:
    planted = demo.incident("false_attempts")
    tried = pl.col("First Attempt")
    false = deliveries.filter(pl.col("Out For Delivery") > tried)
    assert false["Courier"].unique().to_list() == planted["where"] == ["BJS-CY-C3"]
    assert false["Outlet"].unique().to_list() == ["BJS-CY"]
    assert planted["from"] <= str(false["First Attempt"].dt.date().min())
    assert str(false["First Attempt"].dt.date().max()) <= planted["to"]
    assert false.select(tried.dt.time().is_between(time(17, 55), time(18))).to_series().all()
    batches = false.group_by(tried.dt.date()).len()
    assert batches.height == 6
    assert batches["len"].min() >= 5
    assert (false["Attempts"].cast(pl.Int64) > 1).all()


def test_false_attempts_follow_no_scan_since_the_outlet_opened(
    demo: Demo, deliveries: pl.DataFrame
) -> None:
    false = deliveries.filter(pl.col("Out For Delivery") > pl.col("First Attempt"))
    scans = demo.read("delivery_events").with_columns(
        pl.col("scanned_at").dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
    )
    scanned = false.join(scans, left_on="Waybill No", right_on="waybill")
    since_opening = scanned.filter(
        pl.col("scanned_at").is_between(
            pl.col("First Attempt").dt.truncate("1d") + timedelta(hours=8, minutes=30),
            pl.col("First Attempt"),
        )
    )
    assert since_opening["event"].unique().to_list() == ["first_attempt"]


def test_temporary_labour_overruns_in_the_south_from_the_middle_of_june(
    demo: Demo, ledger: pl.DataFrame
) -> None:
    budget = demo.read("budget_lines").filter(pl.col("预算版本") == "年初预算")
    month = pl.col("期间开始").dt.strftime("%Y-%m")
    planned = budget.group_by("网点编码", "科目编码", month.alias("month")).agg(
        planned=pl.col("预算金额（元）").sum()
    )
    booked = ledger.group_by(
        pl.col("核算单位").alias("网点编码"),
        "科目编码",
        month=pl.col("记账日期").dt.strftime("%Y-%m"),
    ).agg(booked=pl.col("金额").sum())
    both = planned.cast({"科目编码": pl.String}).join(booked, on=["网点编码", "科目编码", "month"])
    month, is_south = pl.col("month"), pl.col("网点编码").is_in(_SOUTH)
    labour = both.filter(pl.col("科目编码") == "6601")
    assert _execution(labour.filter(is_south, month > "2026-06")) == pytest.approx(2.5, abs=0.1)
    # 14 days of 30 at two and a half times the plan.
    assert _execution(labour.filter(is_south, month == "2026-06")) == pytest.approx(1.7, abs=0.1)
    usual = labour.filter(~is_south | (month < "2026-06"))
    assert _execution(usual) == pytest.approx(1.0, abs=0.03)
    for code in ("6401", "6602", "6603", "6604", "6605"):
        quiet = both.filter(pl.col("科目编码") == code)
        assert _execution(quiet) == pytest.approx(1.0, abs=0.03), code


def _execution(lines: pl.DataFrame) -> float:
    return lines["booked"].sum() / lines["planned"].sum()


def test_one_station_charges_under_the_tariff_and_the_others_exactly_by_it(
    demo: Demo,
    deliveries: pl.DataFrame,
) -> None:
    tariffs = pl.read_csv(DEMO / "reference" / "tariffs.csv").select(
        pl.col("service_level").str.to_titlecase().alias("Service"),
        pl.when("is_same_city").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("Same City"),
        pl.col("base_minor", "base_grams", "step_grams", "step_minor"),
    )
    grams = (pl.col("Weight (kg)").cast(pl.Float64) * 1000).round().cast(pl.Int64)
    steps = ((grams - pl.col("base_grams")).clip(0) / pl.col("step_grams")).ceil()
    priced = deliveries.join(tariffs, on=["Service", "Same City"]).with_columns(
        charged=pl.col("Freight (CNY)").cast(pl.Float64),
        tariff=(pl.col("base_minor") + steps * pl.col("step_minor")) / 100,
    )
    is_under = (pl.col("charged") - pl.col("tariff")).abs() > 0.005
    wrong = priced.filter(is_under, pl.col("Outlet") != "CAN-PY")
    assert wrong["Outlet"].unique().to_list() == ["SHE-HN"]
    begun = date.fromisoformat(demo.incident("under_tariff")["from"])
    assert begun.weekday() == 0
    assert wrong["Promised"].dt.date().min() >= begun
    assert wrong["charged"].sum() / wrong["tariff"].sum() == pytest.approx(0.67, abs=0.001)
    # Cancelled deliveries have no pick-up; what is due two weeks later was picked up since.
    is_since = pl.col("Promised") >= begun + timedelta(days=14)
    station = priced.filter(pl.col("Outlet") == "SHE-HN", is_since)
    assert station.select(is_under).to_series().all()


def test_the_ledger_has_the_fees_of_the_deliveries(
    deliveries: pl.DataFrame, ledger: pl.DataFrame
) -> None:
    month = pl.col("Picked Up").dt.strftime("%Y-%m") == "2026-06"
    fees = deliveries.filter(month)["Freight (CNY)"].cast(pl.Float64).sum()
    booked = ledger.filter(
        pl.col("科目编码") == "6001", pl.col("记账日期").dt.strftime("%Y-%m") == "2026-06"
    )["金额"].sum()
    assert booked == pytest.approx(fees)
