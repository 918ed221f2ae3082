"""Reference data: one contract per table of `reference/`, how it is read, how tables agree.

To add a table: see quality/contracts/reference/table.py.
"""

from collections.abc import Mapping

import polars as pl

from quality.contracts.reference.accounts import ACCOUNTS
from quality.contracts.reference.calendars import CALENDARS, HOLIDAYS
from quality.contracts.reference.organisation import ORG_UNITS, PEOPLE
from quality.contracts.reference.promises import SERVICE_LEVELS, SLA_POLICIES, TARIFFS
from quality.contracts.reference.reading import read_reference
from quality.contracts.reference.relations import refuse_broken_relations
from quality.contracts.reference.risk import KRI_RULES, RISK_REGISTER, TARGETS
from quality.contracts.reference.rules import reference_rules
from quality.contracts.reference.scores import SCORE_WEIGHTS
from quality.contracts.reference.table import ReferenceTable

__all__ = [
    "REFERENCE_TABLES",
    "ReferenceTable",
    "check_relations",
    "read_reference",
    "reference_rules",
]

REFERENCE_TABLES: dict[str, ReferenceTable] = {
    table.name: table
    for table in (
        ORG_UNITS,
        CALENDARS,
        HOLIDAYS,
        SLA_POLICIES,
        SERVICE_LEVELS,
        TARIFFS,
        ACCOUNTS,
        TARGETS,
        KRI_RULES,
        RISK_REGISTER,
        SCORE_WEIGHTS,
        PEOPLE,
    )
}


def check_relations(tables: Mapping[str, pl.DataFrame]) -> None:
    """Raise Refusal when a table points to what another does not have.

    `tables` has tables as `read_reference` returns them, by name; one that is absent is empty.
    """
    refuse_broken_relations(tables, REFERENCE_TABLES)
