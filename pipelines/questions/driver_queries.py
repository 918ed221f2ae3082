"""Drivers of satisfaction of a slice: which candidates there are, and how much each explains.

Candidates depend on what the surveys are about: facts of a case that is not behind them say
nothing. To add one: transforms/satisfaction.py says where. Imports no Dagster: dashboards ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

import polars as pl

from pipelines.questions.metric_queries import Ask
from pipelines.questions.survey_queries import SurveySlice
from transforms.drivers import FEWEST_ANSWERS, rank_drivers
from transforms.refusal import Sentence
from transforms.satisfaction import DELIVERY_FACTS, DURATION_TITLES, SCORE_TITLES, TICKET_FACTS

Subject = Literal["all", "delivery", "ticket"]
CANDIDATES: Mapping[Subject, Mapping[str, Sentence]] = MappingProxyType(
    {
        "all": SCORE_TITLES,
        "delivery": SCORE_TITLES | DELIVERY_FACTS | DURATION_TITLES,
        "ticket": SCORE_TITLES | TICKET_FACTS,
    }
)
_EVERYWHERE: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def drivers_of(
    ask: Ask,
    subject: Subject,
    first: date,
    last: date,
    where: Mapping[str, tuple[str, ...]] = _EVERYWHERE,
    *,
    minimum_answers: int = FEWEST_ANSWERS,
) -> pl.DataFrame:
    """Return `transforms.drivers.rank_drivers` of customers' answers from `first` to `last`.

    Beside its columns `title` and `title_zh`. `where` is that of `SurveySlice`. With fewer answers
    than `minimum_answers`, or than the statistics need, the state of every driver is too_few.
    """
    about = {} if subject == "all" else {"subject": (subject,)}
    asked = SurveySlice(first, last, {**where, **about, "evaluator": ("customer",)})
    titles = CANDIDATES[subject]
    claim, values = asked.condition()
    answers = ask(
        f"select overall_share, weight, {', '.join(titles)} from marts.survey_facts "
        f"where {claim} order by response_id",
        values,
    )
    ranking = rank_drivers(
        answers, list(titles), fewest_answers=max(FEWEST_ANSWERS, minimum_answers)
    )
    named = pl.DataFrame(
        [(name, title.en, title.zh) for name, title in titles.items()],
        schema=["driver", "title", "title_zh"],
        orient="row",
    )
    return ranking.join(named, on="driver", how="left", maintain_order="left")
