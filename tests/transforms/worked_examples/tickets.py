"""Metrics of tickets, worked out by hand: see `test_catalogue.py`."""

from __future__ import annotations

from tests.transforms.hand_made import at
from tests.transforms.worked_examples.example import (
    ANSWERED,
    CLOSED,
    OPENED,
    RESOLVED,
    Example,
    example,
)

TEN_TWENTY_SIXTY_MINUTES = [
    {"opened_at": at(2, 23, 55), "first_response_at": at(3, 0, minute)} for minute in (5, 15, 55)
]
ONE_TWO_TEN_HOURS = [{"opened_at": at(3, 23), "resolved_at": at(4, hour)} for hour in (0, 1, 9)]

EXAMPLES: dict[str, Example] = {
    "tickets_opened": example({OPENED: 2}, tickets=[{}, {}, {"status": "cancelled"}]),
    "tickets_resolved": example({RESOLVED: 2}, tickets=[{}, {}, {"resolved_at": None}]),
    "complaints_opened": example({OPENED: 1}, tickets=[{"kind": "complaint"}, {}, {}]),
    "tickets_reopened": example(
        {OPENED: 2}, tickets=[{"reopened_count": 1}, {"reopened_count": 5}, {}]
    ),
    "source_sla_share": example(
        {RESOLVED: 2 / 3, CLOSED: 1, OPENED: 0},
        tickets=[
            *({"source_met_sla": verdict} for verdict in (True, True, False, None)),
            {"source_met_sla": True, "resolved_at": None},
            {"source_met_sla": False, "resolved_at": None, "closed_at": None, "status": "open"},
        ],
    ),
    "first_contact_resolution_share": example(
        {RESOLVED: 2 / 5},
        tickets=[
            {},
            {"agent_replies": 1},
            {"agent_replies": 2},
            {"reopened_count": 1},
            {"reassigned_count": 1},
        ],
    ),
    "reopen_share": example({RESOLVED: 1 / 4}, tickets=[{"reopened_count": 2}, {}, {}, {}]),
    "escalation_share": example({OPENED: 1 / 5}, tickets=[{"is_escalated": True}, {}, {}, {}, {}]),
    "reassignments_per_ticket": example(
        {RESOLVED: 1.25},  # (3 + 2) / 4
        tickets=[{"reassigned_count": 3}, {"reassigned_count": 2}, {}, {}],
    ),
    "upheld_complaint_share": example(
        {RESOLVED: 1 / 4},
        tickets=[
            *(
                {"kind": "complaint", "outcome": outcome}
                for outcome in ("upheld", "not_upheld", "withdrawn", None)
            ),
            {"outcome": "upheld"},
        ],
    ),
    "complaints_per_million_deliveries": example(
        {OPENED: 500_000},  # 2 complaints, 4 deliveries
        tickets=[{"kind": "complaint"}, {"kind": "complaint"}, {}],
        deliveries=[{}, {}, {}, {}, {"status": "cancelled"}],
    ),
    "upheld_complaints_per_million_deliveries": example(
        {OPENED: 250_000},  # 1 in 4
        tickets=[
            {"kind": "complaint", "outcome": "upheld"},
            {"kind": "complaint", "outcome": "not_upheld"},
            {"outcome": "upheld"},
        ],
        deliveries=[{}, {}, {}, {}],
    ),
    "first_response_minutes_median": example({ANSWERED: 20}, tickets=TEN_TWENTY_SIXTY_MINUTES),
    "first_response_minutes_p90": example(
        {ANSWERED: 52},  # rank 0.9 x 2 = 1.8: 20 + 0.8 x 40
        tickets=TEN_TWENTY_SIXTY_MINUTES,
    ),
    "resolution_hours_mean": example({RESOLVED: 13 / 3}, tickets=ONE_TWO_TEN_HOURS),
    "resolution_hours_median": example({RESOLVED: 2}, tickets=ONE_TWO_TEN_HOURS),
    "resolution_hours_p90": example(
        {RESOLVED: 8.4},  # rank 0.9 x 2 = 1.8: 2 + 0.8 x 8
        tickets=ONE_TWO_TEN_HOURS,
    ),
}
