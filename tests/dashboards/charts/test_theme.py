"""Colours are readable, in both modes, by the formula of the Web Content Accessibility Guidelines.

Contrast: WCAG 2.2, "relative luminance" and "contrast ratio"; 4.5 for words, 3 for marks.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

import altair as alt
import polars as pl
import pytest

from dashboards.charts import PALETTE, Mode, dressed
from dashboards.charts.labels import in_two_lines, letters

_WRITTEN = ("ink", "muted", "accent", "good", "bad", "warn", "red")
_UNDER_WORDS = ("against", "middle", "in_favour")

both_modes = pytest.mark.parametrize("mode", get_args(Mode))


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_gives_the_contrasts_that_are_known() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@both_modes
def test_words_can_be_written_in_every_colour_that_means_something(mode: Mode) -> None:
    colours = asdict(PALETTE[mode])
    faint = {name for name in _WRITTEN if contrast(colours[name], colours["paper"]) < 4.5}
    assert faint == set()


@both_modes
def test_parts_of_a_whole_stand_out_and_carry_words(mode: Mode) -> None:
    palette = PALETTE[mode]
    assert min(contrast(colour, palette.paper) for colour in palette.categories) >= 4.5


@both_modes
def test_ink_is_readable_on_every_cell(mode: Mode) -> None:
    colours = asdict(PALETTE[mode])
    grounds = [colours[name] for name in _UNDER_WORDS] + list(colours["ramp"]) + [colours["band"]]
    assert min(contrast(colours["ink"], ground) for ground in grounds) >= 4.5


@both_modes
def test_good_and_bad_differ_for_those_who_see_no_red_or_no_green(mode: Mode) -> None:
    # Without red or green, colours along that axis keep their blue: it must lie far apart.
    palette = PALETTE[mode]
    blue = [int(colour[5:7], 16) for colour in (palette.good, palette.bad)]
    assert abs(blue[0] - blue[1]) > 60


@both_modes
def test_a_dressed_chart_names_fonts_that_have_chinese(mode: Mode) -> None:
    chart = alt.Chart(pl.DataFrame({"x": [1]})).mark_point().encode(alt.X("x:Q"))
    config = dressed(chart, mode).to_dict()["config"]
    for font in (config["font"], config["axis"]["labelFont"], config["title"]["font"]):
        assert {"'Noto Sans CJK SC'", "'PingFang SC'", "'Microsoft YaHei'"} <= set(font.split(", "))


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Score of service quality, outlets", ["Score of service", "quality, outlets"]),
        ("Oneverylongwordwithoutanyblank", ["Oneverylongword", "withoutanyblank"]),
        ("各项驱动因素对总体评分差异的解释比例", ["各项驱动因素对总体", "评分差异的解释比例"]),
    ],
)
def test_a_long_title_takes_two_lines_where_the_chart_is_narrower(
    title: str, lines: list[str]
) -> None:
    assert in_two_lines(title) == lines
    for given in (title, alt.Title(title, subtitle="below")):
        chart = alt.Chart(pl.DataFrame({"x": [1]})).mark_point().properties(title=given)
        said = dressed(chart, "light").to_dict()["title"]
        assert lines[0] in said["text"]["expr"] and title in said["text"]["expr"]
        assert ("subtitle" in said) == (given is not title)


def test_a_short_title_stays_as_it_is() -> None:
    chart = alt.Chart(pl.DataFrame({"x": [1]})).mark_point().properties(title="准时送达率")
    assert dressed(chart, "light").to_dict()["title"] == "准时送达率"


def test_chinese_letters_are_as_wide_as_two() -> None:
    assert letters("准时 on time") == 12
