"""The example homes, run as an operator runs them, give the figures known of their exports.

What is expected stands in `expected/<home>.toml`, so a figure is added there, not here. One figure:

`says`   the figure as a sentence
`ask`    what `sqm metric` is asked: the metric, then its options
`rows`   all rows of the answer, in any order; `value`, `numerator` and `denominator` are texts
         that must come out to the digits given, every other key is compared as it is
`count`  instead of `rows`: how many rows the answer has
`per`    what a shown value is counted in: 0.01 for per cent, 1000000 for millions
`plus`   added to a shown value: 1 where the source's scale starts at 1

A home whose source gives verdicts of its own says under `verdicts` how many are of each class of
`marts.clock_disagreements`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from pipelines.release.snapshots import open_snapshot
from tests.nights import EXPECTED, real_night

pytestmark = pytest.mark.slow

_BATCHES = [(home, source) for home in EXPECTED for source in EXPECTED[home]["batches"]]
_FIGURES = [(home, figure) for home in EXPECTED for figure in EXPECTED[home]["figures"]]
_JUDGED = [home for home in EXPECTED if "verdicts" in EXPECTED[home]]
_NUMBERS = ("value", "numerator", "denominator")


@pytest.mark.parametrize(("home", "source"), _BATCHES)
def test_every_row_read_is_accepted_superseded_or_quarantined(home: str, source: str) -> None:
    wanted = EXPECTED[home]["batches"][source]
    batches = real_night(home).batches(source)
    assert len(batches) == wanted["files"]
    counts = {name: sum(batch[name] for batch in batches) for name in wanted if name != "files"}
    assert counts == {name: wanted[name] for name in counts}
    assert counts["rows_read"] == (
        counts["accepted"] + counts["superseded"] + counts["quarantined"]
    )


@pytest.mark.parametrize(
    ("home", "figure"), _FIGURES, ids=[f"{home}: {figure['says']}" for home, figure in _FIGURES]
)
def test_a_known_figure_of_a_real_export_comes_out(home: str, figure: Mapping[str, Any]) -> None:
    answer = real_night(home).answer("metric", *figure["ask"])
    if "count" in figure:
        assert len(answer) == figure["count"]
    else:
        assert _in_order(_shown(answer, figure)) == _in_order(figure["rows"])


@pytest.mark.parametrize("home", _JUDGED)
def test_every_verdict_of_a_source_agrees_with_ours_or_has_its_reason(home: str) -> None:
    with open_snapshot(real_night(home).store / "snapshots") as snapshot:
        counts = snapshot.query(
            "select class, count(*) from marts.clock_disagreements group by class"
        )
        ((judged,),) = snapshot.query(
            "select count(source_met_sla) from records.tickets where status <> 'cancelled'"
        ).rows()
    assert dict(counts.rows()) == EXPECTED[home]["verdicts"]
    assert sum(EXPECTED[home]["verdicts"].values()) == judged


def test_all_incidents_are_closed_in_the_end() -> None:
    with open_snapshot(real_night("uci_incidents").store / "snapshots") as snapshot:
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
