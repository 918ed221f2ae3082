"""One score of service quality out of several metrics, and how much it hangs on their weights.

A metric counts 0 at its worst anchor, 100 at its best one, evenly in between and no further. The
score is the weighted mean over the metrics that are known. Weights are opinions: each is made a
fifth smaller and larger, in every combination, and the range of places over all of them is shown
beside the place (Saisana, Saltelli & Tarantola, "Uncertainty and sensitivity analysis techniques
as tools for the quality assessment of composite indicators", JRSS A 168, 2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

# With less of the weight known, a unit is not scored.
_LEAST_KNOWN = 0.5
_CHANGES = (0.8, 1.2)
# Up to so many metrics, weights change in all combinations; of more, one at a time.
_MOST_TOGETHER = 8
# Scores that differ by less are the same place.
_DECIMALS = 9


class Scores(NamedTuple):
    """Scores, a row per unit, and their parts, a row per unit and metric."""

    scores: pl.DataFrame
    parts: pl.DataFrame


def score_units(
    values: pl.DataFrame, weights: pl.DataFrame, keys: Sequence[str], *, unit: str
) -> Scores:
    """Return the score of every unit and of what it is made.

    `values` has the `keys` of a ranking (such as the period), `scope`, `unit`, `metric` and
    `value`, null where it is not known; metrics without a weight are passed over. `weights` has
    `scope`, `metric`, `weight` and the anchors `worst` and `best`, in the metric's unit.

    Scores: keys, scope, unit, `score` (0..100), `rank` (1 is the best among the keys and the
    scope), `rank_from` and `rank_to` (over weights 20 % smaller and larger), `known_weight` (share
    of the weight whose metrics are known), `metrics` (how many are known) and `is_scored`. With
    less than half of the weight known there is no score and no place.
    Parts: keys, scope, unit, `metric`, `value`, `normalised` (0..100), `weight` (share among the
    metrics known) and `contribution`, null where not known; contributions sum to the score.
    """
    owners = [*keys, "scope", unit]
    weighed = values.join(weights, on=["scope", "metric"], how="semi").select(*owners).unique()
    every = weighed.join(weights, on="scope").join(
        values.select(*owners, "metric", "value"),
        on=[*owners, "metric"],
        how="left",
        nulls_equal=True,
    )
    share = (pl.col("value") - pl.col("worst")) / (pl.col("best") - pl.col("worst"))
    is_known = pl.col("value").is_finite().fill_null(False)
    known = every.with_columns(
        pl.when(is_known).then(100 * share.clip(0, 1)).alias("normalised"),
        pl.when(is_known).then("weight").alias("known"),
    ).with_columns((pl.col("known") / pl.col("known").sum().over(owners)).alias("share"))
    parts = (
        known.select(
            *owners,
            "metric",
            "value",
            "normalised",
            pl.col("share").alias("weight"),
            (pl.col("share") * pl.col("normalised")).alias("contribution"),
        )
        .sort(*owners, "metric")
        .with_columns(pl.col("value").cast(pl.Float64))
    )
    summed = known.group_by(owners).agg(
        (pl.col("share") * pl.col("normalised")).sum().alias("score"),
        (pl.col("known").sum() / pl.col("weight").sum()).alias("known_weight"),
        pl.col("known").count().cast(pl.Int64).alias("metrics"),
    )
    # Rounding must not take half of the weight for less.
    is_scored = pl.col("known_weight").round(_DECIMALS) >= _LEAST_KNOWN
    judged = summed.with_columns(
        is_scored.alias("is_scored"), pl.when(is_scored).then("score").alias("score")
    )
    places = _places(known.join(judged.filter("is_scored"), on=owners, how="semi"), keys, owners)
    scores = judged.join(places, on=owners, how="left", nulls_equal=True).select(
        *owners,
        "score",
        "rank",
        "rank_from",
        "rank_to",
        "known_weight",
        "metrics",
        "is_scored",
    )
    return Scores(scores.sort(*keys, "scope", "rank", unit, nulls_last=True), parts)


def _places(known: pl.DataFrame, keys: Sequence[str], owners: Sequence[str]) -> pl.DataFrame:
    """Return per unit its place with the weights as they are and over all changes of them."""
    ranges = [
        _places_of_scope(of_scope, keys, owners)
        for of_scope in known.partition_by("scope", maintain_order=True)
    ]
    numbers = dict.fromkeys(("rank", "rank_from", "rank_to"), pl.Int64)
    none = (
        known.select(owners)
        .clear()
        .with_columns(pl.lit(None, kind).alias(name) for name, kind in numbers.items())
    )
    return pl.concat([none, *ranges], how="vertical")


def _places_of_scope(
    of_scope: pl.DataFrame, keys: Sequence[str], owners: Sequence[str]
) -> pl.DataFrame:
    """Return `_places` of units with the same metrics and weights."""
    metrics = of_scope["metric"].unique().sort().to_list()
    wide = of_scope.select(*owners, "metric", "normalised", "known").pivot(
        "metric", index=list(owners), values=["normalised", "known"], aggregate_function="first"
    )
    points = wide.select(f"normalised_{metric}" for metric in metrics).fill_null(0).to_numpy()
    weights = wide.select(f"known_{metric}" for metric in metrics).fill_null(0).to_numpy()
    changes = _changes(len(metrics))
    scores = (points * weights) @ changes.T / (weights @ changes.T)
    columns = [f"change_{number}" for number in range(changes.shape[0])]
    ranked = pl.DataFrame(np.round(scores, _DECIMALS), schema=columns)
    own = wide.select(owners)
    over = [*keys, "scope"]
    places = pl.concat([own, ranked], how="horizontal").select(
        *owners, pl.col(columns).rank("min", descending=True).over(over).cast(pl.Int64)
    )
    return places.select(
        *owners,
        pl.col(columns[0]).alias("rank"),
        pl.min_horizontal(columns).alias("rank_from"),
        pl.max_horizontal(columns).alias("rank_to"),
    )


def _changes(metrics: int) -> NDArray[np.float64]:
    """Return a row of factors per change of the weights; the first row changes nothing."""
    unchanged = np.ones((1, metrics))
    if metrics <= _MOST_TOGETHER:
        return np.vstack([unchanged, np.array(list(product(_CHANGES, repeat=metrics)))])
    alone = [unchanged + (factor - 1) * np.eye(metrics) for factor in _CHANGES]
    return np.vstack([unchanged, *alone])
