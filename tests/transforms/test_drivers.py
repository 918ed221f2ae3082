"""What satisfaction hangs on: by hand, against plain regressions, and what chance alone makes."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.drivers import MOST_DRIVERS, OUTCOME, WEIGHT, rank_drivers, relative_importance
from transforms.refusal import Refusal

STATES = {"ranked", "none", "constant", "too_few"}


def answers_of(outcome: Any, weight: Any = 1.0, **drivers: Any) -> pl.DataFrame:
    """Return answers with these overall shares, all of one weight if there is but one."""
    columns = {OUTCOME: outcome, **drivers}
    return pl.DataFrame({name: pl.Series(values) for name, values in columns.items()}).with_columns(
        pl.lit(weight if isinstance(weight, float) else pl.Series(weight)).alias(WEIGHT)
    )


def by_driver(ranking: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["driver"]: row for row in ranking.iter_rows(named=True)}


def r_squared(answers: pl.DataFrame, drivers: list[str]) -> float:
    """Return the R² of a weighted regression, by least squares."""
    root = np.sqrt(answers[WEIGHT].to_numpy())
    design = np.column_stack(
        [np.ones(answers.height), *(answers[name].cast(float).to_numpy() for name in drivers)]
    )
    outcome = answers[OUTCOME].to_numpy()

    def unexplained(columns: np.ndarray) -> float:
        scaled = columns * root[:, None]
        fit = np.linalg.lstsq(scaled, outcome * root, rcond=None)[0]
        return float(((outcome * root - scaled @ fit) ** 2).sum())

    return 1 - unexplained(design) / unexplained(design[:, :1])


def averaged_over_orders(answers: pl.DataFrame, drivers: list[str]) -> dict[str, float]:
    """Return what each driver adds to R² when it enters, averaged over every order of entry."""
    added = dict.fromkeys(drivers, 0.0)
    for order in permutations(drivers):
        for place, name in enumerate(order):
            before = list(order[:place])
            added[name] += r_squared(answers, [*before, name]) - r_squared(answers, before)
    return {name: total / math.factorial(len(drivers)) for name, total in added.items()}


def test_two_drivers_that_go_together_share_what_both_explain() -> None:
    # Alone they explain 0.36 and 0.16, together (0.36 + 0.16 - 2 * 0.6 * 0.4 * 0.5) / 0.75.
    together = 0.28 / 0.75
    correlations = np.array([[[1, 0.5, 0.6], [0.5, 1, 0.4], [0.6, 0.4, 1]]])
    ((first, second),), (explained,) = relative_importance(correlations)
    assert explained == pytest.approx(together)
    assert first == pytest.approx((0.36 + together - 0.16) / 2)  # 0.286667
    assert second == pytest.approx((0.16 + together - 0.36) / 2)  # 0.086667


def test_drivers_that_do_not_go_together_explain_their_squared_correlation() -> None:
    correlations = np.array([[[1, 0, 0.6], [0, 1, -0.3], [0.6, -0.3, 1]]])
    (importance,), _ = relative_importance(correlations)
    assert importance == pytest.approx([0.36, 0.09])


@pytest.mark.parametrize("seed", range(50))
def test_importance_is_the_average_over_all_orders_of_plain_regressions(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 5))
    drivers = chance.normal(size=(60, count)) @ chance.normal(size=(count, count))
    outcome = drivers @ chance.normal(size=count) + chance.normal(size=60) * 2
    named = {f"driver_{number}": drivers[:, number] for number in range(count)}
    named["driver_0"] = drivers[:, 0] > 0
    answers = answers_of(outcome, chance.choice([0.5, 1, 2.5], 60), **named)
    ranked = by_driver(rank_drivers(answers, list(named), resamples=20))
    expected = averaged_over_orders(answers, list(named))
    assert {name: row["importance"] for name, row in ranked.items()} == pytest.approx(expected)
    assert ranked["driver_0"]["r_squared"] == pytest.approx(r_squared(answers, list(named)))


def test_a_weight_of_three_is_three_such_answers() -> None:
    chance = np.random.default_rng(7)
    driver, outcome = chance.random(90), chance.random(90)
    weight = chance.integers(1, 4, 90)
    once = answers_of(outcome, weight.astype(float), driver=driver)
    repeated = answers_of(np.repeat(outcome, weight), driver=np.repeat(driver, weight))
    figures = ["importance", "effect", "correlation"]
    assert rank_drivers(once, ["driver"]).select(figures).row(0) == pytest.approx(
        rank_drivers(repeated, ["driver"]).select(figures).row(0)
    )


def test_the_effect_of_a_fact_is_the_difference_and_of_a_number_that_of_one_deviation() -> None:
    is_late = [True] * 20 + [False] * 40
    outcome = [0.25, 0.5] * 10 + [0.75, 1.0] * 20
    ranked = by_driver(rank_drivers(answers_of(outcome, is_late=is_late), ["is_late"]))
    assert ranked["is_late"]["effect"] == pytest.approx(0.375 - 0.875)
    hours = rank_drivers(answers_of(outcome, hours=[4 * x for x in outcome]), ["hours"])
    assert hours["effect"][0] == pytest.approx(np.std(outcome))
    assert hours["correlation"][0] == pytest.approx(1)


@pytest.mark.slow
def test_what_chance_makes_of_noise_is_rarely_significant() -> None:
    chance = np.random.default_rng(11)
    names = [f"noise_{number}" for number in range(4)]
    found = 0
    for _ in range(200):
        noise = {name: chance.random(100) < 0.3 for name in names}
        scores = chance.choice([0, 0.25, 0.5, 0.75, 1], 100, p=[0.03, 0.05, 0.12, 0.35, 0.45])
        ranking = rank_drivers(answers_of(scores, **noise), names, resamples=200)
        found += ranking["is_significant"].any()
    assert found <= 20  # 10 are expected of 200 at 5 %, more than 20 in one run of a thousand


@pytest.mark.slow
def test_a_planted_driver_is_always_found_and_the_noise_beside_it_rarely() -> None:
    chance = np.random.default_rng(12)
    found, noise_found = 0, 0
    for _ in range(100):
        is_late, is_noise = chance.random(300) < 0.2, chance.random(300) < 0.2
        outcome = (0.85 - 0.25 * is_late + chance.normal(0, 0.2, 300)).clip(0, 1)
        answers = answers_of(outcome, is_late=is_late, is_noise=is_noise)
        ranked = by_driver(rank_drivers(answers, ["is_noise", "is_late"], resamples=200))
        found += ranked["is_late"]["state"] == "ranked" and ranked["is_late"]["effect"] < 0
        noise_found += ranked["is_noise"]["is_significant"]
    assert found == 100
    assert noise_found <= 12


@pytest.mark.slow
def test_the_interval_holds_the_true_importance_in_about_95_of_100_draws() -> None:
    chance = np.random.default_rng(13)
    inside = 0
    for _ in range(200):
        first = chance.normal(size=250)
        second = 0.5 * first + math.sqrt(0.75) * chance.normal(size=250)
        # r1y = 0.6 and r2y = 0.4, as in the worked example.
        fit = 0.8 / 1.5 * first + 0.2 / 1.5 * second
        outcome = fit + math.sqrt(1 - 0.28 / 0.75) * chance.normal(size=250)
        answers = answers_of(outcome, first=first, second=second)
        row = by_driver(rank_drivers(answers, ["first", "second"], resamples=200))["first"]
        inside += row["low"] <= 0.286667 <= row["high"]
    assert 178 <= inside <= 198


def test_the_same_answers_give_the_same_interval() -> None:
    chance = np.random.default_rng(3)
    answers = answers_of(chance.random(50), driver=chance.random(50))
    assert rank_drivers(answers, ["driver"]).equals(rank_drivers(answers, ["driver"]))


def test_very_many_answers_are_resampled_in_groups_to_the_same_effect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = np.random.default_rng(5)
    drivers = {"planted": chance.random(6_000), "noise": chance.random(6_000)}
    answers = answers_of(drivers["planted"] + chance.normal(0, 0.6, 6_000), **drivers)
    monkeypatch.setattr("transforms.drivers._MOST_RESAMPLED", 6_000)
    one_by_one = rank_drivers(answers, list(drivers))
    monkeypatch.setattr("transforms.drivers._MOST_RESAMPLED", 1_000)
    in_groups = rank_drivers(answers, list(drivers))
    exact = ["driver", "state", "importance", "effect"]
    assert in_groups.select(exact).equals(one_by_one.select(exact))
    widths = [
        ranking.select(pl.col("high") - pl.col("low")).to_series()[0]
        for ranking in (in_groups, one_by_one)
    ]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)


@pytest.mark.slow
def test_noise_is_rarely_significant_where_only_some_answers_are_shuffled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transforms.drivers._MOST_RESAMPLED", 100)
    chance = np.random.default_rng(14)
    found = 0
    for _ in range(200):
        noise = {f"noise_{number}": chance.random(500) < 0.3 for number in range(3)}
        ranking = rank_drivers(answers_of(chance.random(500), **noise), list(noise), resamples=200)
        found += ranking["is_significant"].any()
    assert found <= 20


def test_twins_share_what_each_would_explain_alone() -> None:
    chance = np.random.default_rng(4)
    driver = chance.random(80)
    outcome = driver + chance.normal(0, 0.2, 80)
    alone = rank_drivers(answers_of(outcome, one=driver), ["one"])["importance"][0]
    twins = rank_drivers(answers_of(outcome, one=driver, two=1 - driver), ["one", "two"])
    assert twins["importance"].to_list() == pytest.approx([alone / 2] * 2)
    assert twins["state"].to_list() == ["ranked"] * 2


@pytest.mark.parametrize("score", [0.0, 1.0, 1 / 3])
def test_where_all_gave_the_same_score_nothing_drives_it(score: float) -> None:
    answers = answers_of([score] * 60, driver=[True, False] * 30)
    (row,) = rank_drivers(answers, ["driver"]).rows(named=True)
    assert (row["state"], row["n"], row["importance"]) == ("constant", 60, None)
    assert (row["is_significant"], row["r_squared"]) == (False, None)


def test_a_driver_that_never_differs_is_constant_and_leaves_the_others_alone() -> None:
    answers = answers_of([0.0, 1.0] * 30, is_late=[False] * 60, attitude=[0.25, 0.75] * 30)
    ranked = by_driver(rank_drivers(answers, ["is_late", "attitude"]))
    assert ranked["is_late"]["state"] == "constant"
    assert ranked["attitude"]["share_of_explained"] == pytest.approx(1)


@pytest.mark.parametrize(("n", "state"), [(29, "too_few"), (30, "ranked")])
def test_thirty_answers_are_needed(n: int, state: str) -> None:
    outcome = [number % 3 / 2 for number in range(n)]
    assert rank_drivers(answers_of(outcome, driver=outcome), ["driver"])["state"].to_list() == [
        state
    ]


@pytest.mark.parametrize(("n", "states"), [(39, {"too_few"}), (40, {"ranked", "none"})])
def test_ten_answers_are_needed_for_each_driver(n: int, states: set[str]) -> None:
    values = np.random.default_rng(1).random((n, 4))
    named = {f"driver_{number}": values[:, number] for number in range(4)}
    ranking = rank_drivers(answers_of(values[:, 0], **named), list(named))
    assert set(ranking["state"]) <= states
    assert ranking["n"].to_list() == [n] * 4


def test_a_driver_that_few_answers_know_is_left_out_instead_of_the_answers() -> None:
    chance = np.random.default_rng(2)
    known = chance.random(100)
    rare = [True, False] * 20 + [None] * 60
    ranked = by_driver(rank_drivers(answers_of(known, known=known, rare=rare), ["known", "rare"]))
    assert (ranked["rare"]["state"], ranked["rare"]["n"]) == ("too_few", 40)
    assert (ranked["known"]["state"], ranked["known"]["n"]) == ("ranked", 100)


def test_answers_without_an_overall_score_or_a_driver_in_use_are_left_out() -> None:
    outcome = [None, float("nan"), *[0.0, 0.5, 1.0] * 20]
    driver = [1.0, 1.0, None, *[0.1, 0.9, 0.4] * 19, 0.2, 0.7]
    (row,) = rank_drivers(answers_of(outcome, driver=driver), ["driver"]).rows(named=True)
    assert row["n"] == 59


def test_no_answers_at_all_are_too_few() -> None:
    nothing = answers_of([], driver=[]).cast(pl.Float64)
    assert rank_drivers(nothing, ["driver"]).select("state", "n").rows() == [("too_few", 0)]


def test_more_than_ten_drivers_are_refused() -> None:
    names = [f"driver_{number}" for number in range(MOST_DRIVERS + 1)]
    with pytest.raises(Refusal, match="11 drivers are too many") as refused:
        rank_drivers(answers_of([1.0], **{name: [1.0] for name in names}), names)
    assert "11 个驱动因素过多" in refused.value.told("zh")


_values = st.sampled_from([None, 0.0, 0.25, 0.5, 1.0, 1.0, 1.0, 1e9, float("nan"), float("inf")])
_rows = st.integers(0, 45).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from([None, 0.0, 0.75, 1.0]), min_size=n, max_size=n),
        st.lists(st.lists(_values, min_size=n, max_size=n), min_size=1, max_size=3),
        st.lists(st.sampled_from([0.5, 1.0, 1e-6, 40.0]), min_size=n, max_size=n),
    )
)


@settings(max_examples=60)
@given(_rows)
def test_whatever_the_answers_every_driver_has_a_state_and_no_figure_is_nan(rows: Any) -> None:
    outcome, drivers, weight = rows
    named = {f"driver_{number}": values for number, values in enumerate([*drivers, drivers[0]])}
    frame = pl.DataFrame({OUTCOME: outcome, WEIGHT: weight, **named}, strict=False).cast(pl.Float64)
    ranking = rank_drivers(frame, list(named), resamples=20, fewest_answers=3)
    assert set(ranking["driver"]) == set(named)
    assert set(ranking["state"]) <= STATES
    numbers = ranking.select(pl.selectors.float())
    assert numbers.select(pl.all().is_finite().all()).row(0) == (True,) * numbers.width
    ranked = ranking.drop_nulls("importance")
    if ranked.height:
        assert ranked["importance"].sum() == pytest.approx(ranked["r_squared"][0], abs=1e-9)
        assert (ranked["low"] <= ranked["importance"]).all()
        assert (ranked["importance"] <= ranked["high"]).all()
