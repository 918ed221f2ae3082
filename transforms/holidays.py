"""Days off and make-up workdays: a country's, from the library `holidays`, and a home's own.

A home's own row beats the library's of the same date, and a calendar's row beats its country's.
To add a country whose government announces each year's days off as whole stretches: its code in
_ANNOUNCED_YEARLY, provided that the library has a table of what was announced.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from holidays import HolidayBase, country_holidays
from holidays.registry import COUNTRIES

from transforms.refusal import Refusal

# Codes (ISO 3166, two letters) of the countries whose public holidays are known.
KNOWN_COUNTRIES = frozenset(codes[1] for codes in COUNTRIES.values())

# The State Council's notice for a year counts the weekends of a stretch as days off, and names
# the weekend days worked in exchange. Until it is out, the library can only guess.
_ANNOUNCED_YEARLY = ("CN",)
_FIRST_YEAR = 2005
_YEARS_AHEAD = 2
_SATURDAY = 6
_LANGUAGE = "en_US"
_MAKE_UP_WORKDAY = "Make-up workday"
_COLUMNS = {
    "country": pl.String,
    "date": pl.Date,
    "name": pl.String,
    "is_working": pl.Boolean,
    "provisional": pl.Boolean,
}


def holidays_by_calendar(calendars: pl.DataFrame, holidays: pl.DataFrame) -> pl.DataFrame:
    """Return the days on which each calendar differs from its weekday, once per calendar and day.

    Columns: calendar, local_on, is_working, is_provisional, name; sorted by the first two.
    `calendars` and `holidays` are the reference tables. A row that names a calendar is about that
    one alone and beats its country's row; of two such rows for one day the first counts.
    """
    of_countries = calendars.select("calendar", "country").unique()
    own = holidays.filter(pl.col("calendar").is_not_null()).drop("country")
    inherited = holidays.filter(pl.col("calendar").is_null()).drop("calendar")
    spread = of_countries.join(inherited, on="country", maintain_order="right")
    columns = {
        "calendar": pl.col("calendar"),
        "local_on": pl.col("date"),
        "is_working": pl.col("is_working"),
        "is_provisional": pl.col("provisional"),
        "name": pl.col("name"),
    }
    return (
        pl.concat([own.select(**columns), spread.select(**columns)])
        .unique(["calendar", "local_on"], keep="first", maintain_order=True)
        .sort("calendar", "local_on")
    )


def with_public_holidays(calendars: pl.DataFrame, holidays: pl.DataFrame) -> pl.DataFrame:
    """Return `holidays` and, after it, the public holidays of the countries that calendars name.

    A row of `holidays` about the same country and date leaves the library's out.
    """
    public = public_holidays(calendars["country"].drop_nulls(), known_years())
    of_countries = holidays.filter(pl.col("calendar").is_null())
    added = public.join(of_countries, on=["country", "date"], how="anti", maintain_order="left")
    return pl.concat(
        [holidays, added.with_columns(calendar=pl.lit(None, pl.String)).select(holidays.columns)]
    )


def public_holidays(countries: Iterable[str], years: Iterable[int]) -> pl.DataFrame:
    """Return the days off and make-up workdays of `countries` (ISO 3166 codes) in `years`.

    Columns: country, date, name, is_working, provisional; sorted by the first two. Where days off
    are announced as whole stretches (China), the weekend days within or beside one are days off
    too. Provisional: the year is not announced yet, or the library calls the date an estimate.
    Weekend days are otherwise left to the calendars. Raises Refusal for an unknown country.
    """
    wanted = sorted(set(years))
    return pl.concat(
        [
            pl.DataFrame(schema=_COLUMNS),
            *(_days_of(country, wanted) for country in sorted(set(countries)) if wanted),
        ]
    )


def known_years() -> range:
    """Return the years that are asked for: up to two after the last that China has announced."""
    return range(_FIRST_YEAR, announced_years(_ANNOUNCED_YEARLY[0]).stop + _YEARS_AHEAD)


def announced_years(country: str) -> range:
    """Return the years of the library's table of what was announced in `country`."""
    exchanges = _library_days(country, ()).special_public_holidays
    return range(min(exchanges), max(exchanges) + 1)


