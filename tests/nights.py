"""Nights that are run once for all tests, on whatever core: of the demo, and of every example home.

The real exports are not part of the project: SQM_REAL_DATA names the folder that holds them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
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
# Names the folder that all workers share; tests/conftest.py makes and removes it.
FOLDER_OF_NIGHTS = "SQM_NIGHTS_OF_TESTS"
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
    folder = _folder("demo")
    night = SpentNight(folder / "home", folder / "landing", folder / "store")
    return _made_once(folder, lambda: _spend_demo(night), night)


def _spend_demo(night: SpentNight) -> None:
    for part in ("sources", "reference"):
        shutil.copytree(_PROJECT / "data" / part, night.home / part)
    shutil.copy(_PROJECT / "data" / "settings.toml", night.home)
    spoken = night.run("demo")
    assert spoken.returncode == 0, spoken.stdout + spoken.stderr
    _spend(night, DEMO_AS_OF)


def real_night(name: str) -> SpentNight:
    """Return the example home `name` after its night; skips without the exports, not in CI."""
    folder = os.environ.get("SQM_REAL_DATA")
    if not folder:
        missing = "SQM_REAL_DATA is not set: it names the folder with the real exports"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    return _real_night(name, Path(folder).resolve() / name)


@cache
def _real_night(name: str, landing: Path) -> SpentNight:
    folder = _folder(name)
    night = SpentNight(_EXAMPLES / name, landing, folder / "store")
    return _made_once(folder, lambda: _spend(night, EXPECTED[name]["as_of"]), night)


def _spend(night: SpentNight, as_of: str) -> None:
    spoken = night.run("nightly", "--as-of", as_of)
    assert spoken.returncode in _PUBLISHED, spoken.stdout + spoken.stderr


def _folder(name: str) -> Path:
    return Path(os.environ[FOLDER_OF_NIGHTS]) / name


def _made_once(folder: Path, make: Callable[[], None], night: SpentNight) -> SpentNight:
    """Return `night` in `folder`, made by the first worker that comes; the others wait for it."""
    is_made = folder / "is_made"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make()
            is_made.touch()
    return night
