"""One question to the measures: a metric, split by columns, over periods, for some slices.

The only place that turns a metric into SQL; marts, `sqm metric` and every page ask here, so all
of them give the same figure. Identifiers come from the catalogue, values are bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, get_args

import polars as pl

from pipelines.questions.few_answers import hide_few
from transforms.catalogue import (
    MEASURES,
    SLICES,
    Metric,
    find_metric,
    measures_of,
    records_of,
    slices_of,
    tables_of,
)
from transforms.metrics import figures, quantile_figures, with_trust_bounds
from transforms.refusal import Refusal

Grain = Literal["day", "week", "month", "quarter", "year", "all"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
# From one period of a grain to the next, as Polars writes it.
ONE_PERIOD = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
# Runs SQL with bound values: `Warehouse.query` or `Snapshot.query`.
Ask = Callable[[str, Sequence[Any]], pl.DataFrame]
_FINER_THAN_MONTH = ("day", "week")

# Attributes of the org unit by which everything may be split and filtered.
_UNIT_ATTRIBUTES = {"region": "unit.region", "unit_kind": "unit.kind"}


@dataclass(frozen=True)
class MetricQuery:
    """What is asked.

    `by`          columns to split by: org_unit_id, region, unit_kind, or a slice of the metric
    `grain`       length of a period; "all" is one figure from `first` to `last`
    `where`       column -> values that count; an org unit stands for itself and all below it
    `rolled_up`   with `by` org_unit_id: also one figure for every unit further up the tree
    """

    metric: Metric
    by: tuple[str, ...] = ()
    grain: Grain = "all"
    first: date | None = None
    last: date | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rolled_up: bool = False

    def __post_init__(self) -> None:
        allowed = columns_of(self.metric)
        for column in (*self.by, *self.where):
            if column not in allowed:
                raise Refusal(
                    "{metric} cannot be split by {column}: use one of {allowed}.",
                    "{metric} 不能按 {column} 拆分：可用的列有 {allowed}。",
                    metric=self.metric.name,
                    column=column,
                    allowed=", ".join(allowed),
                )
        if self.metric.finest == "month" and self.grain in _FINER_THAN_MONTH:
            raise Refusal(
                "{metric} is known by month, not by {grain}: use month or longer.",
                "{metric} 只按月提供，没有按 {grain} 的数值：请用 month 或更长的周期。",
                metric=self.metric.name,
                grain=self.grain,
            )
        if self.metric.finest == "month" and not _are_whole_months(self.first, self.last):
            raise Refusal(
                "{metric} is known by month: let the period begin on the first day of a month and "
                "end on the last one.",
                "{metric} 只按月提供：时间段须从某月首日开始，到某月末日结束。",
                metric=self.metric.name,
            )
        if self.first and self.last and self.first > self.last:
            raise Refusal(
                "The period from {first} to {last} ends before it begins: exchange the two.",
                "时间段 {first} 至 {last} 的结束早于开始：请对调两个日期。",
                first=self.first,
                last=self.last,
            )

    @property
    def keys(self) -> list[str]:
        """Columns that name a row of the answer."""
        return [*self.by, *([] if self.grain == "all" else ["period"])]


def parse_query(
    name: str,
    *,
    by: Iterable[str] = (),
    grain: str = "all",
    first: date | None = None,
    last: date | None = None,
    where: Iterable[str] = (),
) -> MetricQuery:
    """Return the question that texts ask: `by` may hold commas, `where` has COLUMN=VALUE.

    Raises Refusal for an unknown metric, grain or column and for a condition without "=".
    """
    if grain not in GRAINS:
        raise Refusal(
            "{grain} is no grain: use one of {grains}.",
            "{grain} 不是有效的周期：可用 {grains}。",
            grain=grain,
            grains=", ".join(GRAINS),
        )
    conditions: dict[str, tuple[str, ...]] = {}
    for condition in where:
        column, is_given, value = condition.partition("=")
        if not is_given:
            raise Refusal(
                "The condition {condition} lacks its value: write COLUMN=VALUE.",
                "条件 {condition} 缺少取值：请写成 COLUMN=VALUE。",
                condition=condition,
            )
        conditions[column] = (*conditions.get(column, ()), value)
    return MetricQuery(
        find_metric(name),
        by=tuple(dict.fromkeys(column for part in by for column in part.split(",") if column)),
        grain=grain,
        first=first,
        last=last,
        where=conditions,
    )


def _are_whole_months(first: date | None, last: date | None) -> bool:
    begins = first is None or first.day == 1
    return begins and (last is None or (last + timedelta(days=1)).day == 1)


def columns_of(metric: Metric) -> tuple[str, ...]:
    """Return the columns by which `metric` may be split or filtered."""
    return ("org_unit_id", *_UNIT_ATTRIBUTES, *slices_of(metric))


def answer(query: MetricQuery, ask: Ask, *, whole_tables: bool = False) -> pl.DataFrame:
    """Return one row per `query.keys`, sorted by them.

    With `whole_tables` every measure of a table is asked for, so that an `ask` that remembers reads
    it once for all its metrics.

    Columns: the keys (`period` is the first day of the period), `value`, `numerator`,
    `denominator`, `low`, `high`, `provisional_rows` (see `transforms.metrics.figures`),
    `held_rows` (rows in quarantine that may belong here), `worst` and `best` (shares: if all held
    rows failed or passed), `is_hidden` (the figures are null: too few answers, here or beside it).
    """
    if query.metric.form == "quantile":
        figured = quantile_figures(query.metric, _buckets(query, ask), query.keys)
    else:
        figured = figures(query.metric, _sums(query, ask, whole_tables))
    held = _held(query, ask)
    if query.keys:
        with_held = figured.join(held, on=query.keys, how="left", nulls_equal=True)
    else:
        with_held = figured.join(held, how="cross")
    answered = with_trust_bounds(
        query.metric, with_held.with_columns(pl.col("held_rows").fill_null(0))
    ).sort(query.keys or "value", nulls_last=True)
    return hide_few(query, answered, ask, lambda asked: _answers(asked, ask))


def _answers(query: MetricQuery, ask: Ask) -> pl.DataFrame:
    """Return how many `answers` there are per key of the query."""
    measure = query.metric.answers
    sums = {"answers": _Sum(f"sum({measure})", sql_type(measure))}
    return _grouped(query, f"measures.{MEASURES[measure].of}", sums, ask)


def _sums(query: MetricQuery, ask: Ask, whole_tables: bool) -> pl.DataFrame:
    """Return the measures of the metric, summed per key, over all the tables they lie in."""
    names = query.metric.measures
    parts = []
    # Complaints per delivery of a home that delivers no tickets are unknown, not none.
    is_known = all(
        ask(f"select 1 from measures.{table} limit 1", []).height
        for table in lonely_tables(query.metric)
    )
    for table in tables_of(query.metric):
        own = [name for name in names if MEASURES[name].of == table]
        asked = [measure.name for measure in measures_of(table)] if whole_tables else own
        sums = {name: _Sum(f"sum({name})", sql_type(name)) for name in asked}
        summed = _grouped(query, f"measures.{table}", sums, ask)
        parts.append(summed.select(*query.keys, *own))
    every = pl.concat(parts, how="diagonal").with_columns(pl.col(names).fill_null(0))
    if not is_known:
        every = every.clear()
    if not query.keys:
        return every.sum()
    if len(parts) == 1:
        return every
    return every.group_by(query.keys).agg(pl.col(names).sum())


def lonely_tables(metric: Metric) -> set[str]:
    """Return the tables above the line that are not below it too; none without a line."""
    above, below = (
        {MEASURES[name.removeprefix("-")].of for name in names}
        for names in (metric.top, metric.bottom)
    )
    return above - below if below else set()


def _buckets(query: MetricQuery, ask: Ask) -> pl.DataFrame:
    (measure,) = query.metric.top
    return _grouped(
        query,
        f"measures.{MEASURES[measure].of}_spread",
        {"occurrences": _Sum("sum(occurrences)", "bigint")},
        ask,
        beside=("bucket",),
        only=f"m.measure = '{measure}'",
    )


def _held(query: MetricQuery, ask: Ask) -> pl.DataFrame:
    """Return `held_rows` per key: quarantined rows of the metric's records that no newer row
    has replaced. Without a period rows of unknown day count too."""
    kinds = ", ".join(f"'{records_of(table)}'" for table in tables_of(query.metric))
    return _grouped(
        query,
        "marts.held_rows",
        {"held_rows": _Sum("count(*)", "bigint")},
        ask,
        only=f"m.kind in ({kinds}) and not m.is_replaced",
        slice_of="json_extract_string(m.slices, '$.{}')",
    )


class _Sum(NamedTuple):
    """What is summed, in SQL, and the type that the sum has."""

    of: str
    sql_type: str


def _grouped(
    query: MetricQuery,
    table: str,
    sums: Mapping[str, _Sum],
    ask: Ask,
    *,
    beside: tuple[str, ...] = (),
    only: str = "true",
    slice_of: str = 'm."{}"',
) -> pl.DataFrame:
    """Return the `sums` of `table` (as `m`) per key of the query and column of `beside`."""

    def source_of(column: str) -> str:
        if column == "org_unit_id":
            return "m.org_unit_id"
        return _UNIT_ATTRIBUTES.get(column) or slice_of.format(column)

    selected = [f'{source_of(column)} as "{column}"' for column in query.by]
    if query.grain != "all":
        selected.append(f"date_trunc('{query.grain}', m.day)::date as period")
    selected += beside
    conditions, parameters = [only], []
    if query.metric.counted == "at_period_end" and table != "marts.held_rows":
        conditions.append(_is_last_day(query, table))
    if query.grain != "all":
        conditions.append("m.day is not null")
    for sign, bound in ((">=", query.first), ("<=", query.last)):
        if bound:
            conditions.append(f"m.day {sign} ?")
            parameters.append(bound)
    for column, values in query.where.items():
        parameters.append(list(values))
        if column == "org_unit_id":
            conditions.append(
                "m.org_unit_id in (select org_unit_id from reference.org_unit_tree "
                "where ancestor_id in (select unnest(?)))"
            )
        else:
            conditions.append(f"{source_of(column)} in (select unnest(?))")
    join = ""
    if {*query.by, *query.where} & _UNIT_ATTRIBUTES.keys():
        join = "left join reference.org_units as unit on unit.id = m.org_unit_id"
    summed = [f"{sum.of}::{sum.sql_type} as {name}" for name, sum in sums.items()]
    sql = (
        f"select {', '.join([*selected, *summed])} from {table} as m {join} "
        f"where {' and '.join(conditions)} {'group by all' if selected else ''}"
    )
    # Without a split by unit, a row would count once for every unit above it.
    if query.rolled_up and "org_unit_id" in query.by:
        sql = _rolled_up(sql, [*query.keys, *beside], sums)
    return ask(sql, parameters)


def _is_last_day(query: MetricQuery, table: str) -> str:
    """Return the SQL claim that a day is the last of its period that is over: a stock's own."""
    bounds = [f"date '{query.last}'"] if query.last else []
    if query.grain != "all":
        bounds.append(f"(date_trunc('{query.grain}', m.day) + interval 1 {query.grain})::date - 1")
    summed_on = table.removeprefix("measures.")
    over = f"(select value::date from intake.facts where name = 'as_of.{summed_on}')"
    return f"m.day = least({', '.join([*bounds, over])})"


def _rolled_up(own: str, keys: Sequence[str], sums: Mapping[str, _Sum]) -> str:
    """Return the SQL that adds up what `own` selects per unit for every unit above it.

    Sums of sums: the large table is read once, however deep the tree.
    """
    columns = ["ancestor_id as org_unit_id" if key == "org_unit_id" else f'"{key}"' for key in keys]
    summed = [f"sum({name})::{sum.sql_type} as {name}" for name, sum in sums.items()]
    return (
        f"select {', '.join([*columns, *summed])} from ({own}) as own "
        "join reference.org_unit_tree as tree using (org_unit_id) group by all"
    )


def sql_type(measure: str) -> str:
    """Return the SQL type that sums of `measure` have."""
    return "double" if MEASURES[measure].unit in ("points", "squares") else "bigint"


def empty_measures(table: str) -> pl.DataFrame:
    """Return a table of measures without rows, so that every question has an answer."""
    numbers = {
        name: pl.Float64 if measure.unit in ("points", "squares") else pl.Int64
        for name, measure in MEASURES.items()
        if measure.of == table
    }
    texts = dict.fromkeys(("org_unit_id", *SLICES[table]), pl.String)
    return pl.DataFrame(schema={"day": pl.Date, **texts, **numbers})
