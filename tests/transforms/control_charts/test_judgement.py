"""What a signal and the limits mean for a metric with a direction."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.control_charts import assurance, verdict


@pytest.mark.parametrize(
    ("side", "better", "chart", "expected"),
    [
        ("high", "higher", "p_prime", "improvement"),
        ("low", "higher", "p_prime", "concern"),
        ("high", "lower", "u_prime", "concern"),
        ("low", "lower", "xmr", "improvement"),
        ("high", "neutral", "xmr", "change"),
        ("low", "neutral", "g", "change"),
        ("high", "lower", "g", "improvement"),
        ("low", "lower", "t", "concern"),
        ("high", "higher", "t", "improvement"),
        (None, "higher", "p_prime", None),
        (None, "neutral", "xmr", None),
    ],
)
def test_a_signal_is_good_or_bad_by_the_direction_of_the_metric(
    side: str | None, better: str, chart: str, expected: str | None
) -> None:
    row = pl.select(
        pl.lit(side, pl.String).alias("side"),
        pl.lit(better).alias("better"),
        pl.lit(chart).alias("chart"),
    )
    assert row.select(verdict(pl.col("side"), pl.col("better"), pl.col("chart"))).item() == expected


def assured(
    target: float | None,
    limits: tuple[float | None, float | None] = (0.90, 0.96),
    better: str = "higher",
    chart: str = "p_prime",
    is_provisional: bool = False,
) -> str | None:
    lower, upper = (pl.lit(limit, pl.Float64) for limit in limits)
    return pl.select(
        assurance(
            target=pl.lit(target, pl.Float64),
            lower=lower,
            upper=upper,
            better=pl.lit(better),
            chart=pl.lit(chart),
            is_provisional=pl.lit(is_provisional),
        )
    ).item()


@pytest.mark.parametrize(
    ("target", "higher", "lower"),
    [
        (0.85, "meets", "fails"),
        (0.90, "meets", "hit_or_miss"),
        (0.93, "hit_or_miss", "hit_or_miss"),
        (0.96, "hit_or_miss", "meets"),
        (0.99, "fails", "meets"),
    ],
)
def test_a_target_is_met_or_not_by_the_whole_way_between_the_limits(
    target: float, higher: str, lower: str
) -> None:
    assert (assured(target), assured(target, better="lower")) == (higher, lower)


def test_assurance_is_silent_where_there_is_nothing_to_say() -> None:
    assert assured(None) is None
    assert assured(0.85, is_provisional=True) is None
    assert assured(0.85, better="neutral") is None
    assert assured(0.85, limits=(None, None)) is None
    assert [assured(20, limits=(0, 60), chart=chart) for chart in ("g", "t")] == [None, None]
