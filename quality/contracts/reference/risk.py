"""What is aimed at and what is watched: targets, warning rules and the risk register."""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract
from quality.contracts.reference.table import Pointer, ReferenceTable, TextList
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

WHOLE_ORGANISATION = "company"
GRAINS = ("day", "week", "month", "quarter", "year")
DIRECTIONS = ("above", "below")
RISK_CATEGORIES = ("market", "credit", "operational", "legal")
RESPONSES = ("avoid", "reduce", "transfer", "accept")


class Target(Contract):
    """The value that a metric should reach."""

    metric: pl.String = pa.Field(
        title="指标", description="Name of the metric.", str_contains=NOT_BLANK
    )
    org_unit_id: pl.String = pa.Field(
        title="机构", description="Unit it is set for; all when empty.", nullable=True
    )
    target: pl.Float64 = pa.Field(
        title="目标值", description="Value to reach, in the metric's unit; shares are 0 to 1."
    )
    effective_from: pl.Date = pa.Field(
        title="生效日期", description="First day in force; always when empty.", nullable=True
    )


TARGETS = ReferenceTable(
    "targets",
    Target,
    title=Sentence("Targets", "目标值"),
    key=("metric", "org_unit_id", "effective_from"),
    references={"org_unit_id": Pointer("org_units", "id")},
)


def _on_the_bad_side(worse: str, better: str) -> pl.Expr:
    return (
        pl.when(pl.col("direction") == "above")
        .then(pl.col(worse) >= pl.col(better))
        .when(pl.col("direction") == "below")
        .then(pl.col(worse) <= pl.col(better))
    )


class KriRule(Contract):
    """When a metric warns; without amber and red it warns beyond its control limits."""

    rule_id: pl.String = pa.Field(
        title="预警规则编号", description="Name of the rule.", str_contains=NOT_BLANK
    )
    metric: pl.String = pa.Field(
        title="指标", description="Metric that is watched.", str_contains=NOT_BLANK
    )
    scope: pl.String = pa.Field(
        title="适用层级",
        description="Kind of org unit it applies to; company, the whole, when empty.",
    )
    grain: pl.String = pa.Field(
        title="周期", description="Period judged; month when empty.", isin=GRAINS
    )
    direction: pl.String = pa.Field(
        title="方向", description="Side of the thresholds that is bad.", isin=DIRECTIONS
    )
    amber: pl.Float64 = pa.Field(
        title="黄色阈值", description="Amber from here, in the metric's unit.", nullable=True
    )
    red: pl.Float64 = pa.Field(
        title="红色阈值", description="Red from here, in the metric's unit.", nullable=True
    )
    minimum_n: pl.Int64 = pa.Field(
        title="最少样本量",
        description="Periods with fewer cases are not judged; 1 when empty.",
        ge=1,
    )
    periods_to_enter: pl.Int64 = pa.Field(
        title="触发所需周期数", description="Bad periods in a row to warn; 1 when empty.", ge=1
    )
    periods_to_leave: pl.Int64 = pa.Field(
        title="解除所需周期数", description="Good periods in a row to end it; 1 when empty.", ge=1
    )
    exit_threshold: pl.Float64 = pa.Field(
        title="解除阈值",
        description="Good means beyond this; the amber threshold when empty.",
        nullable=True,
    )
    owner: pl.String = pa.Field(title="责任人", description="Who answers a warning.", nullable=True)

    @pa.check("red", name="is_on_the_bad_side_of_amber")
    @classmethod
    def _red_is_worse_than_amber(cls, kri_rules: PolarsData) -> pl.LazyFrame:
        return kri_rules.lazyframe.select(_on_the_bad_side("red", "amber"))

    @pa.check("exit_threshold", name="is_on_the_good_side_of_amber")
    @classmethod
    def _the_exit_is_better_than_amber(cls, kri_rules: PolarsData) -> pl.LazyFrame:
        entry = kri_rules.lazyframe.with_columns(pl.coalesce("amber", "red").alias("amber"))
        return entry.select(_on_the_bad_side("amber", "exit_threshold"))


KRI_RULES = ReferenceTable(
    "kri_rules",
    KriRule,
    title=Sentence("Warning rules", "预警规则"),
    key=("rule_id",),
    defaults={
        "scope": WHOLE_ORGANISATION,
        "grain": "month",
        "minimum_n": 1,
        "periods_to_enter": 1,
        "periods_to_leave": 1,
    },
    references={"scope": Pointer("org_units", "kind", besides=(WHOLE_ORGANISATION,))},
    rules={
        "red_is_on_the_bad_side_of_amber": Rule(
            ("direction", "amber", "red"),
            Sentence(
                "red must not be milder than amber (above: red >= amber; below: red <= amber)",
                "红色阈值（red）不能比黄色阈值（amber）宽松"
                "（above：red >= amber；below：red <= amber）",
            ),
        ),
        "exit_threshold_is_on_the_good_side_of_amber": Rule(
            ("direction", "amber", "red", "exit_threshold"),
            Sentence(
                "exit_threshold must lie on the good side of amber, or of red without amber",
                "解除阈值（exit_threshold）必须在黄色阈值（amber，缺省时为 red）的正常一侧",
            ),
        ),
    },
)


class Risk(Contract):
    """One entry of the risk register."""

    risk_id: pl.String = pa.Field(
        title="风险编号", description="Number of the risk.", str_contains=NOT_BLANK
    )
    title: pl.String = pa.Field(title="风险描述", description="The risk; its number when empty.")
    title_zh: pl.String = pa.Field(
        title="中文描述", description="The risk in Chinese; the title when empty."
    )
    category: pl.String = pa.Field(
        title="风险类别", description="Kind of risk.", isin=RISK_CATEGORIES
    )
    likelihood: pl.Int64 = pa.Field(
        title="可能性", description="1 = rare to 5 = almost certain.", in_range=(1, 5)
    )
    impact: pl.Int64 = pa.Field(
        title="影响程度", description="1 = slight to 5 = disastrous.", in_range=(1, 5)
    )
    response: pl.String = pa.Field(
        title="应对策略", description="What is done about it; reduce when empty.", isin=RESPONSES
    )
    owner: pl.String = pa.Field(title="责任人", description="Who answers for it.", nullable=True)
    review_on: pl.Date = pa.Field(
        title="复核日期", description="Day of the next review.", nullable=True
    )
    accepted_until: pl.Date = pa.Field(
        title="接受期限", description="Last day on which the risk is accepted.", nullable=True
    )
    kri_rules: TextList = pa.Field(
        title="关联预警规则", description="Warning rules that watch it, separated by |."
    )


RISK_REGISTER = ReferenceTable(
    "risk_register",
    Risk,
    title=Sentence("Risk register", "风险清单"),
    key=("risk_id",),
    defaults={
        "title": pl.col("risk_id"),
        "title_zh": pl.col("title"),
        "response": "reduce",
        "kri_rules": [],
    },
    references={"kri_rules": Pointer("kri_rules", "rule_id")},
)
