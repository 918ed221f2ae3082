"""Distances between rare events, in cases (g) and in days (t)."""

from __future__ import annotations

from datetime import date, timedelta

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
    assert told(rare_event_points(_SEEN, "g")) == [(5, 49, 50), (9, 29, 30), (9, 29, 30)]


def test_t_counts_the_days_between_two_events() -> None:
    assert told(rare_event_points(_SEEN, "t")) == [(5, 4, 4), (9, 2, 2), (9, 2, 2)]


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
    assert points.columns == ["series", "period", "chart", "value", "numerator", "denominator"]


def test_more_events_than_cases_leave_no_case_between_them() -> None:
    assert told(rare_event_points(days((0, 1, 5), (1, 4, 2)), "g")) == [(1, 0, 0.5)] * 4


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
