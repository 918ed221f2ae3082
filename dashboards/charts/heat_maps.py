"""Two ways to split at once: a cell per row and column, such as weekday and hour.

Colours part at the target when there is one, and run from little to much when there is none. Cells
too many to hold a text carry a sign where they miss the target.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.charts.axes import ROW_HEIGHT, blank, name_limit, shown
from dashboards.charts.labels import NOTHING, Labels, described, letters
from dashboards.charts.targets import SIGNS, is_beyond
from dashboards.charts.theme import PALETTE, Mode, Palette, dressed
from transforms.catalogue.entry import Better

_COLUMNS_WITH_TEXT = 8
_LETTERS_ABREAST = 36  # of column names that fit on a telephone; Chinese ones count twice
_SHORT = 3
_SHAPES = {"higher": "triangle-down", "lower": "triangle-up"}


def heat_map(
    figures: pl.DataFrame,
    *,
    row: str,
    column: str,
    value_format: str,
    title: str,
    better: Better,
    target: float | None = None,
    mode: Mode,
    labels: Labels,
) -> alt.TopLevelMixin:
    """Return a cell for every pair of `row` and `column`, both in the order in which they come.

    `figures` has the text columns `row` and `column`, value and value_text. Cells without a value
    are outlined and hold a dash. `better` decides which side of `target` is the wrong one.
    """
    if figures["value"].drop_nulls().is_empty():
        return blank(title, labels["no_figures"], mode)
    colours = PALETTE[mode]
    cells = _cells(figures, row, column, target, better)
    rows = cells["row"].unique(maintain_order=True).to_list()
    columns = cells["column"].unique(maintain_order=True).to_list()
    down = alt.Y(
        "row:N",
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(title=None, labelLimit=name_limit(), ticks=False, domain=False),
    )
    across = alt.X(
        "column:N",
        scale=alt.Scale(domain=columns),
        axis=alt.Axis(
            title=None,
            orient="top",
            labelAngle=0 if _are_level(columns) else -45,
            labelLimit=name_limit(narrow=90),
            labelOverlap="greedy" if len(columns) > _COLUMNS_WITH_TEXT else False,
            ticks=False,
            domain=False,
        ),
    )
    is_known = alt.expr.isValid(alt.datum.value)
    cell = alt.Chart().mark_rect(stroke=colours.paper, strokeWidth=1, cornerRadius=2)
    hollow = alt.Chart().mark_rect(
        filled=False, stroke=colours.muted, strokeWidth=1, strokeDash=[2, 2], strokeOpacity=0.6
    )
    tooltip = [
        alt.Tooltip("row:N", title="title"),
        alt.Tooltip("column:N", title=" "),
        alt.Tooltip("value_text:N", title=labels["value"]),
    ]
    layers = [
        cell.transform_filter(is_known).encode(
            down,
            across,
            alt.Color(
                "value:Q",
                scale=_scale(cells["value"], target, better, colours),
                legend=alt.Legend(
                    format=value_format,
                    gradientLength=140,
                    gradientThickness=8,
                    # The ends of the scale may lie beyond what there is, such as over 100 %.
                    values=[cells["value"].min(), cells["value"].max()],
                ),
            ),
            tooltip=tooltip,
        ),
        hollow.transform_filter(~is_known).encode(down, across, tooltip=tooltip),
    ]
    text = alt.Chart().mark_text(color=colours.ink, aria=False)
    has_texts = len(columns) <= _COLUMNS_WITH_TEXT
    texts = text.encode(down, across, text=alt.Text("signed_text:N"))
    layers.append(texts if has_texts else texts.transform_filter(~is_known))
    is_signed = not has_texts and cells["is_beyond"].any()
    if is_signed:
        sign = alt.Chart().mark_point(
            shape=_SHAPES[better], size=18, filled=True, color=colours.ink, opacity=1, aria=False
        )
        layers.append(sign.encode(down, across).transform_filter(alt.datum.is_beyond))
    note = f"{SIGNS[better]} {labels['beyond_target']}" if cells["is_beyond"].any() else None
    drawn = cells if is_signed else cells.drop("is_beyond")
    chart = alt.layer(*layers, data=drawn).properties(
        height=ROW_HEIGHT * len(rows),
        title=alt.Title(title, subtitle=note) if note else title,
        description=described(
            title,
            cells.select(pl.format("{} {}", "row", "column")).to_series(),
            cells["value_text"],
        ),
    )
    return dressed(chart, mode)


def _cells(
    figures: pl.DataFrame, row: str, column: str, target: float | None, better: Better
) -> pl.DataFrame:
    """Return every pair of row and column, also those that `figures` leaves out."""
    own = figures.select(
        pl.col(row).cast(pl.String).fill_null(NOTHING).alias("row"),
        pl.col(column).cast(pl.String).fill_null(NOTHING).alias("column"),
        pl.col("value").cast(pl.Float64),
        "value_text",
    )
    pairs = (
        own.select("row")
        .unique(maintain_order=True)
        .join(own.select("column").unique(maintain_order=True), how="cross")
    )
    value = pl.col("value")
    misses = is_beyond(target, better)
    text = shown("value_text")
    return pairs.join(own, on=["row", "column"], how="left", maintain_order="left").select(
        "row",
        "column",
        "value",
        # Of a cell without a value the text, if there is one, says why.
        text.alias("value_text"),
        pl.when(value.is_null())
        .then(pl.lit(NOTHING))
        .when(misses)
        .then(pl.concat_str(pl.lit(SIGNS[better]), text))
        .otherwise(text)
        .alias("signed_text"),
        misses.alias("is_beyond"),
    )


def _are_level(columns: list[str]) -> bool:
    """Return whether names can stand upright: short ones are thinned out where they are many."""
    widest = max(letters(name) for name in columns)
    return widest <= _SHORT or widest * len(columns) <= _LETTERS_ABREAST


def _scale(values: pl.Series, target: float | None, better: Better, colours: Palette) -> alt.Scale:
    """Return the colours of the cells: as far to one side of the target as to the other."""
    if target is None or better == "neutral":
        return alt.Scale(range=list(colours.ramp), interpolate="rgb")
    reach = (values - target).abs().max() or 1.0
    sides = [colours.against, colours.middle, colours.in_favour]
    return alt.Scale(
        domain=[target - reach, target, target + reach],
        range=sides if better == "higher" else sides[::-1],
        interpolate="rgb",
    )
