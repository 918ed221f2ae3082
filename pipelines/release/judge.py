"""The judge: a process of its own that checks a candidate, read-only, before it is published.

`python -m pipelines.release.judge CANDIDATE [--docs DIR]` prints its verdicts as one JSON array.
Without CANDIDATE it loads its libraries and waits for one line on standard input: the night starts
it early, so that their seconds pass while the night works, and it ends when the night does.
What is checked stands in quality/checks/ and quality/expectations.py.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.release.snapshots import connect_read_only
from quality.contracts import RECORD_KINDS
from quality.expectations import expectations_for
from quality.snapshot_checks import check_snapshot, tables_of
from quality.suites import judge
from quality.verdict import Verdict


def judge_candidate(candidate: Path, docs: Path | None) -> list[Verdict]:
    """Return the verdicts on `candidate`: the SQL checks', then Great Expectations'.

    `docs` is the folder of Great Expectations' report, which is replaced. Runs in this process;
    a check that cannot run raises.
    """
    with connect_read_only(candidate) as connection:
        tables = tables_of(connection)
        verdicts = check_snapshot(connection, RECORD_KINDS)
    return verdicts + judge(candidate, expectations_for(tables, RECORD_KINDS), docs=docs)


class Judge:
    """A judge who is on the way: `verdicts` once, or let it go by leaving the `with`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def verdicts(self, candidate: Path, docs: Path | None) -> list[Verdict]:
        """Return what `judge_candidate` found in the other process.

        Raises RuntimeError with its last words when it failed: that is no verdict.
        """
        case = {"candidate": str(candidate), "docs": None if docs is None else str(docs)}
        told, complaint = self._process.communicate(json.dumps(case) + "\n")
        if self._process.returncode != 0:
            raise RuntimeError(
                f"the judge of {candidate.name} failed with exit code"
                f" {self._process.returncode}:\n{complaint}"
            )
        return [Verdict.from_json(verdict) for verdict in json.loads(told)]

    def dismiss(self) -> None:
        """Let the process end, if it has not."""
        if self._process.poll() is None:
            self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.dismiss()


def start_judge() -> Judge:
    """Start the process; it loads its libraries while the caller goes on."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.release.judge"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    return Judge(process)


def main() -> None:
    """Judge the candidate of the command line, or the one that standard input will name."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.release.judge", description=__doc__)
    parser.add_argument("candidate", type=Path, nargs="?")
    parser.add_argument("--docs", type=Path)
    asked = parser.parse_args()
    # Libraries print what they like; standard output is for the verdicts alone.
    with contextlib.redirect_stdout(sys.stderr):
        case = (asked.candidate, asked.docs) if asked.candidate else _wait_for_case()
        verdicts = judge_candidate(*case) if case else None
    if verdicts is not None:
        json.dump([verdict.to_json() for verdict in verdicts], sys.stdout)


def _wait_for_case() -> tuple[Path, Path | None] | None:
    """Load what takes seconds, then return the case asked for; None when the night has ended."""
    for module in ("quality.duckdb_datasource", "quality.data_docs"):
        importlib.import_module(module)
    line = sys.stdin.readline()
    if not line:
        return None
    case = json.loads(line)
    return Path(case["candidate"]), Path(case["docs"]) if case["docs"] else None


if __name__ == "__main__":
    main()
