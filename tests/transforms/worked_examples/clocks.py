"""Metrics of clocks and of the backlog, worked out by hand: see `test_catalogue.py`.

A ticket is due for an answer after a day of working time, for a solution after two.
"""

from __future__ import annotations

from tests.transforms.hand_made import at, on
from tests.transforms.worked_examples.example import NEXT_DAY, OPENED, PROMISED, Example, example

STILL_OPEN = {"resolved_at": None, "closed_at": None, "status": "open"}
NOT_ANSWERED = {"first_response_at": None, **STILL_OPEN}

EXAMPLES: dict[str, Example] = {
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
}
