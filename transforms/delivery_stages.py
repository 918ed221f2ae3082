"""Stages of deliveries: the time from each scan of a waybill to the next.

A stage is named by the events at its two ends, in the source's words ("picked_up > hub_in"): what
a source does not scan makes one longer stage, not a wrong one. To add what a stage is sliced by: a
column of the delivery in `_OF_DELIVERY`.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

_OF_DELIVERY = ("org_unit_id", "courier_id", "service_level")
# Scans of the same instant come in the order in which they were taken in.
_IN_ORDER = ("at", "batch_number", "row_number")


def prepare_stages(events: nw.LazyFrame[Any], deliveries: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return one row per pair of events of a waybill that follow one another, with

    `waybill_no`, `stage`
    `began_at`, `ended_at`    instants of the two events
    `ended_on`                local date of the later one, on which the stage counts
    `stage_seconds`           elapsed; 0 for two scans at the same instant
    and, of its delivery, `org_unit_id`, `courier_id`, `service_level`

    All events of a waybill must be given at once. Waybills that are cancelled (they count nowhere)
    or unknown are left out; `marts.odd_events` has the number of the latter.
    """
    counted = deliveries.filter(nw.col("status") != "cancelled").select("waybill_no", *_OF_DELIVERY)
    ended_at = nw.col("at")
    stages = (
        events.select("waybill_no", "event", "happened_on", *_IN_ORDER)
        .with_columns(*(_of_the_row_before(name) for name in ("waybill_no", "at", "event")))
        .filter(nw.col("waybill_no_before") == nw.col("waybill_no"))
        .select(
            "waybill_no",
            nw.concat_str(["event_before", "event"], separator=" > ").alias("stage"),
            nw.col("at_before").alias("began_at"),
            ended_at.alias("ended_at"),
            nw.col("happened_on").alias("ended_on"),
            (ended_at - nw.col("at_before")).dt.total_seconds().alias("stage_seconds"),
        )
    )
    return stages.join(counted, on="waybill_no", how="inner")


def _of_the_row_before(column: str) -> nw.Expr:
    """Return `<column>_before`: its value in the row before, of whatever waybill.

    One order for all rows: a window per waybill takes three times as long.
    """
    return (
        nw.col(column).shift(1).over(order_by=["waybill_no", *_IN_ORDER]).alias(f"{column}_before")
    )
