"""A snapshot of a warehouse that a test filled itself, and what is behind its figures of March."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines import marts
from pipelines.night import Night
from pipelines.questions.metric_queries import MetricQuery, answer
from pipelines.questions.record_queries import Which, records_behind
from pipelines.release.snapshots import (
    Snapshot,
    make_candidate,
    manifest_of,
    open_snapshot,
    publish,
)
from tests.pipelines.small_home import AS_OF, SmallHome
from transforms.catalogue import METRICS, Metric

MARCH: dict[str, Any] = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
Where = Mapping[str, tuple[str, ...]]


def finish(night: Night) -> None:
    """Write what else a figure needs: the tree of units, what is held, that no answer is few."""
    tree = Path(marts.__file__).parent / "sql" / "org_unit_tree.sql"
    for name, sql in {
        "reference.org_unit_tree": tree.read_text(encoding="utf-8"),
        "marts.held_rows": "select *, false as is_replaced from records.quarantine",
    }.items():
        night.warehouse.replace_table(name, night.warehouse.query(sql))
    night.warehouse.remember("minimum_answers", "1")


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
