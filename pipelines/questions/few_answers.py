"""Few answers: which rows of an answer of `metric_queries` may not be seen.

Only metrics that say which measure counts their `answers` are asked about. A slice asked for by a
condition is hidden where it would be hidden in the split that shows it, so that neither says what
the other keeps to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from transforms.refusal import Refusal
from transforms.small_numbers import IS_OWN, UNIT, hidden_slices

if TYPE_CHECKING:
    from pipelines.questions.metric_queries import MetricQuery

_USUAL_MINIMUM = 5
_FIGURES = ("value", "numerator", "denominator", "low", "high", "worst", "best")


def minimum_answers(ask: Callable[[str, Sequence[Any]], pl.DataFrame]) -> int:
    """Return how many answers are enough to be shown, as the night that made the figures said."""
    said = ask("select value from intake.facts where name = 'minimum_answers'", [])["value"]
    return _USUAL_MINIMUM if said.is_empty() else int(said.item())


def hide_few(
    query: MetricQuery,
    answered: pl.DataFrame,
    ask: Callable[[str, Sequence[Any]], pl.DataFrame],
    count: Callable[[MetricQuery], pl.DataFrame],
) -> pl.DataFrame:
    """Return the answer to `query` with `is_hidden`, and without the figures of what is hidden.

    `count` returns the keys of a query and `answers`, how many it is made of.
    """
    if query.metric.answers is None:
        return answered.with_columns(pl.lit(False).alias("is_hidden"))
    hidden = _hidden_keys(query, ask, count)
    if not query.keys:
        marked = answered.with_columns(pl.lit(hidden.height > 0).alias("is_hidden"))
    else:
        marked = answered.join(
            hidden.with_columns(pl.lit(True).alias("is_hidden")),
            on=query.keys,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        ).with_columns(pl.col("is_hidden").fill_null(False))
    return marked.with_columns(
        pl.when(~pl.col("is_hidden")).then(pl.col(name)).alias(name) for name in _FIGURES
    )


def refuse_few(
    answered: pl.DataFrame,
    query: MetricQuery,
    ask: Callable[[str, Sequence[Any]], pl.DataFrame],
    which: str,
) -> None:
    """Raise Refusal where the records behind `answered`, one figure of surveys, say who said what.

    The invitations that nobody answered (`which` = "against" a share of them) say nothing.
    """
    minimum = minimum_answers(ask)
    row = answered.row(0, named=True)
    metric = query.metric
    is_unanswered = metric.form == "share" and which == "against"
    # Metrics that are shown however few answered count the answers above the line.
    counts_answers = metric.answers is None and not is_unanswered
    if row["is_hidden"] or (counts_answers and 0 < row["numerator"] < minimum):
        raise Refusal(
            "{metric}: fewer than {minimum} answers, here or beside it, too few to list them "
            "without telling who said what: choose a longer period or a larger unit.",
            "{metric_zh}：此处或相邻部分的答卷不足 {minimum} 份，为避免识别出个人而不列出明细："
            "请选择更长的时间段或更大的机构范围。",
            metric=metric.title.en,
            metric_zh=metric.title.zh,
            minimum=minimum,
        )


def _hidden_keys(
    query: MetricQuery,
    ask: Callable[[str, Sequence[Any]], pl.DataFrame],
    count: Callable[[MetricQuery], pl.DataFrame],
) -> pl.DataFrame:
    """Return the keys of the rows to hide; for a query without keys, one row if it is hidden."""
    by = tuple(dict.fromkeys((*query.by, *query.where)))
    # Beside what is asked for stands what a condition leaves out.
    counted = count(replace(query, by=by, where={}, rolled_up=False))
    has_units = UNIT in by
    tree = ask("select * from reference.org_unit_tree", []) if has_units else None
    hidden = hidden_slices(counted, minimum_answers(ask), tree)
    conditions = [
        pl.col(column).is_in(list(values))
        for column, values in query.where.items()
        if column != UNIT
    ]
    hidden = hidden.filter(conditions) if conditions else hidden
    if tree is None:
        return _unique(hidden, query.keys)
    named = query.where.get(UNIT)
    if UNIT not in query.by:
        return _unique(hidden.filter(~pl.col(IS_OWN), pl.col(UNIT).is_in(named)), query.keys)
    shown = hidden.filter(pl.col(IS_OWN) != query.rolled_up)
    if named is None or not query.rolled_up:
        return _unique(shown, query.keys)
    # Of the units above the ones named, an answer tells only what these add to them.
    above = tree.filter(pl.col(UNIT).is_in(named)).select(UNIT, "ancestor_id").unique()
    told = shown.join(above, on=UNIT).with_columns(pl.col("ancestor_id").alias(UNIT))
    return _unique(pl.concat([shown, told.select(shown.columns)]), query.keys)


def _unique(hidden: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return hidden.select(keys).unique() if keys else hidden.head(1)
