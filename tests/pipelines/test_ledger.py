"""The book of the store remembers files and nights, and tells the dead from the living."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.ledger import LandedFile, Ledger, Run, read_refused

BEGUN = datetime(2026, 11, 1, 2, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store" / "ledger.sqlite"


def run(run_id: str, minutes: int = 0) -> Run:
    return Run(run_id, date(2026, 10, 31), BEGUN + timedelta(minutes=minutes))


def test_a_run_is_there_from_its_start_and_as_it_ended(file: Path) -> None:
    night = run("a")
    with Ledger(file) as ledger:
        ledger.record_run(night)
        assert ledger.runs()[0]["state"] == "running"
    night.state, night.exit_code, night.snapshot = "published", 0, "000001"
    night.seconds["marts"] = 0.5
    night.notes.append(("One sentence.", "一句话。"))
    with Ledger(file) as ledger:
        ledger.record_run(night)
        (row,) = ledger.runs()
    assert (row["state"], row["exit_code"], row["as_of"]) == ("published", 0, "2026-10-31")
    assert row["seconds"] == {"marts": 0.5}
    assert row["notes"] == [["One sentence.", "一句话。"]]


def test_the_newest_runs_come_first(file: Path) -> None:
    with Ledger(file) as ledger:
        for minutes, run_id in ((1, "b"), (0, "a"), (2, "c")):
            ledger.record_run(run(run_id, minutes))
        assert [row["run_id"] for row in ledger.runs(2)] == ["c", "b"]


def test_runs_that_died_are_called_failed_and_say_so(file: Path) -> None:
    with Ledger(file) as ledger:
        done = run("a")
        done.state, done.exit_code = "published", 0
        ledger.record_run(done)
        ledger.record_run(run("b", 1))
        ledger.close_dead_runs()
        dead, living = ledger.runs()
    assert (dead["state"], dead["exit_code"]) == ("failed", 1)
    assert dead["notes"] == [["The process died before its end.", "进程在结束前中断。"]]
    assert dead["ended_at"] is not None
    assert living["state"] == "published"


def test_a_file_is_known_by_source_and_name_as_it_was_seen_last(file: Path) -> None:
    seen = LandedFile("tickets", "a.csv", 10, 1, "ab", "refused", "d1", "No.", "不行。")
    again = LandedFile("tickets", "a.csv", 12, 2, "cd", "landed", "d2")
    other = LandedFile("duties", "a.csv", 12, 2, "cd", "landed", "d3")
    with Ledger(file) as ledger:
        ledger.record_files([seen])
        ledger.record_files([again, other])
    with Ledger(file) as ledger:
        assert ledger.landed_files() == {
            ("tickets", "a.csv"): again,
            ("duties", "a.csv"): other,
        }


def test_files_that_do_not_count_are_read_with_their_sentences(file: Path) -> None:
    seen = [
        LandedFile("tickets", "b.csv", 10, 1, "ab", "doubled", "d1", "Twice.", "重复。"),
        LandedFile("tickets", "a.csv", 10, 1, "ab", "landed", "d1"),
        LandedFile("tickets", "c.csv", 10, 1, "cd", "refused", "d1", "No.", "不行。"),
    ]
    with Ledger(file) as ledger:
        ledger.record_files(seen)
    assert [(row["file"], row["state"], row["en"], row["zh"]) for row in read_refused(file)] == [
        ("c.csv", "refused", "No.", "不行。"),
        ("b.csv", "doubled", "Twice.", "重复。"),
    ]


def test_before_the_first_night_there_are_no_such_files(file: Path) -> None:
    assert read_refused(file) == []
    assert not file.exists()
