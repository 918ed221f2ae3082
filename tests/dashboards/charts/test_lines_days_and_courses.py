"""Budget lines, days received, stages of a run, and the course of one record."""

from __future__ import annotations

import polars as pl

from dashboards.charts import PALETTE, course, coverage, stage_durations
from tests.dashboards.charts.specifications import (
    LABELS,
    days,
    events,
    layers,
    lines,
    rows,
    runs,
    specified,
    variance_bars,
)


def test_the_budget_is_outlined_and_the_actual_solid() -> None:
    actual, budget, _ = layers(specified(variance_bars(lines())), "bar")
    assert (actual["encoding"]["x"]["field"], budget["encoding"]["x"]["field"]) == (
        "actual",
        "budget",
    )
    assert budget["mark"]["filled"] is False
    assert actual["mark"].get("filled", True) is True


def test_a_variance_has_colour_side_and_sign_and_is_bold_when_material() -> None:
    specification = specified(variance_bars(lines()))
    assert [row["signed_text"] for row in rows(specification)] == ["▼ −5.50", "▲ +0.50"]
    assert [row["told_variance"] for row in rows(specification)] == [
        f"▼ −5.50 · {LABELS['material']}",
        "▲ +0.50",
    ]
    assert [row["variance"] for row in rows(specification)] == [-5.5, 0.5]
    *_, variance = layers(specification, "bar")
    color = variance["encoding"]["color"]
    assert color["condition"] == [{"test": "(datum.variance < 0)", "value": PALETTE["light"].bad}]
    assert color["value"] == PALETTE["light"].good
    for text in layers(specification, "text"):
        assert text["mark"]["fontWeight"] == {"expr": "datum.is_material ? 'bold' : 'normal'"}
    title = variance["encoding"]["x"]["axis"]["title"]
    assert title == f"← {LABELS['adverse']} | {LABELS['favourable']} →"


def test_the_variance_stands_at_the_right_or_below_when_narrow() -> None:
    wide, narrow = (
        layers(specified(variance_bars(lines(), narrow=is_narrow)), "bar")
        for is_narrow in (False, True)
    )
    assert all("width" in str(bar["encoding"]["x"]["scale"]["range"]) for bar in wide)
    assert all("height" in str(bar["encoding"]["y"]["scale"]["range"]) for bar in narrow)
    assert all("range" not in bar["encoding"]["x"].get("scale", {}) for bar in narrow)


def test_days_without_rows_and_days_with_held_rows_have_a_shape_each() -> None:
    specification = specified(coverage(days(), title="", mode="light", labels=LABELS))
    full, empty = layers(specification, "rect")
    assert full["transform"] == [{"filter": "(datum.rows > 0)"}]
    assert empty["mark"]["fill"] == PALETTE["light"].paper
    cross, dot = layers(specification, "point")
    assert cross["transform"] == [{"filter": "((!(datum.rows > 0)) && (!(datum.held_rows > 0)))"}]
    assert dot["transform"] == [{"filter": "(datum.held_rows > 0)"}]
    assert cross["mark"]["shape"] != dot["mark"]["shape"]
    assert full["encoding"]["y"]["scale"]["domain"] == ["Tickets", "Deliveries"]


def test_stages_follow_one_another_in_the_order_of_the_way_of_the_data() -> None:
    specification = specified(stage_durations(runs(), mode="light", labels=LABELS))
    assert [
        (row["run"], row["stage"], row["begin"], row["end"]) for row in rows(specification)
    ] == [
        ("2026-11-21", "1 the sources", 0.0, 8.0),
        ("2026-11-21", "3 the measures", 8.0, 38.0),
        ("2026-11-21", "5 the release", 38.0, 39.5),
        ("2026-11-20", "2 the records", 0.0, 20.0),
        ("2026-11-20", "4 the marts", 20.0, 30.0),
    ]
    (bar,) = layers(specification, "bar")
    assert bar["encoding"]["y"]["scale"]["domain"] == ["2026-11-21", "2026-11-20"]


def test_events_are_rows_in_the_order_of_time_with_a_shape_per_kind() -> None:
    specification = specified(course(events().reverse(), mode="light", labels=LABELS))
    (points,) = layers(specification, "point")
    assert points["encoding"]["y"]["scale"]["domain"] == [
        "Picked up",
        "Hub",
        "Hub\u200b",
        "Delivered",
    ]
    shapes = points["encoding"]["shape"]["scale"]["range"]
    assert len(set(shapes)) == 3


def test_the_promise_is_a_dashed_line_and_no_row() -> None:
    specification = specified(course(events(), mode="light", labels=LABELS))
    (line,) = layers(specification, "rule")
    assert "strokeDash" in line["mark"]
    assert [row["event"] for row in rows(specification, line)] == ["Promised"]


def test_without_a_promise_there_is_no_dashed_line() -> None:
    kept = events().filter(pl.col("kind") != "promise")
    assert layers(specified(course(kept, mode="light", labels=LABELS)), "rule") == []
