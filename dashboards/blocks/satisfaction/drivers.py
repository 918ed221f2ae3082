"""What satisfaction hangs on: how much of the differences between scores each driver explains.

To say more of a state of `transforms.drivers`: its sentence in `_told`, its word in `_labels`.
"""

from __future__ import annotations

from typing import Any, get_args

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, mode
from dashboards.blocks.drawing import labels as usual_labels
from dashboards.blocks.satisfaction.trust import where_and_when
from dashboards.blocks.small_numbers import minimum_answers
from dashboards.blocks.switches import switch
from dashboards.blocks.tables import table
from dashboards.filters import asked
from dashboards.language import NOTHING, _, day, either, listed, n_, number, percent
from dashboards.scope import Period, Scope, period_of
from dashboards.snapshot_reader import Reader
from dashboards.written import change_text, period_text
from pipelines.questions.driver_queries import Subject, drivers_of
from transforms.catalogue import METRICS
from transforms.drivers import ANSWERS_PER_DRIVER, FEWEST_ANSWERS
from transforms.refusal import Sentence

_SUBJECTS: tuple[Subject, ...] = get_args(Subject)
_MONTHS_BEFORE = 11  # with the month of its end, a year
_SHARE = METRICS["satisfied_share"]
_DIGITS = 3  # of a share that are written as a percentage


def drivers(reader: Reader, scope: Scope) -> None:
    """Say which driver explains the most of customers' overall scores, draw and list them all.

    A period with too few answers gives way to the 12 months up to its end.
    """
    subject = _chosen_subject()
    ranking, period = _ranked(reader, scope, subject)
    st.markdown(_told(ranking))
    st.caption(_beneath(reader, scope, period, ranking))
    if _are_all(ranking, "too_few") or _are_all(ranking, "constant"):
        return
    shown = _with_texts(ranking, reader.currency)
    title = _("Part of the differences between overall scores that each explains")
    draw(
        charts.drivers(shown, name="name", title=title, mode=mode(), labels=_labels()),
        f"drivers_{subject}",
    )
    with st.expander(_("Figures"), icon=":material/table:"):
        _list_them(reader, scope.over(period), shown, subject, title)


def drivers_help() -> str:
    """Return what is measured here, for the hover of the heading."""
    return _(
        "Relative importance (LMG): the part of the differences between overall scores that a "
        "driver explains, averaged over all orders in which drivers can be taken in. Scores are "
        "shares of their scale. What goes together with satisfaction need not be its cause."
    )


def _chosen_subject() -> Subject:
    words = {
        "all": _("All surveys"),
        "delivery": _("About deliveries"),
        "ticket": _("About tickets"),
    }
    called = Sentence("subject of surveys", "评价对象")
    chosen = asked("about", _SUBJECTS, "all", called=called)
    switch(
        "about",
        _("What the surveys are about"),
        _SUBJECTS,
        chosen,
        written=words.__getitem__,
        usual="all",
    )
    return next(subject for subject in _SUBJECTS if subject == chosen)


def _ranked(reader: Reader, scope: Scope, subject: Subject) -> tuple[pl.DataFrame, Period]:
    """Return the ranking, and the period it is of."""
    where = {"org_unit_id": (scope.unit,)} if scope.unit else {}
    enough = minimum_answers(reader)

    def of(period: Period) -> pl.DataFrame:
        return reader.ask(
            drivers_of, subject, period.first, period.last, where, minimum_answers=enough
        )

    ranking = of(scope.period)
    months = period_of("month", scope.period.last).before(_MONTHS_BEFORE)
    year = Period("all", months.first, scope.period.last)
    if _are_all(ranking, "too_few") and year.first < scope.period.first:
        return of(year), year
    return ranking, scope.period


def _are_all(ranking: pl.DataFrame, state: str) -> bool:
    return bool((ranking["state"] == state).all())


def _told(ranking: pl.DataFrame) -> str:
    """Return the sentence that matters, and what there is to say of the other drivers."""
    if not ranking["n"].max():
        return _("No answer has both an overall score and anything that could explain it.")
    if _are_all(ranking, "too_few"):
        return n_(
            "{n} answer is too few to tell what satisfaction hangs on: it takes {fewest}, and "
            "{each} for each possible driver.",
            "{n} answers are too few to tell what satisfaction hangs on: it takes {fewest}, and "
            "{each} for each possible driver.",
            ranking["n"].max(),
        ).format(n=number(ranking["n"].max()), fewest=FEWEST_ANSWERS, each=ANSWERS_PER_DRIVER)
    if _are_all(ranking, "constant"):
        return _(
            "Either all overall scores are alike, or all that could explain them is: there is "
            "nothing to tell apart."
        )
    ranked = _of_state(ranking, "ranked")
    others = [
        (ranked.tail(-1), _("Next to it: {drivers}.")),
        (_of_state(ranking, "constant"), _("The same in all answers: {drivers}.")),
        (_of_state(ranking, "too_few"), _("Known for too few answers: {drivers}.")),
    ]
    if ranked.height:
        others.insert(1, (_of_state(ranking, "none"), _("No more than by chance: {drivers}.")))
    said = [
        template.format(drivers=listed(_names(drivers)))
        for drivers, template in others
        if drivers.height
    ]
    return " ".join([_leading(ranked), *said])


