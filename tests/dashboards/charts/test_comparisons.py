"""Bars, Pareto and heat map: order, the wrong side of the target, the sum, blank cells."""

from __future__ import annotations

import polars as pl
import pytest

from dashboards.charts import PALETTE
from tests.dashboards.charts.specifications import (
    LABELS,
    bars,
    cells,
    drawn,
    heat_map,
    layers,
    rows,
    specified,
    units,
)


def test_bars_keep_the_order_they_are_given_in() -> None:
    figures = units().filter(pl.col("unit") != "Wang Wei").reverse()
    (bar,) = layers(specified(bars(figures)), "bar")
    assert bar["encoding"]["y"]["scale"]["domain"] == ["Empty", "Nanshan", "Pudong"]


def test_the_target_of_bars_is_a_dashed_line_with_its_value() -> None:
    specification = specified(bars(units(), target=0.92))
    (line,) = [rule for rule in layers(specification, "rule") if "strokeDash" in rule["mark"]]
    assert rows(specification, line)[0]["target"] == 0.92
    assert "x" in line["encoding"]
    assert "y" not in line["encoding"]


def test_bars_without_target_have_no_line_and_none_is_beyond() -> None:
    specification = specified(bars(units()))
    assert [r for r in layers(specification, "rule") if "strokeDash" in r["mark"]] == []
    assert {row["is_beyond"] for row in rows(specification)} == {False}


@pytest.mark.parametrize(
    ("better", "beyond", "sign"),
    [("higher", [False, False, True, True], "▼"), ("lower", [True, True, False, False], "▲")],
)
def test_bars_on_the_wrong_side_have_colour_outline_and_sign(
    better: str, beyond: list[bool], sign: str
) -> None:
    specification = specified(bars(units(), target=0.92, better=better))
    drawn = rows(specification)[:4]
    assert [row["is_beyond"] for row in drawn] == beyond
    assert [row["signed_text"].startswith(sign) for row in drawn] == beyond
    (bar,) = layers(specification, "bar")
    assert bar["encoding"]["color"]["condition"][0]["value"] == PALETTE["light"].bad
    assert bar["encoding"]["stroke"]["condition"][0]["value"] == PALETTE["light"].ink
    assert specification["title"]["subtitle"] == f"{sign} {LABELS['beyond_target']}"


def test_a_neutral_metric_has_no_wrong_side() -> None:
    specification = specified(bars(units(), target=0.92, better="neutral"))
    assert {row["is_beyond"] for row in rows(specification)} == {False}


def test_a_unit_without_figure_keeps_its_row_with_a_dash() -> None:
    last = rows(specified(bars(units(), target=0.92)))[-1]
    assert (last["value"], last["signed_text"], last["is_beyond"]) == (None, "–", False)


def test_a_slice_without_a_name_is_shown_as_a_dash() -> None:
    unnamed = units().with_columns(unit=pl.when(pl.col("unit") != "Pudong").then("unit"))
    assert rows(specified(bars(unnamed)))[0]["name"] == "–"
    columns = cells().with_columns(channel=pl.when(pl.col("channel") != "app").then("channel"))
    assert {row["column"] for row in rows(specified(heat_map(columns)))} == {"phone", "–", "chat"}


def test_the_highlighted_bar_is_bold() -> None:
    specification = specified(bars(units(), highlighted="Nanshan"))
    assert [row["is_highlighted"] for row in rows(specification)].index(True) == 3
    (bar,) = layers(specification, "bar")
    weight = bar["encoding"]["y"]["axis"]["labelFontWeight"]
    assert weight["condition"] == {"test": "(datum.value === 'Nanshan')", "value": "bold"}


def test_bars_grow_with_their_rows_and_cut_long_names() -> None:
    short, long = (specified(bars(units().head(count))) for count in (2, 4))
    assert long["height"] == 2 * short["height"]
    (bar,) = layers(long, "bar")
    assert bar["encoding"]["y"]["axis"]["labelLimit"] == {"expr": "width < 400 ? 140 : 220"}


def test_the_interval_is_a_line_with_a_tick_at_either_end() -> None:
    specification = specified(bars(units()))
    (line,) = layers(specification, "rule")
    assert (line["encoding"]["x"]["field"], line["encoding"]["x2"]["field"]) == ("low", "high")
    assert [t["encoding"]["x"]["field"] for t in layers(specification, "tick")] == ["low", "high"]


def test_the_cumulative_share_is_summed_in_the_order_of_the_bars() -> None:
    specification = drawn("pareto")
    (line,) = layers(specification, "line")
    window, total, share, _ = line["transform"]
    assert window["window"][0] == {"op": "sum", "field": "value", "as": "running"}
    assert window["frame"] == [None, 0]
    assert "sort" not in window
    assert total["joinaggregate"] == [{"op": "sum", "field": "value", "as": "total"}]
    assert share["calculate"] == "datum.total > 0 ? datum.running / datum.total : 0"
    assert line["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert line["encoding"]["x"]["axis"]["format"] == ".0%"
    assert specification["resolve"] == {"scale": {"x": "independent"}}


def test_rows_and_columns_of_a_heat_map_keep_their_order() -> None:
    (first, *_) = layers(specified(heat_map(cells())), "rect")
    assert first["encoding"]["y"]["scale"]["domain"] == ["Hotline", "Claims"]
    assert first["encoding"]["x"]["scale"]["domain"] == ["phone", "app", "chat"]


def test_cells_that_are_null_or_missing_are_outlined_and_hold_a_dash() -> None:
    specification = specified(heat_map(cells()))
    empty = [row for row in rows(specification) if row["value"] is None]
    assert [(row["row"], row["column"], row["signed_text"]) for row in empty] == [
        ("Claims", "phone", "–"),
        ("Claims", "chat", "–"),
    ]
    full, hollow = layers(specification, "rect")
    assert full["transform"][0]["filter"] == "isValid(datum.value)"
    assert hollow["mark"]["filled"] is False
    assert "strokeDash" in hollow["mark"]


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_colours_part_at_the_target(better: str) -> None:
    full, _ = layers(specified(heat_map(cells(), target=0.75, better=better)), "rect")
    scale, light = full["encoding"]["color"]["scale"], PALETTE["light"]
    assert scale["domain"] == pytest.approx([0.6, 0.75, 0.9])
    sides = [light.against, light.middle, light.in_favour]
    assert scale["range"] == (sides if better == "higher" else sides[::-1])


def test_without_a_target_colours_run_from_little_to_much() -> None:
    full, _ = layers(specified(heat_map(cells())), "rect")
    assert full["encoding"]["color"]["scale"]["range"] == list(PALETTE["light"].ramp)


def test_a_heat_map_of_many_columns_has_signs_in_place_of_texts() -> None:
    hours = pl.DataFrame(
        {
            "queue": ["Hotline"] * 24,
            "channel": [f"{hour:02}" for hour in range(24)],
            "value": [hour / 24 for hour in range(24)],
            "value_text": [str(hour) for hour in range(24)],
        }
    )
    specification = specified(heat_map(hours, target=0.5))
    (sign,) = layers(specification, "point")
    assert sign["mark"]["shape"] == "triangle-down"
    assert sign["transform"] == [{"filter": "datum.is_beyond"}]
    (text,) = layers(specification, "text")
    assert text["transform"] == [{"filter": "(!isValid(datum.value))"}]
