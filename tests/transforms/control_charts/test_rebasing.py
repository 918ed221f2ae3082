"""New limits are proposed for a shift that held, with the centre that they would have."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from tests.transforms.control_charts.hand_made_charts import FIRST, charted, series_of
from transforms.control_charts import chart_points, propose_rebases

_BEFORE = [10.0, 12, 11, 13, 9] * 4
_SHIFTED = [20.0, 22, 21, 23]


def proposed(values: list[float]) -> tuple[int, float] | None:
    """Return (place of the first point of the new phase, its centre)."""
    _, since, centre = propose_rebases(charted("xmr", values)).row(0)
    return None if since is None else ((since - FIRST).days, centre)


def test_a_shift_that_held_twelve_points_is_proposed_and_of_eleven_is_not() -> None:
    shifted = _SHIFTED * 3
    assert proposed(_BEFORE + shifted[:11]) is None
    assert proposed(_BEFORE + shifted) == (20, pytest.approx(21.5))


def test_a_shift_that_is_over_is_not_proposed() -> None:
    assert proposed(_BEFORE + _SHIFTED * 4 + [9.0]) is None


def test_points_on_the_centre_are_no_shift() -> None:
    assert proposed([5.0] * 60) is None


def test_a_shift_begins_after_the_baseline_it_is_measured_by() -> None:
    values = [*[10.0, 8, 9, 7, 8] * 3, *[30.0] * 5, *[31.0, 30.0] * 6]
    assert proposed(values) == (20, pytest.approx(30.5))


def test_the_new_phase_begins_where_the_run_does() -> None:
    assert proposed([*_BEFORE, 12, 9, *_SHIFTED * 4]) == (22, pytest.approx(21.5))


@pytest.mark.parametrize(("grain", "baseline"), [("day", 20), ("month", 12)])
@pytest.mark.parametrize("chart", ["p_prime", "u_prime", "xmr", "xmr_median", "g", "t"])
def test_the_centre_proposed_is_the_one_that_the_new_phase_gets(
    chart: str, grain: str, baseline: int
) -> None:
    figures = [*_BEFORE[:baseline], *[place % 7 + 20.0 for place in range(30)]]
    has_cases = chart in ("p_prime", "u_prime")
    n = [place % 9 + 60.0 for place in range(len(figures))] if has_cases else None
    points = series_of(chart, figures, n, grain=grain)
    _, since, centre = propose_rebases(chart_points(points)).row(0)
    assert since == FIRST + timedelta(days=baseline)
    phase = pl.when(pl.col("period") >= since).then(2).otherwise(1).cast(pl.Int32)
    accepted = chart_points(points.with_columns(phase.alias("phase")))
    assert accepted.filter(pl.col("phase") == 2)["centre"][0] == pytest.approx(centre)
    assert propose_rebases(accepted).row(0) == (1, None, None)


def test_every_series_has_one_row_and_its_own_answer() -> None:
    calm = series_of("xmr", _BEFORE * 2, series=7)
    short = series_of("xmr", [1.0], series=8)
    moved = series_of("xmr", _BEFORE + _SHIFTED * 3, series=9)
    rows = propose_rebases(chart_points(pl.concat([moved, short, calm])))
    assert rows["series"].to_list() == [7, 8, 9]
    assert rows["rebase_from"].null_count() == 2
