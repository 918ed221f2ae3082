"""The score of service quality: by hand, with gaps, and over all changes of weights."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.composite import Scores, score_units

WEIGHTS = pl.DataFrame(
    [("outlet", "on_time", 3.0, 0.5, 1.0), ("outlet", "lost", 1.0, 100.0, 0.0)],
    schema=["scope", "metric", "weight", "worst", "best"],
    orient="row",
)


def values_of(*values: tuple[str, str, float | None], period: int = 1) -> pl.DataFrame:
    return pl.DataFrame(
        [(period, "outlet", *value) for value in values],
        schema={
            "period": pl.Int64,
            "scope": pl.String,
            "unit": pl.String,
            "metric": pl.String,
            "value": pl.Float64,
        },
        orient="row",
    )


def scored(values: pl.DataFrame, weights: pl.DataFrame = WEIGHTS) -> Scores:
    return score_units(values, weights, ["period"], unit="unit")


def rows(scores: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return scores.select(columns).rows()


def test_a_score_by_hand() -> None:
    # A: on time 0.9 is 80 points, 25 lost of a worst 100 are 75: (3 x 80 + 75) / 4 = 78.75.
    # B: 0.95 is 90 points, 70 lost 30: (270 + 30) / 4 = 75.
    made = scored(
        values_of(
            ("A", "on_time", 0.9), ("A", "lost", 25), ("B", "on_time", 0.95), ("B", "lost", 70)
        )
    )
    assert rows(made.scores, "unit", "score", "rank", "known_weight", "metrics", "is_scored") == [
        ("A", pytest.approx(78.75), 1, 1.0, 2, True),
        ("B", pytest.approx(75), 2, 1.0, 2, True),
    ]
    # With 3.6 and 0.8: A (288 + 60) / 4.4 = 79.1, B (324 + 24) / 4.4 = 79.1: one place.
    assert rows(made.scores, "rank_from", "rank_to") == [(1, 1), (1, 2)]
    assert rows(made.parts, "unit", "metric", "normalised", "weight", "contribution") == [
        ("A", "lost", 75, 0.25, 18.75),
        ("A", "on_time", pytest.approx(80), 0.75, pytest.approx(60)),
        ("B", "lost", pytest.approx(30), 0.25, pytest.approx(7.5)),
        ("B", "on_time", pytest.approx(90), 0.75, pytest.approx(67.5)),
    ]


def test_nothing_counts_below_the_worst_or_above_the_best() -> None:
    made = scored(values_of(("A", "on_time", 0.2), ("A", "lost", -5)))
    assert rows(made.parts, "metric", "normalised") == [("lost", 100), ("on_time", 0)]


def test_a_metric_that_is_not_known_leaves_its_weight_to_the_others() -> None:
    made = scored(values_of(("A", "on_time", 0.9), ("B", "on_time", None), ("B", "lost", 0)))
    assert rows(made.scores, "unit", "score", "rank", "known_weight", "metrics", "is_scored") == [
        ("A", pytest.approx(80), 1, 0.75, 1, True),
        ("B", None, None, 0.25, 1, False),
    ]
    assert rows(made.parts.filter(unit="A"), "metric", "weight", "contribution") == [
        ("lost", None, None),
        ("on_time", 1, pytest.approx(80)),
    ]


def test_half_of_the_weight_is_enough() -> None:
    thirds = pl.DataFrame(
        [
            ("outlet", name, weight, 0.0, 1.0)
            for name, weight in (("a", 0.1), ("b", 0.2), ("c", 0.3))
        ],
        schema=WEIGHTS.schema,
        orient="row",
    )
    made = scored(values_of(("A", "a", 1), ("A", "b", 1), ("B", "b", 1)), thirds)
    assert rows(made.scores, "unit", "is_scored") == [("A", True), ("B", False)]


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_not_known(missing: float | None) -> None:
    made = scored(values_of(("A", "on_time", missing), ("A", "lost", missing)))
    assert rows(made.scores, "score", "rank", "known_weight", "metrics", "is_scored") == [
        (None, None, 0, 0, False)
    ]
    assert made.parts.select("normalised", "weight", "contribution").null_count().row(0) == (
        2,
        2,
        2,
    )


def test_without_weights_nobody_is_scored() -> None:
    known = values_of(("A", "on_time", 0.9))
    for values, weights in ((known, WEIGHTS.clear()), (known.clear(), WEIGHTS)):
        made = scored(values, weights)
        usual = scored(known)
        assert made.scores.is_empty()
        assert made.scores.schema == usual.scores.schema
        assert made.parts.schema == usual.parts.schema


def test_equal_scores_share_a_place_and_periods_are_apart() -> None:
    first = values_of(("A", "on_time", 0.8), ("B", "on_time", 0.8), ("C", "on_time", 0.7))
    second = values_of(("C", "on_time", 0.6), period=2)
    made = scored(pl.concat([second, first]))
    assert rows(made.scores, "period", "unit", "rank", "rank_from", "rank_to") == [
        *((1, "A", 1, 1, 1), (1, "B", 1, 1, 1), (1, "C", 3, 3, 3), (2, "C", 1, 1, 1)),
    ]


@pytest.mark.parametrize("metrics", [1, 3, 8, 9])
def test_the_range_of_places_is_that_over_every_change_of_weights(metrics: int) -> None:
    random = np.random.default_rng(metrics)
    names = [f"m{number}" for number in range(metrics)]
    weights = random.uniform(1, 5, metrics)
    points = random.uniform(0, 1, (12, metrics))
    table = pl.DataFrame(
        {"scope": "outlet", "metric": names, "weight": weights, "worst": 0.0, "best": 1.0}
    )
    values = values_of(
        *((f"u{u:02d}", name, points[u, m]) for u in range(12) for m, name in enumerate(names))
    )
    made = scored(values.sample(fraction=1, shuffle=True, seed=1), table).scores.sort("unit")
    if metrics <= 8:
        changes = [np.ones(metrics), *map(np.array, product((0.8, 1.2), repeat=metrics))]
    else:
        alone = np.eye(metrics)
        changes = [np.ones(metrics), *(1 - 0.2 * alone), *(1 + 0.2 * alone)]
    ranks = np.array(
        [
            (-(points @ (weights * change)) / (weights * change).sum()).argsort().argsort() + 1
            for change in changes
        ]
    )
    assert made["rank"].to_list() == ranks[0].tolist()
    assert made["rank_from"].to_list() == ranks.min(axis=0).tolist()
    assert made["rank_to"].to_list() == ranks.max(axis=0).tolist()


def test_contributions_sum_to_the_score_in_any_order_of_rows() -> None:
    values = values_of(
        ("A", "on_time", 0.9), ("A", "lost", 25), ("B", "on_time", 0.95), ("B", "lost", 70)
    )
    made, mixed = scored(values), scored(values.reverse(), WEIGHTS.reverse())
    sums = made.parts.group_by("unit").agg(pl.col("contribution").sum()).sort("unit")
    assert sums["contribution"].to_list() == pytest.approx(
        made.scores.sort("unit")["score"].to_list()
    )
    assert_frame_equal(made.scores, mixed.scores)
    assert_frame_equal(made.parts, mixed.parts)
