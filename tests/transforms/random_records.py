"""Random records of every kind, many rows at once, with every value that the contract allows.

They are plausible to the computer only: any instant may be missing or lie before any other, so
that no order of events is taken for granted.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from quality.contracts import RECORD_KINDS
from tests.transforms.hand_made import taken_in

_FIRST_DAY = np.datetime64("2026-03-01T00:00:00", "us")
# Past 31 March, as of which the records are prepared, so that some promises still run.
_MICROSECONDS = 40 * 24 * 3600 * 1_000_000
_SHARE_MISSING = 0.2
_SCORES = (1.0, 2.0, 3.0, 4.0, 5.0)
# A number of the same name in every kind, where a contract only says "not negative" or less.
_NUMBERS = {"scale_min": (1.0,), "scale_max": (5.0,), "weight": (0.5, 1.0, 2.5)}
_FEW_WORDS = ("R", "C", "E", "PD")


def random_records(kind: str, rows: int, seed: int) -> pl.DataFrame:
    """Return `rows` random records of `kind`, as rows of one batch; the same per `seed`."""
    generator = np.random.default_rng(seed)
    contract = RECORD_KINDS[kind]
    columns = {
        name: _random_column(name, kind, dtype, rows, generator)
        for name, dtype in contract.columns.items()
        if name not in contract.local_dates
    }
    records = pl.DataFrame(columns).with_columns(
        pl.col(instant).dt.date().alias(day) for day, instant in contract.local_dates.items()
    )
    return taken_in(records.select(list(contract.columns)))


def _random_column(
    name: str, kind: str, dtype: pl.DataType, rows: int, generator: np.random.Generator
) -> pl.Series:
    column = RECORD_KINDS[kind].schema.columns[name]
    if dtype.base_type() is pl.Datetime:
        instants = _FIRST_DAY + generator.integers(0, _MICROSECONDS, rows)
        values = pl.Series(name, instants).dt.replace_time_zone("UTC")
    elif dtype == pl.Date:
        instants = _FIRST_DAY + generator.integers(0, _MICROSECONDS, rows)
        values = pl.Series(name, instants).dt.date()
    elif dtype == pl.Boolean:
        values = pl.Series(name, generator.random(rows) < 0.5)
    elif dtype == pl.Int64:
        values = pl.Series(name, generator.integers(0, 4, rows))
    elif dtype == pl.Float64:
        values = pl.Series(name, generator.choice(_NUMBERS.get(name, _SCORES), rows))
    else:
        allowed = [
            check.statistics["allowed_values"] for check in column.checks if check.name == "isin"
        ]
        words = allowed[0] if allowed else _FEW_WORDS
        values = pl.Series(name, generator.choice(words, rows), dtype=pl.String)
    if column.nullable:
        is_missing = pl.Series(generator.random(rows) < _SHARE_MISSING)
        values = pl.select(pl.when(~is_missing).then(values)).to_series().alias(name)
    return values.cast(dtype)
