"""Every metric, worked out by hand.

To add an example: an entry in EXAMPLES. Its rows say only what differs from the usual row of
their table (hand_made.py); its values are given per day that the metric counts on, or per month.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl
import pytest

from tests.transforms.hand_made import AS_OF, Records, at, figures_of, on
from transforms.catalogue import METRICS
from transforms.spread import RELATIVE_ERROR


class Example(NamedTuple):
    """Records by kind, and the value that a metric must have on each day (or month) of theirs."""

    values: Mapping[date, float]
    records: Records


def example(values: Mapping[date, float], **records: list[dict[str, object]]) -> Example:
    """Return an example written as: values, then the records of each kind."""
    return Example(values, records)


# The days of the usual rows; budgets are for the whole of March.
OPENED, ANSWERED, RESOLVED, CLOSED, PROMISED = on(2), on(3), on(4), on(5), on(6)
PICKED_UP, DELIVERED, DELIVERY_PROMISED = on(2), on(3), on(4)
SENT, REPLIED = on(2), on(3)
POSTED, MARCH, DUE = on(2), on(1), on(2)
NEXT_DAY = AS_OF + timedelta(days=1)

TEN_TWENTY_SIXTY_MINUTES = [
    {"opened_at": at(2, 23, 55), "first_response_at": at(3, 0, minute)} for minute in (5, 15, 55)
]
ONE_TWO_TEN_HOURS = [{"opened_at": at(3, 23), "resolved_at": at(4, hour)} for hour in (0, 1, 9)]
TWO_FOUR_NINE_HOURS = [{"picked_up_at": at(2, 23), "delivered_at": at(3, h)} for h in (1, 3, 8)]
UNKNOWN_PICK_UP = {"picked_up_at": None}
STILL_OPEN = {"resolved_at": None, "closed_at": None, "status": "open"}
NOT_ANSWERED = {"first_response_at": None, **STILL_OPEN}
TRAVELLING = {"delivered_at": None, "status": "in_transit"}
BY_SERVICE_LEVEL = {"promised_at": None}
TWO_SIX_NINE_HOURS = [
    {"event": "picked_up", "at": at(2, 22)},
    {"event": "hub_in", "at": at(3, 0)},
    {"event": "out_for_delivery", "at": at(3, 6)},
    {"event": "delivered", "at": at(3, 15)},
]
ACTUAL_120_BUDGET_100 = {
    account: {
        "finance_entries": [{"account_code": account, "amount_minor": 120_00}],
        "budget_lines": [{"account_code": account, "amount_minor": 100_00}],
    }
    for account in "RCE"
}

EXAMPLES = {
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
    "first_response_sla_share": example(
        {on(3): 2 / 5, on(4): 1},  # due on the 3rd after 24 hours, on the 4th in office hours
        tickets=[
            {},
            {"first_response_at": None, "resolved_at": at(2, 12)},
            {"first_response_at": at(3, 8, 1)},
            {"first_response_at": at(9)},
            NOT_ANSWERED,
            {"org_unit_id": "OFFICE", "first_response_at": at(4, 15)},
            {"opened_at": at(31), **NOT_ANSWERED},
            {"kind": "incident"},
            {"status": "cancelled"},
        ],
    ),
    "resolution_sla_share": example(
        {on(4): 2 / 5},  # met: resolved, closed in time; missed: late twice, never
        tickets=[
            {},
            {"resolved_at": None, "closed_at": at(4)},
            {"resolved_at": None},
            {"resolved_at": at(4, 8, 1)},
            STILL_OPEN,
            {"opened_at": at(30), **STILL_OPEN},
            {"kind": "incident"},
            {"status": "cancelled"},
        ],
    ),
    "promise_kept_share": example(
        {PROMISED: 3 / 5},  # met: resolved, resolved, closed in time; missed: late, never
        tickets=[
            {},
            {"resolved_at": at(6)},
            {"resolved_at": None},
            {"resolved_at": at(6, 8, 1)},
            STILL_OPEN,
            {"promised_at": None},
            {"promised_at": NEXT_DAY, **STILL_OPEN},
            {"status": "cancelled"},
        ],
    ),
    "clocks_without_policy": example(
        {OPENED: 4},  # to answer and to resolve, twice: the promises need no policy
        tickets=[{"kind": "incident"}, {"kind": "incident"}, {}],
    ),
    "clocks_without_calendar": example(
        {OPENED: 3},  # to answer, to resolve, the promise
        tickets=[{"org_unit_id": "NEW"}, {"org_unit_id": "NEW", "opened_at": at(20)}, {}],
    ),
    "backlog_open": example(
        {on(28): 1, on(29): 2, on(30): 1, on(31): 1},
        tickets=[
            {"opened_at": at(28), "resolved_at": at(30)},
            {"opened_at": at(29), "resolved_at": None, "closed_at": at(31)},
            {"opened_at": at(31), **STILL_OPEN},
            {"opened_at": at(28), "resolved_at": at(28, 9)},
            {"opened_at": at(28), **STILL_OPEN, "status": "cancelled"},
            {"opened_at": NEXT_DAY, **STILL_OPEN},
        ],
    ),
    "backlog_overdue": example(
        {on(21): 1, on(22): 2, on(23): 1},  # past due from the day due to the day before its end
        tickets=[
            {"opened_at": at(20), "resolved_at": at(24)},
            {"opened_at": at(20), "resolved_at": at(22), "promised_at": at(21)},
            {"opened_at": at(20), "resolved_at": at(23), "promised_at": at(21), "kind": "incident"},
            {"opened_at": at(20), "resolved_at": at(25), "promised_at": None, "kind": "incident"},
        ],
    ),
    "backlog_age_days_mean": example(
        {on(26): 0, on(27): 1 / 2, on(28): 3 / 2},  # (1 + 0) / 2, (2 + 1) / 2
        tickets=[
            {"opened_at": at(26), "resolved_at": at(29)},
            {"opened_at": at(27, 23), "resolved_at": at(29)},
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
    "deliveries_picked_up": example(
        {PICKED_UP: 2}, deliveries=[{}, {}, {"status": "cancelled"}, UNKNOWN_PICK_UP]
    ),
    "deliveries_delivered": example(
        {DELIVERED: 2}, deliveries=[{}, {}, {"status": "in_transit", "delivered_at": None}]
    ),
    "delivery_on_time_share": example(
        {
            DELIVERY_PROMISED: 3 / 5,  # missed: one late, one lost
            on(10): 1,  # Friday at the cut-off, two working days
            on(11): 1 / 2,  # later than the cut-off, or on a Sunday: as if on Monday
            on(18): 1 / 3,  # the 17th is a holiday
        },
        deliveries=[
            {},
            {},
            {"delivered_at": at(4)},
            {"delivered_at": at(4, 8, 1)},
            {"status": "lost", "delivered_at": None},
            {"promised_at": NEXT_DAY, **TRAVELLING},
            *(
                {"picked_up_at": picked_up, "delivered_at": delivered, **BY_SERVICE_LEVEL}
                for picked_up, delivered in (
                    (at(6, 17), at(10, 23, 59)),
                    (at(6, 17, 1), at(12, 0)),
                    (at(8), at(11, 23)),
                    (at(13), at(18)),
                    (at(13), at(19)),
                )
            ),
            {"picked_up_at": at(13), **BY_SERVICE_LEVEL, **TRAVELLING},
            {"picked_up_at": at(30), **BY_SERVICE_LEVEL, **TRAVELLING},
            {"service_level": "on a whim", **BY_SERVICE_LEVEL},
            {**UNKNOWN_PICK_UP, **BY_SERVICE_LEVEL},
        ],
    ),
    "delivered_within_48h_share": example(
        {PICKED_UP: 2 / 4, on(30): 1},  # what was picked up on the 30th is too young to be late
        deliveries=[
            {},
            {"delivered_at": at(4)},
            {"delivered_at": at(4, 8, 1)},
            {"status": "lost", "delivered_at": None},
            {"picked_up_at": at(30), "delivered_at": at(31)},
            {"picked_up_at": at(30), **TRAVELLING},
            {**UNKNOWN_PICK_UP, **TRAVELLING},
        ],
    ),
    "delivered_within_72h_share": example(
        {PICKED_UP: 3 / 5, on(29): 1},
        deliveries=[
            {},
            {"delivered_at": at(4, 8, 1)},
            {"delivered_at": at(5)},
            {"delivered_at": at(5, 8, 1)},
            TRAVELLING,
            {"picked_up_at": at(29), "delivered_at": at(31)},
            {"picked_up_at": at(29), **TRAVELLING},
        ],
    ),
    "total_delay_per_million": example(
        {DELIVERY_PROMISED: 500_000, on(27): 500_000},  # 3 of 6; 1 of 2
        deliveries=[
            {},
            {"delivered_at": at(7), "is_same_city": True},
            {"delivered_at": at(7, 8, 1), "is_same_city": True},
            {"delivered_at": at(11)},
            {"delivered_at": at(11, 8, 1), "is_same_city": False},
            TRAVELLING,
            {"promised_at": at(27), "is_same_city": True, **TRAVELLING},
            {"promised_at": at(27), "is_same_city": False, **TRAVELLING},
            {"promised_at": NEXT_DAY, **TRAVELLING},
        ],
    ),
    "delivery_hours_mean": example(
        {DELIVERED: 5}, deliveries=[*TWO_FOUR_NINE_HOURS, UNKNOWN_PICK_UP]
    ),
    "delivery_hours_median": example(
        {DELIVERED: 4}, deliveries=[*TWO_FOUR_NINE_HOURS, UNKNOWN_PICK_UP]
    ),
    "delivery_hours_p90": example(
        {DELIVERED: 8},  # rank 0.9 x 2 = 1.8: 4 + 0.8 x 5
        deliveries=TWO_FOUR_NINE_HOURS,
    ),
    "first_attempt_share": example(
        {DELIVERED: 2 / 3},
        deliveries=[{"attempts": attempts} for attempts in (1, 1, 2, None)],
    ),
    "exception_share": example(
        {PICKED_UP: 2 / 5}, deliveries=[{"exception": "lost"}, {"exception": "refused"}, {}, {}, {}]
    ),
    **{
        f"exception_share_{exception}": example(
            {PICKED_UP: 1 / 4},
            deliveries=[{"exception": exception}, {"exception": other}, {}, {}],
        )
        for exception, other in (
            ("delayed", "lost"),
            ("lost", "damaged"),
            ("damaged", "wrong_address"),
            ("wrong_address", "refused"),
            ("refused", "courier_late"),
            ("courier_late", "delayed"),
        )
    },
    "lost_per_million": example(
        {PICKED_UP: 250_000}, deliveries=[{"exception": "lost"}, {"exception": "damaged"}, {}, {}]
    ),
    "damaged_per_million": example(
        {PICKED_UP: 500_000}, deliveries=[{"exception": "damaged"}, {"exception": "lost"}]
    ),
    "claims_per_thousand_deliveries": example(
        {PICKED_UP: 5_000},  # 15.00 in 3 deliveries
        deliveries=[{"claim_minor": 12_50}, {"claim_minor": 2_50}, {}],
    ),
    "stage_hours_mean": example(
        {on(3): 17 / 3},  # (2 + 6 + 9) / 3, on the day of the later scan
        delivery_events=TWO_SIX_NINE_HOURS,
    ),
    "stage_hours_median": example({on(3): 6}, delivery_events=TWO_SIX_NINE_HOURS),
    "surveys_answered": example({REPLIED: 2}, surveys=[{}, {}, {"answered_at": None}]),
    "survey_response_share": example({SENT: 3 / 4}, surveys=[{}, {}, {}, {"answered_at": None}]),
    "satisfied_share": example(
        {REPLIED: 0.75},  # weights (2 + 1) / (2 + 1 + 1)
        surveys=[
            {"overall": 5.0, "weight": 2.0},
            {"overall": 4.0},
            {"overall": 3.9},
            {"attitude": 1.0},
            {"overall": 1.0, "evaluator": "internal"},
        ],
    ),
    "satisfied_share_internal": example(
        {REPLIED: 1 / 2},
        surveys=[
            {"overall": 4.0, "evaluator": "internal"},
            {"overall": 1.0, "evaluator": "internal"},
            {"overall": 1.0},
        ],
    ),
    "satisfied_share_third_party": example(
        {REPLIED: 2 / 3},
        surveys=[
            {"overall": score, "evaluator": "third_party", "scale_min": 0.0, "scale_max": 10.0}
            for score in (10.0, 7.5, 7.4)
        ],
    ),
    "attitude_satisfied_share": example(
        {REPLIED: 1 / 2}, surveys=[{"attitude": 4.0}, {"attitude": 3.0, "overall": 5.0}]
    ),
    "efficiency_satisfied_share": example(
        {REPLIED: 2 / 3}, surveys=[{"efficiency": score} for score in (5.0, 4.0, 1.0, None)]
    ),
    "effect_satisfied_share": example(
        {REPLIED: 3 / 4}, surveys=[{"effect": score} for score in (4.0, 4.0, 4.0, 2.0)]
    ),
    "satisfaction_mean": example(
        {REPLIED: 80},  # (100 + 50 + 90) / 3
        surveys=[
            {"overall": 5.0},
            {"overall": 3.0},
            {"overall": 9.0, "scale_min": 0.0, "scale_max": 10.0},
            {"overall": 1.0, "evaluator": "third_party"},
        ],
    ),
    "attitude_mean": example(
        {REPLIED: 62.5},  # (3 x 75 + 1 x 25) / (3 + 1)
        surveys=[{"attitude": 4.0, "weight": 3.0}, {"attitude": 2.0}],
    ),
    "efficiency_mean": example(
        {REPLIED: 56.25},  # (0 + 100 + 100 + 25) / 4
        surveys=[{"efficiency": score} for score in (1.0, 5.0, 5.0, 2.0)],
    ),
    "effect_mean": example({REPLIED: 50}, surveys=[{"effect": 3.0}, {"overall": 5.0}]),
    "net_promoter_score": example(
        {REPLIED: 25},  # 100 x (2 promoters - 1 detractor) / 4
        surveys=[
            *({"recommend": answer} for answer in (10.0, 9.0, 7.0, 6.0, None)),
            {"recommend": 0.0, "evaluator": "internal"},
        ],
    ),
    "revenue_actual": example(
        {POSTED: 79.5},
        finance_entries=[
            {"amount_minor": 100_00},
            {"amount_minor": -20_50},
            {"amount_minor": 7_00, "account_code": "C"},
        ],
    ),
    "cost_actual": example(
        {POSTED: 7},
        finance_entries=[{"amount_minor": 7_00, "account_code": "C"}, {"amount_minor": 1_00}],
    ),
    "expense_actual": example(
        {POSTED: 3.5},
        finance_entries=[
            {"amount_minor": amount, "account_code": account}
            for account, amount in (("E", 3_50), ("A", 9_00), ("nowhere", 9_00))
        ],
    ),
    "revenue_budget": example(
        {date(2026, 1, 1): 310, date(2026, 2, 1): 280, MARCH: 310},  # 10.00 for each of 90 days
        budget_lines=[{"amount_minor": 900_00, "period_start": date(2026, 1, 1)}],
    ),
    "cost_budget": example(
        {MARCH: 80},  # the second revision is approved after 31 March
        budget_lines=[
            {"amount_minor": amount, "account_code": "C", "version": version, "approved_on": day}
            for amount, version, day in (
                (100_00, "original", None),
                (80_00, "revised_1", on(31)),
                (60_00, "revised_2", date(2026, 4, 1)),
            )
        ],
    ),
    "expense_budget": example(
        {MARCH: 50}, budget_lines=[{"amount_minor": 50_00, "account_code": "E"}]
    ),
    "revenue_variance": example({MARCH: 20}, **ACTUAL_120_BUDGET_100["R"]),
    "cost_variance": example({MARCH: -20}, **ACTUAL_120_BUDGET_100["C"]),
    "expense_variance": example({MARCH: -20}, **ACTUAL_120_BUDGET_100["E"]),
    "revenue_variance_share": example({MARCH: 0.2}, **ACTUAL_120_BUDGET_100["R"]),
    "cost_variance_share": example({MARCH: -0.2}, **ACTUAL_120_BUDGET_100["C"]),
    "expense_variance_share": example({MARCH: -0.2}, **ACTUAL_120_BUDGET_100["E"]),
    "revenue_execution_share": example({MARCH: 1.2}, **ACTUAL_120_BUDGET_100["R"]),
    "cost_execution_share": example({MARCH: 1.2}, **ACTUAL_120_BUDGET_100["C"]),
    "expense_execution_share": example({MARCH: 1.2}, **ACTUAL_120_BUDGET_100["E"]),
    "cost_per_delivery": example(
        {MARCH: 30},  # 120.00 for 4 deliveries, whichever day of March
        finance_entries=[{"account_code": "C", "amount_minor": 120_00}, {"amount_minor": 7_00}],
        deliveries=[{}, {}, {"picked_up_at": at(31)}, {}, {"status": "cancelled"}],
    ),
    "cost_per_ticket": example(
        {MARCH: 40},  # 120.00 for 3 tickets
        finance_entries=[{"account_code": "C", "amount_minor": 120_00}],
        tickets=[{}, {}, {"opened_at": at(31)}, {"status": "cancelled"}],
    ),
    "duties_done_on_time_share": example(
        {DUE: 3 / 5},
        duties=[
            *({"done_on": day} for day in (on(1), on(2), on(2), on(3), None)),
            {"due_on": date(2026, 4, 1)},
        ],
    ),
    "duties_overdue": example(
        {DUE: 2, on(31): 1},  # on 31 March, the last day we know of
        duties=[{}, {}, {"done_on": on(3)}, {"due_on": on(31)}, {"due_on": date(2026, 4, 1)}],
    ),
}


def test_every_metric_has_a_worked_example() -> None:
    assert sorted(METRICS.keys() - EXAMPLES.keys()) == [], "work these out in EXAMPLES"
    assert sorted(EXAMPLES.keys() - METRICS.keys()) == [], "these are no metrics"


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_metric_is_what_it_was_worked_out_to_be(name: str) -> None:
    metric = METRICS[name]
    figured = figures_of(metric, EXAMPLES[name].records)
    known = dict(
        figured.filter(pl.col("value").is_not_null()).select("period", "value").iter_rows()
    )
    expected = EXAMPLES[name].values
    exactness = RELATIVE_ERROR if metric.form == "quantile" else 1e-12
    assert {day: known.get(day) for day in expected} == pytest.approx(expected, rel=exactness)
    assert [value for day, value in known.items() if day not in expected and value] == []
    lowest, highest = metric.believable
    assert all(lowest is None or lowest <= value for value in expected.values())
    assert all(highest is None or value <= highest for value in expected.values())
