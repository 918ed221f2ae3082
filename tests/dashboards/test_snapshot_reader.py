"""The reader: the same figures by every way, kept until another snapshot is served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dashboards.scope import Scope, parse_period, read_scope
from dashboards.snapshot_reader import reader_of
from pipelines.questions.metric_queries import MetricQuery
from pipelines.release.snapshots import current_id
from tests.dashboards.opened_pages import forget
from tests.pipelines.small_home import SmallHome, moved_on_home, published_home
from transforms.catalogue import METRICS
from transforms.refusal import Refusal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    return published_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.mark.parametrize("unit", ["HQ", "PD", "PX"])
def test_months_from_the_mart_are_those_that_the_measures_give(small: SmallHome, unit: str) -> None:
    reader = reader_of(small.home)
    known = reader.known()
    march = Scope(unit, parse_period("2026-03", known))
    for metric in METRICS.values():
        window = march.period.window()
        asked = MetricQuery(
            metric,
            grain="month",
            first=window.first,
            last=window.last,
            where={"org_unit_id": (unit,)},
        )
        wanted = reader.answer(asked).filter(pl.col("value").is_not_null() | pl.col("is_hidden"))
        assert_frame_equal(
            reader.trend(metric, march), wanted, check_column_order=False, check_exact=False
        )


def test_a_trend_ends_with_the_period_that_is_looked_at(small: SmallHome) -> None:
    reader = reader_of(small.home)
    metric = METRICS["deliveries_picked_up"]
    for text in ("2026-03", "2026-W11", "2026-03-09", "2026-Q1", "2026"):
        scope = Scope("HQ", parse_period(text, reader.known()))
        periods = reader.trend(metric, scope)["period"]
        assert periods.max() <= scope.period.first
        assert periods.min() >= scope.period.window().first


def test_the_target_of_the_nearest_unit_above_is_the_one_in_force(tmp_path: Path) -> None:
    small = published_home(tmp_path)
    small.write(
        "reference/targets.csv",
        "metric,org_unit_id,target,effective_from\n"
        "promise_kept_share,,0.8,2025-01-01\n"
        "promise_kept_share,HQ,0.9,2026-01-01\n"
        "promise_kept_share,HQ,0.95,2026-03-01\n"
        "promise_kept_share,PD,0.7,2026-03-15\n",
    )
    small.night(date(2026, 3, 31))
    reader = reader_of(small.home)
    metric, known = METRICS["promise_kept_share"], reader.known()

    def target(unit: str, period: str) -> float | None:
        return reader.target(metric, Scope(unit, parse_period(period, known)))

    assert target("HQ", "2025-12") == 0.8
    assert target("PX", "2026-02") == 0.9
    assert target("PX", "2026-03") == 0.95
    assert target("PD", "2026-03") == 0.7
    assert reader.target(METRICS["tickets_opened"], Scope("PD", parse_period("all", known))) is None


def test_units_come_in_the_order_of_the_tree(small: SmallHome) -> None:
    known = reader_of(small.home).known()
    assert known.units == {"HQ": 0, "PD": 1, "PX": 1}
    assert list(known.units) == ["HQ", "PD", "PX"]
    assert read_scope({}, known)[0].unit == "HQ"


def test_a_new_snapshot_is_read_without_a_restart(tmp_path: Path) -> None:
    small = moved_on_home(tmp_path)
    newest = reader_of(small.home)
    assert newest.id == current_id(small.home.snapshots)
    (small.home.snapshots / "CURRENT").write_text(f"{_ids(small)[0]}\n", encoding="utf-8")
    older = reader_of(small.home)
    assert older.id != newest.id and older.manifest.as_of < newest.manifest.as_of


def test_a_snapshot_of_an_older_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    small = published_home(tmp_path)
    (id,) = _ids(small)
    file = small.home.snapshots / f"{id}.duckdb"
    import duckdb

    with duckdb.connect(file) as connection:
        connection.execute("drop table marts.coverage")
    manifest = small.home.snapshots / f"{id}.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    del told["tables"]["marts.coverage"]
    told["file_bytes"] = file.stat().st_size
    manifest.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(Refusal, match=r"made by an older version .* run `sqm nightly`"):
        reader_of(small.home)


def test_homes_with_different_settings_do_not_share_a_reader(small: SmallHome) -> None:
    home = small.home
    euro = replace(home, settings=home.settings.model_copy(update={"currency": "EUR"}))
    assert reader_of(home).currency == "CNY"
    assert reader_of(euro).currency == "EUR"


def _ids(small: SmallHome) -> list[str]:
    return sorted(file.stem for file in small.home.snapshots.glob("*.json"))
