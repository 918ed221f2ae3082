"""Figures to draw, words to draw them with, and ways to look into what was drawn.

To add a chart: a drawing of it in `DRAWINGS`; the tests of test_every_chart.py then look at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import altair as alt
import polars as pl

from dashboards import charts
from dashboards.charts import Labels, Mode, TimelineLabels
from tests.dashboards.charts import statistical_figures

LABELS = Labels(**{word: f"the {word}" for word in Labels.__annotations__})
Specification = dict[str, Any]


def with_texts(figures: pl.DataFrame) -> pl.DataFrame:
    """Return `figures` (value, low, high) with the texts that pages add, and a column too many."""
    percent = (pl.col("value") * 100).round(1)
    return figures.with_columns(
        pl.format("{} %", percent).alias("value_text"),
        pl.format("{} to {}", "low", "high").alias("interval_text"),
        pl.lit("100").alias("n_text"),
        pl.lit(100.0).alias("denominator"),
    )


def months(count: int = 6) -> pl.DataFrame:
    """Return a figure for each of `count` months from 2026-01."""
    first = date(2026, 1, 1)
    value = 0.90 + pl.col("place") * 0.01
    return with_texts(
        pl.DataFrame({"place": range(count)}, schema={"place": pl.Int64}).select(
            pl.lit(first).dt.offset_by(pl.format("{}mo", "place")).alias("period"),
            value.alias("value"),
            (value - 0.02).alias("low"),
            (value + 0.02).alias("high"),
            pl.lit(0).alias("held_rows"),
        )
    )


def units() -> pl.DataFrame:
    """Return figures of units, best first; two units have the same name, the last no figure."""
    return with_texts(
        pl.DataFrame(
            {
                "unit": ["Pudong", "Wang Wei", "Wang Wei", "Nanshan", "Empty"],
                "value": [0.97, 0.93, 0.91, 0.70, None],
                "low": [0.95, 0.90, 0.88, 0.66, None],
                "high": [0.98, 0.95, 0.94, 0.74, None],
            }
        )
    )


def cells() -> pl.DataFrame:
    """Return figures of two queues by three channels; one is null, one is missing."""
    return pl.DataFrame(
        {
            "queue": ["Hotline", "Hotline", "Hotline", "Claims", "Claims"],
            "channel": ["phone", "app", "chat", "phone", "app"],
            "value": [0.9, 0.7, 0.8, None, 0.6],
            "value_text": ["90 %", "70 %", "80 %", None, "60 %"],
        }
    )


def days() -> pl.DataFrame:
    """Return three days of two kinds: full, without rows, with held rows."""
    return pl.DataFrame(
        {
            "kind": ["Tickets"] * 3 + ["Deliveries"] * 3,
            "day": [date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)] * 2,
            "rows": [10, 0, 12, 99, 98, 0],
            "held_rows": [0, 0, 3, 0, 0, 1],
        }
    )


def lines() -> pl.DataFrame:
    """Return two lines of a budget, money as decimals: one adverse and material, one neither."""
    return pl.DataFrame(
        {
            "line": ["Fees", "Packaging"],
            "actual": ["84.50", "22.00"],
            "budget": ["90.00", "21.50"],
            "variance": ["-5.50", "0.50"],
            "variance_text": ["−5.50", "+0.50"],
            "is_material": [True, False],
        }
    ).with_columns(pl.col("actual", "budget", "variance").cast(pl.Decimal(18, 2)))


def budgeted() -> pl.DataFrame:
    """Return two months of a budget line, money as decimals: one is over, one to come."""
    return pl.DataFrame(
        {
            "month": [date(2026, 10, 1), date(2026, 11, 1)],
            "actual": ["84.50", None],
            "budget": ["90.00", "95.00"],
            "actual_text": ["84.50", None],
            "budget_text": ["90.00", "95.00"],
            "prior_year_actual": [80, 85],
        }
    ).with_columns(pl.col("actual", "budget").cast(pl.Decimal(18, 2)))


def runs() -> pl.DataFrame:
    """Return the stages of two runs, not in their order."""
    return pl.DataFrame(
        {
            "run": ["2026-11-21"] * 3 + ["2026-11-20"] * 2,
            "stage": ["release", "sources", "measures", "records", "marts"],
            "seconds": [1.5, 8.0, 30.0, 20.0, 10.0],
        }
    )


def stocks() -> pl.DataFrame:
    """Return what was open at the end of three days, by age; on the last day nothing was old."""
    return pl.DataFrame(
        {
            "period": [date(2026, 10, day) for day in (1, 1, 2, 2, 3)],
            "part": ["old", "new", "old", "new", "new"],
            "value": [2, 5, 1, 6, 4],
            "value_text": ["2", "5", "1", "6", "4"],
        }
    )


def events() -> pl.DataFrame:
    """Return the course of a waybill that came after its promise."""
    start = datetime.fromisoformat("2026-10-01 09:00")
    return pl.DataFrame(
        {
            "at": [start + timedelta(hours=hours) for hours in (0, 10, 30, 50, 60)],
            "event": ["Picked up", "Hub", "Hub", "Promised", "Delivered"],
            "place": ["SZX", "SZX-H", "SHA-H", None, "SHA-PD"],
            "kind": ["opened", "event", "event", "promise", "done"],
        }
    )


def stretches() -> pl.DataFrame:
    """Return how the time of a clock was spent that ran out in the night."""
    edges = [datetime.fromisoformat(f"2026-10-{at}") for at in ("01T16", "01T18", "02T09", "02T11")]
    kinds = ["working", "out_of_hours", "late"]
    return pl.DataFrame(
        {"clock": "Resolution", "from_at": edges[:-1], "to_at": edges[1:], "kind": kinds}
    )


# Name -> (its figures, the chart of such figures).
DRAWINGS: dict[str, tuple[pl.DataFrame, Callable[[pl.DataFrame, Mode], alt.TopLevelMixin]]] = {
    "trend": (months(), lambda frame, mode: trend(frame, mode=mode, target=0.95, amber=0.92)),
    "bars": (units(), lambda frame, mode: bars(frame, mode=mode, target=0.92)),
    "pareto": (
        units(),
        lambda frame, mode: charts.pareto(
            frame, name="unit", title="A title", mode=mode, labels=LABELS
        ),
    ),
    "heat_map": (cells(), lambda frame, mode: heat_map(frame, mode=mode, target=0.75)),
    "coverage": (
        days(),
        lambda frame, mode: charts.coverage(frame, title="A title", mode=mode, labels=LABELS),
    ),
    "variance_bars": (lines(), lambda frame, mode: variance_bars(frame, mode=mode)),
    "variance_bars, narrow": (
        lines(),
        lambda frame, mode: variance_bars(frame, mode=mode, narrow=True),
    ),
    "budget_months": (
        budgeted(),
        lambda frame, mode: charts.budget_months(
            frame, selected=date(2026, 10, 1), title="A title", mode=mode, labels=LABELS
        ),
    ),
    "stage_durations": (
        runs(),
        lambda frame, mode: charts.stage_durations(frame, mode=mode, labels=LABELS),
    ),
    "stacked_periods": (stocks(), lambda frame, mode: stacked_periods(frame, mode=mode)),
    "clock_timelines": (stretches(), lambda frame, mode: clock_timelines(frame, mode=mode)),
    "course": (events(), lambda frame, mode: charts.course(frame, mode=mode, labels=LABELS)),
    **statistical_figures.DRAWINGS,
}


def trend(figures: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.trend` by month, unless `options` say otherwise."""
    usual = {"grain": "month", "value_format": ".0%", "title": "A title"}
    return charts.trend(figures, **{"mode": "light", "labels": LABELS, **usual, **options})


