"""The demo organisation's nights: the first, one with nothing new, one a day later.

The reference reads the same landed files with bare DuckDB SQL into tables of text: all but the
tickets (GB 18030), the surveys (quoted line breaks) and the budget (Excel), which are small. It
judges nothing and sums nothing; each file's row count is asserted to be what we read of it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.measurement import PROJECT, Ended, measured, report, run, run_sqm
from pipelines.settings import Home, open_home

_PUBLISHED = (0, 4)  # the demo has planted incidents: it is published with warnings
_LAST_DAY = date(2026, 10, 31)  # of the demo's files
_CSV = (
    "read_csv($files, delim = ',', header = true, all_varchar = true, null_padding = true, "
    "filename = true)"
)
_READ_BY_HAND = {
    "deliveries": _CSV,
    "delivery_events": "read_parquet($files, filename = true)",
    "ticket_events": "read_json($files, filename = true)",
    "finance_entries": _CSV,
    "duties": _CSV,
}


def main() -> None:
    """Run the nights and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="deliveries; the demo's own number by default")
    parser.add_argument("--months", type=int, default=18, help="length of the demo's history")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sqm-benchmark-") as temporary:
        home = copy_of_demo(Path(temporary))
        size = [f"--deliveries={asked.rows}"] if asked.rows else []
        demo = run_sqm("demo", f"--home={home.root}", f"--months={asked.months}", *size)
        with measured() as reference:
            _load_by_hand(home)
        first = _night(home, _LAST_DAY)
        rows = _assert_equal(home)
        again = _night(home, _LAST_DAY)
        if json.loads(again.output)["state"] != "unchanged":
            raise AssertionError("there was nothing new, and yet the night ran")
        day_later = _night(home, _LAST_DAY + timedelta(days=1))
        figure = run_sqm("metric", "delivery_on_time_share", "--grain=month", f"--home={home.root}")
        report(
            benchmark="nightly",
            rows=rows,
            ratio=first.spent.wall_seconds / reference.wall_seconds,
            reference_seconds=reference.wall_seconds,
            **_seconds("demo", demo),
            **_seconds("first_night", first),
            seconds_by_stage=json.loads(first.output)["seconds"],
            **_seconds("nothing_new", again),
            **_seconds("day_later", day_later),
            **_seconds("import", run(sys.executable, "-c", "import pipelines.definitions")),
            **_seconds("sqm_metrics", run_sqm("metrics", "--format=json")),
            **_seconds("sqm_metric", figure),
            peak_mb=max(first.peak_mb, day_later.peak_mb),
        )


def copy_of_demo(root: Path) -> Home:
    """Return a home of its own with the demo's settings, sources and reference tables."""
    for folder in ("sources", "reference"):
        shutil.copytree(PROJECT / "data" / folder, root / folder)
    shutil.copy(PROJECT / "data" / "settings.toml", root)
    return open_home(root)


def _night(home: Home, as_of: date) -> Ended:
    return run_sqm(
        "nightly",
        f"--home={home.root}",
        f"--as-of={as_of}",
        "--format=json",
        expected=_PUBLISHED,
    )


def _seconds(name: str, ended: Ended) -> dict[str, float]:
    return {
        f"{name}_seconds": ended.spent.wall_seconds,
        f"{name}_cpu_seconds": ended.spent.cpu_seconds,
    }


def _load_by_hand(home: Home) -> None:
    with duckdb.connect(str(_by_hand(home))) as connection:
        for kind, reading in _READ_BY_HAND.items():
            files = sorted(str(file) for file in (home.landing / kind).iterdir())
            connection.execute(
                f"create table {kind} as from {reading.replace('$files', repr(files))}"
            )


def _by_hand(home: Home) -> Path:
    return home.root / "by_hand.duckdb"


def _assert_equal(home: Home) -> int:
    """Compare the rows of every file taken in with those read by hand; return how many rows."""
    counts = " union all ".join(
        f"select '{kind}' as kind, parse_filename(filename) as file, count(*) as by_hand "
        f"from reference.{kind} group by all"
        for kind in _READ_BY_HAND
    )
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.warehouse}' as ours (read_only)")
        connection.execute(f"attach '{_by_hand(home)}' as reference (read_only)")
        differing = connection.execute(
            f"""select kind, file, rows_read, by_hand
            from (select kind, parse_filename(file) as file, rows_read from ours.intake.batches)
            left join ({counts}) using (kind, file)
            where kind in (select unnest(?)) and rows_read is distinct from by_hand""",
            [list(_READ_BY_HAND)],
        ).fetchall()
        (rows,) = connection.execute(
            "select sum(rows_read)::bigint from ours.intake.batches"
        ).fetchone()
    if differing:
        raise AssertionError(f"rows read by us and by hand differ: {differing[:5]}")
    return rows


if __name__ == "__main__":
    main()
