"""Fills the landing folder of the demo, month by month, so that memory does not grow with time."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.settings import Home
from pipelines.simulation.chance import stream
from pipelines.simulation.deliveries import draw_deliveries
from pipelines.simulation.delivery_files import DeliveryFiles, write_scans
from pipelines.simulation.duties import draw_duties
from pipelines.simulation.file_incidents import BadRows, FileIncidents, plan_file_incidents
from pipelines.simulation.finance import Books, budget_versions, draw_ledger, plan_budget
from pipelines.simulation.incidents import Incidents, plan_incidents
from pipelines.simulation.money_files import write_budget, write_ledger
from pipelines.simulation.organisation import Organisation, read_organisation
from pipelines.simulation.parcels import RecentParcels
from pipelines.simulation.period import Month, Period
from pipelines.simulation.planted import FILE, Planted, quiet_from
from pipelines.simulation.service_files import (
    write_duties,
    write_surveys,
    write_ticket_events,
    write_tickets,
)
from pipelines.simulation.surveys import draw_surveys
from pipelines.simulation.tickets import draw_tickets
from pipelines.simulation.volumes import Volumes, draw_volumes
from transforms.refusal import Refusal

_ROWS_AT_ONCE = 400_000  # deliveries drawn in one go: memory stays under 1 GB at any size
_DELIVERIES_PER_CUSTOMER = 12
_BAD_ROWS_MONTHS_BEFORE_END = 3
_WRITTEN = (
    "deliveries/deliveries_*.csv",
    "delivery_events/delivery_events_*.parquet",
    "tickets/tickets_*.csv",
    "ticket_events/ticket_events_*.jsonl",
    "surveys/surveys_*.tsv",
    "finance_entries/ledger_*.csv",
    "budget_lines/budget_*.xlsx",
    "duties/duties.csv",
)


def simulate(
    home: Home,
    *,
    deliveries: int = 60_000,
    months: int = 18,
    seed: int = 20261031,
    end: date = date(2026, 10, 31),
) -> Planted:
    """Write the landed files of `months` calendar months up to `end`, and what was planted.

    `deliveries` scales everything else (a quarter as many tickets, two invitations for fifteen
    deliveries). The same arguments give the same bytes. An earlier demo in the landing folder is
    replaced. Makes the key of customer pseudonyms when the home has none.
    Raises Refusal when the landing folder holds files of others or the home is not the demo's.
    """
    period = Period.ending(end, months)
    organisation = read_organisation(home.reference, period)
    _clear(home.landing)
    _make_key(home)
    demo = _Demo.plan(home, organisation, period, deliveries=deliveries, seed=seed)
    demo.planted().write(home.landing)  # marks the folder as the demo's, should this be cut short
    for month in period.months:
        demo.write_month(month)
    demo.write_books()
    planted = demo.planted()
    planted.write(home.landing)
    return planted


def _clear(landing: Path) -> None:
    """Remove an earlier demo; anything else in the folder is somebody's and is left alone."""
    landing.mkdir(parents=True, exist_ok=True)
    if any(landing.iterdir()) and not (landing / FILE).is_file():
        raise Refusal(
            "{landing} holds files that the demo did not write: give it an empty folder "
            "(--landing).",
            "{landing} 中有并非演示程序写入的文件：请用 --landing 指定一个空文件夹。",
            landing=landing,
        )
    for pattern in _WRITTEN:
        for file in landing.glob(pattern):
            file.unlink()


def _make_key(home: Home) -> None:
    file = home.root / "secrets" / "sqm_hmac_key"
    if home.settings.hmac_key is not None or file.exists():
        return
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(secrets.token_hex(32), encoding="ascii")


