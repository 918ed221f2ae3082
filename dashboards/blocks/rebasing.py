"""New limits of a control chart: what is proposed, who accepted what and why, and undoing it.

A decision is a row of `pipelines.decisions`; the next night draws it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.blocks.frame import calmly
from dashboards.blocks.plain_text import in_markdown, plain
from dashboards.language import _, n_
from pipelines.decisions import Series, accept_rebase, read_rebases, rebases_in_force, undo_rebase
from pipelines.settings import Home

_OF_SERIES = ("metric", "org_unit_id", "grain")


def rebasing(
    home: Home,
    series: dict[str, Any],
    points: pl.DataFrame,
    *,
    until: date,
    written: Callable[[float | None], str],
) -> None:
    """Show the new limits that are proposed by `until`, with a form to accept them, and all that
    were decided, with a form to undo each.

    `series` is a row of marts.control_series, `points` all of its points; `written` writes a value.
    """
    accepted = _of(series, rebases_in_force(home.decisions))
    begins = series["rebase_from"]
    if begins and begins <= until and begins not in accepted["from_period"]:
        _proposal(home, series, points, written)
    drawn = _drawn(points)
    for decision in accepted.rows(named=True):
        _accepted(home, series, decision, _first_point(points, decision["from_period"]) in drawn)
    _history(home, series)


def drawn_rebases(home: Home, series: dict[str, Any], points: pl.DataFrame) -> pl.DataFrame:
    """Return the rebases that `points` are drawn with: `period` and `text`, by whom and when.

    One that was undone is drawn, too, until the next night.
    """
    newest = _of(series, read_rebases(home.decisions)).group_by("from_period").last()
    drawn = _drawn(points)
    shown = [
        row
        for row in newest.sort("from_period").rows(named=True)
        if _first_point(points, row["from_period"]) in drawn
    ]
    return pl.DataFrame(
        {
            "period": [row["from_period"] for row in shown],
            "text": [
                _("{by}, {moment}").format(by=row["by"], moment=_moment(home, row)) for row in shown
            ],
        },
        schema={"period": pl.Date, "text": pl.String},
    )


def _proposal(
    home: Home,
    series: dict[str, Any],
    points: pl.DataFrame,
    written: Callable[[float | None], str],
) -> None:
    begins: date = series["rebase_from"]
    is_above = series["rebase_centre"] > series["centre"]
    template = _templates()[series["grain"] == "event", is_above]
    told = template.format(
        centre=written(series["centre"]),
        day=lang.day(begins),
        points=_counted(series["grain"], points.filter(pl.col("period") >= begins).height),
        new=written(series["rebase_centre"]),
    )
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f":material/straighten: {told}")
        with right.popover(_("New limits"), icon=":material/straighten:"):
            st.caption(
                _(
                    "Accept them only if you know what changed: what is wrong now would become "
                    "usual. Who accepts, when and why is kept for good."
                )
            )
            given = _form(f"accept_{_key(series)}_{begins}", _("Accept new limits"))
            if given:
                with calmly():
                    accept_rebase(
                        home.decisions, _series(series), begins, by=given[0], reason=given[1]
                    )
                    st.rerun()


def _templates() -> dict[tuple[bool, bool], str]:
    """Return the sentence by whether single cases are charted, and whether they lie above."""
    return {
        (False, True): _(
            "It has been above its usual {centre} since {day} ({points}). With new limits from "
            "then on, {new} would be usual."
        ),
        (False, False): _(
            "It has been below its usual {centre} since {day} ({points}). With new limits from "
            "then on, {new} would be usual."
        ),
        (True, True): _(
            "Cases have come further apart than the usual {centre} since {day} ({points}). With "
            "new limits from then on, {new} would be usual."
        ),
        (True, False): _(
            "Cases have come closer together than the usual {centre} since {day} ({points}). With "
            "new limits from then on, {new} would be usual."
        ),
    }


def _accepted(home: Home, series: dict[str, Any], decision: dict[str, Any], is_drawn: bool) -> None:
    told = _("New limits from {day}: accepted by {by}, {moment}: {reason}").format(
        day=lang.day(decision["from_period"]),
        by=plain(decision["by"]),
        moment=_moment(home, decision),
        reason=in_markdown(decision["reason"]),
    )
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f":material/check: {told}")
        if not is_drawn:
            left.caption(_("Accepted: drawn from the next night on."))
        with right.popover(_("Undo"), icon=":material/undo:"):
            st.caption(_("The limits of before are drawn again from the next night on."))
            key = f"undo_{_key(series)}_{decision['from_period']}"
            given = _form(key, _("Undo new limits"))
            if given:
                with calmly():
                    undo_rebase(
                        home.decisions,
                        _series(series),
                        decision["from_period"],
                        by=given[0],
                        reason=given[1],
                    )
                    st.rerun()


def _history(home: Home, series: dict[str, Any]) -> None:
    """Say what was undone, and when: nothing that was once in force is forgotten."""
    every = _of(series, read_rebases(home.decisions))
    for decision in every.filter(pl.col("decision") == "undone").rows(named=True):
        st.caption(
            ":material/undo: "
            + _("New limits from {day}: undone by {by}, {moment}: {reason}").format(
                day=lang.day(decision["from_period"]),
                by=plain(decision["by"]),
                moment=_moment(home, decision),
                reason=in_markdown(decision["reason"]),
            )
        )


def _form(key: str, label: str) -> tuple[str, str] | None:
    """Show a form for a name and a reason; return both when it is sent."""
    with st.form(key, border=False):
        by = st.text_input(_("Your name"), key=f"{key}_by")
        reason = st.text_input(_("Reason: what changed?"), key=f"{key}_reason")
        sent = st.form_submit_button(label, key=f"{key}_send")
    return (by, reason) if sent else None


def _of(series: dict[str, Any], decisions: pl.DataFrame) -> pl.DataFrame:
    return decisions.filter(*(pl.col(name) == series[name] for name in _OF_SERIES))


def _drawn(points: pl.DataFrame) -> set[date]:
    """Return the first period of each phase but the first one."""
    begins = pl.col("phase") != pl.col("phase").shift(fill_value=1)
    return set(points.filter(begins)["period"])


def _first_point(points: pl.DataFrame, day: date) -> date | None:
    """Return the first period of `points` from `day` on."""
    first: date | None = points.filter(pl.col("period") >= day)["period"].min()
    return first


def _counted(grain: str, points: int) -> str:
    return {
        "day": n_("{n} day", "{n} days", points),
        "week": n_("{n} week", "{n} weeks", points),
        "month": n_("{n} month", "{n} months", points),
        "event": n_("{n} case", "{n} cases", points),
    }[grain].format(n=lang.number(points))


def _moment(home: Home, decision: dict[str, Any]) -> str:
    return lang.moment(decision["at"], home.settings.time_zone)


def _series(series: dict[str, Any]) -> Series:
    return Series(*(series[name] for name in _OF_SERIES))


def _key(series: dict[str, Any]) -> str:
    return "_".join(series[name] for name in _OF_SERIES)
