"""Every benchmark runs at a tiny size, finds both answers equal and ends with its line.

What it measures is not judged here: a time in a test says how busy the machine was.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parent.parent
_TINY = {
    "charts": ["--series=60", "--points=60"],
    "clocks": ["--rows=5000"],
    "dashboards": ["--rows=20000", "--times=2"],
    "intake": ["--rows=3000"],
    "metric": ["--rows=20000"],
    "nightly": ["--rows=3000", "--months=4"],
}
# They use one home, which the first of them makes.
_AT_ONE_HOME = ("dashboards", "metric")
# Modules of benchmarks/ that are used by the benchmarks and are none themselves.
_SHARED = {"__init__", "deliveries_home", "measurement", "served_pages"}


def test_every_benchmark_is_run_here() -> None:
    modules = {file.stem for file in (_PROJECT / "benchmarks").glob("*.py")}
    assert modules - _SHARED == set(_TINY)


def test_every_benchmark_stands_in_the_readme() -> None:
    text = (_PROJECT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert [name for name in _TINY if f"python -m benchmarks.{name}" not in text] == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.mark.slow
@pytest.mark.parametrize("name", _TINY)
def test_a_benchmark_ends_with_a_line_of_figures(name: str, home: Path) -> None:
    folder = [f"--folder={home}"] if name in _AT_ONE_HOME else []
    ended = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *_TINY[name], *folder],
        cwd=_PROJECT,
        capture_output=True,
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stderr
    figures = json.loads(ended.stdout.splitlines()[-1])
    assert figures["benchmark"] == name
    assert figures["ratio"] > 0
    assert figures["peak_mb"] > 0
