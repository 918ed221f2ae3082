"""Control charts, and their small version: limits by phase, signals, rebases, rare events, gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from dashboards.charts import PALETTE
from tests.dashboards.charts.specifications import layers, rows, specified, unused_columns
from tests.dashboards.charts.statistical_figures import (
    CONTROL_LABELS,
    control_chart,
    control_points,
    control_spark,
    rebases,
    week,
)

_LIGHT = PALETTE["light"]


def band(specification: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the stretches of the band between the limits."""
    (layer,) = [rect for rect in layers(specification, "rect") if "y2" in rect["encoding"]]
    return rows(specification, layer)


def dots(specification: dict[str, Any]) -> dict[str, Any]:
    """Return the layer of points."""
    (layer,) = layers(specification, "point")
    return layer


def test_the_limits_and_the_centre_step_where_a_phase_begins() -> None:
    specification = specified(control_chart(control_points()))
    assert [
        (row["first"], row["last"], row["lower"], row["upper"]) for row in band(specification)
    ] == [
        (str(week(0)), str(week(3)), 0.86, 0.94),
        (str(week(4)), str(week(7)), 0.88, 0.96),
    ]
    (centre,) = [
        rule
        for rule in layers(specification, "rule")
        if rule["encoding"].get("y", {}).get("field") == "centre"
    ]
    assert [row["centre"] for row in rows(specification, centre)] == [0.9, 0.92]
    assert centre["encoding"]["x"]["bandPosition"] == 0
    assert centre["encoding"]["x2"]["bandPosition"] == 1


def test_limits_that_are_the_same_in_two_phases_stay_two_stretches() -> None:
    level = control_points().with_columns(centre=0.9, lower=0.86, upper=0.94)
    assert len(band(specified(control_chart(level)))) == 2


def test_limits_go_on_over_a_missing_period_but_the_line_does_not() -> None:
    specification = specified(control_chart(control_points().filter(pl.col("period") != week(1))))
    assert band(specification)[0]["last"] == str(week(3))
    values = {row["period"]: row["value"] for row in rows(specification)}
    assert [period for period, value in values.items() if value is None] == [str(week(1))]
    (line,) = layers(specification, "line")
    assert line["mark"]["invalid"] == "break-paths-show-domains"


def test_points_without_limits_are_drawn_without_a_band() -> None:
    unknown = pl.lit(None, pl.Float64)
    points = control_points().with_columns(centre=unknown, lower=unknown, upper=unknown)
    specification = specified(control_chart(points, rebases=rebases()))
    assert band(specification) == []
    assert len(rows(specification)) == 8


def test_provisional_limits_are_dashed_and_paler_and_say_so() -> None:
    specification = specified(control_chart(control_points().with_columns(is_provisional=True)))
    assert all(row["is_provisional"] for row in band(specification))
    dashes = [rule["mark"].get("strokeDash") for rule in layers(specification, "rule")]
    assert dashes.count({"expr": "datum.is_provisional ? [4, 3] : [1, 0]"}) == 3
    assert f"┄ {CONTROL_LABELS['provisional']}" in specification["title"]["subtitle"][-1]


def test_a_signal_has_the_shape_and_the_colour_of_its_verdict_and_its_rule_in_words() -> None:
    specification = specified(control_chart(control_points()))
    third = rows(specification)[2]
    assert third["verdict"] == "concern"
    assert third["signal_text"] == f"{CONTROL_LABELS['concern']}: {CONTROL_LABELS['beyond_limit']}"
    encoding = dots(specification)["encoding"]
    assert encoding["shape"]["scale"] == {
        "domain": ["none", "concern", "improvement", "change"],
        "range": ["circle", "diamond", "square", "triangle-up"],
    }
    colours = [_LIGHT.accent, _LIGHT.bad, _LIGHT.good, _LIGHT.warn]
    assert encoding["stroke"]["scale"]["range"] == colours
    assert specification["title"]["subtitle"] == [f"◆ {CONTROL_LABELS['concern']}"]
    assert "2026-01-19 90% (the concern: the beyond_limit)" in specification["description"]


def test_a_chart_without_signals_explains_no_sign() -> None:
    none = pl.lit(None, pl.String)
    calm = control_points().with_columns(rule=none, verdict=none)
    specification = specified(control_chart(calm))
    assert specification["title"] == "A title"
    assert "signal_text" not in rows(specification)[0]


def test_incomplete_points_are_hollow_and_say_so() -> None:
    is_last = pl.col("period") == week(7)
    specification = specified(control_chart(control_points().with_columns(is_incomplete=is_last)))
    assert [row["is_incomplete"] for row in rows(specification)].index(True) == 7
    fill = dots(specification)["encoding"]["fill"]
    assert fill["condition"] == {"test": "datum.is_incomplete", "value": _LIGHT.paper}
    assert f"○ {CONTROL_LABELS['incomplete']}" in specification["title"]["subtitle"][0]


