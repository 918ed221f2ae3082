"""A reference file's text becomes a typed table, or is refused with the first fault in it.

To add a way of writing a value: a case in `_typed`, its words in quality/contracts/reference/rules.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

import polars as pl

from quality.contracts.reference.rules import judged_schema, reference_rules, writing
from quality.contracts.reference.table import ReferenceTable
from quality.contracts.rule import Rule, broken_rules
from transforms.refusal import Refusal

_YES = ("true", "yes", "1", "是")
_NO = ("false", "no", "0", "否")
_DAY_MINUTES = 24 * 60


def read_reference(
    table: ReferenceTable,
    rows: pl.DataFrame,
    *,
    file: str,
    known_metrics: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return the typed rows of a reference file, its gaps filled with the table's defaults.

    `rows` has the file's columns as text and `_row`, the line's number; columns that begin with
    _ are not returned. `known_metrics` are the names that a column `metric` may have, None
    where any will do.

    Raises Refusal, naming file, row, column, value and remedy, for the first fault and saying
    how many more there are.
    """
    _refuse_header(table, rows.columns, file)
    absent = [name for name in table.columns if name not in rows.columns]
    text = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    text = text.with_columns(pl.col(*table.columns).str.strip_chars().replace("", None))
    typed = text.select(**{name: _typed(table, name) for name in table.columns})
    rules = reference_rules(table)
    unreadable = {
        f"{name}_is_readable": text[name].is_not_null() & typed[name].is_null()
        for name in table.columns
    }
    _refuse_first(table, text, unreadable, rules, file)
    for name, default in table.defaults.items():
        typed = typed.with_columns(pl.col(name).fill_null(_default(default, typed.schema[name])))
    broken = broken_rules(typed, judged_schema(table, known_metrics))
    _refuse_first(table, text, broken, rules, file)
    return typed


def _refuse_header(table: ReferenceTable, header: Collection[str], file: str) -> None:
    for name in header:
        if name not in table.columns and not name.startswith("_"):
            near = get_close_matches(name, table.columns, n=1, cutoff=0.6)
            raise Refusal(
                "{file}: column {column} is not known: remove it or rename it to {near}.",
                "{file}：不认识列 {column}：请删除，或改名为 {near}。",
                file=file,
                column=name,
                near=near[0] if near else " | ".join(table.columns),
            )
    for name in table.required_columns:
        if name not in header:
            raise Refusal(
                "{file}: column {column} is missing: add it to the header and fill it in.",
                "{file}：缺少列 {column}：请在表头中添加该列并填写。",
                file=file,
                column=name,
            )


def _refuse_first(
    table: ReferenceTable,
    text: pl.DataFrame,
    broken: Mapping[str, pl.Series],
    rules: Mapping[str, Rule],
    file: str,
) -> None:
    """Raise for the first row that breaks one of `rules`; `text` is what the file says."""
    faults = [rule for rule in rules if rule in broken and broken[rule].any()]
    if not faults:
        return
    rule = min(faults, key=lambda rule: broken[rule].arg_true()[0])
    position = broken[rule].arg_true()[0]
    column = max((name for name in table.columns if rule.startswith(f"{name}_")), key=len)
    demand = rules[rule].demand
    more = sum(int(broken[rule].sum()) for rule in faults) - 1
    raise Refusal(
        f'{{file}}, row {{row}}, column {{column}}, value "{{value}}": {demand.en}; correct it '
        + ("there (faults that follow: {more})." if more else "there."),
        f"{{file}} 第 {{row}} 行，列 {{column}}，值“{{value}}”：{demand.zh}；请在该处更正"
        + ("（其后另有 {more} 处错误）。" if more else "。"),
        file=file,
        row=text["_row"][position],
        column=column,
        value=text[column][position] or "",
        more=more,
    )


def _typed(table: ReferenceTable, name: str) -> pl.Expr:
    """Return the column read from its text; null where the text cannot be read."""
    text = pl.col(name)
    match writing(table, name):
        case "clock":
            hours = text.str.extract(r"^(\d{1,2}):[0-5]\d(?::00)?$").cast(pl.Int64)
            minutes = 60 * hours + text.str.extract(r"^\d+:(\d\d)").cast(pl.Int64)
            return pl.when(minutes <= _DAY_MINUTES).then(minutes)
        case pl.Boolean:
            word = text.str.to_lowercase()
            return pl.when(word.is_in(_YES)).then(True).when(word.is_in(_NO)).then(False)
        case pl.Date:
            return text.str.to_date("%Y-%m-%d", strict=False)
        case pl.Float64:
            number = text.cast(pl.Float64, strict=False)
            return pl.when(number.is_finite()).then(number)
        case pl.List:
            items = text.str.split("|").list.eval(pl.element().str.strip_chars())
            return items.list.eval(pl.element().filter(pl.element() != ""))
    return text.cast(table.columns[name], strict=False)


def _default(default: object, dtype: pl.DataType) -> pl.Expr:
    return default if isinstance(default, pl.Expr) else pl.lit(default, dtype=dtype)
