"""Stage 2, records: batches are mapped and judged; good rows become records, others are held.

One asset per record kind. To add a kind: its contract in `quality/contracts`.
"""

from __future__ import annotations

import json

from dagster import (
    AssetsDefinition,
    MaterializeResult,
    asset,
)

from pipelines.code_version import code_version
from pipelines.intake import take_in, version_of
from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from quality.contracts import RECORD_KINDS
from quality.contracts.kind import RecordKind

_REFERENCES = ("org_units", "accounts", "service_levels")


def pending_batches(night: Night, kind: RecordKind) -> dict[str, list]:
    """Return by source the batches to take in: new ones, and those that may come out otherwise.

    A batch is taken in anew when mapping, contract, settings or code changed. When only the
    reference tables grew, the batches with held rows are tried again; when they lost an id or
    a unit's time zone changed, all are.
    """
    taken = {
        number: (version, quarantined)
        for number, version, quarantined in night.warehouse.connection.execute(
            "select batch_number, version, quarantined from intake.batches where kind = ?",
            [kind.name],
        ).fetchall()
    }
    change = _change_of_reference(night, kind)
    pending = {}
    for name, batches in night.batches_of(kind.name).items():
        version = version_of(night.sources[name], night.home.settings, code_version())
        pending[name] = [
            batch
            for batch in batches
            if batch.number not in taken
            or taken[batch.number][0] != version
            or change == "other"
            or (change == "grown" and taken[batch.number][1] > 0)
        ]
    return {name: batches for name, batches in pending.items() if batches}


def _change_of_reference(night: Night, kind: RecordKind) -> str:
    """Say how what `kind` knows of reference tables differs from last time: none, grown, other."""
    before = json.loads(night.warehouse.fact(f"known.{kind.name}") or "null")
    now = _known_to(night)
    if before is None or before == now:
        return "none"
    is_grown = all(set(before[table]) <= set(now[table]) for table in _REFERENCES) and (
        before["zones"].items() <= now["zones"].items()
    )
    return "grown" if is_grown else "other"


def _known_to(night: Night) -> dict:
    known = {table: sorted(ids) for table, ids in night.reference.known().items()}
    return {**known, "zones": night.reference.unit_zones()}


def _make(kind: RecordKind) -> AssetsDefinition:
    @asset(
        key=key_of("records", kind.name),
        group_name="records",
        deps=[key_of("sources", "landed_files"), key_of("sources", "reference_tables")],
        description=f"{kind.title.en}: the newest valid version of every row.",
        required_resource_keys=NIGHT,
    )
    @on_night("records", kind.name)
    def records(night: Night) -> MaterializeResult:
        pending = pending_batches(night, kind)
        counts = (
            take_in(
                night.warehouse, kind, pending, night.sources, night.surroundings, code_version()
            )
            if pending
            else []
        )
        with night.warehouse.transaction():
            night.warehouse.remember(f"known.{kind.name}", json.dumps(_known_to(night)))
        for count in counts:
            if count.refusal:
                night.note_refusal(count.refusal)
        totals = night.warehouse.query(
            "select count(*) as batches, sum(rows_read)::bigint as rows_read, "
            "sum(accepted)::bigint as accepted, sum(superseded)::bigint as superseded, "
            "sum(quarantined)::bigint as quarantined from intake.batches where kind = ?",
            [kind.name],
        ).fill_null(0)
        return MaterializeResult(
            metadata={"batches_taken_in": len(counts), **totals.row(0, named=True)}
        )

    return records


record_assets = [_make(kind) for kind in RECORD_KINDS.values()]
