"""Deliveries, prepared for their measures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw

from transforms.promises import promise_state


def prepare_deliveries(deliveries: nw.LazyFrame[Any], *, as_of: datetime) -> nw.LazyFrame[Any]:
    """Return the deliveries that count (cancelled ones count nowhere), with

    `promise_state`     met | missed | running; lost and returned ones are never delivered, so
                        they are missed once the promise is past due
    `delivery_seconds`  elapsed, from pick-up to delivery
    """
    delivered_at = nw.col("delivered_at")
    return deliveries.filter(nw.col("status") != "cancelled").with_columns(
        promise_state(delivered_at, nw.col("promised_at"), as_of).alias("promise_state"),
        (delivered_at - nw.col("picked_up_at")).dt.total_seconds().alias("delivery_seconds"),
    )
