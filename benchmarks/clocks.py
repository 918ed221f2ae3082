"""From records to measures of tickets, clocks, backlog, deliveries and stages; by hand as well.

The records are generated straight into a warehouse, so intake is not measured here. Ours is what a
first night does with them; the reference is a DuckDB program written for this organisation alone,
with the same limit of memory. Each runs in a process of its own; then every table is compared.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.measurement import PROJECT, Spent, measured, report, run
from pipelines.ledger import Ledger, Run
from pipelines.measures.anew import sum_anew
from pipelines.measures.touched_days import bring_up_to_date
from pipelines.night import Night
from pipelines.records.clocks import make_all
from pipelines.records.working_hours import make_working_hours
from pipelines.settings import Home, open_home
from pipelines.sources.reference import read_tables
from pipelines.warehouse import Warehouse, listed
from transforms.catalogue import SLICES, measures_of

_AS_OF = date(2026, 10, 31)  # the last day that generate_clock_records.sql fills
_SCRIPTS = Path(__file__).parent / "sql"
_BY_HAND = ("clocks_by_hand", "clock_measures_by_hand")
_REFERENCE = ("org_units", "calendars", "holidays", "sla_policies", "service_levels")
# A day off that is not announced yet, so that figures on provisional days are compared too.
_NOT_ANNOUNCED = """\
,CN,2026-08-14,Not announced yet,false,true
delivery,,2026-08-14,Not announced yet,false,true
"""
_STEPS = {
    "working_hours": make_working_hours,
    "clocks": make_all,
    "measures_tickets": partial(bring_up_to_date, table="tickets"),
    "measures_clocks": partial(sum_anew, table="clocks"),
    "measures_backlog": partial(sum_anew, table="backlog"),
    "measures_deliveries": partial(bring_up_to_date, table="deliveries"),
    "measures_delivery_stages": partial(sum_anew, table="delivery_stages"),
}
_SUMS = ("tickets", "clocks", "backlog", "deliveries", "delivery_stages")
_RELATIVE_ERROR = 1e-9  # of sums of fractions, which depend on the order of adding


def main() -> None:
    """Run both and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="deliveries to generate")
    parser.add_argument(
        "--folder", type=Path, help="keep the home here, and use the one that is here already"
    )
    parser.add_argument("--only", choices=_ONLY, help="what a child process does, in --folder")
    asked = parser.parse_args()
    if asked.only:
        spent = _ONLY[asked.only](open_home(asked.folder))
        print(json.dumps({step: vars(of_step) for step, of_step in spent.items()}))
        return
    with tempfile.TemporaryDirectory(prefix="sqm-benchmark-") as temporary:
        home = _home_with_records(asked.folder or Path(temporary), asked.rows)
        reference, ours = _run_child(home, "by_hand"), _run_child(home, "ours")
        counts = _assert_equal(home)
    report(
        benchmark="clocks",
        rows=asked.rows,
        **counts,
        ratio=ours.seconds() / reference.seconds(),
        cpu_ratio=ours.seconds("cpu") / reference.seconds("cpu"),
        seconds=ours.seconds(),
        cpu_seconds=ours.seconds("cpu"),
        seconds_by_step=ours.by_step(),
        cpu_seconds_by_step=ours.by_step("cpu"),
        reference_seconds=reference.seconds(),
        reference_cpu_seconds=reference.seconds("cpu"),
        reference_seconds_by_step=reference.by_step(),
        reference_peak_mb=reference.peak_mb,
        peak_mb=ours.peak_mb,
    )


@dataclass(frozen=True)
class _Work:
    """What a child process did, step by step; starting it and its imports are left out."""

    steps: dict[str, Spent]
    peak_mb: float

    def by_step(self, clock: str = "wall") -> dict[str, float]:
        """Return the seconds of each step, of the clock on the wall or of the cores."""
        seconds = {step: getattr(spent, f"{clock}_seconds") for step, spent in self.steps.items()}
        return {step: round(spent, 2) for step, spent in seconds.items()}

    def seconds(self, clock: str = "wall") -> float:
        """Return the seconds of all steps."""
        return sum(getattr(spent, f"{clock}_seconds") for spent in self.steps.values())


def _run_child(home: Home, only: str) -> _Work:
    ended = run(
        sys.executable, "-m", "benchmarks.clocks", f"--only={only}", f"--folder={home.root}"
    )
    steps = json.loads(ended.output.splitlines()[-1])
    return _Work({step: Spent(**spent) for step, spent in steps.items()}, ended.peak_mb)


def _home_with_records(root: Path, deliveries: int) -> Home:
    """Return a home whose warehouse has records and nothing made of them; two tickets per five."""
    warehouse_file = root / "store" / "warehouse.duckdb"
    if warehouse_file.is_file():
        return open_home(root)
    _write_reference(root)
    home = open_home(root)
    with Warehouse(home.warehouse, memory_limit=home.settings.memory_limit) as warehouse:
        _write_tables(warehouse, home)
        connection = warehouse.connection
        connection.execute(f"set variable deliveries = {deliveries}")
        connection.execute(f"set variable tickets = {deliveries * 2 // 5}")
        connection.execute(_script("generate_clock_records"))
    return home


