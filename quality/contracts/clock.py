"""Clocks: what a row of `records.clocks` says. Made by us (`transforms/clocks.py`), not mapped."""

import pandera.polars as pa
import polars as pl

from quality.contracts.kind import Contract, Instant, RecordKind
from quality.contracts.ticket import CHANNELS, PRIORITIES, TICKET_KINDS
from transforms.clocks import CLOCKS, STATES
from transforms.refusal import Sentence


class Clock(Contract):
    """One promise to one customer, with its verdict and the parts of time that prove it."""

    ticket_id: pl.String = pa.Field(title="工单号", description="The ticket that is timed.")
    clock: pl.String = pa.Field(title="计时项", description="What is timed.", isin=CLOCKS)
    kind: pl.String = pa.Field(
        title="工单类型", description="What the customer came with.", isin=TICKET_KINDS
    )
    priority: pl.String = pa.Field(
        title="优先级", description="How urgent the ticket is.", isin=PRIORITIES
    )
    channel: pl.String = pa.Field(
        title="受理渠道", description="The way the ticket came in.", isin=CHANNELS
    )
    category: pl.String = pa.Field(
        title="问题类别", description="Subject, in the source's own words.", nullable=True
    )
    agent_id: pl.String = pa.Field(
        title="坐席", description="Agent who holds the ticket.", nullable=True
    )
    org_unit_id: pl.String = pa.Field(
        title="受理机构", description="Outlet or queue that answers for it."
    )
    opened_on: pl.Date = pa.Field(title="受理日期", description="Local date of started_at.")
    policy: pl.String = pa.Field(
        title="时限规则",
        description="Kind, priority and channel of the policy that won; * is any.",
        nullable=True,
    )
    calendar: pl.String = pa.Field(
        title="工作日历", description="Calendar that counts, in its zone.", nullable=True
    )
    target_seconds: pl.Int64 = pa.Field(
        title="时限（秒）", description="Working seconds allowed.", ge=1, nullable=True
    )
    started_at: Instant = pa.Field(title="开始时间", description="When the clock began (UTC).")
    stopped_at: Instant = pa.Field(
        title="停止时间", description="When it stopped (UTC); none while it runs.", nullable=True
    )
    due_at: Instant = pa.Field(
        title="到期时间", description="Last instant in time (UTC).", nullable=True
    )
    due_on: pl.Date = pa.Field(title="到期日", description="Local date of due_at.", nullable=True)
    state: pl.String = pa.Field(title="达标状态", description="The verdict.", isin=STATES)
    elapsed_seconds: pl.Int64 = pa.Field(
        title="历时（秒）",
        description="From the start to the stop, or to the night's now.",
        ge=0,
        nullable=True,
    )
    working_seconds: pl.Int64 = pa.Field(
        title="工作时间（秒）", description="Of it, counted.", ge=0, nullable=True
    )
    out_of_hours_seconds: pl.Int64 = pa.Field(
        title="非工作时间（秒）", description="Of it, closed.", ge=0, nullable=True
    )
    holiday_seconds: pl.Int64 = pa.Field(
        title="节假日（秒）", description="Of it, on holidays.", ge=0, nullable=True
    )
    paused_seconds: pl.Int64 = pa.Field(
        title="暂停（秒）",
        description="Of it, working time in which the clock stood still.",
        ge=0,
        nullable=True,
    )
    is_provisional: pl.Boolean = pa.Field(
        title="涉及暂定日",
        description="Whether it touches a day off that is not announced yet.",
    )


# Not among RECORD_KINDS: no source delivers it.
CLOCK_ROWS = RecordKind(
    "clocks",
    Clock,
    title=Sentence("Clocks", "计时项"),
    key=("ticket_id", "clock"),
    day="due_on",
)
