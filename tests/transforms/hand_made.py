"""Hand-made records of every table that the catalogue sums, and the way from them to figures.

A row is written as what differs from the usual row of its table. The usual rows do each thing on a
day of its own (opened on 2 March, answered on the 3rd, ...), so that a figure on the wrong day
shows. To add a table: the usual row of its records in `_USUAL_ROWS`, and what it is made of in
`gather`, where that is more than those records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import polars as pl

from quality.contracts import RECORD_KINDS, REFERENCE_TABLES
from tests.transforms.hand_made_clocks import (
    HOLIDAYS,
    calendar_frame,
    clock_time,
    hours,
    policy,
    special_day,
)
from transforms import catalogue
from transforms import prepared as preparations
from transforms.catalogue import MEASURES, Metric, tables_of
from transforms.clocks import make_clocks
from transforms.finance import newest_budget, spread_over_months
from transforms.measures import count_by_bucket, sum_by_day
from transforms.metrics import figures, quantile_figures
from transforms.policies import CASE, policies_by_case
from transforms.working_time import ROUND_THE_CLOCK, make_days, make_slots

Row = Mapping[str, object]
Records = Mapping[str, Sequence[Row]]
Tables = Mapping[str, pl.DataFrame]
# Hands a named table to an engine, lazily.
OnEngine = Callable[[str, pl.DataFrame], nw.LazyFrame[Any]]


def at(day: int, hour: int = 8, minute: int = 0) -> datetime:
    """Return an instant of March 2026, UTC, which is the local zone here."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def on(day: int) -> date:
    """Return a day of March 2026."""
    return date(2026, 3, day)


AS_OF = at(31, 23, 59)
_BOOKKEEPING = {"source": "by hand", "batch": "b", "batch_number": 1}
ACCOUNTS = pl.DataFrame(
    {"code": ["R", "C", "E", "A"], "kind": ["revenue", "cost", "expense", "asset"]}
)
# The 2nd is a Monday, the 17th a holiday, the 24th one not announced yet. The calendar "new" says
# nothing of the days before the 20th.
_SLOTS = make_slots(
    calendar_frame(
        [
            *hours("office", range(1, 6), "09:00-18:00"),
            *hours("new", range(1, 8), "00:00-24:00", since=on(20)),
        ]
    ),
    pl.DataFrame(
        [special_day("2026-03-17"), special_day("2026-03-24", is_provisional=True)],
        schema=HOLIDAYS,
    ),
    [(name, "UTC") for name in (ROUND_THE_CLOCK, "office", "new")],
    first=date(2026, 1, 1),
    last=date(2026, 6, 30),
)
# R, C and E are the words of random records.
_CALENDAR_OF = {
    **dict.fromkeys(("PD", "XH", "CD"), ROUND_THE_CLOCK),
    **dict.fromkeys(("OFFICE", "R", "C"), "office"),
    **dict.fromkeys(("NEW", "E"), "new"),
}
REFERENCE: Tables = {
    "reference.accounts": ACCOUNTS,
    "reference.org_units": pl.DataFrame(
        [(unit, calendar, "UTC") for unit, calendar in _CALENDAR_OF.items()],
        schema=["id", "calendar", "time_zone"],
        orient="row",
    ),
    "reference.service_levels": pl.DataFrame(
        [
            ("express", 2, "office", clock_time("17:00")),
            ("R", 1, ROUND_THE_CLOCK, None),
            ("C", None, ROUND_THE_CLOCK, None),
            ("E", 0, "new", clock_time("12:00")),
        ],
        schema=REFERENCE_TABLES["service_levels"].columns,
        orient="row",
    ),
    "reference.slots": _SLOTS,
    "reference.calendar_days": make_days(_SLOTS),
}
# A day to answer and two to resolve, of working time. No policy is for incidents.
_POLICIES = pl.DataFrame(
    [
        policy(24 * 60 * days, kind=kind, clock=clock, pause_statuses=["paused"])
        for kind in ("request", "complaint", "business")
        for clock, days in (("first_response", 1), ("resolution", 2))
    ],
    schema=REFERENCE_TABLES["sla_policies"].columns,
)
_USUAL_ROWS: Records = {
    "tickets": [
        {
            "ticket_id": "T",
            "kind": "request",
            "channel": "phone",
            "priority": "normal",
            "org_unit_id": "PD",
            "status": "closed",
            "opened_at": at(2),
            "first_response_at": at(3),
            "resolved_at": at(4),
            "closed_at": at(5),
            "promised_at": at(6),
            "reopened_count": 0,
            "reassigned_count": 0,
            "is_escalated": False,
        }
    ],
    "ticket_events": [{"ticket_id": "T1", "at": at(2), "status": "open"}],
    "deliveries": [
        {
            "waybill_no": "W",
            "service_level": "express",
            "org_unit_id": "PD",
            "status": "delivered",
            "exception": "none",
            "picked_up_at": at(2),
            "delivered_at": at(3),
            "promised_at": at(4),
        }
    ],
    "delivery_events": [{"waybill_no": "W", "at": at(2), "event": "picked_up"}],
    "surveys": [
        {
            "response_id": "S",
            "evaluator": "customer",
            "method": "sms",
            "subject": "ticket",
            "org_unit_id": "PD",
            "sent_at": at(2),
            "answered_at": at(3),
            "scale_min": 1.0,
            "scale_max": 5.0,
        }
    ],
    "finance_entries": [
        {
            "entry_id": "E",
            "posted_on": on(2),
            "org_unit_id": "PD",
            "account_code": "R",
            "currency": "CNY",
        }
    ],
    "budget_lines": [
        {
            "org_unit_id": "PD",
            "account_code": "R",
            "period_start": on(1),
            "period_end": on(31),
            "version": "original",
            "currency": "CNY",
        }
    ],
    "duties": [
        {
            "duty_id": "D",
            "kind": "training",
            "org_unit_id": "PD",
            "title": "Fire drill",
            "due_on": on(2),
        }
    ],
}


