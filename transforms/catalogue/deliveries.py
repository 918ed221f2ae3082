"""Measures and metrics of deliveries. Columns: contract `Delivery`, `transforms/deliveries.py`.

Their fees and claims: `delivery_money.py`.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.entry import Measure, Metric, ticks
from transforms.refusal import Sentence

# exception -> what it is called in a metric's title
_EXCEPTIONS = {
    "delayed": Sentence("Delayed", "延误"),
    "lost": Sentence("Lost", "丢失"),
    "damaged": Sentence("Damaged", "破损"),
    "wrong_address": Sentence("Wrong address", "地址错误"),
    "refused": Sentence("Refused", "拒收"),
    "courier_late": Sentence("Courier late", "快递员迟到"),
}
_UNTIL_THEN = (48, 72)
# Days by which most parcels have arrived, or are known not to.
ARRIVED_AFTER = 7
_is_due = nw.col("promise_state").is_in(["met", "missed"])
_delivery_hours = nw.col("delivery_seconds").cast(nw.Float64) / 3600

MEASURES = (
    Measure("deliveries_picked_up", of="deliveries", on="picked_up_on", sums=nw.lit(1)),
    Measure("deliveries_delivered", of="deliveries", on="delivered_on", sums=nw.lit(1)),
    Measure(
        "delivery_promises_met",
        of="deliveries",
        on="due_on",
        sums=ticks(nw.col("promise_state") == "met"),
    ),
    Measure(
        "delivery_promises_missed",
        of="deliveries",
        on="due_on",
        sums=ticks(nw.col("promise_state") == "missed"),
    ),
    *(
        Measure(
            f"{name}_within_{hours}h",
            of="deliveries",
            on="picked_up_on",
            sums=ticks(claim),
        )
        for hours in _UNTIL_THEN
        for name, claim in (
            ("delivered", nw.col(f"is_within_{hours}h")),
            ("decided", ~nw.col(f"is_within_{hours}h").is_null()),
        )
    ),
    Measure(
        "deliveries_due_provisional",
        of="deliveries",
        on="due_on",
        sums=ticks(_is_due & nw.col("is_provisional")),
    ),
    Measure("deliveries_due", of="deliveries", on="due_on", sums=ticks(_is_due)),
    Measure(
        "total_delays",
        of="deliveries",
        on="due_on",
        sums=ticks(_is_due & nw.col("is_totally_delayed")),
    ),
    Measure(
        "delivery_seconds",
        of="deliveries",
        on="delivered_on",
        sums=nw.col("delivery_seconds"),
        unit="seconds",
        spread=True,
    ),
    Measure(
        "deliveries_timed",
        of="deliveries",
        on="delivered_on",
        sums=ticks(~nw.col("delivery_seconds").is_null()),
    ),
    Measure(
        "delivery_hours_squared",
        of="deliveries",
        on="delivered_on",
        sums=_delivery_hours * _delivery_hours,
        unit="squares",
    ),
    Measure(
        "delivered_at_first_attempt",
        of="deliveries",
        on="delivered_on",
        sums=ticks(nw.col("attempts") == 1),
    ),
    Measure(
        "delivered_with_attempts_known",
        of="deliveries",
        on="delivered_on",
        sums=ticks(~nw.col("attempts").is_null()),
    ),
    Measure(
        "exceptions",
        of="deliveries",
        on="picked_up_on",
        sums=ticks(nw.col("exception") != "none"),
    ),
    *(
        Measure(
            f"exceptions_{exception}",
            of="deliveries",
            on="picked_up_on",
            sums=ticks(nw.col("exception") == exception),
        )
        for exception in _EXCEPTIONS
    ),
)

METRICS = (
    Metric(
        "deliveries_picked_up",
        title=Sentence("Deliveries picked up", "揽收件数"),
        meaning=Sentence(
            "Waybills picked up, without cancelled ones, on the day of pick-up.",
            "当日揽收的运单数，不含已取消的运单。",
        ),
        top=("deliveries_picked_up",),
        form="count",
        unit="deliveries",
        better="neutral",
    ),
    Metric(
        "deliveries_delivered",
        title=Sentence("Deliveries delivered", "签收件数"),
        meaning=Sentence(
            "Waybills delivered, on the day of delivery.",
            "当日签收的运单数。",
        ),
        top=("deliveries_delivered",),
        form="count",
        unit="deliveries",
        better="neutral",
    ),
    Metric(
        "delivery_on_time_share",
        title=Sentence("Delivered on time", "准时送达率"),
        meaning=Sentence(
            "Waybills delivered by the promised time, else within the working days of their "
            "service level, of those that fell due; on the day they fell due. Lost, returned and "
            "still travelling ones past due are missed.",
            "在承诺时间前（无承诺时在服务产品的工作日时限内）送达的运单占已到期运单的比例；"
            "按到期日统计。到期仍在途、丢失或退回均计为未达成。",
        ),
        top=("delivery_promises_met",),
        bottom=("delivery_promises_met", "delivery_promises_missed"),
        form="share",
        better="higher",
        provisional="deliveries_due_provisional",
    ),
    *(
        Metric(
            f"delivered_within_{hours}h_share",
            title=Sentence(f"Delivered within {hours} hours", f"{hours} 小时送达率"),
            meaning=Sentence(
                f"Waybills delivered within {hours} elapsed hours of pick-up, of those delivered "
                "or picked up longer ago than that; on the day of pick-up.",
                f"揽收后 {hours} 小时内送达的运单占已送达或揽收已超过该时长运单的比例；"
                "按揽收日统计。",
            ),
            top=(f"delivered_within_{hours}h",),
            bottom=(f"decided_within_{hours}h",),
            form="share",
            better="higher",
        )
        for hours in _UNTIL_THEN
    ),
    Metric(
        "total_delay_per_million",
        title=Sentence("Total delays per million", "百万件彻底延误数"),
        meaning=Sentence(
            "Waybills not delivered 3 days (within one city) or 7 days after they fell due, "
            "returned ones left out, per million that fell due; on the day they fell due.",
            "到期后 3 天（同城）或 7 天（其他）仍未送达的运单数（退回件除外），"
            "按每百万到期运单计；按到期日统计。",
        ),
        top=("total_delays",),
        bottom=("deliveries_due",),
        provisional="deliveries_due_provisional",
        form="rate",
        scale=1_000_000,
        unit="per million",
        better="lower",
        believable=(0, 1_000_000),
    ),
    Metric(
        "delivery_hours_mean",
        title=Sentence("Time to deliver, mean hours", "平均送达时长（小时）"),
        meaning=Sentence(
            "Elapsed hours from pick-up to delivery, mean; on the day delivered.",
            "从揽收到签收的自然小时数的平均值；按签收日统计。",
        ),
        top=("delivery_seconds",),
        bottom=("deliveries_timed",),
        form="mean",
        squares="delivery_hours_squared",
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
    Metric(
        "delivery_hours_median",
        title=Sentence("Time to deliver, median hours", "送达时长中位数（小时）"),
        meaning=Sentence(
            "Elapsed hours from pick-up to delivery, median; on the day delivered.",
            "从揽收到签收的自然小时数的中位数；按签收日统计。",
        ),
        top=("delivery_seconds",),
        form="quantile",
        quantile=0.5,
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
    Metric(
        "delivery_hours_p90",
        title=Sentence("Time to deliver, 90th percentile hours", "送达时长九成分位（小时）"),
        meaning=Sentence(
            "Nine of ten waybills were delivered within so many elapsed hours; on the day "
            "delivered.",
            "九成运单在该自然小时数内送达；按签收日统计。",
        ),
        top=("delivery_seconds",),
        form="quantile",
        quantile=0.9,
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
    Metric(
        "first_attempt_share",
        title=Sentence("Delivered at first attempt", "首次派送成功率"),
        meaning=Sentence(
            "Waybills delivered at the first attempt, of those delivered whose attempts are "
            "known; on the day delivered.",
            "首次派送即签收的运单占派送次数已知的签收运单的比例；按签收日统计。",
        ),
        top=("delivered_at_first_attempt",),
        bottom=("delivered_with_attempts_known",),
        form="share",
        better="higher",
    ),
    Metric(
        "exception_share",
        title=Sentence("Exceptions", "异常率"),
        meaning=Sentence(
            "Waybills with any exception, of those picked up; on the day of pick-up.",
            "发生任何异常的运单占揽收运单的比例；按揽收日统计。",
        ),
        top=("exceptions",),
        bottom=("deliveries_picked_up",),
        form="share",
        better="lower",
        settles_after=ARRIVED_AFTER,
    ),
    *(
        Metric(
            f"exception_share_{exception}",
            title=Sentence(f"Exceptions: {called.en.lower()}", f"异常率：{called.zh}"),
            meaning=Sentence(
                f"Waybills with the exception '{exception}', of those picked up; on the day of "
                "pick-up.",
                f"异常为“{called.zh}”的运单占揽收运单的比例；按揽收日统计。",
            ),
            top=(f"exceptions_{exception}",),
            bottom=("deliveries_picked_up",),
            form="share",
            better="lower",
            settles_after=ARRIVED_AFTER,
        )
        for exception, called in _EXCEPTIONS.items()
    ),
    *(
        Metric(
            f"{exception}_per_million",
            title=Sentence(
                f"{_EXCEPTIONS[exception].en} per million", f"百万件{_EXCEPTIONS[exception].zh}数"
            ),
            meaning=Sentence(
                f"Waybills {exception}, per million picked up; on the day of pick-up.",
                f"每百万揽收运单中{_EXCEPTIONS[exception].zh}的运单数；按揽收日统计。",
            ),
            top=(f"exceptions_{exception}",),
            bottom=("deliveries_picked_up",),
            form="rate",
            scale=1_000_000,
            unit="per million",
            better="lower",
            settles_after=ARRIVED_AFTER,
            believable=(0, 1_000_000),
        )
        for exception in ("lost", "damaged")
    ),
)
