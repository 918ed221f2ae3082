"""Stage 1, sources: reference tables and landed files are read, nothing is changed.

A new kind of file is a reader (`pipelines/sources/readers`); a new export is `sources/<name>.toml`.
"""

from __future__ import annotations

from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.sources.landing import land
from pipelines.stages import NIGHT, key_of, on_night


@asset(
    key=key_of("sources", "reference_tables"), group_name="sources", required_resource_keys=NIGHT
)
@on_night("sources", "reference_tables")
def reference_tables(night: Night) -> MaterializeResult:
    """Calendars, org units, accounts, targets, rules: contract-checked, kept by content."""
    reference = night.reference
    for refusal in reference.refusals:
        night.note_refusal(refusal)
    with night.warehouse.transaction():
        for name, table in reference.tables.items():
            if name != "org_units":
                night.warehouse.replace_table(f"reference.{name}", table)
    return MaterializeResult(
        metadata={name: table.height for name, table in reference.tables.items()}
    )


@asset(key=key_of("sources", "landed_files"), group_name="sources", required_resource_keys=NIGHT)
@on_night("sources", "landed_files")
def landed_files(night: Night) -> MaterializeResult:
    """New files and queries, found by content and copied to bronze; refused ones are told."""
    known = {
        (file.source, file.file)
        for file in night.ledger.landed_files().values()
        if file.state == "refused"
    }
    night.landed = land(night.home, night.sources, night.ledger)
    for refusal in night.source_refusals:
        night.note_refusal(refusal)
    for file in night.landed.refused:
        night.note(file.en or "", file.zh or "", is_warning=(file.source, file.file) not in known)
    for file in night.landed.doubled:
        night.note(file.en or "", file.zh or "")
    return MaterializeResult(
        metadata={
            "files_new": len(night.landed.new),
            "files_refused": len(night.landed.refused),
            "files_doubled": len(night.landed.doubled),
            "batches": len(night.landed.batches),
        }
    )
