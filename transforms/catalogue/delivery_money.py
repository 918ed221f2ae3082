"""Measures and metrics of the money of deliveries: claims and fees, by the day of pick-up.

Their columns: contract `Delivery`. The money of the books: `finance.py`.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.deliveries import ARRIVED_AFTER
from transforms.catalogue.entry import Measure, Metric, ticks
from transforms.refusal import Sentence

_MINOR_PER_UNIT = 100
_fee = nw.col("fee_minor").cast(nw.Float64) / _MINOR_PER_UNIT

MEASURES = (
    Measure(
        "claims_minor",
        of="deliveries",
        on="picked_up_on",
        sums=nw.col("claim_minor"),
        unit="minor",
    ),
    Measure(
        "fees_minor",
        of="deliveries",
        on="picked_up_on",
        sums=nw.col("fee_minor"),
        unit="minor",
    ),
    Measure(
        "deliveries_with_a_fee",
        of="deliveries",
        on="picked_up_on",
        sums=ticks(~nw.col("fee_minor").is_null()),
    ),
    Measure(
        "fees_squared",
        of="deliveries",
        on="picked_up_on",
        sums=_fee * _fee,
        unit="squares",
    ),
)

METRICS = (
    Metric(
        "claims_per_thousand_deliveries",
        title=Sentence("Claims per thousand deliveries", "千件理赔金额"),
        meaning=Sentence(
            "Money claimed, per thousand waybills picked up; on the day of pick-up.",
            "每千件揽收运单对应的理赔金额；按揽收日统计。",
        ),
        top=("claims_minor",),
        bottom=("deliveries_picked_up",),
        form="money",
        scale=1_000,
        unit="money per thousand",
        better="lower",
        settles_after=ARRIVED_AFTER,
        believable=(0, None),
    ),
    # A mean over parcels, not money of the books: it has an interval and is charted by the day.
    # Higher is better as revenue is: a fall without lighter parcels is money not asked for.
    Metric(
        "fee_per_delivery",
        title=Sentence("Fee per delivery", "单票收入"),
        meaning=Sentence(
            "Fees charged, per waybill picked up whose fee is known; on the day of pick-up.",
            "揽收运单的运费合计除以其中运费已知的运单数；按揽收日统计。",
        ),
        top=("fees_minor",),
        bottom=("deliveries_with_a_fee",),
        form="mean",
        squares="fees_squared",
        scale=1 / _MINOR_PER_UNIT,
        unit="money per delivery",
        better="higher",
        believable=(0, None),
    ),
)
