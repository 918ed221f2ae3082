"""Places, their intervals and bands: by hand, and what must hold of any ranking."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.transforms.random_comparisons import random_units
from transforms.comparison import Form, compare_units
from transforms.ranking import rank_units, with_bands

Good = Literal["higher", "lower"]
FORMS: tuple[Form, ...] = ("share", "rate", "mean")


def ranked(
    units: pl.DataFrame, form: Form = "share", better: Good = "higher", scale: float = 1
) -> pl.DataFrame:
    compared = compare_units(units, form=form, better=better, scale=scale)
    return rank_units(compared, unit="unit", form=form, better=better, scale=scale)


def units_of(**figures: tuple[float, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(unit, float(top), float(bottom)) for unit, (top, bottom) in figures.items()],
        schema=["unit", "numerator", "denominator"],
        orient="row",
    )


def places(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    return rows.select("unit", "rank", "rank_from", "rank_to", "band").rows()


def test_places_by_hand() -> None:
    # Each of three stands against two others: 97.5 %, so z = 2.2414.
    # A against B: together 0.925, error sqrt(0.925 x 0.075 x 2/1000) = 0.01178: 0.01/0.01178 = 0.8.
    # B against C: together 0.885, error 0.01427: 0.07/0.01427 = 4.9. A against C: 5.7.
    units = units_of(A=(930, 1000), B=(920, 1000), C=(850, 1000))
    assert places(ranked(units)) == [("A", 1, 1, 2, 1), ("B", 2, 1, 2, 1), ("C", 3, 3, 3, 2)]
    assert places(ranked(units, better="lower")) == [
        *(("C", 1, 1, 1, 1), ("B", 2, 2, 3, 2), ("A", 3, 2, 3, 2)),
    ]


def test_equal_units_share_the_better_place() -> None:
    units = units_of(A=(5, 10), B=(6, 10), C=(5, 10), D=(4, 10))
    assert ranked(units).select("unit", "rank").rows() == [("B", 1), ("A", 2), ("C", 2), ("D", 4)]


def test_units_that_are_not_ranked_come_last_without_a_place() -> None:
    units = units_of(A=(9, 9), B=(5, 10), C=(0, 0))
    assert places(ranked(units)) == [
        *(("B", 1, 1, 1, 1), ("A", None, None, None, None), ("C", None, None, None, None)),
    ]
    assert ranked(units)["reason"].to_list() == [None, "few_cases", "no_value"]


def test_a_band_is_all_that_cannot_be_told_from_its_leader() -> None:
    placed = pl.DataFrame(
        {
            "list": ["x"] * 5 + ["y"] * 2,
            "rank": [1, 2, 3, 4, 5, 1, 2],
            "rank_from": [1, 1, 2, 3, 5, 1, 2],
            "rank_to": [2, 3, 4, 5, 5, 1, 2],
        }
    )
    # 3 overlaps the leader's 1..2; 4 does not, leads the next band and takes 5 along.
    assert with_bands(placed, ["list"])["band"].to_list() == [1, 1, 1, 2, 2, 1, 2]


def test_means_are_ranked_by_the_variance_within_whatever_their_scale() -> None:
    # Error of a difference: 10 x sqrt(2/100) = 1.414; at 95 % of one comparison 2.77.
    apart, close = (
        pl.DataFrame(
            {
                "unit": ["A", "B"],
                "numerator": [8000.0, 8000.0 - 100 * gap],
                "denominator": [100.0, 100.0],
                "deviation": [10.0, 10.0],
            }
        )
        for gap in (3, 2.5)
    )
    for scale in (1, 1 / 3600, 100):
        assert ranked(apart, "mean", scale=scale)["band"].to_list() == [1, 2]
        assert ranked(close, "mean", scale=scale)["band"].to_list() == [1, 1]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_to_rank_has_all_columns(form: Form) -> None:
    units = units_of(A=(5, 10)).with_columns(pl.lit(0.1).alias("deviation"))
    alone, none = ranked(units, form), ranked(units.clear(), form)
    assert places(alone) == [("A", 1, 1, 1, 1)]
    assert none.schema == alone.schema
    assert none.is_empty()


@pytest.mark.parametrize("form", FORMS)
def test_units_without_any_variance_all_share_the_first_place(form: Form) -> None:
    units = units_of(A=(10, 10), B=(500, 500)).with_columns(pl.lit(0.0).alias("deviation"))
    assert places(ranked(units, form)) == [("A", 1, 1, 2, 1), ("B", 1, 1, 2, 1)]


@pytest.mark.slow
@settings(max_examples=60)
@given(
    st.sampled_from(FORMS),
    st.sampled_from(["higher", "lower"]),
    st.integers(1, 40),
    st.floats(0, 0.5),
    st.integers(0, 10**6),
)
def test_a_place_lies_in_its_interval_and_bands_follow_places(
    form: Form, better: Good, units: int, spread: float, seed: int
) -> None:
    drawn = random_units(np.random.default_rng(seed), form, units=units, spread=spread)
    rows = ranked(drawn, form, better)
    assert (rows["rank_from"] <= rows["rank"]).all()
    assert (rows["rank"] <= rows["rank_to"]).all()
    assert rows["rank_from"].min() == 1
    assert rows["rank_to"].max() == units
    assert rows["band"].unique().sort().to_list() == list(range(1, rows["band"].max() + 1))
    leaders = rows.group_by("band").agg(pl.col("rank").min()).sort("band")
    assert leaders["rank"].is_sorted()
    in_order = ranked(drawn.sample(fraction=1, shuffle=True, seed=1), form, better)
    assert_frame_equal(in_order, rows, rel_tol=1e-9, abs_tol=1e-9)


def test_comparisons_do_not_touch_each_other() -> None:
    random = np.random.default_rng(3)
    lists = [
        random_units(random, "share", units=number, spread=0.2).with_columns(
            pl.lit(f"c{number}").alias("list")
        )
        for number in (1, 7, 15)
    ]
    terms = {"form": "share", "better": "lower"}
    alone, together = (
        [
            rank_units(compare_units(units, ["list"], **terms), ["list"], unit="unit", **terms)
            for units in comparisons
        ]
        for comparisons in (lists, [pl.concat(lists)])
    )
    assert_frame_equal(
        pl.concat(alone).sort("list", "rank", "unit"), together[0].sort("list", "rank", "unit")
    )
