"""Slots know which quarter hours are worked, wherever the clocks are moved; days know which are."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.clocks_by_hand import ROUND_THE_CLOCK, Rules
from tests.transforms.hand_made_clocks import (
    OFFICE,
    SHANGHAI,
    at,
    clock_time,
    hours,
    rules,
    slots_of,
    special_day,
)
from tests.transforms.random_clocks import ZONES, random_calendars, random_holidays
from transforms.working_time import make_days

QUARTER = timedelta(minutes=15)
NIGHTS = hours("night", range(1, 8), "00:00-06:00")


def slots(of: Rules, calendar: str = "office", *, on: str | None = None) -> pl.DataFrame:
    """Return the slots of a calendar in the zone of the only unit, of one local day if given."""
    (unit,) = of.units
    rows = slots_of(of).filter(calendar=f"{calendar}@{unit['time_zone']}").sort("starts_at")
    return rows if on is None else rows.filter(local_on=date.fromisoformat(on))


def working_minutes(rows: pl.DataFrame) -> list[int]:
    """Return the local minutes of the day at which working quarters begin."""
    return rows.filter("is_working")["local_minute"].to_list()


def quarters(*stretches: str) -> list[int]:
    return [
        minute
        for stretch in stretches
        for minute in range(*(clock_time(bound) for bound in stretch.split("-")), 15)
    ]


def test_a_monday_of_the_office_is_worked_before_and_after_lunch() -> None:
    monday = slots(rules(), on="2025-06-09")
    assert monday.height == 96
    assert working_minutes(monday) == quarters("08:30-12:00", "13:30-18:00")
    assert monday["starts_at"][0] == at("2025-06-09 00:00")


def test_a_slot_is_found_by_its_day_and_quarter_of_utc() -> None:
    slot = slots(rules()).filter(day=date(2025, 6, 8), quarter=67)  # 16:45 UTC, 00:45 in Shanghai
    assert slot.select("starts_at", "local_on", "local_minute").rows() == [
        (at("2025-06-09 00:45"), date(2025, 6, 9), 45)
    ]


def test_every_quarter_hour_of_the_days_covered_has_one_slot() -> None:
    rows = slots(rules(covering=("2025-06-02", "2025-06-08")))
    starts = rows["starts_at"]
    assert (starts[0], starts[-1]) == (at("2025-06-02 00:00"), at("2025-06-08 23:45"))
    assert starts.diff().drop_nulls().unique().to_list() == [QUARTER]
    assert rows.height == 7 * 96


def test_a_weekend_is_not_worked_and_is_no_holiday() -> None:
    for day in ("2025-06-07", "2025-06-08"):
        rows = slots(rules(), on=day)
        assert not rows["is_working"].any()
        assert not rows["is_holiday"].any()


def test_a_holiday_is_not_worked_from_midnight_to_midnight() -> None:
    rows = slots(rules(holidays=[special_day("2025-06-09")]))
    assert not rows.filter(local_on=date(2025, 6, 9))["is_working"].any()
    assert rows.filter("is_holiday")["local_on"].unique().to_list() == [date(2025, 6, 9)]
    assert rows["is_holiday"].sum() == 96
    last = rows[-1].row(0, named=True)
    assert last["holiday_seconds_before"] == 24 * 3600


def test_a_make_up_saturday_has_its_own_hours_or_else_those_of_monday() -> None:
    make_up = [special_day("2025-06-07", is_working=True)]
    without = slots(rules(holidays=make_up), on="2025-06-07")
    assert working_minutes(without) == quarters("08:30-12:00", "13:30-18:00")
    saturdays = [*OFFICE, *hours("office", [6], "09:00-11:00")]
    own = slots(rules(holidays=make_up, calendars=saturdays), on="2025-06-07")
    assert working_minutes(own) == quarters("09:00-11:00")


def test_a_make_up_day_of_an_office_closed_on_mondays_has_the_hours_of_tuesday() -> None:
    late_week = [*hours("office", [2], "10:00-12:00"), *hours("office", [3, 4, 5], "08:00-18:00")]
    make_up = [special_day("2025-06-07", is_working=True)]
    saturday = slots(rules(holidays=make_up, calendars=late_week), on="2025-06-07")
    assert working_minutes(saturday) == quarters("10:00-12:00")


def test_round_the_clock_is_a_calendar_without_holidays() -> None:
    rows = slots(rules(holidays=[special_day("2025-06-09")]), ROUND_THE_CLOCK)
    assert rows["is_working"].all()
    assert not rows["is_holiday"].any()


def test_a_day_not_yet_announced_is_provisional_whether_off_or_worked() -> None:
    days = [
        special_day("2025-06-09", is_provisional=True),
        special_day("2025-06-07", is_working=True, is_provisional=True),
        special_day("2025-06-10"),
    ]
    rows = slots(rules(holidays=days))
    assert rows.filter("is_provisional")["local_on"].unique().sort().to_list() == [
        *(date(2025, 6, 7), date(2025, 6, 9)),
    ]


def test_a_calendar_begins_with_its_first_version_and_changes_with_the_next() -> None:
    versions = [
        *hours("office", [1, 2], "09:00-10:00", since=date(2025, 6, 2), until=date(2025, 6, 9)),
        *hours("office", [1, 2], "14:00-15:00", since=date(2025, 6, 10)),
    ]
    rows = slots(rules(calendars=versions))
    assert rows["local_on"].min() == date(2025, 6, 2)
    assert working_minutes(rows.filter(local_on=date(2025, 6, 9))) == quarters("09:00-10:00")
    assert working_minutes(rows.filter(local_on=date(2025, 6, 10))) == quarters("14:00-15:00")


@pytest.mark.parametrize(
    ("zone", "day", "slots_of_day", "worked_hours"),
    [
        ("America/New_York", "2025-03-09", 92, 5),  # from 02:00 to 03:00 there is no time
        ("America/New_York", "2025-11-02", 100, 7),  # 01:00 to 02:00 comes twice
        ("Europe/Berlin", "2025-03-30", 92, 5),
        ("Europe/Berlin", "2025-10-26", 100, 7),
        ("Australia/Lord_Howe", "2025-04-06", 98, 6.5),
    ],
)
def test_a_night_shift_is_as_long_as_the_clocks_let_it_be(
    zone: str, day: str, slots_of_day: int, worked_hours: float
) -> None:
    of = rules(calendars=NIGHTS, zone=zone, covering=("2025-02-01", "2025-12-01"))
    rows = slots(of, "night", on=day)
    assert rows.height == slots_of_day
    assert rows["is_working"].sum() == 4 * worked_hours


def test_one_calendar_opens_at_each_place_by_the_local_clock() -> None:
    shanghai, berlin = (
        slots(rules(zone=zone), on="2025-06-09").filter("is_working")["starts_at"][0]
        for zone in (SHANGHAI, "Europe/Berlin")
    )
    assert berlin - shanghai == timedelta(hours=6)


def test_days_number_the_working_days_and_give_others_the_number_of_the_next() -> None:
    days = make_days(
        slots_of(
            rules(
                holidays=[special_day("2025-06-09"), special_day("2025-06-15", is_working=True)],
                covering=("2025-06-05", "2025-06-16"),
            )
        )
    )
    office = days.filter(calendar=f"office@{SHANGHAI}").sort("local_on")
    assert office["local_on"].to_list() == [date(2025, 6, day) for day in range(5, 17)]
    first = office["working_day_number"][0]
    numbers = (office["working_day_number"] - first).to_list()
    #                  Th Fr Sa Su Mo Tu We Th Fr Sa Su Mo
    assert numbers == [0, 1, 2, 2, 2, 2, 3, 4, 5, 6, 6, 7]
    assert first == 1
    assert office.filter("is_holiday")["local_on"].to_list() == [date(2025, 6, 9)]
    assert office.filter(~pl.col("is_working_day"))["local_on"].to_list() == [
        *(date(2025, 6, 7), date(2025, 6, 8), date(2025, 6, 9), date(2025, 6, 14)),
    ]


def test_a_day_ends_with_the_last_microsecond_of_the_local_date() -> None:
    zone = "America/New_York"
    days = make_days(slots_of(rules(zone=zone, covering=("2025-03-08", "2025-03-10"))))
    office = days.filter(calendar=f"office@{zone}").sort("local_on")
    assert office["ends_at"].to_list() == [
        datetime.combine(date(2025, 3, day), time.max, ZoneInfo(zone)) for day in (8, 9, 10)
    ]


def test_days_say_which_are_provisional() -> None:
    holiday = special_day("2025-06-09", is_provisional=True)
    days = make_days(slots_of(rules(holidays=[holiday])))
    assert days.filter("is_provisional")["local_on"].to_list() == [date(2025, 6, 9)]


@pytest.mark.slow
@settings(max_examples=20)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(ZONES),
    st.sampled_from(("office", "night", ROUND_THE_CLOCK)),
)
def test_slots_are_what_the_minutes_say_one_by_one(seed: int, zone: str, calendar: str) -> None:
    of = random_rules(seed, zone)
    rows = slots(of, calendar)
    by_hand = [
        of.minute(calendar, zone, int(start.timestamp()) // 60 + minute)
        for start in rows["starts_at"]
        for minute in (0, 14)
    ]
    kinds = [kind for kind, _ in by_hand]
    assert kinds[::2] == kinds[1::2]
    assert rows["is_working"].to_list() == [kind == "working" for kind in kinds[::2]]
    assert rows["is_holiday"].to_list() == [kind == "holiday" for kind in kinds[::2]]
    assert rows["is_provisional"].to_list() == [may_change for _, may_change in by_hand[::2]]


@pytest.mark.slow
@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(ZONES))
def test_what_lies_before_a_slot_is_the_sum_of_the_slots_before_it(seed: int, zone: str) -> None:
    for _, rows in slots_of(random_rules(seed, zone)).sort("starts_at").group_by("calendar"):
        for before, counts in (
            ("seconds_before", pl.col("starts_at").is_not_null()),
            ("working_seconds_before", pl.col("is_working")),
            ("holiday_seconds_before", pl.col("is_holiday")),
        ):
            steps = rows.select(
                expected=(counts.cast(pl.Int64) * 900).cum_sum().shift(1, fill_value=0),
                actual=pl.col(before) - pl.col(before).first(),
            )
            assert steps["expected"].to_list() == steps["actual"].to_list()
        numbers = rows.select("working_number", "is_working")
        worked = numbers.filter("is_working")["working_number"]
        assert worked.to_list() == list(range(len(worked)))
        assert numbers["working_number"].null_count() == rows.height - len(worked)


def random_rules(seed: int, zone: str) -> Rules:
    """Return random calendars, around days on which clocks of Berlin and Lord Howe are moved."""
    chance = Random(seed)
    first = date(2025, 3, 27)
    return rules(
        calendars=random_calendars(chance, first),
        holidays=random_holidays(chance, first),
        zone=zone,
        covering=("2025-03-24", "2025-04-12"),
    )
