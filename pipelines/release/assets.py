"""Stage 5, release: a copy of the warehouse is judged, and published only if it passes.

What is judged is what is served: the candidate is a file of its own, opened read-only by a process
of its own. To add a check: `quality/checks` (SQL) or `quality/expectations.py`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl
from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    MaterializeResult,
    asset,
    multi_asset_check,
)

from pipelines.code_version import code_version
from pipelines.inputs import inputs_digest
from pipelines.night import Night
from pipelines.release.snapshots import (
    clear_candidates,
    make_candidate,
    manifest_of,
    open_snapshot,
    prune,
    publish,
)
from pipelines.stages import NIGHT, key_of, on_night
from quality.snapshot_checks import check_titles
from quality.verdict import Verdict
from transforms.refusal import Refusal, Sentence

_CANDIDATE = key_of("release", "candidate")
_MARTS = (
    "metric_values",
    "warnings",
    "budget_vs_actual",
    "budget_roll_up",
    "held_rows",
    "conservation",
    "coverage",
    "held_by_rule",
    "odd_events",
    "clock_disagreements",
    "breaches_to_come",
    "suspicious_attempts",
    "control_points",
    "quality_scores",
    "survey_facts",
    "columns",
    "org_unit_tree",
)
# Stands for all that Great Expectations demands of the candidate; its report has them one by one.
_EXPECTATIONS = "great_expectations_are_met"
_FEW_HELD = "few_rows_of_a_batch_are_held"
_NONE_LOST = "no_batch_is_lost"
_CHECKS = {
    **check_titles(),
    _EXPECTATIONS: Sentence(
        "Great Expectations finds nothing wrong (report: store/reports/expectations).",
        "Great Expectations 未发现问题（报告见 store/reports/expectations）。",
    ),
    _FEW_HELD: Sentence(
        "No batch has more rows in quarantine than its source allows.",
        "没有批次的隔离行数超过其来源允许的比例。",
    ),
    _NONE_LOST: Sentence(
        "Every batch that the last snapshot counted can still be read.",
        "上一份快照计入的批次现在仍全部可读。",
    ),
}
# Batches with fewer held rows never hold a snapshot, however small the batch.
_FEW_HELD_ROWS = 10


@asset(
    key=_CANDIDATE,
    group_name="release",
    deps=[key_of("marts", mart) for mart in _MARTS],
    required_resource_keys=NIGHT,
)
@on_night("release", "candidate")
def candidate(night: Night) -> MaterializeResult:
    """A copy of the closed warehouse: not served by anyone yet."""
    with night.warehouse.transaction():
        night.warehouse.remember(
            "inputs", inputs_digest(night.home, night.as_of, night.configuration)
        )
    night.held_batches = [*_batches_with_too_many_held(night), *_batches_lost(night)]
    night.warehouse.close()
    clear_candidates(night.home.snapshots)
    night.candidate = make_candidate(night.home.warehouse, night.home.snapshots)
    return MaterializeResult(metadata={"bytes": night.candidate.stat().st_size})


@multi_asset_check(
    specs=[
        AssetCheckSpec(name, asset=_CANDIDATE, blocking=True, description=" ".join(title))
        for name, title in _CHECKS.items()
    ],
    required_resource_keys=NIGHT,
)
def the_candidate_is_fit_to_be_served(
    context: AssetCheckExecutionContext,
) -> Iterator[AssetCheckResult]:
    """SQL checks and Great Expectations on the candidate; a blocking failure holds the snapshot."""
    night: Night = context.resources.night
    night.on_step("release", "checks")
    with night.timed("release"):
        verdicts = night.judge.verdicts(night.candidate, night.home.reports / "expectations")
        verdicts += night.held_batches
    of_check = defaultdict(list)
    for verdict in verdicts:
        of_check[_check_of(verdict)].append(verdict)
    for name in _CHECKS:
        yield _result(name, of_check[name], night)


def _check_of(verdict: Verdict) -> str:
    return verdict.name if verdict.name in _CHECKS else _EXPECTATIONS


def _result(name: str, verdicts: list[Verdict], night: Night) -> AssetCheckResult:
    """Return what Dagster keeps of a check, and tell the night of its failures."""
    failed = [verdict for verdict in verdicts if not verdict.success]
    is_blocking = any(verdict.blocking for verdict in failed)
    for verdict in failed:
        told = Sentence(
            "{claim} Not so in {table}: {observed} rows. {detail}",
            "{claim}{table} 不满足：{observed} 行。{detail}",
        )
        seen = {"table": verdict.table, "observed": verdict.observed, "detail": verdict.detail}
        night.note(
            told.told("en", claim=verdict.title.en, **seen),
            told.told("zh", claim=verdict.title.zh, **seen),
            is_warning=True,
        )
    if is_blocking:
        night.run.state, night.run.exit_code = "held", 3
    return AssetCheckResult(
        asset_key=_CANDIDATE,
        check_name=name,
        passed=not failed,
        severity=AssetCheckSeverity.ERROR if is_blocking else AssetCheckSeverity.WARN,
        metadata={
            "checked": len(verdicts),
            "failed": json.dumps([verdict.to_json() for verdict in failed], ensure_ascii=False),
        },
    )


def _batches_with_too_many_held(night: Night) -> list[Verdict]:
    """Return the verdict on every batch of which more rows are held than its source allows."""
    limits = {
        name: source.held_share_limit
        for name, source in night.sources.items()
        if source.held_share_limit is not None
    }
    batches = night.warehouse.query(
        "select source, file, rows_read, quarantined from intake.batches where quarantined >= ?",
        [_FEW_HELD_ROWS],
    )
    return [
        Verdict(
            name=_FEW_HELD,
            table="intake.batches",
            blocking=True,
            success=False,
            title=Sentence(
                f"Few rows of {file} ({source}) are held.", f"{file}（{source}）被隔离的行不多。"
            ),
            observed=held,
            detail=f"{held} / {read}; held_share_limit",
        )
        for source, file, read, held in batches.iter_rows()
        if held > read * limits.get(source, night.home.settings.held_share_limit)
    ]


def _batches_lost(night: Night) -> list[Verdict]:
    """Return a verdict on every source with batches that are served now and refused this night.

    A slip in a source's mapping refuses all its files at once: their rows must not vanish from
    the pages for it.
    """
    try:
        with open_snapshot(night.home.snapshots) as served:
            counted = served.query(
                "select batch_number, batch from intake.batches where state = 'taken'"
            )
    except Refusal:
        return []  # nothing is served yet, or what was is torn
    refused = night.warehouse.query(
        "select batch_number, batch, source, rows_in_file, en, zh from intake.batches "
        "where state = 'refused' order by batch_number"
    ).join(counted, on=["batch_number", "batch"], how="semi", maintain_order="left")
    by_source = refused.group_by("source", maintain_order=True).agg(
        pl.len(), pl.col("rows_in_file").sum(), pl.col("en", "zh").first()
    )
    return [
        Verdict(
            name=_NONE_LOST,
            table="intake.batches",
            blocking=True,
            success=False,
            title=Sentence(
                f"The {files} files of source {source} that the last snapshot counted can still "
                "be read.",
                f"上一份快照计入的来源 {source} 的 {files} 个文件现在仍可读取。",
            ),
            observed=rows,
            detail=f"{en} {zh}",
        )
        for source, files, rows, en, zh in by_source.iter_rows()
    ]


@asset(
    key=key_of("release", "snapshot"),
    group_name="release",
    deps=[_CANDIDATE],
    required_resource_keys=NIGHT,
)
@on_night("release", "snapshot")
def snapshot(night: Night) -> MaterializeResult:
    """The candidate, published: CURRENT names it from now on."""
    manifest = manifest_of(
        night.candidate,
        as_of=night.as_of,
        made_at=datetime.now(UTC),
        code_version=code_version(),
        inputs=inputs_digest(night.home, night.as_of, night.configuration),
    )
    night.run.snapshot = publish(night.candidate, manifest, night.home.snapshots)
    prune(night.home.snapshots, night.home.settings.keep_snapshots)
    is_clean = night.warnings == 0
    night.run.state, night.run.exit_code = ("published", 0) if is_clean else ("warned", 4)
    return MaterializeResult(metadata={"snapshot": night.run.snapshot})
