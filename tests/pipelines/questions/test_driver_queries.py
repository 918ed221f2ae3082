"""Drivers of a slice: whose answers count, which candidates there are, and how soon it is known."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from pipelines.questions.driver_queries import CANDIDATES, drivers_of
from tests.pipelines.survey_facts_by_hand import MARCH, asked
from transforms.drivers import MOST_DRIVERS
from transforms.satisfaction import TICKET_FACTS

_SCORES = ("attitude_share", "efficiency_share", "effect_share")


def answers(count: int, seed: int = 1, **differing: Any) -> list[dict[str, Any]]:
    """Return answers about deliveries whose overall share hangs on efficiency and lateness."""
    chance = np.random.default_rng(seed)
    scores = chance.choice([0.0, 0.25, 0.5, 0.75, 1.0], (count, 3))
    is_late = chance.random(count) < 0.3
    overall = (0.5 * scores[:, 1] + 0.4 - 0.3 * is_late + chance.normal(0, 0.1, count)).clip(0, 1)
    return [
        {
            "subject": "delivery",
            **dict(zip(_SCORES, own.tolist(), strict=True)),
            "overall_share": float(share),
            "was_late": bool(late),
            "had_exception": bool(odd),
            "first_attempt_failed": False,
            "delivery_hours": float(hours),
            **differing,
        }
        for own, share, late, odd, hours in zip(
            scores, overall, is_late, chance.random(count) < 0.2, chance.random(count), strict=True
        )
    ]


def states(*asked_for: Any, **how: Any) -> dict[str, str]:
    return dict(drivers_of(*asked_for, *MARCH.values(), **how).select("driver", "state").rows())


def test_facts_of_the_case_are_candidates_where_that_case_is_behind_the_answers() -> None:
    ask = asked(answers(300))
    assert set(states(ask, "all")) == set(_SCORES)
    assert set(states(ask, "delivery")) == {
        *_SCORES,
        *("was_late", "first_attempt_failed", "had_exception", "delivery_hours"),
    }
    assert set(states(ask, "ticket")) == {*_SCORES, *TICKET_FACTS}
    assert max(len(titles) for titles in CANDIDATES.values()) <= MOST_DRIVERS


def test_what_is_planted_is_ranked_first_and_named_in_both_languages() -> None:
    ranking = drivers_of(asked(answers(300)), "delivery", **MARCH)
    assert ranking["driver"].to_list()[:2] == ["efficiency_share", "was_late"]
    assert ranking["state"].to_list().count("ranked") == 2
    assert ranking.select("title", "title_zh").row(1) == ("Not delivered in time", "未准时送达")
    assert ranking["effect"][1] < 0 < ranking["effect"][0]
    by_driver = dict(ranking.select("driver", "state").rows())
    assert by_driver["first_attempt_failed"] == "constant"


def test_only_answers_of_customers_in_the_slice_and_the_period_count() -> None:
    ask = asked(
        [
            *answers(60, 1),
            *answers(50, 2, org_unit_id="CD"),
            *answers(40, 3, subject="ticket"),
            *answers(30, 4, evaluator="internal"),
            *answers(20, 5, answered_on=date(2026, 4, 1)),
            *answers(10, 6, answered_on=None, overall_share=None),
        ]
    )

    def used(subject: Any, **where: str) -> int:
        asked_for = {column: (value,) for column, value in where.items()}
        return drivers_of(ask, subject, **MARCH, where=asked_for)["n"].max()

    assert used("all") == 150
    assert used("delivery") == 110
    assert used("all", org_unit_id="EAST") == 100
    assert used("all", org_unit_id="WEST", evaluator="internal") == 50


@pytest.mark.parametrize(
    ("count", "minimum", "expected"),
    [
        (29, 5, {"too_few"}),
        (0, 5, {"too_few"}),
        (60, 61, {"too_few"}),
        (60, 60, {"ranked", "none"}),
    ],
)
def test_too_few_answers_rank_nothing(count: int, minimum: int, expected: set[str]) -> None:
    found = states(asked(answers(count)), "all", minimum_answers=minimum)
    assert len(found) == 3
    assert set(found.values()) == expected


def test_three_thousand_answers_take_less_than_half_a_second() -> None:
    ask = asked(answers(3_000))
    spent = []
    for _ in range(3):
        begun = perf_counter()
        drivers_of(ask, "delivery", **MARCH)
        spent.append(perf_counter() - begun)
    assert min(spent) < 0.5  # the least: other tests run at the same time
