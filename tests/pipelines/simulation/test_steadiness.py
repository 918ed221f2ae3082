"""What is not planted is steady, so that control charts can be tested for false signals."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.pipelines.simulation.landed_demo import Demo, standard_errors


def test_shares_on_time_are_steady_at_every_outlet_without_incident(due: pl.DataFrame) -> None:
    quiet = due.filter(~pl.col("Outlet").is_in(["CKG-YB", "CAN-PY"]))
    months = quiet.group_by("Outlet", pl.col("Promised").dt.strftime("%Y-%m")).agg(
        pl.len(), pl.col("in_time").mean()
    )
    scores = standard_errors(months["in_time"].to_numpy(), months["len"].to_numpy(), 0.933)
    assert np.abs(scores).max() < 4.5
    assert scores.std() == pytest.approx(1.0, abs=0.15)


def test_nothing_drifts_between_the_halves_of_the_period(
    demo: Demo, due: pl.DataFrame, answers: pl.DataFrame, tickets: pl.DataFrame
) -> None:
    middle = date(2026, 2, 1)
    steady = answers.filter(~_is_sliding(demo))
    quiet = tickets.filter(pl.col("受理网点") != "Q-TRACE", pl.col("是否达标").is_not_null())
    for rows, instant, is_good in (
        (due.filter(pl.col("Outlet") != "CKG-YB"), "Promised", pl.col("in_time")),
        (due, "Promised", pl.col("Attempts") == "1"),
        (due, "Promised", pl.col("Exception").eq_missing("Wrong address")),
        (steady, "Sent", pl.col("Overall") >= 0.75),
        (quiet, "受理时间", pl.col("是否达标") == "是"),
        (quiet, "受理时间", pl.col("工单类型") == "投诉"),
    ):
        judged = rows.select(instant, good=is_good).drop_nulls()
        first = judged.filter(pl.col(instant) < middle)["good"]
        second = judged.filter(pl.col(instant) >= middle)["good"]
        overall = judged["good"].mean()
        error = (overall * (1 - overall) * (1 / first.len() + 1 / second.len())) ** 0.5
        assert abs(first.mean() - second.mean()) < 4 * error


def test_satisfaction_does_not_depend_on_the_scale(demo: Demo, answers: pl.DataFrame) -> None:
    satisfied = (
        answers.filter(~_is_sliding(demo))
        .group_by("Scale")
        .agg(pl.len(), share=(pl.col("Overall") >= 0.75).mean())
    )
    for _, rows, share in satisfied.iter_rows():
        assert abs(standard_errors(share, rows, 0.86)) < 4


def _is_sliding(demo: Demo) -> pl.Expr:
    """Return the claim that an answer is of those who find the staff unfriendly."""
    slide = demo.incident("sliding_attitude")
    is_since = pl.col("Sent").dt.date() >= date.fromisoformat(slide["from"])
    return pl.col("Unit").is_in(slide["where"]) & is_since