@pytest.mark.parametrize(
    ("accepted", "places"),
    [
        ([week(4)], [(week(4), "left", -4)]),
        ([week(2), week(6)], [(week(2), "left", -4), (week(6), "right", -17)]),
        # Between two points the later one is the first of the new limits.
        ([date(2026, 2, 5)], [(date(2026, 2, 9), "right", -4)]),
        ([date(2025, 1, 6)], []),
        ([date(2027, 1, 4)], []),
    ],
)
def test_a_rebase_is_an_upright_line_before_its_first_period_named_inwards(
    accepted: list[date], places: list[tuple[date, str, int]]
) -> None:
    specification = specified(control_chart(control_points(), rebases=rebases(*accepted)))
    texts = [text for text in layers(specification, "text") if "x" in text["encoding"]]
    drawn = rows(specification, texts[0]) if texts else []
    assert [(row["period"], row["side"], row["above"]) for row in drawn] == [
        (str(period), side, above) for period, side, above in places
    ]
    assert [row["text"] for row in drawn] == [
        f"{CONTROL_LABELS['rebased']}: Li {number}" for number in range(len(places))
    ]
    assert all(text["encoding"]["x"]["bandPosition"] == 0 for text in texts)


def test_the_target_of_a_control_chart_is_a_dashed_line_with_its_word() -> None:
    specification = specified(control_chart(control_points(), rebases=rebases(), target=0.95))
    (line,) = [r for r in layers(specification, "rule") if r["encoding"]["y"]["field"] == "level"]
    assert line["mark"]["strokeDash"] == [6, 4]
    assert rows(specification, line) == [
        {"level": 0.95, "word": CONTROL_LABELS["target"], "format": ".0%"}
    ]


@pytest.mark.parametrize(("chart", "word"), [("g", "cases_between"), ("t", "days_between")])
def test_rare_events_say_what_lies_between_them_and_have_a_place_each(
    chart: str, word: str
) -> None:
    days = [date(2026, 1, 5), date(2026, 1, 5), date(2026, 3, 2), date(2026, 7, 6)]
    events = control_points(4).with_columns(
        chart=pl.lit(chart), period=pl.Series(days), n_text=pl.lit(None, pl.String)
    )
    specification = specified(control_chart(events, grain="day", rebases=rebases()))
    periods = [row["period"] for row in rows(specification)]
    assert periods == ["2026-01-05", "2026-01-05\u200b", "2026-03-02", "2026-07-06"]
    assert specification["title"]["subtitle"][0] == CONTROL_LABELS[word]
    (line,) = layers(specification, "line")
    assert line["encoding"]["x"]["axis"]["values"] == ["2026-01-05", "2026-03-02", "2026-07-06"]
    assert "n_text" not in rows(specification)[0]


def test_a_long_series_shows_the_points_that_must_show_and_no_edges_that_change_each_time() -> None:
    uneven = control_points(70).with_columns(lower=0.8 + pl.int_range(70) / 1000)
    specification = specified(control_chart(uneven, rebases=rebases()))
    assert dots(specification)["transform"] == [{"filter": "datum.is_marked"}]
    assert [row["is_marked"] for row in rows(specification)].count(True) == 1
    fields = [rule["encoding"]["y"]["field"] for rule in layers(specification, "rule")]
    assert fields == ["centre"]
    assert unused_columns(specification, rows(specification)) == set()


def test_a_long_series_of_level_limits_keeps_their_edges() -> None:
    specification = specified(control_chart(control_points(70), rebases=rebases()))
    fields = [rule["encoding"]["y"]["field"] for rule in layers(specification, "rule")]
    assert fields == ["lower", "upper", "centre"]


def test_the_small_chart_has_no_axes_and_is_as_low_as_a_tile_allows() -> None:
    specification = specified(control_spark(control_points()))
    assert specification["height"] == 60
    assert "title" not in specification
    (line,) = layers(specification, "line")
    assert line["encoding"]["x"]["axis"] is None
    assert line["encoding"]["y"]["axis"] is None


def test_the_small_chart_marks_signals_and_the_newest_point() -> None:
    specification = specified(control_spark(control_points()))
    marked = [row["period"] for row in rows(specification) if row["is_marked"]]
    assert marked == [str(week(2)), str(week(7))]
    assert dots(specification)["transform"] == [{"filter": "datum.is_marked"}]
    assert len(band(specification)) == 2


def test_small_charts_of_one_form_have_figures_of_their_own() -> None:
    long, short = (control_spark(control_points(count)).to_dict() for count in (9, 5))
    assert {name: len(figures) for name, figures in long["datasets"].items()}["drawn"] == 9
    assert {name: len(figures) for name, figures in short["datasets"].items()}["drawn"] == 5
    assert long["description"] != short["description"]
    assert long["layer"] == short["layer"]
