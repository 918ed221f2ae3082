"""Measures and metrics of surveys. Columns: contract `Survey` and `transforms/surveys.py`.

Scores are normalised: (score - scale_min) / (scale_max - scale_min), so that scales mix; weights
multiply where a survey has them.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.entry import Measure, Metric, ticks
from transforms.refusal import Sentence

# Days by which most of those answer who answer at all.
_ANSWERED_WITHIN = 14
# Top two of five answers, on any scale.
SATISFIED_FROM = 0.75

_weight = nw.col("weight")
_SCORES = {
    "overall": Sentence("Satisfaction", "总体满意度"),
    "attitude": Sentence("Attitude", "服务态度"),
    "efficiency": Sentence("Efficiency", "服务效率"),
    "effect": Sentence("Effect", "服务效果"),
}
_DIMENSIONS = {score: called for score, called in _SCORES.items() if score != "overall"}
_EVALUATORS = {
    "customer": ("", Sentence("customers", "客户")),
    "internal": ("_internal", Sentence("internal evaluators", "内部评价人")),
    "third_party": ("_third_party", Sentence("third parties", "第三方评价人")),
}


def _satisfied_measures(evaluator: str, score: str, suffix: str) -> tuple[Measure, ...]:
    asked = (nw.col("evaluator") == evaluator) & ~nw.col(f"{score}_share").is_null()
    satisfied = asked & (nw.col(f"{score}_share") >= SATISFIED_FROM)
    answers = Measure(f"{score}_answers{suffix}", of="surveys", on="answered_on", sums=ticks(asked))
    weighted = (
        Measure(f"{score}_{name}{suffix}", of="surveys", on="answered_on", sums=sums, unit="points")
        for name, sums in (
            ("satisfied_weight", ticks(satisfied) * _weight),
            ("weight", ticks(asked) * _weight),
            ("weight_squared", ticks(asked) * _weight * _weight),
        )
    )
    return (answers, *weighted)


def _score_measures(score: str) -> tuple[Measure, ...]:
    points = nw.when(nw.col("evaluator") == "customer").then(100 * nw.col(f"{score}_share"))
    return (
        Measure(
            f"{score}_points", of="surveys", on="answered_on", sums=points * _weight, unit="points"
        ),
        Measure(
            f"{score}_points_squared",
            of="surveys",
            on="answered_on",
            sums=points * points * _weight,
            unit="squares",
        ),
    )


def _recommend_measure(name: str, claim: nw.Expr) -> Measure:
    is_customer = nw.col("evaluator") == "customer"
    return Measure(name, of="surveys", on="answered_on", sums=ticks(is_customer & claim))


MEASURES = (
    Measure("surveys_sent", of="surveys", on="sent_on", sums=nw.lit(1)),
    Measure(
        "surveys_sent_and_answered",
        of="surveys",
        on="sent_on",
        sums=ticks(~nw.col("answered_on").is_null()),
    ),
    Measure("surveys_answered", of="surveys", on="answered_on", sums=nw.lit(1)),
    *(
        measure
        for evaluator, (suffix, _) in _EVALUATORS.items()
        for measure in _satisfied_measures(evaluator, "overall", suffix)
    ),
    *(measure for score in _DIMENSIONS for measure in _satisfied_measures("customer", score, "")),
    *(measure for score in _SCORES for measure in _score_measures(score)),
    _recommend_measure("promoters", nw.col("recommend") >= 9),
    _recommend_measure("detractors", nw.col("recommend") <= 6),
    _recommend_measure("recommend_answers", ~nw.col("recommend").is_null()),
)

METRICS = (
    Metric(
        "surveys_answered",
        title=Sentence("Surveys answered, number", "收回问卷数"),
        meaning=Sentence("Surveys answered, on the day answered.", "当日收到回答的问卷数。"),
        top=("surveys_answered",),
        form="count",
        unit="surveys",
        better="neutral",
    ),
    Metric(
        "survey_response_share",
        title=Sentence("Survey response", "问卷回收率"),
        meaning=Sentence(
            "Invitations answered, of those sent; on the day sent.",
            "已回答的邀请占发出邀请的比例；按发出日统计。",
        ),
        top=("surveys_sent_and_answered",),
        bottom=("surveys_sent",),
        form="share",
        better="higher",
        settles_after=_ANSWERED_WITHIN,
    ),
    *(
        Metric(
            f"satisfied_share{suffix}",
            title=Sentence(
                "Satisfied" + (f" ({who.en})" if suffix else ""),
                "满意率" + (f"（{who.zh}）" if suffix else ""),
            ),
            meaning=Sentence(
                f"Answers of {who.en} with an overall score of at least three quarters of the "
                "scale (4 of 1 to 5), of those with an overall score; on the day answered.",
                f"{who.zh}总体评分达到量表四分之三（五分制 4 分）及以上的答卷"
                "占有总体评分答卷的比例；按回答日统计。",
            ),
            top=(f"overall_satisfied_weight{suffix}",),
            bottom=(f"overall_weight{suffix}",),
            weights_squared=f"overall_weight_squared{suffix}",
            answers=f"overall_answers{suffix}",
            form="share",
            better="higher",
        )
        for suffix, who in _EVALUATORS.values()
    ),
    *(
        Metric(
            f"{score}_satisfied_share",
            title=Sentence(f"Satisfied: {called.en.lower()}", f"{called.zh}满意率"),
            meaning=Sentence(
                f"Customers whose {score} score reaches three quarters of the scale (4 of 1 to "
                "5), of those who gave one; on the day answered.",
                f"{called.zh}评分达到量表四分之三（五分制 4 分）及以上的客户"
                "占给出该评分客户的比例；按回答日统计。",
            ),
            top=(f"{score}_satisfied_weight",),
            bottom=(f"{score}_weight",),
            weights_squared=f"{score}_weight_squared",
            answers=f"{score}_answers",
            form="share",
            better="higher",
        )
        for score, called in _DIMENSIONS.items()
    ),
    *(
        Metric(
            "satisfaction_mean" if score == "overall" else f"{score}_mean",
            title=Sentence(f"{called.en}, mean score", f"{called.zh}平均分"),
            meaning=Sentence(
                f"Mean {score} score of customers, 0 = worst and 100 = best of the scale; on the "
                "day answered.",
                f"客户{called.zh}评分的平均值，0 为量表最差，100 为最好；按回答日统计。",
            ),
            top=(f"{score}_points",),
            bottom=(f"{score}_weight",),
            squares=f"{score}_points_squared",
            weights_squared=f"{score}_weight_squared",
            answers=f"{score}_answers",
            form="mean",
            unit="points",
            better="higher",
            believable=(0, 100),
        )
        for score, called in _SCORES.items()
    ),
    Metric(
        "net_promoter_score",
        title=Sentence("Net promoter score", "净推荐值"),
        meaning=Sentence(
            "100 x (promoters, 9 to 10, less detractors, 0 to 6) / customers who answered how "
            "likely they are to recommend us; on the day answered.",
            "100 ×（推荐者 9–10 分 − 贬损者 0–6 分）/ 回答推荐意愿的客户数；按回答日统计。",
        ),
        top=("promoters", "-detractors"),
        bottom=("recommend_answers",),
        answers="recommend_answers",
        form="score",
        scale=100,
        better="higher",
    ),
)
