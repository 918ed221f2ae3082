"""Series of bad cases and of whole homes, from hand-made records: events, grains, all metrics.

Which periods are points, and of which units: tests/pipelines/marts/test_unit_series.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb
import polars as pl
import pytest

from pipelines.questions.metric_queries import Ask
from tests.pipelines.measured_by_hand import measured, told
from tests.pipelines.series_by_hand import STILL_OPEN, answers, picked_up, points_of
from tests.transforms.hand_made import AS_OF, Row, at, on
from transforms.catalogue import Metric
from transforms.chart_values import CHARTED, charts_of, scale_of

pytestmark = pytest.mark.slow  # each reads every table

_POINT = ("org_unit_id", "period", "value")


FIRST = datetime(2026, 1, 1, 8, tzinfo=UTC)


def steady(days: int, a_day: int, lost_on: dict[int, int], unit: str = "PD") -> list[Row]:
    """Return `a_day` parcels on each of `days` from 1 January, so many of them lost on a day."""
    return [
        {
            "org_unit_id": unit,
            "picked_up_at": FIRST + timedelta(days=day),
            "delivered_at": FIRST + timedelta(days=day + 1),
            "promised_at": FIRST + timedelta(days=day + 2),
            "exception": "lost" if place < lost_on.get(day, 0) else "none",
        }
        for day in range(days)
        for place in range(a_day)
    ]


def test_rare_cases_are_points_by_how_many_others_lie_between_them() -> None:
    parcels = steady(60, 2, {3: 1, 13: 1, 43: 2})
    with duckdb.connect() as connection:
        ask = measured(connection, {"deliveries": parcels})
        events = points_of(ask, metric="lost_per_million", org_unit_id="HQ", grain="event")
    # 20 parcels from the 3rd day to the 13th, of them 19 well; then 60 until the last of the two,
    # which are the two parcels of their day, or one of them told twice.
    one, *two = events.select("period", "value", "denominator").rows()
    assert one == (date(2026, 1, 14), 19, 20)
    assert [period for period, *_ in two] == [date(2026, 2, 13)] * 2
    assert sorted(cases for *_, cases in two) in ([0, 60], [1, 59])
    assert events.select("chart", "numerator", "cases").unique().rows() == [("g", 1, 1)]


def test_who_has_cases_enough_by_week_is_not_charted_event_by_event() -> None:
    # 13 weeks of 42 parcels, 6 of them lost: five of the rarer outcome a week, not a day.
    lost = {day: 1 for day in range(90) if day % 7 != 6}
    parcels = steady(90, 6, lost)
    with duckdb.connect() as connection:
        ask = measured(connection, {"deliveries": parcels})
        points = points_of(ask, metric="lost_per_million", org_unit_id="PD")
    assert points["grain"].unique().sort().to_list() == ["month", "week"]


def test_who_has_cases_enough_by_day_is_charted_by_day_and_others_are_not() -> None:
    parcels = [*steady(30, 40, dict.fromkeys(range(30), 5)), *steady(30, 3, {5: 1, 9: 1}, "CD")]
    with duckdb.connect() as connection:
        ask = measured(connection, {"deliveries": parcels})
        points = points_of(ask, metric="lost_per_million")
    by_unit = {
        unit: sorted(of_unit["grain"].unique())
        for (unit,), of_unit in points.group_by("org_unit_id")
    }
    assert by_unit["PD"] == ["day", "month", "week"]
    assert by_unit["CD"] == by_unit["WEST"] == ["event", "month", "week"]
    assert by_unit["HQ"] == ["day", "month", "week"]


OF_EACH_KIND: dict[str, list[Row]] = {
    "deliveries": [
        picked_up(day, unit, exception="lost" if day % 5 == 0 else "none")
        for day in range(1, 29)
        for unit in ("PD", "XH", "CD")
    ],
    "tickets": [
        {"opened_at": at(2), "resolved_at": at(30)},
        {"opened_at": at(20), "org_unit_id": "XH", **STILL_OPEN},
    ],
    "surveys": [
        {**row, "recommend": 10.0 if row["overall"] == 5.0 else 2.0}
        for row in [*answers(3, 4, 3), *answers(18, 3, 1, "CD")]
    ],
    "finance_entries": [{"amount_minor": 5000}, {"amount_minor": 7000, "org_unit_id": "CD"}],
    "budget_lines": [{"amount_minor": 10_000}],
    "duties": [{"done_on": on(1)}, {"org_unit_id": "XH"}],
}


@pytest.fixture(scope="module")
def of_each_kind() -> Iterator[Ask]:
    with duckdb.connect() as connection:
        yield measured(connection, OF_EACH_KIND)


@pytest.fixture(scope="module")
def every_point(of_each_kind: Ask) -> pl.DataFrame:
    """The points as they are once the cases of all periods that are over are settled."""
    longest = max(metric.settles_after for metric in CHARTED)
    return points_of(of_each_kind, days_later=longest).filter(
        (pl.col("grain") != "week") | (pl.col("period") < on(30)), pl.col("period") <= AS_OF.date()
    )


@pytest.mark.parametrize("metric", CHARTED, ids=lambda metric: metric.name)
def test_a_point_is_the_figure_that_a_question_for_it_gets(
    metric: Metric, of_each_kind: Ask, every_point: pl.DataFrame
) -> None:
    for grain in {"week", "month"} & {*charts_of(metric)}:
        asked = told(of_each_kind, metric.name, by=("org_unit_id",), grain=grain, rolled_up=True)
        figures = {
            (unit, period): value
            for unit, period, value in asked
            # The week of 30 March is not over, and only March is whole.
            if value is not None and (period < on(30) if grain == "week" else period == on(1))
        }
        points = every_point.filter(pl.col("metric") == metric.name, pl.col("grain") == grain)
        if metric.form == "count":
            # Of a count the period in which the records begin may be too little of one.
            begun = points["period"].min() or on(31)
            assert begun <= on(9) or grain == "month"
            figures = {key: value for key, value in figures.items() if key[1] >= begun}
        charted = {
            (unit, period): value * scale_of(metric)
            for unit, period, value in points.select(_POINT).iter_rows()
            # Of a count, periods without rows are points too, but no answers.
            if (unit, period) in figures or value != 0 or metric.form != "count"
        }
        assert charted == pytest.approx(figures), grain
