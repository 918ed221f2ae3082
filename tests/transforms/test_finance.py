"""Budgets: which version counts, and how a line becomes months without losing a minor unit."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.hand_made import Row, on, records_of
from transforms.finance import newest_budget, spread_over_months

_days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def line(amount_minor: int, first: date, last: date, **others: object) -> pl.DataFrame:
    row = {"amount_minor": amount_minor, "period_start": first, "period_end": last, **others}
    return records_of("budget_lines", [row])


def months_of(lines: pl.DataFrame) -> list[tuple[date, int]]:
    return spread_over_months(lines).select("month", "amount_minor").rows()


@given(st.integers(-(10**14), 10**14), _days, st.integers(0, 1200))
def test_months_sum_to_the_line_and_lie_within_one_unit_of_their_share_of_days(
    amount_minor: int, first: date, more_days: int
) -> None:
    last = first + timedelta(days=more_days)
    months = months_of(line(amount_minor, first, last))
    assert sum(amount for _, amount in months) == amount_minor
    assert [month for month, _ in months] == pl.date_range(
        first.replace(day=1), last, "1mo", eager=True
    ).to_list()
    every_day = [first + timedelta(days=day) for day in range(more_days + 1)]
    for month, amount in months:
        days = sum((day.year, day.month) == (month.year, month.month) for day in every_day)
        assert abs(amount - Fraction(amount_minor * days, len(every_day))) < 1


@pytest.mark.parametrize(
    ("amount_minor", "first", "last", "months"),
    [
        (1_000, on(1), on(31), [(on(1), 1_000)]),
        (1_000, on(5), on(5), [(on(1), 1_000)]),
        # 90 days: 31, 28 and 31 of them
        (
            90,
            date(2026, 1, 1),
            on(31),
            [(date(2026, 1, 1), 31), (date(2026, 2, 1), 28), (on(1), 31)],
        ),
        # 100 x 31/90 = 34.4, 100 x 59/90 = 65.6: the running total is rounded down
        (
            100,
            date(2026, 1, 1),
            on(31),
            [(date(2026, 1, 1), 34), (date(2026, 2, 1), 31), (on(1), 35)],
        ),
        (-3, date(2026, 2, 28), on(1), [(date(2026, 2, 1), -2), (on(1), -1)]),
        (0, date(2026, 2, 28), on(1), [(date(2026, 2, 1), 0), (on(1), 0)]),
    ],
)
def test_a_line_spread_by_hand(
    amount_minor: int, first: date, last: date, months: list[tuple[date, int]]
) -> None:
    assert months_of(line(amount_minor, first, last)) == months


def test_a_leap_year_has_its_day() -> None:
    months = months_of(line(366, date(2028, 1, 1), date(2028, 12, 31)))
    assert months[1] == (date(2028, 2, 1), 29)


def test_every_month_keeps_what_else_the_line_says() -> None:
    lines = line(62, date(2026, 2, 1), on(31), account_code="C", org_unit_id="CD")
    spread = spread_over_months(lines)
    assert spread.select("org_unit_id", "account_code").unique().rows() == [("CD", "C")]


def test_no_lines_have_no_months() -> None:
    assert spread_over_months(records_of("budget_lines", [])).is_empty()


@pytest.mark.parametrize(
    ("versions", "newest"),
    [
        ([{"version": "original"}], "original"),
        ([{"version": "revised_1"}, {"version": "original"}], "revised_1"),
        # by number, not by letter
        ([{"version": "revised_10"}, {"version": "revised_9"}], "revised_10"),
        # a version counts from the day of its approval, or at once if none is known
        ([{"version": "original"}, {"version": "revised_1", "approved_on": on(31)}], "revised_1"),
        (
            [{"version": "original"}, {"version": "revised_1", "approved_on": date(2026, 4, 1)}],
            "original",
        ),
    ],
)
def test_the_newest_approved_version_counts(versions: list[Row], newest: str) -> None:
    lines = records_of("budget_lines", versions)
    assert newest_budget(lines, today=on(31))["version"].to_list() == [newest]


def test_a_budget_that_is_not_approved_yet_counts_not_at_all() -> None:
    lines = records_of("budget_lines", [{"approved_on": on(31)}])
    assert newest_budget(lines, today=on(30)).is_empty()


def test_versions_are_compared_within_one_unit_account_and_period() -> None:
    others: list[Row] = [
        {"org_unit_id": "CD"},
        {"account_code": "C"},
        {"period_end": date(2026, 4, 30)},
        {"period_start": date(2026, 2, 1)},
    ]
    lines = records_of("budget_lines", [{"version": "revised_1"}, *others])
    assert newest_budget(lines, today=on(31)).height == 5
