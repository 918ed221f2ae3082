"""How long each stage of a delivery takes, and one stage over time and by unit."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards.blocks.comparison import bars_by
from dashboards.blocks.explorer import nothing_here, trend_line
from dashboards.blocks.switches import switch
from dashboards.filters import asked, choose
from dashboards.language import _
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import slice_word
from transforms.catalogue import METRICS, Metric
from transforms.refusal import Sentence

_METRICS = {
    "median": METRICS["stage_hours_median"],
    "mean": METRICS["stage_hours_mean"],
}
_USUAL = "median"


@dataclass(frozen=True)
class _OneStage(Scope):
    """A scope in which metrics of stages count one stage only."""

    stage: str = ""

    def where(self, metric: Metric) -> dict[str, tuple[str, ...]]:
        return super().where(metric) | {"stage": (self.stage,)}


def stage_times(reader: Reader, scope: Scope) -> None:
    """Draw the hours of every stage, longest first, as median or mean; and one stage in depth."""
    words = {"median": _("Median"), "mean": _("Mean")}
    counted = asked("hours", list(words), _USUAL, called=Sentence("kind of average", "平均方式"))
    metric = _METRICS[counted]
    figures = reader.figures(metric, scope, by=("stage",)).filter(pl.col("value").is_not_null())
    if figures.is_empty():
        st.info(nothing_here(reader, scope, metric), icon=":material/info:")
        return
    switch(
        "hours",
        _("Median or mean"),
        list(words),
        counted,
        written=words.__getitem__,
        usual=_USUAL,
    )
    st.caption(_("A stage is the time from one scan of a waybill to its next."))
    bars_by(reader, scope, metric, "stage", name="stages")
    stages = figures.sort("value", descending=True)["stage"].to_list()
    _one_stage(reader, scope, metric, stages)


def _one_stage(reader: Reader, scope: Scope, metric: Metric, stages: list[str]) -> None:
    """Draw one of `stages` over time and by unit: the longest unless the URL asks for another."""
    stage = asked("stage", stages, stages[0], called=Sentence("stage", "环节"))
    choose(
        "stage",
        _("One stage"),
        stages,
        stage,
        written=lambda one: slice_word("stage", one),
        usual=stages[0],
    )
    one = _OneStage(scope.unit, scope.period, scope.channel, scope.service_level, stage)
    trend_line(reader, one, metric, key="one_stage")
    bars_by(reader, one, metric, "org_unit_id", lowest=True, name="one_stage_by_unit")
