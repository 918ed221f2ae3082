"""A tiny home in a temporary folder and nights on it: what tests of the pipeline stand on.

To add a record kind: its source in SOURCES and its rows in LANDED; column names are ours already,
so no mapping is needed.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.history import open_history
from pipelines.ledger import Ledger, Run
from pipelines.measures.anew import sum_anew
from pipelines.measures.touched_days import bring_up_to_date
from pipelines.night import Night
from pipelines.nightly import Outcome, run_nightly, write_dagster_yaml
from pipelines.records.assets import take_in_pending
from pipelines.records.clocks import make_all
from pipelines.records.working_hours import make_working_hours
from pipelines.release.snapshots import open_snapshot
from pipelines.settings import Home, open_home
from pipelines.sources.landing import land, read_sources
from pipelines.warehouse import Warehouse
from quality.contracts import RECORD_KINDS
from transforms.catalogue import SLICES, SUMMED_BY_DAY, records_of

AS_OF = date(2026, 3, 31)
LATER = date(2026, 4, 3)  # all that is open at AS_OF has fallen due
SETTINGS = 'organisation = "Small"\ntime_zone = "Asia/Shanghai"\ncurrency = "CNY"\n'

REFERENCE = {
    "org_units": "id,parent_id,kind\nHQ,,company\nPD,HQ,outlet\nPX,HQ,outlet\n",
    "service_levels": "service_level,limit_working_days\nexpress,2\n",
    "sla_policies": "kind,clock,target_minutes,pause_statuses\n"
    ",first_response,60,\ncomplaint,resolution,300,paused\n",
    "accounts": "code,kind\n6001,revenue\n6401,cost\n",
    "kri_rules": "rule_id,metric,scope,grain,direction,amber,red\n"
    "complaints,complaints_opened,outlet,month,above,1,9\n",
}
SOURCES = {
    "tickets": 'kind = "tickets"\nfiles = "tickets/*.csv"\n',
    "ticket_events": 'kind = "ticket_events"\nfiles = "ticket_events/*.jsonl"\n',
    "deliveries": 'kind = "deliveries"\nfiles = "deliveries/*.csv"\n',
    "delivery_events": 'kind = "delivery_events"\nfiles = "delivery_events/*.tsv"\n',
    "surveys": 'kind = "surveys"\nfiles = "surveys/*.csv"\nencoding = "gb18030"\n',
    "finance_entries": 'kind = "finance_entries"\nfiles = "ledger/*.csv"\n',
    "budget_lines": 'kind = "budget_lines"\nfiles = "budget/*.csv"\n',
    "account_balances": 'kind = "account_balances"\nfiles = "balances/*.csv"\n',
    "duties": 'kind = "duties"\nfiles = "duties/*.csv"\n',
}
TICKETS_HEADER = (
    "ticket_id,kind,channel,org_unit_id,status,opened_at,promised_at,resolved_at,updated_at\n"
)
# T1 is complained about, T2 is in time, T3 is still running on 2026-03-31.
LANDED = {
    "tickets/march.csv": TICKETS_HEADER
    + "T1,complaint,phone,PD,resolved,2026-03-02 09:00,2026-03-02 12:00,2026-03-02 15:00,\n"
    "T2,request,web,PD,resolved,2026-03-03 09:00,2026-03-04 09:00,2026-03-03 10:00,\n"
    "T3,complaint,phone,PX,open,2026-03-30 09:00,2026-04-02 18:00,,2026-03-30 09:05\n",
    "ticket_events/march.jsonl": '{"ticket_id": "T1", "at": "2026-03-02 10:00", '
    '"status": "paused"}\n',
    "deliveries/march.csv": "waybill_no,service_level,org_unit_id,courier_id,picked_up_at,"
    "promised_at,delivered_at,status,fee_minor\n"
    "W1,express,PD,C1,2026-03-02 09:00,2026-03-04 18:00,2026-03-03 11:00,delivered,1200\n"
    "W2,express,PX,C2,2026-03-02 09:00,2026-03-04 18:00,2026-03-05 11:00,delivered,1500\n"
    "W3,express,PX,C2,2026-03-31 09:00,2026-04-02 18:00,,in_transit,900\n",
    "delivery_events/march.tsv": "waybill_no\tat\tevent\n"
    "W1\t2026-03-02 09:00\tpicked_up\nW1\t2026-03-02 12:00\tsorted\n",
    "surveys/march.csv": "response_id,method,org_unit_id,sent_at,answered_at,scale_min,scale_max,"
    "overall,comment\n"
    "S1,sms,PD,2026-03-03 09:00,2026-03-03 10:00,1,5,5,很满意\n"
    "S2,sms,PX,2026-03-04 09:00,2026-03-04 10:00,1,5,2,太慢\n",
    "ledger/march.csv": "entry_id,posted_on,org_unit_id,account_code,amount_minor,currency\n"
    "E1,2026-03-05,PD,6001,123450,CNY\nE2,2026-03-06,PX,6401,5000,CNY\n",
    "budget/2026.csv": "org_unit_id,account_code,period_start,period_end,amount_minor,currency,"
    "approved_on\n"
    "PD,6001,2026-01-01,2026-12-31,1200000,CNY,2025-12-01\n",
    "balances/march.csv": "org_unit_id,account_code,on,amount_minor,currency\n"
    "HQ,6001,2026-03-31,100,CNY\n",
    "duties/all.csv": "duty_id,kind,org_unit_id,title,due_on,done_on,result\n"
    "D1,training,PD,Fire drill,2026-03-10,2026-03-09,pass\n"
    "D2,audit,PX,Cash count,2026-04-01,,\n",
}


# Of exact copies any may count: which one does depends on the order in which they came.
_NUMBERS = ("batch", "batch_number", "row_number", "file")


@dataclass(frozen=True)
class SmallHome:
    """A home below `root`; what is written into it is named by path: "sources/tickets.toml"."""

    root: Path

    def write(self, file: str, content: str | bytes) -> Path:
        """Write one file of the home; texts of surveys in gb18030, all others in UTF-8."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        encoding = "gb18030" if file.startswith("landing/surveys/") else "utf-8"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def land(self, file: str, content: str | bytes) -> Path:
        """Write one file of the landing folder."""
        return self.write(f"landing/{file}", content)

    @property
    def home(self) -> Home:
        """The home as it is now, its settings read."""
        return open_home(self.root)

    def night(self, as_of: date = AS_OF) -> Outcome:
        """Run a whole night, as `sqm nightly` does."""
        if not self.home.dagster.is_dir():
            shutil.copytree(_history_without_nights(), self.home.dagster)
        return run_nightly(self.home, as_of)

    @contextmanager
    def stages(self, as_of: date = AS_OF) -> Iterator[Night]:
        """Give a night whose stages can be called one by one: no lock, no judge, no Dagster."""
        home = self.home
        sources, refusals = read_sources(home)
        run = Run("by-hand", as_of, datetime(2026, 11, 1, tzinfo=UTC))
        with Ledger(home.ledger) as ledger, Warehouse(home.warehouse) as warehouse:
            yield Night(home, as_of, warehouse, ledger, run, sources, refusals, judge=None)

    def take_up(self, as_of: date = AS_OF, kinds: Sequence[str] = tuple(RECORD_KINDS)) -> Night:
        """Run the stages up to measures for `kinds`, and return the night that did it."""
        with self.stages(as_of) as night:
            take_up(night, kinds)
        return night

    def contents(self, *, of: str = "warehouse", numbered: bool = True) -> dict[str, list[str]]:
        """Return every row of records, older versions, quarantine, measures and marts as text.

        `of` is "warehouse" or "snapshot" (the current one). Sorted, so that order does not count;
        `numbered` = False leaves out what depends on the order in which batches came.
        """
        if of == "snapshot":
            with open_snapshot(self.home.snapshots) as snapshot:
                return _contents(snapshot.query, numbered)
        with duckdb.connect(self.home.warehouse, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return _contents(lambda sql: connection.sql(sql).pl(), numbered)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT on the warehouse."""
        with duckdb.connect(self.home.warehouse, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def served(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT on the snapshot that is served."""
        with open_snapshot(self.home.snapshots) as snapshot:
            return snapshot.query(sql).rows()

    def account(self) -> dict[str, tuple[int, int, int, int]]:
        """Return by file: rows read, accepted, superseded, quarantined."""
        rows = self.rows(
            "select file, rows_read, accepted, superseded, quarantined from intake.batches"
        )
        return {file: tuple(counts) for file, *counts in rows}


def take_up(night: Night, kinds: Sequence[str]) -> None:
    """Land, take in and measure `kinds` in an open night."""
    night.landed = land(night.home, night.sources, night.ledger)
    for kind in kinds:
        take_in_pending(night, RECORD_KINDS[kind])
    measure(night, [table for table in SLICES if records_of(table) in kinds])


def measure(night: Night, tables: Sequence[str] = tuple(SLICES)) -> None:
    """Sum the measures of `tables` from the records as they are, with all that this needs."""
    for name, table in night.reference.tables.items():
        if name != "org_units":
            night.warehouse.replace_table(f"reference.{name}", table)
    make_working_hours(night)
    make_all(night)
    for table in tables:
        (bring_up_to_date if table in SUMMED_BY_DAY else sum_anew)(night, table)


def new_home(
    root: Path,
    kinds: Sequence[str] = tuple(SOURCES),
    reference: Mapping[str, str] = REFERENCE,
) -> SmallHome:
    """Make a home with the sources of `kinds` and `reference`; nothing is landed yet."""
    small = SmallHome(root)
    small.write("settings.toml", SETTINGS)
    for kind in kinds:
        small.write(f"sources/{kind}.toml", SOURCES[kind])
    for table, text in reference.items():
        small.write(f"reference/{table}.csv", text)
    return small


def full_home(root: Path) -> SmallHome:
    """Make a home with every kind of record, landed but not taken up."""
    small = new_home(root)
    for file, text in LANDED.items():
        small.land(file, text)
    return small


def published_home(root: Path) -> SmallHome:
    """Return a copy, in `root`, of a full home after its first night.

    The night runs once per test session: `first_outcome` tells how it went.
    """
    shutil.copytree(_published()[0].root, root, dirs_exist_ok=True)
    return SmallHome(root)


def moved_on_home(root: Path) -> SmallHome:
    """Return a copy, in `root`, of a published home after a second night, as of LATER.

    Only "now" had moved on. The nights run once per test session.
    """
    shutil.copytree(_moved_on().root, root, dirs_exist_ok=True)
    return SmallHome(root)


def first_outcome() -> Outcome:
    """Return how the night behind `published_home` ended."""
    return _published()[1]


@cache
def _history_without_nights() -> Path:
    """Return Dagster's files as a first night finds them made: that takes half a second."""
    folder = write_dagster_yaml(new_home(_folder_for_the_session(), ()).home)
    with open_history(folder):
        return folder


@cache
def _published() -> tuple[SmallHome, Outcome]:
    small = full_home(_folder_for_the_session())
    return small, small.night()


@cache
def _moved_on() -> SmallHome:
    small = published_home(_folder_for_the_session())
    assert small.night(LATER).exit_code == 0
    return small


def _folder_for_the_session() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sqm-small-home-"))
    atexit.register(shutil.rmtree, folder)
    return folder


def _contents(ask: Any, numbered: bool) -> dict[str, list[str]]:
    tables = ask(
        "select table_schema || '.' || table_name as name from information_schema.tables "
        "where table_schema in ('records', 'superseded', 'measures', 'marts') "
        "and table_catalog = current_database() order by all"
    )["name"]
    return {name: _rows_as_text(ask, name, numbered) for name in tables}


def _rows_as_text(ask: Any, table: str, numbered: bool) -> list[str]:
    rows = ask(f"select * from {table}")
    left_out = () if numbered else _NUMBERS
    return sorted(str(row) for row in rows.drop(left_out, strict=False).rows(named=True))
