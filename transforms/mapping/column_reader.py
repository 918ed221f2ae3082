"""Reading the values of one column: text, or what Parquet, JSON Lines and databases hold natively.

To add a type: a branch in `_read_texts`, and one in `_read_natives` if some native type needs no
way through text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import NamedTuple

import polars as pl

from transforms.mapping.instants import read_dates, read_instants
from transforms.mapping.local_times import INSTANT, UtcTimes, to_utc
from transforms.mapping.numerals import read_floats, read_integers
from transforms.mapping.vocabulary import known_words, read_truths, translate_words
from transforms.source_definition import ColumnMapping, KindName, SourceDefinition


class Read(NamedTuple):
    """Typed values, and per row whether a value was there that could not be read.

    `times` tells of instants which of them the local clocks did not settle; None of other types.
    """

    values: pl.Series
    is_unreadable: pl.Series
    times: UtcTimes | None = None


@dataclass(frozen=True)
class ColumnReader:
    """How the values of one canonical column are read.

    `missing`        texts that mean no value, besides the empty one
    `decimal_comma`  1.234,56 instead of 1,234.56
    `time_zone`      of local times
    """

    kind: KindName
    column: str
    dtype: pl.DataType
    mapping: ColumnMapping
    missing: tuple[str, ...]
    decimal_comma: bool
    time_zone: str

    def read(self, raw: pl.Series) -> Read:
        """Return the typed values of `raw`; what is missing is null or the mapping's default."""
        if isinstance(raw.dtype, pl.String | pl.Categorical | pl.Enum | pl.Null):
            return self._read_texts(self._clean(raw.cast(pl.String)))
        if raw.dtype.is_float():
            raw = raw.set(raw.is_nan(), None)  # how some programs write "no number"
        if self.missing or self.mapping.missing:
            raw = raw.set(_as_texts(raw).is_in(self._missing()), None)
        read = None if self.mapping.values else self._read_natives(raw)
        if read is None:
            return self._read_texts(self._clean(_as_texts(raw)))
        if self.mapping.default is None:
            return read
        default = self.read_text(self.mapping.default)
        return read._replace(values=read.values.zip_with(raw.is_not_null(), default))

    def read_text(self, text: str) -> pl.Series:
        """Return the value that `text` stands for as one typed value; null if it stands for none.

        Neither `missing`, `values` nor `default` of the mapping are applied: they lead here.
        """
        return self._read_texts(pl.Series([text.strip()], dtype=pl.String)).values

    def _missing(self) -> set[str]:
        return {"", *(text.strip() for text in (*self.missing, *self.mapping.missing))}

    def _clean(self, texts: pl.Series) -> pl.Series:
        """Return the texts that stand for values: stripped and mapped, null where none is."""
        stripped = texts.str.strip_chars()
        present = stripped.set(stripped.is_in(self._missing()), None)
        if self.mapping.values:
            ours = [value.strip() or None for value in self.mapping.values.values()]
            theirs = [value.strip() for value in self.mapping.values]
            present = present.replace(theirs, pl.Series(ours, dtype=pl.String))
        if self.mapping.default is not None:
            present = present.fill_null(self.mapping.default.strip())
        return present

    def _read_texts(self, texts: pl.Series) -> Read:
        times = None
        scale, comma = self.mapping.scale, self.decimal_comma
        if self.dtype == pl.String:
            words = known_words(self.kind, self.column)
            values = translate_words(texts, words) if words else texts
        elif self.dtype == pl.Int64:
            values = read_integers(texts, scale=scale, decimal_comma=comma)
        elif self.dtype == pl.Float64:
            values = read_floats(texts, scale=scale, decimal_comma=comma)
        elif self.dtype == pl.Boolean:
            values = read_truths(texts, self.column)
        elif self.dtype == pl.Date:
            values = read_dates(texts, self.mapping.format, time_zone=self.time_zone)
        elif self.dtype == INSTANT:
            times = read_instants(
                texts,
                self.mapping.format,
                time_of_day=self.mapping.time_of_day,
                time_zone=self.time_zone,
            )
            values = times.at
        else:
            raise TypeError(f"{self.column}: no way to read {self.dtype}")
        return Read(values, texts.is_not_null() & values.is_null(), times)

    def _read_natives(self, raw: pl.Series) -> Read | None:
        """Return `raw` in the column's type where its own type leads there, else None."""
        times = None
        if self.dtype == pl.Int64 and raw.dtype.is_integer():
            scaled = raw.cast(pl.Int128) * pl.Series([self.mapping.scale], dtype=pl.Int128)
            values = scaled.cast(pl.Int64, strict=False)
        elif self.dtype == pl.Int64 and raw.dtype.is_float():
            values = _as_integers(raw.cast(pl.Float64), self.mapping.scale)
        elif self.dtype == pl.Float64 and raw.dtype.is_numeric():
            numbers = raw.cast(pl.Float64) * float(self.mapping.scale)
            values = numbers.set(~numbers.is_finite(), None)
        elif self.dtype == pl.Boolean and raw.dtype == pl.Boolean:
            values = raw
        elif self.dtype == pl.Date and isinstance(raw.dtype, pl.Date | pl.Datetime):
            values = self._native_dates(raw)
        elif self.dtype == INSTANT and isinstance(raw.dtype, pl.Date | pl.Datetime):
            times = self._native_times(raw)
            values = times.at
        else:
            return None
        return Read(values, raw.is_not_null() & values.is_null(), times)

    def _native_times(self, raw: pl.Series) -> UtcTimes:
        if isinstance(raw.dtype, pl.Date):
            raw = raw.dt.combine(self.mapping.time_of_day or time())
        if isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone is not None:
            raw = raw.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            return to_utc(raw.dt.cast_time_unit("us"), "UTC")
        return to_utc(raw.dt.cast_time_unit("us"), self.time_zone)

    def _native_dates(self, raw: pl.Series) -> pl.Series:
        if isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone is not None:
            raw = raw.dt.convert_time_zone(self.time_zone)
        return raw.dt.date()  # a cast would take the date in UTC


