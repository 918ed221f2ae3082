"""Tickets: consultations, complaints, requests, business cases and incidents, and their events.

To add a column: a field here and its known headers in transforms/mapping/headers; `sources/*.toml`
may then map it.
"""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract, Instant, RecordKind
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

TICKET_KINDS = ("consultation", "complaint", "request", "business", "incident")
CHANNELS = (
    "phone",
    "email",
    "chat",
    "app",
    "web",
    "counter",
    "letter_box",
    "social",
    "sms",
    "other",
)
PRIORITIES = ("critical", "high", "normal", "low")
TICKET_STATUSES = ("open", "pending_customer", "resolved", "closed", "cancelled")
TICKET_EVENT_STATUSES = (*TICKET_STATUSES, "paused", "reopened")
OUTCOMES = ("upheld", "not_upheld", "withdrawn")


class Ticket(Contract):
    """One consultation, complaint, request, business case or incident, in its latest version."""

    ticket_id: pl.String = pa.Field(
        title="工单号", description="Number of the ticket in its source.", str_contains=NOT_BLANK
    )
    kind: pl.String = pa.Field(
        title="工单类型", description="What the customer came with.", isin=TICKET_KINDS
    )
    channel: pl.String = pa.Field(
        title="受理渠道", description="The way the ticket came in.", isin=CHANNELS
    )
    priority: pl.String = pa.Field(
        title="优先级", description="How urgent the ticket is.", isin=PRIORITIES
    )
    category: pl.String = pa.Field(
        title="问题类别", description="Subject, in the source's own words.", nullable=True
    )
    root_cause: pl.String = pa.Field(
        title="根本原因", description="Cause found, in the source's own words.", nullable=True
    )
    org_unit_id: pl.String = pa.Field(
        title="受理机构", description="Outlet or queue that answers for it.", str_contains=NOT_BLANK
    )
    agent_id: pl.String = pa.Field(
        title="坐席", description="Agent who holds the ticket.", nullable=True
    )
    customer_key: pl.String = pa.Field(
        title="客户标识", description="Pseudonym of the customer (HMAC-SHA256).", nullable=True
    )
    waybill_no: pl.String = pa.Field(
        title="运单号", description="Delivery that the ticket is about.", nullable=True
    )
    status: pl.String = pa.Field(
        title="工单状态", description="Where the ticket stands.", isin=TICKET_STATUSES
    )
    opened_at: Instant = pa.Field(title="受理时间", description="When the ticket was opened (UTC).")
    first_response_at: Instant = pa.Field(
        title="首次响应时间",
        description="When the customer first got an answer (UTC).",
        nullable=True,
    )
    promised_at: Instant = pa.Field(
        title="承诺时间", description="When the customer was promised an end (UTC).", nullable=True
    )
    resolved_at: Instant = pa.Field(
        title="解决时间", description="When it was resolved (UTC).", nullable=True
    )
    closed_at: Instant = pa.Field(
        title="关闭时间", description="When it was closed (UTC).", nullable=True
    )
    reopened_count: pl.Int64 = pa.Field(
        title="重开次数", description="How often it was opened again.", ge=0
    )
    reassigned_count: pl.Int64 = pa.Field(
        title="转派次数", description="How often it was handed on.", ge=0
    )
    agent_replies: pl.Int64 = pa.Field(
        title="坐席回复次数", description="Replies by agents.", ge=0, nullable=True
    )
    is_escalated: pl.Boolean = pa.Field(
        title="是否升级", description="Whether it was escalated to a higher level."
    )
    outcome: pl.String = pa.Field(
        title="投诉认定结果",
        description="Whether the complaint was upheld.",
        isin=OUTCOMES,
        nullable=True,
    )
    compensation_minor: pl.Int64 = pa.Field(
        title="赔付金额", description="Compensation, minor units of money.", ge=0, nullable=True
    )
    source_met_sla: pl.Boolean = pa.Field(
        title="源系统达标判定",
        description="The source system's own verdict on its service level.",
        nullable=True,
    )
    updated_at: Instant = pa.Field(
        title="更新时间", description="When this version was written (UTC).", nullable=True
    )
    opened_on: pl.Date = pa.Field(
        title="受理日期", description="Local date of opened_at.", nullable=True
    )
    first_response_on: pl.Date = pa.Field(
        title="首次响应日期", description="Local date of first_response_at.", nullable=True
    )
    promised_on: pl.Date = pa.Field(
        title="承诺日期", description="Local date of promised_at.", nullable=True
    )
    resolved_on: pl.Date = pa.Field(
        title="解决日期", description="Local date of resolved_at.", nullable=True
    )
    closed_on: pl.Date = pa.Field(
        title="关闭日期", description="Local date of closed_at.", nullable=True
    )

    @pa.check("resolved_at", name="is_given_when_resolved", ignore_na=False)
    @classmethod
    def _a_resolved_ticket_says_when(cls, tickets: PolarsData) -> pl.LazyFrame:
        return tickets.lazyframe.select(
            pl.col("status").ne_missing("resolved")
            | pl.col("resolved_at").is_not_null()
            | pl.col("closed_at").is_not_null()
        )

    @pa.check("closed_at", name="is_given_when_closed", ignore_na=False)
    @classmethod
    def _a_closed_ticket_says_when(cls, tickets: PolarsData) -> pl.LazyFrame:
        return tickets.lazyframe.select(
            pl.col("status").ne_missing("closed") | pl.col("closed_at").is_not_null()
        )


