"""Every metric by month for every unit: what `marts.metric_values` holds."""

from __future__ import annotations

from functools import cache

import polars as pl

from pipelines.questions.metric_queries import Ask, MetricQuery, answer
from transforms.catalogue import METRICS


def monthly_figures(ask: Ask) -> pl.DataFrame:
    """Return the figures of every metric by month for every unit at every level of the tree.

    Columns: metric, org_unit_id, period, value, numerator, denominator, low, high,
    provisional_rows, held_rows, worst, best, is_hidden. Months and units in which a metric has no
    value are left out; a hidden one has none that may be seen.
    """
    # Metrics of one table share its sums and held rows, median and percentile their buckets.
    ask_once = cache(ask)
    parts = []
    for metric in METRICS.values():
        query = MetricQuery(metric, by=("org_unit_id",), grain="month", rolled_up=True)
        figures = answer(query, lambda sql, values: ask_once(sql, tuple(values)), whole_tables=True)
        parts.append(
            figures.filter(pl.col("value").is_not_null() | pl.col("is_hidden")).select(
                pl.lit(metric.name).alias("metric"), pl.all()
            )
        )
    return pl.concat(parts, how="vertical")
