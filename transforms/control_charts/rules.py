"""The four rules that a point can break. To add one: its name in RULES, its sign in `rule_signs`.

In order: beyond a limit; two of three points beyond two thirds of the way to a limit on one side;
the seventh and later of points on one side of the centre; the seventh and later of points that
rise, or that fall, all along (Western Electric, Statistical Quality Control Handbook, 1956;
runs of seven: Wheeler & Chambers, 1992). No rule looks across the start of a phase.

Which are sound where: the first two suppose that points spread evenly about the centre, which p',
u', XmR and, on its own scale, t do. A g chart is skewed: sigma says little about two thirds of
the way, so `two_of_three` is not asked there. Its centre is the median, so runs beside it are as
rare as anywhere, and so are runs up or down, whatever the distribution. Its lower limit is 0, so
a cluster of events is found by runs, and its upper limit is passed by 1.8 % of the points of a
steady process instead of 0.1 % (exp(-4); Benneyan, 2001).
"""

from __future__ import annotations

import polars as pl

from transforms.control_charts.rounding import difference

RULES = ("beyond_limit", "two_of_three", "seven_on_one_side", "seven_in_a_row")
_RUN = 7
_WARNING_SIGMAS = 2  # two thirds of the way to a limit
_NEITHER = pl.lit(0, pl.Int8)


def rule_signs(points: pl.DataFrame) -> pl.DataFrame:
    """Add a column per rule: 1 where a point breaks it on the high side, -1 low, otherwise 0.

    `points` are in order and have `row` (0 ..), `number` (1 .. within a phase), `value`, `lower`,
    `upper`, `drawn`, `drawn_centre` and `sigma`.
    """
    scaled, number = pl.col("drawn"), pl.col("number")
    away = difference(scaled, pl.col("drawn_centre"))
    step = pl.when(number > 1).then(difference(scaled, scaled.shift())).otherwise(0.0)
    is_far = away.abs() > _WARNING_SIGMAS * pl.col("sigma")
    zoned = pl.when(is_far & (pl.col("chart") != "g")).then(_sign(away)).otherwise(_NEITHER)
    signed = points.with_columns(
        _sign(away).alias("beside"), _sign(step).alias("moving"), zoned.alias("zone")
    )
    value, zone = pl.col("value"), pl.col("zone")
    return signed.with_columns(
        pl.when(value > pl.col("upper"))
        .then(_NEITHER + 1)
        .when(value < pl.col("lower"))
        .then(_NEITHER - 1)
        .otherwise(_NEITHER)
        .alias("beyond_limit"),
        pl.when(((zone == zone.shift(1)) & (number > 1)) | ((zone == zone.shift(2)) & (number > 2)))
        .then(zone)
        .otherwise(_NEITHER)
        .alias("two_of_three"),
        _where_long(pl.col("beside"), _RUN).alias("seven_on_one_side"),
        # Seven points have six steps between them.
        _where_long(pl.col("moving"), _RUN - 1).alias("seven_in_a_row"),
    ).drop("beside", "moving", "zone")


def first_rule() -> tuple[pl.Expr, pl.Expr]:
    """Return `rule` and `side` (high | low): of the first rule broken; null where none is."""
    signs = [pl.col(rule) for rule in RULES]
    rule = pl.coalesce(
        pl.when(sign != 0).then(pl.lit(name)) for name, sign in zip(RULES, signs, strict=True)
    )
    broken = pl.coalesce(pl.when(sign != 0).then(sign) for sign in signs)
    side = pl.when(broken > 0).then(pl.lit("high")).when(broken < 0).then(pl.lit("low"))
    return rule.alias("rule"), side.alias("side")


def _where_long(sign: pl.Expr, run: int) -> pl.Expr:
    """Return `sign` from the place on where it has been the same, and not 0, `run` times."""
    begins = (sign != sign.shift()) | (pl.col("number") == 1)
    since = pl.when(begins.fill_null(True)).then(pl.col("row")).forward_fill()
    return pl.when(pl.col("row") - since >= run - 1).then(sign).otherwise(_NEITHER)


def _sign(figure: pl.Expr) -> pl.Expr:
    return figure.sign().cast(pl.Int8)
