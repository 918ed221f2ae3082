"""The proof of a clock: its verdict in a sentence, and every stretch of time that led to it.

Both are made from what the snapshot holds of one ticket, so that a page, `sqm clocks` and the
figures cannot disagree. To add a kind of stretch: where it is told apart in `_kind_of`, its word
in `STRETCH_TITLES` and its look in dashboards/charts/clock_timelines.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.questions.clock_sentences import CLOCK_TITLES, STRETCH_TITLES, Ending, sentence_of
from pipelines.release.snapshots import Snapshot
from transforms.clocks import CLOCKS
from transforms.policies import CASE
from transforms.refusal import Refusal, Sentence
from transforms.working_time import QUARTER_SECONDS

__all__ = ["CLOCK_TITLES", "STRETCH_TITLES", "Clock", "ClockProof", "proofs_of"]

_TABLES = ("records.clocks", "reference.slots", "reference.sla_policies")
_DONE = ("resolved", "closed")  # paused until the next event, if there is one
_NEAR, _NEAR_LETTERS = 3, 2
_ANY = "*"
_SATURDAY = 6
_INSTANT = pl.Datetime("us", "UTC")
_PIECES: dict[str, pl.DataType] = {
    "from_at": _INSTANT,
    "to_at": _INSTANT,
    "seconds": pl.Int64(),
    "kind": pl.String(),
    "status": pl.String(),
    "is_off_day": pl.Boolean(),
    "is_weekend": pl.Boolean(),
    "is_after_end": pl.Boolean(),
}


@dataclass(frozen=True)
class Clock:
    """One row of `records.clocks`."""

    ticket_id: str
    clock: str
    kind: str
    channel: str
    priority: str
    category: str | None
    agent_id: str | None
    org_unit_id: str
    opened_on: date
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    due_on: date | None
    state: str
    policy: str | None
    calendar: str | None
    target_seconds: int | None
    elapsed_seconds: int | None
    working_seconds: int | None
    out_of_hours_seconds: int | None
    holiday_seconds: int | None
    paused_seconds: int | None
    is_provisional: bool | None
    source: str
    batch: str
    batch_number: int
    row_number: int

    @property
    def ended_at(self) -> datetime | None:
        """When it stopped, or the run's "now" while it runs; None where that was not measured."""
        if self.stopped_at is not None or self.elapsed_seconds is None:
            return self.stopped_at
        return self.started_at + timedelta(seconds=self.elapsed_seconds)

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of the ticket's unit."""
        return ZoneInfo(self.calendar.rpartition("@")[2]) if self.calendar else None


@dataclass(frozen=True, eq=False)
class ClockProof:
    """A clock, its verdict in both languages, and the time from its start to its end or due.

    `stretches`: from_at, to_at (instants) and kind (a key of STRETCH_TITLES), one after the other
    to the later of end and due. One ends where the clock does, so that those up to
    `clock.ended_at` sum to its parts; working_seconds is working and late. Empty where nothing was
    measured.
    """

    clock: Clock
    sentence: Sentence
    stretches: pl.DataFrame

    @property
    def local_stretches(self) -> pl.DataFrame:
        """The stretches in local time, without a zone, as charts and people read it."""
        return self._local(self.stretches, "from_at", "to_at")

    @property
    def local_marks(self) -> pl.DataFrame:
        """What a timeline points at: at (local, without a zone), kind: start, due, stop or now."""
        end = "stop" if self.clock.stopped_at is not None else "now"
        marks = [
            (self.clock.started_at, "start"),
            (self.clock.due_at, "due"),
            (self.clock.ended_at, end),
        ]
        given = [mark for mark in marks if mark[0] is not None]
        frame = pl.DataFrame(given, {"at": _INSTANT, "kind": pl.String}, orient="row")
        return self._local(frame, "at")

    def _local(self, instants: pl.DataFrame, *columns: str) -> pl.DataFrame:
        zone = str(self.clock.zone or "UTC")
        local = pl.col(*columns).dt.convert_time_zone(zone).dt.replace_time_zone(None)
        return instants.with_columns(local)


