"""Metrics of deliveries, their money and their stages by hand: see `test_catalogue.py`."""

from __future__ import annotations

from tests.transforms.hand_made import at, on
from tests.transforms.worked_examples.example import (
    DELIVERED,
    DELIVERY_PROMISED,
    NEXT_DAY,
    PICKED_UP,
    Example,
    example,
)

TWO_FOUR_NINE_HOURS = [{"picked_up_at": at(2, 23), "delivered_at": at(3, h)} for h in (1, 3, 8)]
UNKNOWN_PICK_UP = {"picked_up_at": None}
TRAVELLING = {"delivered_at": None, "status": "in_transit"}
BY_SERVICE_LEVEL = {"promised_at": None}
TWO_SIX_NINE_HOURS = [
    {"event": "picked_up", "at": at(2, 22)},
    {"event": "hub_in", "at": at(3, 0)},
    {"event": "out_for_delivery", "at": at(3, 6)},
    {"event": "delivered", "at": at(3, 15)},
]

EXAMPLES: dict[str, Example] = {
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
        {DELIVERY_PROMISED: 500_000, on(27): 500_000},  # 4 of 8; 1 of 2
        deliveries=[
            {},
            {"delivered_at": at(7), "is_same_city": True},
            {"delivered_at": at(7, 8, 1), "is_same_city": True},
            {"delivered_at": at(11)},
            {"delivered_at": at(11, 8, 1), "is_same_city": False},
            {"delivered_at": at(20)},
            TRAVELLING,
            {**TRAVELLING, "status": "returned"},
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
    "fee_per_delivery": example(
        {PICKED_UP: 7},  # 21.00 in 3 deliveries, one free; of the others nobody knows or asks
        deliveries=[
            {"fee_minor": 12_50},
            {"fee_minor": 8_50},
            {"fee_minor": 0},
            {"fee_minor": None},
            {"fee_minor": 99_00, "status": "cancelled"},
            {"fee_minor": 99_00, **UNKNOWN_PICK_UP},
        ],
    ),
    "stage_hours_mean": example(
        {on(3): 17 / 3},  # (2 + 6 + 9) / 3, on the day of the later scan
        delivery_events=TWO_SIX_NINE_HOURS,
    ),
    "stage_hours_median": example({on(3): 6}, delivery_events=TWO_SIX_NINE_HOURS),
}