TICKETS = RecordKind(
    "tickets",
    Ticket,
    title=Sentence("Tickets", "工单"),
    key=("ticket_id",),
    newest_by="updated_at",
    day="opened_on",
    local_dates={
        "opened_on": "opened_at",
        "first_response_on": "first_response_at",
        "promised_on": "promised_at",
        "resolved_on": "resolved_at",
        "closed_on": "closed_at",
    },
    references={"org_unit_id": "org_units"},
    not_before=(
        ("first_response_at", "opened_at"),
        ("promised_at", "opened_at"),
        ("resolved_at", "opened_at"),
        ("closed_at", "opened_at"),
        ("closed_at", "resolved_at"),
    ),
    defaults={
        "channel": "other",
        "priority": "normal",
        "reopened_count": 0,
        "reassigned_count": 0,
        "is_escalated": False,
    },
    rules={
        "resolved_at_is_given_when_resolved": Rule(
            ("status", "resolved_at", "closed_at"),
            Sentence(
                "A ticket with status resolved must have resolved_at, or closed_at at least",
                "状态为 resolved（已解决）的工单必须有解决时间（resolved_at），"
                "至少要有关闭时间（closed_at）",
            ),
        ),
        "closed_at_is_given_when_closed": Rule(
            ("status", "closed_at"),
            Sentence(
                "A ticket with status closed must have closed_at",
                "状态为 closed（已关闭）的工单必须有关闭时间（closed_at）",
            ),
        ),
    },
)


class TicketEvent(Contract):
    """One change of a ticket's status: a pause, a re-opening, waiting for the customer."""

    ticket_id: pl.String = pa.Field(
        title="工单号", description="The ticket that changed.", str_contains=NOT_BLANK
    )
    at: Instant = pa.Field(title="变更时间", description="When the status began (UTC).")
    status: pl.String = pa.Field(
        title="变更后状态", description="Status from then on.", isin=TICKET_EVENT_STATUSES
    )
    actor: pl.String = pa.Field(
        title="操作人", description="Who or what changed it.", nullable=True
    )
    happened_on: pl.Date = pa.Field(
        title="变更日期", description="Local date of at.", nullable=True
    )


TICKET_EVENTS = RecordKind(
    "ticket_events",
    TicketEvent,
    title=Sentence("Ticket events", "工单流转记录"),
    key=("ticket_id", "at", "status"),
    day="happened_on",
    local_dates={"happened_on": "at"},
)
