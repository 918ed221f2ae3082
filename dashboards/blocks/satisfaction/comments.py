"""What people said: their comments, searched by words, by score and by who was asked.

To add a class of scores: its bounds in `_SCORES`, and its word in `_score_words`.
"""

from __future__ import annotations

from math import nextafter

import streamlit as st

from dashboards.blocks.plain_text import plain
from dashboards.blocks.satisfaction.answer_lists import SHARES, list_answers, slice_of
from dashboards.blocks.small_numbers import minimum_answers
from dashboards.blocks.switches import switch
from dashboards.filters import asked, write_to_url
from dashboards.language import _, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from pipelines.questions.survey_queries import LOW_BELOW, Listed
from pipelines.questions.survey_queries import comments as comments_of
from transforms.catalogue.surveys import SATISFIED_FROM
from transforms.refusal import Sentence

_ANY = "any"
# Lowest and highest overall share of a class: the classes do not touch.
_SCORES: dict[str, tuple[float, float] | None] = {
    _ANY: None,
    "low": (0.0, nextafter(LOW_BELOW, 0)),
    "middle": (LOW_BELOW, nextafter(SATISFIED_FROM, 0)),
    "high": (SATISFIED_FROM, 1.0),
}


def comments(reader: Reader, scope: Scope) -> None:
    """List the comments in which all words typed occur; the search is in the URL."""
    words = _typed_words()
    with st.container(horizontal=True):
        evaluator = _chosen_evaluator()
        scores = _chosen_scores()
    enough = minimum_answers(reader)

    def page_of(limit: int | None, offset: int) -> Listed:
        return reader.ask(
            comments_of,
            slice_of(scope, evaluator),
            words,
            scores=_SCORES[scores],
            minimum_answers=enough,
            limit=limit,
            offset=offset,
        )

    list_answers(
        reader,
        scope,
        page_of,
        lambda found: _said(found, words),
        evaluator=evaluator,
        name="comments",
        title=_("Comments"),
        asked=f"{evaluator} {scores} {words}",
    )


def _typed_words() -> str:
    key = "choose_words"
    words = " ".join(st.query_params.get("words", "").split())
    st.session_state[key] = words
    st.text_input(
        _("Words in the comment"),
        key=key,
        on_change=write_to_url,
        args=("words", key, ""),
        placeholder=_("late refund, or any part of a word; all words must occur"),
        icon=":material/search:",
    )
    return words


def _chosen_evaluator() -> str:
    chosen = asked("said_by", tuple(SHARES), "customer", called=Sentence("evaluator", "评价主体"))
    switch("said_by", _("Who was asked"), tuple(SHARES), chosen, written=word, usual="customer")
    return chosen


def _chosen_scores() -> str:
    words = _score_words()
    chosen = asked("scores", tuple(_SCORES), _ANY, called=Sentence("class of scores", "评分档"))
    switch(
        "scores",
        _("Overall score"),
        tuple(_SCORES),
        chosen,
        written=words.__getitem__,
        usual=_ANY,
    )
    return chosen


def _score_words() -> dict[str, str]:
    return {
        _ANY: _("Any score"),
        "low": _("Low scores"),
        "middle": _("Middle scores"),
        "high": _("High scores"),
    }


def _said(found: int, words: str) -> str:
    if found:
        return n_("{n} comment.", "{n} comments, the newest first.", found).format(n=number(found))
    if words:
        return _("No comment here has {words}.").format(words=plain(words))
    return _("There are no comments here.")
