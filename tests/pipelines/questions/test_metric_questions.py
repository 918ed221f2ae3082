"""Texts of the command line and of addresses become a question, or are refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipelines.questions.metric_queries import parse_query
from tests.transforms.hand_made import on
from transforms.refusal import Refusal


def test_texts_become_a_question() -> None:
    query = parse_query(
        "tickets_opened",
        by=["channel,org_unit_id", "channel"],
        grain="month",
        where=["channel=phone", "org_unit_id=PD", "channel=a=b"],
    )
    assert query.by == ("channel", "org_unit_id")
    assert query.keys == ["channel", "org_unit_id", "period"]
    assert query.where == {"channel": ("phone", "a=b"), "org_unit_id": ("PD",)}


@pytest.mark.parametrize(
    ("asked", "en", "zh"),
    [
        (
            {"name": "ticket_opened"},
            "ticket_opened is no metric: try tickets_opened, tickets_reopened, "
            "tickets_resolved, or `sqm metrics` for all of them.",
            "没有名为 ticket_opened 的指标：",
        ),
        (
            {"name": "tickets_opened", "by": ["courier_id"]},
            "tickets_opened cannot be split by courier_id: use one of org_unit_id, region, "
            "unit_kind, agent_id, channel, kind, priority, category, opened_weekday, opened_hour.",
            "tickets_opened 不能按 courier_id 拆分：",
        ),
        (
            {"name": "tickets_opened", "where": ["courier_id=C1"]},
            "tickets_opened cannot be split by courier_id: use one of org_unit_id, region, "
            "unit_kind, agent_id, channel, kind, priority, category, opened_weekday, opened_hour.",
            "tickets_opened 不能按 courier_id 拆分：",
        ),
        (
            {"name": "tickets_opened", "where": ["channel"]},
            "The condition channel lacks its value: write COLUMN=VALUE.",
            "条件 channel 缺少取值：",
        ),
        (
            {"name": "tickets_opened", "grain": "hour"},
            "hour is no grain: use one of day, week, month, quarter, year, all.",
            "hour 不是有效的周期：",
        ),
        (
            {"name": "cost_variance", "grain": "week"},
            "cost_variance is known by month, not by week: use month or longer.",
            "cost_variance 只按月提供，",
        ),
        (
            {"name": "cost_budget", "grain": "day"},
            "cost_budget is known by month, not by day: use month or longer.",
            "cost_budget 只按月提供，",
        ),
        (
            {"name": "cost_execution_share", "first": date(2026, 3, 2)},
            "cost_execution_share is known by month: let the period begin on the first day of a "
            "month and end on the last one.",
            "cost_execution_share 只按月提供：",
        ),
        (
            {"name": "cost_budget", "first": date(2026, 3, 1), "last": date(2026, 3, 30)},
            "cost_budget is known by month: let the period begin on the first day of a month and "
            "end on the last one.",
            "cost_budget 只按月提供：",
        ),
        (
            {"name": "tickets_opened", "first": on(3), "last": on(2)},
            "The period from 2026-03-03 to 2026-03-02 ends before it begins: exchange the two.",
            "时间段 2026-03-03 至 2026-03-02 的结束早于开始：",
        ),
    ],
)
def test_a_question_that_has_no_answer_is_refused(asked: dict[str, Any], en: str, zh: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_query(**asked)
    assert str(refusal.value) == en
    assert refusal.value.told("zh").startswith(zh)
