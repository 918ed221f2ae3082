"""Typical questions to the published snapshot of a big export, beside the same in SQL by hand.

Each is asked through `answer` as `sqm metric` and the pages ask it. The reference is the ratio of
sums alone: no interval, no held rows, no trust bounds; of the median it is the exact one over
the records. Values are asserted equal, the median within the error that its buckets allow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from statistics import geometric_mean, median
from time import perf_counter
from typing import Any, NamedTuple

import polars as pl

from benchmarks.deliveries_home import AS_OF, arguments, deliveries_home
from benchmarks.measurement import own_peak_mb, report, run_sqm
from pipelines.questions.metric_queries import MetricQuery, answer
from pipelines.release.snapshots import current_id, open_snapshot
from transforms.catalogue import find_metric
from transforms.spread import RELATIVE_ERROR

_TIMES = 5
_ON_TIME = (
    "sum(delivery_promises_met) / "
    "nullif(sum(delivery_promises_met) + sum(delivery_promises_missed), 0)"
)


class _Question(NamedTuple):
    """A query of ours and the SQL that has the same `value` column, in the same order."""

    ours: MetricQuery
    by_hand: str
    relative_error: float = 1e-12


_QUESTIONS = {
    "one_figure": _Question(
        MetricQuery(find_metric("delivery_on_time_share")),
        f"select {_ON_TIME} as value from measures.deliveries",
    ),
    "by_day_of_a_month": _Question(
        MetricQuery(
            find_metric("delivery_on_time_share"),
            grain="day",
            first=date(2026, 9, 1),
            last=date(2026, 9, 30),
        ),
        f"select day, {_ON_TIME} as value from measures.deliveries "
        "where day between '2026-09-01' and '2026-09-30' group by day order by day",
    ),
    "by_month_and_outlet": _Question(
        MetricQuery(find_metric("exception_share"), by=("org_unit_id",), grain="month"),
        "select org_unit_id, date_trunc('month', day) as month, "
        "sum(exceptions) / nullif(sum(deliveries_picked_up), 0) as value "
        "from measures.deliveries group by all order by all",
    ),
    "by_courier_in_a_region": _Question(
        MetricQuery(
            find_metric("first_attempt_share"), by=("courier_id",), where={"region": ("East",)}
        ),
        "select courier_id, sum(delivered_at_first_attempt) / "
        "nullif(sum(delivered_with_attempts_known), 0) as value from measures.deliveries as m "
        "join reference.org_units as unit on unit.id = m.org_unit_id where unit.region = 'East' "
        "group by all order by all",
    ),
    "median_by_month": _Question(
        MetricQuery(find_metric("delivery_hours_median"), grain="month"),
        "select date_trunc('month', delivered_on) as month, "
        "median(epoch(delivered_at) - epoch(picked_up_at)) / 3600 as value "
        "from records.deliveries where status <> 'cancelled' and delivered_on is not null "
        "group by month order by month",
        relative_error=2 * RELATIVE_ERROR,
    ),
}


def main() -> None:
    """Ask every question a few times, ours and by hand; `ratio` is the geometric mean of theirs."""
    asked = arguments(__doc__, rows=5_000_000)
    with deliveries_home(asked.rows, asked.folder) as home:
        if current_id(home.snapshots) is None:
            run_sqm("nightly", f"--home={home.root}", f"--as-of={AS_OF}", "--format=json")
        with open_snapshot(home.snapshots) as snapshot:
            spent = {
                name: _milliseconds(question, snapshot.query)
                for name, question in _QUESTIONS.items()
            }
            rows = snapshot.query("select count(*) as rows from measures.deliveries").item()
    report(
        benchmark="metric",
        rows=asked.rows,
        rows_of_measures=rows,
        ratio=geometric_mean(own / by_hand for own, by_hand in spent.values()),
        milliseconds={name: round(own, 1) for name, (own, _) in spent.items()},
        milliseconds_by_hand={name: round(by_hand, 1) for name, (_, by_hand) in spent.items()},
        peak_mb=own_peak_mb(),
    )


def _milliseconds(
    question: _Question, ask: Callable[[str, Sequence[Any]], pl.DataFrame]
) -> tuple[float, float]:
    """Return the median time of our answer and of the one by hand, found equal first."""
    ours, by_hand = answer(question.ours, ask), ask(question.by_hand, ())
    pairs = list(zip(ours["value"], by_hand["value"], strict=True))
    if not all(_is_same(*pair, question.relative_error) for pair in pairs):
        raise AssertionError(f"not the same answer:\n{ours}\n{by_hand}")
    return (
        _median_of(lambda: answer(question.ours, ask)),
        _median_of(lambda: ask(question.by_hand, ())),
    )


def _is_same(ours: float | None, by_hand: float | None, relative_error: float) -> bool:
    if ours is None or by_hand is None:
        return ours is by_hand
    return math.isclose(ours, by_hand, rel_tol=relative_error)


def _median_of(work: Callable[[], object]) -> float:
    """Return the median milliseconds of `work`."""
    times = []
    for _ in range(_TIMES):
        begun = perf_counter()
        work()
        times.append(1000 * (perf_counter() - begun))
    return median(times)


if __name__ == "__main__":
    main()
