"""Sums become figures: value, parts, interval, and what held rows could change."""

from __future__ import annotations

import polars as pl
import pytest

from tests.transforms.hand_made import at, figures_of, on
from transforms.catalogue import METRICS
from transforms.metrics import figures, quantile_figures, with_trust_bounds


def figure_of(name: str, **sums: float) -> dict[str, float | None]:
    """Return the figures of metric `name`; measures that are not given sum to nothing."""
    metric = METRICS[name]
    row = dict.fromkeys(metric.measures, 0) | sums
    (figured,) = figures(metric, pl.DataFrame([row])).rows(named=True)
    return figured


def near(value: float, tolerance: float = 1e-9) -> object:
    return pytest.approx(value, abs=tolerance)


@pytest.mark.parametrize(
    ("name", "sums", "value", "low", "high", "tolerance"),
    [
        (
            "reopen_share",
            {"tickets_resolved_after_reopening": 8, "tickets_resolved": 10},
            *(0.8, 0.4902, 0.9433, 5e-5),
        ),
        (
            "exception_share",
            {"exceptions": 460, "deliveries_picked_up": 500},
            *(0.92, 0.8929, 0.9407, 5e-5),
        ),
        (
            "exception_share",
            {"exceptions": 0, "deliveries_picked_up": 7},
            *(0.0, 0.0, 0.3543, 5e-5),
        ),
        (
            "net_promoter_score",
            {"promoters": 60, "detractors": 15, "recommend_answers": 100},
            *(45.0, 29.34, 58.04, 5e-3),
        ),
        (
            "lost_per_million",
            {"exceptions_lost": 4, "deliveries_picked_up": 2_500_000},
            *(1.6, 0.436, 4.097, 5e-4),
        ),
    ],
)
def test_figures_have_the_digits_of_the_design(
    name: str, sums: dict[str, int], value: float, low: float, high: float, tolerance: float
) -> None:
    figured = figure_of(name, **sums)
    assert figured["value"] == near(value)
    assert figured["low"] == near(low, tolerance)
    assert figured["high"] == near(high, tolerance)


def test_weighted_answers_have_the_interval_of_their_effective_number() -> None:
    # 20 answers of weight 5, 16 of them satisfied: as many as 20 answers of weight 1
    weighted = figure_of(
        "satisfied_share",
        overall_satisfied_weight=80,
        overall_weight=100,
        overall_weight_squared=20 * 5**2,
    )
    plain = figure_of(
        "satisfied_share", overall_satisfied_weight=16, overall_weight=20, overall_weight_squared=20
    )
    for part in ("value", "low", "high"):
        assert weighted[part] == pytest.approx(plain[part])


def test_a_weighted_mean_has_the_interval_of_its_effective_number() -> None:
    scores = (1.0, 2.0, 4.0, 5.0)
    plain, weighted = (
        figures_of(
            METRICS["satisfaction_mean"],
            {"surveys": [{"overall": score, "weight": weight} for score in scores]},
        ).row(by_predicate=pl.col("period") == on(3), named=True)
        for weight in (None, 1000.0)
    )
    # points 0, 25, 75, 100: mean 50, standard error 45.64 / 2 = 22.82
    assert plain["low"] == near(50 - 1.96 * 22.82, 1e-2)
    assert plain["high"] == near(50 + 1.96 * 22.82, 1e-2)
    for part in ("value", "low", "high"):
        assert weighted[part] == pytest.approx(plain[part])


def test_the_interval_of_a_mean_is_in_the_unit_of_its_value() -> None:
    # 1, 2 and 9 hours: mean 4, standard deviation 4.359, standard error 2.517
    opened = {"opened_at": at(4, 0)}
    tickets = [{**opened, "resolved_at": at(4, hour)} for hour in (1, 2, 9)]
    figure = figures_of(METRICS["resolution_hours_mean"], {"tickets": tickets}).row(
        by_predicate=pl.col("period") == on(4), named=True
    )
    assert figure["value"] == near(4)
    assert figure["numerator"] == 12 * 3600
    assert figure["denominator"] == 3
    assert figure["low"] == near(4 - 1.96 * 2.517, 1e-3)
    assert figure["high"] == near(4 + 1.96 * 2.517, 1e-3)


