"""The warehouse is a cache of bronze: whole after closing, made again when its form changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse import BOOKKEEPING, SCHEMAS, Warehouse, listed, quoted
from quality.contracts import RECORD_KINDS
from quality.snapshot_checks import tables_of
from tests.pipelines.small_home import LANDED, SmallHome, new_home


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store" / "warehouse.duckdb"


@pytest.fixture
def warehouse(file: Path) -> Iterator[Warehouse]:
    with Warehouse(file) as opened:
        yield opened


def test_every_record_kind_has_its_tables_with_the_columns_of_its_contract(
    warehouse: Warehouse,
) -> None:
    columns = tables_of(warehouse.connection)
    for kind in RECORD_KINDS.values():
        wanted = [*BOOKKEEPING, *kind.columns]
        assert columns[f"records.{kind.name}"] == columns[f"superseded.{kind.name}"] == wanted
    assert {name.split(".")[0] for name in columns} <= set(SCHEMAS)


def test_columns_carry_the_descriptions_of_the_contract(warehouse: Warehouse) -> None:
    comments = warehouse.query(
        "select comment from duckdb_columns() where schema_name = 'records' "
        "and table_name = 'tickets' and column_name = 'opened_at'"
    )
    assert comments.item() == RECORD_KINDS["tickets"].descriptions["opened_at"]


def test_a_closed_warehouse_is_one_file_without_a_log(file: Path) -> None:
    with Warehouse(file) as warehouse:
        warehouse.remember("as_of", "2026-03-31")
    assert [path.name for path in file.parent.iterdir()] == ["warehouse.duckdb"]
    warehouse.close()  # twice is once
    with Warehouse(file) as again:
        assert again.fact("as_of") == "2026-03-31"


def test_every_duckdb_from_version_1_2_on_can_read_the_file(file: Path) -> None:
    with Warehouse(file):
        pass
    with duckdb.connect(file, read_only=True) as connection:
        tags = connection.sql("select tags from duckdb_databases() where not internal").fetchone()
    assert tags[0]["storage_version"].startswith("v1.2")


def test_a_fact_is_what_was_remembered_last(warehouse: Warehouse) -> None:
    assert warehouse.fact("colour") is None
    warehouse.remember("colour", "red")
    warehouse.remember("colour", "green")
    assert warehouse.fact("colour") == "green"


def test_what_fails_in_a_transaction_did_not_happen(warehouse: Warehouse) -> None:
    with pytest.raises(ZeroDivisionError), warehouse.transaction():
        warehouse.remember("colour", "red")
        warehouse.touch_all_days("tickets")
        raise ZeroDivisionError
    assert warehouse.fact("colour") is None
    assert warehouse.query("select * from intake.touched_days").height == 0


def test_days_are_replaced_and_others_stay(warehouse: Warehouse) -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    warehouse.replace_table("measures.tickets", pl.DataFrame({"day": days, "n": [1, 2, 3]}))
    two = pl.DataFrame({"n": [9], "day": [days[1]]})  # matched by name, in any order
    warehouse.replace_days("measures.tickets", two, first=days[1], last=days[2])
    assert warehouse.query("select * from measures.tickets order by day").rows() == [
        (days[0], 1),
        (days[1], 9),
    ]


def test_touched_days_are_each_day_of_a_stretch(warehouse: Warehouse) -> None:
    warehouse.touch_days("tickets", date(2026, 2, 27), date(2026, 3, 1))
    touched = warehouse.query("select day from intake.touched_days order by day")["day"]
    assert touched.to_list() == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]


def test_instants_are_utc_wherever_the_program_runs(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    instant = warehouse.query("select timestamptz '2026-03-02 09:00:00+00' as at")["at"]
    assert instant.dtype == pl.Datetime("us", "UTC")
    assert instant.item().hour == 9


def test_words_of_sql_may_be_columns() -> None:
    assert quoted('o"n') == '"o""n"'
    assert listed(["at", "on"], "c.") == 'c."at", c."on"'


@pytest.fixture
def taken_up(tmp_path: Path) -> SmallHome:
    """A home whose tickets have been taken up."""
    small = new_home(tmp_path, ["tickets"])
    small.land("tickets/march.csv", LANDED["tickets/march.csv"])
    small.take_up(kinds=["tickets"])
    return small


@pytest.mark.slow
def test_a_warehouse_of_another_form_is_made_again_from_bronze(taken_up: SmallHome) -> None:
    before = taken_up.contents()
    with duckdb.connect(taken_up.home.warehouse) as connection:
        connection.execute("alter table records.tickets drop column outcome")
        connection.execute("update intake.facts set value = 'older' where name = 'layout'")
    taken_up.take_up(kinds=["tickets"])
    assert taken_up.contents() == before
    assert taken_up.account() == {"tickets/march.csv": (3, 3, 0, 0)}


@pytest.mark.slow
def test_measures_of_another_catalogue_are_summed_again(taken_up: SmallHome) -> None:
    before = taken_up.contents()
    with duckdb.connect(taken_up.home.warehouse) as connection:
        connection.execute("insert into measures.tickets (day) values (date '2020-01-01')")
        connection.execute("alter table measures.tickets drop column tickets_opened")
        connection.execute("update intake.facts set value = 'older' where name like 'made_with.%'")
    taken_up.take_up(kinds=["tickets"])
    assert taken_up.contents() == before
