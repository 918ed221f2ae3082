"""Days off: the library's, made whole where a country announces stretches, and a home's own."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from chinese_calendar.constants import holidays as listed_days_off
from chinese_calendar.constants import workdays as listed_workdays

from transforms.holidays import (
    announced_years,
    holidays_by_calendar,
    known_years,
    public_holidays,
    with_public_holidays,
)
from transforms.refusal import Refusal

_SATURDAY = 6
_CALENDARS = pl.DataFrame(
    {
        "calendar": ["outlet", "outlet", "office", "delivery"],
        "country": ["CN", "CN", "CN", None],
    }
)
# The second opinion lists the days that the State Council's notice names, and leaves these weekend
# days out. Each lies beside or within days off, so an outlet that opens on Saturdays is closed.
_NOT_LISTED = {
    # The notice says "joined with the weekend" (与周末连休).
    "joined with the weekend": """
        2014-05-31 2014-06-01 2014-09-06 2014-09-07 2015-05-02 2015-05-03 2016-01-02 2016-01-03
        2016-04-02 2016-04-03 2017-04-29 2017-04-30 2017-12-30 2017-12-31 2018-06-16 2018-06-17
        2018-09-22 2018-09-23 2024-06-08 2024-06-09""",
    # The holiday is on a weekend day; the notice names it, and the Monday given for it if any.
    "the other weekend day": """
        2015-04-04 2015-06-21 2015-09-26 2016-04-30 2016-12-31""",
    # The notice names three days on end, of which the second opinion lists two.
    "left out by mistake": "2011-06-05 2012-06-23 2015-09-05",
}


def every_day(first: date, last: date) -> pl.DataFrame:
    return pl.DataFrame({"date": pl.date_range(first, last, eager=True)})


def holidays(*rows: tuple[str | None, str | None, date, str, bool, bool]) -> pl.DataFrame:
    """Return rows of the reference table `holidays`."""
    schema = {
        "calendar": pl.String,
        "country": pl.String,
        "date": pl.Date,
        "name": pl.String,
        "is_working": pl.Boolean,
        "provisional": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def days_off(country: str, year: int) -> list[date]:
    return public_holidays([country], [year]).filter(~pl.col("is_working"))["date"].to_list()


def test_china_works_and_rests_as_a_second_opinion_says_on_every_day_of_17_years() -> None:
    days = every_day(date(2010, 1, 1), date(2026, 12, 31))
    ours = days.join(public_holidays(["CN"], range(2010, 2027)), on="date", how="left")
    theirs = days.select(
        pl.when(pl.col("date").is_in(list(listed_workdays)))
        .then(True)
        .when(pl.col("date").is_in(list(listed_days_off)))
        .then(False)
        .alias("is_working")
    )["is_working"]
    differs = ~ours["is_working"].eq_missing(theirs)
    not_listed = [date.fromisoformat(day) for days in _NOT_LISTED.values() for day in days.split()]
    assert days.height == 6209
    assert ours.filter(differs)["date"].to_list() == sorted(not_listed)
    assert not ours.filter(differs)["is_working"].any()
    assert (ours.filter(differs)["date"].dt.weekday() >= _SATURDAY).all()


def test_a_stretch_off_holds_its_weekends_up_to_the_make_up_workdays() -> None:
    assert [day for day in days_off("CN", 2026) if day.month == 2] == [
        date(2026, 2, 15) + timedelta(days=number) for number in range(9)
    ]
    around = public_holidays(["CN"], [2026]).filter(pl.col("is_working"))
    assert [day.isoformat() for day in around["date"]] == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip


def test_every_day_off_has_the_name_of_a_holiday_not_of_an_exchange() -> None:
    names = public_holidays(["CN"], range(2005, 2029)).filter(~pl.col("is_working"))["name"]
    assert names.null_count() == 0
    assert not names.str.contains("(?i)substituted|day off").any()


def test_weekends_of_other_countries_are_left_to_the_calendars() -> None:
    good_friday, easter_monday = date(2026, 4, 3), date(2026, 4, 6)
    assert [day for day in days_off("DE", 2026) if day.month == 4] == [good_friday, easter_monday]


def test_make_up_workdays_of_other_countries_are_known_too() -> None:
    hungary = public_holidays(["HU"], [2026])
    assert hungary.filter(pl.col("is_working"))["date"].to_list() == [
        date(2026, 1, 10), date(2026, 8, 8),
    ]  # fmt: skip


def test_a_stretch_over_the_new_year_is_whole_in_both_years() -> None:
    assert date(2018, 12, 30) in days_off("CN", 2018)
    assert date(2018, 12, 29) not in days_off("CN", 2018)
    assert date(2019, 1, 1) in days_off("CN", 2019)


def test_years_that_china_has_not_announced_are_provisional_guesses() -> None:
    last = announced_years("CN")[-1]
    years = public_holidays(["CN"], [last, last + 1, 2099]).group_by(pl.col("date").dt.year())
    told = years.agg(pl.col("provisional").all(), pl.col("provisional").any().alias("some"))
    assert told.sort("date").rows() == [
        (last, False, False), (last + 1, True, True), (2099, True, True),
    ]  # fmt: skip


def test_estimated_dates_of_other_countries_are_provisional_and_the_rest_is_not() -> None:
    singapore = public_holidays(["SG"], [2028])
    assert set(singapore.filter("provisional")["name"]) >= {"Vesak Day (estimated)"}
    assert set(singapore.filter(~pl.col("provisional"))["name"]) >= {"National Day", "Good Friday"}


def test_years_and_countries_without_holidays_give_no_rows() -> None:
    columns = {
        "country": pl.String,
        "date": pl.Date,
        "name": pl.String,
        "is_working": pl.Boolean,
        "provisional": pl.Boolean,
    }
    for nothing in (
        public_holidays([], [2026]),
        public_holidays(["CN"], []),
        public_holidays(["CN"], [1900, 2500]),
    ):
        assert nothing.is_empty()
        assert dict(nothing.schema) == columns


def test_rows_are_sorted_whatever_order_is_asked_for() -> None:
    asked = public_holidays(["SG", "CN", "SG"], [2026, 2025])
    assert asked.equals(asked.sort("country", "date"))
    assert not asked.select("country", "date").is_duplicated().any()


@pytest.mark.parametrize("country", ["XX", "cn", "CHN", "China", ""])
def test_an_unknown_country_is_refused_by_its_code(country: str) -> None:
    with pytest.raises(Refusal, match=f'^Country "{country}" has no public holidays') as refusal:
        public_holidays([country], [2026])
    assert f"“{country}”" in refusal.value.told("zh")


def test_a_day_is_a_holiday_of_every_calendar_of_its_country_and_of_no_other() -> None:
    spread = holidays_by_calendar(
        _CALENDARS, holidays((None, "CN", date(2026, 10, 1), "National Day", False, True))
    )
    assert spread.columns == ["calendar", "local_on", "is_working", "is_provisional", "name"]
    assert spread.rows() == [
        ("office", date(2026, 10, 1), False, True, "National Day"),
        ("outlet", date(2026, 10, 1), False, True, "National Day"),
    ]


def test_a_row_about_a_calendar_beats_its_country_whichever_comes_first() -> None:
    country = (None, "CN", date(2026, 10, 1), "National Day", False, True)
    own = ("outlet", "CN", date(2026, 10, 1), "Open all the same", True, False)
    for rows in ((country, own), (own, country)):
        assert holidays_by_calendar(_CALENDARS, holidays(*rows)).rows() == [
            ("office", date(2026, 10, 1), False, True, "National Day"),
            ("outlet", date(2026, 10, 1), True, False, "Open all the same"),
        ]


def test_a_calendar_without_a_country_has_its_own_rows_only() -> None:
    own = ("delivery", None, date(2026, 10, 1), "Closed", False, False)
    country = (None, "CN", date(2026, 10, 2), "National Day", False, False)
    spread = holidays_by_calendar(_CALENDARS, holidays(own, country))
    assert spread.filter(calendar="delivery")["local_on"].to_list() == [date(2026, 10, 1)]


def test_without_calendars_or_holidays_nothing_is_spread() -> None:
    columns = ["calendar", "local_on", "is_working", "is_provisional", "name"]
    assert holidays_by_calendar(_CALENDARS, holidays()).columns == columns
    day = (None, "CN", date(2026, 10, 1), "National Day", False, False)
    assert holidays_by_calendar(_CALENDARS.clear(), holidays(day)).is_empty()


def test_a_home_s_row_about_a_country_leaves_the_library_s_out() -> None:
    corrected = (None, "CN", date(2027, 1, 1), "As announced", False, False)
    calendar_s = ("outlet", None, date(2027, 1, 2), "Closed", False, False)
    completed = with_public_holidays(_CALENDARS, holidays(corrected, calendar_s))
    assert completed.head(2).rows() == [corrected, calendar_s]
    new_year = completed.filter(pl.col("date") == date(2027, 1, 1))
    assert new_year["name"].to_list() == ["As announced"]
    assert completed.filter(pl.col("date") == date(2027, 1, 2)).height == 2
    assert set(completed["date"].dt.year()) == set(known_years())


def test_calendars_without_a_country_get_no_public_holidays() -> None:
    nowhere = _CALENDARS.with_columns(country=pl.lit(None, pl.String))
    own = holidays(("outlet", None, date(2027, 1, 2), "Closed", False, False))
    assert with_public_holidays(nowhere, own).equals(own)
