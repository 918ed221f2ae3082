"""Comparisons with random units, for what must hold of all of them."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.random import Generator

from transforms.comparison import Form


def random_units(
    random: Generator,
    form: Form,
    *,
    units: int,
    cases: tuple[int, int] = (30, 2000),
    centre: tuple[float, float] = (0.1, 0.9),
    spread: float = 0.0,
) -> pl.DataFrame:
    """Return units of one comparison whose true figures vary by `spread` of their centre."""
    n = random.integers(*cases, units)
    true = random.uniform(*centre) * (1 + spread * random.standard_normal(units))
    true = np.clip(true, 0.001, 0.999)
    drawn = {
        "share": lambda: random.binomial(n, true),
        "rate": lambda: random.poisson(n * true),
        "mean": lambda: n * true + np.sqrt(n) * random.standard_normal(units) * 0.3,
    }[form]()
    return pl.DataFrame(
        {
            "unit": [f"u{number:03d}" for number in range(units)],
            "numerator": drawn.astype(np.float64),
            "denominator": n.astype(np.float64),
            "deviation": np.full(units, 0.3),
        }
    )
