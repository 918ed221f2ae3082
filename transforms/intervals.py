"""95 % intervals of shares, rates, means and the net promoter score, as Polars expressions.

Each function returns (low, high); both are null where there is nothing to count.
"""

from __future__ import annotations

import polars as pl

_Z = 1.959963984540054  # 97.5 % point of the normal distribution
_TAIL = 0.025


def wilson(share: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the Wilson score interval of a share (Wilson, JASA 22, 1927).

    With weights `n` is the effective number of answers, (sum w)^2 / sum w^2 (Kish, 1965).

    8 of 10 -> 0.4902 .. 0.9433; 0 of 7 -> 0 .. 0.3543.
    """
    n = n.cast(pl.Float64)  # squares of integers overflow
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * (share * (1 - share) / n + _Z**2 / (4 * n**2)).sqrt()
    low = pl.when(share > 0).then((centre - reach).clip(0, 1)).otherwise(0.0)
    high = pl.when(share < 1).then((centre + reach).clip(0, 1)).otherwise(1.0)
    return _where_any(n, low), _where_any(n, high)


def adjusted_wald(promoters: pl.Expr, detractors: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the interval of (promoters - detractors) / n, -1 .. 1.

    Adjusted Wald: three answers are added, 3/4 of one to each end (Bonett & Price, 2012, as
    recommended for NPS by Sauro & Lewis). 60 and 15 of 100 -> 0.2934 .. 0.5804.
    """
    adjusted_n = n + 3
    for_us, against = (promoters + 0.75) / adjusted_n, (detractors + 0.75) / adjusted_n
    score = for_us - against
    reach = _Z * ((for_us + against - score**2) / adjusted_n).sqrt()
    return _where_any(n, (score - reach).clip(-1, 1)), _where_any(n, (score + reach).clip(-1, 1))


def poisson(events: pl.Expr, exposure: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the exact Poisson interval of events / exposure (Garwood, Biometrika 28, 1936).

    4 in 2.5 -> 0.436 .. 4.097.
    """
    low = events.map_batches(_poisson_low, return_dtype=pl.Float64) / exposure
    high = events.map_batches(_poisson_high, return_dtype=pl.Float64) / exposure
    return _where_any(exposure, low), _where_any(exposure, high)


def normal_mean(mean: pl.Expr, mean_square: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return mean -+ 1.96 standard errors, from the mean of the values and of their squares.

    With weights both are weighted and `n` is the effective number of values, as for `wilson`.
    """
    variance = ((mean_square - mean**2) * n / (n - 1)).clip(0)
    reach = _Z * (variance / n).sqrt()
    several = n > 1
    return _where_any(several, mean - reach), _where_any(several, mean + reach)


def _where_any(n: pl.Expr, bound: pl.Expr) -> pl.Expr:
    return pl.when(n > 0).then(bound)


def _poisson_low(events: pl.Series) -> pl.Series:
    from scipy.special import gammaincinv  # SciPy takes a fifth of a second to import

    count = events.cast(pl.Float64).to_numpy()
    return pl.Series(gammaincinv(count.clip(1), _TAIL) * (count > 0))


def _poisson_high(events: pl.Series) -> pl.Series:
    from scipy.special import gammaincinv

    return pl.Series(gammaincinv(events.cast(pl.Float64).to_numpy() + 1, 1 - _TAIL))
