"""From a figure down to its records: which rows, in which order, and as many as the figure says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import metric_queries
from pipelines.metric_queries import MetricQuery, answer
from pipelines.night import Night
from pipelines.record_queries import KEYS, Which, count_behind, records_behind
from pipelines.snapshots import Snapshot, make_candidate, manifest_of, open_snapshot, publish
from quality.contracts import RECORD_KINDS
from tests.pipelines.small_home import (
    AS_OF,
    LANDED,
    REFERENCE,
    SmallHome,
    full_home,
    measure,
    take_up,
)
from tests.transforms.random_records import random_records
from transforms.catalogue import METRICS, SLICES, Metric, slices_of, tables_of
from transforms.refusal import Refusal

pytestmark = pytest.mark.slow


MARCH: dict[str, Any] = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
EVERY_ROW = 10_000
ROWS = 400
# The accounts, units and services that random records name; "new" begins on 20 March.
NAMED = {
    "accounts": "code,kind\nR,revenue\nC,cost\nE,expense\n",
    "org_units": "id,parent_id,kind,region,calendar\nHQ,,company,,\nR,HQ,region,east,office\n"
    "C,R,outlet,east,\nE,HQ,outlet,west,new\n",
    "calendars": "calendar,weekday,start,end,effective_from\n"
    + "".join(f"office,{weekday},09:00,18:00,\n" for weekday in range(1, 6))
    + "new,1,09:00,18:00,2026-03-20\n",
    "service_levels": "service_level,limit_working_days,calendar,cut_off_time\n"
    "R,2,office,17:00\nC,1,,\nE,,,\n",
}
Where = Mapping[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """The records of `small_home`, taken in as a night does."""
    small = full_home(tmp_path_factory.mktemp("by-hand"))
    with small.stages() as night:
        take_up(night, tuple(RECORD_KINDS))
        finish(night)
    with published(small) as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def at_random(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Hundreds of random records of every kind, with the measures that the pipeline sums."""
    small = SmallHome(tmp_path_factory.mktemp("at-random"))
    small.write("settings.toml", 'time_zone = "Asia/Shanghai"\ncurrency = "CNY"\n')
    for table, text in {**REFERENCE, **NAMED}.items():
        small.write(f"reference/{table}.csv", text)
    with small.stages() as night:
        for seed, kind in enumerate(RECORD_KINDS):
            night.warehouse.append(f"records.{kind}", told_apart(kind, seed))
            night.warehouse.touch_all_days(kind)
        measure(night)
        finish(night)
    with published(small) as snapshot:
        yield snapshot


