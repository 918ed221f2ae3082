"""The book of the store: which landed files were seen, and how every night went.

A small SQLite file beside the warehouse. It saves hashing every file every night and remembers
refusals and runs; losing it loses history, never records: bronze knows its own batches.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Self

_TABLES = """
create table if not exists landed_files (
    source text not null, file text not null, bytes integer not null, modified_ns integer not null,
    sha256 text not null, state text not null, definition text not null, en text, zh text,
    primary key (source, file)
);
create table if not exists runs (
    run_id text primary key, as_of text not null, started_at text not null, ended_at text,
    state text not null, exit_code integer, snapshot text, seconds text, notes text
);
"""
_LAST_RUNS = "select * from runs order by started_at desc limit ?"
_REFUSED = (
    "select source, file, state, en, zh from landed_files where state <> 'landed' "
    "order by state desc, source, file"
)


@dataclass(frozen=True)
class LandedFile:
    """One file of the landing folder as it was last seen.

    `state`       landed | doubled (same bytes as another file of the source) | refused
    `definition`  digest of what its source said of how files are read: it is read again when
                  that changes
    `en`, `zh`    the sentence that refused it, or says what it doubles
    """

    source: str
    file: str
    bytes: int
    modified_ns: int
    sha256: str
    state: Literal["landed", "doubled", "refused"]
    definition: str
    en: str | None = None
    zh: str | None = None


@dataclass
class Run:
    """One night. `seconds` per stage; `notes` are the sentences of its summary (en, zh)."""

    run_id: str
    as_of: date
    started_at: datetime
    state: Literal["running", "published", "warned", "unchanged", "held", "failed"] = "running"
    ended_at: datetime | None = None
    exit_code: int | None = None
    snapshot: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)


class Ledger:
    """Opens (and makes) the ledger; every write is its own transaction."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, timeout=30)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def landed_files(self) -> dict[tuple[str, str], LandedFile]:
        """Return every file seen, by (source, file)."""
        rows = self._connection.execute("select * from landed_files")
        return {(row["source"], row["file"]): LandedFile(**dict(row)) for row in rows}

    def record_files(self, files: list[LandedFile]) -> None:
        """Remember `files`, replacing what was known of them."""
        with self._writing() as connection:
            connection.executemany(
                "insert or replace into landed_files values (:source, :file, :bytes, "
                ":modified_ns, :sha256, :state, :definition, :en, :zh)",
                [asdict(file) for file in files],
            )

    def record_run(self, run: Run) -> None:
        """Write `run` as it stands now; called at its start and at its end."""
        with self._writing() as connection:
            connection.execute(
                "insert or replace into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run.run_id,
                    run.as_of.isoformat(),
                    run.started_at.isoformat(),
                    run.ended_at.isoformat() if run.ended_at else None,
                    run.state,
                    run.exit_code,
                    run.snapshot,
                    json.dumps(run.seconds),
                    json.dumps(run.notes, ensure_ascii=False),
                ),
            )

    def close_dead_runs(self) -> None:
        """Call those still "running" failed: the lock is ours, so their processes are gone."""
        with self._writing() as connection:
            connection.execute(
                "update runs set state = 'failed', exit_code = 1, ended_at = ?, notes = ? "
                "where state = 'running'",
                (
                    datetime.now(UTC).isoformat(),
                    json.dumps(
                        [("The process died before its end.", "进程在结束前中断。")],
                        ensure_ascii=False,
                    ),
                ),
            )

    def runs(self, limit: int = 30) -> list[dict[str, Any]]:
        """Return the last runs, newest first, as plain values."""
        rows = self._connection.execute(_LAST_RUNS, (limit,))
        return [_run_of(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connection:  # commits, or rolls back on an error
            yield self._connection


def read_runs(file: Path, limit: int = 30) -> list[dict[str, Any]]:
    """Return the last runs as `Ledger.runs` does, without writing: none before the first night."""
    return [_run_of(row) for row in _read(file, _LAST_RUNS, limit)]


def read_refused(file: Path) -> list[dict[str, Any]]:
    """Return the landed files that do not count, the refused before the doubled, without writing.

    Each has source, file, state (refused or doubled) and its sentence: en, zh.
    """
    return [dict(row) for row in _read(file, _REFUSED)]


def _read(file: Path, sql: str, *values: Any) -> list[sqlite3.Row]:
    """Return the rows of a SELECT on a ledger opened for reading: none before the first night."""
    if not file.is_file():
        return []
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(sql, values).fetchall()


def _run_of(row: sqlite3.Row) -> dict[str, Any]:
    return {
        **dict(row),
        "seconds": json.loads(row["seconds"] or "{}"),
        "notes": json.loads(row["notes"] or "[]"),
    }
