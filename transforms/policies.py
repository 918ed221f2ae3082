"""Which service level policy a ticket falls under: written out for every case, then a plain join.

A policy may leave kind, priority and channel open and comes into force on a day. Of those that
fit, the one with most columns given wins; among equals kind counts before priority before channel;
then the newest in force.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

CLOCKS_BY_POLICY = ("first_response", "resolution")
CASE = ("kind", "priority", "channel")
_WEIGHTS = {"kind": 4, "priority": 2, "channel": 1}
_PER_COLUMN_GIVEN = 8  # more columns given win over any weight
_LONG_AGO, _FOR_GOOD = date.min, date.max
_ANY = "*"
_PAUSED_WHEN = "is_paused_when_"


def policies_by_case(policies: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Return a row per case, clock and stretch of dates: the policy in force, or that none is.

    `policies` is the reference table, `cases` the combinations of `kind`, `priority` and `channel`
    that tickets have. Every date there is lies in exactly one row of its case and clock.

    Columns: `kind`, `priority`, `channel`, `clock`, `in_force_from`, `in_force_to` (dates, both
    included), `target_seconds` (null: no policy), `policy_calendar` (null: the unit's own),
    `policy` ("complaint/high/*"), `is_paused_when_<status>` for every status that pauses one.
    """
    clocks = pl.DataFrame({"clock": CLOCKS_BY_POLICY})
    grid = cases.select(CASE).unique().join(clocks, how="cross")
    fitting = _fitting(grid, _ranked(policies))
    begins = pl.concat(
        [
            grid.with_columns(pl.lit(_LONG_AGO).alias("in_force_from")),
            fitting.select(*CASE, "clock", pl.col("effective_from").alias("in_force_from")),
        ]
    ).unique()
    case = [*CASE, "clock"]
    in_force = (
        begins.join(fitting, on=case, how="inner")
        .filter(pl.col("effective_from") <= pl.col("in_force_from"))
        .sort("rank", "effective_from", descending=True)
        .unique([*case, "in_force_from"], keep="first", maintain_order=True)
        .drop("rank", "effective_from")
    )
    next_begins = pl.col("in_force_from").shift(-1).over(case)
    return (
        begins.join(in_force, on=[*case, "in_force_from"], how="left")
        .sort(*case, "in_force_from")
        .with_columns(
            (next_begins - timedelta(days=1)).fill_null(_FOR_GOOD).alias("in_force_to"),
            pl.col(f"^{_PAUSED_WHEN}.*$").fill_null(False),
        )
    )


def statuses_that_pause(columns: list[str]) -> dict[str, str]:
    """Return status -> the column of `policies_by_case` that says whether it pauses a clock."""
    return {
        column.removeprefix(_PAUSED_WHEN): column
        for column in columns
        if column.startswith(_PAUSED_WHEN)
    }


def _ranked(policies: pl.DataFrame) -> pl.DataFrame:
    """Return the policies with how specific each is, and its name."""
    statuses = policies["pause_statuses"].explode(empty_as_null=True).drop_nulls().unique().sort()
    rank = pl.sum_horizontal(
        pl.col(column).is_not_null() * (_PER_COLUMN_GIVEN + _WEIGHTS[column]) for column in CASE
    )
    return policies.select(
        "clock",
        *CASE,
        rank.alias("rank"),
        pl.col("effective_from").fill_null(_LONG_AGO),
        (pl.col("target_minutes") * 60).alias("target_seconds"),
        pl.col("calendar").alias("policy_calendar"),
        pl.concat_str([pl.col(column).fill_null(_ANY) for column in CASE], separator="/").alias(
            "policy"
        ),
        *(
            pl.col("pause_statuses").list.contains(status).alias(f"{_PAUSED_WHEN}{status}")
            for status in statuses
        ),
    )


def _fitting(grid: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """Return every pair of a case and a policy that fits it."""
    pairs = grid.join(ranked, on="clock", how="inner", suffix="_given")
    fits = (
        pl.col(f"{column}_given").is_null() | (pl.col(f"{column}_given") == pl.col(column))
        for column in CASE
    )
    return pairs.filter(*fits).drop(f"{column}_given" for column in CASE)
