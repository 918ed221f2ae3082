"""Facts of the delivery behind a survey, told as its measures judge them; and the silent ones."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.hand_made import Row, at, prepared, sums_of
from transforms.satisfaction import (
    DELIVERY_FACTS,
    TICKET_FACTS,
    delivery_facts,
    facts_in_words,
    non_response_bounds,
)

_COLUMNS = ("waybill_no", "was_late", "first_attempt_failed", "had_exception", "delivery_hours")


def facts_of(**delivery: Any) -> tuple[Any, ...]:
    """Return lateness, failed first attempt, exception and hours of a delivery."""
    rows = delivery_facts(prepared("deliveries", [{"waybill_no": "W", **delivery}]))
    found: pl.DataFrame = rows.to_native().collect()
    return found.select(_COLUMNS[1:]).row(0) if found.height else ()


# Picked up on the 2nd, promised by the 4th, delivered on the 3rd unless said otherwise.
@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        ({"attempts": 1}, (False, False, False, 24.0)),
        ({"attempts": 2, "delivered_at": at(5)}, (True, True, False, 72.0)),
        ({"exception": "damaged"}, (False, None, True, 24.0)),
        # Never delivered and past due is late; whether an attempt failed is then not judged.
        ({"status": "lost", "delivered_at": None, "attempts": 2}, (True, None, False, None)),
        ({"delivered_at": None, "promised_at": at(2).replace(month=4),
          "status": "in_transit"}, (None, None, False, None)),
        # Of express, picked up on Monday the 2nd: two working days, the 4th.
        ({"promised_at": None, "delivered_at": at(6)}, (True, None, False, 96.0)),
        ({"promised_at": None, "delivered_at": at(4, 10)}, (False, None, False, 50.0)),
        ({"status": "cancelled", "exception": "refused"}, ()),
    ],
)  # fmt: skip
def test_a_delivery_is_late_or_failed_as_its_measures_say(
    delivery: Row, expected: tuple[Any, ...]
) -> None:
    assert facts_of(**delivery) == expected


def test_facts_sum_to_the_measures() -> None:
    deliveries: list[Row] = [
        {"waybill_no": "W1", "attempts": 1},
        {"waybill_no": "W2", "attempts": 3, "delivered_at": at(9), "exception": "delayed"},
        {"waybill_no": "W3", "promised_at": None, "delivered_at": at(4, 7)},
        {"waybill_no": "W4", "delivered_at": None, "status": "returned", "exception": "refused"},
        {"waybill_no": "W5", "attempts": 0},
    ]
    told: pl.DataFrame = delivery_facts(prepared("deliveries", deliveries)).to_native().collect()
    summed = sums_of("deliveries", deliveries).sum()
    assert told["was_late"].sum() == summed["delivery_promises_missed"][0] == 2
    assert told["was_late"].count() == summed["deliveries_due"][0]
    failed = summed["delivered_with_attempts_known"] - summed["delivered_at_first_attempt"]
    assert told["first_attempt_failed"].sum() == failed[0] == 2
    assert told["had_exception"].sum() == summed["exceptions"][0] == 2


def test_facts_that_hold_are_told_in_both_languages() -> None:
    facts = dict.fromkeys((*TICKET_FACTS, *DELIVERY_FACTS))
    cases = pl.DataFrame(
        [
            {**facts, "was_late": True, "was_reopened": True, "is_complaint": False},
            {**facts, "was_late": False},
            facts,
        ],
        schema=dict.fromkeys(facts, pl.Boolean),
    )
    told = cases.select(facts_in_words("en").alias("en"), facts_in_words("zh").alias("zh"))
    assert told.rows() == [
        ("Re-opened, Not delivered in time", "曾重开、未准时送达"),
        ("", ""),
        ("", ""),
    ]


def invited(*shares: float | None, weight: float = 1.0, method: str = "sms") -> pl.DataFrame:
    """Return an invitation per overall share; null where nobody answered."""
    return pl.DataFrame(
        {"overall_share": shares}, schema={"overall_share": pl.Float64}
    ).with_columns(pl.lit(weight).alias("weight"), pl.lit(method).alias("method"))


def test_the_silent_are_none_or_all_satisfied() -> None:
    # Of ten invited four answered, three of them satisfied: 3/4, 3/10 and 9/10.
    bounds = non_response_bounds(invited(1, 0.75, 0.75, 0.5, *[None] * 6))
    assert bounds.rows() == [(10, 4, 3, 0.75, 0.3, 0.9)]


def test_silence_weighs_as_much_as_its_invitation() -> None:
    both = pl.concat([invited(1, weight=3), invited(None, 0, weight=1)])
    bounds = non_response_bounds(both)
    assert bounds.row(0) == (3, 2, 1, 0.75, 0.6, 0.8)


def test_bounds_are_given_per_key() -> None:
    both = pl.concat([invited(1, None), invited(None, None, None, method="phone")])
    assert non_response_bounds(both, ["method"]).rows() == [
        ("phone", 3, 0, 0, None, 0.0, 1.0),
        ("sms", 2, 1, 1, 1.0, 0.5, 1.0),
    ]


def test_where_nobody_was_invited_there_is_no_share() -> None:
    assert non_response_bounds(invited()).rows() == [(0, 0, 0, None, None, None)]
    assert non_response_bounds(invited(), ["method"]).is_empty()


_shares = st.sampled_from([None, 0.0, 0.5, 0.75, 1.0])


@given(st.lists(st.tuples(_shares, st.floats(0.01, 100)), min_size=1, max_size=30))
def test_the_share_of_those_who_answered_lies_between_the_bounds(
    answers: list[tuple[float | None, float]],
) -> None:
    rows = pl.DataFrame(
        answers, schema={"overall_share": pl.Float64, "weight": pl.Float64}, orient="row"
    )
    (row,) = non_response_bounds(rows).rows(named=True)
    assert 0 <= row["share_if_none"] <= row["share_if_all"] + 1e-9 <= 1 + 1e-9
    if row["answered"]:
        assert row["share_if_none"] <= row["satisfied_share"] + 1e-9
        assert row["satisfied_share"] <= row["share_if_all"] + 1e-9
