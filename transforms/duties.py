"""Duties (trainings, inspections, drills, reports), prepared for their measures."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals.stable.v2 as nw


def prepare_duties(duties: nw.LazyFrame[Any], *, today: date) -> nw.LazyFrame[Any]:
    """Return every duty with `duty_state`: on_time | late | overdue | open (due after `today`)."""
    is_done = ~nw.col("done_on").is_null()
    in_time = nw.col("done_on") <= nw.col("due_on")
    return duties.with_columns(
        nw.when(is_done & in_time)
        .then(nw.lit("on_time"))
        .otherwise(
            nw.when(is_done)
            .then(nw.lit("late"))
            .otherwise(
                nw.when(nw.col("due_on") <= nw.lit(today))
                .then(nw.lit("overdue"))
                .otherwise(nw.lit("open"))
            )
        )
        .alias("duty_state")
    )
