"""The series of every metric and unit, at every level of the tree: what control charts are made of.

Each measured table is read once, by day, and added up along the tree in DuckDB; weeks and months
are sums of days. Only periods that are over count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import groupby

import polars as pl

from pipelines.questions.metric_queries import ONE_PERIOD, Ask, lonely_tables, sql_type
from transforms.catalogue import MEASURES, Metric, measures_of, tables_of
from transforms.chart_values import (
    CHARTED,
    GRAINS,
    chart_values,
    charts_of,
    daily_events,
    event_chart,
    series_with_cases,
)
from transforms.control_charts import rare_event_points
from transforms.small_numbers import IS_OWN, hidden_slices
from transforms.spread import quantiles

_KEYS = ["org_unit_id", "period"]
_SERIES = ["metric", "org_unit_id"]
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
    """Return the points of every series, columns POINT: values before scale, none of them null.

    Numerator, denominator and cases are null where a metric has none. Weeks and months of surveys
    that an answer of `metric_queries` would hide are left out.
    """
    # Metrics share tables; median and percentile of one measure share its buckets.
    ask_once = cache(ask)
    days = _Days(ask_once, as_of, minimum_answers)
    parts = [pl.DataFrame(schema=POINT)]
    for alike in _read_alike(metric for metric in CHARTED if metric.form != "quantile"):
        parts += _points([metric for metric in alike if days.are_known(metric)], days)
    for metric in CHARTED:
        if metric.form == "quantile":
            parts += _quantile_points(metric, ask_once, as_of)
    return pl.concat([points.select(*POINT).cast(POINT) for points in parts], how="vertical")


def _read_alike(metrics: Iterable[Metric]) -> list[list[Metric]]:
    """Return `metrics` by what their sums are read from: the same tables, stocks or not."""

    def read_from(metric: Metric) -> tuple[tuple[str, ...], str]:
        return tables_of(metric), metric.counted

    return [list(alike) for _, alike in groupby(sorted(metrics, key=read_from), read_from)]


class _Days:
    """Sums of every unit by day, week and month: each table is read once."""

    def __init__(self, ask: Ask, as_of: date, minimum_answers: int) -> None:
        self._ask, self._as_of, self._minimum = ask, as_of, minimum_answers
        self._sums: dict[tuple[tuple[str, ...], str, str], pl.DataFrame] = {}

    def are_known(self, metric: Metric) -> bool:
        """Say whether this home delivers what `metric` counts above its line."""
        return all(
            self._ask(f"select 1 from measures.{table} limit 1", ()).height
            for table in lonely_tables(metric)
        )

    def sums(self, metric: Metric, grain: str) -> pl.DataFrame:
        """Return all measures of the tables of `metric` per unit and period, 0 where there is no
        row of a table."""
        key = tables_of(metric), metric.counted, grain
        if key not in self._sums:
            by_day = grain == "day"
            self._sums[key] = self._by_day(metric) if by_day else self._added_up(metric, grain)
        return self._sums[key]

    def counts(self, metric: Metric, grain: str) -> pl.DataFrame:
        """Return `sums` with a row of zeros where a unit has none between its first day and the
        last of all: nothing counted is a count."""
        sums = self.sums(metric, grain)
        if metric.counted == "over_period":
            # Half a week of records would look like a fall of the work.
            begun_on = self.sums(metric, "day")["period"].min()
            nearly_whole = pl.col("period").dt.offset_by(_MAY_LACK[grain]) >= begun_on
            sums = sums.filter(nearly_whole)
        if sums.is_empty():
            return sums
        since = pl.date_ranges("first", pl.lit(sums["period"].max()), ONE_PERIOD[grain])
        every = (
            sums.group_by("org_unit_id")
            .agg(pl.col("period").min().alias("first"))
            .select("org_unit_id", since.alias("period"))
            .explode("period")
        )
        return every.join(sums, on=_KEYS, how="left").with_columns(pl.exclude(_KEYS).fill_null(0))

    def are_settled(self, metric: Metric, grain: str) -> pl.Expr:
        """Return the claim that it is known of the cases of a period how they count."""
        settled_on = self._as_of - timedelta(days=metric.settles_after - 1)
        return pl.col("period").dt.offset_by(ONE_PERIOD[grain]) <= settled_on

    @cached_property
    def hidden(self) -> pl.DataFrame:
        """Unit, grain and period of the sums of answers, each a measure, that may not be seen."""
        own = pl.concat(
            self._ask(
                f"select '{answers}' as measure, org_unit_id, day as period, {answers} as answers "
                f"from measures.{MEASURES[answers].of} where day <= ? and {answers} > 0",
                (self._as_of,),
            )
            for answers in sorted({metric.answers for metric in CHARTED if metric.answers})
        )
        counted = pl.concat(
            over(own, grain, self._as_of)
            .group_by("measure", pl.lit(grain).alias("grain"), *_KEYS)
            .agg(pl.col("answers").sum())
            for grain in ("week", "month")
        )
        tree = self._ask("select * from reference.org_unit_tree", ())
        hidden = hidden_slices(counted, self._minimum, tree, apart=("measure", "grain"))
        return hidden.filter(~pl.col(IS_OWN)).select("measure", "grain", *_KEYS)

    def _by_day(self, metric: Metric) -> pl.DataFrame:
        days, *others = (
            self._ask(_daily_sql(table), (self._as_of,)) for table in tables_of(metric)
        )
        for other in others:
            days = days.join(other, on=_KEYS, how="full", coalesce=True)
        return days.with_columns(pl.exclude(_KEYS).fill_null(0))

    def _added_up(self, metric: Metric, grain: str) -> pl.DataFrame:
        days = over(self.sums(metric, "day"), grain, self._as_of)
        if metric.counted == "at_period_end":
            ends = pl.col("period").dt.offset_by(ONE_PERIOD[grain]).dt.offset_by("-1d")
            days = days.filter(pl.col("day") == ends)
        return days.group_by(_KEYS).agg(pl.exclude("day").sum())


def over(days: pl.DataFrame, grain: str, as_of: date) -> pl.DataFrame:
    """Return `days` (the day in `period`) with the first day of the `grain` they lie in as period.

    The day itself goes to `day`; periods that are not over at the end of `as_of` are left out.
    """
    begins = pl.col("period").dt.truncate(ONE_PERIOD[grain])
    is_over = begins.dt.offset_by(ONE_PERIOD[grain]) <= pl.lit(as_of).dt.offset_by("1d")
    return days.filter(is_over).with_columns(pl.col("period").alias("day"), begins.alias("period"))


def _daily_sql(table: str) -> str:
    names = [measure.name for measure in measures_of(table)]
    own = ", ".join(f"sum({name}) as {name}" for name in names)
    above = ", ".join(f"sum({name})::{sql_type(name)} as {name}" for name in names)
    return (
        f"select ancestor_id as org_unit_id, day as period, {above} from ("
        f"select org_unit_id, day, {own} from measures.{table} where day <= ? group by all"
        ") as own join reference.org_unit_tree as tree using (org_unit_id) group by all"
    )


def _points(metrics: list[Metric], days: _Days) -> Iterator[pl.DataFrame]:
    """Yield the points of metrics that are read alike, by each grain; those by day and by event
    only of units worth it.

    Days with too few cases are not watched, and who is watched by day or week needs no events.
    """
    with_cases: list[pl.DataFrame] = []
    for grain in GRAINS:
        charted = [metric for metric in metrics if grain in charts_of(metric)]
        if not charted or days.sums(charted[0], "day").is_empty():
            continue
        if grain == "event":
            watched = pl.concat(with_cases)
            yield from (_event_points(metric, days, watched) for metric in charted)
            continue
        points = pl.concat(_by_period(charted, grain, days)).collect()
        with_cases.append(series_with_cases(points, *_SERIES))
        is_by_day = grain == "day"
        yield points.join(with_cases[-1], on=_SERIES, how="semi") if is_by_day else points


def _by_period(metrics: list[Metric], grain: str, days: _Days) -> Iterator[pl.LazyFrame]:
    """Yield the points of each metric by day, week or month."""
    sums = days.sums(metrics[0], grain)
    is_counted = any(metric.form == "count" for metric in metrics)
    counts = days.counts(metrics[0], grain) if is_counted else sums
    for metric in metrics:
        own = counts if metric.form == "count" else sums
        values = (
            chart_values(metric, own.select(*_KEYS, *metric.measures))
            .lazy()
            .filter(pl.col("value").is_not_null(), days.are_settled(metric, grain))
            .with_columns(
                metric=pl.lit(metric.name), grain=pl.lit(grain), chart=pl.lit(metric.chart)
            )
        )
        if metric.answers:
            hidden = days.hidden.lazy().filter(measure=metric.answers, grain=grain)
            values = values.join(hidden, on=_KEYS, how="anti")
        yield values


def _event_points(metric: Metric, days: _Days, watched: pl.DataFrame) -> pl.DataFrame:
    """Return a point per bad case of `metric` in units not `watched` by day or week already:
    see `rare_event_points`."""
    others = watched.filter(metric=metric.name)
    sums = days.sums(metric, "day").select(*_KEYS, *metric.measures)
    values = chart_values(metric, sums.join(others, on="org_unit_id", how="anti"))
    daily = daily_events(metric, values.filter(days.are_settled(metric, "day")))
    points = rare_event_points(
        daily.select(
            pl.col("org_unit_id").alias("series"),
            pl.col("period").alias("day"),
            "events",
            "opportunities",
        ),
        event_chart(metric),
    )
    return points.rename({"series": "org_unit_id"}).with_columns(
        pl.lit(metric.name).alias("metric"), pl.lit(1.0).alias("cases")
    )


def _quantile_points(metric: Metric, ask: Ask, as_of: date) -> Iterator[pl.DataFrame]:
    (measure,) = metric.top
    for grain in charts_of(metric):
        buckets = ask(_buckets_sql(MEASURES[measure].of, grain), (measure, as_of))
        rows = pl.col("rows").cast(pl.Float64)
        yield quantiles(buckets, _KEYS, metric.quantile or 0.5).select(
            *_KEYS,
            "value",
            pl.lit(None).alias("numerator"),
            rows.alias("denominator"),
            rows.alias("cases"),
            metric=pl.lit(metric.name),
            grain=pl.lit(grain),
            chart=pl.lit(metric.chart),
        )


def _buckets_sql(table: str, grain: str) -> str:
    """Return the SQL of the buckets of a period, not added up above the units: they are many, and
    hardly ever the same."""
    return (
        "select ancestor_id as org_unit_id, period, bucket, occurrences from ("
        f"select org_unit_id, date_trunc('{grain}', day)::date as period, bucket, "
        f"sum(occurrences)::bigint as occurrences from measures.{table}_spread "
        f"where measure = $1 and day <= $2 and date_trunc('{grain}', day) + interval 1 {grain} "
        "<= $2::date + 1 group by all"
        ") as own join reference.org_unit_tree as tree using (org_unit_id)"
    )
