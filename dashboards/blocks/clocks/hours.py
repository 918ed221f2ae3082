"""When work comes in: the tickets opened by weekday and hour of the unit's own clock."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import nothing_here
from dashboards.blocks.tables import table
from dashboards.language import _, number, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import slice_word, split_title
from dashboards.written import axis_format
from transforms.catalogue import METRICS

_OPENED = METRICS["tickets_opened"]
_WEEKDAY, _HOUR = "opened_weekday", "opened_hour"
_WEEKDAYS = [str(day) for day in range(1, 8)]
_HOURS = [f"{hour:02}" for hour in range(24)]


def opening_hours(reader: Reader, scope: Scope) -> None:
    """Draw a cell for every weekday and hour: how many tickets were opened then in the period."""
    counted = reader.figures(_OPENED, scope, by=(_WEEKDAY, _HOUR)).drop_nulls([_WEEKDAY, _HOUR])
    if counted.is_empty():
        st.info(nothing_here(reader, scope, _OPENED), icon=":material/info:")
        return
    cells = _every_hour(counted)
    title = _("{metric} by weekday and hour").format(metric=told(_OPENED.title))
    draw(
        charts.heat_map(
            cells,
            row="weekday",
            column=_HOUR,
            value_format=axis_format(_OPENED),
            title=title,
            better=_OPENED.better,
            mode=mode(),
            labels=labels(),
        ),
        "opening_hours",
    )
    with st.expander(_("Figures"), icon=":material/table:"):
        table(
            reader,
            cells,
            {
                "weekday": split_title(_WEEKDAY),
                _HOUR: split_title(_HOUR),
                "value": told(_OPENED.title),
            },
            name="opening_hours",
            title=title,
            kinds={"value": "count"},
            scope=scope,
        )


def _every_hour(counted: pl.DataFrame) -> pl.DataFrame:
    """Return a row for every hour of the week, also those in which nothing was opened."""
    hours = pl.DataFrame({_WEEKDAY: _WEEKDAYS}).join(pl.DataFrame({_HOUR: _HOURS}), how="cross")
    figures = counted.select(_WEEKDAY, _HOUR, pl.col("value").cast(pl.Int64))
    cells = hours.join(figures, on=[_WEEKDAY, _HOUR], how="left", maintain_order="left")
    cells = cells.with_columns(pl.col("value").fill_null(0))
    return cells.with_columns(
        pl.col(_WEEKDAY)
        .replace({day: slice_word(_WEEKDAY, day) for day in _WEEKDAYS})
        .alias("weekday"),
        pl.Series("value_text", [number(value) for value in cells["value"]]),
    )
