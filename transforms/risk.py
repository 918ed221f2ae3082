"""Warnings: is an indicator amber or red, at which unit, since when?

The state of a rule is a pure function of its series, so its whole history can be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from transforms.catalogue import Metric

_LEVELS = ("normal", "amber", "red")


@dataclass(frozen=True)
class WarningRule:
    """One row of reference/kri_rules.csv; `direction` is the side that is bad."""

    rule_id: str
    metric: str
    scope: str
    grain: Literal["day", "week", "month", "quarter", "year"]
    direction: Literal["above", "below"]
    amber: float | None
    red: float | None
    minimum_n: int
    periods_to_enter: int
    owner: str | None


def warning_states(rule: WarningRule, metric: Metric, series: pl.DataFrame) -> pl.DataFrame:
    """Return the state of `rule` for every unit and period of `series`.

    `series` is an answer to the rule's metric with org_unit_id and period. A period with fewer
    than `minimum_n` cases (denominator; numerator where there is none) is left out. A level holds
    from the period in which it was reached `periods_to_enter` times in a row.

    Columns: rule_id, metric, org_unit_id, period, value, numerator, denominator, low, high, amber,
    red, owner, `state` (normal | amber | red) and `since` (first period of the present state).
    """
    value = pl.col("value")

    def reached(limit: float | None) -> pl.Expr:
        if limit is None:
            return pl.lit(False)
        return value >= limit if rule.direction == "above" else value <= limit

    level = pl.when(reached(rule.red)).then(2).when(reached(rule.amber)).then(1).otherwise(0)
    cases = pl.coalesce("denominator", pl.col("numerator").abs())
    held = pl.col("level").rolling_min(rule.periods_to_enter).over("org_unit_id").fill_null(0)
    changed = (pl.col("held") != pl.col("held").shift()).fill_null(True)
    return (
        series.filter(value.is_not_null() & (cases >= rule.minimum_n))
        .sort("org_unit_id", "period")
        .with_columns(level.alias("level"))
        .with_columns(held.cast(pl.Int8).alias("held"))
        .with_columns(
            pl.when(changed.over("org_unit_id"))
            .then("period")
            .forward_fill()
            .over("org_unit_id")
            .alias("since")
        )
        .select(
            pl.lit(rule.rule_id).alias("rule_id"),
            pl.lit(metric.name).alias("metric"),
            "org_unit_id",
            "period",
            "value",
            "numerator",
            "denominator",
            "low",
            "high",
            pl.lit(rule.amber, pl.Float64).alias("amber"),
            pl.lit(rule.red, pl.Float64).alias("red"),
            pl.lit(rule.owner, pl.String).alias("owner"),
            pl.col("held")
            .replace_strict(dict(enumerate(_LEVELS)), return_dtype=pl.String)
            .alias("state"),
            "since",
        )
    )
