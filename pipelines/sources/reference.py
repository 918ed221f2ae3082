"""Reference tables: read from `reference/*.csv`, judged, kept by content in bronze.

A table that breaks its contract does not stop the night: the last good one stays in use and the
sentence is told. Without a good one there is nothing to stand on, and the refusal stops the run.

Holidays are the file's and, for the countries that calendars name, those of the library `holidays`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.settings import Home
from pipelines.sources.bronze import batch_name, sha256_of
from pipelines.warehouse import Warehouse
from quality.contracts import REFERENCE_TABLES, ReferenceTable
from quality.contracts.reference import check_relations, read_reference
from quality.contracts.reference.table import ROUND_THE_CLOCK
from transforms.catalogue import METRICS
from transforms.holidays import with_public_holidays
from transforms.refusal import Refusal

# Version of a table that the home does not have.
_NONE = "none"
# Between the version of a file and the digest of rows that come from elsewhere.
_AND = "+"


@dataclass
class Reference:
    """Every reference table, empty where the home has none, and what was refused.

    The version of a table is its file's name in bronze; that of holidays changes with the public
    holidays added to it as well.
    """

    tables: dict[str, pl.DataFrame]
    versions: dict[str, str]
    refusals: list[Refusal] = field(default_factory=list)

    def known(self) -> dict[str, pl.Series]:
        """Return the ids that records may point to, by table."""
        columns = {"org_units": "id", "accounts": "code", "service_levels": "service_level"}
        return {table: self.tables[table][column] for table, column in columns.items()}

    def unit_zones(self) -> dict[str, str]:
        """Return the time zone of every org unit that has its own."""
        units = self.tables["org_units"].filter(pl.col("time_zone").is_not_null())
        return dict(units.select("id", "time_zone").iter_rows())


def read_tables(home: Home) -> Reference:
    """Return all reference tables of `home`, each as it is now or was last found good.

    Writes nothing. Raises Refusal when a table is broken and no good version of it is known.
    """
    reference = Reference({}, {})
    good = _last_good(home)
    for name, table in REFERENCE_TABLES.items():
        file = home.reference / f"{name}.csv"
        reference.versions[name] = batch_name(sha256_of(file)) if file.is_file() else _NONE
        try:
            reference.tables[name] = read_table(table, file)
        except Refusal as refusal:
            _fall_back(reference, name, home, good, refusal)
    try:
        check_relations(reference.tables)
    except Refusal as refusal:
        # Only the tables of one time are sure to agree, so all go back; one that is new goes out.
        for name in REFERENCE_TABLES:
            _fall_back(reference, name, home, good and {name: _NONE, **good}, refusal)
    _add_public_holidays(reference)
    return reference


def _add_public_holidays(reference: Reference) -> None:
    """Add the days of the countries that calendars name: same files and library, same days."""
    own = reference.tables["holidays"]
    holidays = with_public_holidays(reference.tables["calendars"], own)
    if holidays.height > own.height:
        added = holidays.slice(own.height).write_csv().encode()
        reference.versions["holidays"] += _AND + batch_name(hashlib.sha256(added).hexdigest())
    reference.tables["holidays"] = holidays


def keep_tables(home: Home, reference: Reference) -> None:
    """Keep a copy of every version in use: it is what a broken successor falls back to.

    They lie in bronze with a note of which are in use, so `sqm rebuild` can fall back too.
    """
    versions = {name: version.partition(_AND)[0] for name, version in reference.versions.items()}
    for name, version in versions.items():
        file, kept = home.reference / f"{name}.csv", _kept(home, name, version)
        if file.is_file() and not kept.is_file() and version == batch_name(sha256_of(file)):
            _write_whole(kept, file.read_bytes())
    _write_whole(_note(home), json.dumps(versions, indent=1).encode())


def read_table(table: ReferenceTable, file: Path) -> pl.DataFrame:
    """Return the typed rows of one file, none where it is not there; raise Refusal when broken."""
    if not file.is_file():
        return pl.DataFrame(schema=table.columns)
    try:
        rows = pl.read_csv(file, infer_schema=False, row_index_name="_row", row_index_offset=2)
    except pl.exceptions.PolarsError as error:
        raise Refusal(
            "reference/{file} is no readable CSV ({problem}): correct it.",
            "reference/{file} 不是可读取的 CSV（{problem}）：请改正。",
            file=file.name,
            problem=str(error).splitlines()[0],
        ) from error
    return read_reference(table, rows, file=f"reference/{file.name}", known_metrics=METRICS)


def _fall_back(
    reference: Reference, name: str, home: Home, good: Mapping[str, str], refusal: Refusal
) -> None:
    """Use the last good version of a table, or stop with its refusal."""
    version = good.get(name)
    if version is None:
        raise refusal
    reference.tables[name] = read_table(REFERENCE_TABLES[name], _kept(home, name, version))
    reference.versions[name] = version
    if refusal not in reference.refusals:
        reference.refusals.append(refusal)


def _kept(home: Home, name: str, version: str) -> Path:
    return home.bronze / "reference" / name / f"{version}.csv"


def _note(home: Home) -> Path:
    return home.bronze / "reference" / "in_use.json"


def _last_good(home: Home) -> dict[str, str]:
    """Return table -> version that the last night used, nothing before the first."""
    note = _note(home)
    return json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file such that a night that dies here leaves no half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)


def register_unknown(warehouse: Warehouse, reference: Reference, home_zone: str) -> int:
    """Write `reference.org_units` with the units that records name and the table does not.

    They are marked `is_registered` = false. Every unit has a zone, its own or the home's. Returns
    how many unknown ones there are.
    """
    units = reference.tables["org_units"].with_columns(
        pl.col("time_zone").fill_null(home_zone), pl.lit(True).alias("is_registered")
    )
    named = " union ".join(
        f"select org_unit_id from records.{kind}"
        for kind in (
            "tickets",
            "deliveries",
            "surveys",
            "finance_entries",
            "budget_lines",
            "duties",
        )
    )
    unknown = warehouse.query(f"select distinct org_unit_id as id from ({named}) order by id")
    strangers = unknown.filter(~pl.col("id").is_in(units["id"].implode())).with_columns(
        pl.col("id").alias("name"),
        pl.col("id").alias("name_zh"),
        pl.lit("outlet").alias("kind"),
        pl.lit(ROUND_THE_CLOCK).alias("calendar"),
        pl.lit(home_zone).alias("time_zone"),
        pl.lit(False).alias("is_registered"),
    )
    warehouse.replace_table(
        "reference.org_units", pl.concat([units, strangers], how="diagonal").sort("id")
    )
    return strangers.height
