"""Tickets, prepared for their measures. Their clocks are in `transforms/clocks.py`."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from transforms.working_time import ROUND_THE_CLOCK, calendar_in_zone, locate


def prepare_tickets(
    tickets: nw.LazyFrame[Any], *, units: nw.LazyFrame[Any], slots: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Return the tickets that count (cancelled ones count nowhere), with

    `source_verdict_on`       resolved_on, else closed_on, else opened_on
    `opened_weekday`          "1" Monday to "7" Sunday, of the unit's zone
    `opened_hour`             "00" to "23", of the unit's zone; null where no slot covers it
    `first_response_seconds`  elapsed, from opening
    `resolution_seconds`      elapsed, from opening
    """
    opened_at = nw.col("opened_at")
    zones = units.select(nw.col("id").alias("org_unit_id"), "time_zone")
    counted = tickets.filter(nw.col("status") != "cancelled").join(
        zones, on="org_unit_id", how="left"
    )
    every_hour = calendar_in_zone(nw.lit(ROUND_THE_CLOCK), nw.col("time_zone"))
    placed = locate(
        counted.with_columns(every_hour.alias("calendar")), slots, "opened_at", named="opening"
    )
    hour = (nw.col("opening_minute") // 60).cast(nw.String).str.zfill(2)
    return placed.with_columns(
        nw.coalesce(nw.col("resolved_on"), nw.col("closed_on"), nw.col("opened_on")).alias(
            "source_verdict_on"
        ),
        nw.col("opened_on").dt.weekday().cast(nw.String).alias("opened_weekday"),
        hour.alias("opened_hour"),
        (nw.col("first_response_at") - opened_at)
        .dt.total_seconds()
        .alias("first_response_seconds"),
        (nw.col("resolved_at") - opened_at).dt.total_seconds().alias("resolution_seconds"),
    ).drop(
        "time_zone",
        "calendar",
        *(
            f"opening_{part}"
            for part in ("elapsed", "working", "holiday", "provisional", "on", "minute")
        ),
    )
