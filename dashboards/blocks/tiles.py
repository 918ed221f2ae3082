"""KPI tiles: one figure each, with its change, target, number of cases, trust mark and course.

The course is a small control chart where there is one of the tile's metric, unit and period.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards import language as lang
from dashboards.blocks.charted import (
    Charted,
    assurance_text,
    charted,
    charted_grains,
    control_labels,
    limits_text,
    with_point_texts,
)
from dashboards.blocks.drawing import mode
from dashboards.blocks.small_numbers import hidden_text
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
_DRAWINGS_KEPT = 500
_COLOURS = {"higher": "normal", "lower": "inverse", "neutral": "off"}


class Standing(NamedTuple):
    """A metric in the period of the scope: its figure, the one before, its target, its course.

    A figure that is hidden is none.
    """

    metric: Metric
    now: dict[str, Any] | None
    before: dict[str, Any] | None
    target: float | None
    course: pl.DataFrame
    is_hidden: bool = False

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
    every = reader.trend(metric, scope)
    course = every.filter(pl.col("value").is_not_null())
    hidden = every.filter("is_hidden")
    period = scope.period.suited_to(metric)
    target = reader.target(metric, scope)
    if period.grain == "all":
        return Standing(metric, _only(course), None, target, course, not hidden.is_empty())
    return Standing(
        metric,
        now=_only(course.filter(pl.col("period") == period.first)),
        before=_only(course.filter(pl.col("period") == period.before().first)),
        target=target,
        course=course,
        is_hidden=period.first in hidden["period"],
    )


def tiles(reader: Reader, scope: Scope, metrics: Sequence[Metric]) -> None:
    """Show a tile for each metric that has a figure in the scope, four in a row.

    A figure that is hidden has its tile too, which says so.
    """
    standings = [standing(reader, scope, metric) for metric in metrics]
    shown = [one for one in standings if one.now or one.is_hidden]
    for start in range(0, len(shown), _IN_A_ROW):
        row = shown[start : start + _IN_A_ROW]
        for column, one in zip(st.columns(_IN_A_ROW), row, strict=False):
            with column:
                _tile(reader, scope, one)


def _tile(reader: Reader, scope: Scope, one: Standing) -> None:
    metric, now = one.metric, one.now
    with st.container(border=True, height="stretch", gap="xsmall"):
        # A title of its own: the one of st.metric is cut where the tile is narrow.
        st.markdown(told(metric.title), help=definition(metric))
        if now is None:
            st.caption(f":material/visibility_off: {hidden_text(reader)}")
            return
        chart = _chart(reader, scope, metric)
        has_line = chart is None and one.course.height > 1
        st.metric(
            told(metric.title),
            value_text(metric, now["value"], reader.currency),
            change_text(metric, one.change, reader.currency) or None,
            delta_color=_COLOURS[metric.better] if is_visible(metric, one.change or 0) else "off",
            label_visibility="collapsed",
            chart_data=one.course["value"].to_list() if has_line else None,
        )
        if chart:
            _spark(reader, metric, chart)
        st.caption(" · ".join(_facts(reader, scope, one, now, chart)))


def _chart(reader: Reader, scope: Scope, metric: Metric) -> Charted | None:
    """Return the control chart by the grain of the period, as far back as the trend goes."""
    period = scope.period.suited_to(metric)
    if period.grain not in charted_grains(reader, scope, metric):
        return None
    found = charted(reader, scope, metric, period.grain)
    if found is None:
        return None
    shown = found.points.filter(pl.col("period") >= period.window().first)
    return found._replace(points=shown) if shown.height > 1 else None


def _spark(reader: Reader, metric: Metric, chart: Charted) -> None:
    shown, newest = mode(), chart.newest

    def drawn() -> dict[str, Any]:
        return charts.control_spark(
            with_point_texts(reader, metric, chart.points),
            grain=chart.series["grain"],
            title=told(metric.title),
            mode=shown,
            labels=control_labels(),
        )

    place = (newest["org_unit_id"], newest["grain"], newest["period"], chart.points.height)
    key = (reader.home.snapshots, reader.id, metric.name, *place, shown, lang.language())
    st.vega_lite_chart(
        spec=_kept_drawing(repr(key), drawn),
        theme=None,
        width="stretch",
        key=f"spark_{metric.name}",
    )


# A page has a dozen of them, and to draw them is most of its time.
@st.cache_data(max_entries=_DRAWINGS_KEPT, show_spinner=False)
def _kept_drawing(key: str, _draw: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return _draw()


def _facts(
    reader: Reader,
    scope: Scope,
    one: Standing,
    now: dict[str, Any],
    chart: Charted | None,
) -> list[str]:
    metric, currency = one.metric, reader.currency
    facts = []
    if metric.counted == "at_period_end":
        facts.append(_("at the end of {day}").format(day=lang.day(reader.stock_day(scope))))
    if one.target is not None:
        target = _("target {value}").format(value=value_text(metric, one.target, currency))
        mark = ":red[:material/close:]" if one.misses_target else ":green[:material/check:]"
        assurance = assurance_text(chart) if chart else ""
        if assurance:
            target = _("{target} ({assurance})").format(target=target, assurance=assurance)
        facts.append(f"{mark} {target}")
    usual = limits_text(reader, metric, chart.newest) if chart else ""
    if usual:
        facts.append(_("usual {limits}").format(limits=usual))
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
