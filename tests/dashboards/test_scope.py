"""What a page looks at, read from the URL and written back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.scope import (
    Known,
    Period,
    Scope,
    change_grain,
    parse_period,
    period_of,
    periods,
    read_scope,
)
from pipelines.questions.metric_queries import Grain
from transforms.catalogue import METRICS
from transforms.refusal import Refusal

KNOWN = Known(
    units={"HQ": 0, "EAST": 1, "PD": 2, "WEST": 1},
    channels=("phone", "chat"),
    service_levels=("express",),
    first=date(2025, 5, 1),
    last=date(2026, 10, 31),
    as_of=date(2026, 10, 31),
)
_GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")


@pytest.mark.parametrize(
    ("text", "grain", "first", "last"),
    [
        ("2026-10-31", "day", date(2026, 10, 31), date(2026, 10, 31)),
        ("2026-W44", "week", date(2026, 10, 26), date(2026, 11, 1)),
        ("2026-W01", "week", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-02", "month", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2025", "year", date(2025, 1, 1), date(2025, 12, 31)),
        ("all", "all", date(2025, 5, 1), date(2026, 10, 31)),
    ],
)
def test_a_period_in_the_url_shows_its_grain(
    text: str, grain: Grain, first: date, last: date
) -> None:
    period = parse_period(text, KNOWN)
    assert period == Period(grain, first, last)
    assert period.to_url() == text


@given(
    day=st.dates(date(1990, 1, 1), date(2090, 12, 31)),
    grain=st.sampled_from(_GRAINS),
)
def test_every_day_lies_in_one_period_of_each_grain_and_periods_follow_without_a_gap(
    day: date, grain: Grain
) -> None:
    period = period_of(grain, day)
    assert period.first <= day <= period.last
    assert period.before().last == period.first - timedelta(days=1)
    assert parse_period(period.to_url(), KNOWN) == period


@pytest.mark.parametrize("text", ["2026-13", "2026-02-30", "2026-W60", "yesterday", "", "9999999"])
def test_a_text_that_is_no_period_is_told_and_the_usual_one_is_shown(text: str) -> None:
    scope, refusals = read_scope({"period": text}, KNOWN)
    assert scope.period.to_url() == "2026-10"
    assert [str(refusal) for refusal in refusals] == [
        f"{text} is no period: write a day 2026-10-31, a week 2026-W44, a month 2026-10, "
        "a quarter 2026-Q4, a year 2026, or all."
    ]


def test_a_period_without_figures_is_told_with_the_days_that_have_them() -> None:
    scope, refusals = read_scope({"period": "2031-03"}, KNOWN)
    assert scope.period.to_url() == "2026-10"
    assert [str(refusal) for refusal in refusals] == [
        "There are no figures for the period 2031-03: they reach from 2025-05-01 to 2026-10-31."
    ]


def test_an_unknown_unit_channel_or_service_level_is_told_and_all_are_shown() -> None:
    url = {"unit": "NOWHERE", "channel": "pigeon", "service_level": "yesterday"}
    scope, refusals = read_scope(url, KNOWN)
    assert (scope.unit, scope.channel, scope.service_level) == ("HQ", None, None)
    assert [refusal.told("zh")[:8] for refusal in refusals] == [
        "当前快照中没有机",
        "当前快照中没有渠",
        "当前快照中没有服",
    ]


def test_a_scope_written_to_the_url_is_read_back_the_same() -> None:
    scope = Scope("PD", parse_period("2026-W40", KNOWN), "chat", "express")
    assert read_scope(scope.to_url(), KNOWN) == (scope, [])


def test_the_usual_period_is_the_newest_month_that_is_over() -> None:
    over = KNOWN._replace(last=date(2026, 10, 30), as_of=date(2026, 10, 30))
    assert read_scope({}, KNOWN)[0].period.to_url() == "2026-10"
    assert read_scope({}, over)[0].period.to_url() == "2026-09"


def test_with_data_of_less_than_a_week_the_usual_period_is_the_newest_day() -> None:
    one_day = KNOWN._replace(first=date(2026, 10, 31))
    assert read_scope({}, one_day)[0].period.to_url() == "2026-10-31"


def test_without_any_figures_there_is_still_a_period_and_no_sentence() -> None:
    nothing = KNOWN._replace(first=None, last=None, units={})
    scope, refusals = read_scope({}, nothing)
    assert scope == Scope(None, period_of("month", KNOWN.as_of))
    assert refusals == [] and periods("month", nothing) == []


def test_with_several_units_at_the_top_all_of_them_are_shown() -> None:
    two_tops = KNOWN._replace(units={"A": 0, "B": 0})
    assert read_scope({}, two_tops)[0].unit is None


def test_periods_are_listed_newest_first_and_cover_all_days() -> None:
    listed = periods("quarter", KNOWN)
    assert [period.to_url() for period in listed] == [
        "2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4", "2025-Q3", "2025-Q2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "grain", "becomes"),
    [
        ("2026-10", "week", "2026-W43"),  # the newest week that was over in it
        ("2026-10", "day", "2026-10-31"),
        ("2026-10", "quarter", "2026-Q4"),
        ("2026-W40", "month", "2026-10"),
        ("all", "month", "2026-10"),
        ("2026-10", "all", "all"),
    ],
)
def test_another_grain_looks_at_the_same_time(text: str, grain: Grain, becomes: str) -> None:
    assert change_grain(parse_period(text, KNOWN), grain, KNOWN).to_url() == becomes


def test_a_metric_known_by_month_is_asked_for_whole_months() -> None:
    budget, tickets = METRICS["revenue_budget"], METRICS["tickets_opened"]
    day, everything = parse_period("2026-10-15", KNOWN), parse_period("all", KNOWN)
    assert day.suited_to(budget).to_url() == "2026-10"
    assert day.suited_to(tickets) == day
    late = everything._replace(first=date(2025, 5, 3), last=date(2026, 10, 30))
    assert late.suited_to(budget)[1:] == (date(2025, 5, 1), date(2026, 10, 31))


def test_a_scope_asks_a_metric_only_for_what_it_knows() -> None:
    scope = Scope("PD", parse_period("2026-10", KNOWN), "chat", "express")
    assert scope.where(METRICS["tickets_opened"]) == {
        "org_unit_id": ("PD",),
        "channel": ("chat",),
    }
    assert scope.where(METRICS["first_attempt_share"]) == {
        "org_unit_id": ("PD",),
        "service_level": ("express",),
    }


def test_a_period_of_no_grain_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="has no single period"):
        period_of("all", date(2026, 1, 1))


def test_a_sentence_about_a_period_comes_as_a_refusal() -> None:
    with pytest.raises(Refusal, match="is no period"):
        parse_period("soon", KNOWN)
