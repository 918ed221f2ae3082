"""Where each canonical column comes from: decided once per file header, before any row is read.

To add a kind of origin: its sentence in `_SENTENCES`, its turn in `_find_origin`, and its reading
in `mapping.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from transforms.mapping import column_faults
from transforms.mapping.column_reader import column_reader
from transforms.mapping.headers import fold, known_headers
from transforms.refusal import Sentence
from transforms.source_definition import ColumnMapping, SourceDefinition

BOOKKEEPING = ("_row", "_ragged")

_SENTENCES = {
    "mapped": Sentence("column {header}, by [columns]", "列 {header}（按 [columns]）"),
    "constant": Sentence(
        "{value} in every row, by [constants]", "固定为 {value}（按 [constants]）"
    ),
    "named": Sentence("column {header}, by its name", "列 {header}（名称一致）"),
    "alias": Sentence("column {header}, a known header", "列 {header}（已知表头）"),
    "default": Sentence("{value} in every row, by default", "缺省为 {value}"),
    "absent": Sentence("not in the file: left empty", "文件中没有：留空"),
}


@dataclass(frozen=True)
class Origin:
    """Where one canonical column comes from.

    `column`   the canonical column, `dtype` its type
    `header`   column of the export that is read; None for a constant, a default or nothing
    `mapping`  how the texts of `header` are read
    `value`    the constant or default, typed; None where there is a header
    """

    column: str
    dtype: pl.DataType
    how: Literal["mapped", "constant", "named", "alias", "default", "absent"]
    header: str | None = None
    mapping: ColumnMapping | None = None
    value: object = None

    def told(self, language: str = "en") -> str:
        """Return in words, in `language` ("en" or "zh"), where the column comes from."""
        words = _SENTENCES[self.how].told(language, header=self.header, value=self.value)
        scale = self.mapping.scale if self.mapping else 1
        return words if scale == 1 else f"{words} × {scale}"


@dataclass(frozen=True)
class Plan:
    """How the rows of files with one header become canonical rows.

    `header`   every column of the file, without bookkeeping
    `origins`  one per canonical column, in the order of the contract
    `used`     columns of the file that are read: no others need to be loaded
    `unused`   columns that nothing comes from: kept in bronze, reported once
    """

    header: tuple[str, ...]
    origins: tuple[Origin, ...]

    @property
    def used(self) -> tuple[str, ...]:
        read = {origin.header for origin in self.origins}
        return tuple(name for name in self.header if name in read)

    @property
    def unused(self) -> tuple[str, ...]:
        return tuple(name for name in self.header if name not in self.used)


def resolve_columns(
    source: SourceDefinition,
    header: Collection[str],
    wanted: Mapping[str, pl.DataType],
    required: Collection[str],
    defaults: Mapping[str, object],
    *,
    file: str,
) -> Plan:
    """Return where each of the `wanted` columns comes from in a file with this `header`.

    In this order: the source's [columns] and [constants]; a header with the canonical name; a
    header known for the column (headers/) that [columns] does not use; the kind's default; nothing.

    Raises Refusal, naming `file` or the source's definition, and the column, when a mapped column
    is missing, a key of [columns] or [constants] is no wanted column or is in both, several headers
    could be meant, a `required` column has no origin, or a format, default, value or constant
    cannot be read.
    """
    names = tuple(name for name in header if name not in BOOKKEEPING)
    column_faults.refuse_unknown_keys(source, wanted)
    known = _known_in(source, names)
    origins = tuple(
        _find_origin(source, names, column, dtype, known.get(column, []), defaults, file)
        for column, dtype in wanted.items()
    )
    plan = Plan(names, origins)
    absent = {origin.column for origin in origins if origin.how == "absent"}
    missing = [column for column in required if column in absent]
    if missing:
        raise column_faults.missing_columns(source, missing, plan.unused, file)
    return plan


def _find_origin(
    source: SourceDefinition,
    names: Sequence[str],
    column: str,
    dtype: pl.DataType,
    known: Sequence[ColumnMapping],
    defaults: Mapping[str, object],
    file: str,
) -> Origin:
    if column in source.columns:
        mapping = source.columns[column]
        column_faults.refuse_unreadable_mapping(source, column, dtype)
        present = [name for name in mapping.source if name in names]
        if not present:
            raise column_faults.missing_header(source, column, names, file)
        return Origin(column, dtype, "mapped", present[0], mapping)
    if column in source.constants:
        constant = source.constants[column]
        value = _typed(source, column, dtype, constant)
        if value is None:
            raise column_faults.unreadable(source, f"constants.{column}", constant, dtype)
        return Origin(column, dtype, "constant", value=value)
    if column in names:
        return Origin(column, dtype, "named", column, _plain(column))
    if len(known) > 1:
        rivals = [mapping.source[0] for mapping in known]
        raise column_faults.several_headers(source, column, rivals, file)
    if known:
        return Origin(column, dtype, "alias", known[0].source[0], known[0])
    if defaults.get(column) is not None:
        value = _typed(source, column, dtype, defaults[column])
        return Origin(column, dtype, "default", value=value)
    return Origin(column, dtype, "absent")


def _known_in(
    source: SourceDefinition, names: Sequence[str]
) -> Mapping[str, Sequence[ColumnMapping]]:
    """Return, per canonical column, the headers known for it that are not spoken for."""
    spoken_for = {name for mapping in source.columns.values() for name in mapping.source}
    meanings = known_headers(source.kind)
    found: dict[str, list[ColumnMapping]] = {}
    for name, folded in zip(names, fold(pl.Series(names, dtype=pl.String)), strict=True):
        known = meanings.get(folded)
        if known is None or name in spoken_for:
            continue
        if known.column == "customer_key" and name not in source.private.key:
            continue  # who a customer is must never come in, in clear, by a guess
        found.setdefault(known.column, []).append(_plain(name, known.scale))
    return found


def _typed(source: SourceDefinition, column: str, dtype: pl.DataType, value: object) -> object:
    """Return a constant or default in the column's type; None when it cannot be read so."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    # TOML and Python write a decimal point, whatever the export does.
    with_point = source.model_copy(update={"decimal_comma": False})
    reader = column_reader(with_point, column, dtype, _plain(column), time_zone="UTC")
    return reader.read_text(text).item()


def _plain(header: str, scale: int = 1) -> ColumnMapping:
    """Return the mapping of a header about which the source says nothing."""
    return ColumnMapping.model_validate({"from": header, "scale": scale})
