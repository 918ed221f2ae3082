"""`sqm signals` and `sqm rebase`: what stood out on control charts, and what was decided on it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.release.snapshots import open_snapshot
from tests.nights import demo_night
from tests.pipelines.spoken import Said, Sqm

pytestmark = pytest.mark.slow

_WHO = ("--by", "Li Wei", "--reason", "new sorting line")


@pytest.fixture
def demo(sqm: Sqm, tmp_path: Path) -> Sqm:
    """`sqm` on the snapshot of the demo, with decisions of its own."""
    night = demo_night()
    shutil.copytree(night.store / "snapshots", tmp_path / "snapshots")

    def run(*arguments: object) -> Said:
        return sqm(*arguments, "--home", night.home, "--store", tmp_path)

    return run


@pytest.fixture
def proposed(tmp_path: Path, demo: Sqm) -> tuple[str, ...]:
    """A series that proposes new limits, as arguments: metric, unit, grain, day."""
    with open_snapshot(tmp_path / "snapshots") as snapshot:
        rows = snapshot.query(
            "select metric, org_unit_id, grain, rebase_from::varchar from marts.control_series "
            "where rebase_from is not null order by all limit 1"
        )
    return rows.row(0)


def test_json_has_every_signal_with_both_sentences(demo: Sqm, tmp_path: Path) -> None:
    rows = demo("signals", "--format", "json").json
    with open_snapshot(tmp_path / "snapshots") as snapshot:
        every = snapshot.query("select count(*) as signals from marts.signals")["signals"].item()
    assert len(rows) == every > 100
    assert all(row["sentence"] and row["sentence_zh"] for row in rows)
    known = [row["known_on"] for row in rows]
    assert known == sorted(known, reverse=True)


def test_a_table_has_one_line_per_cause_and_says_how_many_more_there_are(demo: Sqm) -> None:
    asked = ("signals", "--unit", "R-WEST", "--from", "2026-07-01", "--to", "2026-07-31")
    rows = demo(*asked, "--format", "json").json
    said = demo(*asked)
    others = sum(not row["is_leading"] for row in rows)
    assert said.code == 0
    assert f"{others} more say the same" in said.out


def test_days_choose_what_was_open_between_them(demo: Sqm) -> None:
    rows = demo("signals", "--from", "2026-07-06", "--to", "2026-07-12", "--format", "json").json
    assert rows
    assert all(row["known_on"] <= "2026-07-12" and row["last_on"] >= "2026-07-06" for row in rows)


def test_open_ones_are_those_whose_newest_point_is_the_newest_of_all(demo: Sqm) -> None:
    rows = demo("signals", "--open", "--format", "json").json
    assert rows and all(row["is_open"] for row in rows)


def test_a_unit_stands_for_all_below_it(demo: Sqm) -> None:
    units = {row["org_unit_id"] for row in demo("signals", "--unit", "SC", "--format", "json").json}
    assert "Q-HOTLINE" in units
    assert not units & {"LANTERN", "R-WEST"}


def test_a_unit_that_does_not_exist_is_an_error_in_one_sentence(demo: Sqm) -> None:
    said = demo("signals", "--unit", "NOWHERE")
    assert said.code == 1
    assert "There is no org unit NOWHERE" in said.err and said.err.count("\n") == 1


def test_a_proposal_is_listed_accepted_and_undone(demo: Sqm, proposed: tuple[str, ...]) -> None:
    assert proposed[3] in demo("rebase", "list").out
    accepted = demo("rebase", "accept", *proposed, *_WHO)
    assert (accepted.code, accepted.err) == (0, "")
    assert "from the next night on" in accepted.out
    (kept,) = demo("rebase", "list", "--format", "json").json
    assert (kept["decision"], kept["by"], kept["reason"]) == (
        "accepted",
        "Li Wei",
        "new sorting line",
    )
    assert kept["from_period"] == proposed[3]
    assert demo("rebase", "undo", *proposed, *_WHO).code == 0
    decisions = [row["decision"] for row in demo("rebase", "list", "--format", "json").json]
    assert decisions == ["accepted", "undone"]


@pytest.mark.parametrize("wrong", [0, 1, 2, 3])
def test_what_no_series_has_cannot_be_accepted(
    demo: Sqm, proposed: tuple[str, ...], wrong: int
) -> None:
    asked = list(proposed)
    asked[wrong] = "2031-01-01" if wrong == 3 else "nothing"
    said = demo("rebase", "accept", *asked, *_WHO)
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert demo("rebase", "list", "--format", "json").json == []


def test_what_was_not_accepted_cannot_be_undone(demo: Sqm, proposed: tuple[str, ...]) -> None:
    said = demo("rebase", "undo", *proposed, *_WHO)
    assert said.code == 1
    assert "no accepted limits" in said.err


@pytest.mark.parametrize("command", ["accept", "undo"])
@pytest.mark.parametrize("given", [_WHO[:2], _WHO[2:], ()])
def test_a_name_and_a_reason_are_asked_for(
    demo: Sqm, proposed: tuple[str, ...], command: str, given: tuple[str, ...]
) -> None:
    assert demo("rebase", command, *proposed, *given).code == 2


def test_an_empty_name_is_an_error(demo: Sqm, proposed: tuple[str, ...]) -> None:
    said = demo("rebase", "accept", *proposed, "--by", " ", "--reason", "new line")
    assert said.code == 1
    assert "name and a reason" in said.err
