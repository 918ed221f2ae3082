"""One good row of every record kind, and changes that break one rule each.

To add a kind: its row in GOOD_ROWS. To add a rule of a contract's own: a change in
BREAKING_CHANGES; tests/quality/test_gate.py names the rules that have none.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEN, NOON, THREE = (EIGHT + timedelta(hours=hours) for hours in (2, 4, 7))
THAT_DAY = date(2026, 3, 2)
KNOWN = {
    "org_units": pl.Series(["PD", "HQ"]),
    "service_levels": pl.Series(["express"]),
    "accounts": pl.Series(["6001"]),
}
GOOD_ROWS: dict[str, dict[str, Any]] = {
    "tickets": {
        "ticket_id": "T1",
        "kind": "complaint",
        "channel": "phone",
        "priority": "normal",
        "org_unit_id": "PD",
        "status": "closed",
        "opened_at": EIGHT,
        "first_response_at": TEN,
        "resolved_at": NOON,
        "closed_at": THREE,
        "reopened_count": 0,
        "reassigned_count": 1,
        "agent_replies": 2,
        "is_escalated": False,
        "outcome": "upheld",
        "compensation_minor": 500,
        "source_met_sla": True,
        "opened_on": THAT_DAY,
        "resolved_on": THAT_DAY,
    },
    "ticket_events": {"ticket_id": "T1", "at": TEN, "status": "paused", "happened_on": THAT_DAY},
    "deliveries": {
        "waybill_no": "W1",
        "service_level": "express",
        "org_unit_id": "PD",
        "status": "delivered",
        "exception": "none",
        "picked_up_at": EIGHT,
        "promised_at": THREE,
        "is_same_city": True,
        "out_for_delivery_at": TEN,
        "first_attempt_at": NOON,
        "delivered_at": NOON,
        "attempts": 1,
        "signed_by": "locker",
        "weight_grams": 800,
        "volume_cm3": 900,
        "fee_minor": 1200,
        "claim_minor": 0,
        "picked_up_on": THAT_DAY,
        "delivered_on": THAT_DAY,
    },
    "delivery_events": {"waybill_no": "W1", "at": TEN, "event": "arrived", "place": "Depot"},
    "surveys": {
        "response_id": "S1",
        "evaluator": "customer",
        "method": "sms",
        "subject": "ticket",
        "subject_id": "T1",
        "org_unit_id": "PD",
        "sent_at": EIGHT,
        "answered_at": TEN,
        "scale_min": 1.0,
        "scale_max": 5.0,
        "overall": 5.0,
        "attitude": 4.0,
        "efficiency": 3.0,
        "effect": 1.0,
        "recommend": 10.0,
        "weight": 0.5,
    },
    "finance_entries": {
        "entry_id": "E1",
        "posted_on": THAT_DAY,
        "org_unit_id": "PD",
        "account_code": "6001",
        "amount_minor": -120,
        "currency": "CNY",
    },
    "budget_lines": {
        "org_unit_id": "PD",
        "account_code": "6001",
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 1, 31),
        "version": "revised_2",
        "amount_minor": 10,
        "currency": "CNY",
    },
    "account_balances": {
        "org_unit_id": "PD",
        "account_code": "6001",
        "on": THAT_DAY,
        "amount_minor": 10,
        "currency": "CNY",
    },
    "duties": {
        "duty_id": "D1",
        "kind": "training",
        "org_unit_id": "PD",
        "title": "Fire drill",
        "due_on": THAT_DAY,
        "done_on": THAT_DAY,
        "result": "pass",
    },
}
# What a contract or a kind demands under a name of its own, and a change that breaks just that.
BREAKING_CHANGES: dict[str, dict[str, dict[str, Any]]] = {
    "tickets": {
        "resolved_at_is_given_when_resolved": {
            "status": "resolved",
            "resolved_at": None,
            "closed_at": None,
        },
        "closed_at_is_given_when_closed": {"closed_at": None},
        "first_response_at_is_not_before_opened_at": {
            "first_response_at": EIGHT - timedelta(hours=1)
        },
        "promised_at_is_not_before_opened_at": {"promised_at": EIGHT - timedelta(hours=1)},
        "resolved_at_is_not_before_opened_at": {"resolved_at": EIGHT - timedelta(hours=1)},
        "closed_at_is_not_before_opened_at": {
            "closed_at": EIGHT - timedelta(hours=1),
            "resolved_at": None,
        },
        "closed_at_is_not_before_resolved_at": {"closed_at": TEN},
    },
    "deliveries": {
        "picked_up_at_or_promised_at_is_present": {"picked_up_at": None, "promised_at": None},
        "delivered_at_is_given_when_delivered": {"delivered_at": None},
        "out_for_delivery_at_is_not_before_picked_up_at": {
            "out_for_delivery_at": EIGHT - timedelta(hours=1)
        },
        "first_attempt_at_is_not_before_picked_up_at": {
            "first_attempt_at": EIGHT - timedelta(hours=1)
        },
        "delivered_at_is_not_before_picked_up_at": {
            "delivered_at": EIGHT - timedelta(hours=1),
            "out_for_delivery_at": None,
            "first_attempt_at": None,
        },
        "delivered_at_is_not_before_out_for_delivery_at": {"out_for_delivery_at": THREE},
        "delivered_at_is_not_before_first_attempt_at": {"first_attempt_at": THREE},
    },
    "surveys": {
        "sent_at_or_answered_at_is_present": dict.fromkeys(
            ("sent_at", "answered_at", "overall", "attitude", "efficiency", "effect", "recommend")
        ),
        "answered_at_is_given_with_scores": {"answered_at": None},
        "answered_at_is_not_before_sent_at": {"answered_at": EIGHT - timedelta(hours=1)},
        "scale_min_is_in_range": {"scale_min": float("-inf")},
        "scale_max_is_in_range": {"scale_max": float("inf")},
        "scale_max_is_above_scale_min": {
            "scale_min": 5.0,
            "attitude": None,
            "efficiency": None,
            "effect": None,
        },
        "overall_is_within_scale": {"overall": 5.1},
        "attitude_is_within_scale": {"attitude": 0.0},
        "efficiency_is_within_scale": {"efficiency": float("nan")},
        "effect_is_within_scale": {"effect": 10.0},
        "recommend_is_in_range": {"recommend": 11.0},
        "weight_is_in_range": {"weight": 0.0},
    },
    "finance_entries": {"currency_is_the_homes": {"currency": "EUR"}},
    "budget_lines": {
        "currency_is_the_homes": {"currency": "EUR"},
        "version_is_well_formed": {"version": "revised_0"},
        "period_end_is_not_before_period_start": {"period_end": date(2025, 12, 31)},
    },
    "account_balances": {"currency_is_the_homes": {"currency": "EUR"}},
    "duties": {"done_on_is_given_with_result": {"done_on": None}},
}
