"""Control charts there are of a scope, and how their points are written.

A chart is of a whole unit: there is none where a channel or another filter narrows the scope. What
draws them: `control_chart.py`, and the tiles.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from dashboards import language as lang
from dashboards.blocks.small_numbers import hidden_text
from dashboards.charts import ControlLabels
from dashboards.language import _, n_
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import n_text, value_text
from transforms.catalogue import Metric
from transforms.chart_values import possible_limit

GRAINS = ("day", "week", "month", "event")


class Charted(NamedTuple):
    """A control chart: its row of marts.control_series, its points up to the period, oldest first.

    `every` are all its points, also those after the period.
    """

    series: dict[str, Any]
    points: pl.DataFrame
    every: pl.DataFrame

    @property
    def newest(self) -> dict[str, Any]:
        """The newest point up to the period."""
        return self.points.row(-1, named=True)

    @property
    def is_up_to_date(self) -> bool:
        """Whether the period has the newest point of all, so that what is true now is true then."""
        return bool(
            self.points["number"][-1] == self.every["number"][-1]
            and self.points["period"][-1] == self.every["period"][-1]
        )


def charted_grains(reader: Reader, scope: Scope, metric: Metric) -> list[str]:
    """Return the grains by which the scope has control charts of the metric; none if it is split.

    The first one is usual: that of the period, else the one that is watched.
    """
    if not scope.unit or set(scope.where(metric)) - {"org_unit_id"}:
        return []
    every = reader.rows("control_series", unit=scope.unit).filter(
        pl.col("metric") == metric.name,
        pl.col("first_period") <= scope.period.last,
        pl.col("points") > 1,
    )
    watched = every.filter("is_watched")["grain"].to_list()
    return sorted(
        every["grain"],
        key=lambda grain: (grain != scope.period.grain, grain not in watched, GRAINS.index(grain)),
    )


def charted(reader: Reader, scope: Scope, metric: Metric, grain: str) -> Charted | None:
    """Return the control chart of the metric by `grain`, up to the period of the scope."""
    series = reader.rows("control_series", unit=scope.unit).filter(
        pl.col("metric") == metric.name, pl.col("grain") == grain
    )
    if series.is_empty():
        return None
    every = reader.rows("control_points", unit=scope.unit, grain=grain, metric=metric.name)
    points = every.filter(pl.col("period") <= scope.period.last)
    if points.is_empty():
        return None
    return Charted(series.row(0, named=True), points, every)


def with_point_texts(reader: Reader, metric: Metric, points: pl.DataFrame) -> pl.DataFrame:
    """Return points with what charts of them need: value, centre, limits and cases as texts."""
    rows = points.rows(named=True)
    hidden = hidden_text(reader) if metric.answers else lang.NOTHING
    texts = {
        "value_text": [
            hidden if row["value"] is None else point_text(reader, metric, row, row["value"])
            for row in rows
        ],
        "centre_text": [point_text(reader, metric, row, row["centre"]) for row in rows],
        "limits_text": [limits_text(reader, metric, row) for row in rows],
        "n_text": ["" if row["grain"] == "event" else n_text(metric, row) for row in rows],
    }
    return points.with_columns(
        # Only periods that are over are charted.
        pl.lit(False).alias("is_incomplete"),
        *(pl.Series(name, values, pl.String) for name, values in texts.items()),
    )


def point_text(reader: Reader, metric: Metric, of: dict[str, Any], value: float | None) -> str:
    """Return a value of a chart as text: of the metric, or what lies between two rare cases.

    `of` is a row of the points or the series: it has `grain` and `chart`.
    """
    if of["grain"] != "event" or value is None:
        return value_text(metric, value, reader.currency)
    written = lang.number(value, 0 if value >= 10 or value.is_integer() else 1)
    plural = 1 if value == 1 else 2
    if of["chart"] == "t":
        return n_("{n} day", "{n} days", plural).format(n=written)
    return n_("{n} case", "{n} cases", plural).format(n=written)


def limits_text(reader: Reader, metric: Metric, point: dict[str, Any]) -> str:
    """Return the limits of a point, e.g. "90.1% to 93.2%"; empty where it has none."""
    lower, upper = (
        point_text(reader, metric, point, _possible(metric, point, point[end]))
        for end in ("lower", "upper")
    )
    if point["lower"] is None and point["upper"] is None:
        return ""
    if point["lower"] is None:
        return _("up to {upper}").format(upper=upper)
    if point["upper"] is None:
        return _("from {lower}").format(lower=lower)
    return _("{lower} to {upper}").format(lower=lower, upper=upper)


def _possible(metric: Metric, point: dict[str, Any], limit: float | None) -> float | None:
    """Return a limit no further than values can go; between rare cases any distance is possible."""
    is_event = point["grain"] == "event"
    return limit if limit is None or is_event else possible_limit(metric, limit)


def assurance_text(found: Charted) -> str:
    """Return in a few words whether what is usual meets the target; empty where that is not known.

    It is known of the newest limits only.
    """
    if not found.is_up_to_date:
        return ""
    return {
        "meets": _("reliably met"),
        "fails": _("missed unless something changes"),
        "hit_or_miss": _("hit or miss"),
        None: "",
    }[found.series["assurance"]]


def control_labels() -> ControlLabels:
    """Return the words of control charts."""
    return ControlLabels(
        period=_("period"),
        value=_("value"),
        centre=_("usual"),
        limits=_("usual range"),
        n=_("cases"),
        signal=_("signal"),
        target=_("target"),
        concern=_("concern"),
        improvement=_("improvement"),
        change=_("change"),
        beyond_limit=_("beyond its limit"),
        two_of_three=_("two of three near a limit"),
        seven_on_one_side=_("seven or more on one side"),
        seven_in_a_row=_("seven in a row up or down"),
        provisional=_("limits are provisional"),
        incomplete=_("may still change"),
        rebased=_("new limits"),
        cases_between=_("Cases between two that count; the closer together, the more there are."),
        days_between=_("Days between two cases; the closer together, the more there are."),
        no_figures=_("Nothing to show"),
    )


def grain_text(grain: str) -> str:
    """Return how a chart of `grain` goes, e.g. "by week"."""
    return {
        "day": _("by day"),
        "week": _("by week"),
        "month": _("by month"),
        "event": _("case by case"),
    }[grain]
