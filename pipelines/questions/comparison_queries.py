"""Units compared fairly on one metric: funnel, places and bands of org units, agents or couriers.

Asked for when a page or a command needs it. To compare by another column: an entry in GROUPS.
Imports no Dagster: dashboards ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.questions.metric_queries import Ask, MetricQuery, answer, columns_of
from transforms.catalogue import Metric
from transforms.comparison import CASES, Form, compare_units, funnel_lines
from transforms.ranking import rank_units
from transforms.refusal import Refusal

GROUPS = ("org_unit_id", "agent_id", "courier_id")
# Form of a metric -> how chance moves it.
_FORMS: dict[str, Form] = {"share": "share", "rate": "rate", "mean": "mean", "score": "mean"}
_Z = 1.959963984540054  # 97.5 % point of the normal distribution
# The answers that the interval of a score adds: transforms.intervals.adjusted_wald.
_ADDED_ANSWERS = 3
_LIMITS = ("low_95", "high_95", "low_998", "high_998")
_PLACES = ("rank", "rank_from", "rank_to", "band")


def groups_of(metric: Metric) -> tuple[str, ...]:
    """Return the columns of GROUPS by which `metric` can be compared; none if by nothing."""
    if _form(metric) is None:
        return ()
    return tuple(group for group in GROUPS if group in columns_of(metric))


def compare(
    ask: Ask,
    metric: Metric,
    group: str = "org_unit_id",
    *,
    unit_kind: str = "outlet",
    first: date | None = None,
    last: date | None = None,
    where: Mapping[str, tuple[str, ...]] | None = None,
    minimum: float | None = None,
) -> pl.DataFrame:
    """Return one row per value of `group`, the best first, those that are not ranked last.

    By org_unit_id only units of `unit_kind` are compared, each with all below it; rows without an
    agent or courier are nobody's and left out. Columns: `group`, `value`, `numerator`,
    `denominator`, `low` and `high` (the unit's own interval), what
    `transforms.comparison.compare_units` adds in the metric's unit, and of
    `transforms.ranking.rank_units` `rank`, `rank_from`, `rank_to` and `band`: null for a metric
    of which neither direction is good. Units with fewer than `minimum` cases are not ranked: by
    default 10, of surveys those whose answers are too few to be shown.
    Raises Refusal for a metric that has no limits of chance, and for a column it does not have.
    """
    form = _form(metric)
    if form is None or group not in GROUPS:
        raise _not_comparable(metric, group)
    query = MetricQuery(
        metric, by=(group,), first=first, last=last, where=where or {}, rolled_up=True
    )
    known = answer(query, ask).filter(pl.col(group).is_not_null())
    if group == "org_unit_id":
        of_kind = ask(
            "select id as org_unit_id from reference.org_units where kind = ?", [unit_kind]
        )
        known = known.join(of_kind, on="org_unit_id", how="semi")
    judged = compare_units(
        _with_chance(metric, known),
        form=form,
        better=metric.better,
        scale=metric.scale,
        minimum=_minimum(metric) if minimum is None else minimum,
    )
    compared = _believable(metric, judged)
    if metric.better == "neutral":
        none = [pl.lit(None, pl.Int64).alias(name) for name in _PLACES]
        return compared.with_columns(none).sort(
            pl.col("reason").is_not_null(), pl.col("value"), group, descending=[False, True, False]
        )
    return rank_units(compared, unit=group, form=form, better=metric.better, scale=metric.scale)


def lines_of(metric: Metric, compared: pl.DataFrame, points: int = 100) -> pl.DataFrame:
    """Return the funnel of `compared`, an answer of `compare`, for drawing.

    Columns as of `transforms.comparison.funnel_lines`.
    """
    form = _form(metric)
    if form is None:
        raise _not_comparable(metric, "org_unit_id")
    lines = funnel_lines(compared, form=form, scale=metric.scale, points=points)
    return _believable(metric, lines)


def _form(metric: Metric) -> Form | None:
    """Return how chance moves `metric`, None where that is not known."""
    if metric.form == "mean" and not metric.squares:
        return None
    return _FORMS.get(metric.form)


def _minimum(metric: Metric) -> float:
    # Of surveys, what has too few answers is hidden already.
    return 0 if metric.answers else CASES


def _believable(metric: Metric, limited: pl.DataFrame) -> pl.DataFrame:
    """Cut limits to what the metric can be: no mean of scores is above its scale."""
    lowest, highest = metric.believable or (None, None)
    return limited.with_columns(pl.col(_LIMITS).clip(lowest, highest))


def _not_comparable(metric: Metric, group: str) -> Refusal:
    return Refusal(
        "{metric} cannot be compared by {group}: comparison takes shares, rates, means with a "
        "known spread and scores, by {groups}.",
        "{metric} 不能按 {group} 比较：只能比较占比、比率、离散程度已知的均值和得分，"
        "且只能按 {groups} 比较。",
        metric=metric.name,
        group=group,
        groups=", ".join(GROUPS),
    )


def _with_chance(metric: Metric, known: pl.DataFrame) -> pl.DataFrame:
    """Return `known` with what chance depends on: `cases` and, for means, `deviation`.

    Both are read back from the interval of the figure, which is made of them.
    """
    share = pl.col("numerator") / pl.col("denominator")
    low, high = pl.col("low") / metric.scale, pl.col("high") / metric.scale
    cases = pl.col("denominator")
    if metric.form == "share" and metric.weights_squared:
        # Wilson's bound b solves (p - b)^2 = z^2 b (1 - b) / n; the bound inside 0..1 tells n.
        bound = pl.when(share > 0.5).then(low).otherwise(high)
        cases = _Z**2 * bound * (1 - bound) / (share - bound) ** 2
    columns = [cases.cast(pl.Float64).alias("cases")]
    if metric.form == "mean":
        columns.append(((high - low) / 2 / _Z * cases.sqrt()).alias("deviation"))
    if metric.form == "score":
        # The scale may cut one of the two bounds, the longer reach is whole.
        centre = pl.col("numerator") / (cases + _ADDED_ANSWERS)
        reach = pl.max_horizontal(centre - low, high - centre)
        columns.append((reach / _Z * (cases + _ADDED_ANSWERS).sqrt()).alias("deviation"))
    hidden = ["is_hidden"] if "is_hidden" in known.columns else []
    own = pl.col(*known.columns[:1], "numerator", "denominator", "low", "high", *hidden)
    return known.select(own, *columns)
