"""The one place that queries the published snapshot.

Figures are asked of `pipelines.questions.metric_queries`, the records behind them of
`pipelines.questions.record_queries`; all other rows are the lists in `sql/`, one file per list, its
values bound. Every answer is kept until another snapshot is served: keys begin with its id.
To add a list: a file in `sql/` and a call of `Reader.rows` with its name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import narwhals.stable.v2 as nw
import polars as pl
import streamlit as st

from dashboards.language import either
from dashboards.scope import Known, Scope
from pipelines.ledger import read_refused, read_runs
from pipelines.questions.clock_proofs import ClockProof, proofs_of
from pipelines.questions.comparison_queries import compare
from pipelines.questions.metric_queries import Ask, MetricQuery, answer
from pipelines.questions.ranking_notice import Notice, notice_of
from pipelines.questions.record_queries import KEYS, Which, count_behind, records_behind
from pipelines.release.snapshots import Manifest, Published, Snapshot, list_snapshots, open_snapshot
from pipelines.release.snapshots import current_id as current_snapshot
from pipelines.settings import Home
from transforms.catalogue import METRICS, Metric
from transforms.prepared import prepare
from transforms.refusal import Refusal

_SQL = Path(__file__).parent / "sql"
# Marts that pages ask for by name; what `metric_queries` asks for is in every snapshot.
NEEDED = frozenset(
    f"marts.{name}"
    for name in (
        "breaches_to_come",
        "budget_roll_up",
        "budget_vs_actual",
        "clock_disagreements",
        "columns",
        "conservation",
        "control_points",
        "control_series",
        "coverage",
        "held_by_rule",
        "held_rows",
        "metric_values",
        "odd_events",
        "quality_score_parts",
        "quality_scores",
        "signals",
        "survey_facts",
        "suspicious_attempts",
        "warnings",
    )
) | {"records.clocks", "reference.slots", "reference.calendar_days"}
_SNAPSHOTS_OPEN = 3
_ANSWERS_KEPT = 2_000
_About = ParamSpec("_About")
_Found = TypeVar("_Found")


class Reader:
    """Answers every question of a page from one snapshot. Safe to share between sessions."""

    def __init__(self, home: Home, snapshot: Snapshot) -> None:
        self.home = home
        self.id = snapshot.id
        self.manifest: Manifest = snapshot.manifest
        self._snapshot = snapshot

    @property
    def currency(self) -> str:
        """The currency of the books."""
        return self.home.settings.currency

    def known(self) -> Known:
        """Return the units, channels, service levels and days that can be asked for."""
        units = self.rows("units")
        (days,) = self.rows("days_with_figures").to_dicts()
        last = min(days["last"], self.manifest.as_of) if days["last"] else None
        return Known(
            units=dict(units.select("id", "depth").iter_rows()),
            channels=tuple(self.rows("channels")["channel"]),
            service_levels=tuple(self.rows("service_levels")["service_level"]),
            first=min(days["first"], last) if last else None,
            last=last,
            as_of=self.manifest.as_of,
        )

    def figures(
        self, metric: Metric, scope: Scope, *, by: tuple[str, ...] = (), grain: bool = False
    ) -> pl.DataFrame:
        """Return the figures of `metric` in the period of `scope`, as `metric_queries.answer`.

        `by` splits them; with org_unit_id there is one row per unit at every level of the tree.
        `grain` splits them by the grain of the period, too: column `period`.
        """
        period = scope.period.suited_to(metric)
        return self.answer(
            MetricQuery(
                metric,
                by=by,
                grain=period.grain if grain else "all",
                first=period.first,
                last=period.last,
                where=scope.where(metric),
                rolled_up="org_unit_id" in by,
            )
        )

    def trend(self, metric: Metric, scope: Scope, *, by: tuple[str, ...] = ()) -> pl.DataFrame:
        """Return the figures of the periods up to the one of `scope`: column `period`.

        But for days, of which there are many, all periods are asked for at once and kept, so that
        going through them costs nothing.
        """
        shown = scope.period.suited_to(metric).window()
        if shown.grain in ("all", "day"):
            return self.figures(metric, scope.over(shown), by=by, grain=shown.grain == "day")
        every = self._months(metric, scope, by) if shown.grain == "month" else None
        if every is None:
            query = MetricQuery(
                metric,
                by=by,
                grain=shown.grain,
                where=scope.where(metric),
                rolled_up="org_unit_id" in by,
            )
            every = self.answer(query)
        return every.filter(pl.col("period").is_between(shown.first, shown.last))

    def _months(self, metric: Metric, scope: Scope, by: tuple[str, ...]) -> pl.DataFrame | None:
        """Return what `marts.metric_values` has of the metric; None where it has no such split."""
        if not scope.unit or set(scope.where(metric)) > {"org_unit_id"}:
            return None
        if by == ():
            of_unit = self.rows("monthly_values", unit=scope.unit, metric=None)
            return of_unit.filter(pl.col("metric") == metric.name).drop("metric", "org_unit_id")
        if by == ("org_unit_id",):
            return self.rows("monthly_values", unit=None, metric=metric.name).drop("metric")
        return None

    def answer(self, query: MetricQuery) -> pl.DataFrame:
        """Return the answer to any question to the measures."""
        return self._kept(repr(query), lambda: answer(query, self._snapshot.query))

    def known_metrics(self) -> list[Metric]:
        """Return the metrics of the catalogue that have figures in this snapshot, in its order."""
        with_figures = set(self.rows("metrics_with_figures")["metric"])
        return [metric for name, metric in METRICS.items() if name in with_figures]

    def target(self, metric: Metric, scope: Scope) -> float | None:
        """Return the target of the nearest unit at or above the scope's, in force at its end."""
        targets = self.rows(
            "target", metric=metric.name, unit=scope.unit, on=scope.period.last.isoformat()
        )
        return targets["target"][0] if targets.height else None

    def rows(self, name: str, **values: Any) -> pl.DataFrame:
        """Return the rows of the list `sql/<name>.sql`; `values` are bound to its `$names`."""
        key = f"{name} {sorted(values.items())!r}"
        return self._kept(key, lambda: self._snapshot.query(_sql(name), values or None))

    def column_titles(self, kind: str) -> dict[str, str]:
        """Return the title of every column of a kind of record, in the language spoken now.

        Money is shown in currency units: its column goes without "_minor".
        """
        titles = self.rows("column_titles", kind=kind)
        return {
            column.removesuffix("_minor"): either(title, title_zh)
            for column, title, title_zh in titles.iter_rows()
        }

    def behind(
        self,
        metric: Metric,
        scope: Scope,
        *,
        which: Which = "against",
        limit: int = 200,
        **where: tuple[str, ...],
    ) -> pl.DataFrame:
        """Return records behind a figure, worst first: see `record_queries.records_behind`.

        `where` are conditions beside those of the scope, such as account_code=("6001",).
        """
        asked = self._about(metric, scope, where) | {"which": which, "limit": limit}
        return self._kept(
            f"behind {metric.name} {asked!r}",
            lambda: records_behind(self._snapshot, metric, **asked),
        )

    def count_behind(
        self,
        metric: Metric,
        scope: Scope,
        *,
        which: Which = "against",
        **where: tuple[str, ...],
    ) -> int:
        """Return how many records `behind` would have without a limit."""
        asked = self._about(metric, scope, where) | {"which": which}
        return self._kept(
            f"count {metric.name} {asked!r}",
            lambda: count_behind(self._snapshot, metric, **asked),
        )

    def stock_day(self, scope: Scope) -> date:
        """Return the day at whose end stocks, such as open tickets, are counted in the scope."""
        return min(scope.period.last, self.manifest.as_of)

    def proofs(self, ticket_id: str) -> list[ClockProof]:
        """Return the proof of each clock of a ticket: see `clock_proofs.proofs_of`."""
        return self._kept(f"proofs {ticket_id}", lambda: proofs_of(self._snapshot, ticket_id))

    def prepared(self, kind: str, id: str) -> dict[str, Any] | None:
        """Return a record with what its preparation adds, as the measures judge it; None for one
        that they leave out, such as a cancelled one."""
        return self._kept(f"prepared {kind} {id}", lambda: self._prepare(kind, id))

    def compared(self, metric: Metric, scope: Scope, group: str, kind: str) -> pl.DataFrame:
        """Return those of `group` compared in the scope: see `comparison_queries.compare`.

        Org units are those of `kind`.
        """
        period = scope.period.suited_to(metric)
        where = scope.where(metric)
        return self._kept(
            f"compared {metric.name} {group} {kind} {period.first} {period.last} {where!r}",
            lambda: compare(
                self._snapshot.query,
                metric,
                group,
                unit_kind=kind,
                first=period.first,
                last=period.last,
                where=where,
            ),
        )

    def notice(self, kind: str, month: date) -> Notice:
        """Return the notice of ranking of the units of `kind`: see `ranking_notice.notice_of`."""
        return self._kept(
            f"notice {kind} {month}",
            lambda: notice_of(self._snapshot.query, self.manifest.as_of, kind, month),
        )

    def _prepare(self, kind: str, id: str) -> dict[str, Any] | None:
        (key,) = KEYS[kind]
        now = self.rows("now_of", table=kind)["value"].item()
        with self._snapshot.relations() as relation_of:
            prepared = prepare(
                kind,
                nw.from_native(relation_of(f"records.{kind}")).filter(nw.col(key) == id),
                lambda table: nw.from_native(relation_of(table)),
                as_of=self.manifest.as_of,
                as_of_at=datetime.fromisoformat(now),
            )
            rows: pl.DataFrame = prepared.collect(backend="polars").to_native()
        return rows.row(0, named=True) if rows.height else None

    def _about(
        self, metric: Metric, scope: Scope, where: dict[str, tuple[str, ...]]
    ) -> dict[str, Any]:
        period = scope.period.suited_to(metric)
        return {"first": period.first, "last": period.last, "where": scope.where(metric) | where}

    def _kept(self, key: str, ask: Callable[[], Any]) -> Any:
        return _answered(f"{self.home.snapshots} {self.id}", key, ask)

    def ask(
        self,
        question: Callable[Concatenate[Ask, _About], _Found],
        *about: _About.args,
        **more: _About.kwargs,
    ) -> _Found:
        """Return the answer of a function that asks a snapshot, such as `drivers_of`.

        `about` and `more` are what it is given beside; how they are written must tell them apart.
        """
        key = f"{question.__module__}.{question.__name__} {about!r} {sorted(more.items())!r}"
        found: _Found = self._kept(key, lambda: question(self._snapshot.query, *about, **more))
        return found


