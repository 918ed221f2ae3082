"""Contracts: what a valid row of each record kind and of each reference table is.

One module per noun, with the contract class and what else the pipeline must know about it.
"""

from quality.contracts.delivery import DELIVERIES, DELIVERY_EVENTS
from quality.contracts.duty import DUTIES
from quality.contracts.finance import ACCOUNT_BALANCES, BUDGET_LINES, FINANCE_ENTRIES
from quality.contracts.kind import RecordKind
from quality.contracts.reference import REFERENCE_TABLES
from quality.contracts.reference.table import ReferenceTable
from quality.contracts.survey import SURVEYS
from quality.contracts.ticket import TICKET_EVENTS, TICKETS

RECORD_KINDS: dict[str, RecordKind] = {
    kind.name: kind
    for kind in (
        TICKETS,
        TICKET_EVENTS,
        DELIVERIES,
        DELIVERY_EVENTS,
        SURVEYS,
        FINANCE_ENTRIES,
        BUDGET_LINES,
        ACCOUNT_BALANCES,
        DUTIES,
    )
}

__all__ = ["RECORD_KINDS", "REFERENCE_TABLES", "RecordKind", "ReferenceTable"]
