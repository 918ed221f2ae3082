"""Quantiles from buckets: as exact as promised, and the same whichever way rows were summed."""

from __future__ import annotations

import math

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from transforms.spread import RELATIVE_ERROR, bucket_of, quantiles

_durations = st.lists(st.integers(0, 10**8), min_size=1, max_size=60)
_quantile = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 0.99, 1.0])
# Rounding of the logarithm, on top of the error by design.
EXACTNESS = RELATIVE_ERROR * (1 + 1e-6)
# Of the exponential, which differs in the last digit from one vector length to another.
_ROUNDING = 1e-12


def bucketed(seconds: list[int], **keys: str) -> pl.DataFrame:
    """Return the counts per bucket of `seconds`, with `keys` in every row."""
    rows = nw.from_native(pl.DataFrame({"seconds": seconds}, schema={"seconds": pl.Int64}).lazy())
    buckets: pl.LazyFrame = rows.select(bucket_of(nw.col("seconds")).alias("bucket")).to_native()
    counted = buckets.collect().group_by("bucket").len("occurrences")
    return counted.select(
        *(pl.lit(value).alias(key) for key, value in keys.items()),
        "bucket",
        pl.col("occurrences").cast(pl.Int64),
    )


@given(_durations, _quantile)
def test_a_quantile_is_as_exact_as_promised(seconds: list[int], quantile: float) -> None:
    (found,) = quantiles(bucketed(seconds), [], quantile)["value"]
    assert found == pytest.approx(np.quantile(seconds, quantile), rel=EXACTNESS, abs=1e-9)


@given(_durations, _quantile)
def test_the_interval_of_a_quantile_lies_between_order_statistics(
    seconds: list[int], quantile: float
) -> None:
    figure = quantiles(bucketed(seconds), [], quantile).row(0, named=True)
    ordered, last = sorted(seconds), len(seconds) - 1
    reach = 1.96 * math.sqrt(len(seconds) * quantile * (1 - quantile))
    lowest = ordered[max(0, math.floor(quantile * last - reach))]
    highest = ordered[min(last, math.ceil(quantile * last + reach))]
    assert figure["rows"] == len(seconds)
    assert (figure["low"], figure["high"]) == pytest.approx((lowest, highest), rel=EXACTNESS)
    assert figure["low"] <= figure["value"] <= figure["high"]


@pytest.mark.slow
@given(st.lists(_durations, min_size=1, max_size=4), _quantile)
def test_quantiles_of_merged_buckets_are_quantiles_of_all(
    parts: list[list[int]], quantile: float
) -> None:
    merged = pl.concat([bucketed(part) for part in parts])
    every = [second for part in parts for second in part]
    assert_frame_equal(
        quantiles(merged, [], quantile), quantiles(bucketed(every), [], quantile), rel_tol=_ROUNDING
    )


@pytest.mark.slow
@given(_durations, _durations, _quantile)
def test_each_key_has_its_own_quantile(here: list[int], there: list[int], quantile: float) -> None:
    both = pl.concat([bucketed(here, unit="here"), bucketed(there, unit="there")])
    by_unit = quantiles(both, ["unit"], quantile).sort("unit")
    apart = pl.concat([quantiles(bucketed(part), [], quantile) for part in (here, there)])
    assert_frame_equal(by_unit.drop("unit"), apart, rel_tol=_ROUNDING)


def test_no_time_at_all_is_a_duration_of_its_own() -> None:
    # An instant may precede the one before it by a minute: sources truncate.
    assert bucketed([0, -60])["bucket"].to_list() == [-1]
    assert quantiles(bucketed([0, -60, 0]), [], 0.5)["value"].to_list() == [0.0]


def test_no_durations_have_no_quantile() -> None:
    figure = quantiles(bucketed([]), [], 0.5).row(0, named=True)
    assert figure == {"value": None, "low": None, "high": None, "rows": 0}
    assert quantiles(bucketed([], unit="here"), ["unit"], 0.5).is_empty()


@pytest.mark.parametrize(
    ("quantile", "value", "low", "high"),
    [
        # 100 durations of 1 to 100 s. Median: rank 49.5, reach 1.96 x 5 = 9.8: ranks 39 and 60.
        (0.5, 50.5, 40, 61),
        # rank 89.1, reach 1.96 x 3 = 5.88: ranks 83 and 95
        (0.9, 90.1, 84, 96),
    ],
)
def test_a_quantile_worked_out_by_hand(
    quantile: float, value: float, low: float, high: float
) -> None:
    figure = quantiles(bucketed(list(range(1, 101))), [], quantile).row(0, named=True)
    expected = {"value": value, "low": low, "high": high, "rows": 100}
    assert figure == pytest.approx(expected, rel=EXACTNESS)
