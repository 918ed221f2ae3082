"""Clocks: every promise to a customer with its verdict, and the parts of time that prove it.

A ticket has up to three: `first_response` and `resolution` by the policy in force, `promise` by
the instant that the customer was told. To add one with a policy: its name in CLOCKS_BY_POLICY of
transforms/policies.py, and what ends it in `_ends`.
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

import narwhals.stable.v2 as nw

from transforms.policies import CASE, CLOCKS_BY_POLICY, statuses_that_pause
from transforms.promises import promise_state
from transforms.working_time import calendar_in_zone, find_instant, locate

_BOOKKEEPING = ("source", "batch", "batch_number", "row_number")
_OF_TICKET = (
    "ticket_id",
    *CASE,
    "category",
    "agent_id",
    "org_unit_id",
    "opened_on",
    *_BOOKKEEPING,
)
_CLOCK = ["ticket_id", "clock"]
# Whoever resolves a ticket that is opened again later was not working on it in between.
_DONE = ("resolved", "closed")
CLOCKS = (*CLOCKS_BY_POLICY, "promise")
STATES = ("met", "missed", "running", "no_policy", "no_calendar")
_PARTS = ("elapsed", "working", "out_of_hours", "holiday", "paused")


def make_clocks(
    tickets: nw.LazyFrame[Any],
    events: nw.LazyFrame[Any],
    *,
    units: nw.LazyFrame[Any],
    policies: nw.LazyFrame[Any],
    slots: nw.LazyFrame[Any],
    as_of_at: datetime,
) -> nw.LazyFrame[Any]:
    """Return a row per clock of every ticket that is not cancelled.

    `tickets` and `events` are records, `units` has `id`, `calendar`, `time_zone`, `policies` is
    `policies_by_case`, `slots` is `make_slots`; all are of one engine. `as_of_at` is "now".

    Columns: `ticket_id`, `clock`, what the ticket says (`kind`, `priority`, `channel`, `category`,
    `agent_id`, `org_unit_id`, `opened_on`, where its row came from), `policy`, `calendar` (in its
    zone), `target_seconds`, `started_at`, `stopped_at`, `due_at`, `due_on` (local), `state`,
    `elapsed_seconds` = `working_seconds` + `out_of_hours_seconds` + `holiday_seconds` +
    `paused_seconds` from the start to the stop, or to "now", and `is_provisional`: a holiday that
    is not announced yet lies in that time or before the due instant.

    State: met (stopped at or before due), missed (stopped later, or running past due), running,
    no_policy (none fits the ticket), no_calendar (the calendar does not cover its time).
    Working seconds are net of pauses; closed time is closed, paused or not.
    """
    running = _running(tickets, units, policies, as_of_at)
    placed = locate(
        locate(running, slots, "started_at", named="start"), slots, "until", named="end"
    )
    pauses = _pauses(placed, events, policies, slots)
    timed = placed.join(pauses, on=_CLOCK, how="left").with_columns(
        nw.col("paused_seconds").fill_null(0), nw.col("pushed_seconds").fill_null(0)
    )
    used_up = nw.col("start_working") + nw.col("target_seconds") + nw.col("pushed_seconds")
    due = find_instant(timed.with_columns(used_up.alias("_due")), slots, "_due", named="due")
    judged = due.with_columns(
        nw.coalesce(nw.col("promised_at"), nw.col("due_at")).alias("due_at"),
        nw.coalesce(nw.col("promised_on"), nw.col("due_on")).alias("due_on"),
        *_parts(),
    ).with_columns(_state(as_of_at).alias("state"), _is_provisional().alias("is_provisional"))
    is_measured = ~nw.col("state").is_in(["no_policy", "no_calendar"])
    return judged.select(
        *_CLOCK,
        *CASE,
        "category",
        "agent_id",
        "org_unit_id",
        "opened_on",
        "policy",
        "calendar",
        "target_seconds",
        "started_at",
        "stopped_at",
        nw.when(is_measured).then(nw.col("due_at")).alias("due_at"),
        nw.when(is_measured).then(nw.col("due_on")).alias("due_on"),
        "state",
        *(
            nw.when(is_measured).then(nw.col(f"{part}_seconds")).alias(f"{part}_seconds")
            for part in _PARTS
        ),
        "is_provisional",
        *_BOOKKEEPING,
    )


def _running(
    tickets: nw.LazyFrame[Any],
    units: nw.LazyFrame[Any],
    policies: nw.LazyFrame[Any],
    as_of_at: datetime,
) -> nw.LazyFrame[Any]:
    """Return every clock with its target, its calendar, and from when until when it is measured."""
    homes = units.select(
        nw.col("id").alias("org_unit_id"), nw.col("calendar").alias("_of_unit"), "time_zone"
    )
    counted = tickets.filter(nw.col("status") != "cancelled").join(
        homes, on="org_unit_id", how="left"
    )
    counted = counted.with_columns(
        *(_ends(clock).alias(f"_{clock}_at") for clock in CLOCKS_BY_POLICY)
    )
    in_force = nw.col("opened_on").is_between(nw.col("in_force_from"), nw.col("in_force_to"))
    by_policy = counted.join(policies, on=list(CASE), how="inner").filter(in_force)
    stop = nw.when(nw.col("clock") == "first_response").then(nw.col("_first_response_at"))
    calendar = nw.coalesce(nw.col("policy_calendar"), nw.col("_of_unit"))
    kept = (*_OF_TICKET, "clock", "policy", "calendar", "target_seconds", "started_at")
    last = ("_stop", "promised_at", "promised_on", *_flags(policies).values())
    clocks = [
        by_policy.with_columns(
            nw.col("opened_at").alias("started_at"),
            stop.otherwise(nw.col("_resolution_at")).alias("_stop"),
            calendar_in_zone(calendar, nw.col("time_zone")).alias("calendar"),
            # What was promised is a clock of its own.
            nw.lit(None).cast(nw.Datetime("us", "UTC")).alias("promised_at"),
            nw.lit(None).cast(nw.Date).alias("promised_on"),
        ).select(*kept, *last),
        counted.filter(~nw.col("promised_at").is_null())
        .with_columns(
            nw.lit("promise").alias("clock"),
            nw.lit(None).cast(nw.String).alias("policy"),
            calendar_in_zone(nw.col("_of_unit"), nw.col("time_zone")).alias("calendar"),
            nw.lit(None).cast(nw.Int64).alias("target_seconds"),
            nw.col("opened_at").alias("started_at"),
            nw.col("_resolution_at").alias("_stop"),
            *(nw.lit(False).alias(flag) for flag in _flags(policies).values()),
        )
        .select(*kept, *last),
    ]
    stopped_at = nw.when(~nw.col("_stop").is_null()).then(
        nw.max_horizontal(nw.col("_stop"), nw.col("started_at"))
    )
    until = nw.max_horizontal(
        nw.coalesce(nw.col("stopped_at"), nw.lit(as_of_at)), nw.col("started_at")
    )
    return (
        nw.concat(clocks, how="vertical")
        .with_columns(stopped_at.alias("stopped_at"))
        .with_columns(until.alias("until"))
    )


def _ends(clock: str) -> nw.Expr:
    """Return the instant that ends `clock`: who gets the solution has got an answer."""
    done_at = nw.coalesce(nw.col("resolved_at"), nw.col("closed_at"))
    if clock == "first_response":
        return nw.coalesce(nw.col("first_response_at"), done_at)
    return done_at


def _pauses(
    clocks: nw.LazyFrame[Any],
    events: nw.LazyFrame[Any],
    policies: nw.LazyFrame[Any],
    slots: nw.LazyFrame[Any],
) -> nw.LazyFrame[Any]:
    """Return per clock with a pause: `paused_seconds` of working time up to its end, and
    `pushed_seconds`, those of them that began before the target was used up."""
    flags = _flags(policies)
    is_done = nw.col("status").is_in(list(_DONE))
    last_open = nw.when(~is_done).then(nw.col("at")).max().over("ticket_id")
    # One order for all rows: a window per ticket takes three times as long.
    in_order = ["ticket_id", "at", *_BOOKKEEPING[2:]]
    next_ticket = nw.col("ticket_id").shift(-1).over(order_by=in_order)
    following = nw.when(next_ticket == nw.col("ticket_id")).then(
        nw.col("at").shift(-1).over(order_by=in_order)
    )
    statuses = events.select(
        "ticket_id",
        "at",
        "status",
        following.alias("_following"),
        (is_done & (nw.col("at") < last_open)).fill_null(False).alias("_is_reopened"),
    ).filter(nw.col("status").is_in(list(flags)) | nw.col("_is_reopened"))
    is_paused = reduce(
        or_,
        ((nw.col("status") == status) & nw.col(flag) for status, flag in flags.items()),
        nw.col("_is_reopened"),
    )
    of_policy = clocks.filter(~nw.col("target_seconds").is_null()).select(
        *_CLOCK,
        "calendar",
        "started_at",
        "until",
        "target_seconds",
        "start_working",
        *flags.values(),
    )
    stretches = (
        of_policy.join(statuses, on="ticket_id", how="inner")
        .filter(is_paused)
        .with_columns(
            nw.max_horizontal(nw.col("at"), nw.col("started_at")).alias("_from_at"),
            nw.min_horizontal(nw.col("_following"), nw.col("until")).alias("_to_at"),
        )
        .filter(nw.col("_from_at") < nw.col("_to_at"))
    )
    placed = locate(locate(stretches, slots, "_from_at", named="from"), slots, "_to_at", named="to")
    length = nw.col("to_working") - nw.col("from_working")
    long = placed.with_columns(length.alias("_length")).filter(nw.col("_length") > 0)
    up_to = nw.col("_length").cum_sum().over(*_CLOCK, order_by=["_from_at", "_to_at"])
    net = nw.col("from_working") - nw.col("start_working") - (nw.col("_up_to") - nw.col("_length"))
    pushes = nw.when(net < nw.col("target_seconds")).then(nw.col("_length")).otherwise(nw.lit(0))
    return (
        long.with_columns(up_to.cast(nw.Int64).alias("_up_to"))
        .with_columns(pushes.alias("_pushes"))
        .group_by(*_CLOCK)
        .agg(
            nw.col("_length").sum().cast(nw.Int64).alias("paused_seconds"),
            nw.col("_pushes").sum().cast(nw.Int64).alias("pushed_seconds"),
        )
    )


def _flags(policies: nw.LazyFrame[Any]) -> dict[str, str]:
    return statuses_that_pause(policies.collect_schema().names())


def _parts() -> list[nw.Expr]:
    """Return the parts of the time measured; the first is the sum of the others."""
    elapsed = nw.col("end_elapsed") - nw.col("start_elapsed")
    working = nw.col("end_working") - nw.col("start_working")
    holiday = nw.col("end_holiday") - nw.col("start_holiday")
    return [
        elapsed.alias("elapsed_seconds"),
        (working - nw.col("paused_seconds")).alias("working_seconds"),
        (elapsed - working - holiday).alias("out_of_hours_seconds"),
        holiday.alias("holiday_seconds"),
    ]


def _state(as_of_at: datetime) -> nw.Expr:
    has_policy = (nw.col("clock") == "promise") | ~nw.col("target_seconds").is_null()
    is_covered = ~nw.col("elapsed_seconds").is_null() & ~nw.col("due_at").is_null()
    # The due instant of a policy is of whole seconds: so is the stop that it is compared with.
    by_policy = nw.when(~nw.col("target_seconds").is_null())
    stopped_at = by_policy.then(nw.col("stopped_at").dt.truncate("1s")).otherwise(
        nw.col("stopped_at")
    )
    return (
        nw.when(~has_policy)
        .then(nw.lit("no_policy"))
        .otherwise(
            nw.when(~is_covered)
            .then(nw.lit("no_calendar"))
            .otherwise(promise_state(stopped_at, nw.col("due_at"), as_of_at))
        )
    )


def _is_provisional() -> nw.Expr:
    last = nw.max_horizontal(nw.col("end_provisional"), nw.col("due_provisional"))
    return (last > nw.col("start_provisional")).fill_null(False)