def _write_reference(root: Path) -> None:
    """Write the demo's calendars, policies and queues, and the 40 outlets of the benchmarks."""
    (root / "reference").mkdir(parents=True)
    shutil.copy(PROJECT / "data" / "settings.toml", root)
    for table in _REFERENCE[1:]:
        shutil.copy(PROJECT / "data" / "reference" / f"{table}.csv", root / "reference")
    with (root / "reference" / "holidays.csv").open("a", encoding="utf-8") as holidays:
        holidays.write(_NOT_ANNOUNCED)
    demo = pl.read_csv(PROJECT / "data" / "reference" / "org_units.csv")
    company = demo.filter(kind="company")
    outlets = (
        pl.read_csv(PROJECT / "benchmarks" / "home" / "reference" / "org_units.csv")
        .filter(kind="outlet")
        .with_columns(
            parent_id=pl.lit(company["id"].item()),
            time_zone=pl.lit(company["time_zone"].item()),
            calendar=pl.lit(company["calendar"].item()),
        )
    )
    units = pl.concat([demo.filter(pl.col("kind") != "outlet"), outlets], how="diagonal")
    units.write_csv(root / "reference" / "org_units.csv")


def _write_tables(warehouse: Warehouse, home: Home) -> None:
    """Write the reference tables, with the public holidays, for the reference to read."""
    tables = read_tables(home).tables
    for name in _REFERENCE:
        warehouse.replace_table(f"reference.{name}", tables[name])


def _run_ours(home: Home) -> dict[str, Spent]:
    """Make everything from the records on as a first night does; return what each step took."""
    run_of_night = Run("benchmark", _AS_OF, datetime(2026, 11, 1, tzinfo=UTC))
    steps = {}
    with (
        Ledger(home.ledger) as ledger,
        Warehouse(home.warehouse, memory_limit=home.settings.memory_limit) as warehouse,
    ):
        # What an earlier run remembers is forgotten: this is a first night.
        warehouse.connection.execute("delete from intake.facts where name <> 'layout'")
        night = Night(home, _AS_OF, warehouse, ledger, run_of_night, {}, [], judge=None)
        for step, work in _STEPS.items():
            with measured() as steps[step]:
                work(night)
    return steps


def _run_by_hand(home: Home) -> dict[str, Spent]:
    """Run the reference into a file of its own; return what each script took."""
    file = _by_hand(home)
    file.unlink(missing_ok=True)
    steps = {}
    with duckdb.connect(str(file)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{home.settings.memory_limit}'")
        connection.execute(f"set temp_directory = '{home.store / 'spill_by_hand'}'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach '{home.warehouse}' as ours (read_only)")
        for script in _BY_HAND:
            with measured() as steps[script]:
                connection.execute(_script(script))
    return steps


def _assert_equal(home: Home) -> dict[str, int]:
    """Compare clocks, sums and buckets of the two files, and return how many rows were compared."""
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '3GB'")
        connection.execute(f"set temp_directory = '{home.store / 'spill'}'")
        connection.execute(f"attach '{home.warehouse}' as ours (read_only)")
        connection.execute(f"attach '{_by_hand(home)}' as by_hand (read_only)")
        differing = {"records.clocks": _differing_clocks(connection)}
        for table in _SUMS:
            keys = ["day", "org_unit_id", *SLICES[table]]
            sums = [measure.name for measure in measures_of(table)]
            differing[table] = _differing_sums(connection, table, keys, sums)
            if any(measure.spread for measure in measures_of(table)):
                spread = f"{table}_spread"
                buckets = [*keys, "measure", "bucket"]
                differing[spread] = _differing_sums(connection, spread, buckets, ["occurrences"])
        counts = {
            table: connection.execute(f"select count(*) from ours.records.{table}").fetchone()[0]
            for table in ("deliveries", "delivery_events", "tickets", "ticket_events", "clocks")
        }
    if any(differing.values()):
        raise AssertionError(f"rows that differ, by table: {differing}")
    return counts


def _differing_clocks(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many clocks only one of both has, or otherwise."""
    described = connection.execute("describe ours.records.clocks").fetchall()
    columns = listed(name for name, *_ in described)
    return connection.execute(
        f"""select count(*) from (
            select 1 from (
                select 1 as sign, {columns} from ours.records.clocks
                union all select -1, {columns} from by_hand.clocks
            )
            group by {columns}
            having sum(sign) <> 0
        )"""
    ).fetchone()[0]


def _differing_sums(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    keys: Sequence[str],
    sums: Sequence[str],
) -> int:
    """Return how many keys only one of both has, or with another sum."""
    is_other = " or ".join(
        f"abs(sum({name} * sign)) > {_RELATIVE_ERROR} * sum({name}) filter (sign = 1)"
        for name in sums
    )
    columns = listed([*keys, *sums])
    return connection.execute(
        f"""select count(*) from (
            select 1 from (
                select 1 as sign, {columns} from ours.measures.{table}
                union all select -1, {columns} from by_hand.measures.{table}
            )
            group by {listed(keys)}
            having bool_and(sign = 1) or bool_and(sign = -1) or {is_other}
        )"""
    ).fetchone()[0]


def _by_hand(home: Home) -> Path:
    return home.store / "by_hand.duckdb"


def _script(name: str) -> str:
    return (_SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")


_ONLY = {"ours": _run_ours, "by_hand": _run_by_hand}

if __name__ == "__main__":
    main()
