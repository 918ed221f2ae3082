"""Working hours: which org units there are, when each is open, quarter hour by quarter hour.

Made after the records, because they say which units and which years are needed. Written to
`reference.org_units`, `reference.slots`, `reference.calendar_days`.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.sources.reference import register_unknown
from pipelines.stages import NIGHT, key_of, on_night
from quality.contracts import RECORD_KINDS
from transforms.holidays import holidays_by_calendar
from transforms.working_time import ROUND_THE_CLOCK, make_days, make_slots

_RECORDS = [key_of("records", kind) for kind in RECORD_KINDS]
# Instants further back are of no promise that anyone keeps; they have no calendar.
_YEARS_BACK = 20
# Up to the end of the year after next: the longest target still falls due on the calendar.
_YEARS_AHEAD = 2


@asset(
    key=key_of("records", "working_hours"),
    group_name="records",
    deps=_RECORDS,
    required_resource_keys=NIGHT,
)
@on_night("records", "working_hours")
def working_hours(night: Night) -> MaterializeResult:
    """Org units, known or not, and every quarter hour of the calendars they live by."""
    make_working_hours(night)
    units, calendars, first, last = night.warehouse.connection.execute(
        "select (select count(*) from reference.org_units where not is_registered), "
        "count(distinct calendar), min(local_on), max(local_on) from reference.calendar_days"
    ).fetchone()
    return MaterializeResult(
        metadata={
            "units_unregistered": units,
            "calendars": calendars,
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
        }
    )


def make_working_hours(night: Night) -> None:
    """Write the org units, and slots and days of every calendar that is in use anywhere."""
    warehouse = night.warehouse
    tables = night.reference.tables
    with warehouse.transaction():
        register_unknown(warehouse, night.reference, night.home.settings.time_zone)
        first, last = _span(night)
        slots = make_slots(
            tables["calendars"],
            holidays_by_calendar(tables["calendars"], tables["holidays"]),
            _calendars_in_use(night),
            first=first,
            last=last,
        )
        warehouse.replace_table("reference.slots", slots)
        warehouse.replace_table("reference.calendar_days", make_days(slots))


def _span(night: Night) -> tuple[date, date]:
    """Return the first and last day that the calendars must cover: whole years."""
    earliest, latest = night.warehouse.connection.execute(
        "select min(opened_on), max(opened_on) from ("
        "select opened_on from records.tickets union all "
        "select picked_up_on from records.deliveries)"
    ).fetchone()
    first_year = max(min(earliest or night.as_of, night.as_of).year, night.as_of.year - _YEARS_BACK)
    last_year = min(max(latest or night.as_of, night.as_of).year, night.as_of.year + _YEARS_AHEAD)
    return date(first_year - 1, 12, 31), date(last_year + _YEARS_AHEAD, 12, 31)


def _calendars_in_use(night: Night) -> list[tuple[str, str]]:
    """Return calendar and zone of every unit, and those that policies and services say instead."""
    units = night.warehouse.query(
        "select distinct calendar, time_zone from reference.org_units order by all"
    )
    tables = night.reference.tables
    besides = {
        ROUND_THE_CLOCK,
        *tables["sla_policies"]["calendar"].drop_nulls(),
        *tables["service_levels"]["calendar"].drop_nulls(),
    }
    zones = units["time_zone"].unique(maintain_order=True)
    home = night.home.settings.time_zone
    everywhere = pl.concat([zones, pl.Series([home])]).unique(maintain_order=True)
    return [
        *units.iter_rows(),
        *((calendar, zone) for calendar in sorted(besides) for zone in everywhere),
    ]
