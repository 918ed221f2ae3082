"""KPI tiles: one figure each, with its change, course, target, number of cases and trust mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.language import _, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import (
    change_text,
    definition,
    held_text,
    interval_text,
    is_visible,
    n_text,
    provisional_text,
    trust_text,
    value_text,
)
from transforms.catalogue import Metric

_IN_A_ROW = 4
_COLOURS = {"higher": "normal", "lower": "inverse", "neutral": "off"}


class Standing(NamedTuple):
    """A metric in the period of the scope: its figure, the one before, its target, its course."""

    metric: Metric
    now: dict[str, Any] | None
    before: dict[str, Any] | None
    target: float | None
    course: pl.DataFrame

    @property
    def change(self) -> float | None:
        """By how much the value differs from that of the period before."""
        if not self.now or not self.before or self.before["value"] is None:
            return None
        return self.now["value"] - self.before["value"]

    @property
    def misses_target(self) -> bool:
        """Whether the value lies on the bad side of the target."""
        if not self.now or self.target is None or self.metric.better == "neutral":
            return False
        value: float = self.now["value"]
        return value < self.target if self.metric.better == "higher" else value > self.target


def standing(reader: Reader, scope: Scope, metric: Metric) -> Standing:
    """Return how `metric` stands in the scope; `now` is None where it has no figure there."""
    course = reader.trend(metric, scope).filter(pl.col("value").is_not_null())
    period = scope.period.suited_to(metric)
    if period.grain == "all":
        return Standing(metric, _only(course), None, reader.target(metric, scope), course)
    return Standing(
        metric,
        now=_only(course.filter(pl.col("period") == period.first)),
        before=_only(course.filter(pl.col("period") == period.before().first)),
        target=reader.target(metric, scope),
        course=course,
    )


def tiles(reader: Reader, scope: Scope, metrics: Sequence[Metric]) -> None:
    """Show a tile for each metric that has a figure in the scope, four in a row."""
    standings = [standing(reader, scope, metric) for metric in metrics]
    shown = [one for one in standings if one.now]
    for start in range(0, len(shown), _IN_A_ROW):
        row = shown[start : start + _IN_A_ROW]
        for column, one in zip(st.columns(_IN_A_ROW), row, strict=False):
            with column:
                _tile(reader, scope, one)


def _tile(reader: Reader, scope: Scope, one: Standing) -> None:
    metric, now = one.metric, one.now
    assert now is not None
    with st.container(border=True, height="stretch", gap="xsmall"):
        # A title of its own: the one of st.metric is cut where the tile is narrow.
        st.markdown(told(metric.title), help=definition(metric))
        st.metric(
            told(metric.title),
            value_text(metric, now["value"], reader.currency),
            change_text(metric, one.change, reader.currency) or None,
            delta_color=_COLOURS[metric.better] if is_visible(metric, one.change or 0) else "off",
            label_visibility="collapsed",
            chart_data=one.course["value"].to_list() if one.course.height > 1 else None,
        )
        st.caption(" · ".join(_facts(reader, scope, one, now)))


def _facts(reader: Reader, scope: Scope, one: Standing, now: dict[str, Any]) -> list[str]:
    metric, currency = one.metric, reader.currency
    facts = []
    if metric.counted == "at_period_end":
        facts.append(_("at the end of {day}").format(day=lang.day(reader.stock_day(scope))))
    if one.target is not None:
        target = _("target {value}").format(value=value_text(metric, one.target, currency))
        mark = ":red[:material/close:]" if one.misses_target else ":green[:material/check:]"
        facts.append(f"{mark} {target}")
    interval = interval_text(metric, now["low"], now["high"], currency)
    facts += [text for text in (n_text(metric, now), interval) if text]
    if now["held_rows"]:
        trust = trust_text(metric, now, currency)
        mark = f":orange[:material/warning: {held_text(now['held_rows'])}]"
        told_trust = _("{mark} ({trust})").format(mark=mark, trust=trust)
        facts.append(told_trust if trust else mark)
    if now["provisional_rows"]:
        provisional = provisional_text(now["provisional_rows"])
        facts.append(f":orange[:material/event_upcoming: {provisional}]")
    return facts


def _only(figures: pl.DataFrame) -> dict[str, Any] | None:
    return figures.row(0, named=True) if figures.height else None
