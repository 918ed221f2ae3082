"""What the pipeline must know about a record kind besides the columns of its contract.

To add a kind: a module here with its contract class (one field per column, described) and its
`RecordKind`, an entry in RECORD_KINDS, and rows that break its rules in
tests/quality/test_gate.py, which names the rules that still lack one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import pandera.polars as pa
import polars as pl

from quality.contracts.rule import Rule
from transforms.refusal import Sentence

Instant = Annotated[pl.Datetime, "us", "UTC"]
NOT_BLANK = r"\S"


class Contract(pa.DataFrameModel):
    """A contract has exactly its columns: one too many is as wrong as one too few."""

    class Config:
        """Pandera's settings for every contract."""

        strict = True


@dataclass(frozen=True)
class RecordKind:
    """One kind of record: its contract and how its rows are keyed, dated and related.

    `key`          columns that name one thing; of several rows with one key the newest counts
    `newest_by`    column that orders versions (nulls first); then batch order, then row order
    `day`          local date that a row is counted on where nothing more precise is meant
    `local_dates`  local date column -> instant column it is made from
    `references`   column -> reference table that must know its value
    `not_before`   (later column, earlier column): later may precede by the tolerance at most
    `defaults`     column -> value for every row of a source that has neither a column nor a
                   constant for it: only where a source that is silent really means that value
    `rules`        the rules that the contract adds under names of its own
    """

    name: str
    contract: type[pa.DataFrameModel]
    title: Sentence
    key: tuple[str, ...]
    day: str
    newest_by: str | None = None
    local_dates: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    not_before: tuple[tuple[str, str], ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def schema(self) -> pa.DataFrameSchema:
        """The contract as Pandera's schema; treat it as read-only, it is shared."""
        return self.contract.to_schema()

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Every canonical column, with its type."""
        return {name: column.dtype.type for name, column in self.schema.columns.items()}

    @property
    def mapped_columns(self) -> dict[str, pl.DataType]:
        """Canonical columns that a source may fill, with their types: all but local dates."""
        return {name: dtype for name, dtype in self.columns.items() if name not in self.local_dates}

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Mapped columns that may not be null: a source maps, sets or defaults each of them."""
        return tuple(name for name in self.mapped_columns if not self.schema.columns[name].nullable)

    @property
    def descriptions(self) -> dict[str, str]:
        """Every canonical column, with its description."""
        return {name: column.description or "" for name, column in self.schema.columns.items()}

    @property
    def titles(self) -> dict[str, Sentence]:
        """Every canonical column, with its heading in English and Chinese."""
        return {
            name: Sentence(_in_words(name), column.title or name)
            for name, column in self.schema.columns.items()
        }


# Parts of column names that say how a value is kept, or are short for a word.
_IN_WORDS = {"is": "", "id": "", "minor": "", "sla": "SLA", "no": "number", "cm3": "cm³"}


def _in_words(column: str) -> str:
    """Return the English heading of a column: "fee_minor" is "Fee"."""
    words = " ".join(_IN_WORDS.get(part, part) for part in column.split("_")).strip()
    return words[:1].upper() + words[1:]
