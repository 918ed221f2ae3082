"""How figures are written: value, interval, target, number of cases, in the unit of the metric.

To add a unit: its decimals in `_DECIMALS`, and its word in `value_text` if one stands behind.
"""

from __future__ import annotations

import polars as pl

from dashboards import language as lang
from dashboards.language import _, n_, told
from dashboards.scope import Period
from transforms.catalogue import Metric

_DECIMALS = {
    "hours": 1,
    "minutes": 0,
    "points": 1,
    "per million": 0,
    "per ticket": 2,
    "money per delivery": 2,
    "money per ticket": 2,
}
# d3 formats of number axes; other units get grouped whole numbers.
_AXES = {
    "share": ".0%",
    "money": "~s",
    "money per thousand": "~s",
    "money per delivery": ",.2f",
    "money per ticket": ",.2f",
    "per ticket": ".2f",
}


def value_text(metric: Metric, value: float | None, currency: str) -> str:
    """Return e.g. "91.2%", "3.4 h", "CN¥1,200"; a dash where there is none.

    What a rate is per stands in the metric's title.
    """
    if value is None:
        return lang.NOTHING
    if metric.unit == "share":
        return lang.percent(value)
    decimals = _DECIMALS.get(metric.unit, 0)
    if metric.unit.startswith("money"):
        return lang.money(value, currency, decimals)
    written = lang.number(value, decimals)
    match metric.unit:
        case "hours":
            return _("{n} h").format(n=written)
        case "minutes":
            return _("{n} min").format(n=written)
    return written


def interval_text(metric: Metric, low: float | None, high: float | None, currency: str) -> str:
    """Return e.g. "90.1% – 93.2%"; empty where the metric has no interval."""
    if low is None or high is None:
        return ""
    return f"{value_text(metric, low, currency)} – {value_text(metric, high, currency)}"


def change_text(metric: Metric, change: float | None, currency: str) -> str:
    """Return how much a value has changed, e.g. "+1.2 pp" (percentage points) for shares."""
    if change is None:
        return ""
    sign = "+" if change >= 0 else "-"
    if metric.unit == "share":
        points = lang.number(abs(change) * 100, 1)
        return sign + _("{n} pp").format(n=points)
    return sign + value_text(metric, abs(change), currency)


def is_visible(metric: Metric, change: float) -> bool:
    """Whether a change of a value shows in the digits that are written."""
    if metric.unit == "share":
        return round(change * 100, 1) != 0
    return round(change, _DECIMALS.get(metric.unit, 0)) != 0


def n_text(metric: Metric, row: dict[str, float | None]) -> str:
    """Return the number of cases behind a figure, e.g. "n 1,234"; empty where it has none."""
    cases = row["denominator"]
    if cases is None or metric.unit.startswith("money") or metric.form == "money_share":
        return ""
    return _("n {n}").format(n=lang.number(cases, 0))


def held_text(held_rows: int | None) -> str:
    """Return the trust mark of a figure: how many held rows may belong to it; empty without."""
    if not held_rows:
        return ""
    return n_("{n} row held", "{n} rows held", held_rows).format(n=lang.number(held_rows))


def provisional_text(rows: int | None) -> str:
    """Return the mark of a figure that rests on days off not announced yet; empty without."""
    if not rows:
        return ""
    return n_(
        "{n} on days off not announced yet", "{n} on days off not announced yet", rows
    ).format(n=lang.number(rows))


def trust_text(metric: Metric, row: dict[str, float | None], currency: str) -> str:
    """Return what the figure would be had all held rows failed or passed; empty without any, and
    where that does not show in the digits that are written."""
    if not row["held_rows"] or row["worst"] is None or row["best"] is None:
        return ""
    worst, best = (value_text(metric, row[end], currency) for end in ("worst", "best"))
    if worst == best:
        return ""
    return _("between {worst} and {best} if all held rows failed or passed").format(
        worst=worst, best=best
    )


def definition(metric: Metric) -> str:
    """Return title, meaning and name of a metric, for its hover."""
    good = {
        "higher": _("higher is better"),
        "lower": _("lower is better"),
        "neutral": _("neither high nor low is better"),
    }[metric.better]
    return _("**{title}** – {meaning} ({good}; `{name}`)").format(
        title=told(metric.title), meaning=told(metric.meaning), good=good, name=metric.name
    )


def period_text(period: Period) -> str:
    """Return e.g. "31 Oct 2026", "week of 26 Oct 2026", "October 2026", "Q4 2026"."""
    match period.grain:
        case "day":
            return lang.day(period.first)
        case "week":
            return _("week of {day}").format(day=lang.day(period.first))
        case "month":
            return lang.month(period.first)
        case "quarter":
            quarter = (period.first.month + 2) // 3
            return _("Q{quarter} {year}").format(quarter=quarter, year=period.first.year)
        case "year":
            return _("{year}").format(year=period.first.year)
    return _("{first} to {last}").format(first=lang.day(period.first), last=lang.day(period.last))


def axis_format(metric: Metric) -> str:
    """Return the d3 format of an axis of the metric's values."""
    return _AXES.get(metric.unit, ",.3~f")


def with_texts(metric: Metric, figures: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return `figures` with `value_text`, `interval_text` and `n_text` for charts and tables."""
    rows = figures.select("value", "low", "high", "denominator").rows(named=True)
    return figures.with_columns(
        pl.Series(
            "value_text", [value_text(metric, r["value"], currency) for r in rows], pl.String
        ),
        pl.Series(
            "interval_text",
            [interval_text(metric, r["low"], r["high"], currency) for r in rows],
            pl.String,
        ),
        pl.Series("n_text", [n_text(metric, row) for row in rows], pl.String),
    )
