"""Measures and metrics of the stages of deliveries. Columns: `transforms/delivery_stages.py`."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.entry import Measure, Metric
from transforms.refusal import Sentence

_stage_hours = nw.col("stage_seconds").cast(nw.Float64) / 3600

MEASURES = (
    Measure("stages_passed", of="delivery_stages", on="ended_on", sums=nw.lit(1)),
    Measure(
        "stage_seconds",
        of="delivery_stages",
        on="ended_on",
        sums=nw.col("stage_seconds"),
        unit="seconds",
        spread=True,
    ),
    Measure(
        "stage_hours_squared",
        of="delivery_stages",
        on="ended_on",
        sums=_stage_hours * _stage_hours,
        unit="squares",
    ),
)

METRICS = (
    Metric(
        "stage_hours_mean",
        title=Sentence("Stage, mean hours", "环节平均时长（小时）"),
        meaning=Sentence(
            "Elapsed hours between two consecutive scans of a waybill, mean; on the day of the "
            "later scan. Split it by stage.",
            "运单相邻两次扫描之间的自然小时数的平均值；按后一次扫描日统计，宜按环节拆分。",
        ),
        top=("stage_seconds",),
        bottom=("stages_passed",),
        form="mean",
        squares="stage_hours_squared",
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
    Metric(
        "stage_hours_median",
        title=Sentence("Stage, median hours", "环节时长中位数（小时）"),
        meaning=Sentence(
            "Elapsed hours between two consecutive scans of a waybill, median; on the day of the "
            "later scan. Split it by stage.",
            "运单相邻两次扫描之间的自然小时数的中位数；按后一次扫描日统计，宜按环节拆分。",
        ),
        top=("stage_seconds",),
        form="quantile",
        quantile=0.5,
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
)