def bars(figures: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.bars` by unit, of a share, unless `options` say otherwise."""
    usual = {"name": "unit", "value_format": ".0%", "title": "A title", "better": "higher"}
    return charts.bars(figures, **{"mode": "light", "labels": LABELS, **usual, **options})


def heat_map(figures: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.heat_map` of queues and channels, unless `options` say otherwise."""
    usual = {"row": "queue", "column": "channel", "value_format": ".0%", "title": "A title"}
    return charts.heat_map(
        figures, **{"mode": "light", "labels": LABELS, "better": "higher", **usual, **options}
    )


def clock_timelines(spent: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.clock_timelines` of a clock that began at 16:00 and stopped at 11:00."""
    marks = pl.DataFrame(
        {
            "clock": "Resolution",
            "at": [datetime.fromisoformat(f"2026-10-{at}") for at in ("01T16", "02T11")],
            "kind": ["start", "stop"],
            "text": ["opened", "stopped"],
        }
    )
    words = {word: LABELS.get(word, f"the {word}") for word in TimelineLabels.__annotations__}
    return charts.clock_timelines(spent, marks, labels=TimelineLabels(**words), **options)


def stacked_periods(figures: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.stacked_periods` by day, new before old, the overdue ones as a line."""
    overdue = stocks().filter(pl.col("part") == "old").drop("part")
    usual = {"parts": ["new", "old"], "grain": "day", "title": "A title", "line": "overdue"}
    return charts.stacked_periods(
        figures, overdue, **{"mode": "light", "labels": LABELS, **usual, **options}
    )


def variance_bars(figures: pl.DataFrame, **options: Any) -> alt.TopLevelMixin:
    """Return `charts.variance_bars` of budget lines."""
    usual = {"name": "line", "title": "A title", "labels": LABELS}
    return charts.variance_bars(figures, **{"mode": "light", **usual, **options})


def specified(chart: alt.TopLevelMixin) -> Specification:
    """Return the specification of `chart`, which Altair holds against the schema."""
    return chart.to_dict()


@cache
def drawn(drawing: str, mode: Mode = "light") -> Specification:
    """Return the specification of one of `DRAWINGS`; made once, so do not change it."""
    figures, draw = DRAWINGS[drawing]
    return specified(draw(figures, mode))


def layers(specification: Specification, mark: str) -> list[Specification]:
    """Return the layers of `specification` that draw `mark`, at any depth, in their order."""
    return [layer for layer in _every_layer(specification) if layer["mark"]["type"] == mark]


def rows(specification: Specification, layer: Specification | None = None) -> list[dict[str, Any]]:
    """Return the rows that `layer`, or else the chart, draws."""
    source = (layer or specification).get("data", specification.get("data"))
    return specification["datasets"][source["name"]]


def unused_columns(specification: Specification, rows_given: list[dict[str, Any]]) -> set[str]:
    """Return the columns of `rows_given` that no encoding and no expression reads."""
    text = str({key: part for key, part in specification.items() if key != "datasets"})
    used = set(re.findall(r"'field': '(\w+)'", text)) | set(re.findall(r"datum\.(\w+)", text))
    used |= set(re.findall(r"sum\((\w+)\)", text))
    return {column for row in rows_given for column in row} - used


def _every_layer(part: Specification) -> Iterator[Specification]:
    if "mark" in part:
        yield part
    for child in part.get("layer", []):
        yield from _every_layer(child)
