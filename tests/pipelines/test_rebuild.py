"""Bronze is the truth: nights one by one, a rebuild, and all at once give the same tables."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.nightly import run_rebuild
from tests.pipelines.small_home import (
    LATER,
    TICKETS_HEADER,
    SmallHome,
    moved_on_home,
    new_home,
    take_up,
)

pytestmark = pytest.mark.slow


# A row is its ticket, the hour of its version (or none) and a flavour that says all else of it.
Row = tuple[str, int | None, int]
tickets = st.sampled_from(["T1", "T2", "T3", "T4"])
any_row = st.tuples(tickets, st.none() | st.integers(0, 3), st.integers(0, 5))
# Here the version says all else, so that two rows with one time are exact copies.
row_by_its_time = st.tuples(tickets, st.integers(0, 5)).map(lambda row: (*row, row[1]))
# An example takes a second or two: making a failing one smaller would take minutes.
whole_nights = settings(max_examples=8, phases=set(Phase) - {Phase.shrink})


def nights_of(rows: st.SearchStrategy[Row]) -> st.SearchStrategy[list[list[list[Row]]]]:
    """Draw nights, each with files, each with rows."""
    files = st.lists(rows, max_size=5)
    return st.lists(st.lists(files, min_size=1, max_size=2), min_size=1, max_size=3)


def line_of(row: Row) -> str:
    """Return the line of an export: flavours differ in day, unit, promise, and what they break."""
    ticket, hour, flavour = row
    kind, unit, promised = (
        ("complaint", "PD", "2026-03-20 12:00"),
        ("request", "PX", "2026-03-31 23:00"),
        ("complaint", "PX", "2026-04-01 09:00"),
        ("complaint", "nowhere", ""),
        ("grumble", "PD", ""),
        ("request", "PD", ""),
    )[flavour]
    resolved = "2026-03-01 09:00" if flavour == 5 else ""  # before it was opened
    opened = f"2026-03-{10 + flavour:02} 09:00"
    updated = "" if hour is None else f"2026-03-25 {hour:02}:00"
    return f"{ticket},{kind},phone,{unit},open,{opened},{promised},{resolved},{updated}\n"


def land_file(small: SmallHome, name: str, rows: Sequence[Row]) -> None:
    small.land(f"tickets/{name}.csv", TICKETS_HEADER + "".join(map(line_of, rows)))


def assert_every_row_is_accounted_for(small: SmallHome) -> None:
    for file, (read, accepted, superseded, quarantined) in small.account().items():
        landed = (small.root / "landing" / file).read_text(encoding="utf-8")
        assert read == landed.count("\n") - 1
        assert read == accepted + superseded + quarantined
    of_tables = [
        dict(small.rows(f"select batch_number, count(*) from {table} group by 1"))
        for table in ("records.tickets", "superseded.tickets", "records.quarantine")
    ]
    for number, *counts in small.rows(
        "select batch_number, accepted, superseded, quarantined from intake.batches"
    ):
        assert counts == [rows.get(number, 0) for rows in of_tables]


@given(nights_of(any_row), st.sampled_from([0, 1, 3]))
@whole_nights
def test_nights_one_by_one_give_what_a_rebuild_gives(
    nights: list[list[list[Row]]], days_between: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = new_home(Path(folder), ["tickets"])
        as_of = date(2026, 3, 28)
        for night, files in enumerate(nights):
            for place, rows in enumerate(files):
                land_file(small, f"{night}-{place}", rows)
            land_file(small, f"{night}-again", nights[0][0])
            as_of += timedelta(days=days_between)
            small.take_up(as_of, kinds=["tickets"])
            assert_every_row_is_accounted_for(small)
        night_by_night = small.contents()
        small.home.warehouse.unlink()
        small.take_up(as_of, kinds=["tickets"])
        assert small.contents() == night_by_night


@given(nights_of(row_by_its_time), st.randoms(use_true_random=False))
@whole_nights
def test_nights_one_by_one_give_what_all_files_at_once_in_any_order_give(
    nights: list[list[list[Row]]], chance: object
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one_by_one = new_home(Path(folder) / "one-by-one", ["tickets"])
        at_once = new_home(Path(folder) / "at-once", ["tickets"])
        files = [rows for night in nights for rows in night]
        names = list(range(len(files)))
        chance.shuffle(names)
        for name, rows in zip(names, files, strict=True):
            land_file(at_once, str(name), rows)
        at_once.take_up(kinds=["tickets"])
        for night, of_night in enumerate(nights):
            for place, rows in enumerate(of_night):
                land_file(one_by_one, f"{night}-{place}", rows)
            one_by_one.take_up(kinds=["tickets"])
        assert one_by_one.contents(numbered=False) == at_once.contents(numbered=False)


def test_the_same_bytes_under_another_name_change_nothing(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    land_file(small, "a", [("T1", 1, 0), ("T2", 1, 4)])
    small.take_up(kinds=["tickets"])
    before = small.contents()
    land_file(small, "b", [("T1", 1, 0), ("T2", 1, 4)])
    night = small.take_up(kinds=["tickets"])
    assert small.contents() == before
    assert [file.en for file in night.landed.doubled] == [
        "tickets/b.csv has the same bytes as tickets/a.csv and is not counted twice."
    ]


def test_a_row_that_comes_again_in_another_file_is_superseded(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    land_file(small, "a", [("T1", 1, 0)])
    land_file(small, "b", [("T1", 1, 0), ("T2", 1, 1), ("T3", 1, 4)])
    small.take_up(kinds=["tickets"])
    assert small.account() == {"tickets/a.csv": (1, 0, 1, 0), "tickets/b.csv": (3, 2, 0, 1)}


def test_only_the_days_that_a_batch_touches_are_summed_again(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    land_file(small, "a", [("T1", 1, 0), ("T2", 1, 2)])
    small.take_up(kinds=["tickets"])
    land_file(small, "b", [("T3", 1, 2)])
    with small.stages() as night:
        night.warehouse.connection.execute("update measures.tickets set complaints_opened = 77")
        take_up(night, ["tickets"])
    assert small.rows(
        "select day, sum(complaints_opened) from measures.tickets "
        "where day in ('2026-03-10', '2026-03-12') group by day order by day"
    ) == [(date(2026, 3, 10), 77), (date(2026, 3, 12), 2)]


def test_a_day_to_come_has_no_figures_while_what_falls_due_then_is_open(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    land_file(small, "a", [("T1", 1, 2)])  # promised for the morning of 2026-04-01
    days = "select distinct day from measures.clocks order by day"
    small.take_up(date(2026, 3, 31), kinds=["tickets"])
    assert small.rows(days) == [(date(2026, 3, 12),)]
    small.take_up(date(2026, 4, 1), kinds=["tickets"])
    assert small.rows(days) == [(date(2026, 3, 12),), (date(2026, 4, 1),)]


def test_a_source_that_is_removed_takes_its_rows_along(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    small.write("sources/other.toml", 'kind = "tickets"\nfiles = "other/*.csv"\n')
    land_file(small, "a", [("T1", 1, 0)])
    small.land("other/b.csv", TICKETS_HEADER + line_of(("T1", 2, 1)))
    small.take_up(kinds=["tickets"])
    assert small.rows("select source from records.tickets") == [("other",)]
    (small.root / "sources/other.toml").unlink()
    small.take_up(kinds=["tickets"])
    assert small.rows("select source from records.tickets") == [("tickets",)]
    assert list(small.account()) == ["tickets/a.csv"]


def test_a_source_with_a_broken_definition_keeps_its_rows(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    land_file(small, "a", [("T1", 1, 0)])
    small.take_up(kinds=["tickets"])
    before = small.contents()
    small.write("sources/tickets.toml", 'kind = "tickets"\nfiels = "tickets/*.csv"\n')
    night = small.take_up(kinds=["tickets"])
    assert len(night.source_refusals) == 1
    assert small.contents() == before


def test_a_source_of_another_kind_than_before_leaves_nothing_behind(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    small.land(
        "tickets/a.csv",
        "ticket_id,duty_id,kind,org_unit_id,title,status,opened_at,due_on\n"
        "T1,D1,complaint,PD,Fire drill,open,2026-03-02 09:00,2026-03-02\n",
    )
    kinds = ["duties", "tickets"]
    small.take_up(kinds=kinds)
    assert small.rows("select count(*) from records.tickets") == [(1,)]
    small.write("sources/tickets.toml", 'kind = "duties"\nfiles = "tickets/*.csv"\n')
    small.take_up(kinds=kinds)
    assert small.rows("select count(*) from records.tickets") == [(0,)]
    assert small.rows("select count(*) from records.duties") == [(1,)]
    assert small.rows("select sum(tickets_opened) from measures.tickets") == [(None,)]
    assert small.rows("select kind, accepted from intake.batches") == [("duties", 1)]


def test_real_nights_give_what_a_real_rebuild_publishes(tmp_path: Path) -> None:
    small = moved_on_home(tmp_path)
    night_by_night = small.contents(of="snapshot")
    assert run_rebuild(small.home, LATER).exit_code == 0
    assert small.contents(of="snapshot") == night_by_night
    assert small.contents(of="warehouse") == night_by_night
