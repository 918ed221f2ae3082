"""What a worked example of a metric is, and the days of the usual rows that it is told by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from tests.transforms.hand_made import AS_OF, Records, on


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
