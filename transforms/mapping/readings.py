"""Reading texts in several ways, each tried only where those before it could not.

To add a way of reading: a function from texts to values that are null where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import polars as pl

Way: TypeAlias = Callable[[pl.Series], pl.Series]


def read_in_turn(texts: pl.Series, ways: Iterable[Way], dtype: pl.DataType) -> pl.Series:
    """Return what the first of `ways` to understand a text makes of it; null where none does."""
    values = pl.repeat(None, len(texts), dtype=dtype, eager=True)
    rest = texts.is_not_null().arg_true()
    for way in ways:
        if rest.is_empty():
            break
        if len(rest) == len(texts):
            values = read = way(texts)
        else:
            read = way(texts.gather(rest))
            values = values.scatter(rest, read)
        rest = rest.filter(read.is_null())
    return values
