"""Landed files of the service centre: tickets, their events, surveys and duties.

Tickets: a gb18030 CSV a month with Chinese headers and times to the minute. Events: JSON Lines a
month. Surveys: a tab-separated file a month with CRLF line ends. Duties: one CSV.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import polars as pl

from pipelines.simulation.delivery_files import UNKNOWN_OUTLET
from pipelines.simulation.export_texts import fixed, named, phone
from pipelines.simulation.file_incidents import BadRows
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.period import Period
from pipelines.simulation.ticket_words import (
    CATEGORIES,
    CHANNELS,
    KINDS,
    OUTCOMES,
    PRIORITIES,
    ROOT_CAUSES,
    STATUSES,
    YES_NO,
)
from pipelines.simulation.tickets import ticket_events

_MINUTES = "%Y/%m/%d %H:%M"
_CUSTOMERS = ("王女士", "李先生", "张女士", "刘先生", "陈女士", "杨先生", "赵女士", "黄先生")
_UNREADABLE = "2026/13/32 25:61"
_OFF_THE_SCALE = "11"
_CLOSED_TOO_EARLY = ("closed_at_is_not_before_opened_at", "closed_at_is_not_before_resolved_at")


def write_tickets(
    tickets: pl.DataFrame,
    file: Path,
    organisation: Organisation,
    period: Period,
    *,
    with_bad_rows: bool,
) -> list[BadRows]:
    """Write the tickets of a month; return the rows that were spoilt."""
    export = export_tickets(tickets, organisation, period)
    bad_rows: list[BadRows] = []
    if with_bad_rows:
        export, bad_rows = _spoil_tickets(export, f"tickets/{file.name}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(export.write_csv().encode("gb18030"))
    return bad_rows


def export_tickets(
    tickets: pl.DataFrame, organisation: Organisation, period: Period
) -> pl.DataFrame:
    """Return the tickets with the columns and words of the ticket system's export."""

    def time(column: str) -> pl.Expr:
        return period.past(column).dt.strftime(_MINUTES)

    def word(words: tuple[str, ...], column: str, header: str) -> pl.Series:
        return named(words, tickets[column]).alias(header)

    promised = pl.when("is_promised").then(period.local("promised").dt.strftime(_MINUTES))
    return tickets.select(
        pl.col("ticket_id").alias("工单号"),
        word(KINDS, "kind", "工单类型"),
        word(CHANNELS, "channel", "受理渠道"),
        word(PRIORITIES, "priority", "紧急程度"),
        word(tuple(chain.from_iterable(CATEGORIES)), "category", "问题分类"),
        word(ROOT_CAUSES, "root_cause", "原因"),
        named(organisation.units, tickets["unit"]).alias("受理网点"),
        pl.col("agent_id").alias("坐席工号"),
        named(_CUSTOMERS, tickets["customer"] % len(_CUSTOMERS)).alias("客户姓名"),
        phone("customer").alias("客户电话"),
        pl.col("waybill_no").alias("运单号"),
        pl.col("status").replace_strict(STATUSES).alias("状态"),
        time("opened").alias("受理时间"),
        time("answered").alias("首次响应时间"),
        promised.alias("承诺时间"),
        time("resolved").alias("解决时间"),
        time("closed").alias("关闭时间"),
        pl.col("reopened_count").cast(pl.String).alias("重开次数"),
        pl.col("reassigned_count").cast(pl.String).alias("转派次数"),
        pl.col("agent_replies").cast(pl.String).alias("回复次数"),
        pl.col("is_escalated").replace_strict(YES_NO, return_dtype=pl.String).alias("是否升级"),
        word(OUTCOMES, "outcome", "处理结论"),
        pl.when(pl.col("compensation_minor") > 0)
        .then(fixed("compensation_minor", 2))
        .alias("赔付金额"),
        pl.col("source_met_sla").replace_strict(YES_NO, return_dtype=pl.String).alias("是否达标"),
        time("updated").alias("更新时间"),
    )


