"""What Dagster shows, written down: assets, groups, checks and the schedule."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from dagster import Definitions, build_schedule_context

from pipelines.definitions import NIGHTLY, define, defs, stages, steps_of_stages
from pipelines.ledger import Ledger
from pipelines.nightly import dagster_instance
from pipelines.release.snapshots import current_id
from tests.pipelines.small_home import AS_OF, SmallHome, full_home, published_home

_PROJECT = Path(__file__).parents[2]
_RECORDS = (
    "account_balances", "budget_lines", "clocks", "deliveries", "delivery_events", "duties",
    "finance_entries", "surveys", "ticket_events", "tickets", "working_hours",
)  # fmt: skip
_MEASURES = (
    "backlog", "budget_months", "clocks", "deliveries", "delivery_stages", "duties",
    "finance_entries", "surveys", "tickets",
)  # fmt: skip
_MARTS = (
    "breaches_to_come", "budget_roll_up", "budget_vs_actual", "clock_disagreements", "columns",
    "conservation", "control_points", "coverage", "held_by_rule", "held_rows", "metric_values",
    "odd_events", "org_unit_tree", "quality_scores", "survey_facts", "suspicious_attempts",
    "warnings",
)  # fmt: skip
_ASSETS = {
    "sources": ("landed_files", "reference_tables"),
    "records": _RECORDS,
    "measures": _MEASURES,
    "marts": _MARTS,
    "release": ("candidate", "snapshot"),
}
_CHECKS = (
    "accepted_rows_are_in_records",
    "days_off_ahead_are_announced",
    "deliveries_picked_up_tie_to_records",
    "every_instant_has_its_local_date",
    "every_ticket_has_its_clocks",
    "few_rows_of_a_batch_are_held",
    "no_batch_is_lost",
    "great_expectations_are_met",
    "no_key_is_there_twice",
    "org_units_of_measures_are_known",
    "parts_of_every_clock_sum_to_its_time",
    "rows_read_are_accounted_for",
    "tickets_opened_tie_to_records",
)


@pytest.fixture
def small(tmp_path: Path) -> SmallHome:
    return full_home(tmp_path)


@pytest.fixture
def definitions(small: SmallHome) -> Definitions:
    return define(small.home, night=None)


def test_the_stages_have_these_assets_each_in_the_group_of_its_stage() -> None:
    found: dict[str, set[str]] = {}
    for asset in stages:
        stage, name = asset.key.path
        assert asset.group_names_by_key[asset.key] == stage
        found.setdefault(stage, set()).add(name)
    assert found == {stage: set(names) for stage, names in _ASSETS.items()}
    assert list(found) == ["sources", "records", "measures", "marts", "release"]


def test_steps_are_counted_for_the_progress_bars() -> None:
    assert steps_of_stages() == {
        "sources": 2, "records": 11, "measures": 9, "marts": 17, "release": 3,
    }  # fmt: skip


def test_every_asset_and_every_check_says_what_it_is(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    silent = [key for key in graph.get_all_asset_keys() if not graph.get(key).description]
    assert silent == []
    checks = [graph.get(key) for key in graph.asset_check_keys]
    assert [check for check in checks if not check.description] == []


def test_the_candidate_must_pass_these_checks_before_it_is_published(
    definitions: Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    assert sorted(key.name for key in graph.asset_check_keys) == sorted(_CHECKS)
    assert {key.asset_key.path[-1] for key in graph.asset_check_keys} == {"candidate"}
    assert all(graph.get(key).blocking for key in graph.asset_check_keys)


def test_the_schedule_is_nightly_at_two_in_the_homes_zone(definitions: Definitions) -> None:
    (schedule,) = definitions.schedules
    assert (schedule.name, schedule.cron_schedule) == ("every_night", "0 2 * * *")
    assert schedule.execution_timezone == "Asia/Shanghai"
    assert schedule.job_name == NIGHTLY
    assert schedule.default_status.value == "RUNNING"


def test_the_home_says_when_its_night_begins(small: SmallHome) -> None:
    small.write("settings.toml", 'time_zone = "Europe/Berlin"\nnightly_at = 03:45:00\n')
    (schedule,) = define(small.home, night=None).schedules
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("45 3 * * *", "Europe/Berlin")


@pytest.mark.slow
def test_importing_the_definitions_needs_no_home_and_touches_no_disk(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and seen.append(str(args[0])))\n"
        "import pipelines.definitions\n"
        f"print([path for path in seen if path.startswith({str(tmp_path)!r})])\n"
        f"print(list(pathlib.Path({str(tmp_path)!r}).iterdir()))\n"
    )
    spoken = subprocess.run(
        [sys.executable, "-c", program],
        cwd=_PROJECT,
        env={"SQM_HOME": str(tmp_path / "no-home"), "SQM_STORE": str(tmp_path / "store")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert spoken.stdout.splitlines() == ["[]", "[]"]


@pytest.mark.slow
def test_dagster_runs_the_night_of_the_home_that_the_environment_names(
    small: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQM_HOME", str(small.root))
    monkeypatch.delenv("SQM_STORE", raising=False)
    monkeypatch.delenv("SQM_LANDING", raising=False)
    own = defs()
    with dagster_instance(small.home) as instance:
        outcome = own.resolve_job_def(NIGHTLY).execute_in_process(instance=instance)
        assert outcome.success
    with Ledger(small.home.ledger) as ledger:
        (run,) = ledger.runs()
    assert (run["state"], run["exit_code"]) == ("published", 0)
    assert run["snapshot"] == current_id(small.home.snapshots)


@pytest.mark.slow
def test_the_schedule_passes_over_nights_without_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = published_home(tmp_path / "published")
    monkeypatch.setattr("pipelines.definitions.end_of_yesterday", lambda home: AS_OF)
    (schedule,) = define(small.home, night=None).schedules
    passed = schedule.evaluate_tick(build_schedule_context())
    assert not passed.run_requests
    assert passed.skip_message == "Nothing is new since the last snapshot."
    small.land("tickets/april.csv", "ticket_id\n")
    assert len(schedule.evaluate_tick(build_schedule_context()).run_requests) == 1
