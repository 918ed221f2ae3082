"""What is wrong with a file, a row or a definition is told in a sentence, and the rest goes on.

To add a case: what is landed or configured in `_spoil`, and its sentence in _TOLD (files, sources,
reference tables) or in _HELD (rows).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.commands.status import held_rows
from pipelines.ledger import Run
from pipelines.nightly import run_nightly
from tests.pipelines.small_home import (
    LANDED,
    REFERENCE,
    TICKETS_HEADER,
    SmallHome,
    new_home,
    published_home,
)
from transforms.refusal import Refusal

pytestmark = pytest.mark.slow

_CHINESE = re.compile("[\u4e00-\u9fff]{4}")
_ROW = "{id},complaint,phone,PD,open,2026-03-09 09:00,,,\n"
_DUTIES_HEADER = LANDED["duties/all.csv"].splitlines()[0] + "\n"
_TICKETS = 'kind = "tickets"\nfiles = "{name}/*.csv"\n'

_TOLD = {
    "a file in another encoding": "encoded.csv is not utf-8: byte 90 (0xcb) in row 2 does not "
    'belong to it; encoding = "gb18030" would fit (sources/tickets.toml).',
    "a file that lacks a mapped column": "mapped/lacking.csv has no column No, from which "
    "sources/mapped.toml maps ticket_id: correct [columns] or have the export delivered as before; "
    "its columns: Number, kind, org_unit_id, status, opened_at.",
    "a file without a column that is needed": "duties/needed.csv has no column known to hold "
    "due_on: name it under [columns] in sources/duties.toml, or set it under [constants]; columns "
    "not used yet: day.",
    "a header with a column twice": 'doubled.csv has the column "title" 2 times: rename or remove '
    "all but one.",
    "an empty file": "empty.csv is empty (0 bytes): deliver the file again.",
    "a file that ends in mid-row": "truncated.csv ends in the middle of row 3 (2 of 7 columns): "
    "the export was cut off; deliver the whole file again.",
    "a workbook that is none": "broken.xlsx is no Excel workbook, or a broken one: export it again "
    "as .xlsx, or set format in sources/books.toml to what it is.",
    "a source with an unknown key": "sources/misspelt.toml: key fiels is not known: remove it or "
    "correct its spelling (docs/sources.md).",
    "a mapping of an unknown column": "sources/stray.toml: columns.ticket_number: tickets have no "
    "such column: correct its name (nearest: ticket_id).",
    "a reshaping that reads a file": "sources/reading.toml: the SQL under [reshape] fails "
    "(Permission Error: Cannot access file",
    "a reshaping that fails": "sources/failing.toml: the SQL under [reshape] fails (Binder Error: "
    'Referenced column "nonsense" not found in FROM clause!): correct it.',
    "a reshaping that is no SELECT": "sources/dropping.toml: the SQL under [reshape] is not one "
    "SELECT: write a single SELECT over source.",
    "a reference table that breaks its contract": "reference/accounts.csv, row 2, column kind, "
    'value "revenues": kind must be one of revenue, cost, expense, asset, liability, equity; '
    "correct it there.",
}


class _Held(NamedTuple):
    file: str
    row: int
    rule: str
    en: str


_HELD = {
    "a date that fits no format": _Held(
        "tickets/held.csv",
        2,
        "opened_at_is_readable",
        "opened_at must be readable as a date and time: correct it, or state its format in the "
        "source's mapping.",
    ),
    "an unknown outlet": _Held(
        "tickets/held.csv",
        3,
        "org_unit_id_is_registered",
        "org_unit_id must be listed in reference/org_units.csv: add it there or correct it.",
    ),
    "a negative count": _Held(
        "tickets/held.csv",
        4,
        "reopened_count_is_in_range",
        "reopened_count must be 0 or more: correct it in the source system or in the source's "
        "mapping.",
    ),
    "a line that is too short": _Held(
        "tickets/held.csv",
        5,
        "row_has_every_column",
        "The line must have as many fields as the header: look for a missing or unquoted "
        "delimiter in the export.",
    ),
    "a score off its scale": _Held(
        "surveys/held.csv",
        2,
        "overall_is_within_scale",
        "overall must lie between scale_min and scale_max: correct it in the source system or in "
        "the source's mapping.",
    ),
}


def _spoil(small: SmallHome) -> None:
    """Hand in everything that is wrong, each next to something of its source that is right."""
    text = TICKETS_HEADER + _ROW.format(id="投诉一")
    small.land("tickets/encoded.csv", text.encode("gb18030"))
    small.land(
        "tickets/held.csv",
        TICKETS_HEADER.replace("\n", ",reopened_count\n")
        + "H1,complaint,phone,PD,open,9th of March,,,,0\n"
        + "H2,complaint,phone,nowhere,open,2026-03-09 09:00,,,,0\n"
        + "H3,complaint,phone,PD,open,2026-03-09 09:00,,,,-1\n"
        + "H4,complaint\n"
        + "H5,complaint,phone,PD,open,2026-03-09 09:00,,,,0\n",
    )
    survey = LANDED["surveys/march.csv"].splitlines()
    small.land(
        "surveys/held.csv",
        f"{survey[0]}\n{survey[1].replace('S1', 'S9').replace(',5,5,', ',5,6,')}\n",
    )
    small.write(
        "sources/mapped.toml", _TICKETS.format(name="mapped") + '[columns]\nticket_id = "No"\n'
    )
    mapped = "No,kind,org_unit_id,status,opened_at\nM1,complaint,PD,open,2026-03-09 09:00\n"
    small.land("mapped/good.csv", mapped)
    small.land("mapped/lacking.csv", mapped.replace("No", "Number"))
    small.land(
        "duties/needed.csv",
        _DUTIES_HEADER.replace("due_on", "day") + "D8,audit,PD,x,2026-03-10,,\n",
    )
    small.land("duties/doubled.csv", _DUTIES_HEADER.replace("due_on", "title"))
    small.land("duties/empty.csv", b"")
    small.land("duties/truncated.csv", _DUTIES_HEADER + "D7,audit,PD,x,2026-03-10,,\nD9,au")
    small.write("sources/books.toml", 'kind = "finance_entries"\nfiles = "books/*.xlsx"\n')
    small.land("books/broken.xlsx", b"PK\x03\x04 no workbook")
    small.write("sources/misspelt.toml", 'kind = "tickets"\nfiels = "misspelt/*.csv"\n')
    small.write(
        "sources/stray.toml", _TICKETS.format(name="stray") + '[columns]\nticket_number = "No"\n'
    )
    small.land("stray/a.csv", mapped.replace("M1", "M2"))
    for name, sql in {
        "reading": "select * from read_csv('/etc/passwd')",
        "failing": "select nonsense from source",
        "dropping": "drop table source",
    }.items():
        small.write(
            f"sources/{name}.toml", _TICKETS.format(name=name) + f'[reshape]\nsql = "{sql}"\n'
        )
        small.land(f"{name}/a.csv", TICKETS_HEADER + _ROW.format(id=name))
    small.write("reference/accounts.csv", "code,kind\n6001,revenues\n6401,cost\n")


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A home that had a good night before everything went wrong at once."""
    small = published_home(tmp_path_factory.mktemp("spoilt"))
    _spoil(small)
    return small


