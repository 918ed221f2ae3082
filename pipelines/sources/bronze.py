"""Bronze: every landed file kept as it came, one immutable Parquet file per batch.

`store/bronze/<source>/<batch>.parquet`, named by the hash of the landed bytes. Each carries its
own facts as Parquet metadata, so bronze alone suffices to make the warehouse again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

_FACT = "sqm."


@dataclass(frozen=True, order=True)
class Batch:
    """One landed file of one source. `number` counts batches in the order they were taken in.

    `read_as` is the digest of what the source said of its files' form when it was read.
    """

    number: int
    source: str
    batch: str
    file: str
    path: Path
    rows: int
    read_as: str = ""


def batch_name(sha256: str) -> str:
    """Return the name of a batch: the first 16 hex digits of its bytes' SHA-256."""
    return sha256[:16]


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def facts(number: int, source: str, batch: str, file: str, read_as: str) -> dict[str, str]:
    """Return what a bronze file must know of itself, as Parquet metadata."""
    return {
        f"{_FACT}number": str(number),
        f"{_FACT}source": source,
        f"{_FACT}batch": batch,
        f"{_FACT}file": file,
        f"{_FACT}read_as": read_as,
    }


def bronze_path(bronze: Path, source: str, batch: str) -> Path:
    """Return where the batch of a source lies."""
    return bronze / source / f"{batch}.parquet"


def read_batches(bronze: Path) -> list[Batch]:
    """Return every batch in bronze, in the order they were taken in."""
    if not any(bronze.glob("*/*.parquet")):
        return []
    pattern = str(bronze / "*" / "*.parquet")
    with duckdb.connect() as connection:
        rows = connection.execute(
            """
            with known as (
                select file_name, decode(key) as name, decode(value) as fact
                from parquet_kv_metadata($pattern) where decode(key) like 'sqm.%'
            ),
            counted as (select file_name, num_rows from parquet_file_metadata($pattern))
            select file_name, map_from_entries(list((name, fact))), any_value(num_rows)
            from known join counted using (file_name) group by file_name
            """,
            {"pattern": pattern},
        ).fetchall()
    return sorted(
        Batch(
            number=int(known[f"{_FACT}number"]),
            source=known[f"{_FACT}source"],
            batch=known[f"{_FACT}batch"],
            file=known[f"{_FACT}file"],
            path=Path(path),
            rows=rows_kept,
            read_as=known.get(f"{_FACT}read_as", ""),
        )
        for path, known, rows_kept in rows
    )
