"""The page of record kinds and reference tables, with every column and rule."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

import polars as pl

from docs.pages.markdown import as_written, write_page, write_table
from quality.contracts import RECORD_KINDS, REFERENCE_TABLES, RecordKind, ReferenceTable
from quality.contracts.clock import CLOCK_ROWS
from quality.contracts.reference import reference_rules
from quality.contracts.reference.rules import writing
from quality.contracts.rule import Rule
from quality.gate import rules_of

_TYPE_WORDS = {
    pl.String: "text",
    pl.Int64: "whole number",
    pl.Float64: "number",
    pl.Boolean: "true or false",
    pl.Date: "date",
    pl.Datetime: "instant (UTC)",
    pl.List: "texts, separated by |",
    "clock": "time of day",
}


def records_page() -> str:
    """Return docs/records.md: every record kind and reference table, with columns and rules."""
    lines = [
        "# Records and reference tables 记录与参考数据",
        "What a valid row is. Names end in what they are: `_at` an instant (UTC), `_on` a local "
        "date, `_minor` money in minor units. A row that breaks a rule is held in quarantine with "
        "every rule it broke; a reference table that breaks one is refused as a whole.",
        "## Record kinds 记录类型",
    ]
    for kind in RECORD_KINDS.values():
        lines += _kind(kind)
    lines += _made(CLOCK_ROWS)
    lines.append("## Reference tables 参考数据表")
    for table in REFERENCE_TABLES.values():
        lines += _reference_table(table)
    return write_page(lines)


def _kind(kind: RecordKind) -> Iterator[str]:
    yield f"### `{kind.name}` {kind.title.zh}"
    key = ", ".join(f"`{column}`" for column in kind.key)
    newest = f"`{kind.newest_by}`, then by " if kind.newest_by else ""
    yield (
        f"{_first_paragraph(kind.contract)} One row per {key}; "
        f"of several the newest counts: by {newest}batch and row."
    )
    rows = []
    for name, dtype in kind.columns.items():
        if name in kind.local_dates:
            filled = f"from `{kind.local_dates[name]}`"
        elif name in kind.defaults:
            filled = f"`{as_written(kind.defaults[name])}` when not mapped"
        else:
            filled = "required" if name in kind.required_columns else "optional"
        described = kind.descriptions[name]
        rows.append(
            (f"`{name}`", kind.titles[name].zh, _TYPE_WORDS[dtype.base_type()], filled, described)
        )
    yield write_table(("column", "列名", "type", "filled", "meaning"), rows)
    yield _rules(rules_of(kind))


def _made(kind: RecordKind) -> Iterator[str]:
    yield f"### `{kind.name}` {kind.title.zh}"
    key = ", ".join(f"`{column}`" for column in kind.key)
    yield f"{_first_paragraph(kind.contract)} One row per {key}; made anew each night."
    rows = [
        (f"`{name}`", kind.titles[name].zh, _TYPE_WORDS[dtype.base_type()], kind.descriptions[name])
        for name, dtype in kind.columns.items()
    ]
    yield write_table(("column", "列名", "type", "meaning"), rows)


def _reference_table(table: ReferenceTable) -> Iterator[str]:
    yield f"### `reference/{table.name}.csv` {table.title.zh}"
    key = ", ".join(f"`{column}`" for column in table.key)
    yield f"{_first_paragraph(table.contract)} One row per {key}."
    rows = []
    for name in table.columns:
        pointer = table.references.get(name)
        rows.append(
            (
                f"`{name}`",
                table.schema.columns[name].title or "",
                _TYPE_WORDS[writing(table, name)],
                "required" if name in table.required_columns else "optional",
                table.descriptions[name]
                + (f" Listed in `{pointer.table}.{pointer.column}`." if pointer else ""),
            )
        )
    yield write_table(("column", "列名", "type", "filled", "meaning"), rows)
    yield _rules(reference_rules(table))


def _first_paragraph(contract: type) -> str:
    return " ".join(inspect.getdoc(contract).split("\n\n")[0].split())


def _rules(rules: Mapping[str, Rule]) -> str:
    return write_table(
        ("rule", "demands", "要求"),
        [(f"`{name}`", rule.demand.en, rule.demand.zh) for name, rule in rules.items()],
    )
