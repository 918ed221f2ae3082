"""What satisfaction hangs on: how much of the overall score's differences each driver explains.

Relative importance by LMG: the part of R² that a driver adds, averaged over every order in which
the drivers can enter the regression, which is the Shapley value of R² (Lindeman, Merenda, Gold,
Introduction to Bivariate and Multivariate Analysis, 1980; Grömping, Journal of Statistical
Software 17(1), 2006). The parts sum to R², also where drivers go together. A driver may be a
score, a duration or a fact (true or false); which ones are asked about is said by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.refusal import Refusal

Array = npt.NDArray[np.float64]

OUTCOME, WEIGHT = "overall_share", "weight"
MOST_DRIVERS = 10  # 2^10 regressions, for every resample
FEWEST_ANSWERS = 30
ANSWERS_PER_DRIVER = 10
_RESAMPLES = 400
_SEED = 20260401  # the same answers give the same interval
_TAIL = 0.025
_FALSE_RATE = 0.05
# Less than this of a standardised variance is rounding: the driver says nothing new.
_NOTHING = 1e-9
# More answers than that are resampled in so many random groups, and so many of them shuffled.
_MOST_RESAMPLED = 5_000

_RANKING: dict[str, pl.DataType] = {
    "driver": pl.String(),
    "state": pl.String(),
    "importance": pl.Float64(),
    "share_of_explained": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "effect": pl.Float64(),
    "correlation": pl.Float64(),
    "is_significant": pl.Boolean(),
    "n": pl.Int64(),
    "r_squared": pl.Float64(),
}


def rank_drivers(
    answers: pl.DataFrame,
    drivers: Sequence[str],
    *,
    resamples: int = _RESAMPLES,
    seed: int = _SEED,
    fewest_answers: int = FEWEST_ANSWERS,
) -> pl.DataFrame:
    """Return a row per driver, the most important first.

    `answers` has `overall_share`, `weight` and a column per driver. Columns of the ranking:

    `state`               ranked | none: no more than chance gives | constant: nothing differs, in
                          the driver or in the overall score | too_few: fewer than 30 complete
                          answers or 10 per driver, or a driver known for fewer than half of them
    `importance`          part of R²; the parts sum to `r_squared`
    `share_of_explained`  part of what is explained at all; null where nothing is
    `low`, `high`         95 % percentile bootstrap interval of `importance`
    `effect`              of a fact: mean overall share where true, less where not; of a number:
                          what one standard deviation more adds to the overall share
    `correlation`         plain correlation with the overall share
    `is_significant`      whether `importance` exceeds what in 95 of 100 shuffles of the overall
                          scores no driver at all exceeds
    `n`                   answers used; of a driver with too few, those in which it is known

    Answers that lack a driver in use are left out. Raises Refusal for more than 10 drivers.
    """
    if len(drivers) > MOST_DRIVERS:
        raise Refusal(
            "{n} drivers are too many to compare in every order: choose at most {most}.",
            "{n} 个驱动因素过多，无法比较所有进入次序：最多选择 {most} 个。",
            n=len(drivers),
            most=MOST_DRIVERS,
        )
    rows = _numbers(answers, drivers)
    usable = [name for name in drivers if 2 * (rows.height - rows[name].null_count()) > rows.height]
    complete = rows.drop_nulls(usable)
    varied = [name for name in usable if _differs(complete[name])]
    ranking = {name: _too_few(rows, name) for name in drivers}
    if usable and complete.height >= max(fewest_answers, ANSWERS_PER_DRIVER * len(varied)):
        constant = {"state": "constant", "n": complete.height, "is_significant": False}
        ranking |= dict.fromkeys(usable, constant)
        if varied and _differs(complete[OUTCOME]):
            facts = [name for name in varied if answers.schema[name] == pl.Boolean]
            chance = np.random.default_rng(seed)
            ranking |= _ranked(complete, varied, facts, resamples, chance)
    listed = [{"driver": name, **ranking[name]} for name in drivers]
    return pl.DataFrame(listed, schema=_RANKING).sort(
        "importance", descending=True, nulls_last=True, maintain_order=True
    )


def relative_importance(covariances: Array) -> tuple[Array, Array]:
    """Return the importance of every driver and R², for every covariance matrix of a stack.

    The last row and column of a matrix belong to the outcome. Drivers are eliminated one after
    the other, once taken in and once left out, in all matrices at once: after the last, the
    outcome's variance that each of the 2^p sets of drivers leaves unexplained is all that remains
    (the Schur complements of Goodnight's sweep, The American Statistician 33, 1979).
    """
    count = covariances.shape[-1] - 1
    scale = np.sqrt(np.maximum(np.diagonal(covariances, axis1=-2, axis2=-1), 0))
    divisor = np.where(scale > 0, scale, 1.0)
    left = (covariances / divisor[:, :, None] / divisor[:, None, :])[:, None]
    for _ in range(count):
        rest, pivot = left[..., 1:, 1:], left[..., :1, :1]
        is_new = pivot > _NOTHING
        explained = left[..., 1:, :1] * left[..., :1, 1:] / np.where(is_new, pivot, 1.0)
        left = np.concatenate([rest, rest - np.where(is_new, explained, 0.0)], axis=1)
    unexplained = left[..., 0, 0]
    total = unexplained[:, :1]
    shares = np.where(total > _NOTHING, 1 - unexplained / np.where(total > 0, total, 1.0), 0.0)
    r_squared = shares.clip(0, 1)
    return (r_squared @ _shapley_weights(count)).clip(0), r_squared[:, -1]


def _shapley_weights(count: int) -> Array:
    """Return by set and driver how much the R² of the set counts; bit j of a set is driver j."""
    is_in = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    size = is_in.sum(axis=1, keepdims=True)
    # Of the sets of one size without the driver, each comes first in as many orders.
    orders = np.array([1 / (count * comb(count - 1, before)) for before in range(count)])
    gained = orders[(size - 1).clip(0)]
    lost = orders[size.clip(max=count - 1)]
    weights: Array = np.where(is_in == 1, gained, -lost)
    return weights


def _numbers(answers: pl.DataFrame, drivers: Sequence[str]) -> pl.DataFrame:
    """Return outcome, weight and drivers as finite numbers or null, where an outcome is known."""
    return (
        answers.select(pl.col(OUTCOME, WEIGHT, *drivers).cast(pl.Float64))
        .with_columns(pl.when(pl.all().is_finite()).then(pl.all()))
        .filter(pl.col(OUTCOME).is_not_null(), pl.col(WEIGHT) > 0)
    )


def _differs(values: pl.Series) -> bool:
    """Say whether values differ by more than rounding."""
    if values.is_empty():
        return False
    numbers = values.to_numpy()
    return bool(np.ptp(numbers) > _NOTHING * max(1.0, float(np.abs(numbers).max())))


def _too_few(rows: pl.DataFrame, driver: str) -> dict[str, object]:
    known = rows.height - rows[driver].null_count()
    return {"state": "too_few", "n": known, "is_significant": False}


def _ranked(
    complete: pl.DataFrame,
    drivers: Sequence[str],
    facts: Sequence[str],
    resamples: int,
    chance: np.random.Generator,
) -> dict[str, dict[str, object]]:
    """Return the figures of drivers that differ, of an outcome that does."""
    weights = complete[WEIGHT].to_numpy()
    values = complete.select(*drivers, OUTCOME).to_numpy()
    mean = np.average(values, axis=0, weights=weights)
    deviation = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))
    standard = (values - mean) / deviation
    correlations = standard.T * weights @ standard / weights.sum()
    ((importance,), (r_squared,)) = relative_importance(correlations[None])
    low, high = np.quantile(
        _resampled(standard, weights, resamples, chance), [_TAIL, 1 - _TAIL], axis=0
    )
    by_chance = np.quantile(_shuffled(standard, weights, resamples, chance), 1 - _FALSE_RATE)
    ranked: dict[str, dict[str, object]] = {}
    for number, name in enumerate(drivers):
        correlation = float(correlations[number, -1])
        # The two values of a fact lie 1 apart, which is so many standard deviations.
        step = 1 / deviation[number] if name in facts else 1.0
        part = float(importance[number])
        is_significant = bool(part > by_chance)
        ranked[name] = {
            "state": "ranked" if is_significant else "none",
            "importance": part,
            "share_of_explained": part / float(r_squared) if r_squared > 0 else None,
            # Of a part near none, resamples make more: the interval still holds the part.
            "low": min(float(low[number]), part),
            "high": max(float(high[number]), part),
            "effect": correlation * float(deviation[-1]) * float(step),
            "correlation": correlation,
            "is_significant": is_significant,
            "n": complete.height,
            "r_squared": float(r_squared),
        }
    return ranked


def _resampled(
    standard: Array, weights: Array, resamples: int, chance: np.random.Generator
) -> Array:
    """Return the importance of every driver in answers drawn anew, with replacement.

    Of very many answers random groups are drawn, whose sums spread as much (Wolter, Introduction
    to Variance Estimation, 2007, chapter 2).
    """
    rows, columns = standard.shape
    with_one = np.column_stack([np.ones(rows), standard])
    first, second = np.triu_indices(columns + 1)
    products = with_one[:, first] * with_one[:, second] * weights[:, None]
    drawn_from = min(rows, _MOST_RESAMPLED)
    if drawn_from < rows:
        begins = np.linspace(0, rows, drawn_from, endpoint=False).astype(np.int64)
        products = np.add.reduceat(products[chance.permutation(rows)], begins)
    drawn = chance.integers(0, drawn_from, (resamples, drawn_from))
    places = drawn + drawn_from * np.arange(resamples)[:, None]
    times = np.bincount(places.ravel(), minlength=drawn.size).reshape(drawn.shape)
    sums = times.astype(np.float64) @ products
    moments = np.empty((resamples, columns + 1, columns + 1))
    moments[:, first, second] = moments[:, second, first] = sums / sums[:, :1]
    return _importance_of(moments)


def _shuffled(standard: Array, weights: Array, shuffles: int, chance: np.random.Generator) -> Array:
    """Return the most important driver's importance when the outcome is shuffled, so by chance.

    The largest of all, so that among many drivers none stands out by chance (Westfall, Young,
    Resampling-Based Multiple Testing, 1993). What chance makes goes with 1 / n: of very many
    answers some are shuffled.
    """
    rows = min(len(weights), _MOST_RESAMPLED)
    some = chance.permutation(len(weights))[:rows]
    with_one = np.column_stack([np.ones(rows), standard[some, :-1]])
    weighted = with_one * weights[some, None] / weights[some].sum()
    outcomes = chance.permuted(np.tile(standard[some, -1], (shuffles, 1)), axis=1)
    moments = np.empty((shuffles, standard.shape[1] + 1, standard.shape[1] + 1))
    moments[:, :-1, :-1] = with_one.T @ weighted
    moments[:, :-1, -1] = moments[:, -1, :-1] = outcomes @ weighted
    moments[:, -1, -1] = outcomes**2 @ weighted[:, 0]
    largest: Array = _importance_of(moments).max(axis=1) * rows / len(weights)
    return largest


def _importance_of(moments: Array) -> Array:
    """Return the importance of the drivers from mean products, those with 1 in front."""
    means = moments[:, 0, 1:]
    covariances = moments[:, 1:, 1:] - means[:, :, None] * means[:, None, :]
    # What does not differ in a resample must not differ by rounding either.
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    differs = variances > _NOTHING * moments[:, 1:, 1:].diagonal(axis1=1, axis2=2).clip(1)
    kept = covariances * differs[:, :, None] * differs[:, None, :]
    return relative_importance(kept)[0]
