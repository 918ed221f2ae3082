"""Surveys: invitations and evaluations of service, by customers, colleagues or third parties.

To add a column: a field here and its known headers in transforms/mapping/headers; `sources/*.toml`
may then map it.
"""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract, Instant, RecordKind
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

EVALUATORS = ("customer", "internal", "third_party")
METHODS = ("questionnaire", "phone", "online", "sms", "in_person", "mail")
SUBJECTS = ("ticket", "delivery", "visit", "general")
SCALED_SCORES = ("overall", "attitude", "efficiency", "effect")

_INFINITY = float("inf")


class Survey(Contract):
    """One invitation or evaluation; an unanswered invitation has no answered_at."""

    response_id: pl.String = pa.Field(
        title="评价编号", description="Number of the invitation.", str_contains=NOT_BLANK
    )
    evaluator: pl.String = pa.Field(title="评价主体", description="Who evaluates.", isin=EVALUATORS)
    method: pl.String = pa.Field(title="评价方式", description="How it was asked.", isin=METHODS)
    subject: pl.String = pa.Field(title="评价对象", description="What is evaluated.", isin=SUBJECTS)
    subject_id: pl.String = pa.Field(
        title="对象编号", description="Ticket or waybill evaluated.", nullable=True
    )
    org_unit_id: pl.String = pa.Field(
        title="被评价机构", description="Outlet or queue evaluated.", str_contains=NOT_BLANK
    )
    agent_id: pl.String = pa.Field(
        title="被评价人员", description="Agent or courier evaluated.", nullable=True
    )
    sent_at: Instant = pa.Field(
        title="发送时间", description="When the invitation was sent (UTC).", nullable=True
    )
    answered_at: Instant = pa.Field(
        title="回复时间", description="When it was answered (UTC).", nullable=True
    )
    scale_min: pl.Float64 = pa.Field(
        title="最低分", description="Lowest score of the scale.", gt=-_INFINITY
    )
    scale_max: pl.Float64 = pa.Field(
        title="最高分", description="Highest score of the scale.", lt=_INFINITY
    )
    overall: pl.Float64 = pa.Field(
        title="总体评分", description="Overall satisfaction, on the scale.", nullable=True
    )
    attitude: pl.Float64 = pa.Field(
        title="态度评分", description="Attitude of the staff, on the scale.", nullable=True
    )
    efficiency: pl.Float64 = pa.Field(
        title="效率评分", description="Speed and ease, on the scale.", nullable=True
    )
    effect: pl.Float64 = pa.Field(
        title="效果评分", description="Outcome for the customer, on the scale.", nullable=True
    )
    recommend: pl.Float64 = pa.Field(
        title="推荐意愿",
        description="Would recommend us, 0 to 10.",
        in_range=(0, 10),
        nullable=True,
    )
    weight: pl.Float64 = pa.Field(
        title="权重",
        description="Survey weight; 1 when absent.",
        in_range=(0, _INFINITY, False, False),
        nullable=True,
    )
    comment: pl.String = pa.Field(
        title="评价内容", description="What the evaluator wrote.", nullable=True
    )
    sent_on: pl.Date = pa.Field(
        title="发送日期", description="Local date of sent_at.", nullable=True
    )
    answered_on: pl.Date = pa.Field(
        title="回复日期", description="Local date of answered_at.", nullable=True
    )

    @pa.check("sent_at", name="or_answered_at_is_present", ignore_na=False)
    @classmethod
    def _a_survey_was_sent_or_answered(cls, surveys: PolarsData) -> pl.LazyFrame:
        return surveys.lazyframe.select(
            pl.col("sent_at").is_not_null() | pl.col("answered_at").is_not_null()
        )

    @pa.check("answered_at", name="is_given_with_scores", ignore_na=False)
    @classmethod
    def _scores_say_when_they_were_given(cls, surveys: PolarsData) -> pl.LazyFrame:
        scores = [pl.col(score).is_null() for score in (*SCALED_SCORES, "recommend")]
        return surveys.lazyframe.select(
            pl.all_horizontal(scores) | pl.col("answered_at").is_not_null()
        )

    @pa.check("scale_max", name="is_above_scale_min")
    @classmethod
    def _a_scale_has_a_length(cls, surveys: PolarsData) -> pl.LazyFrame:
        return surveys.lazyframe.select(pl.col("scale_max") > pl.col("scale_min"))

    @pa.check(*SCALED_SCORES, name="is_within_scale")
    @classmethod
    def _scores_lie_within_the_scale(cls, surveys: PolarsData) -> pl.LazyFrame:
        return surveys.lazyframe.select(
            pl.col(surveys.key).is_between(pl.col("scale_min"), pl.col("scale_max"))
        )


def _within_scale(score: str, title: str) -> Rule:
    return Rule(
        (score, "scale_min", "scale_max"),
        Sentence(
            f"{score} must lie between scale_min and scale_max",
            f"{title}（{score}）必须在最低分（scale_min）与最高分（scale_max）之间",
        ),
    )


SURVEYS = RecordKind(
    "surveys",
    Survey,
    title=Sentence("Surveys", "满意度评价"),
    key=("response_id",),
    day="answered_on",
    local_dates={"sent_on": "sent_at", "answered_on": "answered_at"},
    references={"org_unit_id": "org_units"},
    not_before=(("answered_at", "sent_at"),),
    defaults={"evaluator": "customer", "subject": "general"},
    rules={
        "sent_at_or_answered_at_is_present": Rule(
            ("sent_at", "answered_at"),
            Sentence(
                "A survey must have sent_at or answered_at",
                "评价必须有发送时间（sent_at）或回复时间（answered_at）",
            ),
        ),
        "answered_at_is_given_with_scores": Rule(
            ("answered_at",),
            Sentence(
                "A survey with scores must have answered_at",
                "有评分的评价必须有回复时间（answered_at）",
            ),
        ),
        "scale_min_is_in_range": Rule(
            ("scale_min",),
            Sentence("scale_min must be a finite number", "最低分（scale_min）必须是有限数值"),
        ),
        "scale_max_is_in_range": Rule(
            ("scale_max",),
            Sentence("scale_max must be a finite number", "最高分（scale_max）必须是有限数值"),
        ),
        "scale_max_is_above_scale_min": Rule(
            ("scale_min", "scale_max"),
            Sentence(
                "scale_max must be above scale_min",
                "最高分（scale_max）必须大于最低分（scale_min）",
            ),
        ),
        "overall_is_within_scale": _within_scale("overall", "总体评分"),
        "attitude_is_within_scale": _within_scale("attitude", "态度评分"),
        "efficiency_is_within_scale": _within_scale("efficiency", "效率评分"),
        "effect_is_within_scale": _within_scale("effect", "效果评分"),
    },
)
