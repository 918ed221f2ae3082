"""Records -> the prepared tables that measures are summed over, whichever noun they are of.

The pipeline sums them, pages look up the records behind a figure in them: both prepare here.
To add one: its preparation in `transforms/<noun>.py`, its line here, its slices in the catalogue.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import narwhals.stable.v2 as nw

from transforms.deliveries import prepare_deliveries
from transforms.duties import prepare_duties
from transforms.finance import prepare_entries
from transforms.surveys import prepare_surveys
from transforms.tickets import prepare_tickets


def prepare(
    table: str,
    records: nw.LazyFrame[Any],
    *,
    accounts: nw.LazyFrame[Any],
    as_of: date,
    as_of_at: datetime,
) -> nw.LazyFrame[Any]:
    """Return `records` with the columns that the measures of `table` read.

    `accounts` (code, kind) must be of the same engine; `as_of_at` is the instant at which the day
    `as_of` ends. The rows of `budget_months` are budget lines already spread over their months.
    """
    if table == "tickets":
        return prepare_tickets(records, as_of=as_of_at)
    if table == "deliveries":
        return prepare_deliveries(records, as_of=as_of_at)
    if table == "surveys":
        return prepare_surveys(records)
    if table == "duties":
        return prepare_duties(records, today=as_of)
    if table in ("finance_entries", "budget_months"):
        return prepare_entries(records, accounts)
    raise ValueError(f"{table} has no preparation")
