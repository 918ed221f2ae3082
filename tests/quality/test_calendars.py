"""Calendars: when rows overlap, when versions leave a gap, and the country they are in."""

from __future__ import annotations

import pytest

from tests.quality.reference_rows import GOOD, read
from transforms.refusal import Refusal


def test_overlaps_are_found_in_whatever_order_rows_stand() -> None:
    morning, late, *_ = GOOD["calendars"]
    whole_day = {"calendar": "office", "weekday": "1", "start": "08:00", "end": "20:00"}
    with pytest.raises(Refusal, match=r"row 2, .*must not overlap.* follow: 1"):
        read("calendars", [morning, late, whole_day])
    assert read("calendars", [late, {**whole_day, "weekday": "2"}, morning]).height == 3


def test_versions_of_a_calendar_overlap_only_where_both_are_in_force() -> None:
    *_, old, new, newest = GOOD["calendars"]
    with pytest.raises(Refusal, match=r"row 3, column start, .*must not overlap"):
        read("calendars", [old, {**new, "effective_from": "2025-12-31"}])
    with pytest.raises(Refusal, match=r"row 3, column start, .*must not overlap"):
        read("calendars", [{**old, "effective_to": ""}, new])
    with pytest.raises(Refusal, match=r"row 2, column start, .*must not overlap"):
        read("calendars", [new, {**old, "effective_to": ""}])
    assert read("calendars", [newest, new, old]).height == 3


def test_a_day_left_out_between_versions_of_a_calendar_is_a_gap_in_whatever_order() -> None:
    *_, old, new, newest = GOOD["calendars"]
    with pytest.raises(Refusal, match=r'row 4, column effective_to, value "2025-12-31": no day'):
        read("calendars", [newest, {**new, "effective_from": "2026-01-02"}, old])
    with pytest.raises(Refusal, match=r'row 3, column effective_to, value "2025-12-31": no day'):
        read("calendars", [newest, old])


def test_a_version_with_other_weekdays_or_another_calendar_in_between_is_no_gap() -> None:
    *_, old, new, newest = GOOD["calendars"]
    always = {"calendar": "counter", "weekday": "3", "start": "09:00", "end": "10:00"}
    assert read("calendars", [old, newest, {**always, "country": "CN"}]).height == 3
    elsewhere = {**new, "calendar": "office"}
    with pytest.raises(Refusal, match=r"row 2, column effective_to"):
        read("calendars", [old, newest, elsewhere])


def test_a_country_on_some_rows_of_a_calendar_only_is_refused() -> None:
    morning, late, *_ = GOOD["calendars"]
    with pytest.raises(Refusal, match=r'row 3, column country, value "": country must be the same'):
        read("calendars", [{**morning, "country": "CN"}, late])
    with pytest.raises(Refusal, match=r'row 3, column country, value "CN"'):
        read("calendars", [morning, {**late, "country": "CN"}])
