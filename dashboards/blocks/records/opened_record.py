"""One record with all that its page must know: its versions, its unit's clock, how it stands.

To add a kind: its entry in `_STATES`, its list in `_versions` here and in `record_search.py`, its
lines in `records_named.sql` and `superseded_named.sql`, and its story in `record_story.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from dashboards import language as lang
from dashboards.blocks.record_lists import WORDED
from dashboards.filters import unit_names
from dashboards.language import _, either, money, number
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from pipelines.questions.clock_proofs import ClockProof

# Kind of record -> the column that says how one stands, where it can keep a promise.
_STATES = {
    "tickets": None,  # its clocks say it
    "deliveries": "promise_state",
    "surveys": None,
    "finance_entries": None,
    "duties": "duty_state",
}
KINDS = tuple(_STATES)
# States of clocks: that of a ticket is the first that one of its clocks has.
_WORST_FIRST = ("missed", "running", "met")
_PSEUDONYM_SHOWN = 8
_SCORE_DECIMALS = 1
_MINOR_PER_UNIT = 100


@dataclass(frozen=True)
class OpenedRecord:
    """A record that is looked at.

    `row`       its newest version, as in `records.<kind>`
    `versions`  all its versions, that one first, with `is_superseded` and `file`
    `titles`    what its columns are called, in their order
    `names`     column -> value -> name, of org units and accounts
    `zone`      the time zone of its org unit
    `proofs`    the proof of each clock of a ticket; empty for cancelled ones and other kinds
    `state`     met | missed | running, of a ticket the worst of its clocks', of a duty on_time |
                late | overdue | open; None for nothing promised, for cancelled ones, and for
                kinds that promise nothing
    """

    kind: str
    id: str
    row: dict[str, Any]
    versions: pl.DataFrame
    titles: dict[str, str]
    names: dict[str, dict[str, str]]
    zone: str
    currency: str
    proofs: list[ClockProof]
    state: str | None

    @property
    def unit(self) -> str:
        """The name of its org unit."""
        return self.text("org_unit_id")

    def text(self, column: str) -> str:
        """Return what stands in a column of the newest version, as people read it."""
        return self.written(column, self.row[column])

    def written(self, column: str, value: Any) -> str:
        """Return a value of a column as people read it: names, words, local times, money."""
        match value:
            case None:
                return lang.NOTHING
            case bool():
                return _("Yes") if value else _("No")
            case datetime():
                return lang.moment(value, self.zone)
            case date():
                return lang.day(value)
            case int() if column.endswith("_minor"):
                currency = self.row.get("currency") or self.currency
                return money(value / _MINOR_PER_UNIT, currency, 2)
            case float():
                return number(value, 0 if value.is_integer() else _SCORE_DECIMALS)
            case int():
                return number(value)
        if column in self.names:
            return self.names[column].get(value, str(value))
        if column == "customer_key":
            return shortened(value)
        return word(value) if column in WORDED else str(value)

    def texts(self) -> dict[str, pl.Series]:
        """Return what stands in every column of every version, as people read it."""
        return {
            column: pl.Series(
                column,
                [self.written(column, value) for value in self.versions[column]],
                dtype=pl.String,
            )
            for column in self.titles
        }

    def local(self, instant: datetime) -> datetime:
        """Return an instant as the clocks of its unit show it, without zone."""
        return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


def open_record(reader: Reader, kind: str, id: str) -> OpenedRecord:
    """Return the record of `kind` called `id`, which must be among the records."""
    versions = _versions(reader, kind, id)
    row = versions.row(0, named=True)
    titles = reader.column_titles(kind)  # money goes there without "_minor"
    has_clocks = kind == "tickets" and row["status"] != "cancelled"
    proofs = reader.proofs(id) if has_clocks else []
    zones = dict(reader.rows("units").select("id", "time_zone").iter_rows())
    return OpenedRecord(
        kind=kind,
        id=id,
        row=row,
        versions=versions,
        titles={
            column: titles[column.removesuffix("_minor")]
            for column in row
            if column.removesuffix("_minor") in titles
        },
        names={"org_unit_id": unit_names(reader), "account_code": _account_names(reader)},
        zone=zones.get(row["org_unit_id"]) or reader.home.settings.time_zone,
        currency=reader.currency,
        proofs=proofs,
        state=_worst(proofs) if has_clocks else _state(reader, kind, id),
    )


def shortened(customer_key: str) -> str:
    """Return the first characters of a customer's pseudonym, enough to tell customers apart."""
    return f"{customer_key[:_PSEUDONYM_SHOWN]}…"


def with_short_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return records with `shortened` customers."""
    if "customer_key" not in rows.columns:
        return rows
    short = pl.col("customer_key").str.head(_PSEUDONYM_SHOWN) + "…"
    return rows.with_columns(short.alias("customer_key"))


def _versions(reader: Reader, kind: str, id: str) -> pl.DataFrame:
    match kind:
        case "tickets":
            return reader.rows("versions_of_tickets", id=id)
        case "deliveries":
            return reader.rows("versions_of_deliveries", id=id)
        case "surveys":
            return reader.rows("versions_of_surveys", id=id)
        case "finance_entries":
            return reader.rows("versions_of_finance_entries", id=id)
    return reader.rows("versions_of_duties", id=id)


def _account_names(reader: Reader) -> dict[str, str]:
    """Return what accounts are called, each with its code; by the code alone without a name."""
    accounts = reader.rows("accounts").select("code", "name", "name_zh").rows()
    names = {code: either(name, name_zh) for code, name, name_zh in accounts}
    return {code: f"{code} {name}" for code, name in names.items() if name not in ("", code)}


def _worst(proofs: list[ClockProof]) -> str | None:
    """Return the worst state of the clocks that have a verdict."""
    states = [proof.clock.state for proof in proofs]
    return next((state for state in _WORST_FIRST if state in states), None)


def _state(reader: Reader, kind: str, id: str) -> str | None:
    """Return how the record stood at the end of the snapshot's day, as the measures judge it."""
    column = _STATES[kind]
    prepared = reader.prepared(kind, id) if column else None
    return prepared[column] if prepared else None
