"""Where our clocks and the source's own verdict differ, and why, as far as it can be told.

Every reason is a question: would our verdict have been theirs if that one thing were otherwise?
To add one: its name in CLASSES, its question in `_classes` (their order is that of asking), and
its words in dashboards/blocks/clocks/agreement.py.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from transforms.working_time import ROUND_THE_CLOCK, calendar_in_zone, locate

CLASSES = ("agreed", "missing_instant", "pause", "calendar", "priority", "target", "other")
# A source judges the end of a ticket; its answer stands in only where we judge nothing else.
_JUDGED_BY = ("resolution", "promise", "first_response")
_MEASURED = ("met", "missed", "running")
_NO_CLOCK = "no_clock"
# A target that is wrong by a quarter is another target; beyond that it explains nothing.
_PARTS_OF_TARGET = 4


def find_disagreements(
    tickets: nw.LazyFrame[Any],
    clocks: nw.LazyFrame[Any],
    *,
    units: nw.LazyFrame[Any],
    policies: nw.LazyFrame[Any],
    slots: nw.LazyFrame[Any],
) -> nw.LazyFrame[Any]:
    """Return a row per ticket that its source judged itself, cancelled ones left out.

    `tickets`, `clocks`, `units` (`id`, `calendar`, `time_zone`) and `slots` are the tables of the
    warehouse, `policies` is `policies_by_case` of every priority; all are of one engine.

    Columns: `ticket_id`, `source`, `org_unit_id`, `judged_on` (resolved_on, else closed_on, else
    opened_on), `clock` (the first measured of resolution, promise, first_response; else null),
    `ours` (met, missed, running, no_clock), `theirs` (met, missed), and `class`: "agreed", or the
    first of these that holds, "used" being working seconds and the target that of the policy.

    missing_instant  there is no clock, it still runs, or the ticket has neither resolved_at nor
                     closed_at
    pause            used and paused seconds together are more than the target: ours is met only
                     because pauses are left out
    calendar         all elapsed seconds but the pauses are more than the target: ours is met only
                     because closed time is left out. Or ours is missed round the clock, and the
                     working hours of the unit's own calendar (pauses in them count) are not more
                     than the target. A unit that works round the clock has no other hours to try.
    priority         the target of the same kind and channel at another priority, in force on the
                     day of opening, gives their verdict
    target           used differs from the target by a quarter of it at most
    other            none of these

    A promise is an instant, whatever the calendar and the priority: for it used is all elapsed
    time, the target that from opening to the promise, and only `target` is asked.
    """
    judged = _judged(tickets, clocks)
    differing = judged.filter(
        nw.col("ours").is_in(["met", "missed"]) & (nw.col("ours") != nw.col("theirs"))
    )
    by_policy = differing.filter(~nw.col("target_seconds").is_null())
    return (
        judged.join(_in_unit_hours(by_policy, units, slots), on="ticket_id", how="left")
        .join(_at_other_priorities(by_policy, policies), on="ticket_id", how="left")
        .with_columns(_classes().alias("class"))
        .select(
            "ticket_id", "source", "org_unit_id", "judged_on", "clock", "ours", "theirs", "class"
        )
    )


def _judged(tickets: nw.LazyFrame[Any], clocks: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the tickets with both verdicts, and the clock that stands for ours."""
    theirs = nw.when(nw.col("source_met_sla")).then(nw.lit("met")).otherwise(nw.lit("missed"))
    counted = tickets.filter(
        ~nw.col("source_met_sla").is_null() & (nw.col("status") != "cancelled")
    ).select(
        "ticket_id",
        "source",
        "org_unit_id",
        "kind",
        "channel",
        "priority",
        "opened_on",
        nw.coalesce(nw.col("resolved_on"), nw.col("closed_on"), nw.col("opened_on")).alias(
            "judged_on"
        ),
        (nw.col("resolved_at").is_null() & nw.col("closed_at").is_null()).alias("_has_no_end"),
        theirs.alias("theirs"),
    )
    last = len(_JUDGED_BY) - 1
    rank = nw.col("clock").replace_strict(
        _JUDGED_BY[:last], list(range(last)), default=last, return_dtype=nw.Int64
    )
    measured = (
        clocks.filter(nw.col("state").is_in(list(_MEASURED)))
        .select(
            "ticket_id",
            "clock",
            nw.col("state").alias("ours"),
            nw.col("calendar").alias("_of_clock"),
            "target_seconds",
            "started_at",
            "stopped_at",
            "due_at",
            "elapsed_seconds",
            "working_seconds",
            "paused_seconds",
        )
        .with_columns(rank.alias("_rank"))
    )
    first = measured.group_by("ticket_id").agg(nw.col("_rank").min())
    ours = measured.join(first, on=["ticket_id", "_rank"], how="inner").drop("_rank")
    return counted.join(ours, on="ticket_id", how="left").with_columns(
        nw.col("ours").fill_null(_NO_CLOCK)
    )


