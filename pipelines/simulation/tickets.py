"""Tickets: who opened what where, and what was done about it.

Positions in `ticket_words.py` stand for kinds, channels and the like until they are exported.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import polars as pl

from pipelines.simulation.chance import Stream, pick, pick_by_row
from pipelines.simulation.incidents import Incidents
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.parcels import RecentParcels
from pipelines.simulation.period import DAY, Month, Numbers, Period, Truths
from pipelines.simulation.ticket_courses import draw_courses
from pipelines.simulation.ticket_words import (
    CATEGORIES,
    CHANNEL_SHARES,
    COMPLAINT,
    KIND_SHARES,
    OUTCOME_SHARES,
    PRIORITY_SHARES,
    ROOT_CAUSE_SHARES,
)
from pipelines.simulation.volumes import Volumes

_ABOUT_A_PARCEL = 0.6
_PROMISED = 0.96
_SOURCE_AGREES = 0.97
_REASSIGNED = 0.08
_ESCALATED = 0.03
_COMPENSATED = 0.3  # of upheld complaints
_REPLY_SHARES = (0.80, 0.14, 0.06)  # 1, 2, 3 replies
_CLERKS_PER_OUTLET = 3
_AGENTS_PER_QUEUE = 9
_AGENTS_AFTER_LOSS = 7


def draw_tickets(
    chance: Stream,
    month: Month,
    volumes: Volumes,
    parcels: RecentParcels,
    customers: int,
    organisation: Organisation,
    period: Period,
    incidents: Incidents,
) -> pl.DataFrame:
    """Return the tickets opened in `month`, by time of opening.

    Columns: `ticket_id`; `unit`, `customer` and words as numbers (-1: none); instants in seconds
    since the period's start, of which those after its end have not happened yet; counts; money in
    minor units; `waybill_no`, `agent_id`, `source_met_sla`, null where there is none.
    """
    unit, is_complaint, opened = _draw_openings(chance, month, volumes, organisation)
    rows = len(unit)
    unit_kind = np.maximum(unit - organisation.outlets + 1, 0)
    kind = np.where(is_complaint, COMPLAINT, pick_by_row(chance, KIND_SHARES, unit_kind))
    priority = pick(chance, PRIORITY_SHARES, rows)
    course = draw_courses(chance, unit, opened, priority, organisation, incidents)
    is_resolved_complaint = (course.resolved < period.seconds) & (kind == COMPLAINT)
    outcome = np.where(is_resolved_complaint, pick(chance, OUTCOME_SHARES, rows), -1)
    is_compensated = (outcome == 0) & (chance.random(rows) < _COMPENSATED)
    somewhere = np.where(
        unit < organisation.outlets, unit, chance.integers(0, organisation.outlets, rows)
    )
    parcel, is_found = parcels.asked_about(chance, somewhere, opened)
    is_about_parcel = is_found & (chance.random(rows) < _ABOUT_A_PARCEL)
    no_one = chance.integers(0, customers, rows)
    return pl.DataFrame(
        {
            "ticket_id": _ticket_ids(month, rows),
            "unit": unit,
            "agent_id": _draw_agents(chance, unit, opened // DAY, organisation, incidents),
            "customer": np.where(is_about_parcel, parcel["customer"].to_numpy(), no_one),
            "waybill_no": _where(is_about_parcel, parcel["waybill_no"]),
            "kind": kind,
            "channel": pick_by_row(chance, CHANNEL_SHARES, unit_kind),
            "priority": priority,
            "category": _draw_categories(chance, kind),
            "root_cause": np.where(
                is_resolved_complaint, pick(chance, ROOT_CAUSE_SHARES, rows), -1
            ),
            "opened": opened,
            "answered": course.answered,
            "promised": course.promised,
            "is_promised": chance.random(rows) < _PROMISED,
            "paused": course.paused,
            "resumed": course.resumed,
            "first_resolved": course.first_resolved,
            "reopened": course.reopened,
            "resolved": course.resolved,
            "closed": course.closed,
            "is_cancelled": course.is_cancelled,
            "reassigned_count": (chance.random(rows) < _REASSIGNED).astype(np.int64),
            "agent_replies": 1 + pick(chance, _REPLY_SHARES, rows),
            "is_escalated": chance.random(rows) < _ESCALATED,
            "outcome": outcome,
            "compensation_minor": np.where(is_compensated, chance.integers(20, 200, rows) * 100, 0),
            "source_agrees": chance.random(rows) < _SOURCE_AGREES,
        }
    ).with_columns(**_state_at(period.seconds))


def ticket_events(tickets: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Return `ticket_id`, `second`, `status`, `agent_id`: changes of status until the end."""
    changes = [
        ("opened", "open"),
        ("paused", "pending_customer"),
        ("resumed", "open"),
        ("first_resolved", "resolved"),
        ("reopened", "open"),
        ("resolved", "resolved"),
    ]
    ending = pl.when("is_cancelled").then(pl.lit("cancelled")).otherwise(pl.lit("closed"))
    status_of = {instant: pl.lit(status) for instant, status in changes} | {"closed": ending}
    return (
        pl.concat(
            tickets.select("ticket_id", "agent_id", second=instant, status=status)
            for instant, status in status_of.items()
        )
        .filter(pl.col("second") < period.seconds)
        .sort("second", "ticket_id", maintain_order=True)
    )


