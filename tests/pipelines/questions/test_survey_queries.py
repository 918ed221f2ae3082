"""Low answers as a work list, what was said, who was silent: which, in which order, how many."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipelines.questions.survey_queries import (
    Listed,
    SurveySlice,
    comments,
    low_answers,
    non_response,
)
from tests.pipelines.survey_facts_by_hand import MARCH, asked
from transforms.refusal import Refusal

_ENOUGH = 3
_FILLING = [{"response_id": f"fine_{number}"} for number in range(_ENOUGH)]


def day(number: int) -> date:
    return date(2026, 3, number)


def low(response_id: str, share: float | None = 0.25, **differing: Any) -> dict[str, Any]:
    return {"response_id": response_id, "overall_share": share, **differing}


def said(response_id: str, comment: str | None, **differing: Any) -> dict[str, Any]:
    return {"response_id": response_id, "comment": comment, **differing}


def march(**where: str) -> SurveySlice:
    return SurveySlice(**MARCH, where={column: (value,) for column, value in where.items()})


def ids(listed: Listed) -> list[str]:
    return listed.rows["response_id"].to_list()


def test_answers_below_the_middle_are_low_the_newest_and_then_the_worst_first() -> None:
    ask = asked(
        [
            low("old", 0.0, answered_on=day(4)),
            low("new", 0.49, answered_on=day(9)),
            low("new_and_worse", 0.25, answered_on=day(9)),
            low("middle", 0.5),
            low("unscored", None),
            low("later", answered_on=date(2026, 4, 1)),
            low("colleague", evaluator="internal"),
            *_FILLING,
        ]
    )
    found = low_answers(ask, march(), minimum_answers=_ENOUGH)
    assert ids(found) == ["new_and_worse", "new", "old"]
    assert (found.found, found.is_too_few) == (3, False)
    assert ids(low_answers(ask, march(evaluator="internal"), minimum_answers=1)) == ["colleague"]


def test_the_case_behind_a_low_answer_is_told_in_words() -> None:
    case = {"ticket_id": "T", "waybill_no": "W", "was_late": True, "promise_missed": True}
    ask = asked([low("S", **case), *_FILLING])
    (row,) = low_answers(ask, march(), minimum_answers=_ENOUGH).rows.rows(named=True)
    assert (row["ticket_id"], row["waybill_no"]) == ("T", "W")
    assert row["case"] == "Promise missed, Not delivered in time"
    assert row["case_zh"] == "未兑现承诺、未准时送达"


def test_a_list_comes_page_by_page_with_the_count_of_all() -> None:
    ask = asked([low(f"S{number:02}", answered_on=day(30 - number)) for number in range(20)])
    pages = [
        low_answers(ask, march(), minimum_answers=_ENOUGH, limit=8, offset=offset)
        for offset in (0, 8, 16, 24)
    ]
    assert [len(ids(page)) for page in pages] == [8, 8, 4, 0]
    assert [name for page in pages for name in ids(page)] == [
        f"S{number:02}" for number in range(20)
    ]
    assert {page.found for page in pages} == {20}
    assert len(ids(low_answers(ask, march(), minimum_answers=_ENOUGH, limit=None))) == 20


@pytest.mark.parametrize(("answers", "is_too_few"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_slice_of_few_answers_shows_none_of_them(answers: int, is_too_few: bool) -> None:
    others = [low(f"other_{number}", org_unit_id="XH", comment="慢") for number in range(9)]
    few = [low(f"S{number}", comment="慢") for number in range(answers)]
    ask = asked([*others, *few])
    slice_of_few = march(org_unit_id="PD")
    for found in (
        low_answers(ask, slice_of_few, minimum_answers=_ENOUGH),
        comments(ask, slice_of_few, "慢", minimum_answers=_ENOUGH),
    ):
        assert found.is_too_few == is_too_few
        assert found.found == len(ids(found)) == (0 if is_too_few else answers)


def test_an_invitation_without_an_answer_is_no_answer() -> None:
    silent = {"answered_on": None, "overall_share": None}
    ask = asked([low("S"), *([silent] * 9)])
    assert low_answers(ask, march(), minimum_answers=_ENOUGH).is_too_few


def test_a_unit_stands_for_all_below_it() -> None:
    ask = asked([low("PD"), low("XH", org_unit_id="XH"), low("CD", org_unit_id="CD")])
    for where, expected in (
        ({"org_unit_id": "EAST"}, ["PD", "XH"]),
        ({"org_unit_id": "HQ"}, ["CD", "PD", "XH"]),
        ({"region": "west"}, ["CD"]),
        ({"unit_kind": "outlet"}, ["CD", "PD", "XH"]),
        ({"org_unit_id": "EAST", "region": "west"}, []),
    ):
        assert sorted(ids(low_answers(ask, march(**where), minimum_answers=1))) == expected


def test_every_word_must_be_said_in_any_case_and_chinese_anywhere() -> None:
    ask = asked(
        [
            said("english", "Late again, and NOBODY told me."),
            said("chinese", "说好送货上门，结果放在驿站"),
            said("percent", "100% late"),
            said("blank", "  "),
            said("silent", None),
        ]
    )

    def found(words: str) -> list[str]:
        return sorted(ids(comments(ask, march(), words, minimum_answers=_ENOUGH)))

    assert found("late nobody") == ["english"]
    assert found("nobody early") == []
    assert found("LATE") == ["english", "percent"]
    assert found("送货　驿站") == ["chinese"]
    assert found("货上") == ["chinese"]
    assert found("100%") == ["percent"]
    assert found("%") == ["percent"]
    assert found("'; drop table marts.survey_facts; --") == []
    assert found("  ") == ["chinese", "english", "percent"]


def test_comments_are_filtered_by_score_as_well() -> None:
    scores = {"none": None, "bad": 0.0, "middle": 0.5, "good": 1.0}
    ask = asked([said(name, "hm", overall_share=share) for name, share in scores.items()])

    def found(scores: tuple[float, float] | None) -> list[str]:
        return ids(comments(ask, march(), scores=scores, minimum_answers=_ENOUGH))

    assert found((0.0, 0.5)) == ["bad", "middle"]
    assert found((1.0, 1.0)) == ["good"]
    assert found(None) == ["bad", "middle", "good", "none"]


def test_bounds_are_of_invitations_sent_in_the_period() -> None:
    silent: dict[str, Any] = {"answered_on": None, "overall_share": None}
    rows = [
        {},
        {"answered_on": date(2026, 4, 5)},
        {"overall_share": 0.5},
        *[silent] * 3,
        {"sent_on": date(2026, 2, 28)},
        {"evaluator": "internal"},
    ]
    bounds = non_response(asked(rows), march(), minimum_answers=_ENOUGH)
    assert bounds.rows() == [(6, 3, 2, 2 / 3, 2 / 6, 5 / 6, False)]


def test_bounds_of_few_answers_are_hidden_and_so_is_what_would_tell_them() -> None:
    answers = {"sms": 2, "phone": 4, "online": 9}
    rows = [{"method": method} for method, count in answers.items() for _ in range(count)]
    bounds = non_response(asked(rows), march(), by=["method"], minimum_answers=_ENOUGH)
    # Of the total and the others, the two of "sms" could be told: "phone" is hidden beside them.
    assert bounds.select("method", "sent", "answered", "share_if_none", "is_hidden").rows() == [
        ("online", 9, 9, 1.0, False),
        ("phone", 4, None, None, True),
        ("sms", 2, None, None, True),
    ]
    alone = non_response(asked([{}] * 2), march(), minimum_answers=_ENOUGH)
    assert alone.rows() == [(2, None, None, None, None, None, True)]
    nobody = non_response(asked([]), march(), minimum_answers=_ENOUGH)
    assert nobody.rows() == [(0, 0, 0, None, None, None, False)]


def test_what_surveys_do_not_have_is_refused() -> None:
    with pytest.raises(Refusal, match="cannot be filtered by priority") as refused:
        march(priority="high")
    assert "不能按 priority 筛选" in refused.value.told("zh")
    with pytest.raises(Refusal, match="cannot be split by region"):
        non_response(asked([]), march(), by=["region"], minimum_answers=1)
