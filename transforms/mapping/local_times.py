"""Between local times and UTC: instants from what clocks showed, local dates from instants.

A local time that the clocks showed twice is the earlier instant. One that they skipped is read by
the offset in force before the skip, which moves it forward by the gap: 01:30 becomes 02:30.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import polars as pl

INSTANT = pl.Datetime("us", "UTC")

# Longer than any skip (Samoa left out a whole day), shorter than the wait for the next one.
_BEFORE_ANY_SKIP = timedelta(days=1)


class UtcTimes(NamedTuple):
    """Instants (UTC), and which of them the local clocks did not settle; null where none is."""

    at: pl.Series
    is_ambiguous: pl.Series
    is_nonexistent: pl.Series


def to_utc(local: pl.Series, time_zone: str) -> UtcTimes:
    """Return the instants at which the clocks of `time_zone` showed `local` (without a zone)."""
    settled = local.dt.replace_time_zone(time_zone, ambiguous="null", non_existent="null")
    never = pl.repeat(False, len(local), dtype=pl.Boolean, eager=True)
    at = settled.dt.convert_time_zone("UTC")
    if at.null_count() == local.null_count():
        return UtcTimes(at, never, never)
    unsettled = (at.is_null() & local.is_not_null()).arg_true()
    shown = local.gather(unsettled)
    earliest = shown.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    was_skipped = earliest.is_null()
    day_before = (shown - _BEFORE_ANY_SKIP).dt.replace_time_zone(time_zone, ambiguous="earliest")
    moved = day_before.dt.convert_time_zone("UTC") + _BEFORE_ANY_SKIP
    instants = moved.zip_with(was_skipped, earliest.dt.convert_time_zone("UTC"))
    return UtcTimes(
        at.scatter(unsettled, instants),
        never.clone().scatter(unsettled, ~was_skipped),
        never.clone().scatter(unsettled, was_skipped),
    )


def add_local_dates(
    rows: pl.DataFrame,
    local_dates: Mapping[str, str],
    *,
    time_zone: str,
    unit_zones: Mapping[str, str],
) -> pl.DataFrame:
    """Return `rows` with the local date of each instant column that `local_dates` names.

    `local_dates`  date column to add -> instant column (UTC) that it is made from
    `time_zone`    the home's: of units without one, of unknown units, of rows without org_unit_id
    `unit_zones`   org unit -> time zone
    """
    zones = {unit: zone for unit, zone in unit_zones.items() if zone != time_zone}
    if "org_unit_id" not in rows.columns or not zones:
        return rows.with_columns(**_dates_in(time_zone, local_dates))
    zone = pl.col("org_unit_id").replace_strict(zones, default=time_zone, return_dtype=pl.String)
    instants = rows.select(zone.alias("zone"), *set(local_dates.values())).with_row_index("place")
    dated = [
        of_zone.select("place", **_dates_in(of_zone["zone"][0], local_dates))
        for of_zone in instants.partition_by("zone")
    ]
    if not dated:
        return rows.with_columns(**_dates_in(time_zone, local_dates))
    return rows.with_columns(pl.concat(dated).sort("place").drop("place").get_columns())


def _dates_in(time_zone: str, local_dates: Mapping[str, str]) -> dict[str, pl.Expr]:
    return {
        date: pl.col(instant).dt.convert_time_zone(time_zone).dt.date()
        for date, instant in local_dates.items()
    }
