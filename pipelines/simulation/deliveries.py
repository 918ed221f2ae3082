"""Deliveries as they went: promise, transit, attempts, exceptions, fees, what is open at the end.

Whether a delivery is on time is drawn first, and its transit after that, so that the share on time
is the same on every day, weekday and outlet unless an incident says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulation.chance import Stream, pick, pick_by_row
from pipelines.simulation.incidents import Incident, Incidents
from pipelines.simulation.organisation import COURIERS_PER_OUTLET, Organisation
from pipelines.simulation.period import DAY, HOUR, NEVER, Numbers, Period, Truths

_SERVICE_SHARES = (0.35, 0.45, 0.20)  # in the order of service_levels.csv
_SAME_CITY = 0.25
_ON_TIME = 0.936  # of what is neither lost nor returned
_ON_TIME_IN_FLOOD = 0.45
_LOST = 300e-6
_LOST_IN_FLOOD = 0.08
_DAMAGED = 0.004
_DAMAGED_IN_LEAKING_VAN = 0.9
_RETURNED = 0.003
_CANCELLED = 0.003
_WRONG_ADDRESS = 0.006
_COURIER_LATE = 0.005
_ATTEMPTS = (0.92, 0.065, 0.015)
# Five minutes before the outlets' calendar closes, on two days a week, for what is held back.
_FALSE_FROM, _FALSE_TO = 17 * HOUR + 55 * 60, 18 * HOUR
_FALSE_WEEKDAYS = (1, 4)  # Tuesday and Friday
_HELD_BACK_DAYS = 4
_SIGNATORIES = ("recipient", "locker", "agent")
_SIGNATORY_SHARES = (0.62, 0.25, 0.13)
_UNDER_TARIFF = 0.67
# Days in transit of what is on time (1, 2 ... days), by service level: never over its limit.
_TRANSIT_DAYS = np.array(
    [[0.55, 0.45, 0, 0, 0], [0.25, 0.45, 0.30, 0, 0], [0.05, 0.20, 0.30, 0.30, 0.15]]
)


def draw_deliveries(
    chance: Stream,
    pickups: Numbers,
    first: int,
    customers: int,
    organisation: Organisation,
    period: Period,
    incidents: Incidents,
) -> pl.DataFrame:
    """Return the deliveries picked up on the days from number `first` on, by time of pick-up.

    `pickups` is days x outlets. Columns: `waybill_no`; `day`; `outlet`, `courier`, `service`,
    `destination` and `customer` as numbers; instants in seconds since the period's start, of
    which those after its end have not happened yet; money in minor units; weight in grams.
    """
    day, outlet, number, picked_up = _draw_pickups(chance, pickups, first)
    rows = len(day)
    service = pick(chance, _SERVICE_SHARES, rows)
    courier = outlet * COURIERS_PER_OUTLET + chance.integers(0, COURIERS_PER_OUTLET, rows)
    same_city = (chance.random(rows) < _SAME_CITY).astype(np.int64)
    grams = _draw_grams(chance, rows)
    due = _due_days(day, picked_up, service, organisation)
    is_flooded = incidents.flood.covers(organisation, outlet, day)
    is_damaged = chance.random(rows) < _damage_rates(courier, day, organisation, incidents)
    course = _draw_course(chance, day, picked_up, service, due, is_flooded)
    is_false = _add_false_attempts(chance, course, outlet, day, organisation, period, incidents)
    courier = np.where(is_false, _courier_of(incidents.false_attempts, organisation), courier)
    drawn = pl.DataFrame(
        {
            "day": day,
            "number": number,
            "outlet": outlet,
            "courier": courier,
            "service": service,
            "same_city": same_city,
            "destination": _draw_destinations(chance, outlet, same_city, organisation),
            "customer": chance.integers(0, customers, rows),
            "grams": grams,
            "fee_minor": _fees(outlet, day, service, same_city, grams, organisation, incidents),
            "promised": due * DAY + DAY - 1,
            **course,
            "is_damaged": is_damaged,
            "is_wrong_address": chance.random(rows) < _WRONG_ADDRESS,
            "is_courier_late": chance.random(rows) < _COURIER_LATE,
            "signatory": pick(chance, _SIGNATORY_SHARES, rows),
            "claim_minor": _draw_claims(chance, course["lost"] < NEVER, is_damaged),
        }
    )
    return drawn.with_columns(_waybill_no(period), **_state_at(period.seconds))


def expected_fee_minor(chance: Stream, organisation: Organisation) -> float:
    """Return the mean fee by the tariff of the usual mix, in minor units, from a large sample."""
    rows = 50_000
    service = pick(chance, _SERVICE_SHARES, rows)
    same_city = (chance.random(rows) < _SAME_CITY).astype(np.int64)
    grams = _draw_grams(chance, rows)
    return float(organisation.tariffs.fee_minor(service, same_city, grams).mean())


def _draw_pickups(
    chance: Stream, pickups: Numbers, first: int
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return day, outlet, number in the day and second of pick-up, by time."""
    days, outlets = np.indices(pickups.shape)
    day = np.repeat(days.ravel(), pickups.ravel())
    outlet = np.repeat(outlets.ravel(), pickups.ravel())
    second = ((8.5 + 11.5 * chance.beta(2.0, 1.6, len(day))) * HOUR).astype(np.int64)
    order = np.lexsort((second, day))
    day, outlet, second = day[order], outlet[order], second[order]
    starts = np.cumsum(pickups.sum(axis=1)) - pickups.sum(axis=1)
    number = np.arange(len(day)) - starts[day]
    return day + first, outlet, number, (day + first) * DAY + second


