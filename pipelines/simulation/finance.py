"""Money: the budget of the outlets and the service centre, and the ledger of what was booked.

Revenue is the fees of the deliveries, booked per outlet and day; costs follow the volume, expenses
follow the budget. All amounts are minor units, positive on the account's natural side.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.simulation.chance import Stream
from pipelines.simulation.deliveries import expected_fee_minor
from pipelines.simulation.incidents import Incidents
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.period import Numbers, Period
from pipelines.simulation.volumes import Volumes, expected_pickups

FEES, CLAIMS, TEMPORARY_LABOUR = "6001", "6404", "6601"
_SERVICE_CENTRE = "SC"
_CLAIM_PER_DELIVERY = 52  # minor units: what lost and damaged parcels cost on the whole
# Shares of the fees that go with the volume of the month, and those that are the same every month.
_VARIABLE = {FEES: 1.0, "6051": 0.04, "6401": 0.38, "6402": 0.14, "6403": 0.22, "6601": 0.03}
_FIXED = {"6602": 0.08, "6603": 0.03, "6604": 0.01, "6605": 0.005}
_FIXED_OF_SERVICE_CENTRE = {"6602": 0.06, "6603": 0.005, "6605": 0.002}
_NOISE = 0.02
_OVERRUN = 2.5
# Half of what it costs more is granted, six weeks after it began.
_REVISED_TEMPORARY_LABOUR = 1.75
_REVISED_MONTHS = "-2mo"


class Books:
    """Fees and claims of the deliveries, days x outlets, added up while they are drawn."""

    def __init__(self, organisation: Organisation, period: Period) -> None:
        self._shape = (period.days, organisation.outlets)
        self.fees_minor = np.zeros(self._shape, dtype=np.int64)
        self.claims_minor = np.zeros(self._shape, dtype=np.int64)

    def add(self, deliveries: pl.DataFrame) -> None:
        """Book the deliveries that were not cancelled."""
        kept = deliveries.filter(pl.col("status") != "cancelled").fill_null(0)
        self.fees_minor += self._by_day_and_outlet(kept, "fee_minor")
        self.claims_minor += self._by_day_and_outlet(kept, "claim_minor")

    def _by_day_and_outlet(self, deliveries: pl.DataFrame, amount: str) -> Numbers:
        days, outlets = self._shape
        cell = deliveries["day"].to_numpy() * outlets + deliveries["outlet"].to_numpy()
        sums = np.bincount(cell, weights=deliveries[amount].to_numpy(), minlength=days * outlets)
        return sums.astype(np.int64).reshape(self._shape)


def plan_budget(
    chance: Stream, organisation: Organisation, period: Period, *, deliveries: int
) -> pl.DataFrame:
    """Return the original budget until the end of the last year, by month, unit and account.

    Columns: `month` (YYYY-MM), `period_start`, `period_end`, `org_unit_id`, `account_code`,
    `amount_minor` (whole units of currency).
    """
    span = Period(period.first_day, date(period.last_day.year, 12, 31))
    pickups = expected_pickups(organisation, period, span, deliveries=deliveries)
    months = pl.DataFrame(
        {
            "month": [month.label for month in span.months],
            "period_start": [span.day(month.first) for month in span.months],
            "period_end": [span.day(month.stop - 1) for month in span.months],
            "days": [month.stop - month.first for month in span.months],
        }
    )
    by_month = np.add.reduceat(pickups, [month.first for month in span.months], axis=0)
    fee = expected_fee_minor(chance, organisation)
    outlets = organisation.units[: organisation.outlets]
    volumes = (
        pl.DataFrame(by_month, schema=list(outlets), orient="row")
        .hstack(months)
        .unpivot(index=months.columns, variable_name="org_unit_id", value_name="pickups")
    )
    # A fixed amount is a share of the fees of an average day, for every day of the month.
    a_day = pl.col("pickups").sum().over("org_unit_id") / span.days * pl.col("days")
    lines = [_lines(volumes, code, pl.col("pickups") * fee, _VARIABLE[code]) for code in _VARIABLE]
    lines += [_lines(volumes, code, a_day * fee, share) for code, share in _FIXED.items()]
    lines += [_lines(volumes, CLAIMS, pl.col("pickups"), _CLAIM_PER_DELIVERY)]
    centre = volumes.group_by(months.columns, maintain_order=True).agg(
        pl.col("pickups").sum(), org_unit_id=pl.lit(_SERVICE_CENTRE)
    )
    centre = centre.select(volumes.columns)
    lines += [
        _lines(centre, code, a_day * fee, share) for code, share in _FIXED_OF_SERVICE_CENTRE.items()
    ]
    return pl.concat(lines)


def _lines(volumes: pl.DataFrame, code: str, basis: pl.Expr, share: float) -> pl.DataFrame:
    whole_units = (basis * share / 100).round().cast(pl.Int64) * 100
    return volumes.select(
        "month",
        "period_start",
        "period_end",
        "org_unit_id",
        account_code=pl.lit(code),
        amount_minor=whole_units,
    )


def budget_versions(budget: pl.DataFrame, period: Period, incidents: Incidents) -> pl.DataFrame:
    """Return `budget` as approved for each year, and the last year's revision in full.

    Adds `version` (original or revised_1) and `approved_on`.
    """
    year = pl.col("period_start").dt.year()
    first_day = pl.col("period_start").min().over(year)
    original = budget.with_columns(
        version=pl.lit("original"), approved_on=first_day - pl.duration(days=11)
    )
    last_month = period.last_day.replace(day=1)
    starts = pl.lit(last_month).dt.offset_by(_REVISED_MONTHS)
    is_revised = (
        (pl.col("account_code") == TEMPORARY_LABOUR)
        & pl.col("org_unit_id").is_in(incidents.temporary_labour.where)
        & (pl.col("period_start") >= starts)
    )
    more = (pl.col("amount_minor") * _REVISED_TEMPORARY_LABOUR / 100).round().cast(pl.Int64) * 100
    revised = budget.filter(year == period.last_day.year).with_columns(
        amount_minor=pl.when(is_revised).then(more).otherwise("amount_minor"),
        version=pl.lit("revised_1"),
        approved_on=starts - pl.duration(days=6),
    )
    return pl.concat([original, revised])


def draw_ledger(
    chance: Stream,
    budget: pl.DataFrame,
    books: Books,
    volumes: Volumes,
    organisation: Organisation,
    period: Period,
    incidents: Incidents,
    *,
    deliveries: int,
) -> pl.DataFrame:
    """Return the entries of the period: fees by outlet and day, the rest by unit and month.

    Columns: `entry_id`, `posted_on`, `org_unit_id`, `account_code`, `amount_minor`.
    """
    monthly = budget.filter(
        pl.col("account_code") != FEES, pl.col("period_start") <= period.last_day
    )
    booked = _booked(books, volumes, organisation, period, deliveries=deliveries)
    noise = pl.Series(1 + _NOISE * chance.standard_normal(monthly.height))
    south = incidents.temporary_labour
    is_overrun = (pl.col("account_code") == TEMPORARY_LABOUR) & pl.col("org_unit_id").is_in(
        south.where
    )
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1
    before = (pl.lit(south.first_day) - pl.col("period_start")).dt.total_days().clip(0, days)
    overrun = 1 + (_OVERRUN - 1) * (1 - before / days)
    is_variable = pl.col("account_code").is_in(list(_VARIABLE))
    costs = (
        monthly.join(booked, on=["month", "org_unit_id"], how="left", maintain_order="left")
        .with_columns(
            amount_minor=pl.when(pl.col("account_code") == CLAIMS)
            .then("claims_minor")
            .otherwise(
                pl.col("amount_minor")
                * pl.when(is_variable).then("volume_ratio").otherwise(1.0)
                * pl.when(is_overrun).then(overrun).otherwise(1.0)
                * noise
            )
            .round()
            .cast(pl.Int64),
            posted_on=pl.min_horizontal("period_end", pl.lit(period.last_day)),
        )
        .select("posted_on", "org_unit_id", "account_code", "amount_minor")
    )
    entries = (
        pl.concat([_fees_by_day(books, organisation, period), costs])
        .filter(pl.col("amount_minor") != 0)
        .sort("posted_on", "account_code", maintain_order=True)
    )
    number = pl.int_range(1, pl.len() + 1).over(pl.col("posted_on").dt.strftime("%Y%m"))
    return entries.with_columns(
        entry_id=pl.format(
            "PZ{}-{}",
            pl.col("posted_on").dt.strftime("%Y%m"),
            number.cast(pl.String).str.zfill(5),
        )
    )


def _fees_by_day(books: Books, organisation: Organisation, period: Period) -> pl.DataFrame:
    days = [period.first_day + timedelta(days=number) for number in range(period.days)]
    outlets = list(organisation.units[: organisation.outlets])
    return (
        pl.DataFrame(books.fees_minor, schema=outlets, orient="row")
        .with_columns(posted_on=pl.Series(days))
        .unpivot(index="posted_on", variable_name="org_unit_id", value_name="amount_minor")
        .select("posted_on", "org_unit_id", account_code=pl.lit(FEES), amount_minor="amount_minor")
    )


def _booked(
    books: Books,
    volumes: Volumes,
    organisation: Organisation,
    period: Period,
    *,
    deliveries: int,
) -> pl.DataFrame:
    """Return per month and outlet the claims, and the pick-ups in relation to those expected."""
    starts = [month.first for month in period.months]
    expected = expected_pickups(organisation, period, period, deliveries=deliveries)
    pickups, expected, claims = (
        np.add.reduceat(by_day, starts, axis=0)
        for by_day in (volumes.pickups, expected, books.claims_minor)
    )
    outlets = organisation.units[: organisation.outlets]
    return pl.DataFrame(
        {
            "month": np.repeat([month.label for month in period.months], len(outlets)),
            "org_unit_id": list(outlets) * len(period.months),
            "volume_ratio": (pickups / expected).ravel(),
            "claims_minor": claims.ravel(),
        }
    )
