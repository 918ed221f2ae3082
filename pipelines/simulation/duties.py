"""Recurring duties of the outlets: training, inspections, drills, maintenance, audits, reports."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulation.chance import Stream, pick
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.period import Period

_DONE_IN_TIME = 0.92
_NEVER_DONE = 0.01
_PASSED = 0.95
# Kind, title, months between, day of the month it is due.
_DUTIES = pl.DataFrame(
    [
        ("training", "Monthly service training", 1, 25),
        ("safety_inspection", "Monthly safety inspection", 1, 15),
        ("emergency_drill", "Quarterly emergency drill", 3, 20),
        ("equipment_maintenance", "Quarterly sorting line maintenance", 3, 10),
        ("audit", "Half-yearly process audit", 6, 28),
        ("report_submission", "Monthly quality report", 1, 5),
    ],
    schema=["kind", "title", "every", "day"],
    orient="row",
)


def draw_duties(chance: Stream, organisation: Organisation, period: Period) -> pl.DataFrame:
    """Return the duties due in the period, per outlet, as the export has them.

    Columns: `duty_id`, `kind`, `org_unit_id`, `title`, `due_on`, `done_on` (null when not done by
    the period's end), `result` (null when not done), `evidence`.
    """
    months = pl.DataFrame({"month": [month.label for month in period.months]}).with_row_index()
    outlets = pl.DataFrame({"org_unit_id": organisation.units[: organisation.outlets]})
    due = (
        months.join(_DUTIES, how="cross")
        .filter(pl.col("index") % pl.col("every") == pl.col("every") - 1)
        .with_columns(
            due_on=(pl.col("month") + "-01").str.to_date() + pl.duration(days=pl.col("day") - 1)
        )
        .filter(pl.col("due_on").is_between(period.first_day, period.last_day))
        .join(outlets, how="cross")
    )
    rows = due.height
    in_time = chance.random(rows) < _DONE_IN_TIME
    days = np.where(in_time, -chance.integers(0, 10, rows), chance.integers(1, 15, rows))
    days = np.where(chance.random(rows) < _NEVER_DONE, 10_000, days)
    done_on = pl.col("due_on") + pl.duration(days=pl.lit(pl.Series(days)))
    verdicts = pl.Series(["pass", "fail"]).gather(pick(chance, (_PASSED, 1 - _PASSED), rows))
    return due.with_columns(
        duty_id=pl.format(
            "D{}-{}-{}",
            pl.col("month").str.replace("-", ""),
            "org_unit_id",
            pl.col("kind").str.slice(0, 3).str.to_uppercase(),
        ),
        done_on=pl.when(done_on <= period.last_day).then(done_on),
    ).select(
        "duty_id",
        "kind",
        "org_unit_id",
        "title",
        "due_on",
        "done_on",
        result=pl.when(pl.col("done_on").is_not_null()).then(verdicts),
        evidence=pl.when(pl.col("done_on").is_not_null()).then(
            pl.format("https://files.lantern.example/{}.pdf", "duty_id")
        ),
    )
