"""Centre and spread of each phase, from its first points, and the limits that follow.

Charts are judged on the scale on which their points spread evenly: `drawn` is the value itself,
on a t chart the value to the power 1 / 3.6.

| chart | centre of `drawn` | one sigma |
|---|---|---|
| p_prime | sum of numerators / sum of denominators | sigma_z * sqrt(centre * (1 - centre) / n) |
| u_prime | the same | sigma_z * sqrt(centre / n) |
| xmr | mean | 2.66 / 3 * mean moving range |
| xmr_median | median | 3.145 / 3 * median moving range |
| g | median | sqrt(mean * (mean + 1)) |
| t | mean | 2.66 / 3 * mean moving range |

Limits lie three sigmas from the centre; those of g from the mean.

Sources: p' and u': Laney, Improved control charts for attributes, Quality Engineering 14(4), 2002;
sigma_z is the mean moving range of the z-scores / 1.128. XmR: Wheeler & Chambers, Understanding
Statistical Process Control, 1992; Wheeler, Understanding Variation, 1993 (medians). g: Benneyan,
Number-between g-type control charts, Health Care Management Science 4, 2001: limits from the mean,
and the median as the line that half of the points lie above, which the mean of a skewed
distribution is not. t: Nelson, A control chart for parts-per-million nonconforming
items, Journal of Quality Technology 26(3), 1994. A moving range is taken between points that
follow one another, however far apart their periods are.
"""

from __future__ import annotations

import polars as pl

from transforms.control_charts.rounding import difference

BASELINE_POINTS = 20
# A year: twenty months are hardly ever on record, and a change would lie in its own baseline.
BASELINE_MONTHS = 12
_SIGMAS = 3  # from the centre to a limit (Shewhart, 1931)
_RANGE_PER_SIGMA = 1.128  # d2: mean range of two normal values, in sigmas
_LIMIT_PER_MEAN_RANGE = 2.66  # 3 / d2, as XmR charts are printed
_LIMIT_PER_MEDIAN_RANGE = 3.145  # 3 / 0.954, the median range of two normal values
_T_POWER = 3.6  # its root makes exponential waiting times nearly normal (Nelson, 1994)

_chart = pl.col("chart")
_n = pl.col("denominator")
_is_attribute = _chart.is_in(["p_prime", "u_prime"])


def drawn() -> pl.Expr:
    """Return the value on the scale on which the points of its chart spread evenly."""
    return pl.when(_chart == "t").then(pl.col("value") ** (1 / _T_POWER)).otherwise(pl.col("value"))


def baseline_points() -> pl.Expr:
    """Return of how many points limits are made, by the `grain` of the points."""
    is_month = pl.col("grain") == "month"
    return pl.when(is_month).then(BASELINE_MONTHS).otherwise(BASELINE_POINTS)


def is_baseline() -> pl.Expr:
    """Return the claim that limits are made of the point `number` (1 .. within a phase)."""
    return pl.col("number") <= baseline_points()


def phase_limits(points: pl.DataFrame) -> pl.DataFrame:
    """Return per `stretch`: `centre`, `drawn_centre`, `middle` and `spread`.

    They come from its baseline. `middle` is what limits lie about, on the scale of `drawn`.

    `points` has `stretch` (a number per series and phase), `number` (1 .. within it), `drawn`, and
    the columns of a point, in order. `spread` is one sigma, of p' and u' that of a denominator
    of 1. It is null where the points do not vary, or where there is one only: what has shown no
    variation yet does not tell how much of it is usual.
    """
    baseline = points.filter(is_baseline())
    centres = phase_centres(baseline)
    ranged = baseline.join(centres, on="stretch", maintain_order="left").with_columns(
        _scored().alias("score")
    )
    follows = pl.col("number") > 1
    ranges = ranged.with_columns(
        pl.when(follows)
        .then(difference(pl.col("score"), pl.col("score").shift()))
        .abs()
        .alias("range")
    )
    spreads = ranges.group_by("stretch", maintain_order=True).agg(
        pl.col("centre").first(),
        pl.col("drawn_centre").first(),
        _middle().alias("middle"),
        _spread().alias("spread"),
    )
    return spreads.with_columns(pl.when(pl.col("spread") > 0).then(pl.col("spread")))