@dataclass
class _Demo:
    """The demo while it is being written: the plan, and what one month hands to the next."""

    home: Home
    organisation: Organisation
    period: Period
    deliveries: int
    seed: int
    incidents: Incidents
    faults: FileIncidents
    volumes: Volumes
    day_files: DeliveryFiles
    books: Books
    parcels: RecentParcels = field(default_factory=RecentParcels)
    last_tickets: list[pl.DataFrame] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    bad_rows: list[BadRows] = field(default_factory=list)

    @classmethod
    def plan(
        cls,
        home: Home,
        organisation: Organisation,
        period: Period,
        *,
        deliveries: int,
        seed: int,
    ) -> _Demo:
        incidents = plan_incidents(organisation, period)
        faults = plan_file_incidents(period)
        return cls(
            home=home,
            organisation=organisation,
            period=period,
            deliveries=deliveries,
            seed=seed,
            incidents=incidents,
            faults=faults,
            volumes=draw_volumes(organisation, period, incidents, deliveries=deliveries, seed=seed),
            day_files=DeliveryFiles(home.landing / "deliveries", organisation, period, faults),
            books=Books(organisation, period),
        )

    @property
    def customers(self) -> int:
        return max(self.deliveries // _DELIVERIES_PER_CUSTOMER, 100)

    def write_month(self, month: Month) -> None:
        number = self.period.months.index(month)
        self._write_deliveries(month)
        tickets = self._write_tickets(month, number)
        self.last_tickets = [*self.last_tickets[-1:], tickets]
        self._write_surveys(month, number)

    def _write_deliveries(self, month: Month) -> None:
        self.parcels.begin_month()
        for part, (first, stop) in enumerate(self._parts(month)):
            drawn = draw_deliveries(
                stream(self.seed, "deliveries", first),
                self.volumes.pickups[first:stop],
                first,
                self.customers,
                self.organisation,
                self.period,
                self.incidents,
            )
            self.day_files.write(drawn, first, stop)
            self.books.add(drawn)
            self.parcels.add(drawn)
            suffix = f"_part{part + 1}" if part else ""
            scans = write_scans(
                drawn,
                self._file("delivery_events", f"delivery_events_{month.label}{suffix}.parquet"),
                self.organisation,
                self.period,
                self.home.settings.time_zone,
            )
            self._count(deliveries=drawn.height, delivery_events=scans)

    def _parts(self, month: Month) -> Iterator[tuple[int, int]]:
        """Give the days of the month in as few stretches as memory allows."""
        rows = int(self.volumes.pickups[month.first : month.stop].sum())
        days = month.stop - month.first
        step = math.ceil(days / math.ceil(max(rows, 1) / _ROWS_AT_ONCE))
        for first in range(month.first, month.stop, step):
            yield first, min(first + step, month.stop)

    def _write_tickets(self, month: Month, number: int) -> pl.DataFrame:
        tickets = draw_tickets(
            stream(self.seed, "tickets", number),
            month,
            self.volumes,
            self.parcels,
            self.customers,
            self.organisation,
            self.period,
            self.incidents,
        )
        self.bad_rows += write_tickets(
            tickets,
            self._file("tickets", f"tickets_{month.label}.csv"),
            self.organisation,
            self.period,
            with_bad_rows=self._has_bad_rows(number),
        )
        events = write_ticket_events(
            tickets,
            self._file("ticket_events", f"ticket_events_{month.label}.jsonl"),
            self.period,
            self.home.settings.time_zone,
        )
        self._count(tickets=tickets.height, ticket_events=events)
        return tickets

    def _write_surveys(self, month: Month, number: int) -> None:
        surveys = draw_surveys(
            stream(self.seed, "surveys", number),
            month,
            self.volumes,
            self.parcels,
            pl.concat(self.last_tickets),
            self.organisation,
            self.period,
            self.incidents,
        )
        self.bad_rows += write_surveys(
            surveys,
            self._file("surveys", f"surveys_{month.label}.tsv"),
            self.organisation,
            self.period,
            with_bad_rows=self._has_bad_rows(number),
        )
        self._count(surveys=surveys.height)

    def _has_bad_rows(self, month: int) -> bool:
        return month == len(self.period.months) - 1 - _BAD_ROWS_MONTHS_BEFORE_END

    def write_books(self) -> None:
        """Write what needs the whole period: ledger, budget and duties."""
        budget = plan_budget(
            stream(self.seed, "budget"),
            self.organisation,
            self.period,
            deliveries=self.deliveries,
        )
        entries = draw_ledger(
            stream(self.seed, "ledger"),
            budget,
            self.books,
            self.volumes,
            self.organisation,
            self.period,
            self.incidents,
            deliveries=self.deliveries,
        )
        versions = budget_versions(budget, self.period, self.incidents)
        duties = draw_duties(stream(self.seed, "duties"), self.organisation, self.period)
        settings, landing = self.home.settings, self.home.landing
        write_ledger(entries, landing / "finance_entries", settings.currency)
        write_budget(versions, landing / "budget_lines", settings.organisation, settings.currency)
        write_duties(duties, self._file("duties", "duties.csv"))
        self._count(
            finance_entries=entries.height, budget_lines=versions.height, duties=duties.height
        )

    def planted(self) -> Planted:
        inside = [
            incident for incident in self.incidents if incident.first_day >= self.period.first_day
        ]
        return Planted(
            seed=self.seed,
            first_day=self.period.first_day,
            last_day=self.period.last_day,
            quiet_from=quiet_from(self.period),
            rows_drawn=dict(self.rows),
            rows_landed=self.rows | {"deliveries": self.day_files.rows_landed},
            incidents=inside,
            file_incidents=self.faults.inside(self.period),
            bad_rows=[*self.day_files.bad_rows, *self.bad_rows],
        )

    def _file(self, folder: str, name: str) -> Path:
        return self.home.landing / folder / name

    def _count(self, **rows: int) -> None:
        for source, count in rows.items():
            self.rows[source] = self.rows.get(source, 0) + count