def _in_unit_hours(
    differing: nw.LazyFrame[Any], units: nw.LazyFrame[Any], slots: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Return, of clocks missed round the clock, `_unit_seconds`: those in their unit's hours."""
    keeping_hours = units.filter(nw.col("calendar") != ROUND_THE_CLOCK).select(
        nw.col("id").alias("org_unit_id"),
        calendar_in_zone(nw.col("calendar"), nw.col("time_zone")).alias("calendar"),
    )
    missed = (
        differing.filter(
            (nw.col("ours") == "missed")
            & nw.col("_of_clock").str.starts_with(f"{ROUND_THE_CLOCK}@")
        )
        .select("ticket_id", "org_unit_id", "started_at", "stopped_at")
        .join(keeping_hours, on="org_unit_id", how="inner")
    )
    placed = locate(
        locate(missed, slots, "started_at", named="start"), slots, "stopped_at", named="stop"
    )
    in_hours = nw.col("stop_working") - nw.col("start_working")
    return placed.select("ticket_id", in_hours.alias("_unit_seconds"))


def _at_other_priorities(
    differing: nw.LazyFrame[Any], policies: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Return `_lowest_target` and `_highest_target` of the other priorities."""
    others = policies.filter(~nw.col("target_seconds").is_null()).select(
        "kind",
        "channel",
        "clock",
        "in_force_from",
        "in_force_to",
        nw.col("priority").alias("_other_priority"),
        nw.col("target_seconds").alias("_other_target"),
    )
    in_force = nw.col("opened_on").is_between(nw.col("in_force_from"), nw.col("in_force_to"))
    return (
        differing.select("ticket_id", "kind", "channel", "clock", "priority", "opened_on")
        .join(others, on=["kind", "channel", "clock"], how="inner")
        .filter(in_force & (nw.col("_other_priority") != nw.col("priority")))
        .group_by("ticket_id")
        .agg(
            nw.col("_other_target").min().alias("_lowest_target"),
            nw.col("_other_target").max().alias("_highest_target"),
        )
    )


def _classes() -> nw.Expr:
    """Return the class of each row; what a row does not have is null and holds nowhere."""
    is_met, is_missed = nw.col("ours") == "met", nw.col("ours") == "missed"
    target, used, paused = (nw.col(f"{part}_seconds") for part in ("target", "working", "paused"))
    out_of_unit_hours = (nw.col("_unit_seconds") <= target) & (nw.col("_unit_seconds") < used)
    above_another = nw.col("_lowest_target") < used
    within_another = (used <= nw.col("_highest_target")) & (target < nw.col("_highest_target"))
    promised = (nw.col("due_at") - nw.col("started_at")).dt.total_seconds()
    allowed = nw.coalesce(target, promised)
    taken = nw.when(target.is_null()).then(nw.col("elapsed_seconds")).otherwise(used)
    questions = {
        "agreed": nw.col("ours") == nw.col("theirs"),
        "missing_instant": ~nw.col("ours").is_in(["met", "missed"]) | nw.col("_has_no_end"),
        "pause": is_met & (used + paused > target),
        "calendar": (is_met & (nw.col("elapsed_seconds") - paused > target))
        | (is_missed & out_of_unit_hours),
        "priority": (is_met & above_another) | (is_missed & within_another),
        "target": (taken - allowed).abs() * _PARTS_OF_TARGET <= allowed,
    }
    found = nw.lit(CLASSES[-1])
    for name in reversed(CLASSES[:-1]):
        found = nw.when(questions[name]).then(nw.lit(name)).otherwise(found)
    return found
