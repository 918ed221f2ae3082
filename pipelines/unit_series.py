"""The series of every metric and unit, at every level of the tree: what control charts are made of.

Each measured table is read once, by day, and added up along the tree in DuckDB; weeks and months
are sums of days. Only periods that are over count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import polars as pl

from pipelines.metric_queries import Ask, lonely_tables
from transforms.catalogue import MEASURES, Metric, measures_of, tables_of
from transforms.chart_values import (
    CHARTED,
    chart_values,
    charts_of,
    daily_events,
    event_chart,
    units_with_cases,
)
from transforms.control_charts import rare_event_points
from transforms.small_numbers import IS_OWN, hidden_slices
from transforms.spread import quantiles

_KEYS = ["org_unit_id", "period"]
_EVERY = {"day": "1d", "week": "1w", "month": "1mo"}
# What the first period of all may lack at its beginning: a holiday, not half of it.
_MAY_LACK = {"week": "1d", "month": "7d"}
POINT = {
    "metric": pl.String,
    "org_unit_id": pl.String,
    "grain": pl.String,
    "chart": pl.String,
    "period": pl.Date,
    "value": pl.Float64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "cases": pl.Float64,
}


def series_points(ask: Ask, *, as_of: date, minimum_answers: int) -> pl.DataFrame:
    """Return the points of every series, columns POINT: values before scale, nothing null in them.

    Weeks and months of surveys that an answer of `metric_queries` would hide are left out.
    """
    days = _Days(ask, as_of, minimum_answers)
    # Median and percentile of one measure share its buckets.
    ask_once = cache(ask)
    parts = [pl.DataFrame(schema=POINT)]
    for metric in CHARTED:
        quantile = metric.form == "quantile"
        of_metric = _quantile_points(metric, ask_once, as_of) if quantile else _points(metric, days)
        parts += [points.pipe(_shaped, metric) for points in of_metric]
    return pl.concat(parts, how="vertical")


class _Days:
    """Daily sums of every unit, by table: each read once, and added up by period once."""

    def __init__(self, ask: Ask, as_of: date, minimum_answers: int) -> None:
        self._ask, self._as_of, self._minimum = ask, as_of, minimum_answers
        self._sums: dict[tuple[str, str], pl.DataFrame] = {}
        self._hidden: dict[tuple[str, str], pl.DataFrame] = {}

    def hidden(self, answers: str, grain: str) -> pl.DataFrame:
        """Return unit and period of the sums of `answers`, a measure, that may not be seen."""
        if (answers, grain) not in self._hidden:
            own = self._ask(
                f"select org_unit_id, day as period, {answers} as answers from measures."
                f"{MEASURES[answers].of} where day <= ? and {answers} > 0",
                [self._as_of],
            )
            counted = over(own, grain, self._as_of).group_by(_KEYS).agg(pl.col("answers").sum())
            tree = self._ask("select * from reference.org_unit_tree", [])
            few = hidden_slices(counted, self._minimum, tree)
            self._hidden[answers, grain] = few.filter(~pl.col(IS_OWN)).select(_KEYS)
        return self._hidden[answers, grain]

    def sums(self, metric: Metric, grain: str) -> pl.DataFrame:
        """Return the measures of `metric` per unit and period; 0 where a table has no row."""
        first, *others = tables_of(metric)
        joined = self._of_table(first, grain, metric)
        for table in others:
            joined = joined.join(
                self._of_table(table, grain, metric), on=_KEYS, how="full", coalesce=True
            )
        return joined.select(*_KEYS, pl.col(metric.measures).fill_null(0))

    def are_settled(self, metric: Metric, grain: str) -> pl.Expr:
        """Return the claim that it is known of the cases of a period how they count."""
        settled_on = self._as_of - timedelta(days=metric.settles_after - 1)
        return pl.col("period").dt.offset_by(_EVERY[grain]) <= settled_on

    def begin_on(self, metric: Metric) -> date:
        """Return the first day of all that `metric` is counted on."""
        first: date | None = self.sums(metric, "day")["period"].min()
        return first or self._as_of

    def is_known(self, metric: Metric) -> bool:
        """Say whether this home delivers what `metric` counts above its line."""
        return all(
            self._ask(f"select 1 from measures.{table} limit 1", []).height
            for table in lonely_tables(metric)
        )

    def _of_table(self, table: str, grain: str, metric: Metric) -> pl.DataFrame:
        stock = metric.counted == "at_period_end"
        if (table, grain) not in self._sums:
            self._sums[table, grain] = self._added_up(table, grain, is_stock=stock)
        own = [name for name in metric.measures if MEASURES[name].of == table]
        return self._sums[table, grain].select(*_KEYS, *own)

    def _added_up(self, table: str, grain: str, *, is_stock: bool) -> pl.DataFrame:
        if grain == "day":
            return self._ask(_daily_sql(table), [self._as_of])
        if (table, "day") not in self._sums:
            self._sums[table, "day"] = self._added_up(table, "day", is_stock=is_stock)
        days = over(self._sums[table, "day"], grain, self._as_of)
        if is_stock:
            ends = pl.col("period").dt.offset_by(_EVERY[grain]).dt.offset_by("-1d")
            days = days.filter(pl.col("day") == ends)
        return days.group_by(_KEYS).agg(pl.exclude("day").sum())


def over(days: pl.DataFrame, grain: str, as_of: date) -> pl.DataFrame:
    """Return `days` (the day in `period`) with the first day of the `grain` they lie in as period.

    The day itself goes to `day`; periods that are not over at the end of `as_of` are left out.
    """
    begins = pl.col("period").dt.truncate(_EVERY[grain])
    is_over = begins.dt.offset_by(_EVERY[grain]) <= pl.lit(as_of).dt.offset_by("1d")
    return days.filter(is_over).with_columns(pl.col("period").alias("day"), begins.alias("period"))


def _daily_sql(table: str) -> str:
    names = [measure.name for measure in measures_of(table)]
    own = ", ".join(f"sum({name}) as {name}" for name in names)
    above = ", ".join(
        f"sum({name})::{'double' if _is_float(name) else 'bigint'} as {name}" for name in names
    )
    return (
        f"select ancestor_id as org_unit_id, day as period, {above} from ("
        f"select org_unit_id, day, {own} from measures.{table} where day <= ? group by all"
        ") as own join reference.org_unit_tree as tree using (org_unit_id) group by all"
    )


def _is_float(measure: str) -> bool:
    return MEASURES[measure].unit in ("points", "squares")


def _points(metric: Metric, days: _Days) -> Iterator[pl.DataFrame]:
    """Yield the points by each grain; those by day and by event only of units worth it.

    Days with too few cases are not watched, and who is watched by day or week needs no events.
    """
    if not days.is_known(metric) or days.sums(metric, "day").is_empty():
        return
    has_cases: list[pl.DataFrame] = []
    for grain in charts_of(metric):
        if grain == "event":
            known = pl.concat(has_cases)
            yield _event_points(metric, days).join(known, on="org_unit_id", how="anti")
            continue
        sums = days.sums(metric, grain)
        if metric.form == "count" and metric.counted == "over_period":
            # Half a week of records would look like a fall of the work.
            nearly_whole = pl.col("period").dt.offset_by(_MAY_LACK[grain])
            sums = sums.filter(nearly_whole >= days.begin_on(metric))
        filled = _without_gaps(sums, grain, metric) if metric.form == "count" else sums
        values = chart_values(metric, filled).filter(
            pl.col("value").is_not_null(), days.are_settled(metric, grain)
        )
        if metric.answers:
            values = values.join(days.hidden(metric.answers, grain), on=_KEYS, how="anti")
        has_cases.append(units_with_cases(values))
        if grain == "day":
            values = values.join(has_cases[-1], on="org_unit_id", how="semi")
        yield values.with_columns(pl.lit(grain).alias("grain"), pl.lit(metric.chart).alias("chart"))


def _without_gaps(sums: pl.DataFrame, grain: str, metric: Metric) -> pl.DataFrame:
    """Return `sums` with a row of zeros where a unit has none between its first and the last day:
    nothing counted is a count."""
    bounds = sums.group_by("org_unit_id").agg(pl.col("period").min().alias("first"))
    if sums.is_empty():
        return sums
    last = sums["period"].max()
    every = bounds.select(
        "org_unit_id", pl.date_ranges("first", pl.lit(last), _EVERY[grain]).alias("period")
    ).explode("period")
    return every.join(sums, on=_KEYS, how="left").with_columns(pl.col(metric.measures).fill_null(0))


def _event_points(metric: Metric, days: _Days) -> pl.DataFrame:
    """Return a point per bad case of `metric`: see `rare_event_points`."""
    values = chart_values(metric, days.sums(metric, "day")).filter(days.are_settled(metric, "day"))
    daily = daily_events(metric, values).rename({"org_unit_id": "series", "period": "day"})
    points = rare_event_points(
        daily.select("series", "day", "events", "opportunities"), event_chart(metric)
    )
    return points.select(
        pl.col("series").alias("org_unit_id"),
        "period",
        "value",
        "numerator",
        "denominator",
        pl.lit(1.0).alias("cases"),
        pl.lit("event").alias("grain"),
        "chart",
    )


def _quantile_points(metric: Metric, ask: Ask, as_of: date) -> Iterator[pl.DataFrame]:
    (measure,) = metric.top
    for grain in charts_of(metric):
        # Added up by period in SQL: buckets are many.
        buckets = ask(_buckets_sql(MEASURES[measure].of, grain), (measure, as_of))
        yield quantiles(buckets, _KEYS, metric.quantile or 0.5).select(
            *_KEYS,
            "value",
            pl.lit(None, pl.Float64).alias("numerator"),
            pl.col("rows").cast(pl.Float64).alias("denominator"),
            pl.col("rows").cast(pl.Float64).alias("cases"),
            pl.lit(grain).alias("grain"),
            pl.lit(metric.chart).alias("chart"),
        )


def _buckets_sql(table: str, grain: str) -> str:
    return (
        "select ancestor_id as org_unit_id, period, bucket, "
        "sum(occurrences)::bigint as occurrences from ("
        f"select org_unit_id, date_trunc('{grain}', day)::date as period, bucket, "
        f"sum(occurrences) as occurrences from measures.{table}_spread "
        f"where measure = $1 and day <= $2 and date_trunc('{grain}', day) + interval 1 {grain} "
        "<= $2::date + 1 group by all"
        ") as own join reference.org_unit_tree as tree using (org_unit_id) group by all"
    )


def _shaped(points: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    return points.select(pl.lit(metric.name).alias("metric"), *list(POINT)[1:]).cast(POINT)
