"""What is known about a reference table besides the columns of its contract.

To add a table: a contract class and its `ReferenceTable` in the module of its noun, an entry in
REFERENCE_TABLES, and rows that break its rules in tests/quality/reference_rows.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import pandera.polars as pa
import polars as pl

from quality.contracts.rule import Rule
from transforms.refusal import Sentence

ROUND_THE_CLOCK = "24x7"
TextList = Annotated[pl.List, pl.String]
CLOCK: dict[str, str] = {"written_as": "clock"}


class Pointer(NamedTuple):
    """Values of a column are values of `column` of `table`, or one of `besides`."""

    table: str
    column: str
    besides: tuple[str, ...] = ()


TO_CALENDARS = Pointer("calendars", "calendar", besides=(ROUND_THE_CLOCK,))


class Span(NamedTuple):
    """Rows of one `per` must not overlap between the columns `first` and `last`.

    `includes_last` tells whether `last` still belongs to the row (a last day does, a closing
    time does not). An empty `first` or `last` is open on that side. `in_force` are the columns
    of the first and the last day in force, where a row has them: rows that are never in force on
    the same day may overlap.
    """

    per: tuple[str, ...]
    first: str
    last: str
    includes_last: bool
    in_force: tuple[str, str] | None = None


@dataclass(frozen=True)
class ReferenceTable:
    """One table of `reference/`: its contract, what may be left out, and what it points to.

    `key`         columns that no two rows share (nulls are a value here)
    `defaults`    column -> value or expression used where the file has no value, in this order,
                  so that one default may build on an earlier one
    `parent`      (column, column of this table that must know its value), without circles
    `span`        columns between which rows must not overlap
    `references`  column -> where its values come from, in another table
    `rules`       the rules that the contract adds under names of its own
    """

    name: str
    contract: type[pa.DataFrameModel]
    title: Sentence
    key: tuple[str, ...]
    defaults: Mapping[str, object] = field(default_factory=dict)
    parent: tuple[str, str] | None = None
    span: Span | None = None
    references: Mapping[str, Pointer] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def schema(self) -> pa.DataFrameSchema:
        """The contract as Pandera's schema; treat it as read-only, it is shared."""
        return self.contract.to_schema()

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Every column, with its type."""
        return {name: column.dtype.type for name, column in self.schema.columns.items()}

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Columns that the file must have: never null, and without a default."""
        columns = self.schema.columns
        return tuple(
            name for name in columns if not columns[name].nullable and name not in self.defaults
        )

    @property
    def descriptions(self) -> dict[str, str]:
        """Every column, with its description."""
        return {name: column.description or "" for name, column in self.schema.columns.items()}

    def empty(self) -> pl.DataFrame:
        """Return the table without rows: what a home without its file has."""
        return pl.DataFrame(schema=self.columns)
