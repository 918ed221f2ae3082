"""Deliveries, prepared for their measures: when each is due, and how it kept that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from transforms.promises import promise_state
from transforms.working_time import calendar_in_zone, locate

# A delivery is totally delayed so long after it fell due (GB/T 27917.3: 3 days, or 7).
_TOTAL_DELAY_SAME_CITY = timedelta(days=3)
_TOTAL_DELAY = timedelta(days=7)
# Days after a date of a delivery on which its figures still change while nothing happens.
DAYS_UNTIL_SETTLED = _TOTAL_DELAY.days + 1
_UNTIL_THEN = (48, 72)


def prepare_deliveries(
    deliveries: nw.LazyFrame[Any],
    *,
    units: nw.LazyFrame[Any],
    service_levels: nw.LazyFrame[Any],
    slots: nw.LazyFrame[Any],
    days: nw.LazyFrame[Any],
    as_of: datetime,
) -> nw.LazyFrame[Any]:
    """Return the deliveries that count (cancelled ones count nowhere), with

    `due_at`, `due_on`     the promise where one was given, else the end of the working day that
                           the service level allows (see `_by_service_level`)
    `is_due_by_promise`    which of the two it is
    `is_provisional`       a day off that is not announced yet lies before the due day
    `promise_state`        met | missed | running | null (nothing promised); lost and returned
                           ones are never delivered, so they are missed once past due
    `delivery_seconds`     elapsed, from pick-up to delivery
    `is_within_48h`, `_72h`   delivered so soon after pick-up; null while it still may be
    `is_totally_delayed`   not delivered 3 days (same city) or 7 days after it fell due; one that
                           was returned has not been on its way so long
    """
    counted = deliveries.filter(nw.col("status") != "cancelled")
    is_promised = ~nw.col("promised_at").is_null()
    promised = counted.filter(is_promised).with_columns(
        nw.col("promised_at").alias("due_at"),
        nw.col("promised_on").alias("due_on"),
        nw.lit(True).alias("is_due_by_promise"),
        nw.lit(False).alias("is_provisional"),
    )
    by_level = _by_service_level(
        counted.filter(~is_promised), units, service_levels, slots, days
    ).with_columns(nw.lit(False).alias("is_due_by_promise"))
    columns = promised.collect_schema().names()
    every = nw.concat([promised, by_level.select(*columns)], how="vertical")
    delivered_at, picked_up_at = nw.col("delivered_at"), nw.col("picked_up_at")
    return every.with_columns(
        promise_state(delivered_at, nw.col("due_at"), as_of).alias("promise_state"),
        (delivered_at - picked_up_at).dt.total_seconds().alias("delivery_seconds"),
        *(_is_within(hours, as_of).alias(f"is_within_{hours}h") for hours in _UNTIL_THEN),
        _is_totally_delayed(as_of).alias("is_totally_delayed"),
    )


def days_until_due(service_levels: pl.DataFrame, days: pl.DataFrame) -> int:
    """Return the most days from a pick-up to the day on which a service level lets it fall due.

    `service_levels` and `days` are the reference table and `calendar_days`.
    """
    limits = service_levels.drop_nulls("limit_working_days").select(
        "calendar", (pl.col("limit_working_days") + 1).alias("_limit")
    )
    named = days.with_columns(pl.col("calendar").str.split("@").list.first().alias("_name"))
    working = named.filter("is_working_day").select(
        "calendar", pl.col("local_on").alias("_due_on"), pl.col("working_day_number").alias("_due")
    )
    longest = (
        named.join(limits, left_on="_name", right_on="calendar")
        .with_columns((pl.col("working_day_number") + pl.col("_limit")).alias("_due"))
        .join(working, on=["calendar", "_due"])
        .select((pl.col("_due_on") - pl.col("local_on")).dt.total_days().max())
        .item()
    )
    return longest or 0


def _by_service_level(
    deliveries: nw.LazyFrame[Any],
    units: nw.LazyFrame[Any],
    service_levels: nw.LazyFrame[Any],
    slots: nw.LazyFrame[Any],
    days: nw.LazyFrame[Any],
) -> nw.LazyFrame[Any]:
    """Return `deliveries` with `due_at`, `due_on` by working days, and `is_provisional`.

    A pick-up counts on its working day; later than `cut_off_time`, or on a day that is none, on
    the next. It is due at the end of the working day `limit_working_days` after that. Null without
    a pick-up, a limit, or where the calendar does not cover the days.
    """
    zones = units.select(nw.col("id").alias("org_unit_id"), "time_zone")
    levels = service_levels.select(
        "service_level",
        nw.col("limit_working_days").alias("_limit"),
        nw.col("calendar").alias("_name"),
        nw.col("cut_off_time").alias("_cut_off"),
    )
    timed = deliveries.join(zones, on="org_unit_id", how="left").join(
        levels, on="service_level", how="left"
    )
    in_zone = calendar_in_zone(nw.col("_name"), nw.col("time_zone"))
    placed = locate(
        timed.with_columns(in_zone.alias("calendar")), slots, "picked_up_at", named="pick_up"
    )
    picked_up = days.select(
        "calendar",
        nw.col("local_on").alias("picked_up_on"),
        nw.col("working_day_number").alias("_number"),
        nw.col("is_working_day").alias("_is_working_day"),
        nw.col("provisional_days").alias("_provisional_before"),
    )
    due = days.filter(nw.col("is_working_day")).select(
        "calendar",
        nw.col("working_day_number").alias("_due_number"),
        nw.col("local_on").alias("due_on"),
        nw.col("ends_at").alias("due_at"),
        nw.col("provisional_days").alias("_provisional"),
    )
    # A pick-up in the minute of the cut-off is not later than it.
    is_late = (
        nw.col("_is_working_day") & (nw.col("pick_up_minute") > nw.col("_cut_off"))
    ).fill_null(False)
    number = nw.col("_number") + nw.col("_limit") + is_late.cast(nw.Int64)
    return (
        placed.join(picked_up, on=["calendar", "picked_up_on"], how="left")
        .with_columns(number.alias("_due_number"))
        .join(due, on=["calendar", "_due_number"], how="left")
        .with_columns(
            (nw.col("_provisional") > nw.col("_provisional_before"))
            .fill_null(False)
            .alias("is_provisional")
        )
    )


def _is_within(hours: int, as_of: datetime) -> nw.Expr:
    allowed = timedelta(hours=hours)
    latest_at = nw.col("picked_up_at") + nw.lit(allowed)
    is_delivered = nw.col("delivered_at") <= latest_at
    is_decided = ~nw.col("delivered_at").is_null() | (latest_at <= nw.lit(as_of))
    return nw.when(is_decided).then(is_delivered.fill_null(False))


def _is_totally_delayed(as_of: datetime) -> nw.Expr:
    allowed = (
        nw.when(nw.col("is_same_city"))
        .then(nw.lit(_TOTAL_DELAY_SAME_CITY))
        .otherwise(nw.lit(_TOTAL_DELAY))
    )
    ended_at = nw.coalesce(nw.col("delivered_at"), nw.lit(as_of))
    is_late = (ended_at > nw.col("due_at") + allowed).fill_null(False)
    return is_late & (nw.col("status") != "returned")
