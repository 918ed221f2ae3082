"""Hand-made records of every table that the catalogue sums, and the way from them to figures.

A row is written as what differs from the usual row of its table. The usual rows do each thing on a
day of its own (opened on 2 March, answered on the 3rd, ...), so that a figure on the wrong day
shows. To add a table: its usual row in `_USUAL_ROWS` and its turn in `prepared`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from quality.contracts import RECORD_KINDS
from transforms.catalogue import MEASURES, Metric, tables_of
from transforms.deliveries import prepare_deliveries
from transforms.duties import prepare_duties
from transforms.finance import newest_budget, prepare_entries, spread_over_months
from transforms.measures import count_by_bucket, sum_by_day
from transforms.metrics import figures, quantile_figures
from transforms.surveys import prepare_surveys
from transforms.tickets import prepare_tickets

Row = Mapping[str, object]
Records = Mapping[str, Sequence[Row]]


def at(day: int, hour: int = 8, minute: int = 0) -> datetime:
    """Return an instant of March 2026, UTC, which is the local zone here."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def on(day: int) -> date:
    """Return a day of March 2026."""
    return date(2026, 3, day)


AS_OF = at(31, 23, 59)
ACCOUNTS = pl.DataFrame(
    {"code": ["R", "C", "E", "A"], "kind": ["revenue", "cost", "expense", "asset"]}
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


def records_of(kind: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return the contract's columns for `rows`; local dates are the UTC dates of their instants."""
    (usual,) = _USUAL_ROWS[kind]
    contract = RECORD_KINDS[kind]
    typed = pl.DataFrame([{**usual, **row} for row in rows], schema=contract.columns)
    return typed.with_columns(
        pl.col(instant).dt.date().alias(day) for day, instant in contract.local_dates.items()
    )


def prepared(table: str, rows: Sequence[Row]) -> nw.LazyFrame[Any]:
    """Return `rows` of a table of the catalogue as the pipeline prepares them, as of 31 March."""
    if table == "budget_months":
        lines = newest_budget(records_of("budget_lines", rows), today=AS_OF.date())
        return prepare_entries(_lazy(spread_over_months(lines)), _lazy(ACCOUNTS))
    return prepare(table, _lazy(records_of(table, rows)), accounts=_lazy(ACCOUNTS))


def prepare(
    table: str, records: nw.LazyFrame[Any], *, accounts: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Return typed `records`, of any engine, as the pipeline prepares them, as of 31 March."""
    if table == "tickets":
        return prepare_tickets(records, as_of=AS_OF)
    if table == "deliveries":
        return prepare_deliveries(records, as_of=AS_OF)
    if table == "surveys":
        return prepare_surveys(records)
    if table == "duties":
        return prepare_duties(records, today=AS_OF.date())
    return prepare_entries(records, accounts)


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
    tables = {table: records.get(table, ()) for table in tables_of(metric)}
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


def _lazy(rows: pl.DataFrame) -> nw.LazyFrame[Any]:
    return nw.from_native(rows.lazy())


def _collected(rows: nw.LazyFrame[Any]) -> pl.DataFrame:
    native: pl.LazyFrame = rows.to_native()
    return native.collect()
