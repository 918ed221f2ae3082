"""What customers are promised, and at what price: targets of clocks, service levels, tariffs."""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract
from quality.contracts.reference.table import (
    CLOCK,
    ROUND_THE_CLOCK,
    TO_CALENDARS,
    Pointer,
    ReferenceTable,
    Span,
    TextList,
)
from quality.contracts.rule import Rule
from quality.contracts.ticket import CHANNELS, PRIORITIES, TICKET_EVENT_STATUSES, TICKET_KINDS
from transforms.policies import CLOCKS_BY_POLICY
from transforms.refusal import Sentence


class SlaPolicy(Contract):
    """The time allowed for one clock of some tickets; the most specific row wins."""

    kind: pl.String = pa.Field(
        title="工单类型",
        description="Kind of ticket; any when empty.",
        isin=TICKET_KINDS,
        nullable=True,
    )
    priority: pl.String = pa.Field(
        title="优先级", description="Priority; any when empty.", isin=PRIORITIES, nullable=True
    )
    channel: pl.String = pa.Field(
        title="受理渠道", description="Channel; any when empty.", isin=CHANNELS, nullable=True
    )
    clock: pl.String = pa.Field(title="计时项", description="What is timed.", isin=CLOCKS_BY_POLICY)
    target_minutes: pl.Int64 = pa.Field(
        title="时限（分钟）", description="Working minutes allowed.", ge=1
    )
    calendar: pl.String = pa.Field(
        title="工作日历",
        description=f"Calendar that counts, {ROUND_THE_CLOCK} for all hours; that of the "
        "ticket's unit when empty.",
        nullable=True,
    )
    pause_statuses: TextList = pa.Field(
        title="暂停状态", description="Statuses that stop the clock, separated by |."
    )
    effective_from: pl.Date = pa.Field(
        title="生效日期", description="First day in force; always when empty.", nullable=True
    )

    @pa.check("pause_statuses", name="is_known")
    @classmethod
    def _pauses_are_statuses(cls, policies: PolarsData) -> pl.LazyFrame:
        is_status = pl.element().is_in(TICKET_EVENT_STATUSES)
        return policies.lazyframe.select(pl.col("pause_statuses").list.eval(is_status).list.all())


SLA_POLICIES = ReferenceTable(
    "sla_policies",
    SlaPolicy,
    title=Sentence("Service level policies", "时限规则"),
    key=("kind", "priority", "channel", "clock", "effective_from"),
    defaults={"pause_statuses": []},
    references={"calendar": TO_CALENDARS},
    rules={
        "pause_statuses_is_known": Rule(
            ("pause_statuses",),
            Sentence(
                f"pause_statuses must be among {', '.join(TICKET_EVENT_STATUSES)}",
                f"暂停状态（pause_statuses）只能是：{'、'.join(TICKET_EVENT_STATUSES)}",
            ),
        ),
    },
)


class ServiceLevel(Contract):
    """One service sold for deliveries, with the working days that it may take."""

    service_level: pl.String = pa.Field(
        title="服务产品", description="The service as exports call it.", str_contains=NOT_BLANK
    )
    limit_working_days: pl.Int64 = pa.Field(
        title="时限（工作日）",
        description="Working days from pick-up; none when empty.",
        ge=0,
        nullable=True,
    )
    calendar: pl.String = pa.Field(
        title="工作日历", description=f"Days that count; {ROUND_THE_CLOCK} when empty."
    )
    cut_off_time: pl.Int64 = pa.Field(
        title="截单时间",
        description="Minutes after midnight, written HH:MM: later pick-ups count as the next "
        "working day's; none when empty.",
        nullable=True,
        metadata=CLOCK,
    )


SERVICE_LEVELS = ReferenceTable(
    "service_levels",
    ServiceLevel,
    title=Sentence("Service levels", "服务产品"),
    key=("service_level",),
    defaults={"calendar": ROUND_THE_CLOCK},
    references={"calendar": TO_CALENDARS},
)


class Tariff(Contract):
    """What a delivery costs: a base fee up to a weight, then a fee per started step."""

    service_level: pl.String = pa.Field(
        title="服务产品", description="Service that it prices.", str_contains=NOT_BLANK
    )
    is_same_city: pl.Boolean = pa.Field(
        title="是否同城", description="Within one city or not; both when empty.", nullable=True
    )
    base_minor: pl.Int64 = pa.Field(
        title="首重价格", description="Base fee, minor units of money.", ge=0
    )
    base_grams: pl.Int64 = pa.Field(
        title="首重（克）", description="Weight that the base fee covers; 0 when empty.", ge=0
    )
    step_grams: pl.Int64 = pa.Field(
        title="续重单位（克）", description="Grams of one further step; 1000 when empty.", ge=1
    )
    step_minor: pl.Int64 = pa.Field(
        title="续重价格", description="Fee per started step, minor units; 0 when empty.", ge=0
    )
    effective_from: pl.Date = pa.Field(
        title="生效日期", description="First day in force; always when empty.", nullable=True
    )
    effective_to: pl.Date = pa.Field(
        title="失效日期", description="Last day in force; for good when empty.", nullable=True
    )

    @pa.check("effective_to", name="is_not_before_effective_from")
    @classmethod
    def _tariffs_last_a_day_or_more(cls, tariffs: PolarsData) -> pl.LazyFrame:
        return tariffs.lazyframe.select(pl.col("effective_to") >= pl.col("effective_from"))


TARIFFS = ReferenceTable(
    "tariffs",
    Tariff,
    title=Sentence("Tariffs", "资费"),
    key=("service_level", "is_same_city", "effective_from"),
    span=Span(
        ("service_level", "is_same_city"), "effective_from", "effective_to", includes_last=True
    ),
    defaults={"base_grams": 0, "step_grams": 1000, "step_minor": 0},
    references={"service_level": Pointer("service_levels", "service_level")},
    rules={
        "effective_to_is_not_before_effective_from": Rule(
            ("effective_from", "effective_to"),
            Sentence(
                "effective_to must not be before effective_from",
                "失效日期（effective_to）不能早于生效日期（effective_from）",
            ),
        ),
    },
)
