"""Points of many series -> points with limits and the rules they break, in one pass."""

from __future__ import annotations

import polars as pl

from transforms.control_charts.limits import drawn, is_baseline, phase_limits, with_limits
from transforms.control_charts.rules import first_rule, rule_signs

CHARTS = ("p_prime", "u_prime", "xmr", "xmr_median", "g", "t")
# With fewer, limits are drawn to be looked at and nothing is called a signal.
FEWEST_POINTS = 12


def chart_points(points: pl.DataFrame) -> pl.DataFrame:
    """Return `points` by series, phase and period, with limits and the rules they break.

    `points`, in any order: `series` (a number), `phase` (1 ..), `period`, `grain` (day | week |
    month | event) and `chart` (one of CHARTS), both the same all along a series, `value` (before
    scale), `numerator` and `denominator` (Float64; read on p' and u' only). Left out are points
    that cannot be drawn: no finite value; on p' and u' no numerator or no denominator above 0; on
    g and t a value below 0. Other columns are kept.

    Added: `number` (1 .. within the phase); `centre`, `lower`, `upper`, from the first points of
    the phase, its baseline: 20, of months 12, and carried forward (limits are null where these do
    not vary); `rule` (first of RULES that the point breaks) and `side` (high | low), null where
    none is broken; `is_baseline`; `is_provisional` (fewer than 12 points in the phase: no
    signals).

    Raises ValueError when a chart is not one of CHARTS.
    """
    rule, side = first_rule()
    counts = pl.col("points") >= FEWEST_POINTS
    return with_rule_signs(points).select(
        *points.columns,
        "number",
        "centre",
        "lower",
        "upper",
        pl.when(counts).then(rule).alias("rule"),
        pl.when(counts).then(side).alias("side"),
        is_baseline().alias("is_baseline"),
        (~counts).alias("is_provisional"),
    )


def with_rule_signs(points: pl.DataFrame) -> pl.DataFrame:
    """Return `points` with limits and every rule that they break, as `rule_signs` tells it.

    This is the work of `chart_points`, which picks the first rule; provisional charts are
    judged here like all others.
    """
    unknown = set(points["chart"].unique()) - {*CHARTS}
    if unknown:
        raise ValueError(f"no such chart: {', '.join(sorted(map(str, unknown)))}")
    # Several events of a day stay in the order in which they came.
    ordered = points.filter(_can_be_drawn()).sort("series", "phase", "period", maintain_order=True)
    numbered = _numbered(ordered)
    scaled = numbered.with_columns(drawn().alias("drawn"))
    limited = with_limits(
        scaled.join(phase_limits(scaled), on="stretch", how="left", maintain_order="left")
    )
    return rule_signs(limited)


def _can_be_drawn() -> pl.Expr:
    chart, value = pl.col("chart"), pl.col("value")
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    has_value = value.is_finite()
    has_cases = numerator.is_finite() & denominator.is_finite() & (denominator > 0)
    return (
        pl.when(chart.is_in(["p_prime", "u_prime"]))
        .then(has_value & has_cases)
        .when(chart.is_in(["g", "t"]))
        .then(has_value & (value >= 0))
        .otherwise(has_value)
    )


def _numbered(ordered: pl.DataFrame) -> pl.DataFrame:
    """Add `row` (0 ..), `stretch` (one per series and phase), `number` and `points` within it.

    By the rows before, in one order of all: a window per series takes three times as long.
    """
    series, phase = pl.col("series"), pl.col("phase")
    is_same = (series == series.shift()) & (phase == phase.shift())
    marked = ordered.with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64), is_same.fill_null(False).not_().alias("begins")
    )
    begun = marked.filter("begins").select(
        pl.col("row").alias("first_row"),
        (pl.col("row").shift(-1, fill_value=marked.height) - pl.col("row")).alias("points"),
    )
    return (
        marked.with_columns(pl.col("begins").cum_sum().alias("stretch"))
        .join(begun.with_row_index("stretch", offset=1), on="stretch", maintain_order="left")
        .with_columns((pl.col("row") - pl.col("first_row") + 1).alias("number"))
        .drop("begins", "first_row")
    )
