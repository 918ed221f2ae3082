"""Who answers for a signal: whom the warning rules of its metric name, else who is nearest to it.

The order in which they are asked: `sql/signal_owners.sql`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.warehouse import Query
from transforms.catalogue import records_of, tables_of
from transforms.chart_values import CHARTED

_SQL = Path(__file__).parent / "sql" / "signal_owners.sql"
# What finance keeps: for metrics made of them its people answer.
_BOOKS = ("finance_entries", "budget_lines")


def signal_owners(query: Query) -> pl.DataFrame:
    """Return one row per charted metric and org unit: `metric`, `org_unit_id`, `owner`.

    An owner is the address of a person, or what the warning rule says instead; null for nobody.
    """
    of_books = [metric.name for metric in CHARTED if records_of(tables_of(metric)[0]) in _BOOKS]
    asked = {"metrics": [metric.name for metric in CHARTED], "of_books": of_books}
    return query(_SQL.read_text(encoding="utf-8"), asked)
