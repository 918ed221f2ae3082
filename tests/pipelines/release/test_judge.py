"""The judge works in a process of its own, and a judge that fails is never taken for a verdict."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.release.judge import start_judge
from quality.verdict import Verdict

pytestmark = pytest.mark.slow  # each process loads Great Expectations


def write_candidate(file: Path, quarantined: int) -> Path:
    """Write one batch of 5 rows read, of which 3 were accepted and 1 superseded."""
    with duckdb.connect(file) as connection:
        connection.execute("CREATE SCHEMA intake")
        connection.execute(
            "CREATE TABLE intake.batches AS SELECT 'b1' AS batch, 'desk' AS source,"
            " 'tickets' AS kind, 5 AS rows_read, 3 AS accepted, 1 AS superseded,"
            f" {quarantined} AS quarantined"
        )
    return file


def is_running(process_id: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
        return ") Z " not in state  # ended, but nobody asked yet how
    return False


def summary(verdicts: list[Verdict]) -> list[tuple[str, str, bool, int | None]]:
    return [(one.name, one.table, one.success, one.observed) for one in verdicts]


def test_a_judge_started_early_judges_later(tmp_path: Path) -> None:
    docs = tmp_path / "报告" / "expectations"
    with start_judge() as judge:
        candidate = write_candidate(tmp_path / "candidate.duckdb", quarantined=2)
        verdicts = judge.verdicts(candidate, docs)
    assert summary(verdicts) == [("rows_read_are_accounted_for", "intake.batches", False, 1)] * 2
    by_sql = json.loads(verdicts[0].detail)
    assert by_sql[0]["quarantined"] == 2
    assert verdicts[1].title.zh == "每个批次读入的行都已被接收、被取代或被隔离，无一遗漏。"
    assert (docs / "index.html").is_file()


def test_the_command_prints_nothing_but_verdicts(tmp_path: Path) -> None:
    candidate = write_candidate(tmp_path / "candidate.duckdb", quarantined=1)
    command = [sys.executable, "-m", "pipelines.release.judge", str(candidate)]
    told = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    verdicts = [Verdict.from_json(verdict) for verdict in json.loads(told)]
    assert summary(verdicts) == [("rows_read_are_accounted_for", "intake.batches", True, 0)] * 2


def test_a_judge_that_fails_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    failed = pytest.raises(RuntimeError, match=r"judge of absent.duckdb failed(?s:.*)IO Error")
    with start_judge() as judge, failed:
        judge.verdicts(tmp_path / "absent.duckdb", None)


def test_a_judge_ends_with_a_night_that_is_killed() -> None:
    night = (
        "import time; from pipelines.release.judge import start_judge;"
        " print(start_judge()._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", night], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        judge = int(process.stdout.readline())
        assert is_running(judge)
        process.kill()
    patience = time.monotonic() + 30
    while is_running(judge):
        assert time.monotonic() < patience
        time.sleep(0.1)


def test_a_judge_that_is_not_needed_ends(tmp_path: Path) -> None:
    with start_judge() as judge:
        pass
    assert judge._process.returncode == 0
