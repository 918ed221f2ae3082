"""Which policy a clock goes by: the most specific one in force."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from tests.transforms.hand_made_clocks import clock_of, policy, rules, ticket


def test_a_ticket_that_no_policy_fits_says_so() -> None:
    clock = clock_of(ticket("2025-06-09 09:00"), rules(policy(kind="incident")))
    assert (clock["state"], clock["policy"], clock["due_at"]) == ("no_policy", None, None)
    assert (clock["target_seconds"], clock["due_on"]) == (None, None)


CHOICES = {
    "any ticket": policy(1),
    "any ticket from May": policy(2, effective_from=date(2025, 5, 1)),
    "complaints": policy(3, kind="complaint"),
    "urgent ones": policy(4, priority="high"),
    "by chat": policy(5, channel="chat"),
    "complaints by chat": policy(6, kind="complaint", channel="chat"),
    "urgent ones by chat": policy(7, priority="high", channel="chat"),
    "urgent complaints": policy(8, kind="complaint", priority="high"),
    "complaints from July": policy(9, kind="complaint", effective_from=date(2025, 7, 1)),
    "resolution": policy(10, kind="complaint", priority="high", clock="resolution"),
}


@pytest.mark.parametrize(
    ("offered", "winner"),
    [
        (("any ticket", "any ticket from May"), "any ticket from May"),
        (("any ticket", "complaints"), "complaints"),
        (("any ticket from May", "complaints"), "complaints"),
        (("complaints", "complaints from July"), "complaints"),
        (("any ticket", "complaints from July"), "any ticket"),
        (("complaints", "urgent ones", "by chat"), "complaints"),
        (("urgent ones", "by chat"), "urgent ones"),
        (("complaints", "urgent ones by chat"), "urgent ones by chat"),
        (("urgent complaints", "complaints by chat", "urgent ones by chat"), "urgent complaints"),
        (("complaints by chat", "urgent ones by chat"), "complaints by chat"),
        (("any ticket", "resolution"), "any ticket"),
    ],
)
def test_the_most_specific_policy_in_force_wins(offered: tuple[str, ...], winner: str) -> None:
    one = ticket("2025-06-09 09:00", priority="high", channel="chat")
    for order in permutations(offered):
        clock = clock_of(one, rules(*(CHOICES[name] for name in order)))
        assert clock["target_seconds"] == CHOICES[winner]["target_minutes"] * 60


def test_a_policy_is_in_force_from_its_first_local_day_on() -> None:
    of = rules(policy(1), policy(2, effective_from=date(2025, 6, 9)))
    targets = [
        clock_of(ticket(opened), of)["target_seconds"] / 60
        for opened in ("2025-06-08 23:59", "2025-06-09 00:00")
    ]
    assert targets == [1, 2]


def test_the_policy_that_won_is_told_with_a_star_for_any() -> None:
    of = rules(policy(kind="complaint", priority="high"))
    one = ticket("2025-06-09 09:00", priority="high")
    assert clock_of(one, of)["policy"] == "complaint/high/*"
    assert clock_of(one, rules(policy()))["policy"] == "*/*/*"
