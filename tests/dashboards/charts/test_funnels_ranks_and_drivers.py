"""What chance leaves open: funnels, intervals of places, drivers."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from dashboards.charts import PALETTE
from tests.dashboards.charts.specifications import drawn, layers, rows, specified, unused_columns
from tests.dashboards.charts.statistical_figures import (
    DRIVER_LABELS,
    FUNNEL_LABELS,
    RANK_LABELS,
    compared,
    drivers,
    funnel,
    importance,
    rank_intervals,
    ranked,
)

_LIGHT = PALETTE["light"]


def units_of(specification: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the units that a funnel draws."""
    return rows(specification, layers(specification, "point")[0])


def named(specification: dict[str, Any]) -> list[str]:
    """Return the units that a funnel names."""
    texts = [text for text in layers(specification, "text") if "text" in text["encoding"]]
    return [row["name_shown"] for row in rows(specification, texts[0])] if texts else []


def test_units_that_are_not_ranked_are_left_out_and_counted() -> None:
    specification = specified(funnel(compared()))
    assert {row["name"] for row in units_of(specification)} == {
        "Alike",
        "Worse",
        "Far worse",
        "Better",
    }
    assert specification["title"]["subtitle"][-1] == f"{FUNNEL_LABELS['not_ranked']}: 1"
    complete = specified(funnel(compared().head(4)))
    assert len(complete["title"]["subtitle"]) == 1


def test_a_funnel_of_units_without_place_says_that_there_is_nothing() -> None:
    specification = specified(funnel(compared().tail(1)))
    assert list(specification["encoding"]) == ["text"]


def test_the_limits_of_a_funnel_differ_by_dash_and_word() -> None:
    specification = specified(funnel(compared()))
    lines = {
        line["encoding"]["y"]["field"]: line["mark"].get("strokeDash")
        for line in layers(specification, "line")
    }
    assert set(lines) == {"centre", "low_95", "high_95", "low_998", "high_998"}
    assert lines["low_95"] == lines["high_95"] != lines["low_998"] == lines["high_998"]
    words = [text["mark"].get("text") for text in layers(specification, "text")]
    assert words[:2] == ["95%", "99.8%"]


def test_a_verdict_has_a_shape_and_a_colour_and_is_hollow_between_the_limits() -> None:
    specification = specified(funnel(compared()))
    encoding = layers(specification, "point")[0]["encoding"]
    assert encoding["shape"]["scale"]["range"] == ["diamond", "square", "triangle-up", "circle"]
    assert encoding["stroke"]["scale"]["range"][:2] == [_LIGHT.bad, _LIGHT.good]
    between = {row["name"]: row["is_between"] for row in units_of(specification)}
    assert between == {"Alike": False, "Worse": True, "Far worse": False, "Better": False}
    signs = specification["title"]["subtitle"][0]
    for sign in ("◆ the worse", "■ the better", "◇ the between_limits", "○ the no_different"):
        assert sign in signs


def test_units_beyond_a_limit_are_named_and_the_highlighted_one() -> None:
    assert set(named(specified(funnel(compared())))) == {"Worse", "Far worse", "Better"}
    specification = specified(funnel(compared(), highlighted="Alike"))
    assert "Alike" in named(specification)
    ring = layers(specification, "point")[-1]
    assert ring["mark"]["filled"] is False
    assert ring["transform"] == [{"filter": "datum.is_highlighted"}]


def test_of_many_units_beyond_a_limit_the_furthest_are_named() -> None:
    place = pl.int_range(pl.len())
    many = pl.concat([compared().slice(2, 1)] * 20).with_columns(
        pl.format("Unit {}", place).alias("unit"), z=-place.cast(pl.Float64) - 4
    )
    assert named(specified(funnel(many))) == [f"Unit {number}" for number in range(12, 20)]


def test_a_funnel_where_chance_leaves_no_room_is_drawn() -> None:
    certain = compared().head(2).with_columns(z=pl.lit(None, pl.Float64))
    assert len(units_of(specified(funnel(certain)))) == 2


