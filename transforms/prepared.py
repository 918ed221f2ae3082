"""Records -> the prepared tables that measures are summed over, whichever noun they are of.

The pipeline sums them, pages look up the records behind a figure in them: both prepare here.
To add one: its preparation in `transforms/<noun>.py`, its line here, its slices in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import narwhals.stable.v2 as nw

from transforms.backlog import prepare_backlog
from transforms.deliveries import prepare_deliveries
from transforms.delivery_stages import prepare_stages
from transforms.duties import prepare_duties
from transforms.finance import prepare_entries
from transforms.surveys import prepare_surveys
from transforms.tickets import prepare_tickets

# Gives another table of the warehouse, such as "reference.accounts", on the engine of the records.
Beside = Callable[[str], nw.LazyFrame[Any]]


def prepare(
    table: str,
    records: nw.LazyFrame[Any],
    beside: Beside,
    *,
    as_of: date,
    as_of_at: datetime,
    span: tuple[date, date] | None = None,
) -> nw.LazyFrame[Any]:
    """Return `records` with the columns that the measures of `table` read.

    `as_of_at` is the instant at which the day `as_of` ends. `span` are the first and the last day
    asked for: the backlog has a row per day, so it must be given. The rows of `budget_months` are
    budget lines already spread over their months, those of `clocks` are clocks as they are.
    """
    if table == "tickets":
        return prepare_tickets(
            records, units=beside("reference.org_units"), slots=beside("reference.slots")
        )
    if table == "clocks":
        return records
    if table == "backlog":
        if span is None:
            raise ValueError("the backlog has a row per day: give the days")
        return prepare_backlog(
            records,
            beside("records.clocks"),
            beside("reference.calendar_days"),
            first=span[0],
            last=min(span[1], as_of),
        )
    if table == "deliveries":
        return prepare_deliveries(
            records,
            units=beside("reference.org_units"),
            service_levels=beside("reference.service_levels"),
            slots=beside("reference.slots"),
            days=beside("reference.calendar_days"),
            as_of=as_of_at,
        )
    if table == "delivery_stages":
        return prepare_stages(records, beside("records.deliveries"))
    if table == "surveys":
        return prepare_surveys(records)
    if table == "duties":
        return prepare_duties(records, today=as_of)
    if table in ("finance_entries", "budget_months"):
        return prepare_entries(records, beside("reference.accounts"))
    raise ValueError(f"{table} has no preparation")