def _days_of(country: str, years: list[int]) -> pl.DataFrame:
    # A stretch may begin in the year before or end in the year after.
    library_days = _library_days(country, range(years[0] - 1, years[-1] + 2))
    days_off = _days_off(library_days)
    workdays = pl.DataFrame(
        {"date": sorted(library_days.weekend_workdays)}, schema={"date": pl.Date}
    ).with_columns(
        name=pl.lit(_MAKE_UP_WORKDAY), is_working=pl.lit(True), provisional=pl.lit(False)
    )
    if country in _ANNOUNCED_YEARLY:
        days_off = _whole_stretches(days_off, workdays).with_columns(
            provisional=~pl.col("date").dt.year().is_in(announced_years(country))
        )
    days_off = days_off.join(workdays, on="date", how="anti")
    return (
        pl.concat([days_off.with_columns(is_working=pl.lit(False)), workdays], how="diagonal")
        .filter(pl.col("date").dt.year().is_in(years))
        .with_columns(country=pl.lit(country))
        .select(*_COLUMNS)
        .sort("date")
    )


def _library_days(country: str, years: Iterable[int]) -> HolidayBase:
    """Return the library's own object: date -> name, with what it knows of exchanges."""
    if country not in KNOWN_COUNTRIES:
        raise Refusal(
            'Country "{country}" has no public holidays that are known: give its ISO 3166 code in '
            "two capital letters, such as CN, or leave it empty and list its days in "
            "reference/holidays.csv.",
            "没有国家“{country}”的公共假日资料：请填写两个大写字母的 ISO 3166 代码（例如 CN），"
            "或将其留空，并在 reference/holidays.csv 中列出假日。",
            country=country,
        )
    return country_holidays(country, years=years, language=_LANGUAGE, expand=False)


def _days_off(library_days: HolidayBase) -> pl.DataFrame:
    """Return date, name, is_exchanged (for a weekend day that is worked) and provisional."""
    return pl.DataFrame(
        {"date": list(library_days), "name": list(library_days.values())},
        schema={"date": pl.Date, "name": pl.String},
    ).with_columns(
        is_exchanged=_is_labelled(library_days, "substituted_label"),
        provisional=_is_labelled(library_days, "estimated_label", "observed_estimated_label"),
    )


def _is_labelled(library_days: HolidayBase, *labels: str) -> pl.Expr:
    """Return whether `name` holds the words that the library puts under one of `labels`."""
    texts = [getattr(library_days, label, "%s") for label in labels]
    words = [max(library_days.tr(text).split("%s"), key=len).strip() for text in texts]
    holds = [pl.col("name").str.contains(word, literal=True) for word in words if word]
    return pl.any_horizontal(pl.lit(False), *holds)


def _whole_stretches(days_off: pl.DataFrame, workdays: pl.DataFrame) -> pl.DataFrame:
    """Return `days_off` with the weekend days within or beside a stretch of them.

    Such days, and those that are off in exchange, take the name of the holiday before them in
    the stretch, or else of the one after.
    """
    if days_off.is_empty():
        return days_off
    day, holiday = pl.col("date"), pl.when(~pl.col("is_exchanged")).then("name")
    around = pl.date_range(day.min().dt.offset_by("-2d"), day.max().dt.offset_by("2d"))
    return (
        days_off.select(around.alias("date"))
        .join(days_off, on="date", how="left", maintain_order="left")
        .join(workdays, on="date", how="anti", maintain_order="left")
        .with_columns(is_off=pl.col("provisional").is_not_null())
        .filter(pl.col("is_off") | (day.dt.weekday() >= _SATURDAY))
        .with_columns(stretch=(day.diff() > pl.duration(days=1)).cum_sum().fill_null(0))
        .filter(pl.col("is_off").any().over("stretch"))
        .with_columns(name=holiday.forward_fill().backward_fill().over("stretch"))
        .select("date", "name", "provisional")
    )
