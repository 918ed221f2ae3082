"""Whole nights in a temporary home: what is published, what is held, what survives."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.ledger import Ledger
from pipelines.lock import store_lock
from pipelines.nightly import dagster_instance, is_unchanged, run_nightly
from pipelines.release.snapshots import current_id, list_snapshots
from pipelines.stages import key_of
from tests.pipelines.small_home import (
    AS_OF,
    LANDED,
    LATER,
    REFERENCE,
    SOURCES,
    TICKETS_HEADER,
    SmallHome,
    first_outcome,
    full_home,
    moved_on_home,
    published_home,
)

pytestmark = pytest.mark.slow

_SQM = Path(sys.executable).with_name("sqm")
_STRANGERS = TICKETS_HEADER + "".join(
    f"N{number},request,web,NEW,open,2026-03-09 09:00,,,\n" for number in range(12)
)


@pytest.fixture
def small(tmp_path: Path) -> SmallHome:
    """A home after its first night, of its own for each test."""
    return published_home(tmp_path)


@pytest.fixture
def moved_on(tmp_path: Path) -> SmallHome:
    """A home after a second night, in which only "now" had moved on to LATER."""
    return moved_on_home(tmp_path / "moved-on")


def last_run(small: SmallHome) -> dict:
    with Ledger(small.home.ledger) as ledger:
        return ledger.runs(1)[0]


def test_a_first_night_publishes_every_kind_of_record(small: SmallHome) -> None:
    outcome = first_outcome()
    assert (outcome.exit_code, outcome.run.state, outcome.run.notes) == (0, "published", [])
    assert set(outcome.run.seconds) == {"sources", "records", "measures", "marts", "release"}
    assert current_id(small.home.snapshots) == outcome.run.snapshot
    for kind in SOURCES:
        (text,) = [text for file, text in LANDED.items() if file in _files_of(small, kind)]
        header = 0 if kind == "ticket_events" else 1
        landed = len(text.splitlines()) - header
        assert small.served(f"select count(*) from records.{kind}") == [(landed,)]
    assert small.contents(of="snapshot") == small.contents(of="warehouse")


def _files_of(small: SmallHome, kind: str) -> set[str]:
    return {
        file for (file,) in small.rows(f"select file from intake.batches where kind = '{kind}'")
    }


def test_a_first_night_gives_the_figures_worked_out_by_hand(small: SmallHome) -> None:
    def figure(metric: str, unit: str) -> list[tuple[float, float, float]]:
        return small.served(
            "select value, numerator, denominator from marts.metric_values where "
            f"metric = '{metric}' and org_unit_id = '{unit}' and period = '2026-03-01'"
        )

    assert figure("tickets_opened", "HQ") == [(3.0, 3.0, None)]
    assert figure("promise_kept_share", "HQ") == [(0.5, 1.0, 2.0)]
    assert figure("delivery_on_time_share", "HQ") == [(0.5, 1.0, 2.0)]
    # One and two answers are too few to be seen.
    assert figure("satisfied_share", "PD") == [(None, None, None)]
    assert figure("satisfied_share", "HQ") == [(None, None, None)]
    assert figure("surveys_answered", "HQ") == [(2.0, 2.0, None)]
    assert figure("revenue_actual", "PD") == [(1234.5, 1234.5, None)]
    assert figure("duties_done_on_time_share", "PD") == [(1.0, 1.0, 1.0)]
    assert small.served(
        "select org_unit_id, state from marts.warnings where is_latest order by all"
    ) == [("PD", "amber"), ("PX", "amber")]


def test_a_night_is_in_the_ledger_and_in_dagsters_history_alike(small: SmallHome) -> None:
    with Ledger(small.home.ledger) as ledger:
        (run,) = ledger.runs()
    assert (run["state"], run["exit_code"], run["as_of"]) == ("published", 0, AS_OF.isoformat())
    with dagster_instance(small.home) as instance:
        (told,) = instance.get_runs()
        assert (told.job_name, told.status.value) == ("nightly", "SUCCESS")
        event = instance.get_latest_materialization_event(key_of("records", "tickets"))
    metadata = event.asset_materialization.metadata
    assert {name: metadata[name].value for name in ("rows_read", "accepted", "quarantined")} == {
        "rows_read": 3,
        "accepted": 3,
        "quarantined": 0,
    }


def test_a_night_without_news_runs_and_publishes_nothing(small: SmallHome) -> None:
    before = list_snapshots(small.home.snapshots)
    warehouse = small.home.warehouse.stat()
    outcome = small.night()
    assert (outcome.exit_code, outcome.run.state) == (0, "unchanged")
    assert outcome.run.snapshot == before[0].id
    assert list_snapshots(small.home.snapshots) == before
    assert small.home.warehouse.stat() == warehouse
    assert last_run(small)["state"] == "unchanged"
    with dagster_instance(small.home) as instance:
        assert len(instance.get_runs()) == 1


@pytest.mark.parametrize(
    "file",
    ["sources/tickets.toml", "reference/targets.csv", "settings.toml", "landing/duties/b.csv"],
)
def test_whatever_decides_a_figure_is_news(small: SmallHome, file: str) -> None:
    assert is_unchanged(small.home, AS_OF)
    assert not is_unchanged(small.home, LATER)
    path = small.root / file
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    small.write(file, before + {"settings.toml": "tolerance_seconds = 5\n"}.get(file, "\n"))
    assert not is_unchanged(small.home, AS_OF)


def test_promises_that_were_running_are_decided_when_now_moves_on(
    small: SmallHome, moved_on: SmallHome
) -> None:
    for measure, table, day in (
        ("promise_clocks_missed", "clocks", "2026-04-02"),
        ("delivery_promises_missed", "deliveries", "2026-04-02"),
        ("duties_overdue", "duties", "2026-04-01"),
    ):
        sql = f"select sum({measure})::int from measures.{table} where day = '{day}'"
        assert small.served(sql) in ([(0,)], [(None,)])
        assert moved_on.served(sql) == [(1,)]


def test_a_clock_that_goes_back_gives_what_was_so_then(
    small: SmallHome, moved_on: SmallHome
) -> None:
    assert moved_on.night(AS_OF).exit_code == 0
    assert moved_on.contents(of="snapshot") == small.contents(of="snapshot")
    assert current_id(moved_on.home.snapshots).startswith("000003-2026-03-31-")


def test_too_many_held_rows_hold_the_snapshot_until_they_are_accounted_for(
    small: SmallHome,
) -> None:
    good = current_id(small.home.snapshots)
    served = small.contents(of="snapshot")
    small.land("tickets/strangers.csv", _STRANGERS)
    held = small.night()
    assert (held.exit_code, held.run.state, held.run.snapshot) == (3, "held", None)
    assert any("tickets/strangers.csv" in en for en, _ in held.run.notes)
    assert last_run(small)["exit_code"] == 3
    assert current_id(small.home.snapshots) == good
    assert small.contents(of="snapshot") == served
    small.write("reference/org_units.csv", REFERENCE["org_units"] + "NEW,HQ,outlet\n")
    freed = small.night()
    assert freed.exit_code == 0
    assert small.served("select count(*) from records.tickets") == [(15,)]
    assert small.account()["tickets/strangers.csv"] == (12, 12, 0, 0)


def test_a_slip_in_a_mapping_holds_the_snapshot_instead_of_losing_a_source(
    small: SmallHome,
) -> None:
    served = small.served("select count(*) from records.tickets")
    small.write("sources/tickets.toml", SOURCES["tickets"] + '[columns]\nstatus = "state"\n')
    held = small.night()
    assert (held.exit_code, held.run.state) == (3, "held")
    assert any("can still be read" in en and "state" in en for en, _ in held.run.notes)
    assert small.served("select count(*) from records.tickets") == served
    assert small.night().exit_code == 3  # and stays held until it is mended
    small.write("sources/tickets.toml", SOURCES["tickets"])
    assert small.night().exit_code == 0


def test_a_key_that_is_there_twice_holds_the_snapshot(small: SmallHome) -> None:
    good = current_id(small.home.snapshots)
    with duckdb.connect(small.home.warehouse) as connection:
        connection.execute(
            "insert into records.tickets select * from records.tickets where ticket_id = 'T1'"
        )
    outcome = small.night(LATER)
    assert outcome.exit_code == 3
    assert any("records.tickets" in en and "same key" in en for en, _ in outcome.run.notes)
    assert current_id(small.home.snapshots) == good
    with dagster_instance(small.home) as instance:
        assert instance.get_runs(limit=1)[0].status.value == "FAILURE"


def test_a_crash_in_the_middle_leaves_the_next_night_as_if_nothing_had_been(
    small: SmallHome, tmp_path: Path
) -> None:
    crashed = full_home(tmp_path / "crashed")

    def crash(stage: str, step: str) -> None:
        if (stage, step) == ("measures", "tickets"):
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        run_nightly(crashed.home, AS_OF, crash)
    run = last_run(crashed)
    assert (run["state"], run["exit_code"]) == ("failed", 1)
    assert "power cut" in run["notes"][0][0]
    assert current_id(crashed.home.snapshots) is None
    assert crashed.night().exit_code == 0
    assert crashed.contents(of="snapshot") == small.contents(of="snapshot")


def test_a_torn_warehouse_is_set_aside_and_made_again(
    small: SmallHome, moved_on: SmallHome
) -> None:
    small.write("store/warehouse.duckdb", random.Random(7).randbytes(20_000))
    outcome = small.night(LATER)
    assert outcome.exit_code == 0
    assert outcome.run.notes[0][0].endswith("it was set aside and is made again.")
    (aside,) = (small.root / "store/set-aside").iterdir()
    assert aside.name.endswith("-warehouse.duckdb")
    assert small.contents(of="snapshot") == moved_on.contents(of="snapshot")


def test_a_second_run_at_the_same_time_is_turned_away(small: SmallHome) -> None:
    asked = [_SQM, "nightly", "--home", small.root, "--as-of", str(LATER)]
    with store_lock(small.home):
        spoken = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert spoken.returncode == 75
    assert spoken.stderr.strip() == (
        "Another run holds the lock of this store: wait for its end (`sqm runs`)."
    )
    assert last_run(small)["as_of"] == AS_OF.isoformat()


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[SmallHome]:
    """A home whose night was killed at several moments, each time somewhere else."""
    small = full_home(tmp_path / "killed")
    chance = random.Random(20261121)
    for step in (
        "sources: landed_files",
        "records: surveys",
        "measures: tickets",
        "release: checks",
    ):
        _kill_after(small, step, chance.uniform(0, 0.4))
        assert last_run(small)["state"] == "running"
        assert current_id(small.home.snapshots) is None
    yield small


def _kill_after(small: SmallHome, step: str, seconds: float) -> None:
    """Start `sqm nightly` and kill it (SIGKILL) `seconds` after it has begun `step`."""
    asked = [_SQM, "nightly", "--home", small.root, "--as-of", str(AS_OF)]
    with subprocess.Popen(
        asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        for line in run.stderr:
            if line.strip() == step:
                time.sleep(seconds)
                run.kill()
                break
        else:
            pytest.fail(f"the night never came to {step}")


def test_nights_that_were_killed_leave_no_trace_in_what_is_published(
    small: SmallHome, killed: SmallHome
) -> None:
    outcome = killed.night()
    assert outcome.exit_code == 0, json.dumps(outcome.run.notes)
    assert killed.contents(of="snapshot") == small.contents(of="snapshot")
    with Ledger(killed.home.ledger) as ledger:
        states = [run["state"] for run in ledger.runs()]
    assert states == ["published", "failed", "failed", "failed", "failed"]
    leftovers = [file.name for file in killed.home.snapshots.iterdir()]
    assert sorted(leftovers) == sorted(
        ["CURRENT", f"{outcome.run.snapshot}.json", f"{outcome.run.snapshot}.duckdb"]
    )
