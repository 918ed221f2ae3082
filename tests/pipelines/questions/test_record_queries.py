"""From a figure down to its records: which rows, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.questions.record_queries import KEYS, count_behind, records_behind
from pipelines.release.snapshots import Snapshot, open_snapshot
from quality.contracts import RECORD_KINDS
from tests.pipelines.published_by_hand import MARCH, Where, figure, finish, ids, published
from tests.pipelines.small_home import LANDED, SmallHome, full_home, measure, take_up
from transforms.catalogue import METRICS, SLICES, tables_of
from transforms.refusal import Refusal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """The records of `small_home`, taken in as a night does."""
    small = full_home(tmp_path_factory.mktemp("by-hand"))
    with small.stages() as night:
        take_up(night, tuple(RECORD_KINDS))
        finish(night)
    with published(small) as snapshot:
        yield snapshot


@pytest.mark.parametrize(
    ("name", "against", "every"),
    [
        ("promise_kept_share", ["T1"], ["T1", "T2"]),
        ("complaints_opened", ["T3", "T1"], ["T3", "T1"]),
        ("upheld_complaint_share", [], ["T1"]),
        ("resolution_hours_p90", ["T1", "T2"], ["T1", "T2"]),
        ("delivery_on_time_share", ["W2"], ["W2", "W1"]),
        ("satisfied_share", ["S2"], ["S2", "S1"]),
        ("satisfaction_mean", ["S2", "S1"], ["S2", "S1"]),
        ("revenue_actual", ["E1"], ["E1"]),
        ("cost_execution_share", ["E2"], ["E2"]),
        ("duties_done_on_time_share", [], ["D1"]),
    ],
)
def test_these_records_are_behind_the_figure(
    by_hand: Snapshot, name: str, against: list[str], every: list[str]
) -> None:
    assert ids(by_hand, name) == against
    assert ids(by_hand, name, "all") == every


def test_a_record_comes_as_it_is_with_what_its_preparation_adds(by_hand: Snapshot) -> None:
    found = records_behind(by_hand, METRICS["resolution_hours_p90"], **MARCH)
    contract = list(RECORD_KINDS["tickets"].columns)
    added = [
        *("opened_weekday", "opened_hour", "source_verdict_on"),
        *("first_response_seconds", "resolution_seconds"),
    ]
    from_where = ["source", "batch", "batch_number", "row_number"]
    assert found.columns[: len(contract)] == contract
    assert sorted(found.columns[len(contract) : -4]) == sorted(added)
    assert found.columns[-4:] == from_where
    assert found.schema["opened_at"] == pl.Datetime("us", "UTC")
    assert found.select("opened_hour", "resolution_seconds", "opened_at").row(0) == (
        "09",
        6 * 3600,
        datetime(2026, 3, 2, 1, tzinfo=UTC),
    )


def test_behind_a_share_of_clocks_are_clocks_with_their_proof(by_hand: Snapshot) -> None:
    promise = records_behind(by_hand, METRICS["promise_kept_share"], **MARCH)
    assert promise.columns[:2] == ["ticket_id", "clock"]
    parts = ("elapsed_seconds", "working_seconds", "paused_seconds")
    assert promise.select("ticket_id", "clock", "state", *parts).rows() == [
        ("T1", "promise", "missed", 6 * 3600, 6 * 3600, 0)
    ]
    resolution = records_behind(by_hand, METRICS["resolution_sla_share"], which="all", **MARCH)
    # T1 was paused an hour after it had been opened.
    assert resolution.select("ticket_id", "state", "policy", *parts).rows() == [
        ("T3", "missed", "complaint/*/*", 39 * 3600 - 1, 39 * 3600 - 1, 0),
        ("T1", "met", "complaint/*/*", 6 * 3600, 3600, 5 * 3600),
    ]


def test_behind_a_stock_are_the_records_of_its_last_day(by_hand: Snapshot) -> None:
    assert ids(by_hand, "backlog_open") == ["T3"]
    assert ids(by_hand, "backlog_open", first=date(2026, 3, 2), last=date(2026, 3, 29)) == []
    # What is open on a day to come is not known: it is that of the last day that is over.
    assert ids(by_hand, "backlog_overdue", last=date(2026, 4, 30)) == ["T3"]
    found = records_behind(by_hand, METRICS["backlog_age_days_mean"], **MARCH)
    assert found.select("age_days", "age_band", "is_overdue").rows() == [(1, "00-01", True)]


def test_behind_a_stage_are_the_scans_that_bound_it(by_hand: Snapshot) -> None:
    found = records_behind(by_hand, METRICS["stage_hours_mean"], **MARCH)
    assert found.select("waybill_no", "stage", "stage_seconds").rows() == [
        ("W1", "picked_up > sorted", 3 * 3600)
    ]


def test_a_budget_line_shows_what_falls_into_the_period(by_hand: Snapshot) -> None:
    metric = METRICS["revenue_budget"]
    found = records_behind(by_hand, metric, **MARCH)
    budget = figure(by_hand, metric, {})["value"]
    assert found.columns[: len(KEYS["budget_months"])] == list(KEYS["budget_months"])
    assert found["line_amount_minor"].to_list() == [1_200_000]
    assert found["amount_minor"].to_list() == [round(budget * 100)]


def test_a_period_counts_on_the_day_of_the_metric(by_hand: Snapshot) -> None:
    third = {"first": date(2026, 3, 3), "last": date(2026, 3, 3)}
    assert ids(by_hand, "tickets_resolved", **third) == ["T2"]
    assert ids(by_hand, "promise_kept_share", "all", **third) == []


def test_no_more_records_than_asked_for_are_returned(by_hand: Snapshot) -> None:
    assert ids(by_hand, "tickets_opened", limit=2) == ["T3", "T2"]
    assert count_behind(by_hand, METRICS["tickets_opened"], **MARCH) == 3


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"org_unit_id": ("PX",)}, ["T3"]),
        ({"org_unit_id": ("HQ",)}, ["T3", "T2", "T1"]),
        ({"org_unit_id": ("HQ",), "channel": ("phone",)}, ["T3", "T1"]),
        ({"unit_kind": ("company",)}, []),
        ({"channel": ("web", "chat")}, ["T2"]),
        ({"channel": ("web') or true --",)}, []),
        ({"channel": ()}, []),
    ],
)
def test_conditions_are_those_of_a_metric_query(
    by_hand: Snapshot, where: Where, expected: list[str]
) -> None:
    assert ids(by_hand, "tickets_opened", where=where) == expected


@pytest.mark.parametrize(
    ("name", "asked", "sentence"),
    [
        ("tickets_opened", {"where": {"courier_id": ("C1",)}}, "cannot be split by courier_id"),
        ("tickets_opened", {"last": date(2026, 2, 1)}, "ends before it begins"),
        ("revenue_budget", {"last": date(2026, 3, 30)}, "is known by month"),
    ],
)
def test_a_question_that_a_metric_query_refuses_is_refused(
    by_hand: Snapshot, name: str, asked: dict[str, Any], sentence: str
) -> None:
    for look in (records_behind, count_behind):
        with pytest.raises(Refusal, match=sentence):
            look(by_hand, METRICS[name], **{**MARCH, **asked})


def test_now_is_the_end_of_the_day_in_the_zone_of_the_home(tmp_path: Path) -> None:
    small = full_home(tmp_path)
    # 23:59 of 31 March in Shanghai has passed when that day ends there, eight hours before UTC.
    promised = LANDED["tickets/march.csv"].replace("2026-04-02 18:00", "2026-03-31 23:59")
    small.land("tickets/march.csv", promised)
    with small.stages() as night:
        take_up(night, ("tickets",))
        finish(night)
    with published(small) as snapshot:
        assert ids(snapshot, "promise_kept_share") == ["T3", "T1"]
        assert figure(snapshot, METRICS["promise_kept_share"], {})["denominator"] == 3


def test_a_kind_without_records_has_none_behind_its_figures(tmp_path: Path) -> None:
    small = full_home(tmp_path)
    with small.stages() as night:
        measure(night)
        finish(night)
    with published(small) as snapshot:
        for metric in METRICS.values():
            assert records_behind(snapshot, metric, **MARCH).is_empty()
            assert count_behind(snapshot, metric, which="all", **MARCH) == 0


def test_a_snapshot_that_does_not_know_its_now_is_refused(tmp_path: Path) -> None:
    small = full_home(tmp_path)
    with small.stages() as night:
        take_up(night, ("tickets",))
        finish(night)
    with duckdb.connect(small.home.warehouse) as connection:
        connection.execute("delete from intake.facts where name like 'as_of_at.%'")
    with published(small) as snapshot, pytest.raises(Refusal, match="older release") as refusal:
        records_behind(snapshot, METRICS["tickets_opened"], **MARCH)
    assert "请运行 `sqm nightly`" in refusal.value.told("zh")


def test_keys_are_those_of_the_contracts() -> None:
    assert KEYS.keys() == SLICES.keys()
    of_records = {table: key for table, key in KEYS.items() if table in RECORD_KINDS}
    assert of_records == {kind: RECORD_KINDS[kind].key for kind in of_records}
    assert KEYS["budget_months"] == RECORD_KINDS["budget_lines"].key


def test_a_real_night_publishes_all_that_is_asked_here(shared: SmallHome) -> None:
    with open_snapshot(shared.home.snapshots) as snapshot:
        assert ids(snapshot, "promise_kept_share") == ["T1"]
        for metric in METRICS.values():
            told = figure(snapshot, metric, {})
            # Two answers are too few to be listed.
            if metric.form == "count" and tables_of(metric) != ("surveys",):
                assert count_behind(snapshot, metric, **MARCH) == (told["value"] or 0)


def test_a_handful_of_answers_is_not_listed(shared: SmallHome) -> None:
    with open_snapshot(shared.home.snapshots) as snapshot:
        for name in ("satisfied_share", "satisfaction_mean", "surveys_answered"):
            for ask in (records_behind, count_behind):
                with pytest.raises(Refusal, match="fewer than 5 answers"):
                    ask(snapshot, METRICS[name], which="all", **MARCH)
        # Who has not answered has said nothing.
        assert count_behind(snapshot, METRICS["survey_response_share"], **MARCH) == 0
