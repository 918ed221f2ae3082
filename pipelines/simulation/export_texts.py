"""How exports write things: phone numbers, fixed decimals, capitalised words, ids by number."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def phone(column: str) -> pl.Expr:
    """Return the phone number of a customer's number; 100... is nobody's mobile number."""
    return pl.lit("100") + pl.col(column).cast(pl.String).str.zfill(8)


def fixed(column: str, decimals: int, *, thousands: str = "") -> pl.Expr:
    """Return an integer as decimal text: 123456 with 2 decimals and "," as 1,234.56."""
    unit = 10**decimals
    amount = pl.col(column).abs()
    whole = (amount // unit).cast(pl.String)
    if thousands:
        grouped = whole.str.reverse().str.replace_all(r"(\d{3})", "$1" + thousands)
        whole = grouped.str.reverse().str.strip_chars_start(thousands)
    sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{}.{}", sign, whole, (amount % unit).cast(pl.String).str.zfill(decimals))


def words(column: str) -> pl.Expr:
    """Return in_transit as "In transit"."""
    text = pl.col(column).str.replace_all("_", " ", literal=True)
    return text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1)


def named(names: Sequence[str], numbers: pl.Series) -> pl.Series:
    """Return the name of every number; null for -1."""
    return pl.Series(names, dtype=pl.String).gather(numbers.replace(-1, None))
