"""Distances between rare events, in cases (g) and in days (t).

Exact where a day has one event; of several only the last has a place that is known.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from transforms.control_charts import chart_points, rare_event_points

_FIRST = date(2026, 1, 1)


def days(*rows: tuple[int, float, float], series: int = 1) -> pl.DataFrame:
    """Return days from (day number, events, cases)."""
    return pl.DataFrame(
        [(series, _FIRST + timedelta(days=day), events, cases) for day, events, cases in rows],
        schema={
            "series": pl.Int64,
            "day": pl.Date,
            "events": pl.Float64,
            "opportunities": pl.Float64,
        },
        orient="row",
    )


_SEEN = days((0, 0, 50), (1, 1, 40), (2, 0, 30), (5, 1, 20), (9, 2, 60))


def told(points: pl.DataFrame) -> list[tuple[int, float, float]]:
    """Return (day number, value, denominator) of each point."""
    numbers = ((pl.col("period") - _FIRST).dt.total_days(), "value", "denominator")
    return points.select(*numbers).rows()


def test_g_counts_the_cases_between_two_events() -> None:
    # After the event of day 1: 30 + 20 cases, the last is the event. Then 60 with two events.
    one, *two = told(rare_event_points(_SEEN, "g"))
    assert one == (5, 49, 50)
    assert [day for day, *_ in two] == [9, 9]
    assert sum(cases for *_, cases in two) == 60
    assert all(value == cases - 1 and value == int(value) for _, value, cases in two)


def test_t_counts_the_days_between_two_events() -> None:
    one, *two = told(rare_event_points(_SEEN, "t"))
    assert one == (5, 4, 4)
    assert [day for day, *_ in two] == [9, 9]
    assert sum(passed for *_, passed in two) == 4
    # The first of the two is on the same day as the last, which ends it.
    assert 3 < two[0][1] <= 4
    assert all(value == passed for _, value, passed in two)


# Day after day 1 event of 5 cases, 2 of 6, 3 of 7, none of 4, and again.
_MANY = days(*((day, day % 4, 4 + day % 4) for day in range(1, 101)))


@pytest.mark.parametrize(
    ("chart", "passed", "longest"),
    [("g", {1: 9, 2: 6, 3: 7}, {1: 5, 2: 6, 3: 7}), ("t", {1: 2, 2: 1, 3: 1}, {1: 1, 2: 1, 3: 1})],
)
def test_events_of_a_day_lie_within_it_in_order_and_the_last_at_its_end(
    chart: str, passed: dict[int, float], longest: dict[int, float]
) -> None:
    points = rare_event_points(_MANY, chart)
    assert points["denominator"].min() >= 0
    by_day = points.group_by("period").agg(
        pl.len().alias("events"),
        pl.col("denominator").sum().alias("passed"),
        pl.col("denominator").slice(1).sum().alias("within"),
    )
    numbers = (by_day["period"] - _FIRST).dt.total_days() % 4
    assert by_day["events"].to_list() == numbers.to_list()
    assert by_day["passed"].to_list() == pytest.approx([passed[number] for number in numbers])
    assert (by_day["within"] < pl.Series([longest[number] for number in numbers])).all()


@pytest.mark.parametrize("chart", ["g", "t"])
def test_places_are_the_same_whatever_else_is_known(chart: str) -> None:
    alone = rare_event_points(_MANY, chart)
    other = days(*((day, 2, 9) for day in range(50)), series=0)
    shuffled = pl.concat([_MANY, other]).sample(fraction=1, shuffle=True, seed=1)
    of_both = rare_event_points(shuffled, chart)
    assert of_both.filter(pl.col("series") == 1).equals(alone)
    earlier = rare_event_points(_MANY.head(60), chart)
    assert alone.head(earlier.height).equals(earlier)


@pytest.mark.parametrize("chart", ["g", "t"])
def test_places_differ_by_series_and_day(chart: str) -> None:
    twins = pl.concat([days(*((day, 3, 1000) for day in range(50)), series=one) for one in (1, 2)])
    points = rare_event_points(twins, chart)
    first = points.filter(pl.int_range(pl.len()).over("series", "period") == 1)
    assert first["denominator"].n_unique() > 0.8 * first.height


@pytest.mark.parametrize("chart", ["g", "t"])
def test_series_do_not_touch_and_rows_may_come_in_any_order(chart: str) -> None:
    both = pl.concat([days((0, 1, 9), (3, 1, 9), series=2), _SEEN.reverse()])
    alone = [rare_event_points(one, chart) for one in (_SEEN, days((0, 1, 9), (3, 1, 9), series=2))]
    assert rare_event_points(both, chart).equals(pl.concat(alone))


@pytest.mark.parametrize("chart", ["g", "t"])
@pytest.mark.parametrize("seen", [days(), days((0, 0, 5), (1, 0, 5)), days((0, 0, 5), (1, 3, 5))])
def test_without_a_second_day_of_events_there_are_no_points(seen: pl.DataFrame, chart: str) -> None:
    points = rare_event_points(seen, chart)
    assert points.height == 0
    assert points.columns == [
        "series",
        "period",
        "grain",
        "chart",
        "value",
        "numerator",
        "denominator",
    ]


def test_more_events_than_cases_leave_no_case_between_most_of_them() -> None:
    points = told(rare_event_points(days((0, 1, 5), (1, 4, 2)), "g"))
    assert [day for day, *_ in points] == [1] * 4
    assert sum(cases for *_, cases in points) == 2
    assert [value for _, value, _ in points] == [max(cases - 1, 0) for *_, cases in points]


def test_days_without_cases_are_not_known_to_a_g_chart() -> None:
    gapless = days((0, 1, 5), (1, 0, 7), (2, 1, 5))
    gap = days((0, 1, 5), (100, 0, 7), (200, 1, 5))
    g_values = [rare_event_points(seen, "g")["value"].to_list() for seen in (gapless, gap)]
    assert g_values == [[11], [11]]


@pytest.mark.parametrize("chart", ["g", "t"])
def test_what_comes_back_can_be_charted(chart: str) -> None:
    points = rare_event_points(_SEEN, chart)
    drawn = chart_points(points.with_columns(pl.lit(1, pl.Int32).alias("phase")))
    assert drawn["number"].to_list() == [1, 2, 3]


_SERIES, _DAYS, _MOST_TIMES_CHANCE = 150, 540, 1.3


def share_of_broken_rules(points: pl.DataFrame) -> float:
    drawn = chart_points(points.with_columns(pl.lit(1, pl.Int32).alias("phase")))
    return drawn.filter(~pl.col("is_baseline"))["rule"].is_not_null().mean()


@pytest.mark.parametrize(("a_day", "share"), [(2, 0.07), (2, 0.3), (5, 0.1), (8, 0.05)])
def test_a_steady_process_breaks_rules_as_seldom_as_one_that_is_told_case_by_case(
    a_day: int, share: float
) -> None:
    random = np.random.default_rng(5)
    cases = random.poisson(a_day, (_SERIES, _DAYS))
    counted = pl.DataFrame(
        {
            "series": np.repeat(np.arange(_SERIES), _DAYS),
            "day": pl.Series(np.tile(np.arange(_DAYS), _SERIES), dtype=pl.Int32).cast(pl.Date),
            "events": random.binomial(cases, share).ravel().astype(float),
            "opportunities": cases.ravel().astype(float),
        }
    )
    points = rare_event_points(counted, "g")
    ideal = points.with_columns(pl.Series("value", random.geometric(share, points.height) - 1.0))
    by_chance = share_of_broken_rules(ideal)
    assert by_chance > 0.01
    found = share_of_broken_rules(points)
    assert found < _MOST_TIMES_CHANCE * by_chance, f"{found:.4f}, by chance {by_chance:.4f}"
