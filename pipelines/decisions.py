"""Decisions that people take about control charts: which shifts are the new usual, and why.

A small SQLite file beside the warehouse, append-only: an acceptance and its undoing are rows, so
that nothing that was once in force is forgotten. It cannot be made again from bronze: keep it with
the backup. Imports no Dagster: dashboards write here too.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from transforms.refusal import Refusal

_TABLE = """
create table if not exists rebases (
    number integer primary key, decision text not null check (decision in ('accepted', 'undone')),
    metric text not null, org_unit_id text not null, grain text not null,
    from_period text not null, by text not null, reason text not null, at text not null
)
"""
_COLUMNS = (
    "number",
    "decision",
    "metric",
    "org_unit_id",
    "grain",
    "from_period",
    "by",
    "reason",
    "at",
)
_SCHEMA = dict.fromkeys(_COLUMNS, pl.String) | {
    "number": pl.Int64,
    "from_period": pl.Date,
    "at": pl.Datetime("us", "UTC"),
}


class Series(NamedTuple):
    """One series of control charts."""

    metric: str
    org_unit_id: str
    grain: str


def read_rebases(file: Path) -> pl.DataFrame:
    """Return every decision, oldest first; columns as in `_COLUMNS`."""
    rows: list[tuple[Any, ...]] = []
    if file.is_file():
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as opened:
            rows = opened.execute(
                f"select {', '.join(_COLUMNS)} from rebases order by number"
            ).fetchall()
    texts = pl.DataFrame(
        rows, schema=dict(_SCHEMA) | dict.fromkeys(("from_period", "at"), pl.String), orient="row"
    )
    return texts.with_columns(
        pl.col("from_period").str.to_date(), pl.col("at").str.to_datetime(time_zone="UTC")
    )


def rebases_in_force(file: Path) -> pl.DataFrame:
    """Return the accepted rebases that were not undone: the newest decision on each one counts."""
    of_one = ["metric", "org_unit_id", "grain", "from_period"]
    newest = read_rebases(file).group_by(of_one, maintain_order=True).last()
    return newest.filter(pl.col("decision") == "accepted").select(_COLUMNS).sort("number")


def accept_rebase(file: Path, series: Series, from_period: date, *, by: str, reason: str) -> None:
    """Have a series start a new phase at `from_period`, from the next night on.

    Raises Refusal without a name and a reason, when it is in force already, or when the store
    cannot be written.
    """
    by, reason = by.strip(), reason.strip()
    if not by or not reason:
        raise Refusal(
            "New limits need a name and a reason: say who accepts them, and what changed.",
            "接受新的控制限须填写姓名与理由：请说明由谁接受、发生了什么变化。",
        )
    if _is_in_force(file, series, from_period):
        raise Refusal(
            "New limits of {metric} at {unit} from {day} are in force already.",
            "{unit} 的 {metric} 自 {day} 起的新控制限已经生效。",
            metric=series.metric,
            unit=series.org_unit_id,
            day=from_period,
        )
    _append(file, "accepted", series, from_period, by, reason)


def undo_rebase(file: Path, series: Series, from_period: date, *, by: str, reason: str) -> None:
    """Take an accepted rebase back, from the next night on.

    Raises Refusal when there is none, without a name and a reason, or when the store cannot be
    written.
    """
    by, reason = by.strip(), reason.strip()
    if not by or not reason:
        raise Refusal(
            "Undoing needs a name and a reason: say who takes the new limits back, and why.",
            "撤销须填写姓名与理由：请说明由谁撤销、为何撤销。",
        )
    if not _is_in_force(file, series, from_period):
        raise Refusal(
            "There are no accepted limits of {metric} at {unit} from {day} to undo: see "
            "`sqm rebase list`.",
            "{unit} 的 {metric} 自 {day} 起没有已接受的控制限可撤销：见 `sqm rebase list`。",
            metric=series.metric,
            unit=series.org_unit_id,
            day=from_period,
        )
    _append(file, "undone", series, from_period, by, reason)


def decisions_digest(file: Path) -> str:
    """Return what tells one state of the decisions from another; empty without any."""
    decided = read_rebases(file)
    if decided.is_empty():
        return ""
    return hashlib.sha256(repr(decided.rows()).encode()).hexdigest()[:16]


def _is_in_force(file: Path, series: Series, from_period: date) -> bool:
    in_force = rebases_in_force(file).filter(
        pl.col("metric") == series.metric,
        pl.col("org_unit_id") == series.org_unit_id,
        pl.col("grain") == series.grain,
        pl.col("from_period") == from_period,
    )
    return not in_force.is_empty()


def _append(
    file: Path, decision: str, series: Series, from_period: date, by: str, reason: str
) -> None:
    row = (decision, *series, from_period.isoformat(), by, reason, datetime.now(UTC).isoformat())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _opened(file) as connection:
            connection.execute(
                f"insert into rebases ({', '.join(_COLUMNS[1:])}) values (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
    except (sqlite3.OperationalError, OSError) as error:
        raise Refusal(
            "The decision was not kept: {file} cannot be written ({why}). Decide where the store "
            "can be written.",
            "决定未能保存：无法写入 {file}（{why}）。请在存储目录可写入的地方操作。",
            file=file,
            why=error,
        ) from error


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        connection.execute(_TABLE)
        yield connection
