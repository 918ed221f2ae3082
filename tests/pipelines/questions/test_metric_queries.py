"""One question to the measures: split, filtered, by period, rolled up, with what is held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.marts.monthly_figures import monthly_figures
from pipelines.questions.metric_queries import Ask, MetricQuery, answer, columns_of
from tests.pipelines.measured_by_hand import measured, told
from tests.transforms.hand_made import Row, at, on
from transforms.catalogue import METRICS

APRIL_1 = at(1).replace(month=4)
RECORDS: dict[str, list[Row]] = {
    "tickets": [
        {"opened_at": at(2), "is_escalated": True, "agent_id": "A1"},
        {"opened_at": at(3), "channel": "chat"},
        {"opened_at": at(2), "org_unit_id": "XH", "channel": "chat"},
        {"opened_at": at(9), "org_unit_id": "CD"},
        {
            "opened_at": APRIL_1,
            "org_unit_id": "CD",
            "resolved_at": APRIL_1.replace(hour=10),
            "first_response_at": None,
        },
        {"opened_at": at(4), "org_unit_id": "STRANGER", "resolved_at": None},
    ],
    "finance_entries": [
        {"posted_on": date(2026, 1, 15), "amount_minor": 50_00},
        {"posted_on": on(2), "amount_minor": 120_00},
        {"posted_on": on(3), "amount_minor": 30_00, "org_unit_id": "CD"},
    ],
    "budget_lines": [
        {"amount_minor": 100_00},
        {"amount_minor": 60_00, "period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)},
    ],
    "surveys": [{"overall": 5.0}, {"overall": 1.0, "org_unit_id": "CD"}],
}


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with duckdb.connect() as connection:
        yield measured(connection, RECORDS)


def test_without_columns_and_grain_there_is_one_figure(ask: Ask) -> None:
    assert told(ask, "tickets_opened") == [(6,)]


def test_an_answer_has_these_columns(ask: Ask) -> None:
    query = MetricQuery(METRICS["escalation_share"], by=("channel",), grain="month")
    assert dict(answer(query, ask).schema) == {
        "channel": pl.String,
        "period": pl.Date,
        "value": pl.Float64,
        "numerator": pl.Float64,
        "denominator": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "provisional_rows": pl.Int64,
        "held_rows": pl.Int64,
        "worst": pl.Float64,
        "best": pl.Float64,
        "is_hidden": pl.Boolean,
    }


def test_a_column_splits_and_the_rows_are_sorted(ask: Ask) -> None:
    assert told(ask, "tickets_opened", by=("channel",)) == [("chat", 2), ("phone", 4)]


def test_a_missing_value_is_a_row_of_its_own_and_the_last(ask: Ask) -> None:
    assert told(ask, "tickets_opened", by=("agent_id",)) == [("A1", 1), (None, 5)]


@pytest.mark.parametrize(
    ("grain", "figures"),
    [
        ("day", [(on(2), 2), (on(3), 1), (on(4), 1), (on(9), 1), (date(2026, 4, 1), 1)]),
        ("week", [(on(2), 4), (on(9), 1), (on(30), 1)]),
        ("month", [(on(1), 5), (date(2026, 4, 1), 1)]),
        ("quarter", [(date(2026, 1, 1), 5), (date(2026, 4, 1), 1)]),
        ("year", [(date(2026, 1, 1), 6)]),
    ],
)
def test_a_period_is_named_by_its_first_day(
    ask: Ask, grain: str, figures: list[tuple[date, int]]
) -> None:
    known = told(ask, "tickets_opened", grain=grain)
    assert [(period, value) for period, value in known if value] == figures


def test_both_ends_of_a_period_count(ask: Ask) -> None:
    assert told(ask, "tickets_opened", first=on(3), last=on(9)) == [(3,)]


def test_a_column_and_a_period_split_together(ask: Ask) -> None:
    assert told(ask, "tickets_opened", by=("channel",), grain="quarter") == [
        ("chat", date(2026, 1, 1), 2),
        ("phone", date(2026, 1, 1), 3),
        ("phone", date(2026, 4, 1), 1),
    ]


def test_several_values_of_a_column_count_together(ask: Ask) -> None:
    assert told(ask, "tickets_opened", where={"channel": ["chat", "phone"]}) == [(6,)]
    assert told(ask, "tickets_opened", where={"channel": ["chat"], "org_unit_id": ["PD"]}) == [(1,)]


def test_an_org_unit_stands_for_all_below_it(ask: Ask) -> None:
    assert told(ask, "tickets_opened", where={"org_unit_id": ["EAST"]}) == [(3,)]
    assert told(ask, "tickets_opened", where={"org_unit_id": ["EAST", "PD", "CD"]}) == [(5,)]
    assert told(ask, "tickets_opened", where={"org_unit_id": ["nowhere"]}) == [(0,)]


def test_a_value_is_bound_and_never_part_of_the_question(ask: Ask) -> None:
    assert told(ask, "tickets_opened", where={"channel": ["') or true --"]}) == [(0,)]


def test_figures_roll_up_to_every_unit_of_the_tree(ask: Ask) -> None:
    assert told(ask, "tickets_opened", by=("org_unit_id",), rolled_up=True) == [
        *(("CD", 2), ("EAST", 3), ("HQ", 5), ("PD", 2), ("WEST", 2), ("XH", 1)),
    ]


def test_rolling_up_counts_nothing_twice_when_not_split_by_unit(ask: Ask) -> None:
    assert told(ask, "tickets_opened", by=("channel",), rolled_up=True) == [
        ("chat", 2),
        ("phone", 4),
    ]


def test_figures_split_by_what_the_unit_is(ask: Ask) -> None:
    assert told(ask, "tickets_opened", by=("region",)) == [("east", 3), ("west", 2), (None, 1)]
    assert told(ask, "tickets_opened", by=("unit_kind",)) == [("outlet", 5), (None, 1)]
    assert told(ask, "tickets_opened", where={"region": ["west"]}) == [(2,)]


def test_region_and_rolled_up_units_go_together(ask: Ask) -> None:
    by_both = told(ask, "tickets_opened", by=("org_unit_id", "region"), rolled_up=True)
    assert [row for row in by_both if row[0] == "HQ"] == [("HQ", "east", 3), ("HQ", "west", 2)]


def test_held_rows_are_those_that_may_belong_to_the_figure(ask: Ask) -> None:
    assert told(ask, "tickets_opened", "held_rows") == [(4,)]
    assert told(ask, "tickets_opened", "held_rows", where={"org_unit_id": ["EAST"]}) == [(2,)]
    assert told(ask, "tickets_opened", "held_rows", where={"kind": ["request"]}) == [(1,)]
    assert told(ask, "tickets_opened", "held_rows", by=("channel",)) == [("chat", 1), ("phone", 3)]
    assert told(ask, "tickets_opened", "held_rows", first=on(3), last=on(31)) == [(2,)]
    assert told(ask, "tickets_opened", "held_rows", where={"region": ["west"]}) == [(1,)]
    assert told(ask, "tickets_opened", "held_rows", by=("region",)) == [
        ("east", 2),
        ("west", 1),
        (None, 1),
    ]
    of_budget = told(ask, "revenue_budget", "held_rows", by=("account_code",))
    assert of_budget == [("R", 1)]


def test_held_rows_count_at_every_unit_above_theirs(ask: Ask) -> None:
    by_unit = told(ask, "tickets_opened", "held_rows", by=("org_unit_id",), rolled_up=True)
    assert dict(by_unit) == {"HQ": 3, "EAST": 2, "PD": 2, "XH": 0, "WEST": 1, "CD": 1}


def test_a_share_comes_with_its_worst_and_best_case(ask: Ask) -> None:
    (figure,) = told(
        ask,
        "escalation_share",
        *("numerator", "denominator", "held_rows", "worst", "value", "best"),
        where={"org_unit_id": ["PD"]},
    )
    # lower is better: worst is when both held rows were escalated
    assert figure == (1, 2, 2, 3 / 4, 1 / 2, 1 / 4)
    (figure,) = told(ask, "satisfied_share", "held_rows", "worst", "value", "best")
    assert figure == (0, 1 / 2, 1 / 2, 1 / 2)
    assert told(ask, "tickets_opened", "worst", "best") == [(None, None)]


@pytest.mark.parametrize(
    ("name", "value", "denominator"),
    [
        ("tickets_opened", 0, None),
        ("revenue_actual", 0, None),
        ("escalation_share", None, 0),
        ("resolution_hours_mean", None, 0),
        ("resolution_hours_median", None, 0),
        ("satisfied_share", None, 0),
        ("net_promoter_score", None, 0),
        ("lost_per_million", None, 0),
    ],
)
def test_a_period_without_records_has_one_figure_that_says_so(
    ask: Ask, name: str, value: float | None, denominator: float | None
) -> None:
    columns = ("value", "denominator", "low", "high", "worst", "best")
    figures = told(ask, name, *columns, first=date(2020, 1, 1), last=date(2020, 12, 31))
    assert figures == [(value, denominator, None, None, None, None)]


def test_no_rows_split_into_no_figures(ask: Ask) -> None:
    for name in ("deliveries_picked_up", "delivery_hours_median", "duties_done_on_time_share"):
        assert told(ask, name, by=("org_unit_id",), grain="month") == []


def test_a_quantile_is_split_and_rolled_up(ask: Ask) -> None:
    by_unit = dict(
        told(ask, "resolution_hours_median", by=("org_unit_id",), grain="all", rolled_up=True)
    )
    # PD: 48 and 24 hours; XH: 48; CD: -120 hours (counted as none) and 2
    expected = {"PD": 36, "XH": 48, "EAST": 48, "CD": 1, "WEST": 1, "HQ": 24}
    assert by_unit == pytest.approx(expected, rel=1e-4)
    assert told(ask, "resolution_hours_median", "denominator") == [(5,)]


def test_a_metric_of_two_tables_needs_no_rows_in_both(ask: Ask) -> None:
    columns = ("value", "numerator", "denominator")
    assert told(ask, "revenue_execution_share", *columns, grain="month") == [
        (date(2026, 1, 1), None, 50, 0),
        (date(2026, 2, 1), 0, 0, 60),
        (date(2026, 3, 1), 1.5, 150, 100),
    ]
    by_unit = told(ask, "revenue_variance", by=("org_unit_id",), first=on(1), last=on(31))
    assert by_unit == [("CD", 30), ("PD", 20)]


@pytest.mark.slow
def test_every_metric_answers_every_column_it_names(ask: Ask) -> None:
    for metric in METRICS.values():
        for column in columns_of(metric):
            query = MetricQuery(metric, by=(column,), grain="month", rolled_up=True)
            assert answer(query, ask).columns[:3] == [column, "period", "value"]


# Of customers: PD seven answers, one of them in April; XH three; CD six. One internal answer of CD.
SURVEYED: dict[str, list[Row]] = {
    "surveys": [
        *({"overall": 5.0, "recommend": 9.0, "agent_id": "A1"} for _ in range(4)),
        *({"overall": 1.0, "weight": 8.0, "agent_id": "A2"} for _ in range(2)),
        {"overall": 5.0, "answered_at": APRIL_1},
        *({"overall": 2.0, "weight": 9.0, "org_unit_id": "XH"} for _ in range(3)),
        *({"overall": 4.0, "org_unit_id": "CD", "method": "email"} for _ in range(6)),
        {"overall": 1.0, "org_unit_id": "CD", "evaluator": "internal"},
    ]
}
FIGURES = ("value", "numerator", "denominator", "low", "high", "worst", "best")


@pytest.fixture(scope="module")
def surveyed() -> Iterator[Ask]:
    with duckdb.connect() as connection:
        yield measured(connection, SURVEYED, minimum_answers=5)


def test_a_figure_of_few_answers_is_hidden_and_says_so(surveyed: Ask) -> None:
    query = MetricQuery(METRICS["satisfied_share_internal"])
    (row,) = answer(query, surveyed).to_dicts()
    assert row["is_hidden"]
    assert [row[name] for name in FIGURES] == [None] * len(FIGURES)
    assert row["held_rows"] == 0


def test_answers_are_counted_not_weighed(surveyed: Ask) -> None:
    only_xh = {"org_unit_id": ["XH"]}
    assert told(surveyed, "satisfied_share", "is_hidden", where=only_xh) == [(True,)]
    assert told(surveyed, "satisfied_share", "denominator", "is_hidden") == [(54, False)]


def test_how_many_answered_is_never_hidden(surveyed: Ask) -> None:
    by_unit = told(surveyed, "surveys_answered", "value", "is_hidden", by=("org_unit_id",))
    assert by_unit == [("CD", 7, False), ("PD", 7, False), ("XH", 3, False)]


def test_no_answers_are_not_few(surveyed: Ask) -> None:
    none = {"org_unit_id": ["nowhere"]}
    assert told(surveyed, "satisfied_share", "is_hidden", where=none) == [(False,)]


def test_the_unit_beside_one_of_few_answers_is_hidden_at_every_level(surveyed: Ask) -> None:
    asked = {"by": ("org_unit_id",), "first": on(1), "last": on(31)}
    by_unit = told(surveyed, "satisfied_share", "is_hidden", rolled_up=True, **asked)
    hidden = {"PD": True, "XH": True, "EAST": False, "CD": False, "WEST": False, "HQ": False}
    assert dict(by_unit) == hidden
    alone = told(surveyed, "satisfied_share", "is_hidden", **asked)
    assert dict(alone) == {unit: hidden[unit] for unit in ("PD", "XH", "CD")}


def test_a_slice_asked_for_by_a_condition_is_hidden_as_in_its_split(surveyed: Ask) -> None:
    def is_hidden(**where: list[str]) -> bool:
        ((hidden,),) = told(surveyed, "satisfied_share", "is_hidden", where=where)
        return hidden

    assert is_hidden(org_unit_id=["PD"])
    assert is_hidden(org_unit_id=["PD", "CD"])
    assert not is_hidden(org_unit_id=["EAST"])
    assert not is_hidden(method=["email"])
    assert is_hidden(agent_id=["A2"])
    assert is_hidden(agent_id=["A1"])


def test_a_unit_above_tells_no_more_than_the_hidden_one_it_is_asked_for(surveyed: Ask) -> None:
    asked = {"by": ("org_unit_id",), "where": {"org_unit_id": ["PD"]}, "rolled_up": True}
    by_unit = told(surveyed, "satisfied_share", "value", "is_hidden", **asked)
    assert by_unit == [("EAST", None, True), ("HQ", None, True), ("PD", None, True)]


def test_a_period_of_few_answers_takes_the_smallest_other_one_with_it(surveyed: Ask) -> None:
    by_month = told(surveyed, "satisfied_share", "is_hidden", grain="month")
    assert by_month == [(on(1), True), (date(2026, 4, 1), True)]


def test_without_a_fact_five_answers_are_enough(surveyed: Ask) -> None:
    def forgetful(sql: str, parameters: Sequence[Any]) -> pl.DataFrame:
        found = surveyed(sql, parameters)
        return found.clear() if "minimum_answers" in sql else found

    assert told(forgetful, "satisfied_share_internal", "is_hidden") == [(True,)]


def test_monthly_figures_keep_the_months_whose_figures_are_hidden(surveyed: Ask) -> None:
    every = monthly_figures(surveyed)
    hidden = every.filter("is_hidden")
    assert hidden["value"].is_null().all()
    of_share = hidden.filter(metric="satisfied_share", period=on(1))
    asked = {"by": ("org_unit_id",), "grain": "month", "rolled_up": True}
    known = told(surveyed, "satisfied_share", "is_hidden", **asked)
    march = {unit for unit, month, is_hidden in known if is_hidden and month == on(1)}
    assert set(of_share["org_unit_id"]) == march >= {"PD", "XH"}


def test_monthly_figures_are_the_answers_to_every_metric(ask: Ask) -> None:
    every = monthly_figures(ask)
    assert every["value"].null_count() == 0
    asked = {"by": ("org_unit_id",), "grain": "month", "rolled_up": True}
    for name in ("tickets_opened", "resolution_hours_median", "revenue_execution_share"):
        of_metric = every.filter(pl.col("metric") == name).sort("org_unit_id", "period")
        known = [row for row in told(ask, name, **asked) if row[-1] is not None]
        assert of_metric.select("org_unit_id", "period", "value").rows() == known
