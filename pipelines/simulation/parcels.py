"""Recent parcels, which tickets and surveys are about: this month's deliveries and last month's."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.chance import Stream
from pipelines.simulation.period import DAY, Numbers, Period, Truths

_KEPT = ("waybill_no", "outlet", "courier", "customer", "picked_up", "delivered")
_ASKED_ABOUT_AFTER = DAY // 2
_ASKED_ABOUT_BEFORE = 10 * DAY


class RecentParcels:
    """Deliveries by outlet and time of pick-up; add a month's before asking for that month's."""

    def __init__(self) -> None:
        self._months: list[list[pl.DataFrame]] = []
        self._sorted: pl.DataFrame | None = None

    def begin_month(self) -> None:
        """Forget the month before the last."""
        self._months = [*self._months[-1:], []]
        self._sorted = None

    def add(self, deliveries: pl.DataFrame) -> None:
        self._months[-1].append(deliveries.select(_KEPT))
        self._sorted = None

    def asked_about(
        self, chance: Stream, outlet: Numbers, second: Numbers
    ) -> tuple[pl.DataFrame, Truths]:
        """Return, for each question, a parcel picked up there shortly before, and if there is one.

        Where there is none, the row is some other parcel.
        """
        parcels = self._by_outlet()
        keys = _key(parcels["outlet"].to_numpy(), parcels["picked_up"].to_numpy())
        low = np.searchsorted(keys, _key(outlet, second - _ASKED_ABOUT_BEFORE))
        high = np.searchsorted(keys, _key(outlet, second - _ASKED_ABOUT_AFTER))
        chosen = low + (chance.random(len(outlet)) * (high - low)).astype(np.int64)
        return parcels[np.minimum(chosen, len(keys) - 1)], high > low

    def delivered_between(self, first: int, stop: int, period: Period) -> pl.DataFrame:
        """Return the parcels delivered from day `first` to before day `stop`, within the period."""
        seconds = pl.col("delivered")
        return self._by_outlet().filter(
            seconds >= first * DAY, seconds < min(stop * DAY, period.seconds)
        )

    def _by_outlet(self) -> pl.DataFrame:
        if self._sorted is None:
            parts = [part for month in self._months for part in month]
            self._sorted = pl.concat(parts).sort("outlet", "picked_up", maintain_order=True)
        return self._sorted


def _key(outlet: Numbers, second: Numbers) -> Numbers:
    return outlet * 2**41 + np.maximum(second, 0)
