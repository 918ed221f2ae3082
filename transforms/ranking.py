"""Rankings that do not claim more than the figures can tell: places, their intervals, bands.

The interval of a place follows from the differences between units (Mogstad, Romano, Shaikh &
Wilhelm, "Inference for ranks with applications to mobility across neighbourhoods and academic
achievement across countries", Review of Economic Studies 91, 2024): who is significantly better
surely stands before a unit, who is significantly worse surely behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from transforms.comparison import Form, pair_variance

_CONFIDENCE = 0.95
_EVERY = "every_unit"
_ROUNDING = 1e-9


def rank_units(
    compared: pl.DataFrame,
    keys: Sequence[str] = (),
    *,
    unit: str,
    form: Form,
    better: Literal["higher", "lower"],
    scale: float = 1.0,
) -> pl.DataFrame:
    """Return `compared` with places, sorted by `keys` and place; units not ranked come last.

    `compared` is what `transforms.comparison.compare_units` returned for the same `form`, `better`
    and `scale`; `unit` is the column that names a unit. Added, null for units that are not ranked:
    `rank` (1 is the best; equal values share the better place), `rank_from` and `rank_to` (1 + the
    number of units that are significantly better .. the number of units less those significantly
    worse) and `band`.

    A difference is significant at 95 % per unit: Bonferroni over its comparisons with all the
    others, by the normal test with the variance of both units taken together.
    """
    whole = compared.with_columns(
        pl.lit(0).alias(_EVERY),
        _cases(compared).alias("n"),
        (pl.col("pooled_deviation") / scale).alias("one_deviation"),
    )
    over = [*keys, _EVERY]
    ranked = whole.filter(pl.col("reason").is_null()).with_columns(
        _place(better).over(over).cast(pl.Int64).alias("rank")
    )
    counted = ranked.join(
        _significant(ranked, over, unit, form, better),
        on=[*over, unit],
        how="left",
        nulls_equal=True,
    )
    behind, before = (pl.col(name).fill_null(0) for name in ("worse", "better"))
    placed = counted.with_columns(
        (1 + before).alias("rank_from"), (pl.len().over(over) - behind).alias("rank_to")
    )
    banded = with_bands(placed.with_columns(pl.col("rank_from", "rank_to").cast(pl.Int64)), over)
    places = banded.select(*over, unit, "rank", "rank_from", "rank_to", "band")
    return (
        whole.join(places, on=[*over, unit], how="left", nulls_equal=True)
        .sort(*keys, "rank", unit, nulls_last=True)
        .select(*compared.columns, "rank", "rank_from", "rank_to", "band")
    )


def with_bands(placed: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return `placed` with `band`, 1 the best: units that cannot be told from its leader.

    `placed` has `rank`, `rank_from` and `rank_to`. The best unit that is in no band yet leads the
    next one; all that are in none and whose interval of places overlaps the leader's share it. Of
    units on one place the one whose interval ends first leads. One pass per band, over all keys.
    """
    banded = placed.with_columns(pl.lit(None, pl.Int64).alias("band"))
    band = 0
    while banded["band"].null_count():
        band += 1
        is_free = pl.col("band").is_null()
        order = pl.struct("rank", "rank_to", "rank_from")
        # Structs have no minimum over groups, their dense rank has.
        place = pl.when(is_free).then(order.rank("dense"))
        is_leader = is_free & (place == place.min().over(keys))
        first, last = (
            pl.when(is_leader).then(pl.col(name)).min().over(keys)
            for name in ("rank_from", "rank_to")
        )
        overlaps = (pl.col("rank_from") <= last) & (pl.col("rank_to") >= first)
        banded = banded.with_columns(
            pl.when(is_free & overlaps).then(band).otherwise("band").cast(pl.Int64).alias("band")
        )
    return banded


def _cases(compared: pl.DataFrame) -> pl.Expr:
    return pl.col("cases" if "cases" in compared.columns else "denominator").cast(pl.Float64)


def _place(better: Literal["higher", "lower"]) -> pl.Expr:
    return pl.col("value").rank("min", descending=better == "higher")


def _significant(
    ranked: pl.DataFrame,
    over: Sequence[str],
    unit: str,
    form: Form,
    better: Literal["higher", "lower"],
) -> pl.DataFrame:
    """Return per unit how many others are significantly `better` and `worse` than it."""
    one = ranked.select(
        *over,
        unit,
        "n",
        "one_deviation",
        pl.col("numerator").alias("top"),
        pl.col("denominator").alias("bottom"),
        pl.len().over(over).alias("units"),
    )
    pairs = one.join(one, on=list(over), suffix="_other", nulls_equal=True).filter(
        pl.col(unit) != pl.col(f"{unit}_other")
    )
    here, there = pl.col("top") / pl.col("bottom"), pl.col("top_other") / pl.col("bottom_other")
    n, n_other = pl.col("n"), pl.col("n_other")
    together = (here * n + there * n_other) / (n + n_other)
    variance = pair_variance(form, together, pl.col("one_deviation")).clip(0)
    error = (variance * (1 / n + 1 / n_other)).sqrt()
    ahead = (there - here) if better == "higher" else (here - there)
    # Where nothing varies, whatever is more than rounding is a difference.
    needed = pl.max_horizontal(pl.col("critical") * error, _ROUNDING * together.abs())
    return (
        pairs.join(_critical(one), on="units")
        .group_by(*over, unit)
        .agg(
            (ahead > needed).sum().cast(pl.Int64).alias("better"),
            (-ahead > needed).sum().cast(pl.Int64).alias("worse"),
        )
    )


def _critical(units: pl.DataFrame) -> pl.DataFrame:
    """Return per number of units the z beyond which a difference is significant."""
    from scipy.special import ndtri  # SciPy takes a fifth of a second to import

    numbers = units.select(pl.col("units").unique().sort()).filter(pl.col("units") > 1)
    others = numbers["units"].cast(pl.Float64).to_numpy() - 1
    return numbers.with_columns(pl.Series("critical", -ndtri((1 - _CONFIDENCE) / 2 / others)))