def proofs_of(snapshot: Snapshot, ticket_id: str) -> list[ClockProof]:
    """Return the proof of each clock of a ticket: first response, resolution, promise.

    Raises Refusal for a ticket that has no clocks: unknown, held in quarantine or cancelled; and
    for a snapshot of a release that kept no clocks.
    """
    if not set(_TABLES) <= set(snapshot.manifest.tables):
        raise Refusal(
            "Snapshot {id} was made by an older release and has no clocks: run `sqm nightly`.",
            "快照 {id} 由旧版本生成，没有计时记录：请运行 `sqm nightly`。",
            id=snapshot.id,
        )
    ticket = _ticket(snapshot, ticket_id)
    rows = snapshot.query("select * from records.clocks where ticket_id = ?", [ticket_id])
    columns = [field.name for field in fields(Clock)]
    clocks = [Clock(**row) for row in rows.select(columns).iter_rows(named=True)]
    events = snapshot.query(
        'select "at", status from records.ticket_events where ticket_id = ? '
        'order by "at", batch_number, row_number',
        [ticket_id],
    )
    in_order = sorted(clocks, key=lambda clock: CLOCKS.index(clock.clock))
    return [_proof(snapshot, clock, ticket, events) for clock in in_order]


def _ticket(snapshot: Snapshot, ticket_id: str) -> dict[str, Any]:
    """Return the instants of a ticket that has clocks."""
    found = snapshot.query(
        "select status, first_response_at, resolved_at from records.tickets where ticket_id = ?",
        [ticket_id],
    )
    if found.is_empty():
        raise _missing(snapshot, ticket_id)
    ticket = found.row(0, named=True)
    if ticket["status"] == "cancelled":
        raise Refusal(
            "Ticket {id} was cancelled: a cancelled ticket has no clocks.",
            "工单 {id} 已取消：已取消的工单不计时。",
            id=ticket_id,
        )
    return ticket


def _missing(snapshot: Snapshot, ticket_id: str) -> Refusal:
    held = snapshot.query(
        "select distinct unnest(broken_rules) as rule from marts.held_rows "
        "where kind = 'tickets' and record_key = ? and not is_replaced order by rule",
        [ticket_id],
    )["rule"]
    if not held.is_empty():
        return Refusal(
            "Ticket {id} is held in quarantine ({rules}) and has no clocks: mend its row in the "
            "source and land it again; `sqm quarantine --kind tickets` lists such rows.",
            "工单 {id} 的数据行已被隔离（{rules_zh}），没有计时：请在源系统中更正后重新导出；"
            "`sqm quarantine --kind tickets` 可列出这些行。",
            id=ticket_id,
            rules=", ".join(held),
            rules_zh="、".join(held),
        )
    near = snapshot.query(
        "select ticket_id from (select ticket_id, levenshtein(lower(ticket_id), lower($id)) as far "
        "from records.tickets) where far <= $far order by far, ticket_id limit $limit",
        {"id": ticket_id, "far": _NEAR_LETTERS, "limit": _NEAR},
    )["ticket_id"].to_list()
    if near:
        return Refusal(
            "There is no ticket {id}: did you mean {near}?",
            "没有工单 {id}：是否要找 {near_zh}？",
            id=ticket_id,
            near=", ".join(near),
            near_zh="、".join(near),
        )
    return Refusal("There is no ticket {id}.", "没有工单 {id}。", id=ticket_id)


def _proof(
    snapshot: Snapshot, clock: Clock, ticket: dict[str, Any], events: pl.DataFrame
) -> ClockProof:
    pieces = pl.DataFrame(schema=_PIECES)
    if clock.elapsed_seconds is not None:
        pauses = _pauses(clock, events, _pause_statuses(snapshot, clock))
        pieces = _pieces(clock, _slots(snapshot, clock), pauses)
    if clock.clock == "first_response" and ticket["first_response_at"] is not None:
        ended_with: Ending = "answered"
    else:
        ended_with = "resolved" if ticket["resolved_at"] is not None else "closed"
    return ClockProof(clock, sentence_of(clock, pieces, ended_with), _merged(pieces))


def _pause_statuses(snapshot: Snapshot, clock: Clock) -> list[str]:
    """Return the statuses that pause a clock, by the policy that won; a promise is never paused."""
    if clock.policy is None:
        return []
    given = zip(CASE, clock.policy.split("/"), strict=True)
    asked = {column: None if value == _ANY else value for column, value in given}
    policies = snapshot.query(
        "select pause_statuses from reference.sla_policies where clock = $clock "
        "and kind is not distinct from $kind and priority is not distinct from $priority "
        "and channel is not distinct from $channel "
        "and coalesce(effective_from <= $opened_on, true) "
        "order by effective_from desc nulls last limit 1",
        {**asked, "clock": clock.clock, "opened_on": clock.opened_on},
    )
    return policies["pause_statuses"].explode(empty_as_null=True).drop_nulls().to_list()


