"""Shifts that have held so long that new limits can be proposed. A person decides, never we."""

from __future__ import annotations

import polars as pl

from transforms.control_charts.limits import baseline_points, drawn, phase_centres
from transforms.control_charts.rounding import difference

HELD_POINTS = 12


def propose_rebases(charted: pl.DataFrame) -> pl.DataFrame:
    """Return per series `rebase_from` and `rebase_centre`, null where nothing is proposed.

    `charted` is what `chart_points` returned. Proposed is to start a phase where the newest points
    of the newest phase, 12 or more after its baseline, began to lie on one side of the centre.
    The centre is that of the new phase once it is accepted: of as many points as a baseline has.
    """
    newest = charted.group_by("series", maintain_order=True).agg(pl.col("phase").last())
    since_baseline = charted.join(
        newest, on=["series", "phase"], how="semi", maintain_order="left"
    ).filter(~pl.col("is_baseline"))
    beside = difference(pl.col("value"), pl.col("centre")).sign().alias("beside")
    series = pl.col("series")
    is_same = (series == series.shift()) & (pl.col("beside") == pl.col("beside").shift())
    runs = since_baseline.with_columns(beside).with_columns(
        is_same.fill_null(False).not_().cum_sum().alias("stretch")
    )
    newest_runs = runs.group_by("series", maintain_order=True).agg(pl.col("stretch").last())
    held = (
        runs.filter(pl.col("beside") != 0)
        .join(newest_runs, on=["series", "stretch"], how="semi", maintain_order="left")
        .filter(pl.len().over("series") >= HELD_POINTS)
    )
    place = pl.int_range(pl.len()).over("series")
    baseline = held.filter(place < baseline_points()).with_columns(drawn().alias("drawn"))
    proposed = (
        baseline.group_by("series", "stretch", maintain_order=True)
        .agg(pl.col("period").first().alias("rebase_from"))
        .join(phase_centres(baseline), on="stretch", maintain_order="left")
        .select("series", "rebase_from", pl.col("centre").alias("rebase_centre"))
    )
    return newest.select("series").join(proposed, on="series", how="left", maintain_order="left")
