"""The rules that rows of a reference table can break: the contract's, and those about other rows.

To add one that every table may have: its check in `judged_schema`, its words in `reference_rules`.
"""

import copy
from collections.abc import Collection
from datetime import date
from functools import partial

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.reference.table import CLOCK, ReferenceTable, Span
from quality.contracts.rule import Rule, add_check, contract_rules, label
from transforms.refusal import Sentence

_WRITTEN_AS = {
    "clock": Sentence("a time of day such as 08:30", "时刻，例如 08:30"),
    pl.Int64: Sentence("a whole number", "整数"),
    pl.Float64: Sentence("a number", "数值"),
    pl.Boolean: Sentence("true or false", "true 或 false"),
    pl.Date: Sentence("a date such as 2026-10-31", "日期，例如 2026-10-31"),
}
_FIRST_OF_ALL = {pl.Date: date.min, pl.Int64: 0}
_LAST_OF_ALL = {pl.Date: date.max, pl.Int64: 24 * 60}


def reference_rules(table: ReferenceTable) -> dict[str, Rule]:
    """Return every rule that a row of `table` can break, by name."""
    schema = table.schema
    named = {name: label(name, column) for name, column in schema.columns.items()}
    rules = contract_rules(schema, table.rules)
    for name in table.defaults:  # empty only where what the default builds on is: one fault
        rules.pop(f"{name}_is_present", None)
    for name in table.columns:
        if words := _WRITTEN_AS.get(writing(table, name)):
            en, zh = named[name]
            demand = Sentence(f"{en} must be written as {words.en}", f"{zh}应写成{words.zh}")
            rules[f"{name}_is_readable"] = Rule((name,), demand)
    key = ", ".join(table.key)
    rules[f"{table.key[0]}_is_unique"] = Rule(
        table.key,
        Sentence(
            f"no earlier row may have the same {key}",
            f"{key.replace(', ', '、')} 不能与前面的行重复",
        ),
    )
    if table.span:
        first, last = table.span.first, table.span.last
        rules[f"{first}_does_not_overlap"] = Rule(
            (*table.span.per, first, last),
            Sentence(
                f"the time from {first} to {last} must not overlap another row's",
                f"{named[first].zh}至{named[last].zh}不能与其他行重叠",
            ),
        )
    if table.parent:
        name, parent = table.parent
        rules[f"{name}_is_listed"] = Rule(
            (name,),
            Sentence(
                f"{name} must be the {parent} of another row",
                f"{named[name].zh}必须是本表中另一行的 {parent}",
            ),
        )
        rules[f"{name}_is_not_circular"] = Rule(
            (name, parent),
            Sentence(
                f"following {name} upwards must end at a row without one",
                f"沿{named[name].zh}逐级向上不能形成循环",
            ),
        )
    if "metric" in schema.columns:
        rules["metric_is_known"] = Rule(
            ("metric",),
            Sentence(
                "metric must be one that `sqm metrics` lists",
                "指标（metric）必须是 `sqm metrics` 列出的指标",
            ),
        )
    return rules


def writing(table: ReferenceTable, name: str) -> object:
    """Return how values of a column are written: "clock", or the type whose text they are."""
    return "clock" if table.schema.columns[name].metadata == CLOCK else _type(table, name)


def judged_schema(
    table: ReferenceTable, known_metrics: Collection[str] | None
) -> pa.DataFrameSchema:
    """Return the contract with the rules that look at other rows or at the catalogue."""
    schema = copy.deepcopy(table.schema)
    add_check(schema, table.key[0], "is_unique", pl.struct(table.key).is_first_distinct())
    if table.span:
        apart = partial(_begins_after_others, table=table, span=table.span)
        schema.columns[table.span.first].checks.append(pa.Check(apart, name="does_not_overlap"))
    if table.parent:
        name, key = table.parent
        add_check(schema, name, "is_listed", pl.col(name).is_in(pl.col(key).implode()))
        climb = partial(_leads_to_the_top, name=name, key=key)
        schema.columns[name].checks.append(pa.Check(climb, name="is_not_circular"))
    if known_metrics is not None and "metric" in schema.columns:
        add_check(schema, "metric", "is_known", pl.col("metric").is_in(list(known_metrics)))
    return schema


def _begins_after_others(rows: PolarsData, table: ReferenceTable, span: Span) -> pl.LazyFrame:
    """Return whether a row begins after every row of its kind that begins earlier has ended.

    Rows that are never in force on the same day are not of one kind.
    """
    first, last = span.first, span.last
    ends = [(first, last), span.in_force] if span.in_force else [(first, last)]
    spans = rows.lazyframe.select(
        *span.per,
        *(pl.col(name).fill_null(_FIRST_OF_ALL[_type(table, name)]) for name, _ in ends),
        *(pl.col(name).fill_null(_LAST_OF_ALL[_type(table, name)]) for _, name in ends),
    ).with_row_index("_row")
    pairs = spans.join(spans, on=span.per, nulls_equal=True, suffix="_before")
    begins, began = pl.col(first), pl.col(f"{first}_before")
    is_later = (began < begins) | ((began == begins) & (pl.col("_row_before") < pl.col("_row")))
    ended = pl.col(f"{last}_before")
    overlaps = is_later & (ended >= begins if span.includes_last else ended > begins)
    if span.in_force:
        since, until = span.in_force
        overlaps &= pl.col(f"{since}_before") <= pl.col(until)
        overlaps &= pl.col(since) <= pl.col(f"{until}_before")
    overlapping = pairs.filter(overlaps).select("_row").unique().collect()["_row"]
    return spans.select(~pl.col("_row").is_in(overlapping.implode()))


def _type(table: ReferenceTable, name: str) -> type[pl.DataType]:
    return table.columns[name].base_type()


def _leads_to_the_top(rows: PolarsData, name: str, key: str) -> pl.LazyFrame:
    """Return whether going from parent to parent ends: each step doubles the way gone up."""
    tree = rows.lazyframe.select(key, name).unique(key, keep="first", maintain_order=True).collect()
    ancestors = tree[name]
    for _ in range(tree.height.bit_length()):
        ancestors = ancestors.replace_strict(
            tree[key], ancestors, default=None, return_dtype=pl.String
        )
    at_the_top = tree[key].filter(ancestors.is_null())
    return rows.lazyframe.select(pl.col(key).is_in(at_the_top.implode()))
