"""Published snapshots: whole, read-only copies of the warehouse, one of which is current.

A snapshot is two files, `<id>.duckdb` and its manifest `<id>.json`; the text file CURRENT holds
the id that is served. No path is ever used twice: a process that holds an old file open goes on
reading the old rows. To add a step to publishing: here, before `_make_current`, which alone
decides what is served. Imports no Dagster: dashboards read snapshots through here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from pipelines.release.snapshot_file import (
    Manifest,
    Snapshot,
    connect_read_only,
    manifest_of,
    open_whole,
    torn,
    try_views,
)
from transforms.refusal import Refusal

__all__ = [
    "Manifest",
    "Published",
    "Snapshot",
    "clear_candidates",
    "connect_read_only",
    "current_id",
    "list_snapshots",
    "make_candidate",
    "manifest_of",
    "open_snapshot",
    "prune",
    "publish",
    "rollback",
]

_CURRENT = "CURRENT"
_CANDIDATE = "candidate-"
_HALF_WRITTEN = ".new"
_ID = re.compile(r"\d{6,}-\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")
_FICLONE = 0x40049409  # linux/fs.h: let a file share the blocks of another


class Published(NamedTuple):
    """One entry of `list_snapshots`."""

    id: str
    manifest: Manifest


def make_candidate(warehouse: Path, snapshots: Path) -> Path:
    """Copy the closed warehouse to a new name in `snapshots` and return the copy.

    Blocks are shared with the warehouse where the file system can do that. Raises RuntimeError
    when the warehouse was not checkpointed: rows in its write-ahead log would be left behind.
    """
    if warehouse.with_name(f"{warehouse.name}.wal").exists():
        raise RuntimeError(f"{warehouse} has a write-ahead log: checkpoint and close it first")
    snapshots.mkdir(parents=True, exist_ok=True)
    candidate = snapshots / f"{_CANDIDATE}{secrets.token_hex(8)}.duckdb"
    try:
        if not _share_blocks(warehouse, candidate):
            shutil.copyfile(warehouse, candidate)
    except OSError:
        candidate.unlink(missing_ok=True)  # or a full disk would stay full
        raise
    return candidate


def publish(candidate: Path, manifest: Manifest, snapshots: Path) -> str:
    """Make `candidate` the current snapshot and return its id: all of it or nothing.

    Raises Refusal when the candidate is not what the manifest says, and duckdb.Error when a view
    works in the warehouse only (it names the warehouse); the old snapshot then stays current.
    """
    open_whole(candidate, manifest, candidate.stem).close()
    try_views(candidate)
    id = _settle(candidate, manifest, snapshots)
    _make_current(id, snapshots)
    return id


def current_id(snapshots: Path) -> str | None:
    """Return the id of the snapshot that is served, or None before the first night."""
    file = snapshots / _CURRENT
    return file.read_text(encoding="utf-8").strip() if file.is_file() else None


def list_snapshots(snapshots: Path) -> list[Published]:
    """Return every snapshot that has both its files and a readable manifest, newest first."""
    entries = ((id, _parse_manifest(id, snapshots)) for id in _ids(snapshots))
    return [
        Published(id, manifest)
        for id, manifest in entries
        if manifest is not None and _file(id, snapshots).is_file()
    ]


def open_snapshot(snapshots: Path, id: str | None = None) -> Snapshot:
    """Open the current snapshot, or the one called `id`, for reading.

    Raises Refusal when there is none, and when its file is missing, torn or not what its manifest
    says.
    """
    id = id or current_id(snapshots)
    if id is None:
        raise Refusal(
            "{snapshots}: no night has been published yet: run `sqm nightly`.",
            "{snapshots}：尚未发布过任何夜间数据：请先运行 `sqm nightly`。",
            snapshots=snapshots,
        )
    if id not in _ids(snapshots):
        raise Refusal(
            "{snapshots}: there is no snapshot {id}: `sqm snapshots` lists those there are.",
            "{snapshots}：没有快照 {id}：可用 `sqm snapshots` 查看现有快照。",
            snapshots=snapshots,
            id=id,
        )
    manifest = _parse_manifest(id, snapshots)
    if manifest is None:
        raise torn(id)
    return Snapshot(id, manifest, open_whole(_file(id, snapshots), manifest, id))


def rollback(id: str, snapshots: Path) -> None:
    """Serve the snapshot `id` again. Raises Refusal, changing nothing, when it is not whole."""
    open_snapshot(snapshots, id).close()
    _make_current(id, snapshots)


def prune(snapshots: Path, keep: int) -> list[str]:
    """Remove all but the newest `keep` snapshots and the current one; return the ids removed."""
    current = current_id(snapshots)
    removed = [id for id in _ids(snapshots)[keep:] if id != current]
    for id in removed:
        _manifest_file(id, snapshots).unlink()  # first, so that half a snapshot is never listed
        _file(id, snapshots).unlink(missing_ok=True)
    return removed


def clear_candidates(snapshots: Path) -> None:
    """Remove what dead runs left: candidates, half-written texts, files without a manifest.

    Only the holder of the run lock may call it: a living run's candidate would go too.
    """
    whole = set(_ids(snapshots))
    for file in snapshots.glob("*"):
        is_orphan = file.suffix == ".duckdb" and file.stem not in whole
        if is_orphan or file.name.startswith(_CANDIDATE) or file.suffix == _HALF_WRITTEN:
            file.unlink()


def _settle(candidate: Path, manifest: Manifest, snapshots: Path) -> str:
    """Give `candidate` its final name and its manifest, both safely on disk; return its id."""
    text = manifest.model_dump_json(indent=2)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    taken = [_number(file.stem) for file in snapshots.iterdir() if _ID.fullmatch(file.stem)]
    id = f"{max(taken, default=0) + 1:06d}-{manifest.as_of}-{digest}"
    _sync(candidate)
    candidate.rename(_file(id, snapshots))
    _write_whole(_manifest_file(id, snapshots), text)
    return id


def _make_current(id: str, snapshots: Path) -> None:
    _write_whole(snapshots / _CURRENT, f"{id}\n")


def _ids(snapshots: Path) -> list[str]:
    """Return the ids that have a manifest, newest first: numbers rise even if clocks go back."""
    ids = [file.stem for file in snapshots.glob("*.json") if _ID.fullmatch(file.stem)]
    return sorted(ids, key=_number, reverse=True)


def _parse_manifest(id: str, snapshots: Path) -> Manifest | None:
    """Return the manifest of `id`, or None when it cannot be understood."""
    try:
        return Manifest.model_validate_json(_manifest_file(id, snapshots).read_bytes())
    except ValidationError:
        return None


def _share_blocks(source: Path, target: Path) -> bool:
    """Make `target` share the blocks of `source`; False where the file system cannot do that."""
    with source.open("rb") as original, target.open("xb") as copy, contextlib.suppress(OSError):
        fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())
        return True
    return False


def _write_whole(file: Path, text: str) -> None:
    """Replace `file` so that, whatever happens, it holds the old text or the new one."""
    new = file.with_name(file.name + _HALF_WRITTEN)
    new.write_text(text, encoding="utf-8")
    _sync(new)
    new.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    """Wait until the file, or the entries of the folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file(id: str, snapshots: Path) -> Path:
    return snapshots / f"{id}.duckdb"


def _manifest_file(id: str, snapshots: Path) -> Path:
    return snapshots / f"{id}.json"


def _number(id: str) -> int:
    return int(id.split("-", 1)[0])
