"""How a night writes the history that Dagster shows: into Dagster's own files, opened once.

Dagster opens a file and compiles its statement anew for every query, and a night has a thousand of
them: half the seconds of a small one. The pages read these files with Dagster's own class.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import DagsterInstance
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event


class NightlyEventLog(SqliteEventLogStorage):
    """Dagster's event log, a SQLite file per run and an index, kept open until disposed of."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: dict[str | None, Engine] = {}
        self._has_index: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: dict[str, str]) -> NightlyEventLog:
        """Return the log in `base_dir` of `config_value`; called by Dagster."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        """Hold a transaction in the file of a run, making the file at first."""
        if run_id not in self._engines:
            with super().run_connection(run_id):
                self._engines[run_id] = _engine(self.conn_string_for_shard(run_id))
        with self._engines[run_id].begin() as connection:
            yield connection

    def index_connection(self) -> Any:
        """Hold a transaction in the file that all runs share."""
        return self.run_connection(INDEX_SHARD_NAME)

    def has_secondary_index(self, name: str) -> bool:
        """Say whether index `name` is there, looking until it is: none is ever taken away."""
        if name not in self._has_index and super().has_secondary_index(name):
            self._has_index.add(name)
        return name in self._has_index

    def dispose(self) -> None:
        """Close the files."""
        for engine in self._engines.values():
            engine.dispose()
        super().dispose()


def open_history(folder: Path) -> DagsterInstance:
    """Return the Dagster instance of `folder` (DAGSTER_HOME) as a night writes it."""
    event_log = {
        "module": __name__,
        "class": NightlyEventLog.__name__,
        "config": {"base_dir": str(folder / "history" / "runs")},  # where Dagster has its own
    }
    ref = InstanceRef.from_dir(str(folder), overrides={"event_log_storage": event_log})
    return DagsterInstance.from_ref(ref)


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def leave_the_disk_its_time(connection: sqlite3.Connection, _: object) -> None:
        # A killed night loses nothing by it; a power cut may take the last events, never the file.
        connection.execute("pragma synchronous = normal")

    return engine