class Given(NamedTuple):
    """What the preparation of a measured table gets: its rows, and the tables beside them."""

    rows: pl.DataFrame
    beside: Tables


def records_of(kind: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return the contract's columns for `rows`, and where each came from.

    Local dates are the UTC dates of their instants.
    """
    (usual,) = _USUAL_ROWS[kind]
    contract = RECORD_KINDS[kind]
    typed = pl.DataFrame([{**usual, **row} for row in rows], schema=contract.columns)
    return taken_in(
        typed.with_columns(
            pl.col(instant).dt.date().alias(day) for day, instant in contract.local_dates.items()
        )
    )


def taken_in(records: pl.DataFrame) -> pl.DataFrame:
    """Return `records` as the rows of one batch."""
    return records.with_columns(
        *(pl.lit(value).alias(name) for name, value in _BOOKKEEPING.items()),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row_number"),
    )


def gather(table: str, records: pl.DataFrame, events: pl.DataFrame | None = None) -> Given:
    """Return what `table` is prepared from, of the `records` that it is made of.

    Tickets are numbered T1, T2, ... where they must be told apart; `events` are theirs.
    """
    if table in ("clocks", "backlog"):
        tickets = records.with_columns(
            ("T" + pl.int_range(1, pl.len() + 1).cast(pl.String)).alias("ticket_id")
        )
        clocks = _clocks_of(tickets, events)
        if table == "clocks":
            return Given(clocks, REFERENCE)
        return Given(tickets, {**REFERENCE, "records.clocks": clocks})
    if table == "delivery_stages":
        waybills = records["waybill_no"].unique(maintain_order=True)
        deliveries = records_of("deliveries", [{"waybill_no": number} for number in waybills])
        return Given(records, {**REFERENCE, "records.deliveries": deliveries})
    if table == "budget_months":
        return Given(spread_over_months(newest_budget(records, today=AS_OF.date())), REFERENCE)
    return Given(records, REFERENCE)


def on_polars(_: str, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
    """Hand `rows` to Polars."""
    return nw.from_native(rows.lazy())


def prepare(table: str, given: Given, on_engine: OnEngine = on_polars) -> nw.LazyFrame[Any]:
    """Return the rows of `given`, on any engine, as the pipeline prepares them, as of 31 March.

    The backlog is that of every day of March.
    """
    return preparations.prepare(
        table,
        on_engine("records", given.rows),
        lambda name: on_engine(name.partition(".")[2], given.beside[name]),
        as_of=AS_OF.date(),
        as_of_at=AS_OF,
        span=(on(1), AS_OF.date()),
    )


def prepared(table: str, rows: Sequence[Row]) -> nw.LazyFrame[Any]:
    """Return `rows`, of the records that a table is made of, as the pipeline prepares them."""
    return prepare(table, gather(table, records_of(catalogue.records_of(table), rows)))


def sums_of(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return the measures of `rows` per day, unit and slice."""
    return _collected(sum_by_day(prepared(table, rows), table))


def buckets_of(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return the counts per bucket of `rows` per day, unit and slice."""
    counts = count_by_bucket(prepared(table, rows), table)
    assert counts is not None, f"{table} keeps no spread"
    return _collected(counts)


def figures_of(metric: Metric, records: Records) -> pl.DataFrame:
    """Return the figures of `metric` per `period`: its finest, the day or the month."""
    grain = {"day": "1d", "month": "1mo"}[metric.finest]
    period = pl.col("day").dt.truncate(grain).alias("period")
    tables = {table: records.get(catalogue.records_of(table), ()) for table in tables_of(metric)}
    if metric.form == "quantile":
        (measure,) = metric.top
        ((table, rows),) = tables.items()
        counts = buckets_of(table, rows).filter(pl.col("measure") == measure)
        return quantile_figures(metric, counts.with_columns(period), ["period"])
    parts = [
        sums_of(table, rows).select(
            period, *(name for name in metric.measures if MEASURES[name].of == table)
        )
        for table, rows in tables.items()
    ]
    every = pl.concat(parts, how="diagonal").fill_null(0)
    return figures(metric, every.group_by("period").agg(pl.col(metric.measures).sum()))


def _clocks_of(tickets: pl.DataFrame, events: pl.DataFrame | None) -> pl.DataFrame:
    happened = records_of("ticket_events", []) if events is None else events
    made = make_clocks(
        on_polars("tickets", tickets),
        on_polars("events", happened),
        units=on_polars("units", REFERENCE["reference.org_units"]),
        policies=on_polars("policies", policies_by_case(_POLICIES, tickets.select(CASE))),
        slots=on_polars("slots", _SLOTS),
        as_of_at=AS_OF,
    )
    return _collected(made)


def _collected(rows: nw.LazyFrame[Any]) -> pl.DataFrame:
    native: pl.LazyFrame = rows.to_native()
    return native.collect()