def test_money_is_told_in_units_of_currency() -> None:
    assert figure_of("revenue_actual", revenue_actual_minor=123_45)["value"] == 123.45
    claims = figure_of(
        "claims_per_thousand_deliveries", claims_minor=12_50, deliveries_picked_up=500
    )
    assert (claims["value"], claims["numerator"], claims["denominator"]) == (25, 12.5, 500)
    execution = figure_of("cost_execution_share", cost_actual_minor=90_00, cost_budget_minor=120_00)
    assert (execution["value"], execution["numerator"], execution["denominator"]) == (0.75, 90, 120)
    assert execution["low"] is None


@pytest.mark.parametrize(
    "name", [name for name, metric in METRICS.items() if metric.form != "quantile"]
)
def test_sums_of_nothing_have_no_value_but_counts_and_money_are_none(name: str) -> None:
    metric = METRICS[name]
    figured = figure_of(name)
    is_divided = bool(metric.bottom)
    assert figured["value"] == (None if is_divided else 0)
    assert figured["denominator"] == (0 if is_divided else None)
    assert (figured["low"], figured["high"]) == (None, None)


def test_rows_that_touch_a_day_off_not_announced_yet_are_counted() -> None:
    # The 24th is such a day.
    delivery = {"picked_up_at": at(20), "delivered_at": at(21), "promised_at": None}
    figure = figures_of(
        METRICS["delivery_on_time_share"], {"deliveries": [delivery, {"promised_at": at(25)}]}
    ).row(by_predicate=pl.col("period") == on(25), named=True)
    assert (figure["denominator"], figure["provisional_rows"]) == (2, 1)
    ticket = {"org_unit_id": "OFFICE", "opened_at": at(23), "first_response_at": at(26)}
    figure = figures_of(
        METRICS["first_response_sla_share"],
        {"tickets": [ticket, {"opened_at": at(25, 15), "first_response_at": at(26)}]},
    ).row(by_predicate=pl.col("period") == on(26), named=True)
    assert (figure["denominator"], figure["provisional_rows"]) == (2, 1)


def test_keys_stay_and_measures_go() -> None:
    sums = pl.DataFrame({"channel": ["phone"], "tickets_opened": [3]})
    assert figures(METRICS["tickets_opened"], sums).columns == [
        *("channel", "value", "numerator", "denominator", "low", "high", "provisional_rows"),
    ]


def test_a_metric_that_is_no_quantile_has_no_quantile_figures() -> None:
    with pytest.raises(ValueError, match="tickets_opened is no quantile"):
        quantile_figures(METRICS["tickets_opened"], pl.DataFrame(), [])


@pytest.mark.parametrize(
    ("name", "worst", "best"),
    [
        # 6 of 8, and 2 rows held: 6 / 10 if both fail, 8 / 10 if both pass
        ("promise_kept_share", 0.6, 0.8),
        ("reopen_share", 0.8, 0.6),  # lower is better
    ],
)
def test_held_rows_bound_a_share_on_both_sides(name: str, worst: float, best: float) -> None:
    figured = pl.DataFrame({"value": 0.75, "numerator": 6.0, "denominator": 8.0, "held_rows": 2})
    bounded = with_trust_bounds(METRICS[name], figured)
    assert bounded.select("worst", "best").rows() == [(worst, best)]


def test_nothing_held_leaves_a_share_as_it_is() -> None:
    figured = pl.DataFrame({"value": 0.75, "numerator": 6.0, "denominator": 8.0, "held_rows": 0})
    bounded = with_trust_bounds(METRICS["reopen_share"], figured)
    assert bounded.select("worst", "best").rows() == [(0.75, 0.75)]


def test_a_share_of_nothing_and_what_is_no_share_have_no_bounds() -> None:
    figured = pl.DataFrame(
        {"value": [None], "numerator": [0.0], "denominator": [0.0], "held_rows": [2]},
        schema_overrides={"value": pl.Float64},
    )
    assert with_trust_bounds(METRICS["reopen_share"], figured)["worst"].to_list() == [None]
    counted = figured.with_columns(value=pl.lit(4.0))
    assert with_trust_bounds(METRICS["tickets_opened"], counted)["best"].to_list() == [None]
