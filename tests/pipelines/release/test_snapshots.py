"""Snapshots are published whole or not at all, and a reader can do nothing but read."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.release import snapshots as module
from pipelines.release.snapshots import (
    Manifest,
    clear_candidates,
    current_id,
    list_snapshots,
    make_candidate,
    manifest_of,
    open_snapshot,
    prune,
    publish,
    rollback,
)
from transforms.refusal import Refusal

MADE_AT = datetime(2026, 11, 1, 2, 10, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


def fill_warehouse(folder: Path, tickets: int) -> Path:
    """Write a closed warehouse with `tickets` rows in records.tickets and a view of them."""
    warehouse = folder.parent / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{warehouse}' AS warehouse (STORAGE_VERSION 'v1.2.0')")
        connection.execute("USE warehouse")
        connection.execute("CREATE SCHEMA records")
        connection.execute(
            "CREATE TABLE records.tickets AS SELECT 'T' || i AS ticket_id,"
            " TIMESTAMPTZ '2026-10-31 00:00:00+00' + to_minutes(i) AS opened_at"
            f" FROM range({tickets}) AS numbers(i)"
        )
        connection.execute(
            "CREATE VIEW records.latest AS SELECT max(opened_at) FROM records.tickets"
        )
        connection.execute("CHECKPOINT warehouse")
    return warehouse


def describe(candidate: Path, as_of: date = date(2026, 10, 31)) -> Manifest:
    return manifest_of(candidate, as_of=as_of, made_at=MADE_AT, code_version="0.1.0", inputs="abc")


def publish_night(folder: Path, tickets: int, as_of: date = date(2026, 10, 31)) -> str:
    candidate = make_candidate(fill_warehouse(folder, tickets), folder)
    return publish(candidate, describe(candidate, as_of), folder)


def count_tickets(folder: Path, id: str | None = None) -> int:
    with open_snapshot(folder, id) as snapshot:
        return int(snapshot.query("SELECT count(*) FROM records.tickets").item())


def test_a_published_night_can_be_read(folder: Path) -> None:
    id = publish_night(folder, 3)
    with open_snapshot(folder) as snapshot:
        assert snapshot.id == id == current_id(folder)
        assert snapshot.manifest.tables == {"records.tickets": 3}
        assert snapshot.query("SELECT ticket_id FROM records.tickets ORDER BY 1").equals(
            pl.DataFrame({"ticket_id": ["T0", "T1", "T2"]})
        )
    assert not list(folder.glob("candidate-*"))


def test_values_are_bound_by_position_and_by_name(folder: Path) -> None:
    publish_night(folder, 3)
    with open_snapshot(folder) as snapshot:
        by_position = "SELECT count(*) FROM records.tickets WHERE ticket_id = ?"
        by_name = "SELECT count(*) FROM records.tickets WHERE ticket_id = $id"
        assert snapshot.query(by_position, ["T1' OR true --"]).item() == 0
        assert snapshot.query(by_name, {"id": "T1"}).item() == 1


def test_instants_come_back_in_utc_wherever_the_reader_sits(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    publish_night(folder, 1)
    with open_snapshot(folder) as snapshot:
        opened = snapshot.query("SELECT opened_at, opened_at::DATE AS day FROM records.tickets")
    assert opened.row(0) == (datetime(2026, 10, 31, tzinfo=UTC), date(2026, 10, 31))
    assert opened.schema["opened_at"] == pl.Datetime("us", "UTC")


def test_before_the_first_night_the_reader_is_told_what_to_do(folder: Path) -> None:
    with pytest.raises(Refusal, match="run `sqm nightly`") as refusal:
        open_snapshot(folder)
    assert "请先运行 `sqm nightly`" in refusal.value.told("zh")


def test_an_unknown_snapshot_is_refused(folder: Path) -> None:
    publish_night(folder, 1)
    for id in ("000009-2026-10-31-0123456789ab", "../warehouse"):
        with pytest.raises(Refusal, match="there is no snapshot"):
            open_snapshot(folder, id)


def test_a_reader_keeps_the_old_rows_while_a_new_night_is_published(folder: Path) -> None:
    publish_night(folder, 3)
    with open_snapshot(folder) as reader:
        publish_night(folder, 5)
        prune(folder, keep=1)
        assert reader.query("SELECT count(*) FROM records.tickets").item() == 3
        assert count_tickets(folder) == 5


def test_several_threads_and_several_readers_share_one_snapshot(folder: Path) -> None:
    publish_night(folder, 1000)

    def count(number: int) -> int:
        sql = "SELECT count(*) FROM records.tickets WHERE ticket_id >= ? OR true"
        return int(first.query(sql, [f"T{number}"]).item())

    with open_snapshot(folder) as first, open_snapshot(folder) as second:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(count, range(64))) == {1000}
        assert second.query("SELECT current_setting('TimeZone')").item() == "UTC"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{outside}')",
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM '{outside}'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM python_frame",
        "ATTACH '{outside}.duckdb' AS other",
        "COPY records.tickets TO '{outside}.copy'",
        "EXPORT DATABASE '{outside}.export'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET threads = 1",
        "CREATE TABLE records.more AS SELECT 1",
        "DELETE FROM records.tickets",
    ],
)
def test_a_reader_reaches_nothing_outside_and_changes_nothing_inside(
    folder: Path, sql: str
) -> None:
    publish_night(folder, 1)
    outside = folder.parent / "outside.csv"
    outside.write_text("secret\n1\n", encoding="utf-8")
    python_frame = pl.DataFrame({"secret": [1]})
    before = sorted(folder.parent.rglob("*"))
    with open_snapshot(folder) as snapshot, pytest.raises(duckdb.Error):
        snapshot.query(sql.format(outside=outside))
    assert python_frame.height == 1
    assert sorted(folder.parent.rglob("*")) == before


def cut_in_half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def overwrite_the_header(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def drop_a_row(file: Path) -> None:
    """Same size, one row less."""
    size = file.stat().st_size
    with duckdb.connect(file) as connection:
        connection.execute("DELETE FROM records.tickets WHERE ticket_id = 'T0'")
        connection.execute("CHECKPOINT")
    os.truncate(file, size)


@pytest.mark.parametrize("damage", [cut_in_half, overwrite_the_header, drop_a_row, Path.unlink])
def test_a_torn_snapshot_is_never_served(folder: Path, damage: Callable[[Path], None]) -> None:
    id = publish_night(folder, 5000)
    damage(folder / f"{id}.duckdb")
    with pytest.raises(Refusal, match="torn") as refusal:
        open_snapshot(folder)
    assert id in refusal.value.told("zh")


def test_a_snapshot_with_an_unreadable_manifest_is_never_served_nor_in_the_way(
    folder: Path,
) -> None:
    old = publish_night(folder, 1)
    id = publish_night(folder, 2)
    (folder / f"{id}.json").write_text("{", encoding="utf-8")
    with pytest.raises(Refusal, match="torn"):
        open_snapshot(folder)
    assert [entry.id for entry in list_snapshots(folder)] == [old]


@pytest.mark.parametrize("damage", [cut_in_half, overwrite_the_header, drop_a_row])
def test_a_torn_candidate_is_not_published(folder: Path, damage: Callable[[Path], None]) -> None:
    old = publish_night(folder, 1)
    candidate = make_candidate(fill_warehouse(folder, 5000), folder)
    manifest = describe(candidate)
    damage(candidate)
    with pytest.raises(Refusal, match="torn"):
        publish(candidate, manifest, folder)
    assert current_id(folder) == old
    assert count_tickets(folder) == 1


def test_a_view_that_names_the_warehouse_is_not_published(folder: Path) -> None:
    warehouse = fill_warehouse(folder, 1)
    with duckdb.connect(warehouse) as connection:
        connection.execute("CREATE VIEW bound AS SELECT * FROM warehouse.records.tickets")
    candidate = make_candidate(warehouse, folder)
    with pytest.raises(duckdb.BinderException, match="warehouse"):
        publish(candidate, describe(candidate), folder)
    assert current_id(folder) is None


def test_a_warehouse_that_was_not_checkpointed_is_not_copied(folder: Path) -> None:
    warehouse = fill_warehouse(folder, 1)
    warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"rows")
    with pytest.raises(RuntimeError, match="checkpoint"):
        make_candidate(warehouse, folder)


def test_a_run_that_dies_between_two_steps_leaves_the_old_snapshot_current(folder: Path) -> None:
    old = publish_night(folder, 1)
    candidate = make_candidate(fill_warehouse(folder, 2), folder)
    manifest = describe(candidate)
    assert (current_id(folder), count_tickets(folder)) == (old, 1)  # died before publishing

    id = module._settle(candidate, manifest, folder)
    assert (current_id(folder), count_tickets(folder)) == (old, 1)  # died before CURRENT

    (folder / "CURRENT.new").write_text(f"{id[:5]}", encoding="utf-8")
    assert (current_id(folder), count_tickets(folder)) == (old, 1)  # died while writing CURRENT

    (folder / f"{id}.json").unlink()
    assert [entry.id for entry in list_snapshots(folder)] == [old]  # died before the manifest
    clear_candidates(folder)
    assert {file.name for file in folder.iterdir()} == {f"{old}.duckdb", f"{old}.json", "CURRENT"}
    assert count_tickets(folder) == 1


def test_leftovers_are_cleared_and_snapshots_kept(folder: Path) -> None:
    id = publish_night(folder, 1)
    make_candidate(fill_warehouse(folder, 2), folder)
    assert list(folder.glob("candidate-*"))
    clear_candidates(folder)
    assert not list(folder.glob("candidate-*"))
    assert count_tickets(folder, id) == 1


def test_no_path_is_used_twice_even_for_the_same_night(folder: Path) -> None:
    ids = [publish_night(folder, 1) for _ in range(3)]
    assert len(set(ids)) == 3
    assert ids == sorted(ids)
    assert all("2026-10-31" in id for id in ids)


def test_the_list_is_newest_first_though_the_day_went_back(folder: Path) -> None:
    days = [date(2026, 10, 31) - timedelta(days=n) for n in range(3)]
    ids = [publish_night(folder, n + 1, day) for n, day in enumerate(days)]
    entries = list_snapshots(folder)
    assert [entry.id for entry in entries] == ids[::-1]
    assert [entry.manifest.as_of for entry in entries] == days[::-1]


def test_rollback_serves_the_old_rows_again(folder: Path) -> None:
    old = publish_night(folder, 1)
    publish_night(folder, 2)
    rollback(old, folder)
    assert (current_id(folder), count_tickets(folder)) == (old, 1)


def test_rollback_to_a_torn_snapshot_changes_nothing(folder: Path) -> None:
    old = publish_night(folder, 1)
    new = publish_night(folder, 2)
    cut_in_half(folder / f"{old}.duckdb")
    with pytest.raises(Refusal, match="torn"):
        rollback(old, folder)
    assert current_id(folder) == new


def test_prune_keeps_the_newest_and_the_one_that_is_served(folder: Path) -> None:
    ids = [publish_night(folder, n + 1) for n in range(5)]
    rollback(ids[0], folder)
    assert prune(folder, keep=2) == [ids[2], ids[1]]
    assert [entry.id for entry in list_snapshots(folder)] == [ids[4], ids[3], ids[0]]
    assert not (folder / f"{ids[1]}.duckdb").exists()
    assert publish_night(folder, 6) > ids[4]


def test_the_manifest_is_plain_json(folder: Path) -> None:
    id = publish_night(folder, 2)
    manifest = json.loads((folder / f"{id}.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == "2026-10-31"
    assert manifest["tables"] == {"records.tickets": 2}
    assert manifest["file_bytes"] == (folder / f"{id}.duckdb").stat().st_size


def test_a_full_disk_leaves_no_half_candidate(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is stopped by the kernel's limit on file size, as by a full disk."""
    warehouse = fill_warehouse(folder, 5000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            make_candidate(warehouse, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(folder.iterdir())
