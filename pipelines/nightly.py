"""`sqm nightly`: the job of `definitions.py`, run once in this process, on the same instance.

So the history that Dagster shows holds the nights of cron and of its own schedule alike.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pipelines.inputs import configuration_digest, inputs_digest
from pipelines.ledger import Ledger, Run
from pipelines.night import Night, end_of_yesterday, open_night
from pipelines.release.snapshots import current_id, open_snapshot
from pipelines.settings import Home
from pipelines.sources.landing import is_anything_new, read_sources
from quality.contracts import RECORD_KINDS
from transforms.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster import DagsterInstance

# Ours, written anew at each start: telemetry and greetings off, a bounded history.
_DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days: 90
"""


@dataclass(frozen=True)
class Outcome:
    """How a night ended; the sentences of its summary stand in `run.notes`."""

    run: Run
    exit_code: int


def run_nightly(
    home: Home,
    as_of: date | None = None,
    on_step: Callable[[str, str], None] = lambda stage, step: None,
) -> Outcome:
    """Run the night once, or find that nothing has changed since the last published one.

    `on_step` is called with (stage, step) as each step starts. Raises Refusal for a home that
    cannot be used, AnotherRunHoldsTheLock when one is under way.
    """
    day = as_of or end_of_yesterday(home)
    if is_unchanged(home, day):
        return _record_unchanged(home, day)
    with open_night(home, day) as night:
        night.on_step = on_step
        _execute(night)
    return Outcome(night.run, night.run.exit_code or 0)


def run_rebuild(
    home: Home,
    as_of: date | None = None,
    on_step: Callable[[str, str], None] = lambda stage, step: None,
) -> Outcome:
    """Forget the warehouse and run the night: bronze holds all that it needs.

    Raises as `run_nightly` does. A process that dies on the way has lost nothing: the next night
    finds every batch of bronze not taken in.
    """
    with open_night(home, as_of, afresh=True) as night:
        night.on_step = on_step
        _execute(night)
    return Outcome(night.run, night.run.exit_code or 0)


def run_backfill(
    home: Home,
    first: date,
    last: date,
    as_of: date | None = None,
    on_step: Callable[[str, str], None] = lambda stage, step: None,
) -> Outcome:
    """Run the night and sum the days `first` to `last` again, whether rows touched them or not.

    Raises as `run_nightly` does.
    """
    with open_night(home, as_of) as night:
        night.on_step = on_step
        for kind in RECORD_KINDS:
            night.warehouse.touch_days(kind, first, last)
        _execute(night)
    return Outcome(night.run, night.run.exit_code or 0)


def is_unchanged(home: Home, as_of: date) -> bool:
    """Say whether the current snapshot was made from just what a night would find now.

    A snapshot that cannot be served (none yet, torn) is always worth a night.
    """
    try:
        with open_snapshot(home.snapshots) as snapshot:
            made_from = snapshot.manifest.inputs
    except Refusal:
        return False
    if made_from != inputs_digest(home, as_of, configuration_digest(home)):
        return False
    with Ledger(home.ledger) as ledger:
        sources, _ = read_sources(home)
        return not is_anything_new(home, sources, ledger)


def _record_unchanged(home: Home, as_of: date) -> Outcome:
    now = datetime.now(UTC)
    run = Run(uuid4().hex[:12], as_of, now, "unchanged", now, 0, current_id(home.snapshots))
    run.notes.append(("Nothing is new since the last snapshot.", "自上次快照以来没有任何变化。"))
    with Ledger(home.ledger) as ledger:
        ledger.record_run(run)
    return Outcome(run, 0)


def _execute(night: Night) -> None:
    """Run the job of the definitions on `night`. A failed step raises its own error."""
    from dagster import ResourceDefinition

    from pipelines.definitions import NIGHTLY, define

    job = define(night.home, ResourceDefinition.hardcoded_resource(night)).resolve_job_def(NIGHTLY)
    with dagster_instance(night.home) as instance:
        outcome = job.execute_in_process(instance=instance, raise_on_error=False)
    if outcome.success or night.run.state == "held":
        return
    if night.error is not None:
        raise night.error
    failed = [event for event in outcome.all_events if event.is_step_failure]
    raise RuntimeError(failed[0].step_failure_data.error.to_string())


@contextmanager
def dagster_instance(home: Home) -> Iterator[DagsterInstance]:
    """Open the Dagster instance of the store: history, schedules, assets."""
    from pipelines.history import open_history

    with open_history(write_dagster_yaml(home)) as instance:
        yield instance


def write_dagster_yaml(home: Home) -> Path:
    """Write the instance's settings and return its folder (DAGSTER_HOME)."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    (home.dagster / "dagster.yaml").write_text(_DAGSTER_YAML, encoding="utf-8")
    return home.dagster
