"""Column headers that exports commonly use, in English and Chinese, one module per noun.

To add one: its spelling beside the canonical column in that noun's module; case, spaces,
underscores, punctuation and full-width forms need no entries of their own. Amounts, weights and
volumes also say by how much numbers are multiplied. Leave out a spelling that could mean two
columns of one kind (a test refuses it), a duration or a flag instead of the column's instant or
count, or a number that is not the row's own (a voucher has many entries, a list number starts
again in every file): such a guess would lose rows in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import polars as pl

from transforms.mapping.headers.deliveries import DELIVERIES, DELIVERY_EVENTS
from transforms.mapping.headers.duties import DUTIES
from transforms.mapping.headers.finance import ACCOUNT_BALANCES, BUDGET_LINES, FINANCE_ENTRIES
from transforms.mapping.headers.spellings import Spellings
from transforms.mapping.headers.surveys import SURVEYS
from transforms.mapping.headers.tickets import TICKET_EVENTS, TICKETS
from transforms.source_definition import KindName

HEADERS: Mapping[KindName, Spellings] = {
    "tickets": TICKETS,
    "ticket_events": TICKET_EVENTS,
    "deliveries": DELIVERIES,
    "delivery_events": DELIVERY_EVENTS,
    "surveys": SURVEYS,
    "finance_entries": FINANCE_ENTRIES,
    "budget_lines": BUDGET_LINES,
    "account_balances": ACCOUNT_BALANCES,
    "duties": DUTIES,
}


class KnownHeader(NamedTuple):
    """What a header means: a canonical column, and what its numbers are multiplied by."""

    column: str
    scale: int


def fold(texts: pl.Series) -> pl.Series:
    """Return `texts` without what spelling varies in: case, width, spaces and punctuation.

    >>> fold(pl.Series(["Ticket No.", "ticket_no", "ＴｉｃｋｅｔＮｏ"])).unique().to_list()
    ['ticketno']
    """
    return texts.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\W_]+", "")


@cache
def known_headers(kind: KindName) -> Mapping[str, KnownHeader]:
    """Return what each known header of `kind` means, by its folded spelling.

    A column's own name is known too: "Ticket ID" is ticket_id.
    """
    spelled = [
        (spelling, KnownHeader(column, scale))
        for column, spellings in HEADERS[kind].items()
        for spelling, scale in {**_scaled(spellings), column: 1}.items()
    ]
    folded = fold(pl.Series([spelling for spelling, _ in spelled], dtype=pl.String))
    return {key: known for key, (_, known) in zip(folded, spelled, strict=True)}


def _scaled(spellings: Mapping[str, int] | tuple[str, ...]) -> Mapping[str, int]:
    return dict.fromkeys(spellings, 1) if isinstance(spellings, tuple) else spellings
