"""The work list of low scores: who should be called, about which ticket or delivery."""

from __future__ import annotations

from dashboards.blocks.satisfaction.answer_lists import list_answers, slice_of
from dashboards.blocks.small_numbers import minimum_answers
from dashboards.language import _, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from pipelines.questions.survey_queries import Listed
from pipelines.questions.survey_queries import low_answers as low_answers_of


def low_answers(reader: Reader, scope: Scope) -> None:
    """List the answers of customers below the middle of the scale, the newest first.

    The number of an answer opens it; the number of the ticket or waybill opens the case.
    """
    enough = minimum_answers(reader)

    def page_of(limit: int | None, offset: int) -> Listed:
        return reader.ask(
            low_answers_of, slice_of(scope), minimum_answers=enough, limit=limit, offset=offset
        )

    list_answers(
        reader,
        scope,
        page_of,
        _said,
        evaluator="customer",
        name="low_answers",
        title=_("Answers with a low score"),
    )


def _said(found: int) -> str:
    if not found:
        return _("No customer gave a score below the middle of the scale.")
    said = n_(
        "{n} customer gave a score below the middle of the scale.",
        "{n} customers gave a score below the middle of the scale, the newest first.",
        found,
    ).format(n=number(found))
    return said + " " + _("Scores are points of 100: 0 is the worst of their scale, 100 the best.")