def reader_of(home: Home) -> Reader:
    """Return the reader of the snapshot that is served now; a new one appears by itself.

    Raises Refusal when none is served, or when it is torn.
    """
    return _open(home, current_snapshot(home.snapshots))


def runs_of(home: Home, limit: int = 30) -> list[dict[str, Any]]:
    """Return the last nights, newest first: see `pipelines.ledger`."""
    return read_runs(home.ledger, limit)


def refused_files_of(home: Home) -> list[dict[str, Any]]:
    """Return the landed files that were refused or doubled: see `pipelines.ledger`."""
    return read_refused(home.ledger)


def snapshots_of(home: Home) -> list[Published]:
    """Return the snapshots that are kept, newest first."""
    return list_snapshots(home.snapshots)


@st.cache_resource(
    max_entries=_SNAPSHOTS_OPEN,
    show_spinner=False,
    hash_funcs={Home: lambda home: f"{home.root} {home.store} {home.settings!r}"},
)
def _open(home: Home, id: str | None) -> Reader:
    # A snapshot that leaves the cache is closed when the last run that reads it has let go of it.
    snapshot = open_snapshot(home.snapshots, id)
    if NEEDED - snapshot.manifest.tables.keys():
        raise Refusal(
            "Snapshot {id} was made by an older version and lacks what these pages show: run "
            "`sqm nightly`.",
            "快照 {id} 由旧版本生成，缺少本页面所需的数据：请运行 `sqm nightly`。",
            id=snapshot.id,
        )
    return Reader(home, snapshot)


@st.cache_data(max_entries=_ANSWERS_KEPT, show_spinner=False)
def _answered(snapshot: str, question: str, _ask: Callable[[], Any]) -> Any:
    return _ask()


@cache
def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
