"""Stage 3, measures that are summed anew each night: clocks, backlog, stages, budgets.

What they are made of is not by the days of its records: a pause moves the day a clock falls due, a
late scan parts a stage in two, an open ticket counts on every day. To add one: what it is made of
in `_PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import narwhals.stable.v2 as nw
import polars as pl
from dagster import AssetKey, AssetsDefinition, MaterializeResult, asset

from pipelines.code_version import code_version
from pipelines.measures.measuring import (
    one_ahead,
    prepare_for,
    remember_now,
    spans_of,
    start_afresh,
    sums_and_counts,
    tables_beside,
)
from pipelines.night import Night
from pipelines.records.clocks import opening_spans
from pipelines.stages import NIGHT, key_of, on_night
from pipelines.warehouse import Query
from transforms.catalogue import records_of
from transforms.finance import newest_budget, spread_over_months
from transforms.prepared import Beside

_DELIVERIES_AT_ONCE = 600_000
_DAYS_AT_ONCE = 31


class Part(NamedTuple):
    """Rows to prepare; the days they are asked for, and what lies beside them, if only in part."""

    rows: pl.DataFrame
    span: tuple[date, date] | None = None
    beside: Mapping[str, pl.DataFrame] = MappingProxyType({})


def sum_anew(night: Night, table: str) -> None:
    """Make the measures of `table` anew, part by part; sums of the same day may be several rows."""
    warehouse = night.warehouse
    made_of = _made_of(night, table)
    if warehouse.fact(f"made_of.{table}") == made_of:
        return
    beside = tables_beside(night)
    with warehouse.transaction():
        start_afresh(warehouse, table)
        for part in one_ahead(_read(night, table)):
            own = partial(_beside_part, part, beside)
            prepared = prepare_for(night, table, part.rows, own, part.span)
            sums, counts = sums_and_counts(prepared, table, as_of=night.as_of)
            warehouse.append(f"measures.{table}", sums)
            if counts is not None:
                warehouse.append(f"measures.{table}_spread", counts)
        remember_now(night, table)
        warehouse.remember(f"made_of.{table}", made_of)


def _read(night: Night, table: str) -> Iterator[Part]:
    with night.warehouse.reader() as query:
        yield from _PARTS[table](night, query)


def _beside_part(part: Part, beside: Beside, name: str) -> nw.LazyFrame:
    return nw.from_native(part.beside[name].lazy()) if name in part.beside else beside(name)


def _made_of(night: Night, table: str) -> str:
    """Return what decides the measures: code, "now", reference tables, and the batches taken in."""
    (batches,) = night.warehouse.connection.execute(
        "select md5(string_agg(batch || version || accepted, ' ' order by batch_number)) "
        "from intake.batches where kind in (select unnest(?))",
        [_DEPENDS_ON[table]],
    ).fetchone()
    # Stages are past when they are known; the others depend on "now", and on every rule there is.
    rules = [] if table == "delivery_stages" else [night.as_of, *night.reference.versions.values()]
    return " ".join(str(part) for part in (code_version(), batches, *rules))


def _clocks(night: Night, query: Query) -> Iterator[Part]:
    for first, last in opening_spans(night, query):
        rows = query(
            "select clock, kind, priority, channel, category, agent_id, org_unit_id, opened_on, "
            "due_on, state, is_provisional from records.clocks where opened_on between ? and ?",
            [first, last],
        )
        yield Part(rows)


def _open_tickets(night: Night, query: Query) -> Iterator[Part]:
    """Yield by stretches of days the tickets that were open on any of them."""
    first = query("select min(opened_on) as first from records.tickets").item()
    while first is not None and first <= night.as_of:
        last = min(first + timedelta(days=_DAYS_AT_ONCE - 1), night.as_of)
        rows = query(
            "select * from records.tickets where opened_on <= $2 and coalesce("
            "coalesce(resolved_on, closed_on) > $1, true)",
            [first, last],
        )
        yield Part(rows, (first, last))
        first = last + timedelta(days=1)


def _events(night: Night, query: Query) -> Iterator[Part]:
    """Yield deliveries of some months and all their events: few days are in two parts."""
    # The contract wants one of the two; what lacks both is still counted.
    begun_on = "coalesce(picked_up_on, promised_on, date '2000-01-01')"
    for first, last in spans_of(query, "records.deliveries", begun_on, at_once=_DELIVERIES_AT_ONCE):
        deliveries = query(
            "select waybill_no, status, org_unit_id, courier_id, service_level "
            f"from records.deliveries where {begun_on} between ? and ?",
            [first, last],
        )
        events = query(
            'select waybill_no, "at", event, happened_on, batch_number, row_number '
            "from records.delivery_events semi join ("
            f"select waybill_no from records.deliveries where {begun_on} between ? and ?"
            ") using (waybill_no)",
            [first, last],
        )
        yield Part(events, beside={"records.deliveries": deliveries})


def _budget_months(night: Night, query: Query) -> Iterator[Part]:
    lines = query("select * from records.budget_lines")
    yield Part(spread_over_months(newest_budget(lines, today=night.as_of)))


_PARTS: dict[str, Callable[[Night, Query], Iterator[Part]]] = {
    "clocks": _clocks,
    "backlog": _open_tickets,
    "delivery_stages": _events,
    "budget_months": _budget_months,
}
# Kinds of records that the rows are made of.
_DEPENDS_ON = {
    "clocks": ["tickets", "ticket_events"],
    "backlog": ["tickets", "ticket_events"],
    "delivery_stages": ["deliveries", "delivery_events"],
    "budget_months": ["budget_lines"],
}


def _sources(table: str) -> list[AssetKey]:
    if table in ("clocks", "backlog"):
        return [key_of("records", "clocks")]
    return [*(key_of("records", kind) for kind in _DEPENDS_ON[table])]


def _make(table: str) -> AssetsDefinition:
    @asset(
        key=key_of("measures", table),
        group_name="measures",
        deps=_sources(table),
        description=f"Sums of {records_of(table)} as {table} per day, org unit and slice.",
        required_resource_keys=NIGHT,
    )
    @on_night("measures", table)
    def measures(night: Night) -> MaterializeResult:
        sum_anew(night, table)
        rows = night.warehouse.query(f"select count(*) as rows from measures.{table}").item()
        return MaterializeResult(metadata={"rows": rows})

    return measures


assets_anew = [_make(table) for table in _PARTS]
