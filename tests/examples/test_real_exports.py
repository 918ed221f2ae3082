"""The example homes, run as an operator runs them, give the figures known of their exports.

The exports are not part of the project: SQM_REAL_DATA names the folder that holds them. What
is expected stands in `expected/<home>.toml`, so a figure is added there, not here. One figure:

`says`   the figure as a sentence
`ask`    what `sqm metric` is asked: the metric, then its options
`rows`   all rows of the answer, in any order; `value`, `numerator` and `denominator` are texts
         that must come out to the digits given, every other key is compared as it is
`count`  instead of `rows`: how many rows the answer has
`per`    what a shown value is counted in: 0.01 for per cent, 1000000 for millions
`plus`   added to a shown value: 1 where the source's scale starts at 1
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipelines.snapshots import open_snapshot

pytestmark = pytest.mark.slow

_SQM = Path(sys.executable).with_name("sqm")
_EXAMPLES = Path(__file__).parents[2] / "data" / "examples"
_EXPECTED = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "expected").glob("*.toml"))
}
_BATCHES = [(home, source) for home in _EXPECTED for source in _EXPECTED[home]["batches"]]
_FIGURES = [(home, figure) for home in _EXPECTED for figure in _EXPECTED[home]["figures"]]
_PUBLISHED = (0, 4)  # 4: with warnings, such as org units that no reference table lists
_NUMBERS = ("value", "numerator", "denominator")


@dataclass(frozen=True)
class _Night:
    """An example home after its night."""

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


@pytest.fixture(scope="module")
def real_exports() -> Path:
    """The folder with the exports."""
    folder = os.environ.get("SQM_REAL_DATA")
    if not folder:
        missing = "SQM_REAL_DATA is not set: it names the folder with the real exports"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    return Path(folder).resolve()


@pytest.fixture(scope="module")
def night_of(
    real_exports: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], _Night]:
    """Return the home of that name after its night; all tests of a home share one night."""

    @cache
    def spend(name: str) -> tuple[_Night, subprocess.CompletedProcess[str]]:
        night = _Night(_EXAMPLES / name, real_exports / name, tmp_path_factory.mktemp(name))
        return night, night.run("nightly", "--as-of", _EXPECTED[name]["as_of"])

    def published(name: str) -> _Night:
        night, spoken = spend(name)
        assert spoken.returncode in _PUBLISHED, spoken.stdout + spoken.stderr
        return night

    return published


@pytest.mark.parametrize(("home", "source"), _BATCHES)
def test_every_row_read_is_accepted_superseded_or_quarantined(
    night_of: Callable[[str], _Night], home: str, source: str
) -> None:
    wanted = _EXPECTED[home]["batches"][source]
    batches = night_of(home).batches(source)
    assert len(batches) == wanted["files"]
    counts = {name: sum(batch[name] for batch in batches) for name in wanted if name != "files"}
    assert counts == {name: wanted[name] for name in counts}
    assert counts["rows_read"] == (
        counts["accepted"] + counts["superseded"] + counts["quarantined"]
    )


@pytest.mark.parametrize(
    ("home", "figure"), _FIGURES, ids=[f"{home}: {figure['says']}" for home, figure in _FIGURES]
)
def test_a_known_figure_of_a_real_export_comes_out(
    night_of: Callable[[str], _Night], home: str, figure: Mapping[str, Any]
) -> None:
    answer = night_of(home).answer("metric", *figure["ask"])
    if "count" in figure:
        assert len(answer) == figure["count"]
    else:
        assert _in_order(_shown(answer, figure)) == _in_order(figure["rows"])


def test_all_incidents_are_closed_in_the_end(night_of: Callable[[str], _Night]) -> None:
    with open_snapshot(night_of("uci_incidents").store / "snapshots") as snapshot:
        counts = snapshot.query("select status, count(*) from records.tickets group by status")
    assert counts.rows() == [("closed", 24_918)]


def _shown(answer: Sequence[Mapping[str, Any]], figure: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return `answer` with the keys of the expected rows and numbers to their digits."""
    digits = figure["rows"][0]
    return [
        {key: _number(row, key, figure) if key in _NUMBERS else row[key] for key in digits}
        for row in answer
    ]


def _number(row: Mapping[str, Any], key: str, figure: Mapping[str, Any]) -> str:
    """Return a number of `row` as the figure shows it: in its unit, to its digits."""
    number = Decimal(str(row[key]))
    if key == "value":
        number = number / Decimal(figure.get("per", "1")) + Decimal(figure.get("plus", "0"))
    return str(number.quantize(Decimal(figure["rows"][0][key]), ROUND_HALF_UP))


def _in_order(rows: Sequence[Mapping[str, Any]]) -> list[list[tuple[str, Any]]]:
    return sorted(sorted(row.items()) for row in rows)
