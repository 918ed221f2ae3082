"""The control chart of a metric and unit: what is usual, what stands out, what limits it needs.

Which charts there are says `charted.py`. To add a fact to the words above the chart: `_sentences`.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.charted import (
    Charted,
    assurance_text,
    charted,
    control_labels,
    grain_text,
    limits_text,
    point_text,
    with_point_texts,
)
from dashboards.blocks.drawing import draw, mode
from dashboards.blocks.plain_text import in_markdown
from dashboards.blocks.rebasing import drawn_rebases, rebasing
from dashboards.blocks.signals import COLOURS, signals_of
from dashboards.blocks.tables import table
from dashboards.filters import unit_name
from dashboards.language import _, either, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import axis_format, value_text
from transforms.catalogue import Metric

_MOST_POINTS = 120  # so many still show on a screen, and more than two years of weeks
_MOST_SIGNALS = 3


def control_chart(
    reader: Reader, scope: Scope, metric: Metric, grain: str, *, is_asked_for: bool
) -> None:
    """Draw the control chart by `grain`, what it says in sentences, its points as a table, and the
    new limits that it proposes or was given.

    If `grain` was not asked for and is not that of the period, a caption says why it is shown.
    """
    found = charted(reader, scope, metric, grain)
    if found is None:
        st.info(_("There is no point of it up to this period."), icon=":material/info:")
        return
    shown = with_point_texts(reader, metric, found.points.tail(_MOST_POINTS))
    if not is_asked_for and grain != scope.period.grain:
        st.caption(_why_another(scope, grain))
    st.markdown("  \n".join(_sentences(reader, scope, metric, found)))
    draw(
        charts.control_chart(
            shown,
            drawn_rebases(reader.home, found.series, found.every),
            # Events are drawn on the days on which they happened.
            grain="day" if grain == "event" else grain,
            value_format=",.3~f" if grain == "event" else axis_format(metric),
            title=told(metric.title),
            target=None if grain == "event" else found.series["target"],
            mode=mode(),
            labels=control_labels(),
        ),
        f"chart_control_{metric.name}_{grain}",
    )
    with st.expander(_("Points of the chart"), icon=":material/table:"):
        _points_table(reader, scope, metric, grain, shown, name=f"control_{metric.name}")
    rebasing(
        reader.home,
        found.series,
        found.every,
        until=scope.period.last,
        written=lambda value: point_text(reader, metric, found.series, value),
    )


def _why_another(scope: Scope, grain: str) -> str:
    match scope.period.grain:
        case "day":
            why = _(
                "By day it has too few cases for a control chart, or its weekdays differ: it is "
                "shown {shown}."
            )
        case "week":
            why = _("By week it has too few cases for a control chart: it is shown {shown}.")
        case "month":
            why = _("By month there is no control chart of it: it is shown {shown}.")
        case _:
            why = _("Control charts go by day, week, month or case: it is shown {shown}.")
    return why.format(shown=grain_text(grain))


def _sentences(reader: Reader, scope: Scope, metric: Metric, found: Charted) -> list[str]:
    """Return what is usual, whether that meets the target, and what stood out in the period."""
    newest, series = found.newest, found.series
    limits = limits_text(reader, metric, newest)
    facts = {
        "unit": unit_name(reader, scope.unit),
        "centre": point_text(reader, metric, newest, newest["centre"]),
        "limits": limits,
    }
    if newest["is_provisional"]:
        said = [_("There are too few points yet to tell what is usual: the limits may change.")]
    elif limits and series["grain"] == "event":
        said = [
            _("Between two cases at {unit} there are usually {centre} ({limits}).").format(**facts)
        ]
    elif limits:
        said = [_("Usual at {unit} is {limits}, around {centre}.").format(**facts)]
    else:
        said = [_("Usual at {unit} is {centre}.").format(**facts)]
    assured = _assurance(reader, metric, found)
    said += [assured] if assured else []
    return [" ".join(said), *_signals(reader, scope, series)]


def _assurance(reader: Reader, metric: Metric, found: Charted) -> str:
    """Return the sentence on the target; empty where it is not known."""
    if not assurance_text(found):
        return ""
    template = {
        "meets": _("It reliably meets its target of {target}: all of its usual range does."),
        "fails": _(
            "It misses its target of {target} unless something changes: all of its usual range "
            "does."
        ),
        "hit_or_miss": _(
            "Whether it meets its target of {target} is hit or miss: the target lies within what "
            "is usual."
        ),
    }[found.series["assurance"]]
    target = value_text(metric, found.series["target"], reader.currency)
    return template.format(target=target)


def _signals(reader: Reader, scope: Scope, series: dict[str, Any]) -> list[str]:
    """Return the newest signals of the series in the period, as coloured sentences."""
    of_series = [pl.col(name) == series[name] for name in ("metric", "org_unit_id", "grain")]
    signals = signals_of(reader, scope).filter(*of_series).sort("last_on", descending=True)
    return [
        f":{COLOURS[row['verdict']]}[:material/insights: "
        f"{in_markdown(either(row['sentence'], row['sentence_zh']))}]"
        for row in signals.head(_MOST_SIGNALS).rows(named=True)
    ]


def _points_table(
    reader: Reader, scope: Scope, metric: Metric, grain: str, points: pl.DataFrame, *, name: str
) -> None:
    words = {key: str(text) for key, text in control_labels().items()}
    shown = points.sort("period", descending=True, maintain_order=True).with_columns(
        pl.when(pl.col("rule").is_not_null())
        .then(
            pl.format(
                "{}: {}",
                pl.col("verdict").cast(pl.String).replace(words),
                pl.col("rule").cast(pl.String).replace(words),
            )
        )
        .alias("signal")
    )
    is_share = metric.unit == "share" and grain != "event"
    kind = "share" if is_share else "number"
    table(
        reader,
        shown,
        {
            "period": _("Period"),
            "value": told(metric.title),
            "numerator": _("Numerator"),
            "denominator": _("Denominator"),
            "centre": _("Usual"),
            "lower": _("Lower limit"),
            "upper": _("Upper limit"),
            "signal": _("Signal"),
            "phase": _("Phase"),
        },
        name=name,
        title=told(metric.title),
        kinds=dict.fromkeys(("value", "centre", "lower", "upper"), kind)
        | dict.fromkeys(("numerator", "denominator", "phase"), "count"),
        scope=scope,
    )
