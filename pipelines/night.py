"""One night: the lock, the open warehouse, and what its stages know of each other.

`open_night` is entered once per run, by `sqm` and by Dagster alike; every stage gets the `Night`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import duckdb

from pipelines.inputs import configuration_digest
from pipelines.ledger import Ledger, Run
from pipelines.lock import store_lock
from pipelines.records.intake import Surroundings
from pipelines.release.judge import Judge, start_judge
from pipelines.settings import Home
from pipelines.sources.bronze import Batch
from pipelines.sources.landing import Landed, read_sources
from pipelines.sources.reference import Reference, keep_tables, read_tables
from pipelines.warehouse import Warehouse
from quality.verdict import Verdict
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition


def end_of_yesterday(home: Home) -> date:
    """Return the default `as_of`: the last day that is over in the home's zone."""
    return datetime.now(ZoneInfo(home.settings.time_zone)).date() - timedelta(days=1)


@dataclass
class Night:
    """What the stages of one run share."""

    home: Home
    as_of: date
    warehouse: Warehouse
    ledger: Ledger
    run: Run
    sources: dict[str, SourceDefinition]
    source_refusals: list[Refusal]
    judge: Judge
    configuration: str = ""
    landed: Landed = field(default_factory=Landed)
    candidate: Path | None = None
    held_batches: list[Verdict] = field(default_factory=list)
    warnings: int = 0
    error: Exception | None = None
    on_step: Callable[[str, str], None] = lambda stage, step: None

    @cached_property
    def reference(self) -> Reference:
        """Every reference table, as it is now or was last found good."""
        reference = read_tables(self.home)
        keep_tables(self.home, reference)
        return reference

    @property
    def as_of_at(self) -> datetime:
        """The last instant of `as_of` in the home's zone, in UTC: "now" for every clock."""
        return end_of_day(self.as_of, self.home)

    @property
    def surroundings(self) -> Surroundings:
        """What intake must know besides the rows."""
        return Surroundings(self.home.settings, self.reference.known(), self.reference.unit_zones())

    def batches_of(self, kind: str) -> Mapping[str, list[Batch]]:
        """Return the batches in bronze of every source of `kind`."""
        return {
            name: [batch for batch in self.landed.batches if batch.source == name]
            for name, source in self.sources.items()
            if source.kind == kind
        }

    def is_broken(self, source: str) -> bool:
        """Say whether `source` has a definition, but one that was refused."""
        return source not in self.sources and (self.home.sources / f"{source}.toml").is_file()

    def note(self, en: str, zh: str, *, is_warning: bool = False) -> None:
        """Say `en` / `zh` in the summary of the run."""
        self.run.notes.append((en, zh))
        self.warnings += is_warning

    def note_refusal(self, refusal: Refusal) -> None:
        """Tell of input that was refused; the night goes on with a warning."""
        self.note(refusal.told("en"), refusal.told("zh"), is_warning=True)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the seconds of the block to `stage` in the account of the run."""
        begun = perf_counter()
        try:
            yield
        finally:
            spent = self.run.seconds.get(stage, 0.0) + perf_counter() - begun
            self.run.seconds[stage] = round(spent, 3)


def end_of_day(day: date, home: Home) -> datetime:
    """Return the last microsecond of `day` in the home's zone, in UTC."""
    zone = ZoneInfo(home.settings.time_zone)
    return datetime.combine(day, time.max, zone).astimezone(UTC)


@contextmanager
def open_night(home: Home, as_of: date | None = None, *, afresh: bool = False) -> Iterator[Night]:
    """Take the lock, open ledger and warehouse, and close them whatever happens.

    `afresh` forgets the warehouse first. The run is in the ledger from here on; `exit_code` and
    `state` are set by the last stage, and a run that leaves without is recorded as failed.
    """
    with store_lock(home), Ledger(home.ledger) as ledger:
        ledger.close_dead_runs()
        run = Run(
            run_id=uuid.uuid4().hex[:12],
            as_of=as_of or end_of_yesterday(home),
            started_at=datetime.now(UTC),
        )
        ledger.record_run(run)
        try:
            if afresh:
                for file in _warehouse_files(home):
                    file.unlink(missing_ok=True)
            # The judge loads its libraries on the second core while the night works.
            with _open_warehouse(home, run) as warehouse, start_judge() as judge:
                configuration = configuration_digest(home)
                sources, refusals = read_sources(home)
                night = Night(
                    home,
                    run.as_of,
                    warehouse,
                    ledger,
                    run,
                    sources,
                    refusals,
                    judge,
                    configuration=configuration,
                )
                yield night
                # Dagster, unlike `sqm`, keeps the error of a step to itself.
                if night.error is not None:
                    _record_failure(run, night.error)
        except BaseException as error:
            _record_failure(run, error)
            raise
        finally:
            if run.state == "running":
                run.state, run.exit_code = "failed", 1
            run.ended_at = datetime.now(UTC)
            ledger.record_run(run)


def _record_failure(run: Run, error: BaseException) -> None:
    run.state, run.exit_code = "failed", 1
    told = (
        (error.told("en"), error.told("zh"))
        if isinstance(error, Refusal)
        else (f"{type(error).__name__}: {error}",) * 2
    )
    run.notes.append(told)


def _open_warehouse(home: Home, run: Run) -> Warehouse:
    """Open the warehouse; one that cannot be read is set aside, for bronze can make it again."""
    try:
        return Warehouse(home.warehouse, memory_limit=home.settings.memory_limit)
    except (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException) as error:
        set_aside_warehouse(home)
        reason = str(error).splitlines()[0]
        run.notes.append(
            (
                f"The warehouse could not be read ({reason}); it was set aside and is made again.",
                f"仓库文件无法读取（{reason}）；已移开并重新生成。",
            )
        )
        return Warehouse(home.warehouse, memory_limit=home.settings.memory_limit)


def set_aside_warehouse(home: Home) -> None:
    """Move the warehouse and its write-ahead log out of the way, keeping them for a look."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for file in _warehouse_files(home):
        if file.exists():
            aside = home.store / "set-aside"
            aside.mkdir(exist_ok=True)
            file.rename(aside / f"{stamp}-{file.name}")


def _warehouse_files(home: Home) -> tuple[Path, Path]:
    """Return the warehouse and its write-ahead log."""
    return home.warehouse, home.warehouse.with_name(home.warehouse.name + ".wal")
