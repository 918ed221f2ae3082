"""The words of a clock: its verdict as one sentence, in English and Chinese.

Say what was allowed, what happened and what was not counted, and only what applies. To add a
state: its sentence in `sentence_of`. To add a value of a ticket's contract: its words here; a test
finds the values that have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

import polars as pl

from transforms.refusal import Sentence
from transforms.working_time import ROUND_THE_CLOCK

if TYPE_CHECKING:
    from pipelines.questions.clock_proofs import Clock

Ending = Literal["answered", "resolved", "closed"]

CLOCK_TITLES = {
    "first_response": Sentence("First response", "首次响应"),
    "resolution": Sentence("Resolution", "解决"),
    "promise": Sentence("Promise", "承诺"),
}
STRETCH_TITLES = {
    "working": Sentence("Working time", "工作时间"),
    "out_of_hours": Sentence("Out of hours", "非工作时间"),
    "holiday": Sentence("Holiday", "节假日"),
    "paused": Sentence("Paused", "暂停"),
    "late": Sentence("Late", "超时"),
}
KINDS = {
    "consultation": Sentence("a consultation", "咨询"),
    "complaint": Sentence("a complaint", "投诉"),
    "request": Sentence("a request", "服务请求"),
    "business": Sentence("a business case", "业务办理"),
    "incident": Sentence("an incident", "故障"),
}
PRIORITIES = {
    "critical": Sentence("critical", "特急"),
    "high": Sentence("high", "高优先级"),
    "normal": Sentence("normal", "普通优先级"),
    "low": Sentence("low", "低优先级"),
}
CHANNELS = {
    "phone": Sentence("by phone", "经电话受理"),
    "email": Sentence("by e-mail", "经电子邮件受理"),
    "chat": Sentence("by chat", "经在线客服受理"),
    "app": Sentence("by app", "经手机应用受理"),
    "web": Sentence("by website", "经网站受理"),
    "counter": Sentence("at the counter", "在柜台受理"),
    "letter_box": Sentence("by letter box", "经意见箱受理"),
    "social": Sentence("by social media", "经社交媒体受理"),
    "sms": Sentence("by sms", "经短信受理"),
    "other": Sentence("by another channel", "经其他渠道受理"),
}
_DONE = {
    "answered": Sentence("answered", "回复"),
    "resolved": Sentence("resolved", "解决"),
    "closed": Sentence("closed", "关闭"),
}
_TO_DO = {
    "first_response": Sentence("to reply", "回复"),
    "resolution": Sentence("to resolve", "解决"),
}
_NOT_YET = {
    "first_response": Sentence("not answered yet", "尚未回复"),
    "resolution": Sentence("not resolved yet", "尚未解决"),
    "promise": Sentence("not resolved yet", "尚未解决"),
}
# Why a clock was paused, by the status of its ticket.
_PAUSES = {
    "pending_customer": Sentence("waiting for the customer", "等待客户回复"),
    "paused": Sentence("time on hold", "挂起"),
    "resolved": Sentence("time before it was re-opened", "重新打开前的时间"),
    "closed": Sentence("time before it was re-opened", "重新打开前的时间"),
}
_OTHER_PAUSE = Sentence("paused time", "暂停")
_WEEKDAYS = (
    Sentence("Monday", "周一"),
    Sentence("Tuesday", "周二"),
    Sentence("Wednesday", "周三"),
    Sentence("Thursday", "周四"),
    Sentence("Friday", "周五"),
    Sentence("Saturday", "周六"),
    Sentence("Sunday", "周日"),
)
_WEEKDAYS_ARE_UNIQUE = 6  # days apart at most
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def sentence_of(clock: Clock, pieces: pl.DataFrame, ended_with: Ending) -> Sentence:
    """Return the verdict on a clock, with what led to it.

    `pieces` are those of `clock_proofs`, `ended_with` is what stopped it, if anything did.
    """
    if clock.state == "no_policy":
        case = (KINDS[clock.kind], PRIORITIES[clock.priority], CHANNELS[clock.channel])
        kind, priority, channel = case
        return Sentence(
            f"No policy fits {kind.en} of priority {priority.en} {channel.en}: no clock runs.",
            f"没有时限规则适用于{channel.zh}的{priority.zh}{kind.zh}：不计时。",
        )
    if clock.state == "no_calendar":
        if clock.calendar is None:
            return Sentence(
                "The ticket's unit is not known, so no calendar is: no verdict.",
                "工单所属机构未知，没有可用的工作日历：无法判定。",
            )
        name, _, zone = clock.calendar.rpartition("@")
        return Sentence(
            f"Calendar {name} ({zone}) does not cover the time of this ticket: no verdict.",
            f"工作日历 {name}（{zone}）未覆盖该工单的时间：无法判定。",
        )
    return _verdict(clock, pieces, ended_with)


class _Margin(NamedTuple):
    """How far a clock's end is from its due instant: in working time if there is any."""

    seconds: int
    is_working: bool
    is_paused: bool


