"""Tickets, prepared for their measures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw

from transforms.promises import promise_state


def prepare_tickets(tickets: nw.LazyFrame[Any], *, as_of: datetime) -> nw.LazyFrame[Any]:
    """Return the tickets that count (cancelled ones count nowhere), with

    `source_verdict_on`       resolved_on, else closed_on, else opened_on
    `promise_state`           met | missed | running; stopped by resolution, else by closing
    `first_response_seconds`  elapsed, from opening
    `resolution_seconds`      elapsed, from opening
    """
    opened_at = nw.col("opened_at")
    done_at = nw.coalesce(nw.col("resolved_at"), nw.col("closed_at"))
    return tickets.filter(nw.col("status") != "cancelled").with_columns(
        nw.coalesce(nw.col("resolved_on"), nw.col("closed_on"), nw.col("opened_on")).alias(
            "source_verdict_on"
        ),
        promise_state(done_at, nw.col("promised_at"), as_of).alias("promise_state"),
        (nw.col("first_response_at") - opened_at)
        .dt.total_seconds()
        .alias("first_response_seconds"),
        (nw.col("resolved_at") - opened_at).dt.total_seconds().alias("resolution_seconds"),
    )
