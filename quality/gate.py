"""The gate between sources and records: good rows pass, bad rows are set aside with every rule
they broke.

To add a rule: a check in the contract of its kind (quality/contracts). Only what depends on
more than the row (what reference data know, the tolerance, the home's currency) is added here.
"""

import copy
from collections.abc import Mapping
from functools import reduce
from typing import NamedTuple

import pandera.polars as pa
import polars as pl

from quality.contracts.kind import RecordKind
from quality.contracts.rule import Rule, add_check, broken_rules, contract_rules, label
from transforms.refusal import Sentence

_RAGGED = "row_has_every_column"
_RAGGED_RULE = Rule(
    (),
    Sentence(
        "The line must have as many fields as the header",
        "该行的字段数必须与表头一致",
    ),
    Sentence(
        "look for a missing or unquoted delimiter in the export",
        "请检查导出文件中是否缺少分隔符，或文本中的分隔符未加引号",
    ),
)
_READABLE_AS = {
    pl.Int64: Sentence("a whole number", "整数"),
    pl.Float64: Sentence("a number", "数值"),
    pl.Boolean: Sentence("yes or no", "是或否"),
    pl.Date: Sentence("a date", "日期"),
    pl.Datetime: Sentence("a date and time", "日期时间"),
}


class Sorted(NamedTuple):
    """Rows fit to be records, and rows held with `broken_rules`."""

    valid: pl.DataFrame
    quarantined: pl.DataFrame


def sort_rows(
    rows: pl.DataFrame,
    kind: RecordKind,
    *,
    known: Mapping[str, pl.Series],
    tolerance_seconds: int,
    currency: str | None = None,
) -> Sorted:
    """Return the rows that keep every rule of `kind`, and the others with the rules they broke.

    `rows` has the columns of `kind`, `unreadable` (list of columns whose text could not be
    read), `ragged` (null, or the raw line of a record with too few or too many fields) and any
    bookkeeping columns, which are kept. `known` has the ids of each reference table; a table
    that is absent from it is not asked. `tolerance_seconds` is how far a later instant may
    precede an earlier one. `currency` is the home's, None where any will do.

    `valid` is without `unreadable` and `ragged`; `quarantined` has the bookkeeping columns, the
    columns of `kind` and `broken_rules` (sorted names). Rows keep their order in both.

    Raises pandera's SchemaErrors, or polars' ColumnNotFoundError, for a frame of the wrong
    shape: it has no good rows to save.
    """
    schema = _schema(kind, known, tolerance_seconds, currency)
    broken = broken_rules(rows.select(*kind.columns), schema)
    marked = rows.with_columns(_list_of(broken, rows, kind).alias("broken_rules"))
    is_good = pl.col("broken_rules").list.len() == 0
    beside = [name for name in rows.columns if name not in {*kind.columns, "unreadable", "ragged"}]
    return Sorted(
        valid=marked.filter(is_good).drop("unreadable", "ragged", "broken_rules"),
        quarantined=marked.filter(~is_good).select(*beside, *kind.columns, "broken_rules"),
    )


def rules_of(kind: RecordKind) -> dict[str, Rule]:
    """Return every rule that a row of `kind` can break, by name."""
    columns = kind.schema.columns
    named = {name: label(name, column) for name, column in columns.items()}
    rules = {_RAGGED: _RAGGED_RULE, **contract_rules(kind.schema, kind.rules)}
    for name, dtype in kind.mapped_columns.items():
        if dtype != pl.String:
            rules[f"{name}_is_readable"] = _readable(name, named[name], dtype)
    for later, earlier in kind.not_before:
        rules[f"{later}_is_not_before_{earlier}"] = Rule(
            (later, earlier),
            Sentence(
                f"{later} must not be before {earlier} by more than the tolerance",
                f"{named[later].zh}早于{named[earlier].zh}不得超过允许误差",
            ),
        )
    for name, table in kind.references.items():
        rules[f"{name}_is_registered"] = _registered(name, named[name], table)
    if "currency" in columns:
        rules["currency_is_the_homes"] = Rule(
            ("currency",),
            Sentence(
                "currency must be the home's currency (settings.toml)",
                "币种（currency）必须与 settings.toml 中设置的币种一致",
            ),
            Sentence("convert the amount at the source", "请在源头折算金额"),
        )
    return rules


def rule_sentence(kind: RecordKind, rule: str) -> Sentence:
    """Return what `rule` demands and what to do about a row that breaks it.

    Raises KeyError for a rule that `kind` does not have.
    """
    return rules_of(kind)[rule].sentence


def _schema(
    kind: RecordKind, known: Mapping[str, pl.Series], tolerance_seconds: int, currency: str | None
) -> pa.DataFrameSchema:
    """Return the contract with the checks that depend on more than the row."""
    schema = copy.deepcopy(kind.schema)
    tolerance = pl.duration(seconds=tolerance_seconds)
    for later, earlier in kind.not_before:
        in_order = pl.col(later) + tolerance >= pl.col(earlier)
        add_check(schema, later, f"is_not_before_{earlier}", in_order)
    for name, table in kind.references.items():
        if table in known:
            ids = known[table].cast(pl.String).implode()
            add_check(schema, name, "is_registered", pl.col(name).is_in(ids))
    if currency is not None and "currency" in schema.columns:
        add_check(schema, "currency", "is_the_homes", pl.col("currency") == currency)
    return schema


def _list_of(broken: Mapping[str, pl.Series], rows: pl.DataFrame, kind: RecordKind) -> pl.Expr:
    """Return for each row the sorted names of the rules it broke, of those that could judge it."""
    rules = rules_of(kind)
    names = rows["unreadable"].explode(empty_as_null=False).drop_nulls().unique()
    unread = {name: rows["unreadable"].list.contains(name).fill_null(False) for name in names}
    fails = {f"{name}_is_readable": cells for name, cells in unread.items()}
    for rule, cells in broken.items():
        excused = [unread[name] for name in rules[rule].columns if name in unread]
        fails[rule] = reduce(lambda left, right: left & ~right, excused, cells)
    named = [pl.when(fails[rule]).then(pl.lit(rule)) for rule in sorted(fails)]
    nothing = pl.lit([], dtype=pl.List(pl.String))
    return (
        pl.when(pl.col("ragged").is_not_null())
        .then(pl.lit([_RAGGED], dtype=pl.List(pl.String)))
        .otherwise(pl.concat_list(named).list.drop_nulls() if named else nothing)
    )


def _readable(name: str, column: Sentence, dtype: pl.DataType) -> Rule:
    words = _READABLE_AS[dtype.base_type()]
    return Rule(
        (name,),
        Sentence(
            f"{column.en} must be readable as {words.en}", f"{column.zh}必须能识别为{words.zh}"
        ),
        Sentence(
            "correct it, or state its format in the source's mapping",
            "请更正，或在来源映射中写明格式",
        ),
    )


def _registered(name: str, column: Sentence, table: str) -> Rule:
    return Rule(
        (name,),
        Sentence(
            f"{column.en} must be listed in reference/{table}.csv",
            f"{column.zh}必须已登记在 reference/{table}.csv 中",
        ),
        Sentence("add it there or correct it", "请补充登记或更正"),
    )