def _spoil_tickets(export: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[BadRows]]:
    """Break four rules, each in a few of the first closed tickets."""
    is_closed = pl.col("状态") == STATUSES["closed"]
    closed_number = pl.when(is_closed).then(is_closed.cum_sum())
    day_before = pl.col("受理时间").str.to_datetime(_MINUTES) - pl.duration(days=1)
    faults = [
        (_CLOSED_TOO_EARLY, "关闭时间", day_before.dt.strftime(_MINUTES), 3),
        (("reassigned_count_is_in_range",), "转派次数", pl.lit("-1"), 2),
        (("opened_at_is_readable",), "受理时间", pl.lit(_UNREADABLE), 2),
        (("org_unit_id_is_registered",), "受理网点", pl.lit(UNKNOWN_OUTLET), 3),
    ]
    spoilt, bad_rows, first = [], [], 1
    for rules, column, value, rows in faults:
        is_bad = closed_number.is_between(first, first + rows - 1)
        spoilt.append(pl.when(is_bad).then(value).otherwise(column).alias(column))
        bad_rows.append(BadRows("tickets", file, rules, export.filter(is_bad)["工单号"].to_list()))
        first += rows
    return export.with_columns(spoilt), bad_rows


def write_ticket_events(tickets: pl.DataFrame, file: Path, period: Period, time_zone: str) -> int:
    """Write the changes of status of a month's tickets; return their number."""
    events = ticket_events(tickets, period)
    file.parent.mkdir(parents=True, exist_ok=True)
    local = period.local("second").dt.replace_time_zone(time_zone)
    events.select(
        "ticket_id",
        at=local.dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
        status="status",
        actor="agent_id",
    ).write_ndjson(file)
    return events.height


def write_surveys(
    surveys: pl.DataFrame,
    file: Path,
    organisation: Organisation,
    period: Period,
    *,
    with_bad_rows: bool,
) -> list[BadRows]:
    """Write the invitations of a month; return the rows that were spoilt."""
    export = export_surveys(surveys, organisation, period)
    bad_rows = []
    if with_bad_rows:
        is_answered = pl.col("Overall").is_not_null()
        is_bad = is_answered & (is_answered.cum_sum() <= 3)
        bad_rows.append(
            BadRows(
                "surveys",
                f"surveys/{file.name}",
                ("overall_is_within_scale",),
                export.filter(is_bad)["Response ID"].to_list(),
            )
        )
        off = pl.when(is_bad).then(pl.lit(_OFF_THE_SCALE)).otherwise("Overall").alias("Overall")
        export = export.with_columns(off)
    file.parent.mkdir(parents=True, exist_ok=True)
    export.write_csv(file, separator="\t", line_terminator="\r\n")
    return bad_rows


def export_surveys(
    surveys: pl.DataFrame, organisation: Organisation, period: Period
) -> pl.DataFrame:
    """Return the invitations with the columns of the survey tool's export."""
    scores = ("overall", "attitude", "efficiency", "effect", "recommend")
    return surveys.select(
        pl.col("response_id").alias("Response ID"),
        pl.col("evaluator").alias("Evaluator"),
        pl.col("method").alias("Method"),
        pl.col("subject").alias("About"),
        pl.col("subject_id").alias("Reference"),
        named(organisation.units, surveys["unit"]).alias("Unit"),
        pl.col("agent_id").alias("Staff"),
        period.local("sent").dt.strftime("%d.%m.%Y %H:%M:%S").alias("Sent"),
        period.local("answered").dt.strftime("%d.%m.%Y %H:%M:%S").alias("Answered"),
        pl.format("1-{}", "points").alias("Scale"),
        *(pl.col(score).cast(pl.String).alias(score.title()) for score in scores),
        pl.col("comment").alias("Comment"),
    )


def write_duties(duties: pl.DataFrame, file: Path) -> None:
    """Write all duties."""
    file.parent.mkdir(parents=True, exist_ok=True)
    duties.write_csv(file)
