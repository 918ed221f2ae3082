"""A verdict on a clock is one sentence, in both languages, that says no more than applies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipelines.questions.clock_proofs import CLOCK_TITLES, STRETCH_TITLES
from pipelines.questions.clock_sentences import CHANNELS, KINDS, PRIORITIES
from quality.contracts import ticket as contract
from tests.pipelines.clock_snapshots import assert_it_adds_up, proof
from tests.transforms.hand_made_clocks import hours, policy, rules, ticket
from transforms.clocks import CLOCKS

REPLY = policy(70)
SOLVE = policy(480, clock="resolution", pause_statuses=["pending_customer"])


@pytest.mark.parametrize(
    ("one", "clock", "en", "zh"),
    [
        (
            {"first_response_at": "2025-06-09 09:12"},
            "first_response",
            "Missed by 42 working minutes: opened Friday 16:50, 70 working minutes to reply, "
            "answered Monday 09:12; weekend not counted.",
            "未达标，超时 42 个工作分钟：周五 16:50 受理，须在 70 个工作分钟内回复，"
            "周一 09:12 回复；周末不计。",
        ),
        (
            {"first_response_at": "2025-06-06 17:32"},
            "first_response",
            "Met with 28 working minutes to spare: opened Friday 16:50, 70 working minutes to "
            "reply, answered Friday 17:32.",
            "达标，剩余 28 个工作分钟：周五 16:50 受理，须在 70 个工作分钟内回复，"
            "周五 17:32 回复。",
        ),
        (
            {"resolved_at": "2025-06-06 18:00"},
            "first_response",
            "Met at the last moment: opened Friday 16:50, 70 working minutes to reply, "
            "resolved Friday 18:00.",
            "达标，恰在到期时完成：周五 16:50 受理，须在 70 个工作分钟内回复，周五 18:00 解决。",
        ),
        (
            {"first_response_at": "2025-06-06 18:25"},
            "first_response",
            "Missed by 25 minutes outside working hours: opened Friday 16:50, 70 working minutes "
            "to reply, answered Friday 18:25.",
            "未达标，超时 25 分钟（非工作时间）：周五 16:50 受理，须在 70 个工作分钟内回复，"
            "周五 18:25 回复。",
        ),
        (
            {"first_response_at": "2025-06-06 17:59:40"},
            "first_response",
            "Met with 20 seconds to spare: opened Friday 16:50:00, 70 working minutes to reply, "
            "answered Friday 17:59:40.",
            "达标，剩余 20 秒：周五 16:50:00 受理，须在 70 个工作分钟内回复，周五 17:59:40 回复。",
        ),
        (
            {"closed_at": "2025-06-20 10:00"},
            "resolution",
            "Missed by 66 working hours 40 minutes: opened Friday 2025-06-06 16:50, 8 working "
            "hours to resolve, closed Friday 2025-06-20 10:00; weekend, nights and breaks not "
            "counted.",
            "未达标，超时 66 个工作小时 40 分钟：2025-06-06 周五 16:50 受理，"
            "须在 8 个工作小时内解决，2025-06-20 周五 10:00 关闭；周末、夜间和休息时段均不计。",
        ),
        (
            {"promised_at": "2025-06-09 18:00", "resolved_at": "2025-06-09 10:12"},
            "promise",
            "Met with 6 working hours 18 minutes to spare: opened Friday 16:50, promised Monday "
            "18:00, resolved Monday 10:12; nights and breaks not counted.",
            "达标，剩余 6 个工作小时 18 分钟：周五 16:50 受理，承诺在周一 18:00 前完成，"
            "周一 10:12 解决；夜间和休息时段不计。",
        ),
    ],
)
def test_a_verdict_says_by_how_much_what_was_allowed_and_what_happened(
    one: dict[str, Any], clock: str, en: str, zh: str
) -> None:
    proved = proof(ticket("2025-06-06 16:50", **one), rules(REPLY, SOLVE), clock=clock)
    assert proved.sentence == (en, zh)
    assert_it_adds_up(proved)


@pytest.mark.parametrize(
    ("opened", "promised", "clock", "en", "zh"),
    [
        (
            "2025-06-30 17:35",
            None,
            "first_response",
            "Running: 45 working minutes left, due Tuesday 09:15; opened Monday 17:35, 70 working "
            "minutes to reply; nights and breaks not counted.",
            "计时中，剩余 45 个工作分钟，周二 09:15 到期：周一 17:35 受理，"
            "须在 70 个工作分钟内回复；夜间和休息时段不计。",
        ),
        (
            "2025-06-30 15:00",
            None,
            "first_response",
            "Missed by 110 working minutes so far: opened Monday 15:00, 70 working minutes to "
            "reply, due Monday 16:10, not answered yet; nights and breaks not counted.",
            "未达标，已超时 110 个工作分钟：周一 15:00 受理，须在 70 个工作分钟内回复，"
            "周一 16:10 到期，尚未回复；夜间和休息时段不计。",
        ),
        (
            "2025-06-30 15:00",
            "2025-07-01 12:00",
            "promise",
            "Running: 3 working hours 30 minutes left, promised Tuesday 12:00; opened Monday "
            "15:00; nights and breaks not counted.",
            "计时中，剩余 3 个工作小时 30 分钟，承诺在周二 12:00 前完成：周一 15:00 受理；"
            "夜间和休息时段不计。",
        ),
    ],
)
def test_a_running_clock_says_what_is_left_or_how_late_it_is_already(
    opened: str, promised: str | None, clock: str, en: str, zh: str
) -> None:
    one = ticket(opened, promised_at=promised)
    proved = proof(one, rules(REPLY, SOLVE), clock=clock)
    assert proved.sentence == (en, zh)
    assert_it_adds_up(proved)


def test_around_the_clock_minutes_are_minutes_and_long_times_are_days() -> None:
    always = {**REPLY, "calendar": "24x7"}
    one = ticket("2025-06-06 16:50", first_response_at="2025-06-09 21:00")
    proved = proof(one, rules(always))
    assert proved.sentence == (
        "Missed by 3 days 3 hours: opened Friday 16:50, 70 minutes to reply, answered Monday "
        "21:00.",
        "未达标，超时 3 天 3 小时：周五 16:50 受理，须在 70 分钟内回复，周一 21:00 回复。",
    )
    assert_it_adds_up(proved)


def test_a_ticket_that_no_policy_fits_has_no_clock_that_runs() -> None:
    one = ticket("2025-06-06 16:50", priority="low", channel="sms")
    proved = proof(one, rules({**REPLY, "channel": "phone"}))
    assert proved.sentence == (
        "No policy fits a complaint of priority low by sms: no clock runs.",
        "没有时限规则适用于经短信受理的低优先级投诉：不计时。",
    )
    assert proved.stretches.is_empty()


def test_time_that_no_calendar_covers_gets_no_verdict() -> None:
    later = hours("office", range(1, 6), "08:30-18:00", since=date(2025, 6, 20))
    proved = proof(ticket("2025-06-06 16:50"), rules(REPLY, calendars=later))
    assert proved.sentence == (
        "Calendar office (Asia/Shanghai) does not cover the time of this ticket: no verdict.",
        "工作日历 office（Asia/Shanghai）未覆盖该工单的时间：无法判定。",
    )
    assert proved.stretches.is_empty()


def test_every_value_of_a_ticket_and_every_clock_has_its_words() -> None:
    assert set(KINDS) == set(contract.TICKET_KINDS)
    assert set(PRIORITIES) == set(contract.PRIORITIES)
    assert set(CHANNELS) == set(contract.CHANNELS)
    assert tuple(CLOCK_TITLES) == CLOCKS
    assert set(STRETCH_TITLES) == {"working", "out_of_hours", "holiday", "paused", "late"}
