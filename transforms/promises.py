"""Whether a promise was kept, by an instant that a record carries itself.

State at `as_of`: met (done by then), missed (done later, or not done and past due), running
(not done, not yet due). A share counts met / (met + missed) on the day the promise falls due, so
open work neither flatters nor spoils it.
"""

from __future__ import annotations

from datetime import datetime

import narwhals.stable.v2 as nw


def promise_state(done_at: nw.Expr, promised_at: nw.Expr, as_of: datetime) -> nw.Expr:
    """Return "met", "missed" or "running"; null where nothing was promised."""
    met = done_at <= promised_at
    missed = (done_at > promised_at) | (done_at.is_null() & (promised_at <= nw.lit(as_of)))
    running = done_at.is_null() & (promised_at > nw.lit(as_of))
    return (
        nw.when(met)
        .then(nw.lit("met"))
        .otherwise(
            nw.when(missed)
            .then(nw.lit("missed"))
            .otherwise(nw.when(running).then(nw.lit("running")))
        )
    )