def column_reader(
    source: SourceDefinition,
    column: str,
    dtype: pl.DataType,
    mapping: ColumnMapping,
    *,
    time_zone: str,
) -> ColumnReader:
    """Return how `source` has `column` read; `time_zone` serves a source without one."""
    return ColumnReader(
        kind=source.kind,
        column=column,
        dtype=dtype,
        mapping=mapping,
        missing=tuple(text for text in source.missing if text),
        decimal_comma=source.decimal_comma,
        time_zone=mapping.time_zone or source.time_zone or time_zone,
    )


def _as_integers(numbers: pl.Series, scale: int) -> pl.Series:
    """Return native floats times `scale` as Int64.

    A float is only near the amount that it stands for, so money is rounded to the nearest minor
    unit, halves away from zero; a number without a scale must be whole.
    """
    scaled = numbers * float(scale)
    whole = scaled.round(0, mode="half_away_from_zero")
    if scale == 1:
        whole = whole.set(whole != scaled, None)
    return whole.cast(pl.Int64, strict=False)


def _as_texts(raw: pl.Series) -> pl.Series:
    """Return native values as a person would write them in an export: 12 for 12.0."""
    if raw.dtype.is_float():
        texts = raw.cast(pl.String)
        whole = raw.cast(pl.Int64, strict=False)
        is_whole = (raw == whole.cast(raw.dtype)).fill_null(False)
        return whole.cast(pl.String).zip_with(is_whole, texts)
    if isinstance(raw.dtype, pl.Datetime):
        offset = "" if raw.dtype.time_zone is None else "%z"
        return raw.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.f{offset}")
    return raw.cast(pl.String)
