"""Fair comparison: which unit differs from the others by more than chance?

A funnel compares every unit with all of them together: the fewer cases, the wider the limits.
Any number of comparisons (one per value of the key columns) is made in one pass. To add a form of
figure: its error in `_error` and `pair_variance`, its exact limits in `_exact_limits`.

Literature: Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in
Medicine 24 (2005); Spiegelhalter et al., "Statistical methods for healthcare regulation: rating,
screening and surveillance", JRSS A 175 (2012); DerSimonian & Laird, "Meta-analysis in clinical
trials", Controlled Clinical Trials 7 (1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.catalogue.entry import Better

Form = Literal["share", "rate", "mean"]
# Units with fewer cases are not ranked, unless the caller says another number.
CASES = 10
_LIMITS = ("low_95", "high_95", "low_998", "high_998")
# Limit -> share of the distribution beyond it, on its side.
_TAILS = {"95": 0.025, "998": 0.001}
_NORMAL = {"95": 1.959963984540054, "998": 3.090232306167813}
# Share of the z-scores that is pulled in on each side (Spiegelhalter, 2005, appendix A.3).
_WINSORISED = 0.1
# Of fewer, pulling in does nothing: one unit far outside would be taken for spread among all.
_FEWEST_UNITS_TO_SPREAD = 8
# What rounding leaves of the difference of two equal figures.
_ROUNDING = 1e-9
_FIGURES = ("numerator", "denominator")
_EVERY = "every_unit"


def compare_units(
    units: pl.DataFrame,
    keys: Sequence[str] = (),
    *,
    form: Form,
    better: Better,
    scale: float = 1.0,
    minimum: float = CASES,
) -> pl.DataFrame:
    """Return `units` with each unit's place in the funnel of its comparison, in the same order.

    `units` has the `keys` of its comparison, `numerator` and `denominator`; for means also
    `deviation`, the standard deviation of the unit's own values, in the unit of the numerator.
    It may have `cases`, the number of cases that a weighted denominator is worth, and `is_hidden`.

    Added: `reason` why a unit is not ranked (hidden | no_value | few_cases; null for ranked ones);
    `value`, `centre` (sum of numerators / sum of denominators), `low_95`, `high_95`, `low_998` and
    `high_998`, all times `scale`; `z`; `tau_squared`; `pooled_deviation` (means); `stands` (within
    | above_95 | above_998 | below_95 | below_998); `verdict` (better | worse | no_different |
    different where no direction is good). A unit that is not ranked takes no part in the centre
    or the spread; of it only `reason` and, unless hidden, `value` are known.

    A unit is beyond a limit when the exact binomial (shares) or Poisson (rates) probability of its
    figure, or one further out, is under 2.5 % or 0.1 %. Where units differ by more than chance
    (Q of the winsorised z-scores above its expectation), limits are normal instead, with the
    variance `tau_squared` between units added to that of chance, and z is measured by both. Means
    have normal limits from the pooled variance within units. Where chance leaves no room at all
    (every share 0 or 1, every answer the same) limits are the centre, and z is 0 at the centre
    and null elsewhere.
    """
    over = [*keys, _EVERY]
    whole = units.with_columns(
        pl.col(_FIGURES).cast(pl.Float64),
        pl.lit(0).alias(_EVERY),
        _cases(units).alias("cases"),
        pl.when(pl.col("denominator") > 0)
        .then(pl.col("numerator") / pl.col("denominator"))
        .alias("value"),
    ).with_columns(_reason(units, minimum).alias("reason"))
    ranked = pl.col("reason").is_null()
    taking_part = whole.with_columns(
        pl.when(ranked).then(pl.col(name)).alias(f"{name}_ranked") for name in (*_FIGURES, "cases")
    )
    top, bottom, n = (pl.col(f"{name}_ranked") for name in (*_FIGURES, "cases"))
    centred = taking_part.with_columns(
        pl.when(ranked).then(top.sum().over(over) / bottom.sum().over(over)).alias("centre"),
        pl.when(ranked).then(_pooled_deviation(units, n, over)).alias("pooled_deviation"),
    )
    spread = _with_spread(centred.with_columns(_error(form, n).alias("error")), over)
    limited = _with_limits(spread, form)
    return limited.select(
        *units.columns,
        "reason",
        (pl.when(pl.col("reason").ne_missing("hidden")).then("value") * scale).alias("value"),
        pl.col("centre", *_LIMITS) * scale,
        "z",
        pl.col("tau_squared") * scale**2,
        pl.col("pooled_deviation") * scale,
        _stands().alias("stands"),
    ).with_columns(_verdict(better).alias("verdict"))


def funnel_lines(
    compared: pl.DataFrame,
    keys: Sequence[str] = (),
    *,
    form: Form,
    scale: float = 1.0,
    points: int = 100,
) -> pl.DataFrame:
    """Return the limits of each comparison over a grid of denominators, for drawing.

    `compared` is what `compare_units` returned for the same `form` and `scale`. Columns: keys,
    `denominator` (from the smallest ranked unit's to the largest's, evenly on a logarithmic axis),
    `centre`, `low_95`, `high_95`, `low_998`, `high_998`.
    """
    ranked = compared.filter(pl.col("reason").is_null()).with_columns(
        pl.lit(0).alias(_EVERY), _cases(compared).alias("cases")
    )
    funnels = ranked.group_by(*keys, _EVERY).agg(
        pl.col("centre").first() / scale,
        pl.col("tau_squared").first() / scale**2,
        pl.col("pooled_deviation").first() / scale,
        pl.col("cases").min().alias("smallest"),
        pl.col("cases").max().alias("largest"),
    )
    grid = pl.DataFrame({"step": np.linspace(0.0, 1.0, points)})
    lines = funnels.join(grid, how="cross").with_columns(
        (pl.col("smallest") * (pl.col("largest") / pl.col("smallest")) ** pl.col("step")).alias(
            "cases"
        )
    )
    drawn = _with_limits(lines.with_columns(_error(form, pl.col("cases")).alias("error")), form)
    return drawn.select(
        *keys, pl.col("cases").alias("denominator"), pl.col("centre", *_LIMITS) * scale
    ).sort(*keys, "denominator")


def pair_variance(form: Form, together: pl.Expr, deviation: pl.Expr) -> pl.Expr:
    """Return the variance of one case: of a figure that is `together`, or of `deviation`."""
    if form == "share":
        return together * (1 - together)
    return together if form == "rate" else deviation**2


def _cases(units: pl.DataFrame) -> pl.Expr:
    return pl.col("cases" if "cases" in units.columns else "denominator").cast(pl.Float64)


def _reason(units: pl.DataFrame, minimum: float) -> pl.Expr:
    hidden = pl.col("is_hidden").fill_null(False) if "is_hidden" in units.columns else pl.lit(False)
    is_known = pl.col("value").is_finite().fill_null(False)
    return (
        pl.when(hidden)
        .then(pl.lit("hidden"))
        .when(~is_known)
        .then(pl.lit("no_value"))
        .when(~(pl.col("cases") >= minimum).fill_null(False))
        .then(pl.lit("few_cases"))
        .otherwise(pl.lit(None, pl.String))
    )


def _pooled_deviation(units: pl.DataFrame, n: pl.Expr, over: Sequence[str]) -> pl.Expr:
    """Return the standard deviation within units, over all of a comparison."""
    if "deviation" not in units.columns:
        return pl.lit(None, pl.Float64)
    freedom = pl.when(pl.col("deviation").is_not_null()).then((n - 1).clip(0))
    squares = (freedom * pl.col("deviation") ** 2).sum().over(over)
    degrees = freedom.sum().over(over)
    return pl.when(degrees > 0).then((squares / degrees).sqrt())


def _error(form: Form, n: pl.Expr) -> pl.Expr:
    """Return the standard error of a unit of `n` cases that is like all the others."""
    variance = pair_variance(form, pl.col("centre"), pl.col("pooled_deviation"))
    return (variance.clip(0) / n).sqrt()


def _with_spread(units: pl.DataFrame, over: Sequence[str]) -> pl.DataFrame:
    """Add `tau_squared`, the variance between units beyond chance, and `z` measured with it.

    The estimate of DerSimonian and Laird, from winsorised z-scores, so that a few outlying units
    do not widen the limits that are to show them; 0 with fewer than eight units.
    """
    error, apart = pl.col("error"), pl.col("value") - pl.col("centre")
    is_apart = apart.abs() > _ROUNDING * pl.max_horizontal(pl.col("centre").abs(), 1e-300)

    def scores(total: pl.Expr) -> pl.Expr:
        at_the_centre = pl.when(~is_apart).then(0.0)
        return pl.when(total > 0).then(apart / total).otherwise(at_the_centre)

    chance = units.with_columns(
        scores(error).alias("z"), (1 / error.replace(0, None) ** 2).alias("w")
    )
    z, weight = pl.col("z"), pl.col("w")
    low, high = (
        z.quantile(share, interpolation="linear").over(over)
        for share in (_WINSORISED, 1 - _WINSORISED)
    )
    excess = (z.clip(low, high) ** 2).sum().over(over) - (z.count().over(over) - 1)
    weights = weight.sum().over(over)
    room = weights - (weight**2).sum().over(over) / weights
    has_room = (z.count().over(over) >= _FEWEST_UNITS_TO_SPREAD) & (weights > 0)
    tau_squared = pl.when(has_room).then(excess.clip(0) / room).otherwise(0.0)
    return chance.with_columns(
        pl.when(pl.col("reason").is_null()).then(tau_squared).alias("tau_squared")
    ).with_columns(scores((error**2 + pl.col("tau_squared")).sqrt()).alias("z"))


def _with_limits(units: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Add the four limits from `centre`, `error`, `tau_squared` and `cases`."""
    total = (pl.col("error") ** 2 + pl.col("tau_squared")).sqrt()
    is_spread = pl.col("tau_squared") > 0
    limits = []
    for name, z in _NORMAL.items():
        for side, sign in (("low", -1), ("high", 1)):
            normal = pl.col("centre") + sign * z * total
            limits.append(_possible(form, normal).alias(f"{side}_{name}"))
    limited = units.with_columns(limits)
    if form == "mean":
        return limited
    exact = _exact_limits(form, units["centre"], units["cases"])
    return limited.with_columns(
        pl.when(is_spread).then(pl.col(name)).otherwise(exact[name]).alias(name) for name in _LIMITS
    )