@dataclass(frozen=True)
class _Telling:
    """How one clock writes its instants and durations."""

    clock: Clock
    has_dates: bool
    has_seconds: bool

    def at(self, instant: datetime | None) -> Sentence:
        assert instant is not None
        local = instant.astimezone(self.clock.zone)
        time = f"{local:%H:%M:%S}" if self.has_seconds else f"{local:%H:%M}"
        weekday = _WEEKDAYS[local.weekday()]
        if self.has_dates:
            return Sentence(
                f"{weekday.en} {local:%Y-%m-%d} {time}", f"{local:%Y-%m-%d} {weekday.zh} {time}"
            )
        return Sentence(f"{weekday.en} {time}", f"{weekday.zh} {time}")

    def length(self, seconds: int, *, is_working: bool = True) -> Sentence:
        """Return a duration; around the clock every minute is one, so that it has no kinds."""
        has_kind = is_working and not (self.clock.calendar or "").startswith(f"{ROUND_THE_CLOCK}@")
        if seconds < _MINUTE:
            return _counted(seconds, "second", " 秒")
        if seconds < 2 * _HOUR:
            return _amount(round(seconds / _MINUTE), "minute", "分钟", has_kind)
        if not has_kind and seconds >= 2 * _DAY:
            hours = round(seconds / _HOUR)
            return _both(_counted(hours // 24, "day", " 天"), _counted(hours % 24, "hour", " 小时"))
        minutes = round(seconds / _MINUTE)
        large = _amount(minutes // 60, "hour", "小时", has_kind)
        return _both(large, _counted(minutes % 60, "minute", " 分钟"))


def _verdict(clock: Clock, pieces: pl.DataFrame, ended_with: Ending) -> Sentence:
    edges = [at for at in (clock.started_at, clock.ended_at, clock.due_at) if at is not None]
    days = [at.astimezone(clock.zone).date() for at in edges]
    margin = _margin(clock, pieces)
    telling = _Telling(
        clock,
        has_dates=(max(days) - min(days)).days > _WEEKDAYS_ARE_UNIQUE,
        has_seconds=0 < margin.seconds < _MINUTE,
    )
    opened = telling.at(clock.started_at)
    begun = [Sentence(f"opened {opened.en}", f"{opened.zh} 受理")]
    if clock.target_seconds is not None:
        to_do = _TO_DO[clock.clock]
        allowed = telling.length(clock.target_seconds)
        begun.append(Sentence(f"{allowed.en} {to_do.en}", f"须在 {allowed.zh}内{to_do.zh}"))
    due = telling.at(clock.due_at)
    due = (
        Sentence(f"promised {due.en}", f"承诺在{' ' * telling.has_dates}{due.zh} 前完成")
        if clock.clock == "promise"
        else Sentence(f"due {due.en}", f"{due.zh} 到期")
    )
    said = _said(clock, begun, due, ended_with, margin, telling)
    clauses = [said, *_left_out(clock, pieces, margin, telling)]
    if clock.is_provisional:
        clauses.append(Sentence("its holidays are not final yet", "其间的节假日安排尚未确定"))
    return Sentence(
        "; ".join(clause.en for clause in clauses) + ".",
        "；".join(clause.zh for clause in clauses) + "。",
    )


def _said(
    clock: Clock,
    begun: list[Sentence],
    due: Sentence,
    ended_with: Ending,
    margin: _Margin,
    telling: _Telling,
) -> Sentence:
    """Return the verdict and what led to it, without what was not counted."""
    if clock.state == "running":
        head = _headed("Running: {} left", "计时中，剩余 {}", margin, telling)
        head, told = _joined([head, due]), _joined(begun)
        return Sentence(f"{head.en}; {told.en}", f"{head.zh}：{told.zh}")
    if clock.stopped_at is None:
        head = _headed("Missed by {} so far", "未达标，已超时 {}", margin, telling)
        told = _joined([*begun, due, _NOT_YET[clock.clock]])
        return Sentence(f"{head.en}: {told.en}", f"{head.zh}：{told.zh}")
    done, at = _DONE[ended_with], telling.at(clock.stopped_at)
    happened = Sentence(f"{done.en} {at.en}", f"{at.zh} {done.zh}")
    told = _joined([*begun, due, happened] if clock.clock == "promise" else [*begun, happened])
    if clock.state == "missed":
        head = _headed("Missed by {}", "未达标，超时 {}", margin, telling)
    elif margin.seconds:
        head = _headed("Met with {} to spare", "达标，剩余 {}", margin, telling)
    else:
        head = Sentence("Met at the last moment", "达标，恰在到期时完成")
    return Sentence(f"{head.en}: {told.en}", f"{head.zh}：{told.zh}")


def _margin(clock: Clock, pieces: pl.DataFrame) -> _Margin:
    between = _between_end_and_due(clock, pieces)
    counted = int(between.filter(pl.col("kind").is_in(["working", "late"]))["seconds"].sum())
    is_paused = between["kind"].eq("paused").any()
    return _Margin(counted or int(between["seconds"].sum()), counted > 0, is_paused)


def _between_end_and_due(clock: Clock, pieces: pl.DataFrame) -> pl.DataFrame:
    assert clock.ended_at is not None
    assert clock.due_at is not None
    first = min(clock.ended_at, clock.due_at).replace(microsecond=0)
    return pieces.filter(pl.col("from_at") >= first)


def _left_out(
    clock: Clock, pieces: pl.DataFrame, margin: _Margin, telling: _Telling
) -> list[Sentence]:
    """Return what was not counted, if anything; of a promise, between its end and due instant.

    A margin that is no working time is told as what it is: nothing of it was left out.
    """
    between = _between_end_and_due(clock, pieces)
    if not margin.is_working:
        pieces = pieces.head(pieces.height - between.height)
        between = between.clear()
    if clock.clock == "promise":
        pieces = between
    names = [*_pauses(pieces, telling), *_closed_time(pieces)]
    if not names:
        return []
    told = _listed(names)
    every = "均" if len(names) > 1 else ""
    return [Sentence(f"{told.en} not counted", f"{told.zh}{every}不计")]


def _pauses(pieces: pl.DataFrame, telling: _Telling) -> list[Sentence]:
    paused = pieces.filter(pl.col("kind") == "paused")
    seconds: dict[Sentence, int] = {}
    for status, spent in (
        paused.group_by("status", maintain_order=True).agg(pl.col("seconds").sum()).iter_rows()
    ):
        why = _PAUSES.get(status, _OTHER_PAUSE)
        seconds[why] = seconds.get(why, 0) + spent
    lengths = {why: telling.length(spent) for why, spent in seconds.items()}
    return [
        Sentence(f"{why.en} ({length.en})", f"{why.zh}（{length.zh}）")
        for why, length in lengths.items()
    ]


def _closed_time(pieces: pl.DataFrame) -> list[Sentence]:
    """Return the names of closed time; a night beside a holiday or a weekend belongs to it."""
    is_closed = pl.col("kind").is_in(["out_of_hours", "holiday"])
    is_off = (pl.col("kind") == "out_of_hours") & pl.col("is_off_day")
    runs = (
        pieces.with_columns(is_closed.rle_id().alias("run"))
        .filter(is_closed)
        .group_by("run")
        .agg(
            (pl.col("kind") == "holiday").any().alias("has_holiday"),
            (is_off & pl.col("is_weekend")).any().alias("has_weekend"),
            (is_off & ~pl.col("is_weekend")).any().alias("has_day_off"),
        )
    )
    is_night = ~pl.any_horizontal("has_holiday", "has_weekend", "has_day_off")
    names = {
        Sentence("holidays", "节假日"): runs["has_holiday"].any(),
        Sentence("weekend", "周末"): runs["has_weekend"].any(),
        Sentence("days off", "休息日"): runs["has_day_off"].any(),
        Sentence("nights and breaks", "夜间和休息时段"): runs.select(is_night.any()).item(),
    }
    return [name for name, is_there in names.items() if is_there]


def _headed(en: str, zh: str, margin: _Margin, telling: _Telling) -> Sentence:
    """Return a verdict with its margin, and what time that is where it is no working time."""
    length = telling.length(margin.seconds, is_working=margin.is_working)
    head = Sentence(en.format(length.en), zh.format(length.zh))
    if margin.is_working or not margin.seconds:
        return head
    if margin.is_paused:
        return Sentence(f"{head.en}, in time that is not counted", f"{head.zh}（不计时段）")
    return Sentence(f"{head.en} outside working hours", f"{head.zh}（非工作时间）")


def _joined(parts: Sequence[Sentence]) -> Sentence:
    return Sentence(", ".join(part.en for part in parts), "，".join(part.zh for part in parts))


def _listed(parts: Sequence[Sentence]) -> Sentence:
    *others, last = (part.en for part in parts)
    join = ", " if " and " in last else " and "
    en = f"{', '.join(others)}{join}{last}" if others else last
    return Sentence(en, "、".join(part.zh for part in parts))


def _amount(count: int, unit: str, unit_zh: str, is_working: bool) -> Sentence:
    if is_working:
        return _counted(count, f"working {unit}", f" 个工作{unit_zh}")
    return _counted(count, unit, f" {unit_zh}")


def _counted(count: int, unit: str, unit_zh: str) -> Sentence:
    return Sentence(f"{count} {unit}{'' if count == 1 else 's'}", f"{count}{unit_zh}")


def _both(large: Sentence, small: Sentence) -> Sentence:
    """Return two units of one duration, or the large one alone."""
    if small.en.startswith("0 "):
        return large
    return Sentence(f"{large.en} {small.en}", f"{large.zh} {small.zh}")
