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

from pipelines import (
    attempt_marts,
    clock_marts,
    clocks,
    comparison_marts,
    control_chart_marts,
    dictionary_marts,
    marts,
    quality_marts,
    release,
    sources,
    survey_marts,
    working_hours,
)
from pipelines.measures import measure_assets
from pipelines.measures_anew import assets_anew
from pipelines.night import Night, end_of_yesterday, open_night
from pipelines.nightly import is_unchanged
from pipelines.records import record_assets
from pipelines.settings import Home, open_home

stages = [
    sources.reference_tables,
    sources.landed_files,
    *record_assets,
    working_hours.working_hours,
    clocks.clocks,
    *measure_assets,
    *assets_anew,
    marts.org_unit_tree,
    marts.held_rows,
    marts.metric_values,
    marts.warnings,
    marts.budget_vs_actual,
    marts.budget_roll_up,
    quality_marts.conservation,
    quality_marts.coverage,
    quality_marts.held_by_rule,
    quality_marts.odd_events,
    clock_marts.clock_disagreements,
    clock_marts.breaches_to_come,
    attempt_marts.suspicious_attempts,
    control_chart_marts.control_points,
    comparison_marts.quality_scores,
    survey_marts.survey_facts,
    dictionary_marts.columns,
    release.candidate,
    release.snapshot,
]
checks = [release.the_candidate_is_fit_to_be_served]

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
