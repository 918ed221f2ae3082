"""Stage 4, marts about clocks: what sources judge otherwise, and what is about to be missed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
from dagster import MaterializeResult, asset

from pipelines.measures.measuring import one_ahead
from pipelines.night import Night
from pipelines.records.clocks import opening_spans
from pipelines.stages import NIGHT, key_of, on_night
from quality.contracts.ticket import PRIORITIES
from transforms.disagreements import CLASSES, find_disagreements
from transforms.policies import policies_by_case

_BREACHES_SQL = Path(__file__).parent / "sql" / "breaches_to_come.sql"
_DISAGREEMENTS = "marts.clock_disagreements"


@asset(
    key=key_of("marts", "clock_disagreements"),
    group_name="marts",
    deps=[
        key_of("records", "tickets"),
        key_of("records", "working_hours"),
        key_of("records", "clocks"),
    ],
    required_resource_keys=NIGHT,
)
@on_night("marts", "clock_disagreements")
def clock_disagreements(night: Night) -> MaterializeResult:
    """Every ticket that its source judged itself: ours against theirs, and why they differ."""
    _find_all(night)
    counts = dict(
        night.warehouse.connection.execute(
            f"select class, count(*) from {_DISAGREEMENTS} group by class"
        ).fetchall()
    )
    return MaterializeResult(metadata={name: counts.get(name, 0) for name in CLASSES})


@asset(
    key=key_of("marts", "breaches_to_come"),
    group_name="marts",
    deps=[key_of("records", "working_hours"), key_of("records", "clocks")],
    required_resource_keys=NIGHT,
)
@on_night("marts", "breaches_to_come")
def breaches_to_come(night: Night) -> MaterializeResult:
    """Running clocks that fall due before the next shift of their unit ends, soonest first."""
    rows = night.warehouse.query(_BREACHES_SQL.read_text(encoding="utf-8"), {"now": night.as_of_at})
    night.warehouse.replace_table("marts.breaches_to_come", rows)
    return MaterializeResult(metadata={"rows": rows.height})


def _find_all(night: Night) -> None:
    """Make `marts.clock_disagreements`, as many tickets at once as clocks are made of at once."""
    warehouse = night.warehouse
    policies = policies_by_case(night.reference.tables["sla_policies"], _cases(night))
    units = warehouse.query("select id, calendar, time_zone from reference.org_units")
    slots = warehouse.query("select * from reference.slots")
    with warehouse.transaction():
        for number, (tickets, clocks) in enumerate(one_ahead(_judged_tickets(night))):
            found = find_disagreements(
                nw.from_native(tickets.lazy()),
                nw.from_native(clocks.lazy()),
                units=nw.from_native(units.lazy()),
                policies=nw.from_native(policies.lazy()),
                slots=nw.from_native(slots.lazy()),
            )
            rows: pl.DataFrame = found.to_native().collect()
            if number == 0:
                warehouse.replace_table(_DISAGREEMENTS, rows)
            else:
                warehouse.append(_DISAGREEMENTS, rows)


def _judged_tickets(night: Night) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield the tickets of some months that their source judged, and all their clocks."""
    with night.warehouse.reader() as query:
        for span in opening_spans(night, query):
            tickets = query(
                "select * from records.tickets "
                "where source_met_sla is not null and opened_on between ? and ?",
                span,
            )
            clocks = query(
                "select * from records.clocks where ticket_id in (select ticket_id "
                "from records.tickets where source_met_sla is not null and opened_on "
                "between ? and ?)",
                span,
            )
            yield tickets, clocks


def _cases(night: Night) -> pl.DataFrame:
    """Return every kind and channel that tickets have, at every priority there is."""
    kinds = night.warehouse.query("select distinct kind, channel from records.tickets")
    return kinds.join(pl.DataFrame({"priority": PRIORITIES}), how="cross")
