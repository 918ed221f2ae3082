"""Which side of a target is the wrong one, and the sign that says so without a colour."""

from __future__ import annotations

import polars as pl

from transforms.catalogue.entry import Better

SIGNS: dict[Better, str] = {"higher": "▼", "lower": "▲", "neutral": ""}


def is_beyond(target: float | None, better: Better) -> pl.Expr:
    """Return whether `value` misses `target`; nothing misses none, and no value misses nothing."""
    if target is None or better == "neutral":
        return pl.lit(False)
    value = pl.col("value")
    return (value < target if better == "higher" else value > target).fill_null(False)
