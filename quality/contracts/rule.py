"""A rule: what one row must fulfil, by name, with the sentence a person reads when it does not.

A contract states its rules as Pandera checks. A rule's name is the column and the check:
`status` and `isin` make `status_is_known`. Checks of Pandera's own get their sentences here;
a check that a contract adds gets its sentence beside it, in the `rules` of its kind.
To allow one more of Pandera's own checks in contracts: an entry in _SUFFIXES and in `_demand`.
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.constants import CHECK_OUTPUT_KEY
from pandera.errors import SchemaErrors

from transforms.refusal import Sentence

CORRECT_AT_SOURCE = Sentence(
    "correct it in the source system or in the source's mapping",
    "请在源系统或该来源的映射中更正",
)

_SUFFIXES = {
    "not_nullable": "is_present",
    "str_contains": "is_present",
    "isin": "is_known",
    "str_matches": "is_well_formed",
    "greater_than": "is_in_range",
    "greater_than_or_equal_to": "is_in_range",
    "less_than": "is_in_range",
    "in_range": "is_in_range",
}
_REMEDIES = {
    "is_present": Sentence(
        "complete it in the source system, or map its column",
        "请在源系统中补录，或为它设置列映射",
    ),
    "is_known": Sentence(
        "correct it, or translate the source's word under `values` in its mapping",
        "请更正，或在来源映射的 values 中写明对应的取值",
    ),
}


class Rule(NamedTuple):
    """One rule: the columns it looks at, what it demands, and what to do about a broken one.

    A row whose text in one of `columns` could not be read is not judged by the rule.
    """

    columns: tuple[str, ...]
    demand: Sentence
    remedy: Sentence = CORRECT_AT_SOURCE

    @property
    def sentence(self) -> Sentence:
        """The whole rule in one sentence: the demand and what to do."""
        return Sentence(
            f"{self.demand.en}: {self.remedy.en}.", f"{self.demand.zh}；{self.remedy.zh}。"
        )


def contract_rules(schema: pa.DataFrameSchema, own: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return every rule of `schema` by name; `own` has those that Pandera does not word.

    Raises KeyError for a check that nobody has put into words: a contract is then unfinished.
    """
    rules: dict[str, Rule] = {}
    for name, column in schema.columns.items():
        if not column.nullable:
            rules[f"{name}_is_present"] = _rule(name, column, None)
        for check in column.checks:
            rule = f"{name}_{_suffix(check)}"
            rules[rule] = own[rule] if rule in own else _rule(name, column, check)
    return rules


def label(name: str, column: pa.Column) -> Sentence:
    """Return a column as sentences call it: its name, in Chinese after its title."""
    return Sentence(name, f"{column.title}（{name}）" if column.title else name)


def broken_rules(rows: pl.DataFrame, schema: pa.DataFrameSchema) -> dict[str, pl.Series]:
    """Return rule -> for each row whether it is broken, for every rule that some row breaks.

    Raises pandera's SchemaErrors for a frame of the wrong shape: a column missing or too many,
    a wrong type, a check that cannot run.
    """
    try:
        schema.validate(rows, lazy=True)
    except SchemaErrors as failure:
        return _by_rule(failure)
    return {}


def add_check(schema: pa.DataFrameSchema, column: str, name: str, holds: pl.Expr) -> None:
    """Give `column` of `schema` one more check: `holds`, over any columns, is true or null."""
    schema.columns[column].checks.append(pa.Check(partial(_holding, holds=holds), name=name))


def _holding(rows: PolarsData, holds: pl.Expr) -> pl.LazyFrame:
    return rows.lazyframe.select(holds)


def _by_rule(failure: SchemaErrors) -> dict[str, pl.Series]:
    broken: dict[str, pl.Series] = {}
    for error in failure.schema_errors:
        if error.check_output is None:  # not about rows, but about the frame or the check
            raise failure
        rule = f"{error.schema.name}_{_suffix(error.check)}"
        fails = ~error.check_output[CHECK_OUTPUT_KEY]
        broken[rule] = broken[rule] | fails if rule in broken else fails
    return broken


def _suffix(check: pa.Check | str) -> str:
    name = check if isinstance(check, str) else str(check.name)
    return _SUFFIXES.get(name, name)


def _rule(name: str, column: pa.Column, check: pa.Check | None) -> Rule:
    suffix = "is_present" if check is None else _suffix(check)
    demand = _demand(label(name, column), suffix, check)
    return Rule((name,), demand, _REMEDIES.get(suffix, CORRECT_AT_SOURCE))


def _demand(column: Sentence, suffix: str, check: pa.Check | None) -> Sentence:
    limits = {} if check is None else dict(check.statistics or {})
    match suffix:
        case "is_present":
            return Sentence(f"{column.en} must have a value", f"{column.zh}不能为空")
        case "is_known":
            words = limits["allowed_values"]
            return Sentence(
                f"{column.en} must be one of {', '.join(words)}",
                f"{column.zh}必须是以下取值之一：{'、'.join(words)}",
            )
        case "is_in_range":
            en, zh = _range_in_words(limits)
            return Sentence(f"{column.en} must be {en}", f"{column.zh}必须{zh}")
    raise KeyError(f"no sentence for {column.en}_{suffix}: add it to the rules of its kind")


def _range_in_words(limits: Mapping[str, object]) -> tuple[str, str]:
    low, high = limits.get("min_value"), limits.get("max_value")
    if low is not None and high is not None:
        if limits.get("include_min", True):
            return f"between {low} and {high}", f"在 {low} 与 {high} 之间"
        return f"more than {low} and finite", f"大于 {low} 且为有限数值"
    return f"{low} or more", f"不小于 {low}"