def _possible(form: Form, limit: pl.Expr) -> pl.Expr:
    if form == "mean":
        return limit
    return limit.clip(0, 1) if form == "share" else limit.clip(0)


def _exact_limits(form: Form, centre: pl.Series, cases: pl.Series) -> dict[str, pl.Series]:
    """Return the four limits of shares or rates without over-dispersion.

    The lower one is where the probability of as many events or fewer is that of the tail, the
    upper one where that of as many or more is; between whole numbers by the incomplete beta and
    gamma functions. 0 (or a share of 1) where even that is more probable than the tail.
    """
    known = (centre.is_not_null() & (cases > 0)).fill_null(False)
    theta = centre.fill_null(0.5).to_numpy()
    n = cases.fill_null(1.0).to_numpy()
    bounds = _binomial if form == "share" else _poisson
    limits: dict[str, pl.Series] = {}
    for name, tail in _TAILS.items():
        low, high = bounds(theta, np.where(n > 0, n, 1.0), tail)
        for side, events in (("low", low), ("high", high)):
            limits[f"{side}_{name}"] = pl.Series(f"{side}_{name}", events).set(~known, None)
    return limits


_Numbers = NDArray[np.float64]


def _binomial(theta: _Numbers, n: _Numbers, tail: float) -> tuple[_Numbers, _Numbers]:
    return _lower_share(theta, n, tail), 1 - _lower_share(1 - theta, n, tail)


