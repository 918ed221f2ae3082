"""What is planted in the demo, so that what the system finds can be compared with the truth.

To add one: a field of `Incidents` made in `plan_incidents`, its use where its noun is drawn, and
a test that sees it in the landed files. Days are counted back from the period's end, so that any
period ends with the same story; an incident outside the period is not planted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from pipelines.simulation.organisation import Organisation
from pipelines.simulation.period import Numbers, Period, Truths
from transforms.refusal import Sentence


@dataclass(frozen=True)
class Effect:
    """A metric of the catalogue, its usual value and the one to expect (none: direction only)."""

    metric: str
    usual: float | None
    expected: float | None
    direction: str
    account: str | None = None


@dataclass(frozen=True)
class Incident:
    """One planted incident: what, at which org units (or couriers), on which local days."""

    name: str
    what: Sentence
    where: tuple[str, ...]
    first_day: date
    last_day: date
    first: int
    last: int
    effects: tuple[Effect, ...] = ()

    def lasts(self, days: Numbers) -> Truths:
        """Tell for every day number whether it lies in the incident."""
        return (days >= self.first) & (days <= self.last)

    def covers(self, organisation: Organisation, units: Numbers, days: Numbers) -> Truths:
        """Tell for every unit and day number whether the incident is there, then."""
        numbers = [organisation.unit(unit) for unit in self.where]
        return np.isin(units, numbers) & self.lasts(days)


@dataclass(frozen=True)
class Incidents:
    """Every incident of service quality and of money (those of files: `delivered_files.py`)."""

    flood: Incident
    slow_queue: Incident
    sliding_attitude: Incident
    careless_courier: Incident
    false_attempts: Incident
    temporary_labour: Incident
    under_tariff: Incident

    def __iter__(self) -> Iterator[Incident]:
        return (getattr(self, field.name) for field in fields(self))


def plan_incidents(organisation: Organisation, period: Period) -> Incidents:
    """Return the incidents of `period`, some of which may lie before its first day."""
    south = [
        unit
        for unit, region in zip(organisation.units, organisation.region_of_outlets, strict=False)
        if region == "South"
    ]
    return Incidents(
        flood=_incident(
            "flood",
            Sentence(
                "The depot was flooded for nine days: parcels late and lost.",
                "站点被水淹九天：快件延误、丢失。",
            ),
            ["CKG-YB"],
            period,
            _days_before_end(period, 117),
            _days_before_end(period, 109),
            Effect("delivery_on_time_share", 0.93, 0.41, "falls"),
            Effect("lost_per_million", 300, 80_000, "rises"),
            Effect("complaints_per_million_deliveries", 35_000, 105_000, "rises"),
            Effect("delivered_within_48h_share", None, None, "falls"),
            Effect("delivered_within_72h_share", None, None, "falls"),
            Effect("delivery_hours_mean", None, None, "rises"),
            Effect("claims_per_thousand_deliveries", None, None, "rises"),
        ),
        slow_queue=_incident(
            "slow_queue",
            Sentence(
                "Two experienced agents left the queue: first responses take longer from then on.",
                "两名熟练坐席离职：此后首次响应变慢。",
            ),
            ["Q-TRACE"],
            period,
            _month_before_end(period, 6),
            period.last_day,
            Effect("first_response_sla_share", 0.93, 0.86, "falls"),
            Effect("promise_kept_share", 0.93, 0.87, "falls"),
            Effect("resolution_sla_share", 0.93, 0.87, "falls"),
            Effect("first_response_minutes_p90", None, None, "rises"),
        ),
        sliding_attitude=_incident(
            "sliding_attitude",
            Sentence(
                "Customers find the staff of the outlet less friendly, more so every week.",
                "客户对该营业点的服务态度评价逐周下滑。",
            ),
            ["HGH-BJ"],
            period,
            _month_before_end(period, 4),
            period.last_day,
            Effect("attitude_mean", 82, 70, "falls"),
            Effect("satisfied_share", 0.86, 0.83, "falls"),
        ),
        careless_courier=_incident(
            "careless_courier",
            Sentence(
                "One courier damages five times as many parcels as the others.",
                "一名快递员的破损率是其他人的五倍。",
            ),
            ["CAN-TH-C4"],
            period,
            period.first_day,
            period.last_day,
            Effect("damaged_per_million", 4_000, 20_000, "rises"),
        ),
        false_attempts=_incident(
            "false_attempts",
            Sentence(
                "Just before closing, one courier records failed attempts in bulk for parcels that "
                "never left the outlet.",
                "一名快递员在下班前集中登记派送失败，而快件其实并未出库。",
            ),
            ["BJS-CY-C3"],
            period,
            _days_before_end(period, 236),
            _days_before_end(period, 216),
            Effect("first_attempt_share", 0.92, 0.22, "falls"),
        ),
        temporary_labour=_incident(
            "temporary_labour",
            Sentence(
                "Temporary labour costs a third more than planned in the region's outlets.",
                "该大区各营业点的临时用工费比预算高出三分之一以上。",
            ),
            south,
            period,
            _month_before_end(period, 7),
            period.last_day,
            Effect("expense_execution_share", 1.0, 1.38, "rises", account="6601"),
        ),
        under_tariff=_incident(
            "under_tariff",
            Sentence(
                "The station charges 15 % under the tariff.",
                "该营业点实收运费比标准价低 15%。",
            ),
            ["SHE-HN"],
            period,
            _month_before_end(period, 5),
            period.last_day,
            Effect("revenue_execution_share", 1.0, 0.85, "falls", account="6001"),
        ),
    )


def _incident(
    name: str,
    what: Sentence,
    where: Sequence[str],
    period: Period,
    first_day: date,
    last_day: date,
    *effects: Effect,
) -> Incident:
    return Incident(
        name=name,
        what=what,
        where=tuple(where),
        first_day=first_day,
        last_day=last_day,
        first=period.number(first_day),
        last=period.number(last_day),
        effects=effects,
    )


def _days_before_end(period: Period, days: int) -> date:
    return period.last_day - timedelta(days=days)


def _month_before_end(period: Period, months: int) -> date:
    """Return the first day of the month `months` before the period's last month."""
    year, month = divmod(period.last_day.year * 12 + period.last_day.month - 1 - months, 12)
    return date(year, month + 1, 1)
