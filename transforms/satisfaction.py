"""What is known of the case behind a survey, and what those who did not answer could change.

To add a fact: its column in `TICKET_FACTS` or `DELIVERY_FACTS`, and where it comes from: a metric
in `_AGAINST` for deliveries, pipelines/marts/sql/survey_facts.sql for tickets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from transforms.catalogue import MEASURES, METRICS, Metric
from transforms.catalogue.surveys import SATISFIED_FROM
from transforms.refusal import Sentence

SCORE_TITLES = {
    "attitude_share": Sentence("Attitude", "服务态度"),
    "efficiency_share": Sentence("Efficiency", "服务效率"),
    "effect_share": Sentence("Effect", "服务效果"),
}
TICKET_FACTS = {
    "first_response_missed": Sentence("First answer late", "首次响应超时"),
    "resolution_missed": Sentence("Resolved late", "解决超时"),
    "promise_missed": Sentence("Promise missed", "未兑现承诺"),
    "was_reopened": Sentence("Re-opened", "曾重开"),
    "was_escalated": Sentence("Escalated", "曾升级"),
    "was_reassigned": Sentence("Reassigned", "曾转派"),
    "is_complaint": Sentence("Complaint", "投诉"),
}
DELIVERY_FACTS = {
    "was_late": Sentence("Not delivered in time", "未准时送达"),
    "first_attempt_failed": Sentence("First attempt failed", "首次派送失败"),
    "had_exception": Sentence("Exception", "发生异常"),
}
DURATION_TITLES = {"delivery_hours": Sentence("Hours to deliver", "送达时长（小时）")}
# Fact of a delivery -> the metric that it speaks against.
_AGAINST = {
    "was_late": METRICS["delivery_on_time_share"],
    "first_attempt_failed": METRICS["first_attempt_share"],
    "had_exception": METRICS["exception_share"],
}
_COUNTED = ("sent", "answered", "satisfied")


def delivery_facts(deliveries: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return `waybill_no`, the facts of prepared deliveries, and `delivery_hours`.

    A fact is null where the delivery does not count in its metric (yet).
    """
    return deliveries.select(
        "waybill_no",
        (nw.col("delivery_seconds").cast(nw.Float64) / 3600).alias("delivery_hours"),
        *(_speaks_against(metric).alias(fact) for fact, metric in _AGAINST.items()),
    )


def facts_in_words(language: str) -> pl.Expr:
    """Return the facts that hold for the case of a row as a text; empty where none does."""
    said = (
        pl.when(pl.col(fact)).then(pl.lit(title.told(language)))
        for fact, title in (TICKET_FACTS | DELIVERY_FACTS).items()
    )
    return pl.concat_str(
        list(said), separator="、" if language == "zh" else ", ", ignore_nulls=True
    )


def non_response_bounds(invitations: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return per key how satisfied those invited can have been, whatever the silent ones think.

    `invitations` has `overall_share` (null where there is no such answer), `weight` and the keys.
    These are the bounds that need no assumption (Manski, American Economic Review 80, 1990):

    `sent`, `answered`, `satisfied`   numbers of invitations; answers without an overall score say
                                      nothing of satisfaction, so they count as silent
    `satisfied_share`                 of those who answered
    `share_if_none`, `share_if_all`   of all invited, if none or all of the silent were satisfied

    Shares are weighted. They are null where nobody was invited, or nobody answered.
    """
    has_answered = pl.col("overall_share").is_not_null()
    is_satisfied = (pl.col("overall_share") >= SATISFIED_FROM).fill_null(False)
    weight = pl.col("weight")
    counted = invitations.group_by(by) if by else invitations.group_by(pl.lit(0).alias("_all"))
    summed = counted.agg(
        pl.len().cast(pl.Int64).alias("sent"),
        has_answered.sum().cast(pl.Int64).alias("answered"),
        is_satisfied.sum().cast(pl.Int64).alias("satisfied"),
        weight.sum().alias("_sent"),
        weight.filter(has_answered).sum().alias("_answered"),
        weight.filter(is_satisfied).sum().alias("_satisfied"),
    )
    if not by:
        # Nobody invited is an answer too.
        summed = summed if summed.height else summed.clear(1).with_columns(pl.all().fill_null(0))
    all_invited, answered, satisfied = (pl.col(f"_{name}") for name in _COUNTED)
    return summed.select(
        *by,
        *_COUNTED,
        pl.when(answered > 0).then(satisfied / answered).alias("satisfied_share"),
        _share(satisfied, all_invited).alias("share_if_none"),
        _share(satisfied + all_invited - answered, all_invited).alias("share_if_all"),
    ).sort(by or "sent")


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    # Sums of the same weights in another order may differ in the last digit.
    return pl.when(whole > 0).then((part / whole).clip(0, 1))


def _speaks_against(metric: Metric) -> nw.Expr:
    """Return whether a row counts in the share `metric` and lowers it, or raises it where high is
    bad; null where it does not count."""
    parts = (metric.top, metric.bottom)
    top, bottom = (reduce(add, (_counts(name) for name in names)) for names in parts)
    is_against = top <= 0 if metric.better == "higher" else top > 0
    return nw.when(bottom > 0).then(is_against)


def _counts(measure: str) -> nw.Expr:
    """Return what a row adds to `measure`: nothing without the day it counts on."""
    known = MEASURES[measure]
    return nw.when(~nw.col(known.on).is_null()).then(known.sums).fill_null(0)
