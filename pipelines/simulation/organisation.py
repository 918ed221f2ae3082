"""The demo organisation as its reference tables describe it: outlets, queues, promises, prices.

Outlets and queues are numbered together, outlets first, in the order of org_units.csv.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulation.opening_hours import OpeningHours, read_opening_hours
from pipelines.simulation.period import Numbers, Period
from transforms.refusal import Refusal

_OUTLET_SIZES = (1.6, 1.3, 1.0, 0.9, 0.7, 0.5)  # of the first, second ... outlet of a region
_QUEUES = ("Q-HOTLINE", "Q-CHAT", "Q-TRACE", "Q-COMPLAINT", "Q-CLAIMS", "Q-KEY")
COURIERS_PER_OUTLET = 6


@dataclass(frozen=True)
class Tariffs:
    """Prices by service level and same city (0 no, 1 yes), in minor units and grams."""

    base_minor: Numbers
    base_grams: Numbers
    step_grams: Numbers
    step_minor: Numbers

    def fee_minor(self, service: Numbers, same_city: Numbers, grams: Numbers) -> Numbers:
        """Return the fee by the tariff: the base, and a step for every begun `step_grams` more."""
        at = (service, same_city)
        over = np.maximum(grams - self.base_grams[at], 0)
        return self.base_minor[at] + -(-over // self.step_grams[at]) * self.step_minor[at]


@dataclass(frozen=True)
class Organisation:
    """Who does the work and what was promised."""

    units: tuple[str, ...]
    outlets: int
    region_of_outlets: tuple[str, ...]
    calendar_of_units: tuple[str, ...]
    outlet_shares: npt.NDArray[np.float64]
    service_levels: tuple[str, ...]
    limit_days: Numbers
    cut_off_seconds: Numbers
    delivery_calendar: str
    tariffs: Tariffs
    opening_hours: Mapping[str, OpeningHours]

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.region_of_outlets))

    @property
    def region_numbers(self) -> Numbers:
        """The position in `regions` of every outlet's region."""
        return np.array([self.regions.index(region) for region in self.region_of_outlets])

    @property
    def couriers(self) -> list[str]:
        """Courier ids; courier c of outlet o is number o * COURIERS_PER_OUTLET + c."""
        return [
            f"{outlet}-C{courier + 1}"
            for outlet in self.units[: self.outlets]
            for courier in range(COURIERS_PER_OUTLET)
        ]

    def outlets_of(self, region: str) -> list[str]:
        """Return the outlets of a region."""
        places = zip(self.units[: self.outlets], self.region_of_outlets, strict=True)
        return [outlet for outlet, place in places if place == region]

    def unit(self, unit_id: str) -> int:
        return self.units.index(unit_id)


def read_organisation(reference: Path, period: Period) -> Organisation:
    """Return the organisation in the reference tables of the home.

    Raises Refusal when the home is another organisation's: nothing can be simulated for it.
    """
    file = reference / "org_units.csv"
    units = pl.read_csv(file) if file.is_file() else pl.DataFrame({"id": [], "kind": []})
    if not set(_QUEUES) <= set(units["id"]):
        raise Refusal(
            "{file} does not describe the demo organisation: give the home that has it (--home).",
            "{file} 不是演示机构的组织架构：请用 --home 指定演示机构所在的工作目录。",
            file=file,
        )
    outlets = units.filter(pl.col("kind") == "outlet")
    queues = units.filter(pl.col("kind") == "queue")
    levels = pl.read_csv(reference / "service_levels.csv")
    return Organisation(
        units=(*outlets["id"], *queues["id"]),
        outlets=outlets.height,
        region_of_outlets=tuple(outlets["region"]),
        calendar_of_units=(*outlets["calendar"], *queues["calendar"]),
        outlet_shares=_outlet_shares(outlets),
        service_levels=tuple(levels["service_level"]),
        limit_days=levels["limit_working_days"].to_numpy(),
        cut_off_seconds=_seconds_of_day(levels["cut_off_time"]),
        delivery_calendar=levels["calendar"][0],
        tariffs=_read_tariffs(reference / "tariffs.csv", levels["service_level"]),
        opening_hours=read_opening_hours(reference, period),
    )


def _outlet_shares(outlets: pl.DataFrame) -> npt.NDArray[np.float64]:
    rank = outlets.select(rank=pl.int_range(pl.len()).over("region"))["rank"].to_numpy()
    sizes = np.array(_OUTLET_SIZES)[np.minimum(rank, len(_OUTLET_SIZES) - 1)]
    return sizes / sizes.sum()


def _read_tariffs(file: Path, service_levels: pl.Series) -> Tariffs:
    prices = service_levels.to_frame().join(
        pl.read_csv(file).sort("is_same_city"), on="service_level", maintain_order="left_right"
    )
    table = {
        column: prices[column].to_numpy().reshape(len(service_levels), 2)
        for column in ("base_minor", "base_grams", "step_grams", "step_minor")
    }
    return Tariffs(**table)


def _seconds_of_day(times: pl.Series) -> Numbers:
    parts = times.str.split(":").list
    return (parts.get(0).cast(pl.Int64) * 3600 + parts.get(1).cast(pl.Int64) * 60).to_numpy()
