"""`sqm clocks` prints why a clock was kept or missed, for people and for machines."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.questions.clock_proofs import Clock
from pipelines.release.snapshots import open_snapshot
from pipelines.settings import open_home
from tests.nights import demo_night
from tests.pipelines.clock_snapshots import clock_tables, published
from tests.pipelines.small_home import SETTINGS
from tests.pipelines.spoken import Sqm
from tests.transforms.hand_made_clocks import event, policy, rules, ticket

pytestmark = pytest.mark.slow

_COLUMNS = [field.name for field in fields(Clock)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that serves a snapshot of two tickets; no policy fits the second."""
    root = tmp_path_factory.mktemp("clocks")
    (root / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    tickets = [
        ticket(
            "2025-06-06 16:50",
            first_response_at="2025-06-06 17:20",
            resolved_at="2025-06-10 10:00",
            promised_at="2025-06-10 12:00",
        ),
        ticket("2025-06-06 16:50", ticket_id="U", kind="request"),
    ]
    waited = [event("2025-06-09 10:20", "pending_customer"), event("2025-06-09 11:40", "open")]
    judged_by = rules(
        policy(70, kind="complaint"),
        policy(480, kind="complaint", clock="resolution", pause_statuses=["pending_customer"]),
    )
    published(clock_tables(tickets, judged_by, waited), root / "store" / "snapshots")
    return root


def test_json_is_one_array_with_every_column_both_sentences_and_the_stretches(
    sqm: Sqm, home: Path
) -> None:
    said = sqm("clocks", "T", "--home", home, "--format", "json")
    assert said.code == 0
    assert [row["clock"] for row in said.json] == ["first_response", "resolution", "promise"]
    reply, solution, promise = said.json
    assert list(reply) == [*_COLUMNS, "sentence", "sentence_zh", "stretches"]
    assert reply["sentence"].startswith("Met with 40 working minutes to spare: ")
    assert reply["sentence_zh"].startswith("达标，剩余 40 个工作分钟：")
    assert reply["stretches"][0] == {
        "from_at": "2025-06-06T08:50:00+00:00",
        "to_at": "2025-06-06T09:20:00+00:00",
        "kind": "working",
    }
    assert (solution["state"], solution["paused_seconds"]) == ("missed", 4800)
    assert (promise["state"], promise["policy"]) == ("met", None)


def test_csv_has_a_row_per_clock_without_its_stretches(sqm: Sqm, home: Path) -> None:
    said = sqm("clocks", "T", "--home", home, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert list(rows[0]) == [*_COLUMNS, "sentence", "sentence_zh"]
    assert [row["clock"] for row in rows] == ["first_response", "resolution", "promise"]


def test_people_read_the_verdict_the_rule_the_stretches_and_the_sum(sqm: Sqm, home: Path) -> None:
    lines = sqm("clocks", "T", "--home", home).out.splitlines()
    first = lines.index("First response")
    assert lines[first + 1].startswith("  Met with 40 working minutes to spare: ")
    assert lines[first + 2 : first + 6] == [
        "  Policy complaint/*/*",
        "  Calendar office@Asia/Shanghai",
        "  2025-06-06 16:50:00 – 2025-06-06 17:20:00     0:30:00  Working time",
        "  2025-06-06 17:20:00 – 2025-06-06 18:00:00     0:40:00  Working time (after it stopped)",
    ]
    (solution,) = (line for line in lines if line.startswith("│ Resolution"))
    cells = [cell.strip() for cell in solution.strip("│").split("│")]
    assert cells == ["Resolution", "9:20:00", "78:30:00", "0:00:00", "1:20:00", "89:10:00"]


def test_people_read_it_in_the_language_of_their_home(
    sqm: Sqm, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQM_LANGUAGE", "zh")
    lines = sqm("clocks", "T", "--home", home).out.splitlines()
    assert lines[0] == "首次响应"
    assert lines[1].startswith("  达标，剩余 40 个工作分钟：")
    assert lines[2:4] == ["  时限规则 complaint/*/*", "  工作日历 office@Asia/Shanghai"]
    assert lines[5].endswith("0:40:00  工作时间（停止之后）")


def test_a_ticket_that_was_not_measured_has_sentences_but_no_table(sqm: Sqm, home: Path) -> None:
    said = sqm("clocks", "U", "--home", home)
    assert said.code == 0
    assert "No policy fits a request of priority normal by phone: no clock runs." in said.out
    assert "│" not in said.out


def test_an_unknown_ticket_is_an_error_with_a_sentence(
    sqm: Sqm, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = sqm("clocks", "T-9", "--home", home)
    assert (said.code, said.out) == (1, "")
    assert said.err.strip() == "There is no ticket T-9: did you mean T?"
    monkeypatch.setenv("SQM_LANGUAGE", "zh")
    assert sqm("clocks", "nobody", "--home", home).err.strip() == "没有工单 nobody。"


def test_a_clock_of_the_demo_is_told_as_the_snapshot_has_it() -> None:
    night = demo_night()
    home = open_home(night.home, landing=night.landing, store=night.store)
    with open_snapshot(home.snapshots) as snapshot:
        missed = snapshot.query(
            "select ticket_id, state, working_seconds, paused_seconds from records.clocks "
            "where clock = 'resolution' and state = 'missed' and paused_seconds > 0 "
            "order by ticket_id limit 1"
        ).row(0, named=True)
    told = night.answer("clocks", missed["ticket_id"])
    (solution,) = (row for row in told if row["clock"] == "resolution")
    assert {name: solution[name] for name in missed} == missed
    assert solution["sentence"].startswith("Missed by ")
    assert "waiting for the customer" in solution["sentence"]
    assert "等待客户回复" in solution["sentence_zh"]
    assert "late" in {stretch["kind"] for stretch in solution["stretches"]}
