"""Clocks of tickets: made anew each night, for "now" moves those that are still running.

Written to `records.clocks`; what a row says is in the contract `Clock`. A clock's arithmetic is in
`transforms/clocks.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl
from dagster import MaterializeResult, asset

from pipelines.measures.measuring import one_ahead, spans_of
from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from pipelines.warehouse import Query
from transforms.clocks import make_clocks
from transforms.policies import CASE, policies_by_case

_TICKETS_AT_ONCE = 400_000
_TABLE = "records.clocks"


@asset(
    key=key_of("records", "clocks"),
    group_name="records",
    deps=[
        key_of("records", "tickets"),
        key_of("records", "ticket_events"),
        key_of("records", "working_hours"),
    ],
    required_resource_keys=NIGHT,
)
@on_night("records", "clocks")
def clocks(night: Night) -> MaterializeResult:
    """Every promise to a customer with its verdict, and the parts of time that prove it."""
    make_all(night)
    states = night.warehouse.connection.execute(
        f"select state, count(*) from {_TABLE} group by state order by state"
    ).fetchall()
    counts = dict(states)
    if uncovered := counts.get("no_calendar", 0):
        night.note(
            f"{uncovered} clocks cannot be measured: no calendar covers their time (see "
            "clocks_without_calendar by org unit, and reference/calendars.csv).",
            f"有 {uncovered} 个计时项无法计算：没有覆盖其时间的工作日历"
            "（见 clocks_without_calendar 按机构拆分，以及 reference/calendars.csv）。",
            is_warning=True,
        )
    return MaterializeResult(metadata=counts)


def make_all(night: Night) -> None:
    """Make `records.clocks` of all tickets anew, some months at a time: that bounds the memory."""
    warehouse = night.warehouse
    cases = warehouse.query(f"select distinct {', '.join(CASE)} from records.tickets")
    policies = policies_by_case(night.reference.tables["sla_policies"], cases)
    units = warehouse.query("select id, calendar, time_zone from reference.org_units")
    slots = warehouse.query("select * from reference.slots").lazy()
    with warehouse.transaction():
        for number, (tickets, events) in enumerate(one_ahead(_tickets_with_events(night))):
            made = make_clocks(
                nw.from_native(tickets.lazy()),
                nw.from_native(events.lazy()),
                units=nw.from_native(units.lazy()),
                policies=nw.from_native(policies.lazy()),
                slots=nw.from_native(slots),
                as_of_at=night.as_of_at,
            )
            rows: pl.DataFrame = made.to_native().collect()
            if number == 0:
                warehouse.replace_table(_TABLE, rows)
            else:
                warehouse.append(_TABLE, rows)


def _tickets_with_events(night: Night) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield tickets opened in some months and all their events."""
    with night.warehouse.reader() as query:
        for first, last in opening_spans(night, query):
            tickets = query(
                "select * from records.tickets where opened_on between ? and ?", [first, last]
            )
            events = query(
                "select * from records.ticket_events where ticket_id in "
                "(select ticket_id from records.tickets where opened_on between ? and ?)",
                [first, last],
            )
            yield tickets, events


def opening_spans(night: Night, query: Query) -> list[tuple[date, date]]:
    """Return first and last opening day of stretches of tickets to treat at once, one at least."""
    spans = spans_of(query, "records.tickets", "opened_on", at_once=_TICKETS_AT_ONCE)
    return spans or [(night.as_of, night.as_of)]
