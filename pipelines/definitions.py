"""The whole pipeline: five stages, left to right, one job, one schedule.

sources -> records -> measures -> marts -> release

A new metric, rule, source or page needs nothing here; a new kind of asset is added to its stage.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    Definitions,
    InitResourceContext,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
    define_asset_job,
    definitions,
    in_process_executor,
    resource,
    schedule,
)

from pipelines.marts import (
    attempts,
    clocks,
    control_charts,
    data_quality,
    dictionary,
    figures,
    quality_scores,
    surveys,
)
from pipelines.measures.anew import assets_anew
from pipelines.measures.touched_days import measure_assets
from pipelines.night import Night, end_of_yesterday, open_night
from pipelines.nightly import is_unchanged
from pipelines.records.assets import record_assets
from pipelines.records.clocks import clocks as record_clocks
from pipelines.records.working_hours import working_hours
from pipelines.release.assets import candidate, snapshot, the_candidate_is_fit_to_be_served
from pipelines.settings import Home, open_home
from pipelines.sources.assets import landed_files, reference_tables

stages = [
    reference_tables,
    landed_files,
    *record_assets,
    working_hours,
    record_clocks,
    *measure_assets,
    *assets_anew,
    figures.org_unit_tree,
    figures.held_rows,
    figures.metric_values,
    figures.warnings,
    figures.budget_vs_actual,
    figures.budget_roll_up,
    data_quality.conservation,
    data_quality.coverage,
    data_quality.held_by_rule,
    data_quality.odd_events,
    clocks.clock_disagreements,
    clocks.breaches_to_come,
    attempts.suspicious_attempts,
    control_charts.control_points,
    quality_scores.quality_scores,
    surveys.survey_facts,
    dictionary.columns,
    candidate,
    snapshot,
]
checks = [the_candidate_is_fit_to_be_served]

NIGHTLY = "nightly"
# `sqm` tells what happened in its own words.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def define(home: Home, night: object) -> Definitions:
    """Return the pipeline of `home`; `night` is the resource that its stages work on."""
    # Stages share the warehouse, and a process per step would cost seconds each: one process.
    nightly = define_asset_job(
        NIGHTLY, AssetSelection.all(), executor_def=in_process_executor, config=_QUIET
    )
    return Definitions(
        assets=stages,
        asset_checks=checks,
        jobs=[nightly],
        schedules=[_every_night(home)],
        resources={"night": night},
        executor=in_process_executor,
    )


def _every_night(home: Home) -> ScheduleDefinition:
    """Return the schedule, on unless someone turns it off; a night without news is passed over."""

    @schedule(
        name="every_night",
        job_name=NIGHTLY,
        cron_schedule=f"{home.settings.nightly_at:%-M %-H} * * *",
        execution_timezone=home.settings.time_zone,
        default_status=DefaultScheduleStatus.RUNNING,
    )
    def every_night(_: ScheduleEvaluationContext) -> RunRequest | SkipReason:
        if is_unchanged(home, end_of_yesterday(home)):
            return SkipReason("Nothing is new since the last snapshot.")
        return RunRequest()

    return every_night


@definitions
def defs() -> Definitions:
    """Return the pipeline of the home that SQM_HOME, SQM_LANDING and SQM_STORE name."""
    home = open_home(
        _folder("SQM_HOME") or Path("data"),
        landing=_folder("SQM_LANDING"),
        store=_folder("SQM_STORE"),
    )

    @resource
    def night(_: InitResourceContext) -> Iterator[Night]:
        with open_night(home) as opened:
            yield opened

    return define(home, night)


def _folder(variable: str) -> Path | None:
    return Path(os.environ[variable]) if variable in os.environ else None


def steps_of_stages() -> dict[str, int]:
    """Return how many steps each stage has: its assets, and the checks of the release."""
    steps = Counter(asset.key.path[0] for asset in stages)
    steps["release"] += len(checks)
    return steps
