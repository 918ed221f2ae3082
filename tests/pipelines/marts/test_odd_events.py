"""Events that are odd are counted by what is odd about them, and lose nobody a clock."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.pipelines.small_home import new_home

pytestmark = pytest.mark.slow  # a whole night

_TICKETS = (
    "ticket_id,kind,channel,org_unit_id,status,opened_at,promised_at,resolved_at\n"
    "T1,complaint,phone,PD,resolved,2026-03-02 09:00,,2026-03-02 15:00\n"
    "T2,complaint,phone,PD,resolved,2026-03-02 09:00,,2026-03-02 15:00\n"
)
_EVENTS = (
    '{"ticket_id": "T1", "at": "2026-03-02 08:00", "status": "paused"}\n'
    '{"ticket_id": "T1", "at": "2026-03-02 10:00", "status": "open"}\n'
    '{"ticket_id": "T2", "at": "2026-03-02 14:00", "status": "paused"}\n'
    '{"ticket_id": "T9", "at": "2026-03-02 14:00", "status": "paused"}\n'
)
_DELIVERIES = (
    "waybill_no,service_level,org_unit_id,picked_up_at,delivered_at,status\n"
    "W1,express,PD,2026-03-02 09:00,2026-03-03 11:00,delivered\n"
)
_SCANS = (
    "waybill_no\tat\tevent\nW1\t2026-03-02 08:30\tlabelled\nW1\t2026-03-02 09:00\tpicked_up\n"
    "W8\t2026-03-02 12:00\tsorted\n"
)
_REFERENCE = {
    "org_units": "id\nPD\n",
    "service_levels": "service_level,limit_working_days\nexpress,2\n",
    "sla_policies": "clock,target_minutes,pause_statuses\nresolution,330,paused\n",
}


@pytest.fixture
def marts(tmp_path: Path) -> dict[str, pl.DataFrame]:
    small = new_home(
        tmp_path, ("tickets", "ticket_events", "deliveries", "delivery_events"), _REFERENCE
    )
    small.land("tickets/march.csv", _TICKETS)
    small.land("ticket_events/march.jsonl", _EVENTS)
    small.land("deliveries/march.csv", _DELIVERIES)
    small.land("delivery_events/march.tsv", _SCANS)
    assert small.night().exit_code == 0
    return {
        name: pl.DataFrame(small.served(f"from {name}"), orient="row")
        for name in ("marts.odd_events",)
    } | {
        "clocks": pl.DataFrame(
            small.served(
                "select ticket_id, working_seconds, paused_seconds, state from records.clocks "
                "where clock = 'resolution' order by all"
            ),
            orient="row",
        )
    }


def test_odd_events_are_counted_by_what_is_odd(marts: dict[str, pl.DataFrame]) -> None:
    assert marts["marts.odd_events"].rows() == [
        ("delivery_events", "delivery_events", "before_the_pick_up", 1, 1, "W1"),
        ("delivery_events", "delivery_events", "of_unknown_waybill", 1, 1, "W8"),
        ("ticket_events", "ticket_events", "before_the_ticket", 1, 1, "T1"),
        ("ticket_events", "ticket_events", "of_unknown_ticket", 1, 1, "T9"),
        ("ticket_events", "ticket_events", "pause_without_end", 1, 1, "T2"),
    ]


def test_a_pause_before_the_ticket_counts_from_its_opening_and_one_without_end_to_the_stop(
    marts: dict[str, pl.DataFrame],
) -> None:
    # 09:00 to 15:00 is six hours: T1 was paused until 10:00, T2 from 14:00 on.
    assert marts["clocks"].rows() == [
        ("T1", 5 * 3600, 3600, "met"),
        ("T2", 5 * 3600, 3600, "met"),
    ]
