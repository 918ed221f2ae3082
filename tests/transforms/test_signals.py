"""Signals and their causes, worked out by hand, and what must hold of any signals on any tree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from transforms.signals import find_signals, lead_signals

_DAY_0 = date(2026, 1, 1)
_SIDES = {"^": "high", "v": "low"}
_POINT = {
    "series": pl.Int64,
    "phase": pl.Int32,
    "number": pl.Int64,
    "metric": pl.String,
    "org_unit_id": pl.String,
    "grain": pl.String,
    "chart": pl.String,
    "period": pl.Date,
    "ends_on": pl.Date,
    "value": pl.Float64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "centre": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "rule": pl.String,
    "side": pl.String,
    "verdict": pl.String,
}
# HQ
#  ├─ EAST: PD, XH
#  └─ WEST: CD
_PARENT = {"HQ": None, "EAST": "HQ", "WEST": "HQ", "PD": "EAST", "XH": "EAST", "CD": "WEST"}
_METRICS = pl.DataFrame(
    [
        ("on_time", "deliveries", 9),
        ("lost", "deliveries", 8),
        ("damaged", "deliveries", 7),
        ("complaints", "tickets", 6),
    ],
    schema={"metric": pl.String, "subject": pl.String, "weight": pl.Int32},
    orient="row",
)


def day(number: int) -> date:
    return _DAY_0 + timedelta(days=number)


def points_of(
    signs: str,
    *,
    series: int = 1,
    rules: Sequence[str] = ("beyond_limit",),
    days: int = 1,
    **fixed: Any,
) -> pl.DataFrame:
    """Return a point per sign: ^ breaks a rule on the high side, v on the low side, . breaks none.

    A "|" starts the next phase. `rules` name, in turn, what the broken ones break; a period takes
    `days`. The value of a point is its place, from 0.
    """
    rows, phase, number, broken, place = [], 1, 0, 0, 0
    for sign in signs:
        if sign == "|":
            phase, number = phase + 1, 0
            continue
        side = _SIDES.get(sign)
        usual = {
            "series": series,
            "phase": phase,
            "number": number + 1,
            "metric": "lost",
            "org_unit_id": "PD",
            "grain": "day",
            "chart": "u_prime",
            "period": day(place * days),
            "ends_on": day(place * days + days - 1),
            "value": float(place),
            "numerator": place + 0.25,
            "denominator": 10.0,
            "centre": 0.5,
            "lower": 0.0,
            "upper": 1.0,
            "rule": rules[broken % len(rules)] if side else None,
            "side": side,
            "verdict": {"high": "concern", "low": "improvement"}.get(side or ""),
        }
        rows.append(usual | fixed)
        number, broken, place = number + 1, broken + bool(side), place + 1
    return pl.DataFrame(rows, schema=_POINT, orient="row")


def stretches(signs: str, **rest: Any) -> list[tuple[int, int, int, str, bool]]:
    """Return first and last place, points, side and `is_open` of each signal."""
    return [
        ((first - _DAY_0).days, (last - _DAY_0).days, points, side, is_open)
        for first, last, points, side, is_open in find_signals(points_of(signs, **rest))
        .select("first_period", "last_period", "points", "side", "is_open")
        .iter_rows()
    ]


@pytest.mark.parametrize(
    ("signs", "found"),
    [
        ("......", []),
        ("..^...", [(2, 2, 1, "high", False)]),
        ("..^^^..", [(2, 4, 3, "high", False)]),
        ("..^..^.", [(2, 5, 2, "high", False)]),
        ("..^...^", [(2, 2, 1, "high", False), (6, 6, 1, "high", True)]),
        ("^..^..^", [(0, 6, 3, "high", True)]),
        ("..^v...", [(2, 2, 1, "high", False), (3, 3, 1, "low", False)]),
        ("^v^", [(0, 0, 1, "high", False), (1, 1, 1, "low", False), (2, 2, 1, "high", True)]),
        ("..^.", [(2, 2, 1, "high", False)]),
        ("...^", [(3, 3, 1, "high", True)]),
    ],
)
def test_a_signal_goes_on_over_two_quiet_points_and_ends_with_the_third(
    signs: str, found: list[tuple[int, int, int, str, bool]]
) -> None:
    assert stretches(signs) == found


def test_a_new_phase_ends_a_signal_and_only_its_own_newest_point_keeps_one_open() -> None:
    assert stretches("..^|^..") == [(2, 2, 1, "high", False), (3, 3, 1, "high", False)]
    # Point 2 of the first phase and point 2 of the second have the same number.
    assert stretches(".^|..") == [(1, 1, 1, "high", False)]
    assert stretches(".^|.^") == [(1, 1, 1, "high", False), (3, 3, 1, "high", True)]


def test_signals_of_two_series_that_touch_are_two() -> None:
    both = pl.concat([points_of("..^", series=1), points_of("^..", series=2, org_unit_id="XH")])
    found = find_signals(both).select("series", "org_unit_id", "points", "is_open")
    assert found.rows() == [(1, "PD", 1, True), (2, "XH", 1, False)]


def test_a_signal_is_known_when_its_first_point_is_complete_and_says_what_its_last_breaks() -> None:
    rules = ("two_of_three", "beyond_limit")
    (found,) = find_signals(points_of(".^^.", rules=rules, days=7)).iter_rows(named=True)
    assert (found["rule"], found["points"], found["is_open"]) == ("beyond_limit", 2, False)
    assert (found["first_period"], found["known_on"]) == (day(7), day(13))
    assert (found["last_period"], found["last_on"]) == (day(14), day(20))
    figures = [found[name] for name in ("value", "numerator", "denominator", "centre", "upper")]
    assert figures == [2.0, 2.25, 10.0, 0.5, 1.0]
    assert (found["side"], found["verdict"], found["chart"]) == ("high", "concern", "u_prime")


def test_one_long_way_between_two_events_is_chance_but_two_or_a_run_are_not() -> None:
    events = {"chart": "g", "grain": "event"}
    assert stretches("..^..", **events) == []
    assert stretches("..^^.", **events) == [(2, 3, 2, "high", False)]
    # One that ends in a long way has more points than that one.
    run = ["seven_on_one_side", "beyond_limit"]
    assert stretches("..^..", rules=run, **events) == [(2, 2, 1, "high", False)]
    assert stretches("..^^.", rules=run, **events) == [(2, 3, 2, "high", False)]
    assert stretches("..v..", **events) == [(2, 2, 1, "low", False)]
    assert stretches("..^..", chart="t", grain="event") == [(2, 2, 1, "high", False)]


def test_without_points_or_without_broken_rules_there_are_no_signals() -> None:
    for points in (points_of(""), points_of("....")):
        found = find_signals(points)
        assert found.is_empty()
        led = lead_signals(found, tree_of(_PARENT), _METRICS)
        assert {"signal_id", "cause_id", "is_leading"} <= {*led.columns}


def tree_of(parents: dict[str, str | None]) -> pl.DataFrame:
    """Return each unit with itself (depth 0) and all above it."""
    rows: list[tuple[str, str, int]] = []
    for unit in parents:
        above: str | None = unit
        depth = 0
        while above is not None:
            rows.append((unit, above, depth))
            above, depth = parents[above], depth + 1
    return pl.DataFrame(rows, schema=["org_unit_id", "ancestor_id", "depth"], orient="row")


def signals_of(*told: tuple[Any, ...], still_open: Collection[int] = ()) -> pl.DataFrame:
    """Return signals told as (metric, unit, first day, last day), and side and verdict if given.

    Each is known on its first day, and over but for those at the places `still_open`.
    """
    names = ("metric", "org_unit_id", "side", "verdict", "first_period", "last_period", "last_on")
    return pl.DataFrame(
        [
            (metric, unit, *(rest or ("high", "concern")), day(first), day(last), day(last))
            for metric, unit, first, last, *rest in told
        ],
        schema=names,
        orient="row",
    ).with_columns(
        pl.col("first_period").alias("known_on"),
        pl.int_range(pl.len()).is_in([*still_open]).alias("is_open"),
    )


def causes(*told: tuple[Any, ...], still_open: Collection[int] = ()) -> list[int]:
    """Return per signal the place of the one that leads it."""
    signals = signals_of(*told, still_open=still_open)
    led = lead_signals(signals, tree_of(_PARENT), _METRICS)
    assert led["signal_id"].to_list() == list(range(len(told)))
    assert_consistent(led)
    return led["cause_id"].to_list()


def assert_consistent(led: pl.DataFrame) -> None:
    assert (led["is_leading"] == (led["cause_id"] == led["signal_id"])).all()
    leading = led.filter("is_leading")["signal_id"]
    lost = led.filter(~pl.col("cause_id").is_in(leading.implode()))
    assert lost.is_empty(), f"hang under one that does not lead: {lost.rows(named=True)[:3]}"
    over = led.filter(~pl.col("is_open"))["signal_id"]
    hidden = led.filter("is_open", pl.col("cause_id").is_in(over.implode()))
    assert hidden.is_empty(), f"open, but under one that is over: {hidden.rows(named=True)[:3]}"


def test_a_child_hangs_under_the_highest_unit_above_that_says_the_same() -> None:
    assert causes(("lost", "PD", 5, 9), ("lost", "EAST", 5, 9), ("lost", "HQ", 6, 6)) == [2, 2, 2]
    assert causes(("lost", "PD", 5, 9), ("lost", "HQ", 6, 6)) == [1, 1]


def test_neighbours_without_a_signal_above_are_causes_of_their_own() -> None:
    assert causes(("lost", "PD", 5, 9), ("lost", "XH", 5, 9)) == [0, 1]
    assert causes(("lost", "PD", 5, 9), ("lost", "WEST", 5, 9)) == [0, 1]


def test_a_child_on_the_other_side_is_a_cause_of_its_own() -> None:
    good = ("low", "improvement")
    assert causes(("lost", "PD", 5, 9, *good), ("lost", "EAST", 5, 9)) == [0, 1]


def test_a_child_of_another_metric_hangs_under_no_parent() -> None:
    assert causes(("lost", "PD", 5, 9), ("damaged", "EAST", 5, 9)) == [0, 1]


@pytest.mark.parametrize(("begins", "found"), [(19, [1, 1]), (20, [0, 1])])
def test_a_unit_and_one_above_are_one_cause_when_they_begin_within_two_weeks(
    begins: int, found: list[int]
) -> None:
    assert causes(("lost", "PD", 5, 9), ("lost", "EAST", begins, 40)) == found
    # How long the first goes on is no matter, nor which begins first.
    assert causes(("lost", "PD", 5, 60), ("lost", "EAST", begins, 40)) == found
    assert causes(("lost", "PD", begins, 40), ("lost", "EAST", 5, 9)) == found


@pytest.mark.parametrize(("begins", "found"), [(19, [1, 1]), (20, [0, 1])])
def test_metrics_of_a_unit_are_one_cause_when_they_begin_within_two_weeks_of_the_first(
    begins: int, found: list[int]
) -> None:
    assert causes(("lost", "PD", 5, 60), ("on_time", "PD", begins, 70)) == found


def test_the_metric_of_most_weight_leads_and_of_one_metric_what_was_known_first() -> None:
    assert causes(("lost", "PD", 6, 9), ("damaged", "PD", 5, 9)) == [0, 0]
    assert causes(("lost", "PD", 5, 9), ("on_time", "PD", 9, 9)) == [1, 1]
    assert causes(("lost", "PD", 9, 12), ("lost", "PD", 5, 5)) == [1, 1]


def test_metrics_of_another_subject_or_verdict_are_causes_of_their_own() -> None:
    assert causes(("lost", "PD", 5, 9), ("complaints", "PD", 5, 9)) == [0, 1]
    better = ("low", "improvement")
    assert causes(("lost", "PD", 5, 9), ("on_time", "PD", 5, 9, *better)) == [0, 1]


def test_what_hangs_under_a_child_s_parent_goes_where_the_parent_goes() -> None:
    # The outlet's lost parcels hang under the region's, and these under its late ones.
    told = (("lost", "PD", 5, 9), ("lost", "EAST", 5, 9), ("on_time", "EAST", 4, 9))
    assert causes(*told) == [2, 2, 2]


def test_a_cause_reaches_further_up_the_tree_but_not_on_and_on_in_time() -> None:
    # PD begins within two weeks of EAST, EAST of HQ, but PD not of HQ.
    assert causes(("lost", "PD", 0, 1), ("lost", "EAST", 12, 40), ("lost", "HQ", 24, 35)) == [2] * 3
    # Each begins within two weeks of the one before it; the third is too far from the first.
    weekly = (("lost", "PD", first, first) for first in (0, 8, 16, 24, 32))
    assert causes(*weekly) == [0, 0, 2, 2, 4]


def test_what_is_over_hangs_under_what_is_open_but_never_the_other_way_round() -> None:
    outlet, region = ("lost", "PD", 5, 9), ("lost", "EAST", 5, 9)
    assert causes(outlet, region, still_open=[0]) == [0, 1]
    assert causes(outlet, region, still_open=[1]) == [1, 1]
    assert causes(outlet, region, still_open=[0, 1]) == [1, 1]
    late = ("on_time", "PD", 4, 9)
    assert causes(late, outlet, still_open=[0]) == [0, 0]
    # The one that is open leads, though late parcels weigh more.
    assert causes(late, outlet, still_open=[1]) == [1, 1]


def test_what_is_open_hangs_under_the_highest_that_is_open_too() -> None:
    told = (("lost", "PD", 5, 9), ("lost", "EAST", 5, 9), ("lost", "HQ", 5, 9))
    assert causes(*told, still_open=[0, 1]) == [1, 1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_every_cause_of_random_signals_is_a_leading_signal(seed: int) -> None:
    random = np.random.default_rng(seed)
    units = [f"u{number}" for number in range(30)]
    parents = {
        unit: f"u{random.integers(0, number)}" if number else None
        for number, unit in enumerate(units)
    }
    told = []
    for _ in range(400):
        first = int(random.integers(0, 300))
        side = random.choice(["high", "low"])
        told.append(
            (
                str(random.choice(_METRICS["metric"].to_list())),
                str(random.choice(units)),
                first,
                first + int(random.integers(0, 30)),
                str(side),
                "concern" if side == "high" else "improvement",
            )
        )
    still_open = np.flatnonzero(random.random(len(told)) < 0.2).tolist()
    signals = signals_of(*told, still_open=still_open)
    led = lead_signals(signals, tree_of(parents), _METRICS)
    assert led.height == len(told)
    assert_consistent(led)
    assert led.filter("is_leading").height < led.height
    assert led.filter("is_leading")["verdict"].is_not_null().all()
    of_cause = led.join(
        led.select(pl.col("signal_id").alias("cause_id"), "side", "verdict"),
        on="cause_id",
        suffix="_of_cause",
    )
    assert (of_cause["verdict"] == of_cause["verdict_of_cause"]).all()
