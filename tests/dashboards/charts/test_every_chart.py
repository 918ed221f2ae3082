"""What holds for every chart: it says what it shows, sends no more than it draws, never fails."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from dashboards import charts
from dashboards.charts import PALETTE, Mode
from tests.dashboards.charts.specifications import (
    DRAWINGS,
    LABELS,
    drawn,
    layers,
    specified,
    unused_columns,
)

_FUNCTIONS = {name for name in charts.__all__ if name.islower() and name != "dressed"}

every_drawing = pytest.mark.parametrize("drawing", DRAWINGS)
both_modes = pytest.mark.parametrize("mode", get_args(Mode))


def test_every_chart_function_is_drawn_here() -> None:
    assert {name.partition(",")[0] for name in DRAWINGS} == _FUNCTIONS


@both_modes
@every_drawing
def test_a_chart_is_as_wide_as_its_container_and_modest_in_height(drawing: str, mode: Mode) -> None:
    specification = drawn(drawing, mode)
    assert specification["width"] == "container"
    assert specification["autosize"]["type"] == "fit-x"
    assert specification["height"] <= 240
    assert specification["config"]["background"] == "transparent"


@both_modes
@every_drawing
def test_a_chart_uses_the_colours_of_its_mode_only(drawing: str, mode: Mode) -> None:
    text = json.dumps(drawn(drawing, mode))
    (other,) = set(PALETTE) - {mode}
    assert PALETTE[mode].ink in text
    assert PALETTE[other].ink not in text
    assert PALETTE[other].accent not in text


@every_drawing
def test_a_chart_tells_its_figures_to_those_who_cannot_see_it(drawing: str) -> None:
    description = drawn(drawing)["description"]
    first = {
        "trend": "A title: 2026-01 90.0 %; 2026-02 91.0 %",
        "bars": "A title: Pudong 97.0 %",
        "pareto": "A title: Pudong 97.0 %",
        "heat_map": "A title: Hotline phone 90 %; Hotline app 70 %",
        "coverage": "A title: Tickets 2026-10-02 the no_rows; Tickets 2026-10-03 the held 3",
        "variance_bars": "A title: Fees ▼ −5.50; Packaging ▲ +0.50",
        "budget_months": "A title: 2026-10 84.50 (90.00); 2026-11 – (95.00)",
        "stage_durations": "the seconds: 2026-11-21 39.5; 2026-11-20 30.0",
        "clock_timelines": "Resolution: opened 2026-10-01 16:00",
        "stacked_periods": "A title: 2026-10-01 7; 2026-10-02 7",
        "course": "2026-10-01 09:00 Picked up",
        "control_chart": "A title: 2026-01-05 90%; 2026-01-12 91%",
        "control_spark": "A title: 2026-01-05 90%; 2026-01-12 91%",
        "funnel": "A title: Alike 90% (the no_different)",
        "rank_intervals": "A title: Best 1 (1–1), 97%; Wang Wei 2 (2–3), 90%",
        "drivers": "A title: Attitude ▲ 30%; Late ▼ 10%; Subject the none",
    }[drawing.partition(",")[0]]
    assert description.startswith(first)


@every_drawing
def test_no_column_is_sent_that_is_not_drawn(drawing: str) -> None:
    specification = drawn(drawing)
    for rows in specification["datasets"].values():
        assert unused_columns(specification, rows) == set()


@every_drawing
def test_something_in_every_chart_answers_the_pointer(drawing: str) -> None:
    assert '"tooltip"' in json.dumps(drawn(drawing))


@both_modes
@every_drawing
def test_a_chart_without_rows_says_so_and_has_no_axes(drawing: str, mode: Mode) -> None:
    figures, draw = DRAWINGS[drawing]
    specification = specified(draw(figures.clear(), mode))
    assert list(specification["encoding"]) == ["text"]
    ((row,),) = specification["datasets"].values()
    assert row["words"] == LABELS["no_figures"]


@every_drawing
def test_a_chart_of_one_row_is_drawn(drawing: str) -> None:
    figures, draw = DRAWINGS[drawing]
    assert specified(draw(figures.head(1), "light"))["layer"]


@pytest.mark.parametrize("drawing", ["bars", "pareto", "variance_bars"])
def test_bars_begin_at_zero(drawing: str) -> None:
    bars = layers(drawn(drawing), "bar")
    scales = [layer["encoding"]["x"].get("scale", {}) for layer in bars]
    assert scales
    assert all(scale.get("zero", True) for scale in scales)


def test_two_of_the_same_name_stay_two_rows() -> None:
    (bar,) = layers(drawn("bars"), "bar")
    names = bar["encoding"]["y"]["scale"]["domain"]
    assert names == ["Pudong", "Wang Wei", "Wang Wei\u200b", "Nanshan", "Empty"]
