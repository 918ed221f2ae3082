"""A stock by its parts: their order and shades, the line beside them."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.dashboards.charts.specifications import (
    drawn,
    layers,
    rows,
    specified,
    stacked_periods,
    stocks,
)


def test_parts_lie_on_each_other_in_the_order_given() -> None:
    specification = drawn("stacked_periods")
    (bar,) = layers(specification, "bar")
    assert bar["encoding"]["fill"]["scale"]["domain"] == ["new", "old"]
    assert bar["encoding"]["y"]["stack"] == "zero"
    assert bar["encoding"]["order"]["field"] == "place"
    first_day = [row for row in rows(specification, bar) if row["period"] == "2026-10-01"]
    assert [(row["part"], row["place"]) for row in first_day] == [("new", 0), ("old", 1)]


def test_shades_grow_stronger_from_part_to_part() -> None:
    parts = ["new", "old", "older"]
    specification = specified(stacked_periods(stocks(), parts=parts))
    (bar,) = layers(specification, "bar")
    shades = bar["encoding"]["fill"]["scale"]["range"]
    light = [sum(bytes.fromhex(shade[1:])) for shade in shades]
    assert light == sorted(light, reverse=True)
    assert len(set(shades)) == len(parts)


def test_the_line_has_points_of_its_own_shape_and_a_legend() -> None:
    specification = drawn("stacked_periods")
    (line,), (point,) = layers(specification, "line"), layers(specification, "point")
    assert point["mark"]["shape"] == "diamond"
    assert line["encoding"]["stroke"]["scale"]["domain"] == ["overdue"]
    assert line["encoding"]["stroke"]["legend"]["symbolType"] == "diamond"
    assert [row["value"] for row in rows(specification, line)] == [2, 1]


def test_months_are_written_without_a_day() -> None:
    months = stocks().with_columns(pl.col("period").replace({date(2026, 10, 3): date(2026, 11, 1)}))
    specification = specified(stacked_periods(months.filter(part="new"), grain="month"))
    (bar,) = layers(specification, "bar")
    assert bar["encoding"]["x"]["scale"]["domain"] == ["2026-10", "2026-11"]


def test_a_period_of_which_only_the_line_knows_has_its_place() -> None:
    figures = stocks().filter(pl.col("period") != date(2026, 10, 2))
    (bar,) = layers(specified(stacked_periods(figures)), "bar")
    assert bar["encoding"]["x"]["scale"]["domain"] == ["2026-10-01", "2026-10-02", "2026-10-03"]
