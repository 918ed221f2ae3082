"""Measures and metrics of tickets. Columns: contract `Ticket` and `transforms/tickets.py`."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.entry import Measure, Metric, ticks
from transforms.refusal import Sentence

# Days by which most tickets are worked off, with what comes after their solution.
_WORKED_OFF_AFTER = 14
_is_complaint = nw.col("kind") == "complaint"
_is_touched_once = (
    (nw.col("reopened_count") == 0)
    & (nw.col("reassigned_count") == 0)
    & (nw.col("agent_replies").fill_null(1) <= 1)
)
_resolution_hours = nw.col("resolution_seconds").cast(nw.Float64) / 3600

MEASURES = (
    Measure("tickets_opened", of="tickets", on="opened_on", sums=nw.lit(1)),
    Measure("complaints_opened", of="tickets", on="opened_on", sums=ticks(_is_complaint)),
    Measure("tickets_escalated", of="tickets", on="opened_on", sums=ticks(nw.col("is_escalated"))),
    Measure("tickets_resolved", of="tickets", on="resolved_on", sums=nw.lit(1)),
    Measure(
        "tickets_resolved_at_first_contact",
        of="tickets",
        on="resolved_on",
        sums=ticks(_is_touched_once),
    ),
    Measure(
        "tickets_reopened",
        of="tickets",
        on="opened_on",
        sums=ticks(nw.col("reopened_count") > 0),
    ),
    Measure(
        "tickets_resolved_after_reopening",
        of="tickets",
        on="resolved_on",
        sums=ticks(nw.col("reopened_count") > 0),
    ),
    Measure("reassignments", of="tickets", on="resolved_on", sums=nw.col("reassigned_count")),
    Measure("complaints_resolved", of="tickets", on="resolved_on", sums=ticks(_is_complaint)),
    Measure(
        "complaints_opened_and_upheld",
        of="tickets",
        on="opened_on",
        sums=ticks(_is_complaint & (nw.col("outcome") == "upheld")),
    ),
    Measure(
        "complaints_upheld",
        of="tickets",
        on="resolved_on",
        sums=ticks(_is_complaint & (nw.col("outcome") == "upheld")),
    ),
    Measure(
        "source_sla_met",
        of="tickets",
        on="source_verdict_on",
        sums=ticks(nw.col("source_met_sla")),
    ),
    Measure(
        "source_sla_known",
        of="tickets",
        on="source_verdict_on",
        sums=ticks(~nw.col("source_met_sla").is_null()),
    ),
    Measure(
        "first_response_seconds",
        of="tickets",
        on="first_response_on",
        sums=nw.col("first_response_seconds"),
        unit="seconds",
        spread=True,
    ),
    Measure(
        "resolution_seconds",
        of="tickets",
        on="resolved_on",
        sums=nw.col("resolution_seconds"),
        unit="seconds",
        spread=True,
    ),
    Measure(
        "resolution_hours_squared",
        of="tickets",
        on="resolved_on",
        sums=_resolution_hours * _resolution_hours,
        unit="squares",
    ),
)

METRICS = (
    Metric(
        "tickets_opened",
        title=Sentence("Tickets opened", "新建工单数"),
        meaning=Sentence(
            "Tickets opened, without cancelled ones, on the day they were opened.",
            "当日新建的工单数，不含已取消的工单。",
        ),
        top=("tickets_opened",),
        form="count",
        unit="tickets",
        better="neutral",
    ),
    Metric(
        "tickets_resolved",
        title=Sentence("Tickets resolved", "解决工单数"),
        meaning=Sentence(
            "Tickets with a time of resolution, on the day they were resolved.",
            "当日解决的工单数。",
        ),
        top=("tickets_resolved",),
        form="count",
        unit="tickets",
        better="neutral",
    ),
    Metric(
        "complaints_opened",
        title=Sentence("Complaints opened", "新增投诉数"),
        meaning=Sentence(
            "Tickets of kind complaint, on the day they were opened.",
            "当日新建的投诉类工单数。",
        ),
        top=("complaints_opened",),
        form="count",
        unit="tickets",
        better="neutral",
    ),
    Metric(
        "tickets_reopened",
        title=Sentence("Tickets re-opened", "重开工单数"),
        meaning=Sentence(
            "Tickets re-opened at least once, on the day they were first opened.",
            "至少重开一次的工单数；按首次新建日统计。",
        ),
        top=("tickets_reopened",),
        form="count",
        unit="tickets",
        better="lower",
        settles_after=_WORKED_OFF_AFTER,
    ),
    Metric(
        "source_sla_share",
        title=Sentence("In time, as the source says", "来源系统判定的达标率"),
        meaning=Sentence(
            "Tickets that the source system itself calls in time, of those it judged; on the day "
            "resolved, else closed, else opened.",
            "来源系统自行判定为按时的工单占其已判定工单的比例；按解决日、否则关闭日、否则新建日统计。",
        ),
        top=("source_sla_met",),
        bottom=("source_sla_known",),
        form="share",
        better="higher",
    ),
    Metric(
        "first_contact_resolution_share",
        title=Sentence("Resolved at first contact", "一次解决率"),
        meaning=Sentence(
            "Tickets resolved that were never re-opened or reassigned and took at most one agent "
            "reply (where the number of replies is known), of tickets resolved.",
            "从未重开、未转派且客服回复不超过一次（回复次数已知时）的工单占已解决工单的比例。",
        ),
        top=("tickets_resolved_at_first_contact",),
        bottom=("tickets_resolved",),
        form="share",
        better="higher",
        settles_after=_WORKED_OFF_AFTER,
    ),
    Metric(
        "reopen_share",
        title=Sentence("Re-opened", "重开率"),
        meaning=Sentence(
            "Tickets re-opened at least once, of tickets resolved; on the day resolved.",
            "至少重开一次的工单占已解决工单的比例；按解决日统计。",
        ),
        top=("tickets_resolved_after_reopening",),
        bottom=("tickets_resolved",),
        form="share",
        better="lower",
        settles_after=_WORKED_OFF_AFTER,
    ),
    Metric(
        "escalation_share",
        title=Sentence("Escalated", "升级率"),
        meaning=Sentence(
            "Tickets escalated, of tickets opened; on the day opened.",
            "被升级的工单占新建工单的比例；按新建日统计。",
        ),
        top=("tickets_escalated",),
        bottom=("tickets_opened",),
        form="share",
        better="lower",
        settles_after=_WORKED_OFF_AFTER,
    ),
    Metric(
        "reassignments_per_ticket",
        title=Sentence("Reassignments per ticket", "单均转派次数"),
        meaning=Sentence(
            "Reassignments of tickets resolved, per ticket resolved; on the day resolved.",
            "已解决工单的转派次数除以已解决工单数；按解决日统计。",
        ),
        top=("reassignments",),
        bottom=("tickets_resolved",),
        form="rate",
        unit="per ticket",
        better="lower",
        believable=(0, 50),
    ),
    Metric(
        "upheld_complaint_share",
        title=Sentence("Complaints upheld", "投诉属实率"),
        meaning=Sentence(
            "Complaints found to be justified, of complaints resolved; on the day resolved.",
            "判定属实的投诉占已解决投诉的比例；按解决日统计。",
        ),
        top=("complaints_upheld",),
        bottom=("complaints_resolved",),
        form="share",
        better="lower",
    ),
    Metric(
        "complaints_per_million_deliveries",
        title=Sentence("Complaints per million deliveries", "百万件投诉数"),
        meaning=Sentence(
            "Complaints opened, per million waybills picked up on the same days at the same org "
            "unit.",
            "同一机构同日每百万揽收运单对应的新增投诉数。",
        ),
        top=("complaints_opened",),
        bottom=("deliveries_picked_up",),
        form="rate",
        scale=1_000_000,
        unit="per million",
        better="lower",
        believable=(0, None),
    ),
    Metric(
        "upheld_complaints_per_million_deliveries",
        title=Sentence("Upheld complaints per million deliveries", "百万件有效投诉数"),
        meaning=Sentence(
            "Complaints found to be justified, by the day they were opened, per million waybills "
            "picked up on the same days at the same org unit.",
            "同一机构同日每百万揽收运单对应的属实投诉数；按投诉新建日统计。",
        ),
        top=("complaints_opened_and_upheld",),
        bottom=("deliveries_picked_up",),
        form="rate",
        scale=1_000_000,
        unit="per million",
        better="lower",
        settles_after=_WORKED_OFF_AFTER,
        believable=(0, None),
    ),
    Metric(
        "first_response_minutes_median",
        title=Sentence("First response, median minutes", "首次响应中位分钟数"),
        meaning=Sentence(
            "Elapsed minutes from opening to the first response, median; on the day responded.",
            "从新建到首次响应的自然分钟数的中位数；按响应日统计。",
        ),
        top=("first_response_seconds",),
        form="quantile",
        quantile=0.5,
        scale=1 / 60,
        unit="minutes",
        better="lower",
        believable=(0, None),
    ),
    Metric(
        "first_response_minutes_p90",
        title=Sentence("First response, 90th percentile minutes", "首次响应九成分位分钟数"),
        meaning=Sentence(
            "Nine of ten first responses came within so many elapsed minutes; on the day of "
            "response.",
            "九成工单在该自然分钟数内得到首次响应；按响应日统计。",
        ),
        top=("first_response_seconds",),
        form="quantile",
        quantile=0.9,
        scale=1 / 60,
        unit="minutes",
        better="lower",
        believable=(0, None),
    ),
    Metric(
        "resolution_hours_mean",
        title=Sentence("Time to resolve, mean hours", "平均解决时长（小时）"),
        meaning=Sentence(
            "Elapsed hours from opening to resolution, mean; on the day resolved.",
            "从新建到解决的自然小时数的平均值；按解决日统计。",
        ),
        top=("resolution_seconds",),
        bottom=("tickets_resolved",),
        form="mean",
        squares="resolution_hours_squared",
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
    Metric(
        "resolution_hours_median",
        title=Sentence("Time to resolve, median hours", "解决时长中位数（小时）"),
        meaning=Sentence(
            "Elapsed hours from opening to resolution, median; on the day resolved.",
            "从新建到解决的自然小时数的中位数；按解决日统计。",
        ),
        top=("resolution_seconds",),
        form="quantile",
        quantile=0.5,
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
    Metric(
        "resolution_hours_p90",
        title=Sentence("Time to resolve, 90th percentile hours", "解决时长九成分位（小时）"),
        meaning=Sentence(
            "Nine of ten tickets were resolved within so many elapsed hours; on the day resolved.",
            "九成工单在该自然小时数内解决；按解决日统计。",
        ),
        top=("resolution_seconds",),
        form="quantile",
        quantile=0.9,
        scale=1 / 3600,
        unit="hours",
        better="lower",
        believable=(0, 24 * 366),
    ),
)
