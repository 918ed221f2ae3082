"""One judge for all nights that tests run in their own process: its libraries take seconds to load.

`sqm` in a process of its own starts a judge of its own (tests/pipelines/release/test_judge.py
and all tests that run the command); nights in this process ask this one, which stays. It runs
the same `judge_candidate`.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Self

from quality.verdict import Verdict


class StandingJudge:
    """Judges one candidate after the other, as `pipelines.release.judge.Judge` judges one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def verdicts(self, candidate: Path, docs: Path | None) -> list[Verdict]:
        """Return what `judge_candidate` found. Raises RuntimeError when it failed."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.standing_judge"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                cwd=Path(__file__).parent.parent,
            )
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps([str(candidate), str(docs) if docs else None]) + "\n")
        process.stdin.flush()
        said = json.loads(process.stdout.readline())
        if isinstance(said, str):
            raise RuntimeError(f"the judge of {candidate.name} failed:\n{said}")
        return [Verdict.from_json(verdict) for verdict in said]

    def dismiss(self) -> None:
        """Stay: others will ask."""

    def end(self) -> None:
        """Let the process end."""
        if self._process is not None:
            self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()


def main() -> None:
    """Answer every line on standard input, a candidate and a folder, with a line of verdicts."""
    from pipelines.release.judge import judge_candidate

    for line in sys.stdin:
        candidate, docs = json.loads(line)
        said: str | list[object]
        # Libraries print what they like; standard output is for the verdicts alone.
        with contextlib.redirect_stdout(sys.stderr):
            try:
                found = judge_candidate(Path(candidate), Path(docs) if docs else None)
                said = [verdict.to_json() for verdict in found]
            except Exception:
                said = traceback.format_exc()
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
