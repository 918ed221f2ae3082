"""Figures with their limits, intervals and verdicts, and the charts that draw them.

To add one: a function that returns its frame, another that draws it, and its entry in `DRAWINGS`,
which specifications.py takes in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from dashboards import charts
from dashboards.charts import ControlLabels, DriverLabels, FunnelLabels, Mode, RankLabels
from transforms.comparison import compare_units, funnel_lines

FIRST = date(2026, 1, 5)


def _words(labels: type[Any]) -> dict[str, str]:
    return {word: f"the {word}" for word in labels.__annotations__}


CONTROL_LABELS = ControlLabels(**_words(ControlLabels))
FUNNEL_LABELS = FunnelLabels(**_words(FunnelLabels))
RANK_LABELS = RankLabels(**_words(RankLabels))
DRIVER_LABELS = DriverLabels(**_words(DriverLabels))


def week(number: int) -> date:
    """Return the first day of a week, counted from 0."""
    return FIRST + timedelta(weeks=number)


def control_points(count: int = 8) -> pl.DataFrame:
    """Return a series by week: the third point is a concern; new limits from the fifth."""
    place = pl.int_range(pl.len())
    is_second = place >= 4
    frame = pl.DataFrame({"period": [week(number) for number in range(count)]})
    is_concern = place == 2
    return frame.select(
        "period",
        pl.when(is_second).then(2).otherwise(1).cast(pl.Int32).alias("phase"),
        pl.lit("p_prime").alias("chart"),
        (0.9 + place % 2 * 0.01).alias("value"),
        pl.when(is_second).then(0.92).otherwise(0.9).alias("centre"),
        pl.when(is_second).then(0.88).otherwise(0.86).alias("lower"),
        pl.when(is_second).then(0.96).otherwise(0.94).alias("upper"),
        pl.when(is_concern).then(pl.lit("beyond_limit")).alias("rule"),
        pl.when(is_concern).then(pl.lit("concern")).alias("verdict"),
        pl.lit(False).alias("is_provisional"),
        pl.lit(False).alias("is_incomplete"),
        pl.format("{}%", 90 + place % 2).alias("value_text"),
        pl.lit("90%").alias("centre_text"),
        pl.lit("86% – 94%").alias("limits_text"),
        pl.lit("n 100").alias("n_text"),
        pl.lit(100.0).alias("denominator"),
    )


def rebases(*periods: date) -> pl.DataFrame:
    """Return an accepted rebase for each of `periods`."""
    return pl.DataFrame(
        {"period": list(periods), "text": [f"Li {number}" for number in range(len(periods))]},
        schema={"period": pl.Date, "text": pl.String},
    )


def control_chart(points: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.control_chart` by week with one rebase, unless `options` say otherwise."""
    usual = {"rebases": rebases(week(4)), "grain": "week", "value_format": ".0%"}
    return charts.control_chart(
        points,
        **{"title": "A title", "mode": "light", "labels": CONTROL_LABELS, **usual, **options},
    )


def compared() -> pl.DataFrame:
    """Return units in a funnel: alike, worse, much worse, better, and one of too few cases."""
    units = pl.DataFrame(
        {
            "unit": ["Alike", "Worse", "Far worse", "Better", "Few"],
            "numerator": [900.0, 872.0, 820.0, 985.0, 3.0],
            "denominator": [1000.0, 1000.0, 1000.0, 1000.0, 3.0],
        }
    )
    percent = (pl.col("value") * 100).round(0).cast(pl.Int64)
    # The limits of chance alone, so that each unit stands where its name says.
    limits = {"low_95": 0.88, "high_95": 0.92, "low_998": 0.87, "high_998": 0.93}
    stands = ["within", "below_95", "below_998", "above_998", None]
    verdicts = ["no_different", "worse", "worse", "better", None]
    return compare_units(units, form="share", better="higher").with_columns(
        *(pl.lit(limit).alias(name) for name, limit in limits.items()),
        pl.Series("stands", stands, pl.String),
        pl.Series("verdict", verdicts, pl.String),
        pl.Series("z", [0.1, -2.2, -9.0, 9.0, None], pl.Float64),
        pl.format("{}%", percent).alias("value_text"),
        pl.lit("n 1,000").alias("n_text"),
        pl.lit("87% – 93%").alias("limits_text"),
    )


def funnel(units: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.funnel` of shares, unless `options` say otherwise."""
    usual = {"name": "unit", "value_format": ".0%", "title": "A title", "mode": "light"}
    lines = funnel_lines(compared(), form="share", points=5)
    return charts.funnel(units, lines, **{"labels": FUNNEL_LABELS, **usual, **options})


def ranked() -> pl.DataFrame:
    """Return a ranking of two bands; two units have the same name, the last is not ranked."""
    return pl.DataFrame(
        {
            "unit": ["Best", "Wang Wei", "Wang Wei", "Few"],
            "rank": [1, 2, 3, None],
            "rank_from": [1, 2, 2, None],
            "rank_to": [1, 3, 3, None],
            "band": [1, 2, 2, None],
            "value_text": ["97%", "90%", "89%", None],
            "n_text": ["n 100", "n 90", "n 80", "n 3"],
        }
    )


def rank_intervals(units: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.rank_intervals` by unit, unless `options` say otherwise."""
    usual = {"name": "unit", "title": "A title", "mode": "light", "labels": RANK_LABELS}
    return charts.rank_intervals(units, **{**usual, **options})


def importance() -> pl.DataFrame:
    """Return drivers in every state; the second lowers the score."""
    return pl.DataFrame(
        {
            "driver": ["Attitude", "Late", "Subject", "Evaluator", "Re-opened"],
            "state": ["ranked", "ranked", "none", "constant", "too_few"],
            "importance": [0.3, 0.1, 0.01, None, None],
            "low": [0.2, 0.05, 0.0, None, None],
            "high": [0.4, 0.15, 0.02, None, None],
            "effect": [0.2, -0.1, 0.01, None, None],
            "value_text": ["30%", "10%", "1%", None, None],
            "interval_text": ["20% – 40%", "5% – 15%", "0% – 2%", None, None],
            "effect_text": ["+20 pp", "−10 pp", "+1 pp", None, None],
            "n_text": ["n 900", "n 900", "n 900", "n 900", "n 3"],
        }
    )


def drivers(figures: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.drivers`, unless `options` say otherwise."""
    usual = {"name": "driver", "title": "A title", "mode": "light", "labels": DRIVER_LABELS}
    return charts.drivers(figures, **{**usual, **options})


def control_spark(points: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.control_spark` by week, unless `options` say otherwise."""
    usual = {"grain": "week", "title": "A title", "mode": "light", "labels": CONTROL_LABELS}
    return alt.Chart.from_dict(charts.control_spark(points, **{**usual, **options}))


DRAWINGS: dict[str, tuple[pl.DataFrame, Callable[[pl.DataFrame, Mode], alt.TopLevelMixin]]] = {
    "control_chart": (
        control_points(),
        lambda frame, mode: control_chart(frame, mode=mode, target=0.95),
    ),
    "control_spark": (control_points(), lambda frame, mode: control_spark(frame, mode=mode)),
    "funnel": (compared(), lambda frame, mode: funnel(frame, mode=mode)),
    "funnel, highlighted": (
        compared(),
        lambda frame, mode: funnel(frame, mode=mode, highlighted="Alike"),
    ),
    "rank_intervals": (ranked(), lambda frame, mode: rank_intervals(frame, mode=mode)),
    "drivers": (importance(), lambda frame, mode: drivers(frame, mode=mode)),
}
