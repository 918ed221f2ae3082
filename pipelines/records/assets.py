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
from pipelines.night import Night
from pipelines.records.intake import Count, take_in, version_of
from pipelines.sources.bronze import Batch
from pipelines.stages import NIGHT, key_of, on_night
from quality.contracts import RECORD_KINDS
from quality.contracts.kind import RecordKind


def take_in_pending(night: Night, kind: RecordKind) -> list[Count]:
    """Bring the records of `kind` in line with bronze, sources and reference tables.

    Returns what became of each batch taken in; those refused are told in the summary.
    """
    pending, gone = pending_batches(night, kind), gone_batches(night, kind)
    told_before = _unused_columns(night, kind)
    counts = []
    if pending or gone:
        counts = take_in(
            night.warehouse,
            kind,
            pending,
            night.sources,
            night.surroundings,
            code_version(),
            gone=gone,
        )
    with night.warehouse.transaction():
        night.warehouse.remember(f"known.{kind.name}", json.dumps(_known_to(night, kind)))
    for count in counts:
        if count.refusal:
            night.note_refusal(count.refusal)
    for source, columns in _unused_columns(night, kind).items():
        if new := sorted(columns - told_before.get(source, set())):
            names = ", ".join(new)
            night.note(
                f"Source {source}: nothing reads the columns {names}; they are kept in bronze.",
                f"来源 {source}：未使用的列 {names} 仅保留在 bronze 中。",
            )
    return counts


def _unused_columns(night: Night, kind: RecordKind) -> dict[str, set[str]]:
    """Return by source the columns of its files that nothing reads."""
    rows = night.warehouse.connection.execute(
        "select source, list(distinct name) from (select source, unnest(unused_columns) as name "
        "from intake.batches where kind = ?) group by source",
        [kind.name],
    ).fetchall()
    return {source: set(columns) for source, columns in rows}


def gone_batches(night: Night, kind: RecordKind) -> list[int]:
    """Return the batches taken in as `kind` that are none of its any more.

    Their source was removed or is of another kind now, or they were removed from bronze. A source
    whose definition is broken keeps its rows until that is mended.
    """
    here = {
        (batch.number, batch.batch)
        for of_source in night.batches_of(kind.name).values()
        for batch in of_source
    }
    in_bronze = {(batch.number, batch.batch) for batch in night.landed.batches}
    taken = night.warehouse.connection.execute(
        "select batch_number, batch, source from intake.batches where kind = ?", [kind.name]
    ).fetchall()
    return [
        number
        for number, batch, source in taken
        if (number, batch) not in here
        and ((number, batch) not in in_bronze or not night.is_broken(source))
    ]


def pending_batches(night: Night, kind: RecordKind) -> dict[str, list[Batch]]:
    """Return by source the batches to take in: new ones, and those that may come out otherwise.

    A batch is taken in anew when mapping, contract, settings or code changed. When only the
    reference tables grew, the batches with held rows are tried again; when they lost an id or
    the time zones of units changed, all are.
    """
    taken = {
        (number, batch): (version, quarantined)
        for number, batch, version, quarantined in night.warehouse.connection.execute(
            "select batch_number, batch, version, quarantined from intake.batches where kind = ?",
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
            if (before := taken.get((batch.number, batch.batch))) is None
            or before[0] != version
            or change == "other"
            or (change == "grown" and before[1] > 0)
        ]
    return {name: batches for name, batches in pending.items() if batches}


def _change_of_reference(night: Night, kind: RecordKind) -> str:
    """Say how what `kind` knows of reference tables differs from last time: none, grown, other."""
    before = json.loads(night.warehouse.fact(f"known.{kind.name}") or "null")
    now = _known_to(night, kind)
    if before is None or before == now:
        return "none"
    is_grown = (
        before.keys() == now.keys()
        and before["zones"] == now["zones"]
        and all(set(before[table]) <= set(now[table]) for table in kind.references.values())
    )
    return "grown" if is_grown else "other"


def _known_to(night: Night, kind: RecordKind) -> dict:
    """Return what decides how rows of `kind` come out: known ids, and zones of local dates."""
    known = night.reference.known()
    has_zones = bool(kind.local_dates) and "org_unit_id" in kind.columns
    return {
        "zones": night.reference.unit_zones() if has_zones else {},
        **{table: sorted(known[table]) for table in kind.references.values()},
    }


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
        counts = take_in_pending(night, kind)
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
