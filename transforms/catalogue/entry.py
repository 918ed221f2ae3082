"""What an entry of the catalogue says: a measure is a sum, a metric is made of sums.

Because measures are sums, every roll-up (org unit, week, channel) of every metric is exact:
sum first, divide last. Distributions are kept as counts per bucket, which are sums too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import narwhals.stable.v2 as nw

from transforms.refusal import Sentence

Better = Literal["higher", "lower", "neutral"]
Form = Literal["count", "share", "rate", "mean", "quantile", "score", "money", "money_share"]
Chart = Literal["p_prime", "u_prime", "xmr", "xmr_median", "none"]
Range = tuple[float | None, float | None]

# form -> unit, chart and believable range of a metric that does not say its own
_USUAL: dict[Form, tuple[str, Chart, Range]] = {
    "count": ("", "xmr", (0, None)),
    "share": ("share", "p_prime", (0, 1)),
    "rate": ("", "u_prime", (0, None)),
    "mean": ("", "xmr", (None, None)),
    "quantile": ("", "xmr", (None, None)),
    "score": ("points", "xmr", (-100, 100)),
    "money": ("money", "xmr", (None, None)),
    "money_share": ("share", "xmr", (None, None)),
}


@dataclass(frozen=True)
class Measure:
    """A sum per day and slice.

    `of`      table it is summed over (a prepared table: see `transforms/<noun>.py`)
    `on`      local date column that a row is counted on; rows without that date do not count
    `sums`    expression with one number or boolean per row; null counts as nothing
    `unit`    of the sum: count, seconds, minor (money), points, or squares of one of them
    `spread`  keep the distribution too, as counts per bucket, for medians and percentiles
    """

    name: str
    of: str
    on: str
    sums: nw.Expr
    unit: Literal["count", "seconds", "minor", "points", "squares"] = "count"
    spread: bool = False


@dataclass(frozen=True)
class Metric:
    """A published figure: scale x (sum of `top`) / (sum of `bottom`).

    `top`, `bottom`    names of measures; a leading "-" subtracts; no `bottom` = no division
    `form`             decides the arithmetic and the interval:
                       share (Wilson), rate (exact Poisson), mean (normal, from `squares`),
                       quantile (order statistics of `top`'s spread, at `quantile`),
                       score (promoters less detractors, adjusted Wald), count, money, money_share
    `weights_squared`  measure with the sum of squared weights: intervals then use the effective n
    `answers`          measure of the answers that it is made of, each counted once whatever its
                       weight: a slice with few of them is hidden (`transforms/small_numbers.py`)
    `provisional`      measure of the rows, of those in `bottom`, whose verdict touches a day off
                       that is not announced yet
    `counted`          over_period: all its days are summed; at_period_end: a stock, whose value
                       for a period is that of its last day
    `settles_after`    days until it is known of most cases how they count (a parcel's exception is
                       found out later than its pick-up): charts leave newer periods out
    `finest`           smallest grain that has a meaning (budgets are made by month)
    `believable`       a published value outside is a warning: (lowest, highest), None = open
    `unit`, `chart` and `believable` are by form (`_USUAL`) unless an entry says otherwise
    """

    name: str
    title: Sentence
    meaning: Sentence
    top: tuple[str, ...]
    form: Form
    better: Better
    unit: str = ""
    bottom: tuple[str, ...] = ()
    scale: float = 1.0
    chart: Chart | None = None
    quantile: float | None = None
    squares: str | None = None
    weights_squared: str | None = None
    answers: str | None = None
    provisional: str | None = None
    counted: Literal["over_period", "at_period_end"] = "over_period"
    settles_after: int = 0
    finest: Literal["day", "month"] = "day"
    believable: Range | None = None

    def __post_init__(self) -> None:
        """Fill in what is usual for the form and was not said."""
        unit, chart, believable = _USUAL[self.form]
        object.__setattr__(self, "unit", self.unit or unit)
        object.__setattr__(self, "chart", self.chart or chart)
        object.__setattr__(self, "believable", self.believable or believable)

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of every measure it is made of, each once."""
        besides = (self.squares, self.weights_squared, self.answers, self.provisional)
        extra = tuple(name for name in besides if name)
        names = tuple(name.removeprefix("-") for name in (*self.top, *self.bottom)) + extra
        return tuple(dict.fromkeys(names))


def ticks(claim: nw.Expr) -> nw.Expr:
    """Return 1 where `claim` holds and 0 elsewhere, so that its sum counts rows."""
    return claim.cast(nw.Int64)
