"""From a figure down to the records behind it, for every metric and without a second definition.

Which rows count is what the measures in the catalogue say, evaluated row by row instead of summed.
To add a metric: nothing to do here. To add a record kind: its key in KEYS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import and_, or_
from types import MappingProxyType
from typing import Any, Literal

import narwhals.stable.v2 as nw
import polars as pl

from pipelines.questions.few_answers import refuse_few
from pipelines.questions.metric_queries import MetricQuery, answer
from pipelines.release.snapshots import Snapshot
from transforms.catalogue import MEASURES, Metric, records_of, tables_of
from transforms.catalogue.entry import ticks
from transforms.deliveries import days_until_due
from transforms.finance import newest_budget, spread_over_months
from transforms.prepared import Beside, prepare
from transforms.refusal import Refusal

Which = Literal["against", "all"]

# Measured table -> the columns that name one of the rows it is summed over.
KEYS: dict[str, tuple[str, ...]] = {
    "tickets": ("ticket_id",),
    "clocks": ("ticket_id", "clock"),
    "backlog": ("ticket_id",),
    "deliveries": ("waybill_no",),
    "delivery_stages": ("waybill_no", "ended_at", "stage"),
    "surveys": ("response_id",),
    "finance_entries": ("entry_id",),
    "budget_months": ("org_unit_id", "account_code", "period_start", "period_end", "version"),
    "duties": ("duty_id",),
}
_EVERYWHERE: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_UNIT_COLUMNS = ("org_unit_id", "region", "unit_kind")
_BOOKKEEPING = ("source", "batch", "batch_number", "row_number")
# Beside the columns of a record while it is judged: what it adds, how bad it is, its day.
_TOP, _BOTTOM, _BADNESS, _DAY = "_top", "_bottom", "_badness", "_day"


def records_behind(
    snapshot: Snapshot,
    metric: Metric,
    *,
    first: date,
    last: date,
    where: Mapping[str, tuple[str, ...]] = _EVERYWHERE,
    which: Which = "against",
    limit: int = 200,
) -> pl.DataFrame:
    """Return at most `limit` records behind the figure of `metric` from `first` to `last`.

    `where` is that of `MetricQuery`. `which` = "all" are the rows that enter the figure; "against"
    those of them that speak against the service, by the form of the metric:

    share, rate             better higher: in the denominator, not in the numerator (missed
                            promises); else: in the numerator (re-opened tickets)
    score                   detractors
    money, money_share      rows with money in the numerator, of either sign
    count, quantile, mean   all rows

    Sorted by what is worst (shares, scores: those against; rates, means, quantiles: the most, or
    the lowest score; money: the largest amount), then the most recent first, then the key.

    Columns: the key of the kind, the record as in `records.<kind>`, what its preparation adds
    (`transforms/<noun>.py`), and last where it came from. Of a metric of two tables these are the
    ledger entries, not the budget. Budget lines are those of the newest approved version whose
    period overlaps: `amount_minor` is the part from `first` to `last`, `line_amount_minor` the
    whole line.

    Raises Refusal where `MetricQuery` does, for a snapshot that does not know its "now", and where
    too few people answered to list what each of them said.
    """
    query = MetricQuery(metric, first=first, last=last, where=where)
    key = KEYS[_table_of(metric)]
    with _judged_rows(snapshot, query, which) as rows:
        columns = rows.collect_schema().names()
        instant = _instant_of(metric, columns)
        recent = [_DAY, *([instant] if instant else [])]
        by = [_BADNESS, *recent, *key]
        descending = [True, *(True for _ in recent), *(False for _ in key)]
        found = _collected(rows.sort(*by, descending=descending, nulls_last=True).head(limit))
    return found.select(_in_order(columns, key))


def count_behind(
    snapshot: Snapshot,
    metric: Metric,
    *,
    first: date,
    last: date,
    where: Mapping[str, tuple[str, ...]] = _EVERYWHERE,
    which: Which = "against",
) -> int:
    """Return how many records `records_behind` would return without its limit."""
    query = MetricQuery(metric, first=first, last=last, where=where)
    with _judged_rows(snapshot, query, which) as rows:
        count: int = _collected(rows.select(nw.len())).item()
    return count


@contextmanager
def _judged_rows(
    snapshot: Snapshot, query: MetricQuery, which: Which
) -> Iterator[nw.LazyFrame[Any]]:
    """Give the rows asked for, lazily, with `_TOP`, `_BOTTOM`, `_BADNESS` and `_DAY`."""
    metric = query.metric
    table = _table_of(metric)
    if table == "surveys":
        refuse_few(answer(query, snapshot.query), query, snapshot.query, which)
    units = _units(snapshot, query.where)
    as_of_at = _as_of_at(snapshot, table)
    if metric.counted == "at_period_end":
        stock_on = min(query.last, snapshot.manifest.as_of)
        query = replace(query, first=stock_on, last=stock_on)
    with snapshot.relations() as relation_of:
        rows = prepare(
            table,
            _records(snapshot, query, table, relation_of),
            _beside(snapshot, table, relation_of),
            as_of=snapshot.manifest.as_of,
            as_of_at=as_of_at,
            span=(query.first, query.last),
        )
        slices = {name: to for name, to in query.where.items() if name not in _UNIT_COLUMNS}
        for column, values in slices.items():
            rows = rows.filter(nw.col(column).is_in(list(values)))
        if units is not None:
            rows = rows.filter(nw.col("org_unit_id").is_in(units))
        yield _judged(rows, query, which)


def _judged(rows: nw.LazyFrame[Any], query: MetricQuery, which: Which) -> nw.LazyFrame[Any]:
    """Return the rows that count, with what each adds to the figure and how bad it is."""
    metric = query.metric
    on = _days_of(metric)
    rows = rows.filter(reduce(or_, (nw.col(day).is_between(query.first, query.last) for day in on)))
    enters = reduce(or_, (_says_something(name, query) for name in _own(metric)))
    judged = rows.filter(enters).with_columns(
        _sum_of(metric.top, query).alias(_TOP),
        _sum_of(metric.bottom, query).alias(_BOTTOM),
        nw.col(on[0]).alias(_DAY),
    )
    against = _is_against(metric, query)
    if which == "against" and against is not None:
        judged = judged.filter(against)
    return judged.with_columns(_badness(metric, against).alias(_BADNESS))


def _is_against(metric: Metric, query: MetricQuery) -> nw.Expr | None:
    """Return the claim that a row speaks against the service; None where all rows do."""
    if metric.form == "score":
        subtracted = (name for name in metric.top if name.startswith("-"))
        return reduce(or_, (_says_something(name[1:], query) for name in subtracted))
    if metric.form in ("money", "money_share"):
        return nw.col(_TOP) != 0
    if metric.form in ("share", "rate"):
        if metric.better == "higher":
            return (nw.col(_BOTTOM) > 0) & (nw.col(_TOP) <= 0)
        return nw.col(_TOP) != 0
    return None


def _badness(metric: Metric, against: nw.Expr | None) -> nw.Expr:
    """Return the number by which the worst row is the highest."""
    if metric.form in ("money", "money_share"):
        return nw.col(_TOP).abs()
    if metric.form in ("rate", "mean", "quantile"):
        size = nw.col(_TOP)
        if metric.bottom:
            size = nw.when(nw.col(_BOTTOM) != 0).then(size / nw.col(_BOTTOM))
        return -size if metric.better == "higher" else size
    return nw.lit(0) if against is None else ticks(against)


def _says_something(measure: str, query: MetricQuery) -> nw.Expr:
    """Return the claim that a row counts in `measure`: in a spread every value does, zero too."""
    sums = MEASURES[measure].sums
    counts = ~sums.is_null() if query.metric.form == "quantile" else sums != 0
    return counts.fill_null(False) & _is_in_period(measure, query)


def _sum_of(names: tuple[str, ...], query: MetricQuery) -> nw.Expr:
    """Return what a row adds to the sum of the measures `names`, as the catalogue signs them."""
    table = _table_of(query.metric)
    total = nw.lit(0)
    for name in names:
        measure = name.removeprefix("-")
        if MEASURES[measure].of == table:
            added = nw.when(_is_in_period(measure, query)).then(MEASURES[measure].sums).fill_null(0)
            total = total - added if name.startswith("-") else total + added
    return total


def _is_in_period(measure: str, query: MetricQuery) -> nw.Expr:
    return nw.col(MEASURES[measure].on).is_between(query.first, query.last).fill_null(False)


def _table_of(metric: Metric) -> str:
    """Return the table whose rows are shown: of two, the one that is no budget."""
    tables = tables_of(metric)
    return next((table for table in tables if table != "budget_months"), tables[0])


def _own(metric: Metric) -> list[str]:
    """Return the measures that make a row of the table count: those above and below the line."""
    names = dict.fromkeys(name.removeprefix("-") for name in (*metric.top, *metric.bottom))
    return [name for name in names if MEASURES[name].of == _table_of(metric)]


def _days_of(metric: Metric) -> list[str]:
    return list(dict.fromkeys(MEASURES[name].on for name in _own(metric)))


def _instant_of(metric: Metric, columns: list[str]) -> str | None:
    """Return the instant that the metric's local date is made from, where there is one."""
    instant = _days_of(metric)[0].removesuffix("_on") + "_at"
    return instant if instant in columns else None


