"""How fresh each kind of record is, and on which days it came.

To show another fact of a kind: a column of `sql/freshness.sql` and its title in `freshness`.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import charts
from dashboards import language as lang
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.tables import table
from dashboards.filters import asked, choose
from dashboards.language import _, n_, number
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word, words
from transforms.refusal import Sentence

_STRETCHES = ("30", "60", "120")  # days; the chart has no room for the signs of more


def late_kinds(reader: Reader) -> list[str]:
    """Return a sentence for each kind that comes daily and lacks the last day, or more."""
    late = _freshness(reader).filter(pl.col("days_behind") > 0)
    return [
        _("{kind}: no rows since {day}.").format(kind=word(kind), day=lang.day(last_day))
        for kind, last_day in late.select("kind", "last_day").iter_rows()
    ]


def freshness(reader: Reader) -> None:
    """Show per kind of record the days it covers, how far it lags, and its gaps."""
    kinds = _freshness(reader)
    table(
        reader,
        kinds.with_columns(
            words(kinds["kind"]),
            pl.Series("lag", [_lag(row) for row in kinds.rows(named=True)], pl.String),
        ),
        {
            "kind": _("Kind"),
            "lag": _("How fresh"),
            "first_day": _("First day"),
            "last_day": _("Last day"),
            "days_without_rows": _("Days without rows"),
            "newest_gaps": _("The newest of these days"),
        },
        name="freshness",
        title=_("How fresh each kind is"),
        kinds={"days_without_rows": "count"},
    )


def coverage_calendar(reader: Reader) -> None:
    """Draw which days have come in, per kind; the URL says how many days."""
    days = asked("days", _STRETCHES, "60", called=Sentence("number of days", "天数"))
    choose(
        "days",
        _("Up to {day}").format(day=lang.day(reader.manifest.as_of)),
        _STRETCHES,
        days,
        usual="60",
        written=lambda days: n_("{n} day", "{n} days", int(days)).format(n=days),
    )
    covered = reader.rows("coverage", as_of=reader.manifest.as_of.isoformat(), days=int(days))
    title = _("Days with rows, by kind")
    draw(
        charts.coverage(
            covered.with_columns(words(covered["kind"])),
            title=title,
            mode=mode(),
            labels=labels(),
        ),
        f"coverage_{days}",
    )


def _freshness(reader: Reader) -> pl.DataFrame:
    return reader.rows("freshness", as_of=reader.manifest.as_of.isoformat())


def _lag(kind: dict[str, Any]) -> str:
    if kind["last_day"] is None:
        return _("No row counts yet")
    if not kind["is_daily"]:
        return _("Does not come daily")
    behind = kind["days_behind"]
    if behind <= 0:
        return _("Up to date")
    return n_("{n} day behind", "{n} days behind", behind).format(n=number(behind))
