"""One metric in depth: chosen from a list, its definition, its trend and its figures as a table.

Which metric is shown stands in the URL. A new metric of the catalogue is in the list by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.small_numbers import tell_hidden, with_enough_answers
from dashboards.blocks.tables import table
from dashboards.blocks.tiles import standing
from dashboards.filters import asked, choose, unit_name
from dashboards.language import _, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import axis_format, definition, period_text, with_texts
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


def trend(reader: Reader, scope: Scope, metric: Metric, *, key: str = "trend") -> None:
    """Draw the course of `metric` up to the period of the scope, with target and interval.

    The course of all there is goes by month.
    """
    stands = standing(reader, scope, metric)
    period = scope.period.suited_to(metric)
    is_all = period.grain == "all"
    if is_all:
        period = period._replace(grain="month")
        every = reader.figures(metric, scope.over(period), grain=True)
    else:
        every = reader.trend(metric, scope)
    course, hidden = with_enough_answers(reader, metric, every)
    tell_hidden(reader, hidden)
    figures = with_texts(metric, course, reader.currency)
    if figures["value"].is_null().all():
        st.info(nothing_here(reader, scope, metric), icon=":material/info:")
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

    `title` says what they are where that is not the title of `metric`.
    """
    title = title or told(metric.title)
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


def nothing_here(reader: Reader, scope: Scope, metric: Metric) -> str:
    """Return the calm sentence that says a metric has no figure in the scope."""
    return _("{metric}: there is nothing to count at {unit} in {period}.").format(
        metric=told(metric.title),
        unit=unit_name(reader, scope.unit),
        period=period_text(scope.period),
    )


def _limits(reader: Reader, scope: Scope, metric: Metric) -> dict[str, float | None]:
    """Return amber and red of a rule on the metric for units of this kind and this grain."""
    rules = reader.rows("limits", metric=metric.name, unit=scope.unit, grain=scope.period.grain)
    return rules.row(0, named=True) if rules.height else {}
