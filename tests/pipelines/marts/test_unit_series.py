"""The series of every metric and unit, from hand-made records: periods, stocks, units, events.

2 March 2026 is a Monday, and 31 March, the last day that is over, a Tuesday.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.marts.unit_series import over
from tests.pipelines.measured_by_hand import measured, told
from tests.pipelines.series_by_hand import (
    STILL_OPEN,
    Points,
    Series,
    answers,
    picked_up,
    points_of,
)
from tests.transforms.hand_made import Row, at, on
from transforms.catalogue import METRICS
from transforms.chart_values import scale_of

pytestmark = pytest.mark.slow  # each reads every table

_POINT = ("org_unit_id", "period", "value")


@pytest.fixture
def series() -> Iterator[Series]:
    """Return period and value of one metric, unit and grain of the given records."""
    with duckdb.connect() as connection:

        def asked(
            records: dict[str, list[Row]], metric: str, unit: str, grain: str, **how: Any
        ) -> Points:
            points = points_of(
                measured(connection, records), metric=metric, org_unit_id=unit, grain=grain, **how
            )
            return points.select("period", "value").rows()

        yield asked


def test_weeks_and_months_are_sums_of_days(series: Series) -> None:
    parcels = [picked_up(day) for day in (2, 8, 8, 9, 29)]
    assert series({"deliveries": parcels}, "deliveries_picked_up", "PD", "week") == [
        (on(2), 3),
        (on(9), 1),
        (on(16), 0),
        (on(23), 1),
    ]


@pytest.mark.parametrize(
    ("as_of", "weeks", "months"),
    [
        (on(28), [on(9), on(16)], []),
        (on(29), [on(9), on(16), on(23)], []),
        (on(30), [on(9), on(16), on(23)], []),
        (on(31), [on(9), on(16), on(23)], [on(1)]),
    ],
)
def test_only_periods_that_are_over_count(
    as_of: date, weeks: list[date], months: list[date]
) -> None:
    days = pl.DataFrame({"period": [on(day) for day in range(9, 32)]}).filter(
        pl.col("period") <= as_of
    )
    assert over(days, "week", as_of)["period"].unique().sort().to_list() == weeks
    assert over(days, "month", as_of)["period"].unique().to_list() == months
    assert over(days, "day", as_of)["day"].to_list() == days["period"].to_list()


@pytest.mark.parametrize(
    ("begun", "weeks", "months"),
    [
        (2, [7, 7, 7, 7], [28]),
        # A Tuesday: Monday may have been a holiday.
        (3, [6, 7, 7, 7], [27]),
        # Less of a week would look like a fall of its work.
        (4, [7, 7, 7], [26]),
        (8, [7, 7, 7], [22]),
        (9, [7, 7, 7], []),
    ],
)
def test_the_first_week_of_a_count_may_lack_a_day_and_its_first_month_a_week(
    begun: int, weeks: list[int], months: list[int]
) -> None:
    records = {"deliveries": [picked_up(day) for day in range(begun, 30)]}
    with duckdb.connect() as connection:
        ask = measured(connection, records)
        points = points_of(ask, metric="deliveries_picked_up", org_unit_id="PD")
    for grain, counts in (("week", weeks), ("month", months)):
        assert points.filter(pl.col("grain") == grain)["value"].to_list() == counts


def test_the_first_week_of_a_share_may_lack_any_days(series: Series) -> None:
    records = {"deliveries": [picked_up(day) for day in range(6, 30)]}
    weeks = series(records, "delivery_on_time_share", "PD", "week")
    assert weeks[0] == (on(2), 1.0)


@pytest.mark.parametrize(
    ("metric", "days_later", "newest"),
    [
        ("delivery_on_time_share", 0, on(23)),
        # An exception is found out up to a week after the pick-up.
        ("exception_share", 0, on(16)),
        ("exception_share", 4, on(16)),
        ("exception_share", 5, on(23)),
    ],
)
def test_the_newest_periods_wait_until_their_cases_are_settled(
    metric: str, days_later: int, newest: date, series: Series
) -> None:
    records = {"deliveries": [picked_up(day) for day in range(2, 30)]}
    weeks = series(records, metric, "PD", "week", days_later=days_later)
    assert [period for period, _ in weeks if period < on(30)][-1] == newest


def test_a_stock_is_that_of_the_last_day_of_its_period(series: Series) -> None:
    tickets = [
        {"opened_at": at(2), "resolved_at": at(12)},
        {"opened_at": at(4), **STILL_OPEN},
        {"opened_at": at(20), **STILL_OPEN},
    ]
    weeks = series({"tickets": tickets}, "backlog_open", "HQ", "week")
    assert weeks == [(on(2), 2), (on(9), 1), (on(16), 2), (on(23), 2)]


def test_a_stock_that_is_used_up_by_the_end_of_a_period_is_none_there(series: Series) -> None:
    # Nothing is open on Sunday the 15th, at any unit.
    tickets = [
        {"opened_at": at(2), "resolved_at": at(12)},
        {"opened_at": at(20), **STILL_OPEN},
    ]
    weeks = series({"tickets": tickets}, "backlog_open", "HQ", "week")
    assert weeks == [(on(2), 1), (on(9), 0), (on(16), 1), (on(23), 1)]


def test_a_stock_that_a_unit_no_longer_has_is_none_there(series: Series) -> None:
    tickets = [
        {"opened_at": at(2), "resolved_at": at(12)},
        {"opened_at": at(2), "org_unit_id": "CD", **STILL_OPEN},
    ]
    weeks = series({"tickets": tickets}, "backlog_open", "PD", "week")
    assert weeks == [(on(2), 1), (on(9), 0), (on(16), 0), (on(23), 0)]


def test_shares_roll_up_the_tree_as_sums() -> None:
    late = {"delivered_at": at(8), "promised_at": at(4)}
    parcels = [
        *(picked_up(2, promised_at=at(4)) for _ in range(3)),
        picked_up(2, **late),
        picked_up(2, "XH", **late),
        *(picked_up(2, "CD", promised_at=at(4)) for _ in range(5)),
    ]
    records = {"deliveries": parcels}
    with duckdb.connect() as connection:
        ask = measured(connection, records)
        weeks = points_of(ask, metric="delivery_on_time_share", grain="week")
    assert {
        unit: (value, numerator, denominator)
        for unit, value, numerator, denominator in weeks.select(
            "org_unit_id", "value", "numerator", "denominator"
        ).iter_rows()
    } == {
        "PD": (0.75, 3, 4),
        "XH": (0, 0, 1),
        "CD": (1, 5, 5),
        "EAST": (0.6, 3, 5),
        "WEST": (1, 5, 5),
        "HQ": (0.8, 8, 10),
    }


def test_a_unit_without_rows_counts_none_from_its_first_week_to_the_last_of_all(
    series: Series,
) -> None:
    parcels = [picked_up(9, "CD"), *(picked_up(day) for day in range(2, 30))]
    records = {"deliveries": parcels}
    weeks = series(records, "deliveries_picked_up", "CD", "week")
    assert weeks == [(on(9), 1), (on(16), 0), (on(23), 0)]


def test_a_share_of_nothing_is_no_point(series: Series) -> None:
    parcels = [picked_up(2), picked_up(16)]
    weeks = series({"deliveries": parcels}, "exception_share", "PD", "week")
    assert [period for period, _ in weeks] == [on(2), on(16)]


def test_a_rate_over_two_tables_has_the_weeks_of_what_it_divides_by(series: Series) -> None:
    records = {
        "deliveries": [picked_up(2), picked_up(9), picked_up(9)],
        "tickets": [
            {"kind": "complaint", "opened_at": at(10)},
            {"kind": "complaint", "opened_at": at(17)},
        ],
    }
    weeks = series(records, "complaints_per_million_deliveries", "PD", "week")
    assert weeks == [(on(2), 0), (on(9), 0.5)]


def test_a_rate_of_what_nobody_records_is_unknown_not_none(series: Series) -> None:
    # As `metric_queries.answer` has it: this home delivers no tickets at all.
    records = {"deliveries": [picked_up(day) for day in range(2, 30)]}
    assert series(records, "complaints_per_million_deliveries", "PD", "week") == []


def test_weeks_of_few_answers_are_left_out_with_one_beside_them(series: Series) -> None:
    counts = {3: 6, 10: 4, 17: 5, 24: 10}
    records = {"surveys": [row for day, n in counts.items() for row in answers(day, n, n // 2)]}
    # The 4 are few, and the 5 beside them would tell what they said.
    weeks = series(records, "satisfied_share", "PD", "week", minimum_answers=5)
    assert weeks == [(on(2), 0.5), (on(23), 0.5)]


@pytest.mark.parametrize("grain", ["week", "month"])
def test_weeks_and_months_are_charted_just_where_an_answer_would_show_them(grain: str) -> None:
    counts = {("PD", 3): 6, ("PD", 10): 4, ("XH", 3): 9, ("XH", 17): 7, ("CD", 10): 3}
    surveys = [row for (unit, day), n in counts.items() for row in answers(day, n, n // 2, unit)]
    with duckdb.connect() as connection:
        ask = measured(connection, {"surveys": surveys}, minimum_answers=5)
        points = points_of(ask, minimum_answers=5, metric="satisfied_share", grain=grain)
        asked = told(
            ask,
            "satisfied_share",
            "value",
            "is_hidden",
            by=("org_unit_id",),
            grain=grain,
            rolled_up=True,
        )
    shown = {(unit, period): value for unit, period, value, _ in asked if value is not None}
    assert any(is_hidden for *_, is_hidden in asked)
    charted = {(unit, period): value for unit, period, value in points.select(_POINT).iter_rows()}
    assert charted == pytest.approx(shown)


def test_a_median_of_a_week_is_that_of_all_its_days_and_units(series: Series) -> None:
    hours = {2: 10, 4: 20, 8: 60}
    parcels = [
        picked_up(day, unit, delivered_at=at(day) + timedelta(hours=took))
        for (day, took), unit in zip(hours.items(), ("PD", "PD", "XH"), strict=True)
    ]
    records = {"deliveries": parcels}
    scale = scale_of(METRICS["delivery_hours_median"])
    weeks = series(records, "delivery_hours_median", "EAST", "week")
    # The parcel of Sunday the 8th was delivered in the week after: medians count on delivery.
    assert [period for period, _ in weeks] == [on(2), on(9)]
    assert weeks[1][1] * scale == pytest.approx(60, rel=1e-3)