@pytest.mark.parametrize(("largest", "kind"), [(5000.0, "linear"), (50_000.0, "log")])
def test_cases_far_apart_are_on_a_logarithmic_scale(largest: float, kind: str) -> None:
    is_first = pl.int_range(pl.len()) == 0
    units = compared().with_columns(
        denominator=pl.when(is_first).then(largest).otherwise("denominator")
    )
    scale = layers(specified(funnel(units)), "point")[0]["encoding"]["x"]["scale"]
    assert scale["type"] == kind
    assert scale.get("zero") is (False if kind == "linear" else None)


def test_weighted_cases_are_drawn_where_they_are_known() -> None:
    units = compared().with_columns(cases=pl.lit(640.0))
    assert {row["cases"] for row in units_of(specified(funnel(units)))} == {640.0}


def test_a_place_is_a_point_on_the_interval_of_places() -> None:
    specification = drawn("rank_intervals")
    (line,) = layers(specification, "rule")
    assert line["encoding"]["x"]["field"] == "rank_from"
    assert line["encoding"]["x2"]["field"] == "rank_to"
    (point,) = layers(specification, "point")
    assert point["encoding"]["x"]["field"] == "rank"
    assert point["encoding"]["x"]["scale"]["domain"] == [0.5, 3.5]
    assert point["encoding"]["y"]["scale"]["domain"] == [
        "Best",
        "Wang Wei",
        "Wang Wei\u200b",
        "Few",
    ]


def test_every_other_band_is_shaded() -> None:
    specification = drawn("rank_intervals")
    shade = layers(specification, "rect")[0]
    assert shade["transform"] == [{"filter": "datum.is_shaded"}]
    assert [row["is_shaded"] for row in rows(specification)] == [False, True, True, False]


def test_a_unit_without_place_keeps_its_row_and_says_why() -> None:
    last = rows(drawn("rank_intervals"))[-1]
    assert (last["rank"], last["rank_text"], last["is_left_out"]) == (None, "–", True)
    assert last["reason_text"] == RANK_LABELS["not_ranked"]
    complete = specified(rank_intervals(ranked().head(3)))
    assert len(layers(complete, "text")) == 1
    assert unused_columns(complete, rows(complete)) == set()


def test_the_highlighted_unit_of_a_ranking_is_bold() -> None:
    specification = specified(rank_intervals(ranked(), highlighted="Best"))
    assert [row["is_highlighted"] for row in rows(specification)] == [True, False, False, False]
    (point,) = layers(specification, "point")
    weight = point["encoding"]["y"]["axis"]["labelFontWeight"]
    assert weight["condition"] == {"test": "(datum.value === 'Best')", "value": "bold"}


def test_only_drivers_that_are_told_from_chance_have_a_bar() -> None:
    specification = drawn("drivers")
    (bar,) = layers(specification, "bar")
    assert bar["transform"] == [{"filter": "datum.is_ranked"}]
    bars = {row["name"]: row["importance"] for row in rows(specification)}
    assert [name for name, part in bars.items() if part is not None] == ["Attitude", "Late"]


def test_the_others_say_why_they_have_none() -> None:
    told = [row["told"] for row in rows(drawn("drivers"))]
    words = [DRIVER_LABELS["none"], DRIVER_LABELS["constant"], DRIVER_LABELS["too_few"]]
    assert told == ["▲ 30%", "▼ 10%", *words]


def test_the_signs_of_drivers_are_explained_where_they_are_used() -> None:
    title = drawn("drivers")["title"]
    assert title["subtitle"] == (f"▲ {DRIVER_LABELS['raises']}\u2003▼ {DRIVER_LABELS['lowers']}")
    assert specified(drivers(importance().tail(3)))["title"] == "A title"


def test_the_interval_of_a_driver_is_a_line_with_two_ends() -> None:
    specification = drawn("drivers")
    (line,) = layers(specification, "rule")
    assert (line["encoding"]["x"]["field"], line["encoding"]["x2"]["field"]) == ("low", "high")
    assert [t["encoding"]["x"]["field"] for t in layers(specification, "tick")] == ["low", "high"]
