"""Dates and instants written as text.

To add a format that every source may use: an entry in `DEFAULT_FORMATS`, which holds only formats
that cannot be mistaken for one another. Day-first and month-first dates can, so a source must say
which it means. To add a count of days or seconds: an entry in `_COUNTS`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple

import polars as pl

from transforms.mapping.local_times import INSTANT, UtcTimes, to_utc
from transforms.mapping.readings import Way, read_in_turn

# %.f is an optional fraction, %#z an offset or Z; one-digit months, days and hours are read too.
DEFAULT_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%dT%H:%M%#z",
)

_LOCAL = pl.Datetime("us")

# Outside lie two-digit years read as %Y, and texts that hold no date at all.
_FIRST_YEAR, _LAST_YEAR = 1000, 9999

_OFFSET = re.compile(r"%[:#]*z|%\+")
_TIME_OF_DAY = re.compile(r"%[-_0]?[HIklTRrXc+]")
# Understood by Polars as something else than what is written: an ignored zone, nanoseconds, and
# seconds since 1970 taken for local time.
_MISLEADING = re.compile(r"%Z|%f|%s")


class _Count(NamedTuple):
    """Instants written as a number of units since an epoch."""

    unit: timedelta
    units_to_1970: int
    precision: timedelta
    first: int
    is_local: bool


# Spreadsheets take 1900 for a leap year: their days are right from 1 March 1900 (61) on.
_COUNTS = {
    "excel": _Count(timedelta(days=1), 25_569, timedelta(milliseconds=1), 61, True),
    "unix": _Count(timedelta(seconds=1), 0, timedelta(microseconds=1), 0, False),
    "unix_ms": _Count(timedelta(milliseconds=1), 0, timedelta(microseconds=1), 0, False),
}


def is_readable_format(written: str) -> bool:
    """Return whether dates can be read in the format that a source gives."""
    if written in _COUNTS:
        return True
    pattern = _pattern(written)
    if _MISLEADING.search(pattern):
        return False
    has_offset = _OFFSET.search(pattern) is not None
    specimen = pl.Series([datetime(2026, 11, 28, 14, 35, 59, tzinfo=UTC)], dtype=INSTANT)
    if not has_offset:
        specimen = specimen.dt.replace_time_zone(None)
    try:
        text = specimen.dt.strftime(_OFFSET.sub("%z", pattern))
        read = _read_pattern(text, pattern=pattern, time_of_day=None)
    except pl.exceptions.PolarsError:
        return False
    return read.dt.year().to_list() == [2026]


def read_instants(
    texts: pl.Series, formats: Sequence[str], *, time_of_day: time | None, time_zone: str
) -> UtcTimes:
    """Return the instants that `texts` name; null where no format fits.

    `formats`      strptime formats, "excel", "unix" or "unix_ms", tried in order; if none is
                   given, `DEFAULT_FORMATS`
    `time_of_day`  given to dates without a time; midnight when None
    `time_zone`    of texts without an offset
    """
    local, settled = _read(texts, formats, time_of_day)
    times = to_utc(local, time_zone)
    if settled.null_count() == len(settled):
        return times
    return times._replace(at=times.at.zip_with(settled.is_null(), settled))


def read_dates(texts: pl.Series, formats: Sequence[str], *, time_zone: str) -> pl.Series:
    """Return the dates that `texts` name; null where no format fits.

    A time beside the date is passed over; with an offset, the date is the one in `time_zone`.
    """
    local, settled = _read(texts, formats, None)
    dates = settled.dt.convert_time_zone(time_zone).dt.date()
    return local.dt.date().zip_with(settled.is_null(), dates)


def _read(
    texts: pl.Series, formats: Sequence[str], time_of_day: time | None
) -> tuple[pl.Series, pl.Series]:
    """Return local times, and instants where the text itself settles them."""
    local: list[Way] = []
    settled: list[Way] = []
    tried = formats or _likeliest_first(texts)
    for written in tried:
        (settled if _is_settled(written) else local).append(_way(written, time_of_day))
    if _is_settled(tried[0]):
        instants = read_in_turn(texts, settled, INSTANT)
        return read_in_turn(texts.set(instants.is_not_null(), None), local, _LOCAL), instants
    times = read_in_turn(texts, local, _LOCAL)
    return times, read_in_turn(texts.set(times.is_not_null(), None), settled, INSTANT)


def _is_settled(written: str) -> bool:
    """Return whether texts of this format name an instant, whatever the zone."""
    if written in _COUNTS:
        return not _COUNTS[written].is_local
    return _OFFSET.search(_pattern(written)) is not None


def _way(written: str, time_of_day: time | None) -> Way:
    if written in _COUNTS:
        return partial(_read_count, count=_COUNTS[written])
    return partial(_read_pattern, pattern=_pattern(written), time_of_day=time_of_day)


def _likeliest_first(texts: pl.Series) -> list[str]:
    """Return the default formats, led by the one that fits the first text: it saves trials."""
    first = texts.drop_nulls().head(1)
    for written in DEFAULT_FORMATS if len(first) else ():
        if _read_pattern(first, pattern=written, time_of_day=None).null_count() == 0:
            return [written, *(other for other in DEFAULT_FORMATS if other != written)]
    return list(DEFAULT_FORMATS)


def _pattern(written: str) -> str:
    """Return a strptime format as Polars (chrono) writes it.

    A fraction is %.f there, and an offset that may be Z is %#z. A Z at the end means UTC.
    """
    pattern = written.replace(".%f", "%.f").replace("%z", "%#z")
    return re.sub(r"(?<!%)Z$", "%#z", pattern)


def _read_pattern(texts: pl.Series, *, pattern: str, time_of_day: time | None) -> pl.Series:
    times = texts.str.to_datetime(pattern, strict=False, time_unit="us", cache=False)
    if time_of_day and not _TIME_OF_DAY.search(pattern):
        times = times.dt.combine(time_of_day)
    return times.set(~times.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR), None)


def _read_count(texts: pl.Series, *, count: _Count) -> pl.Series:
    units = texts.cast(pl.Float64, strict=False)
    last = (date(_LAST_YEAR, 12, 31) - date(1970, 1, 1)) / count.unit + count.units_to_1970
    known = units.set(~units.is_between(count.first, last), None)
    steps = (known - count.units_to_1970) * (count.unit / count.precision)
    micros = steps.round().cast(pl.Int64) * (count.precision // timedelta(microseconds=1))
    return micros.cast(_LOCAL if count.is_local else INSTANT)
