"""Landed files of the deliveries: a CSV a day (UTF-8 with BOM, local times), scans in Parquet.

The day files carry the planted faults of `file_incidents.py`.
"""

from __future__ import annotations

import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.simulation.export_texts import fixed, named, phone, words
from pipelines.simulation.file_incidents import (
    BadRows,
    FileIncidents,
    copy_file,
    day_file,
    late_file,
)
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.period import HOUR, Period

UNKNOWN_OUTLET = "CAN-PY"
_UNREADABLE = "99/99/2026 25:61"
_TIMES = "%Y-%m-%d %H:%M:%S"
_RECIPIENTS = ("王先生", "李女士", "张先生", "刘女士", "陈先生", "杨女士", "赵先生", "黄女士")


class DeliveryFiles:
    """Writes the day files in the order of the days, with the faults planned for them."""

    def __init__(
        self, folder: Path, organisation: Organisation, period: Period, faults: FileIncidents
    ) -> None:
        self._folder = folder
        self._organisation = organisation
        self._period = period
        self._faults = faults
        self._late_rows: pl.DataFrame | None = None
        self.rows_landed = 0
        self.bad_rows: list[BadRows] = []
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, deliveries: pl.DataFrame, first: int, stop: int) -> None:
        """Write the files of days `first` to `stop - 1`, whose deliveries are given by day."""
        export = export_deliveries(deliveries, self._organisation, self._period)
        starts = np.searchsorted(deliveries["day"].to_numpy(), np.arange(first, stop + 1))
        for number, (start, end) in enumerate(pairwise(starts), start=first):
            self._write_day(self._period.day(number), export[start:end])

    def _write_day(self, day: date, rows: pl.DataFrame) -> None:
        faults = self._faults
        if day == faults.missing.first_day:
            return
        if day == faults.late.first_day:
            is_late = pl.int_range(pl.len()) % 5 < 2
            self._late_rows, rows = rows.filter(is_late), rows.filter(~is_late)
        file = self._folder / day_file(day)
        if day == faults.late.last_day:
            file = self._folder / late_file(day)
            rows = rows if self._late_rows is None else pl.concat([rows, self._late_rows])
        if day == faults.duplicates.first_day:
            rows = pl.concat([rows, rows])
        if faults.unknown_outlet.lasts(day):
            is_bad = pl.int_range(pl.len()) % 10 == 4
            rows = self._spoil(
                file, rows, is_bad, "Outlet", UNKNOWN_OUTLET, "org_unit_id_is_registered"
            )
        if day == faults.unreadable.first_day:
            is_bad = pl.int_range(pl.len()).is_in([1, 3])
            rows = self._spoil(
                file, rows, is_bad, "Picked Up", _UNREADABLE, "picked_up_at_is_readable"
            )
        rows.write_csv(file, include_bom=True)
        if day == faults.cut_off.first_day:
            _cut_off(file)
            return
        self.rows_landed += rows.height
        if day == faults.doubled.first_day:
            shutil.copyfile(file, self._folder / copy_file(day))
            self.rows_landed += rows.height

    def _spoil(
        self, file: Path, rows: pl.DataFrame, is_bad: pl.Expr, column: str, value: str, rule: str
    ) -> pl.DataFrame:
        ids = rows.filter(is_bad)["Waybill No"].to_list()
        self.bad_rows.append(BadRows("deliveries", f"deliveries/{file.name}", (rule,), ids))
        return rows.with_columns(
            pl.when(is_bad).then(pl.lit(value)).otherwise(column).alias(column)
        )


def _cut_off(file: Path) -> None:
    """End the file in the middle of a row (in its ids, which are ASCII)."""
    content = file.read_bytes()
    row = content.rfind(b"\n", 0, len(content) * 3 // 5) + 1
    file.write_bytes(content[: row + 30])


def export_deliveries(
    deliveries: pl.DataFrame, organisation: Organisation, period: Period
) -> pl.DataFrame:
    """Return the deliveries with the columns and texts of the day files."""
    own_region = pl.Series(organisation.region_numbers).gather(deliveries["outlet"])
    levels = [level.title() for level in organisation.service_levels]

    def time(column: str) -> pl.Expr:
        return period.past(column).dt.strftime(_TIMES)

    return deliveries.select(
        pl.col("waybill_no").alias("Waybill No"),
        named(levels, deliveries["service"]).alias("Service"),
        named(organisation.units, deliveries["outlet"]).alias("Outlet"),
        named(organisation.couriers, deliveries["courier"]).alias("Courier"),
        named(organisation.regions, own_region).alias("From"),
        named(organisation.regions, deliveries["destination"]).alias("To"),
        named(["N", "Y"], deliveries["same_city"]).alias("Same City"),
        phone("customer").alias("Sender Phone"),
        named(_RECIPIENTS, deliveries["customer"] % len(_RECIPIENTS)).alias("Recipient"),
        pl.format("人民路{}号", pl.col("customer") % 900 + 1).alias("Address"),
        time("picked_up").alias("Picked Up"),
        period.local("promised").dt.strftime(_TIMES).alias("Promised"),
        time("out_for_delivery").alias("Out For Delivery"),
        time("first_attempt").alias("First Attempt"),
        time("delivered").alias("Delivered"),
        pl.col("attempts").alias("Attempts"),
        words("status").alias("Status"),
        pl.when(pl.col("exception") != "none").then(words("exception")).alias("Exception"),
        words("signed_by").alias("Signed By"),
        fixed("grams", 3).alias("Weight (kg)"),
        fixed("fee_minor", 2).alias("Freight (CNY)"),
        fixed("claim_minor", 2).alias("Claim (CNY)"),
        time("updated").alias("Updated"),
    )


def write_scans(
    deliveries: pl.DataFrame,
    file: Path,
    organisation: Organisation,
    period: Period,
    time_zone: str,
) -> int:
    """Write the stage scans (waybill, event, scanned_at in UTC, place); return their number."""
    outlet = named(organisation.units, deliveries["outlet"])
    own_region = pl.Series(organisation.region_numbers).gather(deliveries["outlet"])
    origin_hub = "HUB-" + named(organisation.regions, own_region)
    destination_hub = "HUB-" + named(organisation.regions, deliveries["destination"])
    on_the_way = pl.col("out_for_delivery") - pl.col("picked_up")
    hub_in = pl.col("picked_up") + pl.min_horizontal(on_the_way // 5, 4 * HOUR)
    hub_out = hub_in + pl.min_horizontal(on_the_way // 4, 6 * HOUR)
    stages: list[tuple[str, pl.Expr, pl.Series]] = [
        ("picked_up", pl.col("picked_up"), outlet),
        ("hub_in", hub_in, origin_hub),
        ("hub_out", hub_out, origin_hub),
        ("out_for_delivery", pl.col("out_for_delivery"), destination_hub),
        ("first_attempt", pl.col("first_attempt"), destination_hub),
        ("delivered", pl.col("delivered"), destination_hub),
    ]
    scans = (
        pl.concat(
            deliveries.select("waybill_no", second=second, event=pl.lit(event), place=place)
            for event, second, place in stages
        )
        .filter(pl.col("second") < period.seconds)
        .sort("second", maintain_order=True)
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    local = period.local("second").dt.replace_time_zone(time_zone)
    scans.select(
        waybill="waybill_no",
        event="event",
        scanned_at=local.dt.convert_time_zone("UTC"),
        place="place",
    ).write_parquet(file)
    return scans.height
