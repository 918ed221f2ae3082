"""The history of nights, read as the pages of Dagster read it: by Dagster's own classes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import AssetKey, AssetMaterialization, DagsterInstance

from pipelines.definitions import checks, stages
from pipelines.history import open_history
from pipelines.nightly import write_dagster_yaml
from tests.pipelines.small_home import new_home, published_home

_RECORDED = AssetMaterialization("tickets", metadata={"rows": 3})
_RECORD_AND_DIE = """
import os, pathlib, signal, sys
from dagster import AssetMaterialization
from pipelines.history import open_history
with open_history(pathlib.Path(sys.argv[1])) as history:
    history.report_runless_asset_event(AssetMaterialization("tickets", metadata={"rows": 3}))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a history without nights."""
    return write_dagster_yaml(new_home(tmp_path).home)


def _rows_recorded(folder: Path) -> list[object]:
    with DagsterInstance.from_config(str(folder)) as instance:
        found = instance.fetch_materializations(AssetKey("tickets"), limit=9).records
    return [record.asset_materialization.metadata["rows"].value for record in found]


def test_what_is_recorded_can_be_read_while_the_night_goes_on(folder: Path) -> None:
    with open_history(folder) as history:
        history.report_runless_asset_event(_RECORDED)
        assert _rows_recorded(folder) == [3]
        history.report_runless_asset_event(_RECORDED)
        assert _rows_recorded(folder) == [3, 3]


def test_what_is_recorded_outlives_a_night_that_is_killed(folder: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _RECORD_AND_DIE, folder], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _rows_recorded(folder) == [3]


def test_a_history_that_dagster_began_goes_on(folder: Path) -> None:
    with DagsterInstance.from_config(str(folder)) as instance:
        instance.report_runless_asset_event(_RECORDED)
    with open_history(folder) as history:
        history.report_runless_asset_event(_RECORDED)
    assert _rows_recorded(folder) == [3, 3]


def test_no_file_stays_open_after_the_night(folder: Path) -> None:
    with open_history(folder) as history:
        history.report_runless_asset_event(_RECORDED)
    # SQLite's log of a file is there for as long as the file is open.
    assert not list(folder.rglob("*-wal"))


@pytest.mark.slow
def test_every_asset_and_every_check_of_a_night_is_in_its_history(tmp_path: Path) -> None:
    small = published_home(tmp_path)
    with DagsterInstance.from_config(str(small.home.dagster)) as instance:
        (run,) = instance.get_runs()
        assert run.status.value == "SUCCESS"
        recorded = instance.all_logs(run.run_id)
        records = instance.get_asset_records([asset.key for asset in stages])
    assert {record.asset_entry.last_run_id for record in records} == {run.run_id}
    assert len(records) == len(stages)
    evaluated = [
        entry.dagster_event.asset_check_evaluation_data.check_name
        for entry in recorded
        if entry.dagster_event_type.value == "ASSET_CHECK_EVALUATION"
    ]
    assert sorted(evaluated) == sorted(key.name for check in checks for key in check.check_keys)
