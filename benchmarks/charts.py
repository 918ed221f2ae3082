"""Control charts of many series in one pass, beside an independent tool that draws one at a time.

The reference is `controlchartspy` on a sample of the same series, each with the same baseline and
rules; its time is scaled to all of them. Centres and limits of the sample are asserted equal.
"""

from __future__ import annotations

import argparse

import numpy as np
import polars as pl

from benchmarks.measurement import measured, own_peak_mb, report
from tests.transforms.control_charts.random_charts import random_points
from tests.transforms.control_charts.second_opinion import their_chart, with_their_constants
from transforms.control_charts import CHARTS, chart_points

_SEED = 5
_SAMPLES_PER_CHART = 10


def main() -> None:
    """Draw all series, then a sample of them with the reference; `ratio` is of all to all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=5000, help="series, of every chart in turn")
    parser.add_argument("--points", type=int, default=540, help="days of each series")
    asked = parser.parse_args()

    points = random_points(np.random.default_rng(_SEED), asked.series, asked.points)
    shuffled = points.sample(fraction=1, shuffle=True, seed=_SEED)
    with measured() as ours:
        charted = chart_points(shuffled)
    peak_mb = own_peak_mb()

    # The charts take turns, so the first series hold as many of each.
    sample = min(asked.series, _SAMPLES_PER_CHART * len(CHARTS))
    sampled = points.filter(pl.col("series") < sample).partition_by("series", maintain_order=True)
    with measured() as reference:
        theirs = [their_chart(one) for one in sampled]
    drawn = charted.filter(pl.col("series") < sample).partition_by("series", maintain_order=True)
    for chart, their in zip(drawn, theirs, strict=True):
        _assert_same_limits(chart, their)

    reference_seconds = reference.wall_seconds * asked.series / sample
    report(
        benchmark="charts",
        series=asked.series,
        points=points.height,
        ratio=ours.wall_seconds / reference_seconds,
        seconds=ours.wall_seconds,
        cpu_seconds=ours.cpu_seconds,
        reference_seconds=reference_seconds,
        reference_measured_seconds=reference.wall_seconds,
        reference_is=f"controlchartspy on {sample} of the series, scaled to {asked.series}",
        signals=charted["rule"].count(),
        peak_mb=peak_mb,
    )


def _assert_same_limits(chart: pl.DataFrame, theirs: pl.DataFrame) -> None:
    kind = chart["chart"][0]
    ours = chart.select(
        "centre",
        *(with_their_constants(pl.col(name), kind).alias(name) for name in ("lower", "upper")),
    )
    for name in ours.columns:
        np.testing.assert_allclose(
            ours[name].to_numpy(),
            theirs[name].to_numpy(),
            rtol=1e-9,
            atol=1e-9,
            err_msg=f"{name} of series {chart['series'][0]}, {kind}",
        )


if __name__ == "__main__":
    main()
