"""The way from hand-made tickets, events and rules to `marts.clock_disagreements`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from quality.contracts import REFERENCE_TABLES
from quality.contracts.ticket import PRIORITIES
from tests.transforms.clocks_by_hand import Rows, Rules
from tests.transforms.hand_made_clocks import TICKETS, clocks_frame, slots_of
from transforms.disagreements import find_disagreements
from transforms.policies import policies_by_case

Lazily = Callable[[str, pl.DataFrame], nw.LazyFrame[Any]]


def on_polars(_: str, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
    return nw.from_native(rows.lazy())


def found(
    tickets: Rows, rules: Rules, events: Rows = (), lazily: Lazily = on_polars
) -> pl.DataFrame:
    """Return the disagreements of `tickets`, whose clocks are made by `rules`."""
    rows = pl.DataFrame(list(tickets), schema=TICKETS)
    policies = pl.DataFrame(list(rules.policies), schema=REFERENCE_TABLES["sla_policies"].columns)
    cases = rows.select("kind", "channel").unique()
    cases = cases.join(pl.DataFrame({"priority": PRIORITIES}), how="cross")
    native = find_disagreements(
        lazily("tickets", rows),
        lazily("clocks", clocks_frame(tickets, rules, events)),
        units=lazily("units", pl.DataFrame(list(rules.units))),
        policies=lazily("policies", policies_by_case(policies, cases)),
        slots=lazily("slots", slots_of(rules)),
    ).to_native()
    return native.collect() if isinstance(native, pl.LazyFrame) else native.pl()
