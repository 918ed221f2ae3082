"""What a chart is made of, worked out by hand, and the grain at which a series is watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from transforms.catalogue import METRICS, Metric
from transforms.chart_values import (
    CHARTED,
    GRAINS,
    chart_values,
    charts_of,
    daily_events,
    event_chart,
    possible_limit,
    scale_of,
    series_with_cases,
    watched,
)
from transforms.metrics import figures

_ADDED = ("value", "numerator", "denominator", "cases")


def values_of(name: str, **sums: float | None) -> tuple[float | None, ...]:
    """Return value, numerator, denominator and cases of one period; other measures are 0."""
    metric = METRICS[name]
    assert sums.keys() <= set(metric.measures)
    row = pl.DataFrame([dict.fromkeys(metric.measures, 0) | sums | {"period": "x"}])
    charted = chart_values(metric, row)
    assert charted.columns == ["period", *_ADDED]
    assert set(charted.select(_ADDED).dtypes) == {pl.Float64}
    return charted.select(_ADDED).row(0)


@pytest.mark.parametrize(
    ("name", "grains"),
    [
        ("delivery_on_time_share", ("day", "week", "event", "month")),
        ("lost_per_million", ("day", "week", "event", "month")),
        ("delivery_hours_mean", ("week", "month")),
        ("fee_per_delivery", ("week", "month")),
        ("net_promoter_score", ("week", "month")),
        ("satisfaction_mean", ("week", "month")),
        ("satisfied_share", ("week", "event", "month")),
        ("survey_response_share", ("day", "week", "event", "month")),
        ("tickets_opened", ("week", "month")),
        ("tickets_reopened", ("week", "event", "month")),
        ("delivery_hours_median", ("week", "month")),
        ("backlog_overdue", ("week", "month")),
        ("backlog_age_days_mean", ("week", "month")),
        ("revenue_actual", ("month",)),
        ("expense_execution_share", ("month",)),
        ("claims_per_thousand_deliveries", ("month",)),
        ("duties_done_on_time_share", ("month",)),
        ("duties_overdue", ("month",)),
    ],
)
def test_a_metric_is_charted_by_the_periods_that_have_a_meaning(
    name: str, grains: tuple[str, ...]
) -> None:
    assert charts_of(METRICS[name]) == grains


def test_every_charted_metric_has_months_and_its_grains_in_the_order_of_watching() -> None:
    for metric in METRICS.values():
        grains = charts_of(metric)
        assert (metric in CHARTED) == bool(grains) == (metric.chart != "none"), metric.name
        assert grains == tuple(grain for grain in GRAINS if grain in grains), metric.name
        assert not grains or grains[-1] == "month", metric.name


def test_only_what_has_a_good_side_is_charted_event_by_event() -> None:
    by_event = [metric for metric in CHARTED if "event" in charts_of(metric)]
    assert {metric.form for metric in by_event} == {"share", "rate", "count"}
    assert not [metric.name for metric in by_event if metric.better == "neutral"]


def test_events_with_opportunities_are_charted_by_cases_and_others_by_days() -> None:
    assert event_chart(METRICS["lost_per_million"]) == "g"
    assert event_chart(METRICS["delivery_on_time_share"]) == "g"
    assert event_chart(METRICS["tickets_reopened"]) == "t"


@pytest.mark.parametrize(
    ("met", "missed", "cases"), [(92, 8, 8.0), (8, 92, 8.0), (0, 7, 0.0), (7, 0, 0.0)]
)
def test_the_cases_of_a_share_are_those_of_its_rarer_outcome(
    met: int, missed: int, cases: float
) -> None:
    share = values_of(
        "delivery_on_time_share", delivery_promises_met=met, delivery_promises_missed=missed
    )
    assert share == (met / (met + missed), met, met + missed, cases)


def test_where_nothing_was_counted_there_is_no_value() -> None:
    assert values_of("delivery_on_time_share") == (None, 0.0, 0.0, 0.0)
    assert values_of("lost_per_million", exceptions_lost=3)[0] is None


def test_the_cases_of_a_rate_are_its_events_and_its_value_is_before_scale() -> None:
    rate = values_of("lost_per_million", exceptions_lost=4, deliveries_picked_up=1000)
    assert rate == (0.004, 4.0, 1000.0, 4.0)
    assert scale_of(METRICS["lost_per_million"]) == 1_000_000


def test_a_count_has_no_denominator_and_zero_is_a_value() -> None:
    assert values_of("tickets_reopened", tickets_reopened=6) == (6.0, 6.0, None, 6.0)
    assert values_of("tickets_reopened") == (0.0, 0.0, None, 0.0)


def test_the_cases_of_a_mean_and_of_a_score_are_what_it_is_made_of() -> None:
    mean = values_of("delivery_hours_mean", delivery_seconds=72_000, deliveries_timed=4)
    assert mean == (18_000.0, 72_000.0, 4.0, 4.0)
    score = values_of("net_promoter_score", promoters=6, detractors=2, recommend_answers=10)
    assert score == (pytest.approx(0.4), 4.0, 10.0, 10.0)


def test_cases_of_money_are_not_counted() -> None:
    money = values_of("revenue_variance", revenue_actual_minor=500, revenue_budget_minor=800)
    assert money == (-300.0, -300.0, None, None)
    assert scale_of(METRICS["revenue_variance"]) == 0.01
    share = values_of("revenue_execution_share", revenue_actual_minor=6, revenue_budget_minor=8)
    assert share == (0.75, 6.0, 8.0, None)
    assert scale_of(METRICS["revenue_execution_share"]) == 1.0
    assert scale_of(METRICS["claims_per_thousand_deliveries"]) == 10.0


def test_weighted_answers_count_as_their_effective_number() -> None:
    # Weights 3, 1, 1, 1: (3 + 1 + 1 + 1)^2 / (9 + 1 + 1 + 1) = 3 answers' worth.
    share = values_of(
        "satisfied_share",
        overall_satisfied_weight=4.5,
        overall_weight=6.0,
        overall_weight_squared=12.0,
    )
    assert share == (0.75, 2.25, 3.0, 0.75)
    nobody = values_of("satisfied_share")
    assert nobody == (None, 0.0, 0.0, 0.0)


def test_answers_of_equal_weight_count_each_once() -> None:
    share = values_of(
        "satisfied_share",
        overall_satisfied_weight=1.5,
        overall_weight=2.0,
        overall_weight_squared=1.0,
    )
    assert share == (0.75, 3.0, 4.0, 1.0)


@pytest.mark.parametrize(
    "metric",
    [metric for metric in CHARTED if metric.form != "quantile"],
    ids=lambda metric: metric.name,
)
def test_a_value_times_its_scale_is_the_figure_of_the_metric(metric: Metric) -> None:
    sums = pl.DataFrame([{name: 7 + 3 * place for place, name in enumerate(metric.measures)}])
    expected = figures(metric, sums)["value"][0]
    assert chart_values(metric, sums)["value"][0] * scale_of(metric) == pytest.approx(expected)


def test_the_bad_cases_of_a_day_are_those_that_the_metric_would_have_fewer_of() -> None:
    day = pl.DataFrame({"numerator": [92.0, 0.0], "denominator": [100.0, 0.0]})

    def events(name: str) -> list[tuple[float, float]]:
        return daily_events(METRICS[name], day).select("events", "opportunities").rows()

    assert events("delivery_on_time_share") == [(8.0, 100.0), (0.0, 0.0)]
    assert events("exception_share") == [(92.0, 100.0), (0.0, 0.0)]
    assert events("lost_per_million") == [(92.0, 100.0), (0.0, 0.0)]


def test_effective_answers_are_rounded_to_whole_events() -> None:
    day = pl.DataFrame({"numerator": [2.25], "denominator": [3.4]})
    counted = daily_events(METRICS["satisfied_share"], day)
    assert counted.select("events", "opportunities").rows() == [(1.0, 3.0)]


def series_of(
    cases: Sequence[float | None], *, unit: str = "PD", grain: str = "day", series: int = 1
) -> pl.DataFrame:
    first = date(2026, 1, 1)
    return pl.DataFrame(
        {
            "metric": ["lost_per_million"] * len(cases),
            "org_unit_id": [unit] * len(cases),
            "grain": [grain] * len(cases),
            "series": [series] * len(cases),
            "period": [first + timedelta(days=place) for place in range(len(cases))],
            "cases": pl.Series(cases, dtype=pl.Float64),
        }
    )


def is_watched(cases: Sequence[float | None], **where: str) -> bool:
    return watched(series_of(cases, **where)).height == 1


def test_a_series_needs_five_cases_a_point_on_average_and_twelve_points() -> None:
    assert is_watched([5.0] * 12)
    assert not is_watched([5.0] * 11)
    assert not is_watched([4.99] * 12)
    assert is_watched([0.0, 10.0] * 6)


def test_only_the_first_twenty_points_decide_in_whatever_order_they_come() -> None:
    later_more = [4.0] * 20 + [100.0] * 20
    assert not is_watched(later_more)
    assert is_watched([6.0] * 20 + [0.0] * 20)
    assert watched(series_of(later_more).reverse()).is_empty()


def test_of_months_the_first_twelve_decide() -> None:
    assert is_watched([6.0] * 12 + [0.0] * 8, grain="month")
    assert not is_watched([4.0] * 12 + [100.0] * 8, grain="month")


def test_where_cases_are_not_counted_twelve_points_are_enough() -> None:
    assert is_watched([None] * 12, grain="month")
    assert not is_watched([None] * 11, grain="month")


def test_an_event_is_a_case_by_itself() -> None:
    assert is_watched([1.0] * 12, grain="event")
    assert not is_watched([1.0] * 11, grain="event")


@pytest.mark.parametrize(
    ("by_day", "by_week", "chosen"),
    [(5.0, 35.0, "day"), (1.0, 7.0, "week"), (0.5, 3.5, "event")],
)
def test_a_series_is_watched_by_its_shortest_period_with_cases_enough(
    by_day: float, by_week: float, chosen: str
) -> None:
    grains = {"month": 20.0, "event": 1.0, "week": by_week, "day": by_day}
    points = pl.concat(
        series_of([cases] * 20, grain=grain, series=place)
        for place, (grain, cases) in enumerate(grains.items())
    )
    assert watched(points)["series"].to_list() == [list(grains).index(chosen)]


def test_without_events_enough_the_month_is_watched_or_nothing() -> None:
    events = series_of([1.0] * 11, grain="event", series=1)
    months = series_of([5.0] * 12, grain="month", series=2)
    assert watched(pl.concat([events, months]))["series"].to_list() == [2]
    few = series_of([4.0] * 12, grain="month", series=2)
    assert watched(pl.concat([events, few])).is_empty()


def test_each_unit_is_judged_by_itself() -> None:
    points = pl.concat(
        [
            series_of([5.0] * 12, unit="PD", series=1),
            series_of([35.0] * 12, unit="PD", grain="week", series=2),
            series_of([1.0] * 12, unit="XH", series=3),
            series_of([7.0] * 12, unit="XH", grain="week", series=4),
        ]
    )
    assert sorted(watched(points)["series"]) == [1, 4]
    by_day = points.filter(pl.col("grain") == "day")
    assert series_with_cases(by_day, "org_unit_id").rows() == [("PD",)]


@pytest.mark.parametrize(
    ("metric", "limits", "possible"),
    [
        ("backlog_overdue", (-2.0, 9.0), (0.0, 9.0)),
        ("delivery_on_time_share", (0.81, 1.04), (0.81, 1.0)),
        ("cost_per_delivery", (-3.0, 40.0), (0.0, 40.0)),
        ("revenue_variance", (-900.0, 700.0), (-900.0, 700.0)),
    ],
)
def test_a_limit_lies_no_further_than_values_can_go(
    metric: str, limits: tuple[float, float], possible: tuple[float, float]
) -> None:
    assert tuple(possible_limit(METRICS[metric], limit) for limit in limits) == possible
