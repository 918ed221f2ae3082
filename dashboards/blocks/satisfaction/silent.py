"""Those who did not answer: how many they are, and how far they could change the picture."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.comparison import bars_by
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.satisfaction.answer_lists import is_hidden, slice_of
from dashboards.blocks.satisfaction.trust import where_and_when
from dashboards.blocks.small_numbers import hidden_text, minimum_answers, tell_hidden
from dashboards.blocks.tables import table
from dashboards.language import NOTHING, _, n_, number, percent
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import split_title, words
from pipelines.questions.survey_queries import non_response
from transforms.catalogue import METRICS

_SATISFIED = METRICS["satisfied_share"]
_BY = "method"
_BOUNDS = ("satisfied_share", "share_if_none", "share_if_all")


def silent(reader: Reader, scope: Scope) -> None:
    """Say what those who did not answer could change, and show who answers, by method."""
    asked, enough = slice_of(scope), minimum_answers(reader)
    (everyone,) = reader.ask(non_response, asked, minimum_answers=enough).to_dicts()
    st.markdown(_told(reader, scope, everyone))
    st.caption(where_and_when(reader, scope) + " " + _("Counted by the day they were invited."))
    bars_by(reader, scope, METRICS["survey_response_share"], _BY, name="response")
    if everyone["sent"] and not is_hidden(reader, scope, "customer"):
        _by_method(reader, scope)


def silent_help() -> str:
    """Return what the bounds are, for the hover of the heading."""
    return _(
        "Nobody knows what those who did not answer think. The bounds assume nothing about them: "
        "none of them satisfied, or all of them (Manski). Answers without an overall score count "
        "as none."
    )


def _told(reader: Reader, scope: Scope, everyone: dict[str, Any]) -> str:
    if not everyone["sent"]:
        return _("No customer was invited to answer.")
    if everyone["is_hidden"] or is_hidden(reader, scope, "customer"):
        return f":material/visibility_off: {hidden_text(reader)}"
    sent, answered = everyone["sent"], everyone["answered"]
    if not answered:
        return n_(
            "The {n} customer invited has not answered: nothing is known of how satisfied they "
            "are.",
            "None of the {n} customers invited has answered: nothing is known of how satisfied "
            "they are.",
            sent,
        ).format(n=number(sent))
    share = percent(everyone["satisfied_share"])
    if answered == sent:
        return n_(
            "The {n} customer invited has answered.",
            "All {n} customers invited have answered: {share} of them were satisfied.",
            sent,
        ).format(n=number(sent), share=share)
    return _(
        "{answered} of {sent} customers invited gave an overall score, and {share} of them were "
        "satisfied. Of all {sent} it could be anything between {none}, if none of the others were, "
        "and {all}, if all were."
    ).format(
        answered=number(answered),
        sent=number(sent),
        share=share,
        none=percent(everyone["share_if_none"]),
        all=percent(everyone["share_if_all"]),
    )


def _by_method(reader: Reader, scope: Scope) -> None:
    figures = _figures_by_method(reader, scope)
    title = _("Satisfied, by {column}, and what the silent could change").format(
        column=split_title(_BY).lower()
    )
    draw(
        charts.bars(
            figures,
            name="name",
            value_format=".0%",
            title=title,
            better="higher",
            mode=mode(),
            labels={**labels(), "interval": _("if none to if all were satisfied")},
        ),
        "silent_by_method",
    )
    st.caption(_("The lines reach from none to all of the silent being satisfied."))
    tell_hidden(reader, figures)
    with st.expander(_("Figures"), icon=":material/table:"):
        table(
            reader,
            figures,
            {
                "name": split_title(_BY),
                "sent": _("Invited"),
                "answered": _("Gave an overall score"),
                "satisfied": _("Satisfied"),
                "value": _("Satisfied, of those who answered"),
                "low": _("Of all, if none of the silent were"),
                "high": _("Of all, if all of the silent were"),
                **({"hidden_text": _("Why empty")} if figures["is_hidden"].any() else {}),
            },
            name="silent_by_method",
            title=title,
            kinds=dict.fromkeys(("value", "low", "high"), "share")
            | dict.fromkeys(("sent", "answered", "satisfied"), "count"),
            scope=scope,
        )


def _figures_by_method(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Return the bounds by method, named as charts want them.

    Neither they nor the shares by method say what the other keeps to itself.
    """
    bounds = reader.ask(
        non_response, slice_of(scope), by=(_BY,), minimum_answers=minimum_answers(reader)
    )
    shares = reader.figures(_SATISFIED, scope, by=(_BY,))
    hidden = pl.col("is_hidden") | pl.col(_BY).is_in(
        shares.filter("is_hidden")[_BY].drop_nulls().to_list()
    )
    figures = bounds.with_columns(hidden.fill_null(False).alias("is_hidden")).with_columns(
        pl.when(~pl.col("is_hidden")).then(pl.col(name)).alias(name)
        for name in ("answered", "satisfied", *_BOUNDS)
    )
    rows = figures.rows(named=True)
    said = hidden_text(reader)
    return figures.select(
        words(figures[_BY]).fill_null(NOTHING).alias("name"),
        "sent",
        "answered",
        "satisfied",
        *(
            pl.col(name).alias(drawn)
            for name, drawn in zip(_BOUNDS, ("value", "low", "high"), strict=True)
        ),
        "is_hidden",
        pl.Series("value_text", [_value(row, said) for row in rows], pl.String),
        pl.Series("interval_text", [_between(row) for row in rows], pl.String),
        pl.Series("n_text", [number(row["answered"]) for row in rows], pl.String),
        pl.when("is_hidden").then(pl.lit(said)).alias("hidden_text"),
    )


def _value(row: dict[str, Any], hidden: str) -> str:
    return hidden if row["is_hidden"] else percent(row["satisfied_share"])


def _between(row: dict[str, Any]) -> str:
    if row["share_if_none"] is None:
        return ""
    return f"{percent(row['share_if_none'])} – {percent(row['share_if_all'])}"
