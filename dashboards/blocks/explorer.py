"""One metric in depth: chosen from a list, its definition, its control chart or trend, its figures.

Which metric is shown stands in the URL. A new metric of the catalogue is in the list by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.charted import GRAINS, charted_grains, grain_text
from dashboards.blocks.control_chart import control_chart
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.small_numbers import hidden_sentence, tell_hidden, worded
from dashboards.blocks.switches import switch
from dashboards.blocks.tables import table
from dashboards.blocks.tiles import standing
from dashboards.filters import asked, choose, unit_name
from dashboards.language import _, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import axis_format, definition, period_text
from transforms.catalogue import METRICS, Metric, find_metric
from transforms.refusal import Sentence


def choose_metric(metrics: Sequence[Metric], usual: str, *, label: str | None = None) -> Metric:
    """Show the list of `metrics` and return the one that the URL asks for, else the usual one."""
    names = [metric.name for metric in metrics]
    name = asked("metric", names, usual if usual in names else names[0], called=_METRIC)
    choose(
        "metric",
        label or _("Metric"),
        names,
        name,
        written=lambda name: told(METRICS[name].title),
    )
    metric = find_metric(name)
    st.caption(definition(metric))
    return metric


_METRIC = Sentence("metric", "指标")
_LINE = "trend"


def trend(reader: Reader, scope: Scope, metric: Metric) -> None:
    """Draw the course of `metric`: as a control chart where there is one, by the grain that the URL
    asks for, or as a plain line with its intervals."""
    grains = charted_grains(reader, scope, metric)
    if not grains:
        trend_line(reader, scope, metric)
        return
    options = [*(grain for grain in GRAINS if grain in grains), _LINE]
    given = st.query_params.get("chart")
    shown = given if given in options else grains[0]
    switch("chart", _("Chart"), options, shown, written=_drawn_as, usual=grains[0])
    if shown == _LINE:
        trend_line(reader, scope, metric)
    else:
        control_chart(reader, scope, metric, shown, is_asked_for=given == shown)


def trend_line(reader: Reader, scope: Scope, metric: Metric, *, key: str = "trend") -> None:
    """Draw the course of `metric` up to the period of the scope, with target and interval.

    The course of all there is goes by month.
    """
    stands = standing(reader, scope, metric)
    period = scope.period.suited_to(metric)
    is_all = period.grain == "all"
    if is_all:
        period = period._replace(grain="month")
        course = reader.figures(metric, scope.over(period), grain=True)
    else:
        course = reader.trend(metric, scope)
    tell_hidden(reader, course)
    figures = worded(reader, metric, course)
    if figures["value"].is_null().all():
        st.info(_why_nothing(reader, scope, metric, figures), icon=":material/info:")
        return
    limits = _limits(reader, scope, metric)
    draw(
        charts.trend(
            figures,
            grain=period.grain,
            value_format=axis_format(metric),
            title=told(metric.title),
            target=stands.target,
            amber=limits.get("amber"),
            red=limits.get("red"),
            selected=None if is_all else period.first,
            mode=mode(),
            labels=labels(),
        ),
        f"chart_{key}_{metric.name}",
    )
    with st.expander(_("Figures"), icon=":material/table:"):
        figures_table(
            reader, scope, metric, figures, {"period": _("Period")}, name=f"{key}_{metric.name}"
        )


def figures_table(
    reader: Reader,
    scope: Scope,
    metric: Metric,
    figures: pl.DataFrame,
    keys: dict[str, str],
    *,
    name: str,
    title: str | None = None,
) -> None:
    """Show figures with all that travels with them: numerator, denominator, interval, trust.

    `title` says what they are where that is not the title of `metric`. A hidden figure is empty,
    and a column says why.
    """
    title = title or told(metric.title)
    if figures["is_hidden"].any():
        keys = {**keys, "hidden_text": _("Why empty")}
    kind = "share" if metric.unit == "share" else "number"
    table(
        reader,
        figures,
        {
            **keys,
            "value": title,
            "numerator": _("Numerator"),
            "denominator": _("Denominator"),
            "low": _("95% from"),
            "high": _("95% to"),
            "provisional_rows": _("On days off not announced"),
            "held_rows": _("Held rows"),
            "worst": _("Worst case"),
            "best": _("Best case"),
        },
        name=name,
        title=title,
        kinds=dict.fromkeys(("value", "low", "high", "worst", "best"), kind)
        | dict.fromkeys(("numerator", "denominator", "provisional_rows", "held_rows"), "count"),
        scope=scope,
    )


def _drawn_as(shown: str) -> str:
    if shown == _LINE:
        return _("Trend with intervals")
    return _("Control chart {grain}").format(grain=grain_text(shown))


def nothing_here(reader: Reader, scope: Scope, metric: Metric) -> str:
    """Return the calm sentence that says a metric has no figure in the scope."""
    return _("{metric}: there is nothing to count at {unit} in {period}.").format(
        metric=told(metric.title),
        unit=unit_name(reader, scope.unit),
        period=period_text(scope.period),
    )


def _why_nothing(reader: Reader, scope: Scope, metric: Metric, figures: pl.DataFrame) -> str:
    if not figures["is_hidden"].any():
        return nothing_here(reader, scope, metric)
    return hidden_sentence(reader, metric)


def _limits(reader: Reader, scope: Scope, metric: Metric) -> dict[str, float | None]:
    """Return amber and red of a rule on the metric for units of this kind and this grain."""
    rules = reader.rows("limits", metric=metric.name, unit=scope.unit, grain=scope.period.grain)
    return rules.row(0, named=True) if rules.height else {}
