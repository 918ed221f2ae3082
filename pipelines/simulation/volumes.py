"""How much there is to do each day: weekdays and months differ, nothing else does.

Every count is drawn around a share of the deliveries, so `deliveries` scales all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.simulation.chance import Stream, stream
from pipelines.simulation.incidents import Incidents
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.period import Numbers, Period

TICKETS_PER_DELIVERY = 0.25
INVITATIONS_PER_DELIVERY = 8 / 60

_WEEKDAYS = (1.08, 1.05, 1.03, 1.04, 1.08, 0.95, 0.55)
_MONTHS = (0.95, 0.72, 1.0, 1.0, 1.02, 1.12, 0.97, 0.96, 1.02, 1.05, 1.3, 1.12)
_OUTLET_COMPLAINTS = 0.035  # per delivery picked up there
_OUTLET_OTHER_TICKETS = 0.065
_QUEUE_SHARES = (0.30, 0.18, 0.26, 0.10, 0.08, 0.08)  # in the order of the queues
_COMPLAINTS_IN_FLOOD = 3.0
_VISITS_PER_DELIVERY = INVITATIONS_PER_DELIVERY * 0.1


@dataclass(frozen=True)
class Volumes:
    """Rows to draw: days x outlets, or days x units (outlets, then queues)."""

    pickups: Numbers
    complaints: Numbers
    other_tickets: Numbers
    visits: Numbers


def draw_volumes(
    organisation: Organisation,
    period: Period,
    incidents: Incidents,
    *,
    deliveries: int,
    seed: int,
) -> Volumes:
    """Return the counts of every day; their totals are near `deliveries` times a fixed share.

    Complaints at an outlet follow what was picked up there that day, as their rate is defined.
    """
    chance = stream(seed, "volumes")
    days = _share_of_days(period, period)
    expected = expected_pickups(organisation, period, period, deliveries=deliveries)
    pickups = chance.poisson(expected)
    queues = np.array(_QUEUE_SHARES)
    queue_tickets = deliveries * (TICKETS_PER_DELIVERY - _OUTLET_COMPLAINTS - _OUTLET_OTHER_TICKETS)
    return Volumes(
        pickups=pickups,
        complaints=_complaints(chance, pickups, organisation, incidents),
        other_tickets=np.hstack(
            [
                chance.binomial(pickups, _OUTLET_OTHER_TICKETS),
                chance.poisson(queue_tickets * days[:, None] * queues / queues.sum()),
            ]
        ),
        visits=chance.poisson(expected * _VISITS_PER_DELIVERY),
    )


def expected_pickups(
    organisation: Organisation, period: Period, span: Period, *, deliveries: int
) -> npt.NDArray[np.float64]:
    """Return the expected pick-ups, days of `span` x outlets, when `period` has `deliveries`."""
    return deliveries * _share_of_days(period, span)[:, None] * organisation.outlet_shares


def _share_of_days(period: Period, span: Period) -> npt.NDArray[np.float64]:
    """Return the share of the volume of `period` that each day of `span` has."""
    return _weights(span) / _weights(period).sum()


def _weights(span: Period) -> npt.NDArray[np.float64]:
    weekdays, months = np.array(_WEEKDAYS), np.array(_MONTHS)
    return weekdays[span.weekday_of_days()] * months[span.month_of_days() - 1]


def _complaints(
    chance: Stream, pickups: Numbers, organisation: Organisation, incidents: Incidents
) -> Numbers:
    days, outlets = np.indices(pickups.shape)
    flooded = incidents.flood.covers(organisation, outlets, days)
    rate = np.where(flooded, _COMPLAINTS_IN_FLOOD, 1.0) * _OUTLET_COMPLAINTS
    return chance.binomial(pickups, rate)
