"""Great Expectations at work: one suite per table, run in the database, told as verdicts.

What is demanded stands in quality/expectations.py. The library stores nothing: its context lives
in memory, and the report is written anew each time (quality/data_docs.py). It is imported inside
the functions, because it takes seconds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quality.expectations import Expectation
from quality.verdict import Verdict

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )
    from great_expectations.expectations.expectation import Expectation as Demand

    from quality.duckdb_datasource import DuckDBDatasource

_SHOWN = 5  # offending values kept per expectation


def judge(
    candidate: Path, expectations: Sequence[Expectation], *, docs: Path | None = None
) -> list[Verdict]:
    """Return a verdict on each of `expectations`, judged read-only in the file `candidate`.

    `docs` is the folder of the report: replaced, with an index.html. Raises RuntimeError when an
    expectation could not be judged at all (no such column, SQL that fails).
    """
    suites = {
        table: list(suite)
        for table, suite in groupby(sorted(expectations, key=_table_of), key=_table_of)
    }
    findings = _run(candidate, suites)
    verdicts = [
        verdict for table, suite in suites.items() for verdict in _told(suite, findings[table])
    ]
    if docs is not None:
        from quality.data_docs import write_docs

        write_docs(docs, verdicts, findings)
    return verdicts


def _table_of(expectation: Expectation) -> str:
    return expectation.table


def _schema_of(table: str) -> str:
    return table.partition(".")[0]


def _run(
    candidate: Path, suites: dict[str, list[Expectation]]
) -> dict[str, ExpectationSuiteValidationResult]:
    """Return what each table's suite found."""
    from sqlalchemy import URL

    from quality.duckdb_datasource import DuckDBDatasource

    context = _quiet_context()
    url = URL.create("duckdb", database=str(candidate)).render_as_string()
    findings = {}
    for schema, tables in groupby(suites, key=_schema_of):
        source = DuckDBDatasource(
            name=schema, connection_string=url, kwargs={"connect_args": {"read_only": True}}
        )
        # Added to the context when it has all its tables: it writes down all it has at each.
        every_row = {table: _every_row(source, table) for table in tables}
        context.add_datasource(datasource=source)
        for table, rows in every_row.items():
            findings[table] = _validate(rows, table, suites[table])
        source.get_execution_engine().close()
    return findings


def _quiet_context() -> EphemeralDataContext:
    """A context in memory that sends nothing to anyone and draws no bars."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _every_row(source: DuckDBDatasource, table: str) -> BatchDefinition[Any]:
    asset = source.add_table_asset(table, table_name=table.partition(".")[2])
    return asset.add_batch_definition_whole_table("all rows")


def _validate(
    rows: BatchDefinition[Any], table: str, suite: Sequence[Expectation]
) -> ExpectationSuiteValidationResult:
    from great_expectations import ExpectationSuite

    return rows.get_batch().validate(
        ExpectationSuite(name=table, expectations=[_demand(one) for one in suite]),
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": _SHOWN},
    )


def _demand(expectation: Expectation) -> Demand:
    """Return the library's own object, carrying our name so that its finding can be told."""
    from great_expectations import expectations as library
    from great_expectations.expectations.row_conditions import Column

    condition = {}
    if expectation.only is not None:
        column, values = Column(expectation.only.column), expectation.only.values
        condition["row_condition"] = (
            column.is_not_null() if values is None else column.is_in(values)
        )
    demand: Demand = getattr(library, expectation.demand)(
        **expectation.arguments,
        **condition,
        meta={"name": expectation.name},
        severity="critical" if expectation.blocking else "warning",
    )
    return demand


def _told(suite: Sequence[Expectation], finding: ExpectationSuiteValidationResult) -> list[Verdict]:
    """Return the findings as verdicts, in the order of the suite (the library has its own)."""
    by_name = {
        one.expectation_config.meta["name"]: one
        for one in finding.results
        if one.expectation_config is not None
    }
    return [_verdict(expectation, by_name[expectation.name]) for expectation in suite]


def _verdict(expectation: Expectation, finding: ExpectationValidationResult) -> Verdict:
    if finding.exception_info.get("raised_exception") is not False:
        raise RuntimeError(
            f"{expectation.table}: {expectation.name} could not be judged: {finding.exception_info}"
        )
    observed, examples = _offences(finding.result)
    return Verdict(
        name=expectation.name,
        table=expectation.table,
        blocking=expectation.blocking,
        success=bool(finding.success),
        title=expectation.title,
        observed=observed,
        detail=json.dumps(examples, ensure_ascii=False, default=str) if examples else "",
    )


def _offences(found: dict[str, Any]) -> tuple[int | None, list[Any]]:
    """Return how many offences there are and a few of them: the library words them by kind."""
    if "unexpected_count" in found:
        return found["unexpected_count"] or 0, found["partial_unexpected_list"]
    if "mismatched" in found.get("details", {}):
        missing = found["details"]["mismatched"].get("missing", [])
        return len(missing), missing
    observed = found.get("observed_value")
    return (observed, []) if isinstance(observed, int) else (None, [observed])
