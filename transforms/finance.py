"""Ledger entries and budgets, prepared for their measures. Money is int64 minor units."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl


def prepare_entries(entries: nw.LazyFrame[Any], accounts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return every entry with `account_kind` (revenue | cost | expense | ...) of its account.

    `accounts` has `code` and `kind`. Entries on unknown accounts have no kind and no metric.
    """
    kinds = accounts.select(
        nw.col("code").alias("account_code"), nw.col("kind").alias("account_kind")
    )
    return entries.join(kinds, on="account_code", how="left")


def newest_budget(budget_lines: pl.DataFrame, *, today: date) -> pl.DataFrame:
    """Return of every budget line the newest version approved by `today`.

    original < revised_1 < revised_2 ...; a line without `approved_on` counts as approved.
    """
    revision = pl.col("version").str.extract(r"^revised_(\d+)$", 1).cast(pl.Int64).fill_null(0)
    line = ("org_unit_id", "account_code", "period_start", "period_end")
    return (
        budget_lines.filter(pl.col("approved_on").fill_null(today) <= today)
        .with_columns(revision.alias("revision"))
        .sort(*line, "revision")
        .unique(line, keep="last", maintain_order=True)
    )


def spread_over_months(budget_lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per line and calendar month: `month` (its first day) and `amount_minor`.

    Pro rata by days. Months are differences of the running total rounded down, so they sum to
    the line exactly and none is off by more than one minor unit.
    """
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1
    months = budget_lines.with_columns(
        pl.date_ranges(
            pl.col("period_start").dt.truncate("1mo"), pl.col("period_end"), interval="1mo"
        ).alias("month")
    ).explode("month")
    last_day = pl.min_horizontal(pl.col("month").dt.month_end(), "period_end")
    first_day = pl.max_horizontal("month", "period_start")

    def amount_until(days_gone: pl.Expr) -> pl.Expr:
        return (pl.col("amount_minor") * days_gone) // days

    gone_after = (last_day - pl.col("period_start")).dt.total_days() + 1
    gone_before = (first_day - pl.col("period_start")).dt.total_days()
    return months.with_columns(
        (amount_until(gone_after) - amount_until(gone_before)).alias("amount_minor")
    )
