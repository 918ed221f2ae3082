"""What the score of service quality is made of: metrics, their weights and their anchors."""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract
from quality.contracts.reference.table import Pointer, ReferenceTable
from quality.contracts.rule import Rule
from transforms.refusal import Sentence


class ScoreWeight(Contract):
    """How much a metric counts in the score of a kind of org unit, and between which values."""

    scope: pl.String = pa.Field(
        title="适用层级", description="Kind of org unit that is scored.", str_contains=NOT_BLANK
    )
    metric: pl.String = pa.Field(
        title="指标", description="Metric that counts.", str_contains=NOT_BLANK
    )
    weight: pl.Float64 = pa.Field(
        title="权重",
        description="How much it counts beside the others; the weights of a scope need no sum.",
        gt=0,
    )
    worst: pl.Float64 = pa.Field(
        title="最差值", description="Value that counts 0, in the metric's unit."
    )
    best: pl.Float64 = pa.Field(
        title="最优值",
        description="Value that counts 100, in the metric's unit; below worst where low is good.",
    )

    @pa.check("best", name="is_another_than_worst")
    @classmethod
    def _the_anchors_differ(cls, score_weights: PolarsData) -> pl.LazyFrame:
        return score_weights.lazyframe.select(pl.col("best") != pl.col("worst"))


SCORE_WEIGHTS = ReferenceTable(
    "score_weights",
    ScoreWeight,
    title=Sentence("Weights of the score", "评分权重"),
    key=("scope", "metric"),
    references={"scope": Pointer("org_units", "kind")},
    rules={
        "best_is_another_than_worst": Rule(
            ("worst", "best"),
            Sentence(
                "best must be another value than worst",
                "最优值（best）不能与最差值（worst）相同",
            ),
        ),
    },
)
