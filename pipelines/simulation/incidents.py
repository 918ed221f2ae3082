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
                "Within ten days customers find the staff of the region's outlets unfriendly.",
                "十天之内，客户对该大区各营业点服务态度的评价大幅下滑。",
            ),
            organisation.outlets_of("East"),
            period,
            _monday_before_end(period, 19),
            period.last_day,
            Effect("attitude_mean", 82, 49, "falls"),
            Effect("satisfied_share", 0.86, 0.78, "falls"),
        ),
        careless_courier=_incident(
            "careless_courier",
            Sentence(
                "For four weeks one courier drives a van whose roof leaks: most parcels in it "
                "are damaged.",
                "一名快递员连续四周驾驶车顶漏雨的面包车送件，车上快件大多破损。",
            ),
            ["CAN-TH-C4"],
            period,
            _monday_before_end(period, 14),
            _monday_before_end(period, 10) - timedelta(days=1),
            Effect("damaged_per_million", 4_000, 900_000, "rises"),
            Effect("exception_share_damaged", 0.004, 0.9, "rises"),
            Effect("exception_share", None, None, "rises"),
            Effect("claims_per_thousand_deliveries", None, None, "rises"),
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
                "Temporary labour costs two and a half times what was planned in the region's "
                "outlets.",
                "该大区各营业点的临时用工费达到预算的两倍半。",
            ),
            organisation.outlets_of("South"),
            period,
            # Costs are booked on the month's last day: two weeks later they are known.
            _month_before_end(period, 4).replace(day=17),
            period.last_day,
            Effect("expense_execution_share", 1.0, 2.5, "rises", account="6601"),
        ),
        under_tariff=_incident(
            "under_tariff",
            Sentence(
                "The station charges a third under the tariff.",
                "该营业点实收运费比标准价低三分之一。",
            ),
            ["SHE-HN"],
            period,
            _monday_before_end(period, 26),
            period.last_day,
            Effect("fee_per_delivery", None, None, "falls"),
            Effect("revenue_execution_share", 1.0, 0.67, "falls", account="6001"),
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


def _monday_before_end(period: Period, weeks: int) -> date:
    """Return the Monday of the week `weeks` before the period's last week."""
    return period.last_day - timedelta(days=period.last_day.weekday(), weeks=weeks)


def _month_before_end(period: Period, months: int) -> date:
    """Return the first day of the month `months` before the period's last month."""
    year, month = divmod(period.last_day.year * 12 + period.last_day.month - 1 - months, 12)
    return date(year, month + 1, 1)
