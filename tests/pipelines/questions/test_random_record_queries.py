"""Behind every figure of random records lie as many of them as it says, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from pipelines.questions.record_queries import KEYS, count_behind, records_behind
from pipelines.release.snapshots import Snapshot
from quality.contracts import RECORD_KINDS
from tests.pipelines.published_by_hand import MARCH, Where, figure, finish, ids, published
from tests.pipelines.small_home import REFERENCE, SmallHome, measure
from tests.transforms.random_records import random_records
from transforms.catalogue import METRICS, Metric, slices_of, tables_of

pytestmark = pytest.mark.slow

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


def test_threads_share_a_snapshot(at_random: Snapshot) -> None:
    def look(name: str) -> pl.DataFrame:
        return records_behind(at_random, METRICS[name], which="all", **MARCH)

    names = ["promise_kept_share", "delivery_on_time_share", "net_promoter_score"] * 5
    with ThreadPoolExecutor(max_workers=4) as threads:
        together = list(threads.map(look, names))
    assert all(found.equals(look(name)) for name, found in zip(names, together, strict=True))


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