def _draw_openings(
    chance: Stream, month: Month, volumes: Volumes, organisation: Organisation
) -> tuple[Numbers, Numbers, Numbers]:
    """Return unit, whether it is an outlet's complaint (1) or not, and second, by time."""
    complaints = volumes.complaints[month.first : month.stop]
    others = volumes.other_tickets[month.first : month.stop]
    counts = np.hstack([complaints, others])
    days, columns = np.indices(counts.shape)
    day = np.repeat(days.ravel(), counts.ravel()) + month.first
    column = np.repeat(columns.ravel(), counts.ravel())
    is_complaint = (column < organisation.outlets).astype(np.int64)
    unit = np.where(is_complaint, column, column - organisation.outlets)
    is_queue = unit >= organisation.outlets
    first, span = np.where(is_queue, 7, 8), np.where(is_queue, 16, 11)
    hour = first + span * chance.beta(2.0, 2.2, len(day))
    opened = day * DAY + (hour * 60).astype(np.int64) * 60
    order = np.argsort(opened, kind="stable")
    return unit[order], is_complaint[order], opened[order]


def _ticket_ids(month: Month, rows: int) -> pl.Series:
    numbers = pl.int_range(1, rows + 1, eager=True).cast(pl.String).str.zfill(7)
    return "GD" + month.label[2:].replace("-", "") + numbers


def _draw_agents(
    chance: Stream,
    unit: Numbers,
    day: Numbers,
    organisation: Organisation,
    incidents: Incidents,
) -> pl.Series:
    staff = np.where(unit < organisation.outlets, _CLERKS_PER_OUTLET, _AGENTS_PER_QUEUE)
    is_slow = incidents.slow_queue.covers(organisation, unit, day)
    staff = np.where(is_slow, _AGENTS_AFTER_LOSS, staff)
    number = chance.integers(0, staff)
    names = [
        f"{unit_id.removeprefix('Q-')}-S{number + 1}"
        for unit_id in organisation.units
        for number in range(_AGENTS_PER_QUEUE)
    ]
    return pl.Series(names).gather(unit * _AGENTS_PER_QUEUE + number)


def _draw_categories(chance: Stream, kind: Numbers) -> Numbers:
    """Return positions in all categories, one after the other."""
    counts = np.array([len(words) for words in CATEGORIES])
    starts = np.array([0, *accumulate(counts)])[:-1]
    return starts[kind] + chance.integers(0, counts[kind])


def _where(is_kept: Truths, texts: pl.Series) -> pl.Series:
    return texts.set(pl.Series(~is_kept), None)


def _state_at(end: int) -> dict[str, pl.Expr]:
    """Return status, counts and verdicts as the ticket system has them at second `end`."""
    instants = ("opened", "answered", "paused", "resumed", "reopened", "resolved", "closed")
    past = [pl.when(pl.col(name) < end).then(pl.col(name)) for name in instants]
    is_closed = pl.col("closed") < end
    is_promised = pl.col("is_promised") & ~pl.col("is_cancelled")
    is_decided = is_promised & (pl.min_horizontal("resolved", "promised") < end)
    is_kept = pl.col("resolved") <= pl.col("promised")
    status = (
        pl.when(is_closed & pl.col("is_cancelled"))
        .then(pl.lit("cancelled"))
        .when(is_closed)
        .then(pl.lit("closed"))
        .when(pl.col("resolved") < end)
        .then(pl.lit("resolved"))
        .when((pl.col("paused") < end) & (pl.col("resumed") >= end))
        .then(pl.lit("pending_customer"))
        .otherwise(pl.lit("open"))
    )
    return {
        "status": status,
        "updated": pl.max_horizontal(past),
        "reopened_count": (pl.col("reopened") < end).cast(pl.Int64),
        "agent_replies": pl.when(pl.col("answered") < end).then("agent_replies").otherwise(0),
        "source_met_sla": pl.when(is_decided).then(is_kept == pl.col("source_agrees")),
    }