def phase_centres(baseline: pl.DataFrame) -> pl.DataFrame:
    """Return per `stretch` of `baseline`: `centre`, and `drawn_centre` on the scale of `drawn`."""
    chart, scaled = _chart.first(), pl.col("drawn")
    centre = (
        pl.when(chart.is_in(["p_prime", "u_prime"]))
        .then(pl.col("numerator").sum() / _n.sum())
        .when(chart.is_in(["xmr_median", "g"]))
        .then(scaled.median())
        .otherwise(scaled.mean())
    )
    grouped = baseline.group_by("stretch", maintain_order=True)
    return grouped.agg(chart, centre.alias("drawn_centre")).select(
        "stretch", _on_value_scale(pl.col("drawn_centre")).alias("centre"), "drawn_centre"
    )


def with_limits(points: pl.DataFrame) -> pl.DataFrame:
    """Add `lower`, `upper` and `sigma` to points that have `middle` and `spread`.

    Shares are cut to 0 .. 1, rates, g and t to 0 and above. `sigma` is not cut, and on the scale of
    `drawn`. All three are null where `spread` is.
    """
    sigma = pl.when(_is_attribute).then(pl.col("spread") / _n.sqrt()).otherwise(pl.col("spread"))
    floor = pl.when(_chart.is_in(["xmr", "xmr_median"])).then(None).otherwise(0.0)
    ceiling = pl.when(_chart == "p_prime").then(1.0)
    low = pl.max_horizontal(pl.col("middle") - _SIGMAS * pl.col("sigma"), floor)
    high = pl.min_horizontal(pl.col("middle") + _SIGMAS * pl.col("sigma"), ceiling)
    known = pl.col("sigma").is_not_null()
    return points.with_columns(sigma.alias("sigma")).with_columns(
        pl.when(known).then(_on_value_scale(low)).alias("lower"),
        pl.when(known).then(_on_value_scale(high)).alias("upper"),
    )


def _on_value_scale(figure: pl.Expr) -> pl.Expr:
    return pl.when(_chart == "t").then(figure**_T_POWER).otherwise(figure)


def _scored() -> pl.Expr:
    """Return what moving ranges are taken of: z-scores on p' and u', otherwise `drawn`."""
    unit = _binomial_or_poisson_sigma()
    away = difference(pl.col("drawn"), pl.col("drawn_centre"))
    score = pl.when(unit > 0).then(away * _n.sqrt() / unit).otherwise(0.0)
    return pl.when(_is_attribute).then(score).otherwise(pl.col("drawn"))


def _middle() -> pl.Expr:
    mean, centre = pl.col("drawn").mean(), pl.col("drawn_centre").first()
    return pl.when(_chart.first() == "g").then(mean).otherwise(centre)


def _spread() -> pl.Expr:
    chart, mean_range = _chart.first(), pl.col("range").mean()
    mean = pl.col("drawn").mean()
    return (
        pl.when(chart.is_in(["p_prime", "u_prime"]))
        .then(mean_range / _RANGE_PER_SIGMA * _binomial_or_poisson_sigma().first())
        .when(chart == "xmr_median")
        .then(pl.col("range").median() * (_LIMIT_PER_MEDIAN_RANGE / _SIGMAS))
        .when(chart == "g")
        .then((mean * (mean + 1)).sqrt())
        .otherwise(mean_range * (_LIMIT_PER_MEAN_RANGE / _SIGMAS))
    )


def _binomial_or_poisson_sigma() -> pl.Expr:
    """Return sigma of a share (p') or a rate (u') of one case: sampling alone, no unrest."""
    centre = pl.col("drawn_centre")
    share = (centre * (1 - centre)).clip(0).sqrt()
    return pl.when(_chart == "p_prime").then(share).otherwise(centre.clip(0).sqrt())
