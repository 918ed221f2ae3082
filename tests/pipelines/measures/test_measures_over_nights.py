"""Clocks, backlog, stages and days due move with events, rules and "now": as in a rebuild, always.

Tickets by themselves are in test_rebuild.py. To add a kind: its file in `_FILES`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.pipelines.small_home import REFERENCE, SmallHome, new_home

pytestmark = pytest.mark.slow

KINDS = ("tickets", "ticket_events", "deliveries", "delivery_events")
# Friday is 20 March; 4 to 6 April 2026 are public holidays.
RULES = {
    **REFERENCE,
    "org_units": "id,parent_id,kind,calendar\nHQ,,company,\nPD,HQ,outlet,office\nPX,HQ,outlet,\n",
    "calendars": "calendar,weekday,start,end,country\n"
    + "".join(f"office,{weekday},09:00,18:00,CN\n" for weekday in range(1, 6)),
    "service_levels": "service_level,limit_working_days,calendar,cut_off_time\n"
    "express,2,office,17:00\n",
    "sla_policies": "kind,clock,target_minutes,pause_statuses\n"
    ",first_response,120,\ncomplaint,resolution,960,paused\n",
}
FRIDAY = date(2026, 3, 20)
AS_OF = date(2026, 3, 28)

# A row is what it is of, its version (an hour, or none), and a flavour that says all else of it.
Row = tuple[int, int | None, int]
rows = st.tuples(st.integers(1, 4), st.none() | st.integers(0, 3), st.integers(0, 5))
nights = st.lists(
    st.fixed_dictionaries({kind: st.lists(rows, max_size=5) for kind in KINDS}),
    min_size=1,
    max_size=3,
)
whole_nights = settings(max_examples=5, phases=set(Phase) - {Phase.shrink})


def _version(hour: int | None) -> str:
    return "" if hour is None else f"2026-03-27 {hour:02}:00"


def ticket_line(row: Row) -> str:
    number, hour, flavour = row
    line = (
        "complaint,phone,PD,open,2026-03-20 16:00,,",
        "complaint,web,PD,resolved,2026-03-20 16:00,2026-03-24 10:00,2026-03-23 12:00",
        "request,phone,PX,open,2026-03-26 09:00,2026-03-30 12:00,",
        "complaint,phone,PX,closed,2026-03-10 09:00,,2026-03-28 09:00",
        "complaint,phone,PD,cancelled,2026-03-20 16:00,,",
        "grumble,phone,PD,open,2026-03-20 16:00,,",
    )[flavour]
    return f"T{number},{line},{_version(hour)}\n"


def ticket_event_line(row: Row) -> str:
    number, hour, flavour = row
    status = ("paused", "open", "paused", "reopened", "resolved", "paused")[flavour]
    return f"T{number},2026-03-{20 + flavour} {16 + (hour or 0)}:30,{status}\n"


def delivery_line(row: Row) -> str:
    number, hour, flavour = row
    line = (
        "express,PD,2026-03-20 10:00,,,in_transit,true",
        "express,PX,2026-03-21 10:00,,2026-03-23 09:00,delivered,",
        "express,PD,2026-03-26 09:00,2026-03-27 18:00,,in_transit,false",
        "other,PX,2026-03-10 09:00,,2026-03-13 10:00,delivered,",
        "express,PD,2026-03-20 10:00,,,cancelled,",
        "express,PD,2026-03-20 10:00,,,vanished,",
    )[flavour]
    return f"W{number},{line},{_version(hour)}\n"


def delivery_event_line(row: Row) -> str:
    number, hour, flavour = row
    event = ("picked_up", "hub_in", "hub_out", "attempt", "delivered", "hub_in")[flavour]
    return f"W{number},2026-03-{20 + flavour // 2} {9 + (hour or 0):02}:00,{event}\n"


_FILES: dict[str, tuple[str, Callable[[Row], str]]] = {
    "tickets": (
        "ticket_id,kind,channel,org_unit_id,status,opened_at,promised_at,resolved_at,updated_at\n",
        ticket_line,
    ),
    "ticket_events": ("ticket_id,at,status\n", ticket_event_line),
    "deliveries": (
        "waybill_no,service_level,org_unit_id,picked_up_at,promised_at,delivered_at,status,"
        "is_same_city,updated_at\n",
        delivery_line,
    ),
    "delivery_events": ("waybill_no,at,event\n", delivery_event_line),
}


def home_of_four_kinds(root: Path) -> SmallHome:
    small = new_home(root, (), RULES)
    for kind in KINDS:
        small.write(f"sources/{kind}.toml", f'kind = "{kind}"\nfiles = "{kind}/*.csv"\n')
    return small


def land_rows(small: SmallHome, kind: str, name: object, of_file: Sequence[Row]) -> None:
    header, line_of = _FILES[kind]
    small.land(f"{kind}/{name}.csv", header + "".join(map(line_of, of_file)))


def assert_as_rebuilt(small: SmallHome, as_of: date) -> None:
    night_by_night = small.contents()
    small.home.warehouse.unlink()
    small.take_up(as_of, kinds=KINDS)
    assert small.contents() == night_by_night


def due(small: SmallHome) -> list[tuple[date, int, int]]:
    """Return the days on which deliveries fell due: how many met that, how many missed it."""
    return small.rows(
        "select day, sum(delivery_promises_met)::int as met, "
        "sum(delivery_promises_missed)::int as missed from measures.deliveries "
        "group by day having met + missed > 0 order by day"
    )


@given(nights, st.sampled_from([0, 1, 3, 10]))
@whole_nights
def test_nights_one_by_one_give_what_a_rebuild_gives(
    nights: list[dict[str, list[Row]]], days_between: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = home_of_four_kinds(Path(folder))
        as_of = AS_OF
        for number, of_night in enumerate(nights):
            for kind, of_kind in of_night.items():
                land_rows(small, kind, number, of_kind)
            as_of += timedelta(days=days_between)
            small.take_up(as_of, kinds=KINDS)
        assert_as_rebuilt(small, as_of)


def test_a_late_version_of_a_delivery_without_a_promise_counts_on_the_day_it_falls_due(
    tmp_path: Path,
) -> None:
    # Picked up on Friday, two working days: due on Tuesday, which no column of the record names.
    small = home_of_four_kinds(tmp_path)
    land_rows(small, "deliveries", "a", [(1, 1, 0)])
    small.take_up(AS_OF, kinds=KINDS)
    assert due(small) == [(date(2026, 3, 24), 0, 1)]
    header, _ = _FILES["deliveries"]
    delivered = "W1,express,PD,2026-03-20 10:00,,2026-03-23 10:00,delivered,,2026-03-27 02:00\n"
    small.land("deliveries/b.csv", header + delivered)
    small.take_up(AS_OF, kinds=KINDS)
    assert due(small) == [(date(2026, 3, 24), 1, 0)]
    # After the cut-off it counts as Monday's.
    later = delivered.replace("20 10:00", "20 17:01").replace("27 02:00", "27 03:00")
    small.land("deliveries/c.csv", header + later)
    small.take_up(AS_OF, kinds=KINDS)
    assert due(small) == [(date(2026, 3, 25), 1, 0)]
    assert_as_rebuilt(small, AS_OF)


@pytest.mark.parametrize(
    ("file", "content", "due_on"),
    [
        (
            "service_levels",
            "service_level,limit_working_days,calendar,cut_off_time\nexpress,3,office,\n",
            date(2026, 3, 25),
        ),
        ("holidays", "calendar,date\noffice,2026-03-23\n", date(2026, 3, 25)),
        (
            "calendars",
            "calendar,weekday,start,end\n"
            + "".join(f"office,{weekday},09:00,18:00\n" for weekday in range(1, 8)),
            date(2026, 3, 22),
        ),
    ],
)
def test_another_rule_moves_what_is_known_already(
    tmp_path: Path, file: str, content: str, due_on: date
) -> None:
    small = home_of_four_kinds(tmp_path)
    land_rows(small, "deliveries", "a", [(1, 1, 0)])
    land_rows(small, "tickets", "a", [(1, 1, 0), (2, 1, 1)])
    small.take_up(AS_OF, kinds=KINDS)
    small.write(f"reference/{file}.csv", content)
    small.take_up(AS_OF, kinds=KINDS)
    assert [day for day, _, _ in due(small)] == [due_on]
    assert_as_rebuilt(small, AS_OF)


def test_deliveries_on_their_way_are_judged_anew_as_now_moves_on(tmp_path: Path) -> None:
    # Same city: picked up on Friday the 20th, due on the 24th, totally delayed from the 28th.
    small = home_of_four_kinds(tmp_path)
    land_rows(small, "deliveries", "a", [(1, 1, 0)])
    measured = (
        "select sum(decided_within_48h)::int, sum(decided_within_72h)::int, "
        "sum(deliveries_due)::int, sum(total_delays)::int from measures.deliveries"
    )
    judged = {}
    for day in (20, 21, 22, 23, 24, 26, 27, 28, 31):
        small.take_up(date(2026, 3, day), kinds=KINDS)
        judged[day] = small.rows(measured)[0]
    assert judged == {
        20: (0, 0, 0, 0),
        21: (0, 0, 0, 0),
        22: (1, 0, 0, 0),
        23: (1, 1, 0, 0),
        24: (1, 1, 1, 0),
        26: (1, 1, 1, 0),
        27: (1, 1, 1, 0),
        28: (1, 1, 1, 1),
        31: (1, 1, 1, 1),
    }
    assert_as_rebuilt(small, date(2026, 3, 31))


def test_clocks_and_backlog_follow_now_there_and_back(tmp_path: Path) -> None:
    small = home_of_four_kinds(tmp_path)
    land_rows(small, "tickets", "a", [(1, 1, 0)])
    states = "select clock, state from records.clocks order by clock"
    stock = "select day, age_band, backlog_open, backlog_overdue from measures.backlog order by day"
    small.take_up(FRIDAY, kinds=KINDS)
    # Opened at 16:00; two working hours end at 18:00 that day, sixteen on Tuesday at 14:00.
    assert small.rows(states) == [("first_response", "missed"), ("resolution", "running")]
    assert small.rows(stock) == [(FRIDAY, "00-01", 1, 0)]
    on_friday = small.contents()
    tuesday = date(2026, 3, 24)
    small.take_up(tuesday, kinds=KINDS)
    assert small.rows(states) == [("first_response", "missed"), ("resolution", "missed")]
    assert small.rows(stock) == [
        (FRIDAY, "00-01", 1, 0),
        (date(2026, 3, 21), "00-01", 1, 0),
        (date(2026, 3, 22), "02-03", 1, 0),
        (date(2026, 3, 23), "02-03", 1, 0),
        (tuesday, "04-07", 1, 1),
    ]
    # The pause of events that come in late pushes the day due.
    small.land(
        "ticket_events/a.csv",
        "ticket_id,at,status\nT1,2026-03-23 09:00,paused\nT1,2026-03-23 17:30,open\n",
    )
    small.take_up(tuesday, kinds=KINDS)
    assert small.rows(states) == [("first_response", "missed"), ("resolution", "running")]
    pushed = "select due_on, paused_seconds from records.clocks where clock = 'resolution'"
    assert small.rows(pushed) == [(date(2026, 3, 25), 8.5 * 3600)]
    assert_as_rebuilt(small, tuesday)
    for file in (small.root / "landing/ticket_events").iterdir():
        file.unlink()
    (small.root / "sources/ticket_events.toml").unlink()
    small.take_up(FRIDAY, kinds=KINDS)
    assert small.contents() == on_friday


def test_a_scan_that_comes_in_late_parts_its_stage_in_two(tmp_path: Path) -> None:
    small = home_of_four_kinds(tmp_path)
    land_rows(small, "deliveries", "a", [(1, 1, 1)])
    land_rows(small, "delivery_events", "a", [(1, 0, 0), (1, 0, 4)])
    stages = "select stage, day, stage_seconds from measures.delivery_stages order by day, stage"
    small.take_up(AS_OF, kinds=KINDS)
    delivered_on = date(2026, 3, 22)
    assert small.rows(stages) == [("picked_up > delivered", delivered_on, 48 * 3600)]
    land_rows(small, "delivery_events", "b", [(1, 1, 2)])
    small.take_up(AS_OF, kinds=KINDS)
    assert small.rows(stages) == [
        ("picked_up > hub_out", date(2026, 3, 21), 25 * 3600),
        ("hub_out > delivered", delivered_on, 23 * 3600),
    ]
    assert_as_rebuilt(small, AS_OF)
