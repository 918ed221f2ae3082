"""Colours and looks of all charts, light and dark.

To add a colour: a field of `Palette` and its value in both modes; a test demands a contrast of 4.5
with the paper, so that words can be written in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Literal

import altair as alt

from dashboards.charts.labels import in_two_lines, letters

Mode = Literal["light", "dark"]

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', "
    "'Microsoft YaHei', sans-serif"
)
_SMALL, _TITLE = 11, 14
_LETTER_OF_TITLE = 9  # pixels; with other fonts it is less
_FITS_ALWAYS = 24  # letters of a title that a telephone has room for


@dataclass(frozen=True)
class Palette:
    """Colours by what they mean; `good` and `bad` differ for every common colour blindness.

    `paper` is what Streamlit's pages have (charts are transparent), `ink` and `muted` write words.
    `grid` and `band` may be faint: they only support what is drawn in another colour.
    `ramp` runs from little to much, `against` and `in_favour` away from `middle`: tints on which
    `ink` is readable. `categories` tell parts of a whole apart; `paper` is readable on them.
    """

    paper: str
    ink: str
    muted: str
    accent: str
    good: str
    bad: str
    warn: str
    red: str
    grid: str
    band: str
    ramp: tuple[str, str]
    against: str
    middle: str
    in_favour: str
    categories: tuple[str, str, str, str, str]


PALETTE: dict[Mode, Palette] = {
    "light": Palette(
        paper="#ffffff",
        ink="#1b2733",
        muted="#5a6775",
        accent="#0a64a8",
        good="#0b7a6b",
        bad="#b8410c",
        warn="#8a6100",
        red="#b3123f",
        grid="#e3e7ec",
        band="#cfe2f3",
        ramp=("#e6f0f8", "#7fb6de"),
        against="#f2b48f",
        middle="#f4f5f7",
        in_favour="#8cc5e8",
        categories=("#0a64a8", "#ad5700", "#0b7a6b", "#a8457f", "#6b6f1d"),
    ),
    "dark": Palette(
        paper="#171614",
        ink="#e8edf3",
        muted="#9aa7b5",
        accent="#5db1f0",
        good="#3cc2ab",
        bad="#ff9560",
        warn="#e5b93c",
        red="#ff7d95",
        grid="#262d37",
        band="#1d3a54",
        ramp=("#1a2733", "#1f659c"),
        against="#84401a",
        middle="#252c35",
        in_favour="#1c5c8c",
        categories=("#5db1f0", "#ffab5c", "#3cc2ab", "#e79ac6", "#c3c653"),
    ),
}


def dressed(chart: alt.Chart | alt.LayerChart, mode: Mode) -> alt.TopLevelMixin:
    """Return `chart` in our looks, as wide as its container; its height is that of the plot.

    The last step of every chart: a dressed chart cannot become a part of another one.
    """
    outer = chart.copy(deep=False)  # Altair's own setters copy every layer, which takes its time
    outer.width = "container"
    outer.autosize = alt.AutoSizeParams(type="fit-x", contains="padding")
    outer.config = _config(mode)
    outer.title = _wrapped(outer.title)
    return outer


def _wrapped(title: alt.Title | str | alt.UndefinedType) -> alt.Title | str | alt.UndefinedType:
    """Return a title that takes two lines where the chart is narrower than it."""
    text = title.text if isinstance(title, alt.Title) else title
    if not isinstance(text, str) or letters(text) <= _FITS_ALWAYS:
        return title
    both, one = (json.dumps(said, ensure_ascii=False) for said in (in_two_lines(text), text))
    # The container is wider than the plot, whose width tells when it changes.
    room = "max(width, containerSize()[0])"
    said = alt.ExprRef(f"{room} < {letters(text) * _LETTER_OF_TITLE} ? {both} : {one}")
    if not isinstance(title, alt.Title):
        return alt.Title(said)
    wrapped = title.copy(deep=False)
    wrapped.text = said
    return wrapped


@cache
def _config(mode: Mode) -> alt.Config:
    colours = PALETTE[mode]
    return alt.Config(
        background="transparent",
        font=FONT,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=colours.ink,
            labelFont=FONT,
            labelFontSize=_SMALL,
            titleColor=colours.muted,
            titleFont=FONT,
            titleFontSize=_SMALL,
            titleFontWeight="normal",
            gridColor=colours.grid,
            domainColor=colours.grid,
            tickColor=colours.grid,
        ),
        legend=alt.LegendConfig(
            labelColor=colours.ink,
            labelFont=FONT,
            labelFontSize=_SMALL,
            orient="bottom",
            title=None,
            symbolType="square",
        ),
        title=alt.TitleConfig(
            anchor="start",
            frame="bounds",
            color=colours.ink,
            fontSize=_TITLE,
            font=FONT,
            subtitleFont=FONT,
            fontWeight=600,
            subtitleColor=colours.muted,
            subtitleFontSize=_SMALL,
        ),
        text=alt.MarkConfig(color=colours.ink, fontSize=_SMALL),
    )
