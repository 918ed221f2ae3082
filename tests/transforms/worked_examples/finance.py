"""Metrics of money and of duties, worked out by hand: see `test_catalogue.py`."""

from __future__ import annotations

from datetime import date

from tests.transforms.hand_made import at, on
from tests.transforms.worked_examples.example import DUE, MARCH, POSTED, Example, example

ACTUAL_120_BUDGET_100 = {
    account: {
        "finance_entries": [{"account_code": account, "amount_minor": 120_00}],
        "budget_lines": [{"account_code": account, "amount_minor": 100_00}],
    }
    for account in "RCE"
}

EXAMPLES: dict[str, Example] = {
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