def _leading(ranked: pl.DataFrame) -> str:
    if ranked.is_empty():
        return _(
            "None of these explains more of how satisfied customers are than chance alone would."
        )
    first = ranked.row(0, named=True)
    template = (
        _(
            "{driver} explains the most of how satisfied customers are: {share} of what can be "
            "explained here, which is {part} of all differences between their scores (95% "
            "interval {interval})."
        )
        if round(first["low"], _DIGITS) > 0
        else _(
            "{driver} may explain the most of how satisfied customers are, {part} of all "
            "differences between their scores, but it may as well be next to nothing (95% "
            "interval {interval})."
        )
    )
    return template.format(
        driver=f"**{either(first['title'], first['title_zh'])}**",
        share=percent(first["share_of_explained"], 0),
        part=percent(first["importance"]),
        interval=_interval(first),
    )


def _of_state(ranking: pl.DataFrame, state: str) -> pl.DataFrame:
    return ranking.filter(pl.col("state") == state)


def _names(ranking: pl.DataFrame) -> list[str]:
    return [either(*titles) for titles in ranking.select("title", "title_zh").iter_rows()]


def _interval(row: dict[str, Any]) -> str:
    return f"{percent(row['low'])} – {percent(row['high'])}"


def _beneath(reader: Reader, scope: Scope, period: Period, ranking: pl.DataFrame) -> str:
    """Return where the answers are from, how many they are, and how far they explain anything."""
    sentences = []
    if period != scope.period:
        template = _("{period} has too few answers for this: the 12 months up to {day} are shown.")
        sentences.append(
            template.format(period=period_text(scope.period), day=day(scope.period.last))
        )
    sentences.append(where_and_when(reader, scope.over(period)))
    known = ranking.drop_nulls("r_squared")
    if known.height:
        together = _("Together they explain {part} of the differences between {n} answers.")
        row = known.row(0, named=True)
        sentences.append(together.format(part=percent(row["r_squared"]), n=number(row["n"])))
    return " ".join(sentences)


def _with_texts(ranking: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return the ranking with all that is written of it, in the language spoken now."""
    rows = ranking.rows(named=True)
    words = _labels()
    states = {
        "ranked": _("More than by chance"),
        **{state: str(words[state]) for state in ("none", "constant", "too_few")},
    }
    texts = {
        "name": _names(ranking),
        "state_text": [states[row["state"]] for row in rows],
        "value_text": [percent(row["importance"]) for row in rows],
        "interval_text": [_interval(row) if row["low"] is not None else NOTHING for row in rows],
        "effect_text": [change_text(_SHARE, row["effect"], currency) or NOTHING for row in rows],
        "n_text": [number(row["n"]) for row in rows],
    }
    return ranking.with_columns(
        pl.Series(name, written, pl.String) for name, written in texts.items()
    )


def _labels() -> charts.DriverLabels:
    usual = usual_labels()
    return charts.DriverLabels(
        importance=_("part of the differences"),
        interval=usual["interval"],
        effect=_("effect on the score"),
        n=_("answers"),
        raises=_("goes with higher scores"),
        lowers=_("goes with lower scores"),
        none=_("no more than by chance"),
        constant=_("the same in all answers"),
        too_few=_("known for too few answers"),
        no_figures=usual["no_figures"],
    )


def _list_them(
    reader: Reader, scope: Scope, shown: pl.DataFrame, subject: Subject, title: str
) -> None:
    st.caption(
        _(
            "The effect of a fact: by how much the overall score is higher where it is so, in "
            "points of 100. Of a score or a time: what one standard deviation more of it adds."
        )
    )
    table(
        reader,
        shown,
        {
            "name": _("Driver"),
            "state_text": _("What it explains"),
            "importance": _("Part of the differences"),
            "low": _("95% from"),
            "high": _("95% to"),
            "share_of_explained": _("Of what is explained"),
            "effect_text": _("Effect on the score"),
            "correlation": _("Correlation"),
            "n": _("Answers"),
        },
        name=f"drivers_{subject}",
        title=title,
        kinds=dict.fromkeys(("importance", "low", "high", "share_of_explained"), "share")
        | {"n": "count"},
        scope=scope,
    )