def told_apart(kind: str, seed: int) -> pl.DataFrame:
    """Return random records of `kind` with a key each, in periods that end after they begin.

    About two events are of one ticket or waybill.
    """
    rows = random_records(kind, ROWS, seed)
    if kind == "budget_lines":
        length = pl.duration(days=pl.int_range(pl.len()) % 60)
        return rows.with_columns(
            pl.lit("original").alias("version"),
            (pl.col("period_start") + length).alias("period_end"),
        ).unique(RECORD_KINDS[kind].key, maintain_order=True)
    number = pl.int_range(pl.len())
    if kind in ("ticket_events", "delivery_events"):
        number = number % (ROWS // 2)
    return rows.with_columns(number.cast(pl.String).alias(RECORD_KINDS[kind].key[0]))


def finish(night: Night) -> None:
    """Write what else a figure needs: the tree of units, what is held."""
    tree = Path(metric_queries.__file__).parent / "sql" / "org_unit_tree.sql"
    for name, sql in {
        "reference.org_unit_tree": tree.read_text(encoding="utf-8"),
        "marts.held_rows": "select *, false as is_replaced from records.quarantine",
    }.items():
        night.warehouse.replace_table(name, night.warehouse.query(sql))


def published(small: SmallHome) -> Snapshot:
    """Publish the warehouse of `small` and open it."""
    home = small.home
    candidate = make_candidate(home.warehouse, home.snapshots)
    manifest = manifest_of(
        candidate, as_of=AS_OF, made_at=datetime.now(UTC), code_version="1", inputs="a"
    )
    publish(candidate, manifest, home.snapshots)
    return open_snapshot(home.snapshots)


def ids(snapshot: Snapshot, name: str, which: Which = "against", **asked: Any) -> list[str]:
    """Return the keys of the records behind a figure of March, in their order."""
    return records_behind(snapshot, METRICS[name], which=which, **{**MARCH, **asked})[
        :, 0
    ].to_list()


def figure(snapshot: Snapshot, metric: Metric, where: Where) -> dict[str, Any]:
    """Return the figure of March as pages show it."""
    return answer(MetricQuery(metric, where=where, **MARCH), snapshot.query).row(0, named=True)


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


def test_threads_share_a_snapshot(at_random: Snapshot) -> None:
    def look(name: str) -> pl.DataFrame:
        return records_behind(at_random, METRICS[name], which="all", **MARCH)

    names = ["promise_kept_share", "delivery_on_time_share", "net_promoter_score"] * 5
    with ThreadPoolExecutor(max_workers=4) as threads:
        together = list(threads.map(look, names))
    assert all(found.equals(look(name)) for name, found in zip(names, together, strict=True))


def test_keys_are_those_of_the_contracts() -> None:
    assert KEYS.keys() == SLICES.keys()
    of_records = {table: key for table, key in KEYS.items() if table in RECORD_KINDS}
    assert of_records == {kind: RECORD_KINDS[kind].key for kind in of_records}
    assert KEYS["budget_months"] == RECORD_KINDS["budget_lines"].key


def conditions_of(metric: Metric) -> list[Where]:
    """Return conditions under which some random records count: none, a unit, a slice."""
    slices = {
        "agent_id": ("R", "PD"),
        "channel": ("phone", "chat"),
        "kind": ("complaint", "training"),
        "courier_id": ("R", "C"),
        "service_level": ("R", "C"),
        "evaluator": ("customer",),
        "account_code": ("R", "C"),
    }
    split = [column for column in slices_of(metric) if column in slices][:1]
    in_slice = {column: slices[column] for column in split}
    return [{}, {"org_unit_id": ("R",), **in_slice}, {"region": ("west",)}]


def key_of(metric: Metric) -> tuple[str, ...]:
    """Return what names a record behind `metric`, of two tables of the one that is no budget."""
    tables = [table for table in tables_of(metric) if table != "budget_months"]
    return KEYS[tables[0] if tables else "budget_months"]


@pytest.mark.parametrize("name", METRICS)
def test_as_many_records_are_behind_a_figure_as_it_says(at_random: Snapshot, name: str) -> None:
    metric = METRICS[name]
    for where in conditions_of(metric):
        told = figure(at_random, metric, where)
        every = records_behind(
            at_random, metric, where=where, which="all", limit=EVERY_ROW, **MARCH
        )
        against = records_behind(at_random, metric, where=where, limit=EVERY_ROW, **MARCH)
        assert every.height == count_behind(at_random, metric, where=where, which="all", **MARCH)
        assert against.height == count_behind(at_random, metric, where=where, **MARCH)
        assert set(against[:, 0]) <= set(every[:, 0])
        assert every.select(key_of(metric)).is_unique().all()
        if metric.form == "count":
            assert every.height == against.height == told["value"]
        if metric.form == "quantile":
            assert every.height == against.height == told["denominator"]
        if metric.form == "money" and not metric.bottom and len(metric.top) == 1:
            assert against["amount_minor"].sum() == round(told["value"] * 100)
        if metric.form == "rate" and len(tables_of(metric)) > 1:
            assert every.height == against.height == told["numerator"]
        elif metric.form in ("share", "rate", "mean", "score") and not metric.weights_squared:
            assert every.height == told["denominator"]
        if metric.form == "share" and not metric.weights_squared:
            failed = told["denominator"] - told["numerator"]
            assert against.height == (failed if metric.better == "higher" else told["numerator"])
        if metric.form == "share" and metric.weights_squared:
            failed = told["denominator"] - told["numerator"]
            assert against["weight"].sum() == pytest.approx(failed)


def test_some_random_record_is_behind_every_figure(at_random: Snapshot) -> None:
    assert [
        name for name, metric in METRICS.items() if count_behind(at_random, metric, **MARCH) == 0
    ] == []


@pytest.mark.parametrize(
    ("name", "column", "is_descending"),
    [
        ("resolution_hours_mean", "resolution_seconds", True),
        ("delivery_hours_p90", "delivery_seconds", True),
        ("reassignments_per_ticket", "reassigned_count", True),
        ("claims_per_thousand_deliveries", "claim_minor", True),
        ("revenue_variance", "amount_minor", True),
        ("attitude_mean", "attitude_share", False),
        ("tickets_opened", "opened_at", True),
    ],
)
def test_the_worst_or_else_the_newest_comes_first(
    at_random: Snapshot, name: str, column: str, is_descending: bool
) -> None:
    found = records_behind(at_random, METRICS[name], limit=EVERY_ROW, **MARCH)[column]
    assert found.drop_nulls().equals(found.drop_nulls().sort(descending=is_descending))
    assert found.null_count() == 0 or found.tail(found.null_count()).is_null().all()


def test_of_all_records_of_a_share_those_against_come_first(at_random: Snapshot) -> None:
    for name in ("promise_kept_share", "net_promoter_score", "exception_share"):
        every = ids(at_random, name, "all", limit=EVERY_ROW)
        against = ids(at_random, name, limit=EVERY_ROW)
        assert every[: len(against)] == against


def test_a_real_night_publishes_all_that_is_asked_here(shared: SmallHome) -> None:
    with open_snapshot(shared.home.snapshots) as snapshot:
        assert ids(snapshot, "promise_kept_share") == ["T1"]
        for metric in METRICS.values():
            told = figure(snapshot, metric, {})
            if metric.form == "count":
                assert count_behind(snapshot, metric, **MARCH) == (told["value"] or 0)