def _lower_share(theta: _Numbers, n: _Numbers, tail: float) -> _Numbers:
    from scipy.special import bdtrik  # SciPy takes a fifth of a second to import

    is_certain = theta >= 1
    has_room = ((1 - theta) ** n < tail) & ~is_certain
    # Where no number of events is rare enough, the equation has no solution.
    events = bdtrik(tail, np.where(has_room, n, 100.0), np.where(has_room, theta, 0.5))
    return np.where(is_certain, 1.0, np.where(has_room, np.clip(events / n, 0, theta), 0.0))


def _poisson(theta: _Numbers, n: _Numbers, tail: float) -> tuple[_Numbers, _Numbers]:
    from scipy.special import pdtrik

    expected = theta * n
    has_room = np.exp(-expected) < tail
    low = np.where(has_room, pdtrik(tail, np.where(has_room, expected, 10.0)), 0.0)
    # 1 - tail of fewer events: as many or more then have the probability of the tail.
    is_possible = expected > 0
    surely_one = np.exp(-expected) >= 1 - tail
    solved = pdtrik(1 - tail, np.where(is_possible & ~surely_one, expected, 10.0)) + 1
    high = np.where(is_possible, np.where(surely_one, 1.0, solved), 0.0)
    return low / n, high / n


def _stands() -> pl.Expr:
    value, room = pl.col("value"), _ROUNDING * pl.col("centre").abs()
    return (
        pl.when(pl.col("high_998").is_null() | pl.col("reason").is_not_null())
        .then(pl.lit(None, pl.String))
        .when(value > pl.col("high_998") + room)
        .then(pl.lit("above_998"))
        .when(value < pl.col("low_998") - room)
        .then(pl.lit("below_998"))
        .when(value > pl.col("high_95") + room)
        .then(pl.lit("above_95"))
        .when(value < pl.col("low_95") - room)
        .then(pl.lit("below_95"))
        .otherwise(pl.lit("within"))
    )


def _verdict(better: Better) -> pl.Expr:
    stands = pl.col("stands")
    if better == "neutral":
        above = below = "different"
    else:
        above, below = ("better", "worse") if better == "higher" else ("worse", "better")
    return (
        pl.when(stands == "within")
        .then(pl.lit("no_different"))
        .when(stands.str.starts_with("above"))
        .then(pl.lit(above))
        .when(stands.str.starts_with("below"))
        .then(pl.lit(below))
    )