def _records(
    snapshot: Snapshot, query: MetricQuery, table: str, relation_of: Callable[[str], Any]
) -> nw.LazyFrame[Any]:
    """Return the rows of `table` before their preparation, lazily."""
    if table == "clocks":
        return _lazy(relation_of("records.clocks"))
    if table == "deliveries":
        return _deliveries(snapshot, query, _lazy(relation_of("records.deliveries")))
    if table != "budget_months":
        return _lazy(relation_of(f"records.{records_of(table)}"))
    lines = newest_budget(
        snapshot.query("select * from records.budget_lines"), today=snapshot.manifest.as_of
    ).with_columns(pl.col("amount_minor").alias("line_amount_minor"))
    in_period = (
        spread_over_months(lines)
        .filter(pl.col("month").is_between(query.first, query.last))
        .with_columns(pl.col("amount_minor").sum().over(KEYS["budget_months"]))
        .unique(KEYS["budget_months"], keep="first", maintain_order=True)
    )
    return _lazy(in_period.lazy())


def _deliveries(
    snapshot: Snapshot, query: MetricQuery, deliveries: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Return the deliveries that may count in the period: far fewer have to be prepared."""
    reach = days_until_due(
        snapshot.query("select * from reference.service_levels"),
        snapshot.query("select * from reference.calendar_days"),
    )
    first = query.first - timedelta(days=reach)
    dates = ("picked_up_on", "promised_on", "delivered_on")
    return deliveries.filter(
        reduce(or_, (nw.col(day).is_between(first, query.last).fill_null(False) for day in dates))
    )


def _beside(snapshot: Snapshot, table: str, relation_of: Callable[[str], Any]) -> Beside:
    """Return what gives the other tables, of the engine that `_records` uses for `table`."""
    if table == "budget_months":
        return lambda name: _lazy(snapshot.query(f"select * from {name}").lazy())
    return lambda name: _lazy(relation_of(name))


def _units(snapshot: Snapshot, where: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    """Return the org units that `where` lets through; None when it says nothing about units."""
    asked = {
        "ancestor_id" if column == "org_unit_id" else column: list(values)
        for column, values in where.items()
        if column in _UNIT_COLUMNS
    }
    if not asked:
        return None
    units = snapshot.query(
        "select tree.org_unit_id, tree.ancestor_id, unit.region, unit.kind as unit_kind "
        "from reference.org_unit_tree as tree "
        "join reference.org_units as unit on unit.id = tree.org_unit_id"
    )
    claims = (pl.col(column).is_in(values) for column, values in asked.items())
    return units.filter(reduce(and_, claims))["org_unit_id"].unique(maintain_order=True).to_list()


def _as_of_at(snapshot: Snapshot, table: str) -> datetime:
    """Return the instant that was "now" when the measures of `table` were summed."""
    known = snapshot.query("select value from intake.facts where name = ?", [f"as_of_at.{table}"])[
        "value"
    ]
    if known.is_empty():
        raise Refusal(
            "Snapshot {id} was made by an older release and cannot show the records behind its "
            "figures: run `sqm nightly`.",
            "快照 {id} 由旧版本生成，无法查看指标背后的明细记录：请运行 `sqm nightly`。",
            id=snapshot.id,
        )
    return datetime.fromisoformat(known.item())


def _in_order(columns: list[str], key: tuple[str, ...]) -> list[str]:
    """Return the key first, where a record came from last, and nothing of our own."""
    elsewhere = (*key, *_BOOKKEEPING, _TOP, _BOTTOM, _BADNESS, _DAY)
    where_from = (name for name in _BOOKKEEPING if name in columns)
    return [*key, *(name for name in columns if name not in elsewhere), *where_from]


def _lazy(native: Any) -> nw.LazyFrame[Any]:
    rows: nw.LazyFrame[Any] = nw.from_native(native)
    return rows


def _collected(rows: nw.LazyFrame[Any]) -> pl.DataFrame:
    frame: pl.DataFrame = rows.collect(backend="polars").to_native()
    return frame
