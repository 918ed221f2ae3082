"""The line over time: gaps, held points, targets, thresholds, periods."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from dashboards.charts import PALETTE
from tests.dashboards.charts.specifications import LABELS, layers, months, rows, specified, trend


def test_the_target_is_a_dashed_line_with_its_word_and_value_at_the_end() -> None:
    specification = specified(trend(months(), target=0.95))
    (line,) = [rule for rule in layers(specification, "rule") if "strokeDash" in rule["mark"]]
    assert rows(specification, line) == [{"level": 0.95, "word": LABELS["target"], "format": ".0%"}]
    (word,) = layers(specification, "text")
    assert word["encoding"]["x"] == {"value": "width"}
    assert "format(datum.level, datum.format)" in word["transform"][0]["calculate"]


def test_without_a_target_there_is_no_level_line() -> None:
    specification = specified(trend(months()))
    assert [r for r in layers(specification, "rule") if "strokeDash" in r["mark"]] == []
    assert layers(specification, "text") == []


def test_target_amber_and_red_differ_by_dash_and_word() -> None:
    specification = specified(trend(months(), target=0.95, amber=0.92, red=0.9))
    lines = [rule for rule in layers(specification, "rule") if "strokeDash" in rule["mark"]]
    assert {rows(specification, line)[0]["level"] for line in lines} == {0.95, 0.92, 0.9}
    assert len({str(line["mark"]["strokeDash"]) for line in lines}) == 3
    words = [rows(specification, text)[0]["word"] for text in layers(specification, "text")]
    assert words == [LABELS["amber"], LABELS["red"], LABELS["target"]]


def test_the_line_breaks_where_a_period_is_missing_or_null() -> None:
    figures = months(6).with_columns(
        value=pl.when(pl.col("period") != date(2026, 5, 1)).then("value")
    )
    specification = specified(trend(figures.filter(pl.col("period") != date(2026, 3, 1))))
    values = {row["period"]: row["value"] for row in rows(specification)}
    assert list(values) == [f"2026-0{month}" for month in range(1, 7)]
    assert [period for period, value in values.items() if value is None] == ["2026-03", "2026-05"]
    (line,) = layers(specification, "line")
    (band,) = layers(specification, "area")
    assert line["mark"]["invalid"] == band["mark"]["invalid"] == "break-paths-show-domains"


def test_a_point_between_gaps_shows_its_interval_as_a_bar() -> None:
    figures = months(5).filter(~pl.col("period").dt.month().is_in([2, 4]))
    specification = specified(trend(figures))
    assert [row["is_alone"] for row in rows(specification)] == [True, False, True, False, True]
    assert len([r for r in layers(specification, "rule") if "y2" in r["encoding"]]) == 1


def test_points_that_held_rows_may_move_are_hollow_and_the_sign_is_explained() -> None:
    held = pl.when(pl.col("period") == date(2026, 2, 1)).then(7).otherwise(0)
    specification = specified(trend(months().with_columns(held_rows=held)))
    assert [row["is_held"] for row in rows(specification)].index(True) == 1
    (dots,) = layers(specification, "point")
    fill = dots["encoding"]["fill"]
    assert fill["condition"] == [{"test": "datum.is_held", "value": PALETTE["light"].paper}]
    assert dots["mark"]["stroke"] == PALETTE["light"].accent
    assert specification["title"]["subtitle"] == f"○ {LABELS['held']}"


def test_without_held_rows_no_sign_is_explained() -> None:
    assert specified(trend(months()))["title"] == "A title"


def test_the_selected_period_is_ringed() -> None:
    specification = specified(trend(months(), selected=date(2026, 3, 1)))
    ring = layers(specification, "point")[-1]
    assert ring["transform"] == [{"filter": "(datum.period === '2026-03')"}]
    assert ring["mark"]["filled"] is False


def test_a_single_figure_is_a_point_without_neighbours() -> None:
    specification = specified(trend(months(1), target=0.95))
    assert [row["is_alone"] for row in rows(specification)] == [True]


def test_figures_without_interval_have_no_band() -> None:
    unknown = pl.lit(None, pl.Float64)
    specification = specified(trend(months().with_columns(low=unknown, high=unknown)))
    assert layers(specification, "area") == []
    assert "interval_text" not in rows(specification)[0]


def test_a_crowded_line_keeps_only_the_points_that_must_show() -> None:
    specification = specified(trend(months(72)))
    (dots,) = layers(specification, "point")
    assert dots["transform"] == [{"filter": "datum.is_held"}]


@pytest.mark.parametrize(
    ("grain", "first", "second", "texts", "label"),
    [
        ("year", "2025-01-01", "2026-01-01", ["2025", "2026"], "datum.label"),
        ("quarter", "2025-10-01", "2026-01-01", ["2025-Q4", "2026-Q1"], "datum.label"),
        ("month", "2025-12-01", "2026-01-01", ["2025-12", "2026-01"], "datum.label"),
        ("week", "2025-12-29", "2026-01-05", ["2025-12-29", "2026-01-05"], "slice(datum.label, 5)"),
        ("day", "2025-12-31", "2026-01-01", ["2025-12-31", "2026-01-01"], "slice(datum.label, 5)"),
    ],
)
def test_periods_are_numbers_that_every_language_reads(
    grain: str, first: str, second: str, texts: list[str], label: str
) -> None:
    periods = [date.fromisoformat(first), date.fromisoformat(second)]
    specification = specified(trend(months(2).with_columns(period=pl.Series(periods)), grain=grain))
    assert [row["period"] for row in rows(specification)] == texts
    (line,) = layers(specification, "line")
    assert line["encoding"]["x"]["axis"]["labelExpr"] == label


def test_days_of_more_than_a_year_are_labelled_by_month() -> None:
    periods = pl.Series([date(2025, 1, 1), date(2026, 6, 1)])
    specification = specified(trend(months(2).with_columns(period=periods), grain="day"))
    (line,) = layers(specification, "line")
    assert line["encoding"]["x"]["axis"]["labelExpr"] == "slice(datum.label, 0, 7)"
    assert len(line["encoding"]["x"]["axis"]["values"]) <= 12


@pytest.mark.parametrize(
    ("value_format", "step"), [(".0%", 0.01), (".1%", 0.001), (",.0f", 1), (".2f", 0.01)]
)
def test_no_two_ticks_have_the_same_label(value_format: str, step: float) -> None:
    (line,) = layers(specified(trend(months(), value_format=value_format)), "line")
    assert line["encoding"]["y"]["axis"]["tickMinStep"] == step
    assert line["encoding"]["y"]["scale"] == {"zero": False}
