"""Landed files are found by content, kept once, refused with a sentence, and read again in time."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from pipelines.ledger import LandedFile, Ledger
from pipelines.sources.bronze import read_batches
from pipelines.sources.landing import Landed, is_anything_new, land, read_sources
from pipelines.sources.readers.column_names import RAGGED, ROW
from tests.pipelines.small_home import TICKETS_HEADER, SmallHome, new_home

ROW_1 = "T1,complaint,phone,PD,open,2026-03-02 09:00,,,\n"
ROW_2 = "T2,complaint,phone,PD,open,2026-03-02 09:00,,,\n"


@pytest.fixture
def small(tmp_path: Path) -> SmallHome:
    return new_home(tmp_path, ["tickets"])


def land_all(small: SmallHome) -> Landed:
    sources, _ = read_sources(small.home)
    with Ledger(small.home.ledger) as ledger:
        return land(small.home, sources, ledger)


def is_news(small: SmallHome) -> bool:
    sources, _ = read_sources(small.home)
    with Ledger(small.home.ledger) as ledger:
        return is_anything_new(small.home, sources, ledger)


def book(small: SmallHome) -> dict[str, LandedFile]:
    """Return what the ledger knows of each file of tickets."""
    with Ledger(small.home.ledger) as ledger:
        return {file: entry for (_, file), entry in ledger.landed_files().items()}


def test_a_new_file_becomes_a_batch_named_by_its_bytes(small: SmallHome) -> None:
    file = small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    assert is_news(small)
    landed = land_all(small)
    (batch,) = landed.batches
    assert landed.new == {1} and (batch.number, batch.file, batch.rows) == (1, "tickets/a.csv", 1)
    assert read_batches(small.home.bronze) == [batch]
    assert pl.read_parquet(batch.path)["ticket_id"].to_list() == ["T1"]
    assert file.is_file() and not is_news(small)


def test_an_unchanged_file_is_not_read_again(small: SmallHome) -> None:
    file = small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    land_all(small)
    seen = file.stat()
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1.replace("T1", "T9"))  # as long as before
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert not is_news(small)
    assert land_all(small).new == set()


def test_a_changed_file_is_a_batch_of_its_own_and_the_old_one_stays(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    land_all(small)
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1 + ROW_2)
    assert is_news(small)
    landed = land_all(small)
    assert landed.new == {2}
    assert [(batch.number, batch.rows) for batch in landed.batches] == [(1, 1), (2, 2)]


def test_a_file_that_goes_back_to_what_it_was_makes_no_third_batch(small: SmallHome) -> None:
    for content in (ROW_1, ROW_2, ROW_1):
        small.land("tickets/a.csv", TICKETS_HEADER + content)
        landed = land_all(small)
    assert landed.new == set() and len(landed.batches) == 2 and not landed.doubled


def test_the_same_bytes_under_another_name_are_told_and_not_kept_twice(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    small.land("tickets/b.csv", TICKETS_HEADER + ROW_1)
    landed = land_all(small)
    assert len(landed.batches) == 1
    (double,) = landed.doubled
    assert double.en == (
        "tickets/b.csv has the same bytes as tickets/a.csv and is not counted twice."
    )
    assert double.zh == "tickets/b.csv 与 tickets/a.csv 内容完全相同，不会重复计入。"
    assert land_all(small).doubled == [double]  # told each night, as long as it lies there


def test_a_refused_file_is_told_every_night_and_others_go_on(small: SmallHome) -> None:
    small.land("tickets/bad.csv", b"ticket_id\n\xff\n")
    small.land("tickets/good.csv", TICKETS_HEADER + ROW_1)
    for _ in range(2):
        landed = land_all(small)
        assert [file.file for file in landed.refused] == ["tickets/bad.csv"]
        assert [batch.file for batch in landed.batches] == ["tickets/good.csv"]
        assert not is_news(small)


def test_a_refused_file_that_is_gone_is_not_told_any_more(small: SmallHome) -> None:
    file = small.land("tickets/bad.csv", b"")
    assert land_all(small).refused
    file.unlink()
    assert not land_all(small).refused


def test_a_refused_file_is_tried_again_when_its_source_says_otherwise(small: SmallHome) -> None:
    text = TICKETS_HEADER + ROW_1.replace("complaint", "投诉")
    small.land("tickets/a.csv", text.encode("gb18030"))
    assert [file.file for file in land_all(small).refused] == ["tickets/a.csv"]
    toml = small.root / "sources/tickets.toml"
    toml.write_text(toml.read_text() + 'encoding = "gb18030"\n')
    assert is_news(small)
    landed = land_all(small)
    assert not landed.refused and landed.new == {1}
    assert pl.read_parquet(landed.batches[0].path)["kind"].to_list() == ["投诉"]


def test_a_refused_file_is_tried_again_when_it_changes(small: SmallHome) -> None:
    small.land("tickets/a.csv", b"")
    land_all(small)
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    landed = land_all(small)
    assert not landed.refused and len(landed.batches) == 1


def test_a_file_read_wrongly_is_read_again_when_its_source_is_corrected(small: SmallHome) -> None:
    small.land("tickets/a.csv", "Export of March\n" + TICKETS_HEADER + ROW_1)
    small.land("tickets/b.csv", "Export of April\n" + TICKETS_HEADER + ROW_2)
    wrong = land_all(small)
    toml = small.root / "sources/tickets.toml"
    toml.write_text(toml.read_text() + "header_row = 2\n")
    assert is_news(small)
    corrected = land_all(small)
    assert [batch.number for batch in corrected.batches] == [1, 2]
    assert [batch.path for batch in corrected.batches] == [batch.path for batch in wrong.batches]
    assert read_batches(small.home.bronze) == corrected.batches
    assert pl.read_parquet(corrected.batches[1].path)["ticket_id"].to_list() == ["T2"]
    assert not is_news(small)


def test_a_mapping_that_is_changed_makes_no_file_be_read_again(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    land_all(small)
    toml = small.root / "sources/tickets.toml"
    toml.write_text(toml.read_text() + '[constants]\npriority = "high"\n')
    assert not is_news(small)
    assert land_all(small).new == set()


def test_a_file_that_cannot_be_read_the_new_way_stays_as_it_was_read(small: SmallHome) -> None:
    small.land("tickets/a.csv", (TICKETS_HEADER + ROW_1.replace("open", "处理中")).encode())
    (before,) = land_all(small).batches
    toml = small.root / "sources/tickets.toml"
    toml.write_text(toml.read_text() + 'encoding = "ascii"\n')
    landed = land_all(small)
    assert [file.file for file in landed.refused] == ["tickets/a.csv"]
    assert landed.batches == [before] == read_batches(small.home.bronze)


def test_files_wait_for_the_key_of_pseudonyms(
    small: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = small.root / "sources/tickets.toml"
    toml.write_text(toml.read_text() + '[private]\nkey = ["ticket_id"]\n')
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    assert land_all(small).refused[0].en == (
        "sources/tickets.toml makes pseudonyms of ticket_id, but there is no key: set "
        "SQM_HMAC_KEY or put the key into secrets/sqm_hmac_key."
    )
    monkeypatch.setenv("SQM_HMAC_KEY", "not a secret")
    assert is_news(small)
    landed = land_all(small)
    assert not landed.refused and len(landed.batches) == 1


def test_one_file_may_serve_two_sources(small: SmallHome) -> None:
    small.write("sources/again.toml", 'kind = "duties"\nfiles = "tickets/*.csv"\n')
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    landed = land_all(small)
    assert [(batch.number, batch.source) for batch in landed.batches] == [
        (1, "again"),
        (2, "tickets"),
    ]
    assert not landed.doubled and not is_news(small)


def test_a_lost_ledger_loses_no_batch_and_doubles_none(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    before = land_all(small).batches
    small.home.ledger.unlink()
    assert is_news(small)
    landed = land_all(small)
    assert landed.batches == before and landed.new == set()
    assert book(small)["tickets/a.csv"].state == "landed"


def test_what_a_dead_run_left_half_written_is_no_batch(small: SmallHome) -> None:
    small.land("tickets/a.csv", TICKETS_HEADER + ROW_1)
    small.write("store/bronze/tickets/0123456789abcdef.parquet.part", b"PAR1 half")
    landed = land_all(small)
    assert len(landed.batches) == 1


def test_a_query_is_a_batch_whenever_it_delivers_something_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = new_home(tmp_path / "home", [])
    small.write(
        "sources/desk.toml",
        'kind = "tickets"\n[database]\nurl_env = "DESK_URL"\n'
        'query = "select ticket_id, kind, org_unit_id, status, opened_at from tickets"\n',
    )
    with sqlite3.connect(tmp_path / "desk.db") as desk:
        desk.execute("create table tickets (ticket_id, kind, org_unit_id, status, opened_at)")
        insert = "insert into tickets values (?, 'complaint', 'PD', 'open', '2026-03-02 09:00')"
        desk.execute(insert, ["T1"])
    assert land_all(small).refused[0].en == (
        "The environment variable DESK_URL is not set: give it the SQLAlchemy URL of the "
        "database of source desk."
    )
    monkeypatch.setenv("DESK_URL", f"sqlite:///{tmp_path}/desk.db")
    first = land_all(small)
    assert not first.refused and [batch.rows for batch in first.batches] == [1]
    assert land_all(small).new == set()
    assert not is_news(small)
    with sqlite3.connect(tmp_path / "desk.db") as desk:
        desk.execute(insert, ["T2"])
    desk.close()
    assert is_news(small)
    second = land_all(small)
    assert second.new == {2} and [batch.rows for batch in second.batches] == [1, 2]
    kept = pl.read_parquet(second.batches[1].path)
    assert kept.columns == [
        "ticket_id", "kind", "org_unit_id", "status", "opened_at", ROW, RAGGED,
    ]  # fmt: skip
    small.take_up(kinds=["tickets"])
    accounts = "select rows_read, accepted, superseded from intake.batches order by batch_number"
    assert small.rows(accounts) == [(1, 0, 1), (2, 2, 0)]


def test_a_broken_source_definition_does_not_stop_the_others(small: SmallHome) -> None:
    small.write("sources/broken.toml", 'kind = "tickets"\nfiles = "x/*.csv"\nfiels = 1\n')
    sources, refusals = read_sources(small.home)
    assert list(sources) == ["tickets"]
    assert [str(refusal) for refusal in refusals] == [
        "sources/broken.toml: key fiels is not known: remove it or correct its spelling "
        "(docs/sources.md)."
    ]
