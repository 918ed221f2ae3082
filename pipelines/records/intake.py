"""From bronze to records: batches are mapped and judged, many small ones or parts of a big one
at a time, and taken into the warehouse in one transaction per record kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.records.parts import ADDED, Part, parts_of, read_part
from pipelines.records.versions import Versions
from pipelines.settings import Settings
from pipelines.sources.bronze import Batch
from pipelines.warehouse import BOOKKEEPING, Warehouse
from quality.contracts.kind import RecordKind
from quality.gate import Sorted, sort_rows
from transforms.catalogue import SLICES
from transforms.mapping.column_plan import Plan, resolve_columns
from transforms.mapping.local_times import add_local_dates
from transforms.mapping.rows import map_columns
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

_NOT_OF_THE_FILE = (*ADDED, "_row", "_ragged")


@dataclass(frozen=True)
class Surroundings:
    """What intake must know besides the rows.

    `known`       reference table -> ids that it knows
    `unit_zones`  org unit -> time zone
    """

    settings: Settings
    known: Mapping[str, pl.Series]
    unit_zones: Mapping[str, str]


@dataclass
class Count:
    """What became of one batch, for `intake.batches`; accepted and superseded are counted later."""

    batch: Batch
    version: str
    rows_read: int = 0
    quarantined: int = 0
    ambiguous_times: int = 0
    nonexistent_times: int = 0
    unused_columns: list[str] = field(default_factory=list)
    refusal: Refusal | None = None


def version_of(source: SourceDefinition, settings: Settings, code: str) -> str:
    """Return the digest of all that decides how a batch is read, except the reference tables."""
    said = json.dumps(
        [
            source.model_dump(mode="json"),
            settings.time_zone,
            settings.tolerance_seconds,
            settings.currency,
            code,
        ],
        sort_keys=True,
    )
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def take_in(
    warehouse: Warehouse,
    kind: RecordKind,
    pending: Mapping[str, Sequence[Batch]],
    sources: Mapping[str, SourceDefinition],
    surroundings: Surroundings,
    code: str,
    *,
    gone: Sequence[int] = (),
) -> list[Count]:
    """Take `pending` batches (by source) of one kind into records and quarantine.

    Batches that were taken in before are withdrawn first, those that are `gone` for good.
    Everything of the kind happens in one transaction: records, older versions, quarantine, the
    account of each batch, the days touched.
    """
    counts = {
        batch.number: Count(batch, version_of(sources[name], surroundings.settings, code))
        for name, batches in pending.items()
        for batch in batches
    }
    with warehouse.transaction():
        versions = Versions(warehouse, kind)
        versions.withdraw([*counts, *gone])
        for name, batches in pending.items():
            for part in _sorted_parts(batches, sources[name], kind, surroundings, counts):
                versions.add(part.valid.select(*BOOKKEEPING, *kind.columns))
                if part.quarantined.height:
                    warehouse.append("records.quarantine", _held(part.quarantined, kind))
        versions.settle()
        _record(warehouse, kind, list(counts.values()), gone)
    return list(counts.values())


def look_at(
    bronze: Path, file: str, source: SourceDefinition, kind: RecordKind, surroundings: Surroundings
) -> tuple[Plan, Sorted]:
    """Map and judge one bronze file without taking it in (`sqm check`)."""
    batch = Batch(0, source.name, "check", file, bronze, 0)
    rows = read_part(Part((batch,), 0, None), source)
    return _judge(rows, source, kind, surroundings, file)


def _sorted_parts(
    batches: Sequence[Batch],
    source: SourceDefinition,
    kind: RecordKind,
    surroundings: Surroundings,
    counts: Mapping[int, Count],
) -> Iterator[Sorted]:
    """Yield the rows of `batches`, judged, part by part; counts and refusals go to `counts`."""
    for part in parts_of(batches, surroundings.settings.rows_at_once, source):
        try:
            rows = read_part(part, source)
            plan, judged = _judge(rows, source, kind, surroundings, part.batches[0].file)
        except Refusal as refusal:
            _refuse(part, source, kind, surroundings, counts, refusal)
            continue
        unused = sorted(plan.unused)
        for batch in part.batches:
            counts[batch.number].unused_columns = unused
        _count(rows, judged, counts)
        yield judged


def _refuse(
    part: Part,
    source: SourceDefinition,
    kind: RecordKind,
    surroundings: Surroundings,
    counts: Mapping[int, Count],
    refusal: Refusal,
) -> None:
    """Give every batch of a refused part the sentence that names its own file."""
    counts[part.batches[0].number].refusal = refusal
    for batch in part.batches[1:]:
        try:
            rows = read_part(Part((batch,), 0, surroundings.settings.rows_at_once), source)
            _judge(rows, source, kind, surroundings, batch.file)
        except Refusal as own:
            counts[batch.number].refusal = own


def _judge(
    rows: pl.DataFrame,
    source: SourceDefinition,
    kind: RecordKind,
    surroundings: Surroundings,
    file: str,
) -> tuple[Plan, Sorted]:
    settings = surroundings.settings
    plan = resolve_columns(
        source,
        [name for name in rows.columns if name not in _NOT_OF_THE_FILE],
        kind.mapped_columns,
        kind.required_columns,
        kind.defaults,
        file=file,
    )
    mapped = map_columns(rows, plan, source, time_zone=settings.time_zone)
    dated = add_local_dates(
        mapped.rows.rename(ADDED),
        kind.local_dates,
        time_zone=settings.time_zone,
        unit_zones=surroundings.unit_zones,
    )
    known = surroundings.known if source.unknown_references == "quarantine" else {}
    judged = sort_rows(
        dated,
        kind,
        known=known,
        tolerance_seconds=settings.tolerance_seconds,
        currency=settings.currency,
    )
    landed = rows.select(
        pl.col("_position").alias("position"),
        pl.coalesce("_ragged", pl.struct(pl.exclude(*_NOT_OF_THE_FILE)).struct.json_encode()).alias(
            "landed"
        ),
    )
    held = judged.quarantined.join(landed, on="position", how="left", maintain_order="left")
    return plan, Sorted(judged.valid, held)


def _count(rows: pl.DataFrame, judged: Sorted, counts: Mapping[int, Count]) -> None:
    read = rows.group_by("_batch_number").len()
    for number, height in read.iter_rows():
        counts[number].rows_read += height
    for number, height in judged.quarantined.group_by("batch_number").len().iter_rows():
        counts[number].quarantined += height
    both = pl.concat(
        [part.select("batch_number", "ambiguous_times", "nonexistent_times") for part in judged]
    )
    odd = both.group_by("batch_number").sum()
    for number, ambiguous, nonexistent in odd.iter_rows():
        counts[number].ambiguous_times += ambiguous
        counts[number].nonexistent_times += nonexistent


def _held(quarantined: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """Return quarantined rows as `records.quarantine` keeps them."""
    sliced = [name for name in SLICES.get(kind.name, ()) if name in kind.columns]
    slices = pl.struct(sliced).struct.json_encode() if sliced else pl.lit("{}")
    unit = "org_unit_id" if "org_unit_id" in kind.columns else None
    return quarantined.select(
        pl.lit(kind.name).alias("kind"),
        *BOOKKEEPING,
        "file",
        pl.coalesce(kind.day, *kind.local_dates).alias("day"),
        (pl.col(unit) if unit else pl.lit(None, pl.String)).alias("org_unit_id"),
        key_text(kind).alias("record_key"),
        slices.alias("slices"),
        "broken_rules",
        "landed",
    )


def key_text(kind: RecordKind) -> pl.Expr:
    """Return the key of a row as one text, null when a part of it is missing."""
    return pl.concat_str([pl.col(name).cast(pl.String) for name in kind.key], separator="\x1f")


def _record(
    warehouse: Warehouse, kind: RecordKind, counts: Iterable[Count], gone: Sequence[int]
) -> None:
    """Write the account of each batch, and count anew what became of older batches' rows."""
    rows = [
        {
            "batch": count.batch.batch,
            "batch_number": count.batch.number,
            "source": count.batch.source,
            "kind": kind.name,
            "file": count.batch.file,
            "state": "refused" if count.refusal else "taken",
            "en": count.refusal.told("en") if count.refusal else None,
            "zh": count.refusal.told("zh") if count.refusal else None,
            "version": count.version,
            "rows_in_file": count.batch.rows,
            "rows_read": count.rows_read,
            "accepted": 0,
            "superseded": 0,
            "quarantined": count.quarantined,
            "ambiguous_times": count.ambiguous_times,
            "nonexistent_times": count.nonexistent_times,
            "unused_columns": count.unused_columns,
        }
        for count in counts
    ]
    run = warehouse.connection.execute
    run(
        "delete from intake.batches where kind = ? and batch_number in (select unnest(?))",
        [kind.name, [*(row["batch_number"] for row in rows), *gone]],
    )
    if rows:
        schema = {
            name: pl.Int64
            for name in rows[0]
            if name not in ("batch", "source", "kind", "file", "state", "en", "zh", "version")
        }
        schema["unused_columns"] = pl.List(pl.String)
        warehouse.append("intake.batches", pl.DataFrame(rows, schema_overrides=schema))
    for column, table in (("accepted", "records"), ("superseded", "superseded")):
        run(
            f"""update intake.batches as kept set {column} = coalesce(counted.rows, 0)
            from (select batch_number, rows from intake.batches left join
                (select batch_number, count(*) as rows from {table}.{kind.name} group by 1)
                using (batch_number) where kind = ?) as counted
            where kept.batch_number = counted.batch_number""",
            [kind.name],
        )
