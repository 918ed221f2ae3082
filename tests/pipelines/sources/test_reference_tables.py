"""A reference table that breaks its contract never counts: the last good one stays in use."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources import reference as pipelines_reference
from pipelines.sources.reference import Reference, keep_tables, read_tables, register_unknown
from pipelines.warehouse import Warehouse
from tests.pipelines.small_home import REFERENCE, TICKETS_HEADER, SmallHome, new_home
from transforms.holidays import public_holidays
from transforms.refusal import Refusal

_CALENDARS = "calendar,weekday,start,end,country\ncounter,1,09:00,17:00,CN\n"
_HOLIDAYS = "calendar,country,date,name,is_working\n"


@pytest.fixture
def small(tmp_path: Path) -> SmallHome:
    return new_home(tmp_path, [])


def read(small: SmallHome) -> Reference:
    """Read and keep the tables as a night does."""
    reference = read_tables(small.home)
    keep_tables(small.home, reference)
    return reference


def test_a_home_without_a_table_has_it_empty(small: SmallHome) -> None:
    reference = read(small)
    assert reference.tables["tariffs"].height == 0
    assert reference.versions["tariffs"] == "none"
    assert reference.tables["org_units"]["id"].to_list() == ["HQ", "PD", "PX"]
    assert reference.known()["accounts"].to_list() == ["6001", "6401"]


def test_every_version_is_kept_by_its_content(small: SmallHome) -> None:
    first = read(small).versions["org_units"]
    small.write("reference/org_units.csv", REFERENCE["org_units"] + "NEW,HQ,outlet\n")
    second = read(small).versions["org_units"]
    kept = {file.stem for file in (small.home.bronze / "reference/org_units").iterdir()}
    assert first != second and kept == {first, second}


def test_a_broken_table_without_a_good_version_stops_the_run(small: SmallHome) -> None:
    small.write("reference/org_units.csv", "id,kind\n,outlet\n")
    with pytest.raises(Refusal) as refused:
        read(small)
    assert str(refused.value).startswith("reference/org_units.csv, row 2, column id")
    assert refused.value.told("zh").startswith("reference/org_units.csv 第 2 行")


def test_a_broken_table_leaves_the_last_good_one_in_use(small: SmallHome) -> None:
    good = read(small)
    small.write("reference/accounts.csv", "code,kind\n6001,revenues\n")
    reference = read(small)
    assert reference.tables["accounts"].equals(good.tables["accounts"])
    assert reference.versions == good.versions
    assert [str(refusal) for refusal in reference.refusals] == [
        'reference/accounts.csv, row 2, column kind, value "revenues": kind must be one of '
        "revenue, cost, expense, asset, liability, equity; correct it there."
    ]


def test_tables_that_disagree_are_all_left_out(small: SmallHome) -> None:
    good = read(small)
    small.write("reference/accounts.csv", "code,kind\n6001,revenue\n7000,expense\n")
    small.write("reference/org_units.csv", REFERENCE["org_units"].replace(",outlet", ",shop"))
    reference = read(small)
    assert [str(refusal) for refusal in reference.refusals] == [
        'reference/kri_rules.csv: scope "outlet" is no kind of reference/org_units.csv: '
        "add it there or correct it."
    ]
    assert reference.versions == good.versions
    assert reference.tables["accounts"]["code"].to_list() == ["6001", "6401"]


def test_a_new_table_that_disagrees_with_the_others_is_left_out(small: SmallHome) -> None:
    read(small)
    small.write("reference/targets.csv", "metric,org_unit_id,target\ntickets_opened,NOWHERE,5\n")
    reference = read(small)
    assert len(reference.refusals) == 1
    assert reference.versions["targets"] == "none"
    assert reference.tables["targets"].height == 0


def test_tables_that_disagree_from_the_start_stop_the_run(small: SmallHome) -> None:
    small.write("reference/targets.csv", "metric,org_unit_id,target\ntickets_opened,NOWHERE,5\n")
    with pytest.raises(Refusal, match="NOWHERE"):
        read(small)


def test_a_table_that_is_no_csv_is_refused_with_its_name(small: SmallHome) -> None:
    small.write("reference/org_units.csv", "")
    with pytest.raises(Refusal, match=r"^reference/org_units.csv is no readable CSV \("):
        read(small)


def test_a_table_in_another_encoding_is_refused(small: SmallHome) -> None:
    small.write("reference/org_units.csv", "id,name\nPD,浦东\n".encode("gb18030"))
    with pytest.raises(Refusal, match=r"^reference/org_units.csv is no readable CSV \("):
        read(small)


def test_public_holidays_of_the_countries_of_calendars_follow_the_file(small: SmallHome) -> None:
    small.write("reference/calendars.csv", _CALENDARS)
    small.write("reference/holidays.csv", f"{_HOLIDAYS}counter,,2026-06-01,Stocktaking,\n")
    holidays = read(small).tables["holidays"]
    assert holidays.row(0) == ("counter", None, date(2026, 6, 1), "Stocktaking", False, False)
    assert holidays["date"].slice(1).is_sorted()
    in_2026 = holidays.slice(1).filter(pl.col("date").dt.year() == 2026).drop("calendar")
    assert in_2026.equals(public_holidays(["CN"], [2026]).select(in_2026.columns))


def test_without_a_country_holidays_are_those_of_the_file(small: SmallHome) -> None:
    small.write("reference/calendars.csv", _CALENDARS.replace("CN", ""))
    assert read(small).tables["holidays"].is_empty()
    assert read(small).versions["holidays"] == "none"


def test_the_version_of_holidays_changes_with_what_the_library_says(
    small: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write("reference/calendars.csv", _CALENDARS)
    small.write("reference/holidays.csv", _HOLIDAYS)
    first, again = read(small).versions["holidays"], read(small).versions["holidays"]
    monkeypatch.setattr(
        pipelines_reference,
        "with_public_holidays",
        lambda calendars, holidays: pl.concat(
            [holidays, pl.DataFrame({"country": ["CN"]})], how="diagonal"
        ),
    )
    later = read(small).versions["holidays"]
    assert first == again
    assert first != later
    assert first.partition("+")[0] == later.partition("+")[0]


def test_broken_holidays_leave_the_last_good_ones_and_the_public_ones_in_use(
    small: SmallHome,
) -> None:
    small.write("reference/calendars.csv", _CALENDARS)
    small.write("reference/holidays.csv", f"{_HOLIDAYS}counter,,2026-06-01,Stocktaking,\n")
    good = read(small)
    small.write("reference/holidays.csv", f"{_HOLIDAYS},,2026-06-01,Nowhere,\n")
    reference = read(small)
    assert reference.tables["holidays"].equals(good.tables["holidays"])
    assert reference.versions == good.versions
    assert len(reference.refusals) == 1


def test_a_country_without_known_holidays_is_refused_with_its_row(small: SmallHome) -> None:
    small.write("reference/calendars.csv", _CALENDARS.replace("CN", "XX"))
    with pytest.raises(
        Refusal, match=r'^reference/calendars.csv, row 2, column country, value "XX"'
    ):
        read(small)


def test_units_that_only_records_know_are_registered_under_their_id(tmp_path: Path) -> None:
    small = new_home(tmp_path, ["tickets"])
    toml = small.root / "sources/tickets.toml"
    toml.write_text(toml.read_text() + 'unknown_references = "register"\n')
    row = "T1,complaint,phone,NEW,open,2026-03-02 09:00,,,\n"
    small.land(
        "tickets/a.csv", TICKETS_HEADER + row + row.replace("T1,", "T2,").replace("NEW", "PD")
    )
    small.take_up(kinds=["tickets"])
    with Warehouse(small.home.warehouse) as warehouse:
        assert register_unknown(warehouse, read(small), "Asia/Shanghai") == 1
        units = warehouse.query(
            "select id, name, kind, calendar, time_zone, is_registered "
            "from reference.org_units order by id"
        )
    assert units.rows() == [
        ("HQ", "HQ", "company", "24x7", "Asia/Shanghai", True),
        ("NEW", "NEW", "outlet", "24x7", "Asia/Shanghai", False),
        ("PD", "PD", "outlet", "24x7", "Asia/Shanghai", True),
        ("PX", "PX", "outlet", "24x7", "Asia/Shanghai", True),
    ]
