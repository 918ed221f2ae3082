"""Nights that are run once for all tests: of the demo, and of every example home.

The real exports are not part of the project: SQM_REAL_DATA names the folder that holds them.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_SQM = Path(sys.executable).with_name("sqm")
_PROJECT = Path(__file__).parents[1]
_EXAMPLES = _PROJECT / "data" / "examples"
EXPECTED = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted((_PROJECT / "tests" / "examples" / "expected").glob("*.toml"))
}
DEMO_AS_OF = "2026-10-31"
_PUBLISHED = (0, 4)  # 4: with warnings, such as org units that no reference table lists


@dataclass(frozen=True)
class SpentNight:
    """A home after its night."""

    home: Path
    landing: Path
    store: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Return what `sqm` with these arguments said, run as a process of its own."""
        folders = ("--home", self.home, "--landing", self.landing, "--store", self.store)
        return subprocess.run(
            [_SQM, *arguments, *folders], capture_output=True, text=True, check=False
        )

    def answer(self, *arguments: str) -> Any:
        """Return the JSON that `sqm` gives for these arguments."""
        spoken = self.run(*arguments, "--format", "json")
        assert spoken.returncode == 0, spoken.stderr
        return json.loads(spoken.stdout)

    def batches(self, source: str) -> list[dict[str, Any]]:
        """Return the batches of `source` with their counts of rows, from `sqm status`."""
        return [row for row in self.answer("status")["batches"] if row["source"] == source]


@cache
def demo_night() -> SpentNight:
    """Return the demo organisation after its night, landing and store in a temporary folder."""
    folder = _folder_for_the_session("demo")
    home = folder / "home"
    for part in ("sources", "reference"):
        shutil.copytree(_PROJECT / "data" / part, home / part)
    shutil.copy(_PROJECT / "data" / "settings.toml", home)
    night = SpentNight(home, folder / "landing", folder / "store")
    spoken = subprocess.run(
        [_SQM, "demo", "--home", home, "--landing", night.landing, "--store", night.store],
        capture_output=True,
        text=True,
        check=False,
    )
    assert spoken.returncode == 0, spoken.stdout + spoken.stderr
    return _spent(night, DEMO_AS_OF)


def real_night(name: str) -> SpentNight:
    """Return the example home `name` after its night; skips without the exports, not in CI."""
    folder = os.environ.get("SQM_REAL_DATA")
    if not folder:
        missing = "SQM_REAL_DATA is not set: it names the folder with the real exports"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    return _real_night(name, Path(folder).resolve() / name)


@cache
def _real_night(name: str, landing: Path) -> SpentNight:
    store = _folder_for_the_session(name)
    return _spent(SpentNight(_EXAMPLES / name, landing, store), EXPECTED[name]["as_of"])


def _spent(night: SpentNight, as_of: str) -> SpentNight:
    spoken = night.run("nightly", "--as-of", as_of)
    assert spoken.returncode in _PUBLISHED, spoken.stdout + spoken.stderr
    return night


def _folder_for_the_session(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"sqm-{name}-"))
    atexit.register(shutil.rmtree, folder)
    return folder
