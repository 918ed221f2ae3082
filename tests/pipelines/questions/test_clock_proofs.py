"""A clock can be proved: its stretches follow one another and sum to its parts."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.questions.clock_proofs import proofs_of
from pipelines.release.snapshots import open_snapshot
from pipelines.settings import open_home
from tests.nights import demo_night
from tests.pipelines.clock_snapshots import (
    assert_it_adds_up,
    clock_tables,
    in_memory,
    proof,
    seconds_by_kind,
)
from tests.transforms.hand_made_clocks import (
    OFFICE,
    at,
    event,
    hours,
    policy,
    rules,
    special_day,
    ticket,
)
from transforms.refusal import Refusal

REPLY = policy(70)
SOLVE = policy(480, clock="resolution", pause_statuses=["pending_customer"])


def test_waiting_for_the_customer_is_told_with_its_length_and_moves_what_is_late() -> None:
    one = ticket("2025-06-06 16:50", resolved_at="2025-06-10 10:00")
    waited = [event("2025-06-09 10:20", "pending_customer"), event("2025-06-09 11:40", "open")]
    proved = proof(one, rules(SOLVE), waited, clock="resolution")
    assert proved.sentence.en == (
        "Missed by 80 working minutes: opened Friday 16:50, 8 working hours to resolve, resolved "
        "Tuesday 10:00; waiting for the customer (80 working minutes), weekend, nights and breaks "
        "not counted."
    )
    assert "等待客户回复（80 个工作分钟）、周末、夜间和休息时段均不计" in proved.sentence.zh
    assert_it_adds_up(proved)
    kinds = proved.stretches.with_columns(pl.col("from_at").dt.convert_time_zone("Asia/Shanghai"))
    assert [
        (f"{begin:%a %H:%M}", kind) for begin, kind in kinds.select("from_at", "kind").iter_rows()
    ] == [
        ("Fri 16:50", "working"),
        ("Fri 18:00", "out_of_hours"),
        ("Mon 08:30", "working"),
        ("Mon 10:20", "paused"),
        ("Mon 11:40", "working"),
        ("Mon 12:00", "out_of_hours"),
        ("Mon 13:30", "working"),
        ("Mon 18:00", "out_of_hours"),
        ("Tue 08:30", "working"),
        ("Tue 08:40", "late"),
    ]


def test_time_before_a_re_opening_is_paused_whatever_the_policy() -> None:
    one = ticket("2025-06-09 09:00", resolved_at="2025-06-09 17:00")
    changes = [event("2025-06-09 10:00", "resolved"), event("2025-06-09 11:00", "reopened")]
    proved = proof(one, rules(SOLVE), changes, clock="resolution")
    assert "time before it was re-opened (60 working minutes)" in proved.sentence.en
    assert_it_adds_up(proved)


def test_only_the_policy_that_was_in_force_says_what_pauses() -> None:
    later = {**SOLVE, "pause_statuses": ["paused"], "effective_from": date(2025, 6, 10)}
    one = ticket("2025-06-09 09:00", resolved_at="2025-06-09 17:00")
    changes = [event("2025-06-09 10:00", "paused"), event("2025-06-09 11:00", "open")]
    proved = proof(one, rules(SOLVE, later), changes, clock="resolution")
    assert "paused" not in proved.stretches["kind"]
    assert_it_adds_up(proved)


def test_holidays_are_stretches_of_their_own_and_provisional_ones_are_told() -> None:
    judged_by = rules(REPLY, holidays=[special_day("2025-06-09", is_provisional=True)])
    one = ticket("2025-06-06 16:50", first_response_at="2025-06-10 09:00")
    proved = proof(one, judged_by)
    assert proved.sentence.en.endswith(
        "holidays and weekend not counted; its holidays are not final yet."
    )
    assert proved.sentence.zh.endswith("节假日、周末均不计；其间的节假日安排尚未确定。")
    assert seconds_by_kind(proved)["holiday"] == 86_400
    assert_it_adds_up(proved)


def test_a_stretch_ends_where_the_clock_does() -> None:
    one = ticket("2025-06-06 16:50", first_response_at="2025-06-06 17:20")
    proved = proof(one, rules(REPLY))
    assert proved.local_stretches.rows() == [
        (_local("16:50"), _local("17:20"), "working"),
        (_local("17:20"), _local("18:00"), "working"),
    ]
    assert proved.local_marks.rows() == [
        (_local("16:50"), "start"),
        (_local("18:00"), "due"),
        (_local("17:20"), "stop"),
    ]


def _local(time: str) -> Any:
    return at(f"2025-06-06 {time}", "UTC").replace(tzinfo=None)


def test_a_change_of_clocks_costs_no_seconds() -> None:
    zone = "America/New_York"
    judged_by = rules(
        {**REPLY, "target_minutes": 600},
        zone=zone,
        covering=("2025-03-01", "2025-03-31"),
        calendars=[*OFFICE, *hours("nights", range(1, 8), "00:00-06:00")],
        calendar="nights",
        as_of_at=at("2025-03-20 00:00", zone),
    )
    one = ticket("2025-03-08 23:00", zone, first_response_at="2025-03-10 05:00")
    assert_it_adds_up(proof(one, judged_by))


def test_clocks_come_in_their_order_and_only_those_there_are() -> None:
    one = ticket("2025-06-06 16:50", promised_at="2025-06-10 12:00")
    with in_memory(clock_tables([one], rules(SOLVE, REPLY))) as snapshot:
        proofs = proofs_of(snapshot, "T")
    assert [proof.clock.clock for proof in proofs] == ["first_response", "resolution", "promise"]


@pytest.mark.parametrize(
    ("id", "en", "zh"),
    [
        (
            "A-1O01",
            "There is no ticket A-1O01: did you mean A-1001, A-1002?",
            "没有工单 A-1O01：是否要找 A-1001、A-1002？",
        ),
        ("Z", "There is no ticket Z.", "没有工单 Z。"),
        (
            "A-1002",
            "Ticket A-1002 was cancelled: a cancelled ticket has no clocks.",
            "工单 A-1002 已取消：已取消的工单不计时。",
        ),
        (
            "H-1",
            "Ticket H-1 is held in quarantine (kind_is_known) and has no clocks: mend its row in "
            "the source and land it again; `sqm quarantine --kind tickets` lists such rows.",
            "工单 H-1 的数据行已被隔离（kind_is_known），没有计时：请在源系统中更正后重新导出；"
            "`sqm quarantine --kind tickets` 可列出这些行。",
        ),
    ],
)
def test_a_ticket_without_clocks_says_why(id: str, en: str, zh: str) -> None:
    tickets = [
        ticket("2025-06-06 16:50", ticket_id="A-1001"),
        ticket("2025-06-06 16:50", ticket_id="A-1002", status="cancelled"),
    ]
    held = [
        {
            "kind": "tickets",
            "record_key": "H-1",
            "is_replaced": False,
            "broken_rules": ["kind_is_known"],
        }
    ]
    with (
        in_memory(clock_tables(tickets, rules(REPLY), held=held)) as snapshot,
        pytest.raises(Refusal) as refused,
    ):
        proofs_of(snapshot, id)
    assert (refused.value.told(), refused.value.told("zh")) == (en, zh)


def test_a_snapshot_of_a_release_without_clocks_says_what_to_do() -> None:
    tables = clock_tables([ticket("2025-06-06 16:50")], rules(REPLY))
    del tables["records.clocks"]
    with in_memory(tables) as snapshot, pytest.raises(Refusal, match="older release"):
        proofs_of(snapshot, "T")


@pytest.mark.slow
def test_clocks_of_the_demo_add_up_whatever_their_state() -> None:
    night = demo_night()
    home = open_home(night.home, landing=night.landing, store=night.store)
    with open_snapshot(home.snapshots) as snapshot:
        sampled = snapshot.query(
            "select clock, state, ticket_id from records.clocks "
            "qualify row_number() over (partition by clock, state, paused_seconds > 0, "
            "holiday_seconds > 0 order by hash(ticket_id)) <= 2"
        )
        assert {"met", "missed", "running"} <= set(sampled["state"])
        for clock, state, ticket_id in sampled.iter_rows():
            proved = next(p for p in proofs_of(snapshot, ticket_id) if p.clock.clock == clock)
            assert proved.clock.state == state
            if proved.clock.elapsed_seconds is not None:
                assert_it_adds_up(proved)
