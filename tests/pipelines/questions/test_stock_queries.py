"""A stock is not summed over days: a period has what is there on its last day that is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.questions.metric_queries import Ask
from tests.pipelines.measured_by_hand import measured, told
from tests.transforms.hand_made import Row, at, on

STILL_OPEN: Row = {"resolved_at": None, "closed_at": None, "status": "open"}
# Open on 29 March: 4 tickets; on the 30th 3, on the 31st, the last day that is over, 2.
STOCK: dict[str, list[Row]] = {
    "tickets": [
        {"opened_at": at(2), "resolved_at": at(30)},
        {"opened_at": at(20), "channel": "chat", **STILL_OPEN},
        {"opened_at": at(25), "org_unit_id": "CD", **STILL_OPEN},
        {"opened_at": at(29), "org_unit_id": "XH", "resolved_at": at(31)},
    ]
}


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with duckdb.connect() as connection:
        yield measured(connection, STOCK)


@pytest.mark.parametrize(
    ("grain", "figures"),
    [
        ("week", [(on(2), 1), (on(9), 1), (on(16), 2), (on(23), 4), (on(30), 2)]),
        ("month", [(on(1), 2)]),
        ("quarter", [(date(2026, 1, 1), 2)]),
        ("year", [(date(2026, 1, 1), 2)]),
    ],
)
def test_a_stock_is_what_is_there_on_the_last_day_of_its_period_that_is_over(
    ask: Ask, grain: str, figures: list[tuple[date, int]]
) -> None:
    assert told(ask, "backlog_open", grain=grain) == figures


def test_a_stock_by_day_is_that_of_every_day(ask: Ask) -> None:
    known = told(ask, "backlog_open", grain="day", first=on(27))
    assert known == [(on(27), 3), (on(28), 3), (on(29), 4), (on(30), 3), (on(31), 2)]


def test_a_stock_without_a_grain_is_that_of_the_last_day_asked_for_or_known(
    ask: Ask,
) -> None:
    assert told(ask, "backlog_open") == [(2,)]
    assert told(ask, "backlog_open", first=on(1), last=on(29)) == [(4,)]
    assert told(ask, "backlog_open", last=date(2026, 4, 30)) == [(2,)]
    assert told(ask, "backlog_open", grain="month", last=on(22)) == [(on(1), 2)]
    (mean,) = told(ask, "backlog_age_days_mean", "value", "denominator", last=on(29))
    assert mean == (10, 4)  # (27 + 9 + 4 + 0) / 4


def test_a_stock_is_split_and_rolled_up_like_any_figure(ask: Ask) -> None:
    assert told(ask, "backlog_open", by=("age_band",), last=on(29)) == [
        *(("00-01", 1), ("04-07", 1), ("08-14", 1), ("15-30", 1)),
    ]
    by_unit = told(ask, "backlog_open", by=("org_unit_id",), grain="month", rolled_up=True)
    assert {unit: value for unit, _, value in by_unit} == {
        "PD": 1,
        "EAST": 1,
        "CD": 1,
        "WEST": 1,
        "HQ": 2,
    }
    assert told(ask, "backlog_open", where={"channel": ["chat"]}) == [(1,)]
    assert told(ask, "backlog_overdue", last=on(29)) == [(3,)]
