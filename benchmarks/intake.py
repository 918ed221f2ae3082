"""A big export through the night, beside a DuckDB program written by hand for this one file.

Both read the same CSV, keep the newest version of each waybill and sum by day, outlet, courier,
service and exception. The night also keeps bronze, judges every row by its contract, accounts for
each and publishes a checked snapshot; `ratio` is the time of its stages sources, records and
measures over that of the program, `night_ratio` the time of all of `sqm nightly`.
"""

from __future__ import annotations

import json

import duckdb

from benchmarks.deliveries_home import (
    AS_OF,
    arguments,
    deliveries_home,
    landed_file,
    load_by_hand,
)
from benchmarks.measurement import measured, report, run_sqm
from pipelines.settings import Home

_SUMS = (
    "deliveries_picked_up",
    "deliveries_delivered",
    "delivery_promises_met",
    "delivery_promises_missed",
)
_STAGES = ("sources", "records", "measures")


def main() -> None:
    """Run both and report."""
    asked = arguments(__doc__, rows=5_000_000)
    with deliveries_home(asked.rows, asked.folder) as home:
        by_hand = home.root / "by_hand.duckdb"
        by_hand.unlink(missing_ok=True)
        with measured() as reference:
            load_by_hand(home, by_hand)
        night = run_sqm("nightly", f"--home={home.root}", f"--as-of={AS_OF}", "--format=json")
        seconds = json.loads(night.output)["seconds"]
        counts = _assert_equal(home)
        ours = sum(seconds[stage] for stage in _STAGES)
        report(
            benchmark="intake",
            rows=asked.rows,
            csv_mb=landed_file(home.root).stat().st_size / 2**20,
            **counts,
            ratio=ours / reference.wall_seconds,
            night_ratio=night.spent.wall_seconds / reference.wall_seconds,
            stages_seconds=ours,
            seconds_by_stage=seconds,
            night_seconds=night.spent.wall_seconds,
            night_cpu_seconds=night.spent.cpu_seconds,
            reference_seconds=reference.wall_seconds,
            reference_cpu_seconds=reference.cpu_seconds,
            rows_per_second=asked.rows / ours,
            peak_mb=night.peak_mb,
        )


def _assert_equal(home: Home) -> dict[str, int]:
    """Compare sums and counts of the two files, and return what became of the rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.warehouse}' as ours (read_only)")
        connection.execute(f"attach '{home.root / 'by_hand.duckdb'}' as reference (read_only)")
        columns = ", ".join(
            ("day", "org_unit_id", "courier_id", "service_level", "exception", *_SUMS)
        )
        (differing,) = connection.execute(
            f"""with ours as (select {columns} from ours.measures.deliveries),
                reference as (select {columns} from reference.daily_sums)
            select count(*) from ((from ours except all from reference)
                union all (from reference except all from ours))"""
        ).fetchone()
        read, accepted, superseded, quarantined, expected = connection.execute(
            """select rows_read, accepted, superseded, quarantined,
                (select count(*) from reference.deliveries) from ours.intake.batches"""
        ).fetchone()
    if differing or accepted != expected:
        raise AssertionError(f"{accepted} deliveries, {expected} by hand; {differing} sums differ")
    if read != accepted + superseded + quarantined:
        raise AssertionError("a row is not accounted for")
    return {"accepted": accepted, "superseded": superseded, "quarantined": quarantined}


if __name__ == "__main__":
    main()