def _pauses(clock: Clock, events: pl.DataFrame, statuses: Sequence[str]) -> pl.DataFrame:
    """Return when a clock was paused: by one of `statuses`, or while its ticket was done."""
    if clock.policy is None:
        events = events.clear()
    start, end = pl.lit(clock.started_at, _INSTANT), pl.lit(clock.ended_at, _INSTANT)
    at = pl.col("at").cast(_INSTANT)
    following = at.shift(-1)
    pauses = pl.col("status").is_in(statuses) | (
        pl.col("status").is_in(_DONE) & following.is_not_null()
    )
    return (
        events.with_columns(
            pl.max_horizontal(at, start).alias("from_at"),
            pl.min_horizontal(following, end).alias("paused_to_at"),
            pauses.alias("pauses"),
        )
        .filter(pl.col("pauses") & (pl.col("from_at") < pl.col("paused_to_at")))
        .select(pl.col("from_at", "paused_to_at").dt.truncate("1s"), "status")
    )


def _slots(snapshot: Snapshot, clock: Clock) -> pl.DataFrame:
    """Return the quarters of an hour around a clock, whole local days of them."""
    instants = [at for at in (clock.started_at, clock.ended_at, clock.due_at) if at is not None]
    day = timedelta(days=1)
    return snapshot.query(
        "select starts_at, is_working, is_holiday, local_on from reference.slots "
        "where calendar = ? and day between ? and ? order by starts_at",
        [clock.calendar, (min(instants) - day).date(), (max(instants) + day).date()],
    ).with_columns(pl.col("starts_at").cast(_INSTANT))


def _pieces(clock: Clock, slots: pl.DataFrame, pauses: pl.DataFrame) -> pl.DataFrame:
    """Return the time from start to the later of end and due, cut wherever anything changes.

    In whole seconds, as clocks are measured. What no slot covers is out of hours.
    """
    given = (clock.started_at, clock.ended_at, clock.due_at)
    edges = pl.Series([at for at in given if at is not None], dtype=_INSTANT).dt.truncate("1s")
    ends_at = pl.col("starts_at") + timedelta(seconds=QUARTER_SECONDS)
    hours = slots.with_columns(
        ends_at.alias("ends_at"),
        (~pl.col("is_working").any().over("local_on")).alias("is_off_day"),
        (pl.col("local_on").dt.weekday() >= _SATURDAY).alias("is_weekend"),
    )
    changes = [hours["starts_at"], hours["ends_at"], pauses["from_at"], pauses["paused_to_at"]]
    cuts = pl.concat([edges, *changes]).unique().sort()
    cuts = cuts.filter(cuts.is_between(edges.min(), edges.max()))
    from_at, to_at = pl.col("from_at"), pl.col("to_at")
    flags = ("is_working", "is_holiday", "is_off_day", "is_weekend")
    return (
        pl.DataFrame({"from_at": cuts[:-1], "to_at": cuts[1:]})
        .join_asof(hours, left_on="from_at", right_on="starts_at")
        .join_asof(pauses.sort("from_at"), on="from_at")
        .with_columns(
            ((pl.col(flag) & (from_at < pl.col("ends_at"))).fill_null(False)) for flag in flags
        )
        .with_columns(pl.when(from_at < pl.col("paused_to_at")).then("status"))
        .select(
            from_at,
            to_at,
            (to_at - from_at).dt.total_seconds().alias("seconds"),
            _kind_of(clock).alias("kind"),
            "status",
            "is_off_day",
            "is_weekend",
            (from_at >= _second(clock.ended_at)).alias("is_after_end"),
        )
    )


def _kind_of(clock: Clock) -> pl.Expr:
    is_late = (pl.col("from_at") >= _second(clock.due_at)) & (
        pl.col("from_at") < _second(clock.ended_at)
    )
    return (
        pl.when("is_holiday")
        .then(pl.lit("holiday"))
        .when(~pl.col("is_working"))
        .then(pl.lit("out_of_hours"))
        .when(pl.col("status").is_not_null())
        .then(pl.lit("paused"))
        .when(is_late)
        .then(pl.lit("late"))
        .otherwise(pl.lit("working"))
    )


def _merged(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces with neighbours of one kind as one, but none across the clock's end."""
    return (
        pieces.group_by(pl.struct("kind", "is_after_end").rle_id().alias("run"))
        .agg(pl.col("from_at").first(), pl.col("to_at").last(), pl.col("kind").first())
        .sort("from_at")
        .select("from_at", "to_at", "kind")
    )


def _second(instant: datetime | None) -> pl.Expr:
    return pl.lit(instant, _INSTANT).dt.truncate("1s")
