"""Every row read is accepted, superseded or held, and held rows are tried again in time."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipelines.records.assets import take_in_pending
from pipelines.sources.landing import land
from quality.contracts import RECORD_KINDS
from quality.gate import rule_sentence
from tests.pipelines.small_home import REFERENCE, TICKETS_HEADER, SmallHome, new_home

pytestmark = pytest.mark.slow  # each builds a home and takes it in

KINDS = ["tickets"]
GOOD = "T1,complaint,phone,PD,open,2026-03-02 09:00,,,\n"
STRANGER = "T2,complaint,phone,NEW,open,2026-03-02 23:30,,,\n"
GRUMBLE = "T3,grumble,phone,PD,open,2026-03-02 09:00,,,\n"


@pytest.fixture
def small(tmp_path: Path) -> SmallHome:
    return new_home(tmp_path, KINDS)


def held(small: SmallHome) -> list[tuple[int, list[str]]]:
    """Return (row, rules broken) of every row in quarantine."""
    return small.rows("select row_number, broken_rules from records.quarantine order by all")


def test_rows_of_an_unknown_unit_are_accepted_once_the_unit_is_registered(
    small: SmallHome,
) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + GOOD + STRANGER)
    small.take_up(kinds=KINDS)
    assert held(small) == [(3, ["org_unit_id_is_registered"])]
    assert small.account() == {"tickets/a.csv": (2, 1, 0, 1)}
    small.write("reference/org_units.csv", REFERENCE["org_units"] + "NEW,HQ,outlet\n")
    small.take_up(kinds=KINDS)
    assert held(small) == []
    assert small.account() == {"tickets/a.csv": (2, 2, 0, 0)}
    assert small.rows("select sum(tickets_opened) from measures.tickets") == [(2,)]


def test_only_batches_with_held_rows_are_tried_again_when_reference_tables_grow(
    small: SmallHome,
) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + GOOD)
    small.land("tickets/b.csv", TICKETS_HEADER + STRANGER)
    small.take_up(kinds=KINDS)
    small.write("reference/org_units.csv", REFERENCE["org_units"] + "OTHER,HQ,outlet\n")
    with small.stages() as night:
        night.landed = land(night.home, night.sources, night.ledger)
        counts = take_in_pending(night, RECORD_KINDS["tickets"])
    assert [count.batch.file for count in counts] == ["tickets/b.csv"]


def test_a_unit_that_is_struck_off_has_its_rows_held(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + GOOD)
    small.take_up(kinds=KINDS)
    small.write("reference/org_units.csv", "id,parent_id,kind\nHQ,,company\nPX,HQ,outlet\n")
    small.take_up(kinds=KINDS)
    assert held(small) == [(2, ["org_unit_id_is_registered"])]
    assert small.account() == {"tickets/a.csv": (1, 0, 0, 1)}
    assert small.rows("select * from measures.tickets") == []


def test_a_corrected_mapping_frees_the_rows_that_it_held(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + GOOD + GRUMBLE)
    small.take_up(kinds=KINDS)
    assert held(small) == [(3, ["kind_is_known"])]
    toml = small.root / "sources/tickets.toml"
    toml.write_text(
        toml.read_text()
        + '[columns]\nkind = { from = "kind", values = { grumble = "complaint" } }\n'
    )
    small.take_up(kinds=KINDS)
    assert held(small) == []
    assert small.rows("select sum(complaints_opened) from measures.tickets") == [(2,)]


def test_a_unit_whose_time_zone_becomes_known_has_its_days_counted_anew(
    small: SmallHome,
) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + "T1,request,web,PD,open,2026-03-02 23:30,,,\n")
    small.take_up(kinds=KINDS)
    assert small.rows("select opened_on from records.tickets") == [(date(2026, 3, 2),)]
    small.write(
        "reference/org_units.csv",
        "id,parent_id,kind,time_zone\nHQ,,company,\nPD,HQ,outlet,Asia/Tokyo\nPX,HQ,outlet,\n",
    )
    small.take_up(kinds=KINDS)
    assert small.rows("select opened_on from records.tickets") == [(date(2026, 3, 3),)]
    assert small.rows("select day, tickets_opened from measures.tickets") == [(date(2026, 3, 3), 1)]


def test_a_source_may_register_units_that_nobody_listed(small: SmallHome) -> None:
    toml = small.root / "sources/tickets.toml"
    toml.write_text(toml.read_text() + 'unknown_references = "register"\n')
    small.land("tickets/a.csv", TICKETS_HEADER + STRANGER)
    small.take_up(kinds=KINDS)
    assert held(small) == []
    assert small.rows("select org_unit_id from measures.tickets") == [("NEW",)]


def test_a_stricter_setting_holds_rows_that_were_accepted(small: SmallHome) -> None:
    early = "T1,complaint,phone,PD,resolved,2026-03-02 09:00:30,,2026-03-02 09:00:00,\n"
    small.land("tickets/a.csv", TICKETS_HEADER + early)
    small.take_up(kinds=KINDS)
    assert held(small) == []
    small.write("settings.toml", 'time_zone = "Asia/Shanghai"\ntolerance_seconds = 0\n')
    small.take_up(kinds=KINDS)
    assert held(small) == [(2, ["resolved_at_is_not_before_opened_at"])]


def test_a_held_row_keeps_what_landed_and_all_that_it_broke(small: SmallHome) -> None:
    bad = "T9,grumble,phone,NEW,open,sometime,,,\n"
    small.land("tickets/a.csv", TICKETS_HEADER + bad + "T8,too,short\n")
    small.take_up(kinds=KINDS)
    rows = small.rows(
        "select row_number, org_unit_id, record_key, broken_rules, landed, day "
        "from records.quarantine order by row_number"
    )
    (number, unit, key, rules, landed, day), ragged = rows
    assert (number, unit, key, day) == (2, "NEW", "T9", None)
    assert rules == ["kind_is_known", "opened_at_is_readable", "org_unit_id_is_registered"]
    assert json.loads(landed)["opened_at"] == "sometime"
    assert ragged[3:5] == (["row_has_every_column"], "T8,too,short")
    for rule in rules:
        assert all(rule_sentence(RECORD_KINDS["tickets"], rule))


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 250_000])
def test_batches_come_out_alike_however_many_rows_are_judged_at_once(
    small: SmallHome, rows_at_once: int
) -> None:
    small.write("settings.toml", f'time_zone = "Asia/Shanghai"\nrows_at_once = {rows_at_once}\n')
    small.land("tickets/a.csv", TICKETS_HEADER + GOOD + STRANGER + GRUMBLE)
    small.land("tickets/b.csv", TICKETS_HEADER)
    small.land("tickets/c.csv", TICKETS_HEADER + GOOD + STRANGER)
    small.take_up(kinds=KINDS)
    assert small.account() == {
        "tickets/a.csv": (3, 0, 1, 2),
        "tickets/b.csv": (0, 0, 0, 0),
        "tickets/c.csv": (2, 1, 0, 1),
    }


def test_each_refused_file_is_told_by_its_own_name_and_the_others_go_on(
    small: SmallHome,
) -> None:
    lacking = TICKETS_HEADER.replace(",kind,", ",sort,")
    for name in ("a", "b"):
        small.land(f"tickets/{name}.csv", lacking + GOOD.replace("T1", name))
    small.land("tickets/c.csv", TICKETS_HEADER + GOOD)
    night = small.take_up(kinds=KINDS)
    told = [en for en, _ in night.run.notes]
    assert [en.split(" has ")[0] for en in told] == ["tickets/a.csv", "tickets/b.csv"]
    assert small.rows("select file, state from intake.batches order by file") == [
        ("tickets/a.csv", "refused"),
        ("tickets/b.csv", "refused"),
        ("tickets/c.csv", "taken"),
    ]
    assert small.account()["tickets/c.csv"] == (1, 1, 0, 0)


def test_columns_that_nothing_reads_are_in_the_account(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER.replace("\n", ",mood\n") + GOOD.replace("\n", "x\n"))
    small.land("tickets/b.csv", TICKETS_HEADER + GOOD)
    small.take_up(kinds=KINDS)
    assert small.rows("select unused_columns from intake.batches order by file") == [
        (["mood"],),
        ([],),
    ]


def test_files_of_other_columns_in_the_same_source_are_read_each_in_its_way(
    small: SmallHome,
) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + GOOD)
    small.land(
        "tickets/b.csv",
        "opened_at,status,org_unit_id,kind,ticket_id\n2026-03-02 09:00,open,PX,request,T7\n",
    )
    small.take_up(kinds=KINDS)
    assert small.rows("select ticket_id, org_unit_id from records.tickets order by all") == [
        ("T1", "PD"),
        ("T7", "PX"),
    ]


def test_reshaping_sql_sees_each_file_whole_and_its_rows_keep_their_numbers(
    small: SmallHome,
) -> None:
    toml = small.root / "sources/tickets.toml"
    toml.write_text(
        toml.read_text() + '[reshape]\nsql = "select * from source qualify row_number() over '
        '(partition by ticket_id order by opened_at desc) = 1"\n'
    )
    small.write("settings.toml", 'time_zone = "Asia/Shanghai"\nrows_at_once = 1\n')
    small.land("tickets/a.csv", TICKETS_HEADER + GOOD + GOOD.replace("03-02", "03-05"))
    small.land("tickets/b.csv", TICKETS_HEADER + STRANGER)
    small.take_up(kinds=KINDS)
    assert small.rows("select row_number, opened_on from records.tickets") == [
        (3, date(2026, 3, 5))
    ]
    assert small.account() == {"tickets/a.csv": (1, 1, 0, 0), "tickets/b.csv": (1, 0, 0, 1)}
    assert small.rows("select rows_in_file from intake.batches order by file") == [(2,), (1,)]
