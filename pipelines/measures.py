"""Stage 3, measures: the days that new rows touch are summed again, no others.

One asset per table that the catalogue sums. To add a measure: `transforms/catalogue`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

import narwhals.stable.v2 as nw
import polars as pl
from dagster import AssetsDefinition, MaterializeResult, asset

from pipelines.code_version import code_version
from pipelines.metric_queries import empty_measures
from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from pipelines.warehouse import quoted
from quality.contracts import RECORD_KINDS
from transforms.catalogue import SLICES, measures_of, records_of
from transforms.finance import newest_budget, spread_over_months
from transforms.measures import count_by_bucket, sum_by_day
from transforms.prepared import prepare

# Tables whose measures depend on "now", and the day on which their open rows fall due.
_FALLING_DUE = ("tickets", "deliveries", "duties")
_OF_BUDGET_LINES = "budget_months"
_ROWS_AT_ONCE = 500_000


def bring_up_to_date(night: Night, table: str) -> int:
    """Sum the touched days of `table` again and return how many there were.

    The measures, the touched days and the memory of what they were made with change in one
    transaction: a night that dies in between does the same days again.
    """
    warehouse = night.warehouse
    records = records_of(table)
    _touch_what_changed_otherwise(night, table, records)
    days = _touched_days(night, records)
    with warehouse.transaction():
        if _is_every_day_touched(night, records) or not warehouse.has_table(f"measures.{table}"):
            _start_afresh(night, table)
        if days and table == _OF_BUDGET_LINES:
            warehouse.replace_table(f"measures.{table}", _budget_months(night))
        elif days:
            for first, last in _spans_of(days, _rows_of(night, table)):
                _measure(night, table, first, last)
        warehouse.connection.execute(
            "delete from intake.touched_days where measured = ?", [records]
        )
        warehouse.remember(f"as_of.{table}", night.as_of.isoformat())
        warehouse.remember(f"as_of_at.{table}", night.as_of_at.isoformat())
        warehouse.remember(f"made_with.{table}", _made_with(night))
    return len(days)


def _touch_what_changed_otherwise(night: Night, table: str, records: str) -> None:
    """Touch the days that change without new rows: rules changed, or "now" moved on."""
    warehouse = night.warehouse
    if warehouse.fact(f"made_with.{table}") != _made_with(night):
        warehouse.touch_all_days(records)
    before = warehouse.fact(f"as_of.{table}")
    if before is None or before == night.as_of.isoformat():
        return
    if table == _OF_BUDGET_LINES:
        warehouse.touch_all_days(records)
    if table in _FALLING_DUE:
        # A day more on either side: a unit's local day may differ from the home's.
        moved = sorted((date.fromisoformat(before), night.as_of))
        warehouse.touch_days(records, moved[0] - timedelta(days=1), moved[1] + timedelta(days=1))


def _made_with(night: Night) -> str:
    """Return what decides measures besides rows: the code and the kinds of accounts."""
    return f"{code_version()} {night.reference.versions['accounts']}"


def _touched_days(night: Night, records: str) -> list[date]:
    """Return the touched days in order; a null among them stands for every day there is."""
    touched = "select day from intake.touched_days where measured = ? and day is not null"
    if _is_every_day_touched(night, records):
        of_records = [
            f"select {quoted(day)} from records.{records}" for day in _date_columns(records)
        ]
        touched = " union all ".join([touched, *of_records])
    days = night.warehouse.connection.execute(
        f"select distinct day from ({touched}) where day is not null", [records]
    ).fetchall()
    return sorted(day for (day,) in days)


def _is_every_day_touched(night: Night, records: str) -> bool:
    row = night.warehouse.connection.execute(
        "select 1 from intake.touched_days where measured = ? and day is null", [records]
    ).fetchone()
    return row is not None


def _date_columns(records: str) -> list[str]:
    columns = RECORD_KINDS[records].columns
    return [name for name, dtype in columns.items() if dtype.base_type() is pl.Date]


def _rows_of(night: Night, table: str) -> int:
    return night.warehouse.query(f"select count(*) as rows from records.{table}").item()


def _spans_of(days: list[date], rows: int) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of spans to sum at once.

    All days of a small table at once; of a big one month by month, which bounds the memory.
    """
    if rows <= _ROWS_AT_ONCE:
        yield days[0], days[-1]
        return
    for _, of_month in groupby(days, key=lambda day: (day.year, day.month)):
        touched = list(of_month)
        yield touched[0], touched[-1]


def _measure(night: Night, table: str, first: date, last: date) -> None:
    """Sum the days `first` to `last` of `table` and replace them."""
    rows = _prepared(night, table, first, last)
    within = nw.col("day").is_between(first, last)
    sums = sum_by_day(rows, table).filter(within).to_native().collect()
    # A day to come has rows of what falls due then: while that is open, they say nothing yet.
    says_something = pl.any_horizontal(pl.col(measure.name) != 0 for measure in measures_of(table))
    sums = sums.filter((pl.col("day") <= night.as_of) | says_something)
    night.warehouse.replace_days(f"measures.{table}", sums, first=first, last=last)
    counts = count_by_bucket(rows, table)
    if counts is not None:
        night.warehouse.replace_days(
            f"measures.{table}_spread",
            counts.filter(within).to_native().collect(),
            first=first,
            last=last,
        )


def _prepared(night: Night, table: str, first: date, last: date) -> nw.LazyFrame:
    """Return the records that count on any day from `first` to `last`, prepared."""
    within = " or ".join(f"{quoted(day)} between $1 and $2" for day in _date_columns(table))
    rows = night.warehouse.query(f"select * from records.{table} where {within}", [first, last])
    return _prepare(night, table, rows)


def _prepare(night: Night, table: str, rows: pl.DataFrame) -> nw.LazyFrame:
    return prepare(
        table,
        nw.from_native(rows.lazy()),
        accounts=nw.from_native(night.reference.tables["accounts"].lazy()),
        as_of=night.as_of,
        as_of_at=night.as_of_at,
    )


def _budget_months(night: Night) -> pl.DataFrame:
    """Return the measures of the newest approved budget; it is small, so always of all of it."""
    lines = night.warehouse.query("select * from records.budget_lines")
    months = spread_over_months(newest_budget(lines, today=night.as_of))
    prepared = _prepare(night, _OF_BUDGET_LINES, months)
    return sum_by_day(prepared, _OF_BUDGET_LINES).to_native().collect()


def _start_afresh(night: Night, table: str) -> None:
    """Empty the measures of `table`: another release may have other columns, or count otherwise."""
    night.warehouse.replace_table(f"measures.{table}", empty_measures(table))
    if any(measure.spread for measure in measures_of(table)):
        texts = dict.fromkeys(("org_unit_id", *SLICES[table], "measure"), pl.String)
        counts = {"bucket": pl.Int64, "occurrences": pl.Int64}
        night.warehouse.replace_table(
            f"measures.{table}_spread", pl.DataFrame(schema={"day": pl.Date, **texts, **counts})
        )


def _make(table: str) -> AssetsDefinition:
    records = records_of(table)

    @asset(
        key=key_of("measures", table),
        group_name="measures",
        deps=[key_of("records", records)],
        description=f"Sums of {records} per day, org unit and slice.",
        required_resource_keys=NIGHT,
    )
    @on_night("measures", table)
    def measures(night: Night) -> MaterializeResult:
        days = bring_up_to_date(night, table)
        rows = night.warehouse.query(f"select count(*) as rows from measures.{table}").item()
        return MaterializeResult(metadata={"days_touched": days, "rows": rows})

    return measures


measure_assets = [_make(table) for table in SLICES]