@pytest.fixture(scope="module")
def run(spoilt: SmallHome) -> Run:
    """The night after."""
    return spoilt.night().run


@pytest.mark.parametrize("case", _TOLD)
def test_what_is_wrong_is_told_in_both_languages(run: Run, case: str) -> None:
    told = [(en, zh) for en, zh in run.notes if en.startswith(_TOLD[case])]
    assert len(told) == 1, "\n".join(en for en, _ in run.notes)
    assert _CHINESE.search(told[0][1])


@pytest.mark.parametrize("case", _HELD)
def test_a_row_that_is_wrong_is_held_with_its_rule_in_both_languages(
    run: Run, spoilt: SmallHome, case: str
) -> None:
    file, row, rule, en = _HELD[case]
    rows = [r for r in held_rows(spoilt.home) if (r["file"], r["row_number"]) == (file, row)]
    assert [r["broken_rules"] for r in rows] == [[rule]]
    assert rows[0]["en"] == en
    assert _CHINESE.search(rows[0]["zh"])


def test_nothing_is_told_that_is_not_wrong(run: Run) -> None:
    strange = [en for en, _ in run.notes if not en.startswith(tuple(_TOLD.values()))]
    assert strange == ["5 rows are held in quarantine: see `sqm quarantine`."]


def test_the_night_publishes_with_a_warning_and_all_that_is_right(
    run: Run, spoilt: SmallHome
) -> None:
    assert (run.state, run.exit_code) == ("warned", 4)
    tickets = [ticket for (ticket,) in spoilt.served("select ticket_id from records.tickets")]
    assert sorted(tickets) == ["H5", "M1", "T1", "T2", "T3"]
    assert spoilt.served("select count(*) from records.duties") == [(2,)]
    assert spoilt.served("select kind from reference.accounts order by code") == [
        ("revenue",),
        ("cost",),
    ]


def test_a_broken_reference_table_stops_a_first_night(tmp_path: Path) -> None:
    broken = REFERENCE | {"org_units": "id,kind,time_zone\nHQ,company,Mars/Olympus\n"}
    small = new_home(tmp_path, ["tickets"], broken)
    with pytest.raises(Refusal) as refused:
        run_nightly(small.home)
    assert str(refused.value) == (
        'reference/org_units.csv, row 2, column time_zone, value "Mars/Olympus": time_zone must be '
        "the name of a zone such as Asia/Shanghai; correct it there."
    )
    assert _CHINESE.search(refused.value.told("zh"))
