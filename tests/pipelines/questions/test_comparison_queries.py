"""Units compared on one metric: who is compared with whom, in which unit, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import sqrt

import duckdb
import polars.selectors as cs
import pytest

from pipelines.questions.comparison_queries import compare, groups_of, lines_of
from pipelines.questions.metric_queries import Ask
from tests.pipelines.measured_by_hand import measured
from tests.transforms.hand_made import Row, at, on
from transforms.catalogue import METRICS
from transforms.refusal import Refusal


def tickets(
    unit: str, agent: str | None, count: int, *, reopened: int, hours: int = 24
) -> list[Row]:
    """Return tickets resolved after `hours` more or less, `reopened` of them opened again."""

    def resolved(number: int) -> datetime:
        return at(4 + (hours + (-1) ** number) // 24, (hours + (-1) ** number) % 24)

    return [
        {
            "ticket_id": f"{unit}-{agent}-{number}",
            "org_unit_id": unit,
            "agent_id": agent,
            "opened_at": at(4, 0),
            "resolved_at": resolved(number),
            "closed_at": None,
            "reopened_count": int(number < reopened),
        }
        for number in range(count)
    ]


def surveys(unit: str, count: int, *, satisfied: int, weight: float | None = None) -> list[Row]:
    return [
        {
            "response_id": f"{unit}-{number}",
            "org_unit_id": unit,
            "overall": 5 if number < satisfied else 2,
            "recommend": 10 if number < satisfied else 0,
            "weight": weight,
        }
        for number in range(count)
    ]


RECORDS: dict[str, list[Row]] = {
    "tickets": [
        *tickets("PD", "A1", 60, reopened=1),
        *tickets("XH", "A2", 60, reopened=25, hours=30),
        *tickets("XH", "A3", 9, reopened=0),
        *tickets("CD", "A4", 40, reopened=4),
        *tickets("CD", None, 20, reopened=2),
    ],
    "surveys": [
        *surveys("PD", 40, satisfied=30, weight=2.0),
        *surveys("XH", 20, satisfied=15),
        *surveys("CD", 3, satisfied=3),
    ],
}


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with duckdb.connect() as connection:
        yield measured(connection, RECORDS, minimum_answers=5)


def test_outlets_are_compared_best_first(ask: Ask) -> None:
    rows = compare(ask, METRICS["reopen_share"])
    assert rows.select("org_unit_id", "rank", "numerator", "denominator").rows() == [
        *(("PD", 1, 1, 60), ("CD", 2, 6, 60), ("XH", 3, 25, 69)),
    ]
    assert rows["centre"].unique().to_list() == pytest.approx([32 / 189])
    assert rows["band"].to_list() == [1, 1, 2]
    assert rows["rank_to"].to_list() == [2, 2, 3]


def test_units_of_another_kind_are_compared_with_all_below_them(ask: Ask) -> None:
    rows = compare(ask, METRICS["reopen_share"], unit_kind="region")
    assert rows.select("org_unit_id", "numerator", "denominator").rows() == [
        *(("WEST", 6, 60), ("EAST", 26, 129)),
    ]
    below = compare(ask, METRICS["reopen_share"], where={"org_unit_id": ("EAST",)})
    assert below["org_unit_id"].to_list() == ["PD", "XH"]
    assert compare(ask, METRICS["reopen_share"], first=on(20)).is_empty()


def test_rows_of_nobody_are_left_out_and_few_cases_not_ranked(ask: Ask) -> None:
    rows = compare(ask, METRICS["reopen_share"], "agent_id")
    assert rows.select("agent_id", "rank", "reason").rows() == [
        *(("A1", 1, None), ("A4", 2, None), ("A2", 3, None), ("A3", None, "few_cases")),
    ]
    everyone = compare(ask, METRICS["reopen_share"], "agent_id", minimum=1)
    assert everyone["reason"].null_count() == 4


def test_means_are_held_against_limits_in_the_unit_of_the_metric(ask: Ask) -> None:
    rows = compare(ask, METRICS["resolution_hours_mean"], "agent_id")
    # Every agent's values are an hour off their mean, up or down.
    deviation = sqrt((60 + 60 + 40) / (59 + 59 + 39))
    assert rows["pooled_deviation"][0] == pytest.approx(deviation)
    assert rows.filter(agent_id="A1")["value"].item() == pytest.approx(24)
    assert rows.filter(agent_id="A2")["band"].item() == 2
    assert rows.select("agent_id", "rank").rows()[:2] == [("A1", 1), ("A4", 1)]


def test_weights_count_by_the_answers_that_they_are_worth(ask: Ask) -> None:
    rows = compare(ask, METRICS["satisfied_share"]).sort("org_unit_id")
    # XH is hidden with CD, which the total would give away.
    assert rows.select("org_unit_id", "reason").rows() == [
        *(("CD", "hidden"), ("PD", None), ("XH", "hidden")),
    ]
    known = rows.filter(org_unit_id="PD")
    assert known.select("denominator", "cases").row(0) == pytest.approx((80, 40))


def test_a_score_has_the_spread_of_its_answers(ask: Ask) -> None:
    rows = compare(ask, METRICS["net_promoter_score"])
    (known,) = rows.filter(org_unit_id="PD").rows(named=True)
    # 30 promoters and 10 detractors, with the 3 answers that the interval adds.
    promoters, detractors = 30.75 / 43, 10.75 / 43
    spread = sqrt(promoters + detractors - (promoters - detractors) ** 2)
    assert known["value"] == pytest.approx(50)
    assert known["deviation"] == pytest.approx(spread)
    limits = rows.select("low_95", "high_95", "low_998", "high_998").drop_nulls()
    assert limits.min_horizontal().min() >= -100
    assert limits.max_horizontal().max() <= 100


def test_the_lines_of_a_funnel_are_in_the_unit_of_the_metric(ask: Ask) -> None:
    metric = METRICS["reopen_share"]
    rows = compare(ask, metric)
    lines = lines_of(metric, rows, points=5)
    assert lines["denominator"].to_list()[::4] == pytest.approx([60, 69])
    assert lines["high_95"][0] == pytest.approx(rows.filter(org_unit_id="PD")["high_95"].item())


def test_a_metric_without_limits_of_chance_or_without_the_column_is_refused(ask: Ask) -> None:
    for name, group in (
        ("backlog_age_days_mean", "org_unit_id"),
        ("cost_per_delivery", "org_unit_id"),
        ("resolution_hours_median", "agent_id"),
        ("reopen_share", "channel"),
        ("delivery_on_time_share", "agent_id"),
    ):
        with pytest.raises(Refusal):
            compare(ask, METRICS[name], group)


def test_what_can_be_compared_by_what_is_known_beforehand() -> None:
    assert groups_of(METRICS["reopen_share"]) == ("org_unit_id", "agent_id")
    assert groups_of(METRICS["delivery_on_time_share"]) == ("org_unit_id", "courier_id")
    assert groups_of(METRICS["cost_per_delivery"]) == ()


@pytest.mark.slow
def test_every_metric_that_can_be_compared_is(ask: Ask) -> None:
    for metric in METRICS.values():
        for group in groups_of(metric):
            rows = compare(ask, metric, group)
            numbers = rows.select(cs.float())
            assert not any(column.is_nan().any() for column in numbers), metric.name
