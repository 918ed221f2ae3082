"""What a signal, and what the limits, mean for a metric whose direction is known."""

from __future__ import annotations

import polars as pl

# Their values are distances between bad events: the further the better, whatever the metric's way.
_BETWEEN_EVENTS = ("g", "t")


def verdict(side: pl.Expr, better: pl.Expr, chart: pl.Expr) -> pl.Expr:
    """Return improvement | concern of a signal; change where the metric is neutral.

    `side` is high | low, null where there is no signal (so is what comes back); `better` is the
    metric's direction: higher | lower | neutral. On g and t charts, whose events are the bad
    cases of a metric that has a direction, more between events is an improvement.
    """
    good = pl.when(chart.is_in(_BETWEEN_EVENTS) | (better == "higher"))
    is_good = side == good.then(pl.lit("high")).otherwise(pl.lit("low"))
    return (
        pl.when(side.is_null())
        .then(None)
        .when(better == "neutral")
        .then(pl.lit("change"))
        .when(is_good)
        .then(pl.lit("improvement"))
        .otherwise(pl.lit("concern"))
    )


def assurance(
    *,
    target: pl.Expr,
    lower: pl.Expr,
    upper: pl.Expr,
    better: pl.Expr,
    chart: pl.Expr,
    is_provisional: pl.Expr,
) -> pl.Expr:
    """Return meets | fails | hit_or_miss: what a process that stays as it is does to its target.

    `meets`: the whole way between the limits of the newest point is as good as the target; `fails`:
    none of it is. Null without target, limits or direction, on a provisional chart, and on g and
    t charts, which are not on the scale of the target.
    """
    is_higher = better == "higher"
    meets = pl.when(is_higher).then(lower >= target).otherwise(upper <= target)
    fails = pl.when(is_higher).then(upper < target).otherwise(lower > target)
    can_tell = (
        pl.all_horizontal(target.is_not_null(), lower.is_not_null(), upper.is_not_null())
        & better.is_in(["higher", "lower"])
        & ~chart.is_in(_BETWEEN_EVENTS)
        & ~is_provisional
    )
    return pl.when(can_tell).then(
        pl.when(meets)
        .then(pl.lit("meets"))
        .when(fails)
        .then(pl.lit("fails"))
        .otherwise(pl.lit("hit_or_miss"))
    )
