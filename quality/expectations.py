"""What Great Expectations demands of every table that is about to be published.

The list follows from the contracts and the catalogue: a new column, kind or metric is judged
without an entry here. To demand something else: one more `Expectation` in the function of its
schema below, naming a class of Great Expectations, and a broken row in
tests/quality/test_expectations.py. What needs several tables is a query in quality/checks/.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from quality.contracts.kind import RecordKind
from transforms.catalogue import METRICS, measures_of
from transforms.refusal import Sentence

BOOKKEEPING = ("source", "batch", "row_number")
_NEAR = 1e-9  # bounds and values come from different floating-point formulas
# The adjusted Wald interval of a score is centred on an adjusted score, so with few answers the
# score itself may lie outside: that is no fault.
_SCORES = ", ".join(f"'{metric.name}'" for metric in METRICS.values() if metric.form == "score")
_OUT_OF_BOUNDS = f"""\
SELECT * FROM {{batch}}
WHERE metric NOT IN ({_SCORES})
  AND (value < low - {_NEAR} * greatest(1, abs(value))
   OR value > high + {_NEAR} * greatest(1, abs(value)))"""
_UNACCOUNTED = """\
SELECT * FROM {batch}
WHERE rows_read IS DISTINCT FROM accepted + superseded + quarantined"""


@dataclass(frozen=True)
class Only:
    """The rows that an expectation is about: those with a value in `column`, or one of `values`."""

    column: str
    values: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Expectation:
    """One demand on one table.

    `demand` is the name of a class in `great_expectations.expectations`, `arguments` are passed
    to it. In SQL, `{batch}` stands for the table. `blocking`: a failure holds the snapshot.
    """

    name: str
    table: str
    demand: str
    title: Sentence
    blocking: bool = True
    arguments: Mapping[str, object] = field(default_factory=dict)
    only: Only | None = None


def expectations_for(
    tables: Mapping[str, Sequence[str]], kinds: Mapping[str, RecordKind]
) -> list[Expectation]:
    """Return the expectations on `tables` (schema.table -> its columns), table by table.

    Only tables of the candidate are judged: an organisation without surveys has no such table.
    """
    return [
        expectation
        for table, columns in sorted(tables.items())
        for expectation in _expectations_on(table, columns, kinds)
    ]


def _expectations_on(
    table: str, columns: Sequence[str], kinds: Mapping[str, RecordKind]
) -> Iterator[Expectation]:
    schema, _, noun = table.partition(".")
    if schema == "records" and noun in kinds:
        yield from _on_records(table, kinds[noun])
    elif schema == "measures":
        yield from _on_measures(table, columns)
    elif table == "intake.batches":
        yield _rows_are_accounted_for(table)
    elif table == "marts.metric_values":
        yield from _on_metric_values(table)


def _on_records(table: str, kind: RecordKind) -> Iterator[Expectation]:
    yield Expectation(
        "every_column_of_the_contract_is_there",
        table,
        "ExpectTableColumnsToMatchSet",
        Sentence(
            f"{kind.title.en}: the table has every column of its contract.",
            f"{kind.title.zh}：数据表包含其契约的全部列。",
        ),
        arguments={"column_set": [*kind.columns, *BOOKKEEPING], "exact_match": False},
    )
    for column in kind.required_columns:
        yield _is_present(table, kind, column)
    yield _names_its_origin(table, kind)
    yield _key_is_unique(table, kind)
    for column, check in kind.schema.columns.items():
        for words in (rule.statistics["allowed_values"] for rule in check.checks if _is_list(rule)):
            yield _is_known(table, kind, column, words)
    for local_date, instant in kind.local_dates.items():
        yield _has_local_date(table, kind, local_date, instant)


def _is_list(check: object) -> bool:
    return getattr(check, "name", None) == "isin"


def _is_present(table: str, kind: RecordKind, column: str) -> Expectation:
    return Expectation(
        f"{column}_is_present",
        table,
        "ExpectColumnValuesToNotBeNull",
        Sentence(
            f"{kind.title.en}: every row has {column}.",
            f"{kind.title.zh}：每行都有{_chinese(kind, column)}。",
        ),
        arguments={"column": column},
    )


def _key_is_unique(table: str, kind: RecordKind) -> Expectation:
    key = ", ".join(f'"{column}"' for column in kind.key)
    return Expectation(
        "no_key_is_there_twice",
        table,
        "UnexpectedRowsExpectation",
        Sentence(
            f"{kind.title.en}: no two rows have the same {', '.join(kind.key)}.",
            f"{kind.title.zh}：没有两行的{'、'.join(_chinese(kind, c) for c in kind.key)}相同。",
        ),
        arguments={
            "unexpected_rows_query": f"SELECT {key} FROM {{batch}} GROUP BY ALL HAVING count(*) > 1"
        },
    )


def _names_its_origin(table: str, kind: RecordKind) -> Expectation:
    lost = " OR ".join(f"{column} IS NULL" for column in BOOKKEEPING)
    return Expectation(
        "every_row_names_its_origin",
        table,
        "UnexpectedRowsExpectation",
        Sentence(
            f"{kind.title.en}: every row names its source, batch and row number.",
            f"{kind.title.zh}：每行都注明来源、批次和行号。",
        ),
        arguments={"unexpected_rows_query": f"SELECT * FROM {{batch}} WHERE {lost}"},
    )


def _is_known(table: str, kind: RecordKind, column: str, words: Collection[str]) -> Expectation:
    return Expectation(
        f"{column}_is_known",
        table,
        "ExpectColumnValuesToBeInSet",
        Sentence(
            f"{kind.title.en}: {column} has only the values of its contract.",
            f"{kind.title.zh}：{_chinese(kind, column)}只取契约规定的值。",
        ),
        arguments={"column": column, "value_set": list(words)},
    )


def _has_local_date(table: str, kind: RecordKind, local_date: str, instant: str) -> Expectation:
    return Expectation(
        f"{local_date}_is_present_where_{instant}_is",
        table,
        "ExpectColumnValuesToNotBeNull",
        Sentence(
            f"{kind.title.en}: every row with {instant} has its local date {local_date}.",
            f"{kind.title.zh}：凡有{_chinese(kind, instant)}的行都有{_chinese(kind, local_date)}。",
        ),
        arguments={"column": local_date},
        only=Only(instant),
    )


def _chinese(kind: RecordKind, column: str) -> str:
    return f"“{kind.titles[column].zh}”" if column in kind.titles else f"“{column}”"


def _on_measures(table: str, columns: Sequence[str]) -> Iterator[Expectation]:
    counts = {m.name for m in measures_of(table.partition(".")[2]) if m.unit == "count"}
    present = [column for column in columns if column in counts]
    if present:
        # One query: the library spends more time on each expectation than the database does.
        below = f"SELECT * FROM {{batch}} WHERE least({', '.join(present)}) < 0"
        yield Expectation(
            "counts_are_not_negative",
            table,
            "UnexpectedRowsExpectation",
            Sentence(f"{table}: no count is below 0.", f"{table}：各项计数均不为负数。"),
            arguments={"unexpected_rows_query": below},
        )


def _rows_are_accounted_for(table: str) -> Expectation:
    return Expectation(
        "rows_read_are_accounted_for",
        table,
        "UnexpectedRowsExpectation",
        Sentence(
            "Every row read was accepted, superseded or quarantined, batch by batch.",
            "每个批次读入的行都已被接收、被取代或被隔离，无一遗漏。",
        ),
        arguments={"unexpected_rows_query": _UNACCOUNTED},
    )


def _on_metric_values(table: str) -> Iterator[Expectation]:
    yield Expectation(
        "metric_is_in_the_catalogue",
        table,
        "ExpectColumnValuesToBeInSet",
        Sentence("Every metric is one of the catalogue.", "每个指标都在指标目录之中。"),
        arguments={"column": "metric", "value_set": list(METRICS)},
    )
    yield Expectation(
        "shares_are_between_0_and_1",
        table,
        "ExpectColumnValuesToBeBetween",
        Sentence("Shares lie between 0 and 1.", "比率均在 0 与 1 之间。"),
        arguments={"column": "value", "min_value": 0, "max_value": 1},
        only=Only("metric", tuple(m.name for m in METRICS.values() if m.form == "share")),
    )
    yield Expectation(
        "value_is_within_its_interval",
        table,
        "UnexpectedRowsExpectation",
        Sentence(
            "Every value lies within its interval, where it has one.",
            "凡有区间的数值都落在其区间之内。",
        ),
        arguments={"unexpected_rows_query": _OUT_OF_BOUNDS},
    )
    yield from _believable_ranges(table)


def _believable_ranges(table: str) -> Iterator[Expectation]:
    """One expectation per range, not per metric: the catalogue has few ranges."""
    bounded = [metric for metric in METRICS.values() if metric.believable != (None, None)]
    by_range = sorted(bounded, key=lambda metric: str(metric.believable))
    for (low, high), metrics in groupby(by_range, key=lambda metric: metric.believable):
        yield Expectation(
            f"values_are_believable_between_{_or_any(low)}_and_{_or_any(high)}",
            table,
            "ExpectColumnValuesToBeBetween",
            Sentence(
                f"Metrics believable between {_or_any(low)} and {_or_any(high)} lie there.",
                f"可信范围为 {_or_any(low)} 至 {_or_any(high)} 的指标均在此范围内（any 为不限）。",
            ),
            blocking=False,
            arguments={"column": "value", "min_value": low, "max_value": high},
            only=Only("metric", tuple(metric.name for metric in metrics)),
        )


def _or_any(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:g}"
