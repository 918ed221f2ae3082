"""The tickets that are open: how many, how old, how many past due, at the end of each day."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards import language as lang
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import nothing_here
from dashboards.blocks.tables import table
from dashboards.language import _, n_, number, told
from dashboards.scope import Period, Scope, period_of
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import slice_word
from pipelines.questions.metric_queries import Grain, MetricQuery
from transforms.backlog import AGE_BANDS
from transforms.catalogue import METRICS, Metric

_OPEN, _OVERDUE = METRICS["backlog_open"], METRICS["backlog_overdue"]
_BAND = "age_band"
# Grain of the period -> the grain in which its course is drawn.
_STEPS: dict[Grain, Grain] = {
    "day": "day",
    "week": "day",
    "month": "day",
    "quarter": "week",
    "year": "week",
    "all": "month",
}
_EVERY = {"day": "1d", "week": "1w", "month": "1mo"}


def tell_backlog(reader: Reader, scope: Scope) -> None:
    """Say how many tickets were open at the end of the period, and how many of them past due."""
    open_now = reader.figures(_OPEN, scope)["value"][0]
    if open_now is None:
        return
    overdue = int(reader.figures(_OVERDUE, scope)["value"][0] or 0)
    said = n_(
        "{n} ticket was open at the end of {day}; past due: {overdue}.",
        "{n} tickets were open at the end of {day}; past due: {overdue}.",
        int(open_now),
    )
    day = lang.day(reader.stock_day(scope))
    st.markdown(said.format(n=number(open_now), overdue=number(overdue), day=day))


def backlog_course(reader: Reader, scope: Scope) -> None:
    """Draw the tickets open at the end of each day, week or month by their age, and those past
    due."""
    period, grain = _drawn(scope.period)
    open_by_age = _answered(reader, scope, _OPEN, period, grain, by=(_BAND,))
    if open_by_age.is_empty():
        st.info(nothing_here(reader, scope, _OPEN), icon=":material/info:")
        return
    overdue = _every_period(
        reader, _answered(reader, scope, _OVERDUE, period, grain), period, grain
    )
    title = {
        "day": _("Open tickets by age, end of each day"),
        "week": _("Open tickets by age, end of each week"),
        "month": _("Open tickets by age, end of each month"),
    }[grain]
    bands = [slice_word(_BAND, band) for band in AGE_BANDS]
    draw(
        charts.stacked_periods(
            open_by_age,
            overdue,
            parts=bands,
            grain=grain,
            title=title,
            line=told(_OVERDUE.title),
            mode=mode(),
            labels=labels(),
        ),
        "backlog",
    )
    with st.expander(_("Figures"), icon=":material/table:"):
        _figures(reader, scope, open_by_age, overdue, title)


def _figures(
    reader: Reader, scope: Scope, open_by_age: pl.DataFrame, overdue: pl.DataFrame, title: str
) -> None:
    bands = [slice_word(_BAND, band) for band in AGE_BANDS]
    wide = open_by_age.pivot("part", index="period", values="value")
    found = [band for band in bands if band in wide.columns]
    past_due = overdue.select("period", pl.col("value").alias("overdue"))
    rows = past_due.join(wide, on="period", how="left", maintain_order="left").select(
        "period", *(pl.col(band).fill_null(0) for band in found), "overdue"
    )
    table(
        reader,
        rows,
        {"period": _("Period")}
        | {band: band for band in found}
        | {"overdue": told(_OVERDUE.title)},
        name="backlog",
        title=title,
        kinds=dict.fromkeys([*found, "overdue"], "count"),
        scope=scope,
    )


def _drawn(period: Period) -> tuple[Period, Grain]:
    """Return the stretch whose course is drawn, and by which steps: that of one day is the days
    before it, too."""
    return (period.window() if period.grain == "day" else period), _STEPS[period.grain]


def _every_period(
    reader: Reader, counted: pl.DataFrame, period: Period, grain: Grain
) -> pl.DataFrame:
    """Return `counted` with a zero for every period in which nothing was counted, up to the last
    day that is over."""
    known = reader.known()
    first = max(period.first, known.first or period.first)
    steps = pl.date_range(
        period_of(grain, first).first, min(period.last, known.as_of), _EVERY[grain], eager=True
    )
    every = pl.DataFrame({"period": steps}).join(counted, on="period", how="full", coalesce=True)
    return every.sort("period").with_columns(
        pl.col("value").fill_null(0), pl.col("value_text").fill_null(number(0))
    )


def _answered(
    reader: Reader,
    scope: Scope,
    metric: Metric,
    period: Period,
    grain: Grain,
    by: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Return period, value and value_text, split by age also part, in the order of time and age."""
    query = MetricQuery(
        metric,
        by=by,
        grain=grain,
        first=period.first,
        last=period.last,
        where=scope.where(metric),
    )
    figures = reader.answer(query).drop_nulls("value").sort("period", *by)
    bands = {band: slice_word(_BAND, band) for band in AGE_BANDS}
    part = [pl.col(_BAND).replace(bands).alias("part")] if by else []
    return figures.select(
        "period",
        *part,
        pl.col("value").cast(pl.Int64),
        pl.Series("value_text", [number(value) for value in figures["value"]], pl.String),
    )
