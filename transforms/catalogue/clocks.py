"""Measures and metrics of clocks and of the backlog. Columns: `transforms/{clocks,backlog}.py`.

A clock counts on the local day it falls due: by the end of that day it is decided, so open work
neither flatters nor spoils a share.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.entry import Measure, Metric, ticks
from transforms.refusal import Sentence

_state = nw.col("state")
_CLOCKS = ("first_response", "resolution", "promise")

MEASURES = (
    *(
        Measure(
            f"{clock}_clocks_{state}",
            of="clocks",
            on="due_on",
            sums=ticks((nw.col("clock") == clock) & (_state == state)),
        )
        for clock in _CLOCKS
        for state in ("met", "missed")
    ),
    Measure(
        "clocks_without_policy", of="clocks", on="opened_on", sums=ticks(_state == "no_policy")
    ),
    Measure(
        "clocks_without_calendar", of="clocks", on="opened_on", sums=ticks(_state == "no_calendar")
    ),
    *(
        Measure(
            f"{clock}_clocks_provisional",
            of="clocks",
            on="due_on",
            sums=ticks(
                (nw.col("clock") == clock)
                & _state.is_in(["met", "missed"])
                & nw.col("is_provisional")
            ),
        )
        for clock in _CLOCKS
    ),
    Measure("backlog_open", of="backlog", on="day", sums=nw.lit(1)),
    Measure("backlog_overdue", of="backlog", on="day", sums=ticks(nw.col("is_overdue"))),
    Measure("backlog_age_days", of="backlog", on="day", sums=nw.col("age_days")),
)


def _share(name: str, clock: str, title: Sentence, meaning: Sentence) -> Metric:
    met, missed = f"{clock}_clocks_met", f"{clock}_clocks_missed"
    return Metric(
        name,
        title=title,
        meaning=meaning,
        top=(met,),
        bottom=(met, missed),
        form="share",
        better="higher",
        provisional=f"{clock}_clocks_provisional",
    )


METRICS = (
    _share(
        "first_response_sla_share",
        "first_response",
        Sentence("First response within target", "首次响应达标率"),
        Sentence(
            "Tickets answered within the working time of their policy, of those whose time to "
            "answer fell due; on the day it fell due. Not answered past due is missed; a solution "
            "is an answer too.",
            "在时限规则的工作时间内得到首次响应的工单占响应时限已到期工单的比例；按到期日统计。"
            "到期未响应计为未达标，直接解决也视为响应。",
        ),
    ),
    _share(
        "resolution_sla_share",
        "resolution",
        Sentence("Resolved within target", "解决达标率"),
        Sentence(
            "Tickets resolved (else closed) within the working time of their policy, pauses left "
            "out, of those whose time to resolve fell due; on the day it fell due.",
            "在时限规则的工作时间内（暂停除外）解决（否则关闭）的工单占解决时限已到期工单的比例；"
            "按到期日统计。",
        ),
    ),
    _share(
        "promise_kept_share",
        "promise",
        Sentence("Promises kept", "承诺兑现率"),
        Sentence(
            "Tickets resolved (else closed) by the promised time, of those whose promise fell "
            "due; on the day it fell due.",
            "在承诺时间前解决（否则关闭）的工单占承诺已到期工单的比例；按承诺到期日统计。",
        ),
    ),
    Metric(
        "clocks_without_policy",
        title=Sentence("Clocks without a policy", "无时限规则的计时项"),
        meaning=Sentence(
            "First responses and resolutions for which no row of sla_policies fits the ticket: "
            "they count in no share; on the day opened.",
            "没有任何时限规则适用的首次响应与解决计时项，不计入任何达标率；按新建日统计。",
        ),
        top=("clocks_without_policy",),
        form="count",
        unit="clocks",
        better="lower",
    ),
    Metric(
        "clocks_without_calendar",
        title=Sentence("Clocks without a calendar", "无工作日历的计时项"),
        meaning=Sentence(
            "Clocks whose calendar does not cover the time of the ticket: they count in no "
            "share; on the day opened.",
            "工作日历未覆盖工单时间的计时项，不计入任何达标率；按新建日统计。",
        ),
        top=("clocks_without_calendar",),
        form="count",
        unit="clocks",
        better="lower",
    ),
    Metric(
        "backlog_open",
        title=Sentence("Open tickets", "未结工单数"),
        meaning=Sentence(
            "Tickets neither resolved nor closed at the end of the day; of a longer period, at "
            "the end of its last day.",
            "当日结束时尚未解决或关闭的工单数；较长周期取其最后一日。",
        ),
        top=("backlog_open",),
        form="count",
        unit="tickets",
        better="lower",
        counted="at_period_end",
    ),
    Metric(
        "backlog_overdue",
        title=Sentence("Open tickets past due", "超期未结工单数"),
        meaning=Sentence(
            "Open tickets whose time to resolve, else whose promise, had fallen due by the end "
            "of the day; of a longer period, at the end of its last day.",
            "当日结束时解决时限（否则承诺时间）已到期仍未结的工单数；较长周期取其最后一日。",
        ),
        top=("backlog_overdue",),
        form="count",
        unit="tickets",
        better="lower",
        counted="at_period_end",
    ),
    Metric(
        "backlog_age_days_mean",
        title=Sentence("Age of open tickets, mean days", "未结工单平均天数"),
        meaning=Sentence(
            "Calendar days since opening, mean over the tickets open at the end of the day; of a "
            "longer period, at the end of its last day.",
            "当日结束时未结工单自新建以来的平均自然日数；较长周期取其最后一日。",
        ),
        top=("backlog_age_days",),
        bottom=("backlog_open",),
        form="mean",
        unit="days",
        better="lower",
        believable=(0, None),
        counted="at_period_end",
    ),
)