def _draw_course(
    chance: Stream,
    day: Numbers,
    picked_up: Numbers,
    service: Numbers,
    due: Numbers,
    is_flooded: Truths,
) -> dict[str, Numbers]:
    """Return the instants from pick-up to the end of each delivery, and its attempts."""
    rows = len(day)
    is_cancelled = chance.random(rows) < _CANCELLED
    is_lost = chance.random(rows) < np.where(is_flooded, _LOST_IN_FLOOD, _LOST)
    is_lost &= ~is_cancelled
    is_returned = chance.random(rows) < _RETURNED
    is_on_time = chance.random(rows) < np.where(is_flooded, _ON_TIME_IN_FLOOD, _ON_TIME)
    last_day = np.where(
        is_on_time,
        day + 1 + pick_by_row(chance, _TRANSIT_DAYS, service),
        due + chance.geometric(0.45, rows),
    )
    attempts = np.where(is_returned, 3, 1 + pick(chance, _ATTEMPTS, rows))
    between = chance.integers(3 * HOUR // 2, 5 * HOUR // 2, rows)
    since_first = (attempts - 1) * between
    first = last_day * DAY + chance.integers(9 * HOUR, 20 * HOUR - since_first)
    first = np.where(is_lost | is_cancelled, NEVER, first)
    last = first + since_first
    return {
        "picked_up": np.where(is_cancelled, NEVER, picked_up),
        "out_for_delivery": first - chance.integers(HOUR, 3 * HOUR, rows),
        "first_attempt": first,
        "last_attempt": last,
        "delivered": np.where(is_returned, NEVER, last),
        "returned": np.where(is_returned, last + 2 * HOUR, NEVER),
        "lost": np.where(is_lost, picked_up + chance.integers(DAY, 3 * DAY, rows), NEVER),
        "cancelled": np.where(is_cancelled, picked_up + HOUR, NEVER),
        "attempts": attempts,
    }


def _add_false_attempts(
    chance: Stream,
    course: dict[str, Numbers],
    outlet: Numbers,
    day: Numbers,
    organisation: Organisation,
    period: Period,
    incidents: Incidents,
) -> Truths:
    """Put a false first attempt before the others in `course`; return whose delivery has one.

    It is recorded for parcels that lie at the outlet, out for delivery a day or more later. When
    they are delivered does not change, so shares on time are what they were.
    """
    own = chance.spawn(1)[0]  # so that nothing else is drawn otherwise than without the incident
    of_outlet = _courier_of(incidents.false_attempts, organisation) // COURIERS_PER_OUTLET
    batches = _days_of_batches(of_outlet, organisation, period, incidents)
    if not len(batches):
        return np.zeros(len(day), dtype=bool)
    first_day = course["first_attempt"] // DAY
    position = np.searchsorted(batches, first_day) - 1
    batch = batches[np.maximum(position, 0)]
    is_false = (outlet == of_outlet) & (position >= 0) & (course["delivered"] < NEVER)
    is_false &= (batch > day) & (first_day - batch <= _HELD_BACK_DAYS)
    second = batch * DAY + own.integers(_FALSE_FROM, _FALSE_TO, len(day))
    course["first_attempt"] = np.where(is_false, second, course["first_attempt"])
    course["attempts"] = course["attempts"] + is_false
    return is_false


def _days_of_batches(
    outlet: int, organisation: Organisation, period: Period, incidents: Incidents
) -> Numbers:
    open_days = organisation.opening_hours[organisation.calendar_of_units[outlet]].days
    weekdays = (period.first_day.weekday() + open_days) % 7
    lasts = incidents.false_attempts.lasts(open_days)
    return open_days[lasts & np.isin(weekdays, _FALSE_WEEKDAYS)]


def _courier_of(incident: Incident, organisation: Organisation) -> int:
    (courier,) = incident.where
    return organisation.couriers.index(courier)


def _due_days(
    day: Numbers, picked_up: Numbers, service: Numbers, organisation: Organisation
) -> Numbers:
    is_after_cut_off = picked_up - day * DAY > organisation.cut_off_seconds[service]
    hours = organisation.opening_hours[organisation.delivery_calendar]
    return hours.day_after(day + is_after_cut_off, organisation.limit_days[service])


def _damage_rates(
    courier: Numbers, day: Numbers, organisation: Organisation, incidents: Incidents
) -> npt.NDArray[np.float64]:
    careless = _courier_of(incidents.careless_courier, organisation)
    is_careless = (courier == careless) & incidents.careless_courier.lasts(day)
    return np.where(is_careless, _DAMAGED_IN_LEAKING_VAN, _DAMAGED)


def _draw_grams(chance: Stream, rows: int) -> Numbers:
    grams = chance.lognormal(np.log(1_500), 0.8, rows)
    return (np.clip(grams, 100, 30_000) // 10 * 10).astype(np.int64)


def _draw_destinations(
    chance: Stream, outlet: Numbers, same_city: Numbers, organisation: Organisation
) -> Numbers:
    own = organisation.region_numbers[outlet]
    return np.where(same_city, own, chance.integers(0, len(organisation.regions), len(outlet)))


def _fees(
    outlet: Numbers,
    day: Numbers,
    service: Numbers,
    same_city: Numbers,
    grams: Numbers,
    organisation: Organisation,
    incidents: Incidents,
) -> Numbers:
    fee = organisation.tariffs.fee_minor(service, same_city, grams)
    is_under = incidents.under_tariff.covers(organisation, outlet, day)
    return np.where(is_under, (fee * _UNDER_TARIFF).astype(np.int64), fee)


def _draw_claims(chance: Stream, is_lost: Truths, is_damaged: Truths) -> Numbers:
    """Return the compensation claimed, in whole yuan as minor units; 0 where none."""
    rows = len(is_lost)
    for_loss = chance.integers(100, 800, rows) * 100
    for_damage = np.where(chance.random(rows) < 0.6, chance.integers(20, 300, rows) * 100, 0)
    return np.where(is_lost, for_loss, np.where(is_damaged, for_damage, 0))


def _waybill_no(period: Period) -> pl.Expr:
    """LX, the day of pick-up as yymmdd, and the number in the day."""
    day = (pl.lit(period.first_day) + pl.duration(days="day")).dt.strftime("%y%m%d")
    number = (pl.col("number") + 1).cast(pl.String).str.zfill(7)
    return pl.format("LX{}{}", day, number).alias("waybill_no")


def _state_at(end: int) -> dict[str, pl.Expr]:
    """Return status, exception and last change as the organisation knows them at second `end`."""

    def has_been(instant: str) -> pl.Expr:
        return pl.col(instant) < end

    is_late = pl.min_horizontal("last_attempt", pl.lit(end)) > pl.col("promised")
    is_damaged = has_been("delivered") & pl.col("is_damaged")
    instants = ("picked_up", "out_for_delivery", "first_attempt", "last_attempt")
    endings = ("cancelled", "lost", "returned", "delivered")
    past = [pl.when(has_been(name)).then(pl.col(name)) for name in (*instants, *endings)]
    return {
        "status": _first_true(
            [
                *((has_been(ending), ending) for ending in endings),
                (has_been("out_for_delivery"), "out_for_delivery"),
                (pl.col("picked_up") < end - 4 * HOUR, "in_transit"),
            ],
            otherwise="picked_up",
        ),
        "exception": _first_true(
            [
                (has_been("cancelled"), "none"),
                (has_been("lost"), "lost"),
                (is_damaged, "damaged"),
                (has_been("returned"), "refused"),
                (has_been("first_attempt") & pl.col("is_wrong_address"), "wrong_address"),
                (is_late, "delayed"),
                (pl.col("is_courier_late"), "courier_late"),
            ],
            otherwise="none",
        ),
        "updated": pl.max_horizontal(past),
        "attempts": pl.when(has_been("first_attempt")).then(pl.col("attempts")),
        "signed_by": pl.when(has_been("delivered")).then(
            pl.col("signatory").replace_strict(dict(enumerate(_SIGNATORIES)))
        ),
        "claim_minor": pl.when(has_been("lost") | is_damaged).then(pl.col("claim_minor")),
    }


def _first_true(cases: Sequence[tuple[pl.Expr, str]], *, otherwise: str) -> pl.Expr:
    """Return the text of the first case that holds."""
    return pl.coalesce(
        *(pl.when(holds).then(pl.lit(text)) for holds, text in cases), pl.lit(otherwise)
    )
