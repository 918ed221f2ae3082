"""Questions to single surveys: low answers as a work list, what was said, and who did not answer.

All are asked of `marts.survey_facts`. What may be filtered is in `_OWN` and `_CLAIMS`. Without a
word about evaluators, customers are meant. Imports no Dagster: dashboards ask here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

import polars as pl

from pipelines.questions.metric_queries import Ask
from transforms.refusal import Refusal
from transforms.satisfaction import (
    DELIVERY_FACTS,
    TICKET_FACTS,
    facts_in_words,
    non_response_bounds,
)
from transforms.small_numbers import hidden_slices, is_few

# Below the middle of the scale: 1 and 2 of 5. Who gives the middle did not say that it was bad.
LOW_BELOW = 0.5
# Columns of a survey, and attributes of its unit; of those the SQL of the claim.
_OWN = ("org_unit_id", "evaluator", "method", "subject", "agent_id", "courier_id")
_UNITS_WITH = "org_unit_id in (select id from reference.org_units where {} in (select unnest(?)))"
_CLAIMS = {
    "org_unit_id": "org_unit_id in (select org_unit_id from reference.org_unit_tree "
    "where ancestor_id in (select unnest(?)))",
    "region": _UNITS_WITH.format("region"),
    "unit_kind": _UNITS_WITH.format("kind"),
}
_COLUMNS = tuple(dict.fromkeys((*_OWN, *_CLAIMS)))
_FIGURES = ("answered", "satisfied", "satisfied_share", "share_if_none", "share_if_all")
_LISTED = (
    "response_id", "answered_on", "overall_share", "attitude_share", "efficiency_share",
    "effect_share", "recommend", "comment", "evaluator", "method", "subject", "subject_id",
    "ticket_id", "waybill_no", "org_unit_id", "agent_id", "courier_id",
)  # fmt: skip


@dataclass(frozen=True)
class SurveySlice:
    """Which surveys are meant: those answered, or sent, from `first` to `last`.

    `where` is column -> values that count; an org unit stands for itself and all below it.
    """

    first: date
    last: date
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted_on: Literal["answered_on", "sent_on"] = "answered_on"

    def __post_init__(self) -> None:
        for column in self.where:
            if column not in _COLUMNS:
                raise Refusal(
                    "Surveys cannot be filtered by {column}: use one of {allowed}.",
                    "评价不能按 {column} 筛选：可用的列有 {allowed}。",
                    column=column,
                    allowed=", ".join(_COLUMNS),
                )

    def condition(self) -> tuple[str, list[Any]]:
        """Return the SQL claim that a survey belongs to the slice, and its values."""
        claims = [f"{self.counted_on} between ? and ?"]
        values: list[Any] = [self.first, self.last]
        for column, wanted in {"evaluator": ("customer",), **self.where}.items():
            claims.append(_CLAIMS.get(column, f"{column} in (select unnest(?))"))
            values.append(list(wanted))
        return " and ".join(claims), values


class Listed(NamedTuple):
    """Some of the answers found, and how many there are in all.

    `is_too_few`: the slice has answers, but so few that none of them is shown.
    """

    rows: pl.DataFrame
    found: int
    is_too_few: bool


def low_answers(
    ask: Ask,
    asked: SurveySlice,
    *,
    minimum_answers: int,
    limit: int | None = 50,
    offset: int = 0,
) -> Listed:
    """Return the answers with an overall score below the middle of the scale, for someone to call.

    The newest first, of one day the worst. Columns: `_LISTED`, and the facts that hold for the
    case behind the answer in words, `case` and `case_zh`. All of them without a `limit`.
    """
    return _listed(ask, asked, ("overall_share < ?", [LOW_BELOW]), minimum_answers, limit, offset)


def comments(
    ask: Ask,
    asked: SurveySlice,
    words: str = "",
    *,
    scores: tuple[float, float] | None = None,
    minimum_answers: int,
    limit: int | None = 50,
    offset: int = 0,
) -> Listed:
    """Return the answers with a comment in which all `words` occur, whatever their case.

    Words are parted by spaces and may be parts of words, as Chinese is written without. `scores`
    are the lowest and highest overall share wanted. Order and columns are those of `low_answers`.
    """
    claims, values = ["coalesce(trim(comment), '') <> ''"], []
    for word in words.split():
        claims.append("contains(lower(comment), lower(?))")
        values.append(word)
    if scores is not None:
        claims.append("overall_share between ? and ?")
        values += scores
    return _listed(ask, asked, (" and ".join(claims), values), minimum_answers, limit, offset)


def non_response(
    ask: Ask, asked: SurveySlice, *, by: Sequence[str] = (), minimum_answers: int
) -> pl.DataFrame:
    """Return `transforms.satisfaction.non_response_bounds` of the invitations sent in the slice.

    One row per value of the columns `by`, with `is_hidden`: it has too few answers, or would tell
    those of one that has; of its figures only `sent` is shown. Units are not rolled up.
    """
    for column in by:
        if column not in _OWN:
            raise Refusal(
                "Invitations cannot be split by {column}: use one of {allowed}.",
                "邀请不能按 {column} 拆分：可用的列有 {allowed}。",
                column=column,
                allowed=", ".join(_OWN),
            )
    sent = SurveySlice(asked.first, asked.last, asked.where, counted_on="sent_on")
    claim, values = sent.condition()
    keys = "".join(f"{column}, " for column in by)
    invitations = ask(
        f"select {keys}overall_share, weight from marts.survey_facts where {claim}", values
    )
    bounds = non_response_bounds(invitations, by)
    return bounds.with_columns(
        _is_hidden(bounds, by, minimum_answers).alias("is_hidden")
    ).with_columns(
        pl.when(~pl.col("is_hidden")).then(pl.col(name)).alias(name) for name in _FIGURES
    )


def _is_hidden(bounds: pl.DataFrame, by: Sequence[str], minimum_answers: int) -> pl.Series:
    """Return which rows have too few answers, or would tell those of a row that has."""
    if not by:
        return bounds.select(is_few(pl.col("answered"), minimum_answers)).to_series()
    counted = bounds.select(*by, pl.col("answered").alias("answers"))
    hidden = hidden_slices(counted, minimum_answers).with_columns(pl.lit(True).alias("is_hidden"))
    joined = bounds.join(hidden, on=by, how="left", nulls_equal=True, maintain_order="left")
    return joined["is_hidden"].fill_null(False)


def _listed(
    ask: Ask,
    asked: SurveySlice,
    wanted: tuple[str, list[Any]],
    minimum_answers: int,
    limit: int | None,
    offset: int,
) -> Listed:
    """Return the answers of the slice for which the claim `wanted` holds."""
    claim, values = asked.condition()
    columns = ", ".join((*_LISTED, *TICKET_FACTS, *DELIVERY_FACTS))
    counted = ask(
        f"select count(*) as answers, count(*) filter ({wanted[0]}) as found "
        f"from marts.survey_facts where {claim}",
        [*wanted[1], *values],
    )
    answers, found = counted.row(0)
    is_too_few = 0 < answers < minimum_answers
    rows = ask(
        f"select {columns} from marts.survey_facts where {wanted[0]} and {claim} "
        "order by answered_on desc, overall_share nulls last, response_id limit ? offset ?",
        [*wanted[1], *values, 0 if is_too_few else limit, offset],
    )
    told = rows.select(
        *_LISTED, facts_in_words("en").alias("case"), facts_in_words("zh").alias("case_zh")
    )
    return Listed(told, 0 if is_too_few else found, is_too_few)
