"""Measures and metrics of duties. Columns: contract `Duty` and `transforms/duties.py`."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.entry import Measure, Metric, ticks
from transforms.refusal import Sentence


def _duties_in(state: str) -> nw.Expr:
    return ticks(nw.col("duty_state") == state)


MEASURES = (
    Measure("duties_done_on_time", of="duties", on="due_on", sums=_duties_in("on_time")),
    Measure("duties_done_late", of="duties", on="due_on", sums=_duties_in("late")),
    Measure("duties_overdue", of="duties", on="due_on", sums=_duties_in("overdue")),
)

METRICS = (
    Metric(
        "duties_done_on_time_share",
        title=Sentence("Duties done on time", "职责按时完成率"),
        meaning=Sentence(
            "Duties done by the day they were due, of those due; on the day due.",
            "在到期日前完成的职责占到期职责的比例；按到期日统计。",
        ),
        top=("duties_done_on_time",),
        bottom=("duties_done_on_time", "duties_done_late", "duties_overdue"),
        form="share",
        better="higher",
    ),
    Metric(
        "duties_overdue",
        title=Sentence("Duties overdue", "逾期未完成的职责数"),
        meaning=Sentence(
            "Duties past the day they were due and still not done; on the day due.",
            "已过到期日仍未完成的职责数；按到期日统计。",
        ),
        top=("duties_overdue",),
        form="count",
        unit="duties",
        better="lower",
    ),
)
