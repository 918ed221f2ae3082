"""The timeline of clocks: every kind of stretch by more than its colour, and what happened when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import get_args

import polars as pl
import pytest

from dashboards.charts import PALETTE, Mode
from dashboards.charts.clock_timelines import TimelineLabels, clock_timelines
from tests.dashboards.charts.specifications import (
    Specification,
    layers,
    rows,
    specified,
    unused_columns,
)

LABELS = TimelineLabels(**{word: f"the {word}" for word in TimelineLabels.__annotations__})
both_modes = pytest.mark.parametrize("mode", get_args(Mode))

_DAY = "2025-06-"
_STRETCHES = [
    ("First response", "06 16:50", "06 18:00", "working"),
    ("First response", "06 18:00", "09 00:00", "out_of_hours"),
    ("First response", "09 00:00", "10 00:00", "holiday"),
    ("First response", "10 00:00", "10 08:30", "out_of_hours"),
    ("First response", "10 08:30", "10 10:12", "late"),
    ("Resolution", "06 16:50", "06 18:00", "working"),
    ("Resolution", "06 18:00", "10 08:30", "out_of_hours"),
    ("Resolution", "10 08:30", "10 12:00", "paused"),
    ("Resolution", "10 12:00", "10 18:00", "working"),
]
_MARKS = [
    ("First response", "06 16:50", "start", "opened"),
    ("First response", "06 18:00", "due", "due"),
    ("First response", "10 10:12", "stop", "answered"),
    ("Resolution", "06 16:50", "start", "opened"),
    ("Resolution", "10 12:00", "now", "now"),
    ("Resolution", "10 18:00", "due", "due"),
]


def stretches() -> pl.DataFrame:
    made = [
        (clock, datetime.fromisoformat(_DAY + begin), datetime.fromisoformat(_DAY + end), kind)
        for clock, begin, end, kind in _STRETCHES
    ]
    return pl.DataFrame(made, ["clock", "from_at", "to_at", "kind"], orient="row")


def marks() -> pl.DataFrame:
    made = [
        (clock, datetime.fromisoformat(_DAY + at), kind, text) for clock, at, kind, text in _MARKS
    ]
    return pl.DataFrame(made, ["clock", "at", "kind", "text"], orient="row")


def drawn(mode: Mode = "light") -> Specification:
    return specified(clock_timelines(stretches(), marks(), mode=mode, labels=LABELS))


def test_every_kind_differs_by_the_height_or_the_outline_of_its_bar() -> None:
    looks = [
        (bar["mark"]["height"]["band"], bar["mark"]["strokeDash"]) for bar in layers(drawn(), "bar")
    ]
    assert len({str(look) for look in looks}) == len(looks) == 5


def test_the_legend_names_each_kind_with_the_number_that_stands_on_its_bars() -> None:
    specification = drawn()
    fill = layers(specification, "bar")[0]["encoding"]["fill"]
    words = ["working", "late", "paused", "out_of_hours", "holiday"]
    assert fill["scale"]["domain"] == [f"{i} the {word}" for i, word in enumerate(words, start=1)]
    shown = [row for bar in layers(specification, "bar") for row in rows(specification, bar)]
    assert {row["number"] for row in shown} - {""} <= {row["word"][0] for row in shown}


def test_a_stretch_too_narrow_for_its_number_keeps_it_to_itself() -> None:
    specification = drawn()
    (late,) = (
        row
        for bar in layers(specification, "bar")
        for row in rows(specification, bar)
        if row["word"].startswith("2")
    )
    assert late["number"] == ""


def test_kinds_that_do_not_come_up_are_not_in_the_legend() -> None:
    kept = stretches().filter(pl.col("kind") == "working")
    specification = specified(clock_timelines(kept, marks(), mode="light", labels=LABELS))
    (bar,) = layers(specification, "bar")
    assert bar["encoding"]["fill"]["scale"]["domain"] == ["1 the working"]


def test_clocks_are_rows_in_the_order_given_on_one_axis() -> None:
    specification = drawn()
    for bar in layers(specification, "bar"):
        assert bar["encoding"]["y"]["scale"]["domain"] == ["First response", "Resolution"]
    assert "resolve" not in specification


def test_what_lies_after_the_stop_or_after_now_is_faint() -> None:
    specification = drawn()
    faint = [
        (row["clock"], row["from_text"], row["opacity"] < 1)
        for bar in layers(specification, "bar")
        for row in rows(specification, bar)
    ]
    assert [(clock, at) for clock, at, is_faint in faint if is_faint] == [
        ("Resolution", "2025-06-10 12:00")
    ]


def test_start_due_and_end_have_a_shape_and_a_lane_of_words_each() -> None:
    specification = drawn()
    (points,) = layers(specification, "point")
    shape = points["encoding"]["shape"]["scale"]
    assert shape["domain"] == ["start", "due", "stop", "now"]
    assert len(set(shape["range"])) == 4
    words = [text for text in layers(specification, "text") if "transform" in text]
    lanes = {text["transform"][0]["filter"]: text["mark"]["dy"] for text in words}
    assert lanes["(datum.kind === 'stop')"] == lanes["(datum.kind === 'now')"]
    assert len(set(lanes.values())) == 3


def test_words_grow_away_from_the_nearer_edge() -> None:
    specification = drawn()
    (points,) = layers(specification, "point")
    aligned = {row["text"]: row["align"] for row in rows(specification, points)}
    assert aligned["opened"] == "left"
    assert aligned["answered"] == aligned["now"] == "right"


def test_a_clock_without_end_is_drawn() -> None:
    alone = marks().filter(pl.col("kind") == "start")
    specification = specified(clock_timelines(stretches(), alone, mode="light", labels=LABELS))
    shown = [row for bar in layers(specification, "bar") for row in rows(specification, bar)]
    assert {row["opacity"] for row in shown} == {1.0}


@both_modes
def test_a_timeline_is_as_wide_as_its_container_and_grows_with_its_rows(mode: Mode) -> None:
    one = stretches().filter(pl.col("clock") == "Resolution")
    single = specified(clock_timelines(one, marks(), mode=mode, labels=LABELS))
    both = drawn(mode)
    assert both["width"] == "container"
    assert both["height"] == 2 * single["height"]
    assert 3 * single["height"] <= 240


@both_modes
def test_a_timeline_uses_the_colours_of_its_mode_only(mode: Mode) -> None:
    text = json.dumps(drawn(mode))
    (other,) = set(PALETTE) - {mode}
    assert PALETTE[mode].ink in text
    assert PALETTE[other].ink not in text
    assert PALETTE[other].accent not in text


def test_a_timeline_tells_its_marks_to_those_who_cannot_see_it() -> None:
    assert drawn()["description"].startswith(
        "First response: opened 2025-06-06 16:50; First response: due 2025-06-06 18:00"
    )


def test_no_column_is_sent_that_is_not_drawn() -> None:
    specification = drawn()
    for sent in specification["datasets"].values():
        assert unused_columns(specification, sent) == set()


def test_bars_and_marks_answer_the_pointer() -> None:
    specification = drawn()
    for layer in (*layers(specification, "bar"), *layers(specification, "point")):
        assert layer["encoding"]["tooltip"]


@both_modes
def test_where_no_clock_was_measured_the_chart_says_so(mode: Mode) -> None:
    nothing = clock_timelines(stretches().clear(), marks().clear(), mode=mode, labels=LABELS)
    specification = specified(nothing)
    assert list(specification["encoding"]) == ["text"]
    ((row,),) = specification["datasets"].values()
    assert row["words"] == LABELS["no_figures"]
