"""What both ways of summing measures need: the tables beside the records, and empty measures."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from typing import Any, TypeVar

import narwhals.stable.v2 as nw
import polars as pl

from pipelines.night import Night
from pipelines.questions.metric_queries import empty_measures
from pipelines.warehouse import Query, Warehouse, listed
from transforms.catalogue import SLICES, measures_of
from transforms.measures import count_by_bucket, sum_by_day
from transforms.prepared import Beside, prepare

Part = TypeVar("Part")
# Of a big table that is read beside the records, what preparations read of it.
_READ_BESIDE = {"records.clocks": ("ticket_id", "clock", "due_on")}


def one_ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """Yield `parts`, each made by another thread while the one before it is worked on.

    They must be read by a `Warehouse.reader`: a connection serves one thread.
    """
    with ThreadPoolExecutor(max_workers=1) as reading:
        following = reading.submit(next, parts, None)
        while (part := following.result()) is not None:
            following = reading.submit(next, parts, None)
            yield part


def tables_beside(night: Night) -> Beside:
    """Return what gives a whole table of the warehouse, read once however often it is asked."""

    @cache
    def beside(name: str) -> nw.LazyFrame[Any]:
        columns = listed(_READ_BESIDE[name]) if name in _READ_BESIDE else "*"
        rows: nw.LazyFrame[Any] = nw.from_native(
            night.warehouse.query(f"select {columns} from {name}").lazy()
        )
        return rows

    return beside


def prepare_for(
    night: Night,
    table: str,
    rows: pl.DataFrame,
    beside: Beside,
    span: tuple[date, date] | None = None,
) -> nw.LazyFrame[Any]:
    """Return records as the measures of `table` want them, as of this night."""
    return prepare(
        table,
        nw.from_native(rows.lazy()),
        beside,
        as_of=night.as_of,
        as_of_at=night.as_of_at,
        span=span,
    )


def sums_and_counts(
    prepared: nw.LazyFrame[Any], table: str, *, as_of: date
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the sums of `table` by day, and its counts by bucket; None where it keeps none."""
    sums, counts = sum_by_day(prepared, table).to_native(), count_by_bucket(prepared, table)
    # Together: what both are made from is prepared once.
    lazily = [sums] if counts is None else [sums, counts.to_native()]
    summed, *counted = pl.collect_all(lazily)
    # A day to come has rows of what falls due then: while that is open, they say nothing yet.
    says_something = pl.any_horizontal(pl.col(measure.name) != 0 for measure in measures_of(table))
    told = summed.filter((pl.col("day") <= as_of) | says_something)
    return told, next(iter(counted), None)


def spans_of(query: Query, table: str, day: str, *, at_once: int) -> list[tuple[date, date]]:
    """Return first and last day of stretches in which `table` has about `at_once` rows.

    `day` is the SQL of the day of a row. Rows of one day stay together.
    """
    rows = query(f"select {day} as day, count(*) as rows from {table} group by all order by all")
    stretch = (pl.col("rows").cum_sum() // at_once).alias("stretch")
    spans = rows.group_by(stretch, maintain_order=True).agg(
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last")
    )
    return list(spans.select("first", "last").iter_rows())


def remember_now(night: Night, table: str) -> None:
    """Keep what "now" was when `table` was summed: pages prepare records as of then."""
    night.warehouse.remember(f"as_of.{table}", night.as_of.isoformat())
    night.warehouse.remember(f"as_of_at.{table}", night.as_of_at.isoformat())


def start_afresh(warehouse: Warehouse, table: str) -> None:
    """Empty the measures of `table`: another release may have other columns, or count otherwise."""
    warehouse.replace_table(f"measures.{table}", empty_measures(table))
    if any(measure.spread for measure in measures_of(table)):
        texts = dict.fromkeys(("org_unit_id", *SLICES[table], "measure"), pl.String)
        counts = {"bucket": pl.Int64, "occurrences": pl.Int64}
        warehouse.replace_table(
            f"measures.{table}_spread", pl.DataFrame(schema={"day": pl.Date, **texts, **counts})
        )
