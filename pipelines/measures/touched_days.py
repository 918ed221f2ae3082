"""Stage 3, measures: the days that new rows touch are summed again, no others.

One asset per table that the catalogue sums. To add a measure: `transforms/catalogue`. Tables that
are not sums of records by the days of those records (clocks, backlog, ...) are summed anew:
`pipelines/measures/anew.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

import narwhals.stable.v2 as nw
import polars as pl
from dagster import AssetsDefinition, MaterializeResult, asset

from pipelines.code_version import code_version
from pipelines.measures.measuring import (
    one_ahead,
    prepare_for,
    remember_now,
    start_afresh,
    sums_and_counts,
    tables_beside,
)
from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from pipelines.warehouse import BOOKKEEPING, Query, listed, quoted
from quality.contracts import RECORD_KINDS
from transforms.catalogue import SLICES, SUMMED_BY_DAY
from transforms.deliveries import DAYS_UNTIL_SETTLED, days_until_due

# Table whose measures depend on "now" -> days until a date of its rows is settled: a unit's local
# day may differ from the home's.
_SETTLED_AFTER = {"deliveries": DAYS_UNTIL_SETTLED + 1, "duties": 1}
# Reference tables, besides the kinds of accounts, that decide the measures of a table.
_DECIDED_BY = {
    "tickets": ("org_units",),
    "deliveries": ("org_units", "calendars", "holidays", "service_levels"),
    "finance_entries": ("accounts",),
}
_ROWS_AT_ONCE = 300_000


def bring_up_to_date(night: Night, table: str) -> int:
    """Sum the touched days of `table` again and return how many there were.

    The measures, the touched days and the memory of what they were made with change in one
    transaction: a night that dies in between does the same days again.
    """
    warehouse = night.warehouse
    reach = _reach(night, table)
    _touch_what_changed_otherwise(night, table)
    days = _touched_days(night, table, reach)
    with warehouse.transaction():
        if _is_every_day_touched(night, table) or not warehouse.has_table(f"measures.{table}"):
            start_afresh(warehouse, table)
        if days:
            beside = tables_beside(night)
            for first, last, records in one_ahead(_spans_with_rows(night, table, days, reach)):
                rows = prepare_for(night, table, records, beside)
                _replace(night, table, rows, first, last)
        warehouse.connection.execute("delete from intake.touched_days where measured = ?", [table])
        remember_now(night, table)
        warehouse.remember(f"made_with.{table}", _made_with(night, table))
    return len(days)


def _touch_what_changed_otherwise(night: Night, table: str) -> None:
    """Touch the days that change without new rows: rules changed, or "now" moved on."""
    warehouse = night.warehouse
    if warehouse.fact(f"made_with.{table}") != _made_with(night, table):
        warehouse.touch_all_days(table)
    before = warehouse.fact(f"as_of.{table}")
    if before is None or before == night.as_of.isoformat():
        return
    if table in _SETTLED_AFTER:
        moved = sorted((date.fromisoformat(before), night.as_of))
        unsettled = timedelta(days=_SETTLED_AFTER[table])
        warehouse.touch_days(table, moved[0] - unsettled, moved[1] + timedelta(days=1))


def _made_with(night: Night, table: str) -> str:
    """Return what decides measures besides rows: the code and the reference tables read."""
    versions = (night.reference.versions[name] for name in _DECIDED_BY.get(table, ()))
    return " ".join([code_version(), *versions])


def _reach(night: Night, table: str) -> int:
    """Return how many days after the dates of its record a row of `table` may count.

    A delivery without a promise falls due by its service level, on a day that no column names.
    """
    if table != "deliveries":
        return 0
    days = night.warehouse.query("select * from reference.calendar_days")
    return days_until_due(night.reference.tables["service_levels"], days)


def _touched_days(night: Night, table: str, reach: int) -> list[date]:
    """Return the touched days in order; a null among them stands for every day there is."""
    touched = "select day from intake.touched_days where measured = ? and day is not null"
    if _is_every_day_touched(night, table):
        of_records = [f"select {quoted(day)} from records.{table}" for day in _date_columns(table)]
        touched = " union all ".join([touched, *of_records])
    days = night.warehouse.connection.execute(
        f"select distinct day + later::int from (select distinct day from ({touched})) "
        "cross join range(?) as reached(later) where day is not null",
        [table, reach + 1],
    ).fetchall()
    return sorted(day for (day,) in days)


def _is_every_day_touched(night: Night, table: str) -> bool:
    row = night.warehouse.connection.execute(
        "select 1 from intake.touched_days where measured = ? and day is null", [table]
    ).fetchone()
    return row is not None


def _date_columns(table: str) -> list[str]:
    columns = RECORD_KINDS[table].columns
    return [name for name, dtype in columns.items() if dtype.base_type() is pl.Date]


def _rows_of(query: Query, table: str) -> int:
    return query(f"select count(*) as rows from records.{table}").item()


def _spans_of(days: list[date], rows: int) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of spans to sum at once.

    All days of a small table at once; of a big one as many months as have about `_ROWS_AT_ONCE`
    rows, if its `rows` lie on these days alone, which bounds the memory.
    """
    if rows <= _ROWS_AT_ONCE:
        yield days[0], days[-1]
        return
    months = [
        list(of_month) for _, of_month in groupby(days, key=lambda day: (day.year, day.month))
    ]
    at_once = max(1, _ROWS_AT_ONCE * len(months) // rows)
    for start in range(0, len(months), at_once):
        yield months[start][0], months[min(start + at_once, len(months)) - 1][-1]


def _spans_with_rows(
    night: Night, table: str, days: list[date], reach: int
) -> Iterator[tuple[date, date, pl.DataFrame]]:
    """Yield the spans to sum at once, each with the records that may count there."""
    with night.warehouse.reader() as query:
        for first, last in _spans_of(days, _rows_of(query, table)):
            yield first, last, _rows(query, table, first, last, reach)


def _replace(night: Night, table: str, rows: nw.LazyFrame, first: date, last: date) -> None:
    """Sum the days `first` to `last` of prepared `rows` and replace them."""
    within = pl.col("day").is_between(first, last)
    sums, counts = sums_and_counts(rows, table, as_of=night.as_of)
    night.warehouse.replace_days(f"measures.{table}", sums.filter(within), first=first, last=last)
    if counts is not None:
        night.warehouse.replace_days(
            f"measures.{table}_spread", counts.filter(within), first=first, last=last
        )


def _rows(query: Query, table: str, first: date, last: date, reach: int) -> pl.DataFrame:
    """Return the records that may count on any day from `first` to `last`."""
    within = [f"{quoted(day)} between $1 and $2" for day in _date_columns(table)]
    if reach:
        within.append("(promised_at is null and picked_up_on between $1 - $3::int and $2)")
    bounds = [first, last, *([reach] if reach else [])]
    return query(
        f"select * exclude ({listed(BOOKKEEPING)}) from records.{table} "
        f"where {' or '.join(within)}",
        bounds,
    )


def _make(table: str) -> AssetsDefinition:
    @asset(
        key=key_of("measures", table),
        group_name="measures",
        deps=[key_of("records", table), key_of("records", "working_hours")],
        description=f"Sums of {table} per day, org unit and slice.",
        required_resource_keys=NIGHT,
    )
    @on_night("measures", table)
    def measures(night: Night) -> MaterializeResult:
        days = bring_up_to_date(night, table)
        rows = night.warehouse.query(f"select count(*) as rows from measures.{table}").item()
        return MaterializeResult(metadata={"days_touched": days, "rows": rows})

    return measures


measure_assets = [_make(table) for table in SLICES if table in SUMMED_BY_DAY]
