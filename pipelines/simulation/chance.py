"""Seeded chance: independent streams of random numbers, and choices by share."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipelines.simulation.period import Numbers

Stream = np.random.Generator


def stream(seed: int, noun: str, part: int = 0) -> Stream:
    """Return the stream of `noun` in `part` (a month, say): the same for the same three."""
    return np.random.default_rng([seed, zlib.crc32(noun.encode()), part])


def pick(chance: Stream, shares: Sequence[float] | npt.NDArray[np.float64], rows: int) -> Numbers:
    """Return `rows` positions in `shares`, each with its share; they need not add up to 1."""
    bounds = np.cumsum(shares)
    return np.searchsorted(bounds / bounds[-1], chance.random(rows), side="right")


def pick_by_row(chance: Stream, shares: npt.NDArray[np.float64], row_kinds: Numbers) -> Numbers:
    """Return one position per row, from the shares (row kinds x positions) of the row's kind."""
    bounds = np.cumsum(shares, axis=1)
    bounds = bounds / bounds[:, -1:]
    return (chance.random(len(row_kinds))[:, None] >= bounds[row_kinds]).sum(axis=1)
