"""Duties: recurring obligations such as training, inspections, drills, maintenance and reports.

To add a column: a field here and its known headers in transforms/mapping/headers; `sources/*.toml`
may then map it.
"""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract, RecordKind
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

DUTY_RESULTS = ("pass", "fail")


class Duty(Contract):
    """One obligation that falls due on a day."""

    duty_id: pl.String = pa.Field(
        title="任务编号", description="Number of the duty.", str_contains=NOT_BLANK
    )
    kind: pl.String = pa.Field(
        title="任务类型",
        description="training, safety_inspection, emergency_drill, equipment_maintenance, audit, "
        "report_submission, or a word of the organisation's own.",
        str_contains=NOT_BLANK,
    )
    org_unit_id: pl.String = pa.Field(
        title="责任机构", description="Unit that must do it.", str_contains=NOT_BLANK
    )
    title: pl.String = pa.Field(
        title="任务名称", description="The duty in a few words.", str_contains=NOT_BLANK
    )
    due_on: pl.Date = pa.Field(title="应完成日期", description="Last day to do it in time.")
    done_on: pl.Date = pa.Field(title="完成日期", description="Day it was done.", nullable=True)
    result: pl.String = pa.Field(
        title="结果", description="How it went.", isin=DUTY_RESULTS, nullable=True
    )
    evidence: pl.String = pa.Field(
        title="佐证材料", description="Where the proof is kept.", nullable=True
    )

    @pa.check("done_on", name="is_given_with_result", ignore_na=False)
    @classmethod
    def _a_result_says_when(cls, duties: PolarsData) -> pl.LazyFrame:
        return duties.lazyframe.select(pl.col("result").is_null() | pl.col("done_on").is_not_null())


DUTIES = RecordKind(
    "duties",
    Duty,
    title=Sentence("Duties", "例行任务"),
    key=("duty_id",),
    day="due_on",
    references={"org_unit_id": "org_units"},
    rules={
        "done_on_is_given_with_result": Rule(
            ("result", "done_on"),
            Sentence(
                "A duty with a result must have done_on",
                "有结果的任务必须有完成日期（done_on）",
            ),
        ),
    },
)
