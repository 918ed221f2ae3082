"""Every expectation on a candidate passes on good rows and fails on the row that breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandera.polars as pa
import polars as pl
import pytest

from quality.contracts.kind import Contract, Instant, RecordKind
from quality.expectations import Expectation, expectations_for
from quality.suites import judge
from quality.verdict import Verdict
from transforms.catalogue import METRICS
from transforms.refusal import Sentence

# Great Expectations 1.24 imports two modules of the standard library that Python 3.11 deprecates.
pytestmark = [
    pytest.mark.slow,  # Great Expectations takes seconds to import
    pytest.mark.filterwarnings(
        r"ignore:module 'sre_(constants|parse)' is deprecated:DeprecationWarning"
    ),
]


class _Parcel(Contract):
    parcel_id: pl.String = pa.Field(title="包裹号", description="Number of the parcel.")
    on: pl.Date = pa.Field(title="日期", description="A column named like a word of SQL.")
    state: pl.String = pa.Field(title="状态", description="Where it is.", isin=("sent", "here"))
    arrived_at: Instant = pa.Field(title="到达时间", description="When it came.", nullable=True)
    arrived_on: pl.Date = pa.Field(title="到达日期", description="Local date.", nullable=True)


PARCELS = RecordKind(
    "parcels",
    _Parcel,
    title=Sentence("Parcels", "包裹"),
    key=("parcel_id", "on"),
    day="on",
    local_dates={"arrived_on": "arrived_at"},
)

Tables = dict[str, pl.DataFrame]


@pytest.fixture
def tables() -> Tables:
    """A small candidate in which everything is right."""
    day, instant = date(2026, 10, 31), datetime(2026, 10, 31, 9, tzinfo=UTC)
    parcels = pl.DataFrame(
        {
            "parcel_id": ["A", "A", "B"],
            "on": [day, date(2026, 10, 30), day],
            "state": ["sent", "here", "here"],
            "arrived_at": [None, instant, instant],
            "arrived_on": [None, day, day],
            "source": "post",
            "batch": "0123456789abcdef",
            "row_number": [2, 3, 4],
        }
    )
    batches = pl.DataFrame(
        {"batch": ["0123456789abcdef"], "source": ["post"], "kind": ["parcels"]}
    ).with_columns(rows_read=6, accepted=3, superseded=2, quarantined=1)
    measures = pl.DataFrame(
        {"day": [day], "org_unit_id": ["u1"], "tickets_opened": [4], "complaints_opened": [0]}
    )
    values = pl.DataFrame(
        {
            "metric": ["tickets_opened", "promise_kept_share", "net_promoter_score"],
            "org_unit_id": "u1",
            "period": day,
            "value": [4.0, 1.0, -45.0],
            "low": [None, 0.61, -58.0],
            "high": [None, 1.0 - 1e-16, -29.3],
        }
    )
    return {
        "records.parcels": parcels,
        "intake.batches": batches,
        "measures.tickets": measures,
        "marts.metric_values": values,
    }


def write_candidate(file: Path, tables: Tables) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(file) as connection:
        for name, rows in tables.items():
            connection.register("given", rows)
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
            connection.execute(f"CREATE TABLE {name} AS FROM given")
    return file


def expectations_on(tables: Tables) -> list[Expectation]:
    return expectations_for(
        {name: rows.columns for name, rows in tables.items()}, {"parcels": PARCELS}
    )


def judge_tables(file: Path, tables: Tables, docs: Path | None = None) -> list[Verdict]:
    return judge(write_candidate(file, tables), expectations_on(tables), docs=docs)


def test_a_sound_candidate_passes_every_expectation(tmp_path: Path, tables: Tables) -> None:
    verdicts = judge_tables(tmp_path / "包裹 and spaces" / "candidate.duckdb", tables)
    assert len(verdicts) == len(expectations_on(tables))
    assert [verdict for verdict in verdicts if not verdict.success] == []


def test_empty_tables_pass(tmp_path: Path, tables: Tables) -> None:
    empty = {name: rows.clear() for name, rows in tables.items()}
    verdicts = judge_tables(tmp_path / "candidate.duckdb", empty)
    assert [verdict for verdict in verdicts if not verdict.success] == []


def change(rows: pl.DataFrame, column: str, value: object) -> pl.DataFrame:
    """Put `value` into `column` of the last row."""
    is_last = pl.int_range(pl.len()) == pl.len() - 1
    new = pl.when(is_last).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    return rows.with_columns(new)


def set_value(metric: str, value: float) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda rows: rows.with_columns(
        pl.lit(metric).alias("metric"),
        pl.lit(value).alias("value"),
        pl.lit(None, pl.Float64).alias("low"),
        pl.lit(None, pl.Float64).alias("high"),
    )


FAULTS: dict[str, tuple[str, Callable[[pl.DataFrame], pl.DataFrame]]] = {
    "every_column_of_the_contract_is_there": (
        "records.parcels",
        lambda rows: rows.drop("row_number"),
    ),
    "parcel_id_is_present": ("records.parcels", lambda rows: change(rows, "parcel_id", None)),
    "on_is_present": ("records.parcels", lambda rows: change(rows, "on", None)),
    "state_is_present": ("records.parcels", lambda rows: change(rows, "state", None)),
    "every_row_names_its_origin": ("records.parcels", lambda rows: change(rows, "batch", None)),
    "no_key_is_there_twice": ("records.parcels", lambda rows: change(rows, "parcel_id", "A")),
    "state_is_known": ("records.parcels", lambda rows: change(rows, "state", "lost")),
    "arrived_on_is_present_where_arrived_at_is": (
        "records.parcels",
        lambda rows: change(rows, "arrived_on", None),
    ),
    "rows_read_are_accounted_for": ("intake.batches", lambda rows: change(rows, "rows_read", 7)),
    "counts_are_not_negative": (
        "measures.tickets",
        lambda rows: change(rows, "complaints_opened", -1),
    ),
    "metric_is_in_the_catalogue": (
        "marts.metric_values",
        lambda rows: change(rows, "metric", "tickets_invented"),
    ),
    "shares_are_between_0_and_1": ("marts.metric_values", set_value("promise_kept_share", 1.01)),
    "value_is_within_its_interval": (
        "marts.metric_values",
        lambda rows: rows.with_columns(low=pl.lit(5.0)),
    ),
    "values_are_believable_between_0_and_any": (
        "marts.metric_values",
        set_value("tickets_opened", -1.0),
    ),
    "values_are_believable_between_0_and_1": (
        "marts.metric_values",
        set_value("promise_kept_share", -0.1),
    ),
    "values_are_believable_between_0_and_100": (
        "marts.metric_values",
        set_value("satisfaction_mean", 101.0),
    ),
    "values_are_believable_between_-100_and_100": (
        "marts.metric_values",
        set_value("net_promoter_score", 101.0),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_expectation_fails_on_the_row_that_breaks_it(
    tmp_path: Path, tables: Tables, name: str
) -> None:
    table, spoil = FAULTS[name]
    listed = [one for one in expectations_on(tables) if (one.table, one.name) == (table, name)]
    assert len(listed) == 1
    tables[table] = spoil(tables[table])
    # Alone: where a column is missing the others cannot be judged.
    (verdict,) = judge(write_candidate(tmp_path / "candidate.duckdb", tables), listed)
    assert not verdict.success
    assert verdict.observed is not None
    assert verdict.observed >= 1


def test_every_expectation_has_a_row_that_breaks_it(tables: Tables) -> None:
    """Ranges of the catalogue aside: they differ by their bounds only."""
    demanded = {one.name for one in expectations_on(tables)}
    assert {name for name in demanded if not name.startswith("values_are_believable")} <= set(
        FAULTS
    )


def test_only_belief_is_not_blocking(tables: Tables) -> None:
    warnings = {one.name for one in expectations_on(tables) if not one.blocking}
    assert warnings
    assert all(name.startswith("values_are_believable") for name in warnings)


def test_every_believable_range_of_the_catalogue_is_judged(tables: Tables) -> None:
    judged = [
        metric
        for one in expectations_on(tables)
        if one.name.startswith("values_are_believable") and one.only is not None
        for metric in one.only.values or ()
    ]
    assert sorted(judged) == sorted(
        name for name, metric in METRICS.items() if metric.believable != (None, None)
    )


def test_names_are_unique_within_a_table(tables: Tables) -> None:
    names = [(one.table, one.name) for one in expectations_on(tables)]
    assert len(names) == len(set(names))


def test_a_table_that_is_not_there_is_not_judged() -> None:
    assert expectations_for({}, {"parcels": PARCELS}) == []


def test_a_verdict_shows_the_offending_values_and_survives_json(
    tmp_path: Path, tables: Tables
) -> None:
    tables["records.parcels"] = change(tables["records.parcels"], "state", "lost")
    verdicts = judge_tables(tmp_path / "candidate.duckdb", tables)
    (failed,) = (verdict for verdict in verdicts if not verdict.success)
    assert (failed.name, failed.observed, json.loads(failed.detail)) == (
        "state_is_known",
        1,
        ["lost"],
    )
    assert failed.title.zh == "包裹：“状态”只取契约规定的值。"
    assert Verdict.from_json(json.loads(json.dumps(failed.to_json()))) == failed


@pytest.mark.parametrize(
    "arguments",
    [{"column": "no_such_column"}, {"column": "state", "min_value": 0}],
    ids=["no such column", "a number wanted of text"],
)
def test_a_broken_expectation_looks_broken(
    tmp_path: Path, tables: Tables, arguments: dict[str, object]
) -> None:
    demand = Expectation(
        "it_runs",
        "records.parcels",
        "ExpectColumnValuesToBeBetween",
        Sentence("It runs.", "能够运行。"),
        arguments={"min_value": 0, **arguments},
    )
    candidate = write_candidate(tmp_path / "candidate.duckdb", tables)
    with pytest.raises(RuntimeError, match="it_runs could not be judged"):
        judge(candidate, [demand])
    query = replace(
        demand,
        demand="UnexpectedRowsExpectation",
        arguments={"unexpected_rows_query": "SELECT missing FROM {batch}"},
    )
    with pytest.raises(RuntimeError, match="it_runs could not be judged"):
        judge(candidate, [query])


def test_the_report_can_be_read_without_a_network(tmp_path: Path, tables: Tables) -> None:
    evil = "<script>alert('lost')</script>"
    tables["records.parcels"] = change(tables["records.parcels"], "state", evil)
    docs = tmp_path / "reports" / "expectations"
    judge_tables(tmp_path / "candidate.duckdb", tables, docs)
    pages = {page.name: page.read_text(encoding="utf-8") for page in docs.iterdir()}
    assert set(pages) == {"index.html", *(f"{table}.html" for table in tables)}
    for page in pages.values():
        assert "http://" not in page
        assert "https://" not in page
        assert "<script" not in page
        assert "src=" not in page
    assert all(f'href="{table}.html"' in pages["index.html"] for table in tables)
    assert "holds the snapshot 阻止发布" in pages["index.html"]
    assert "包裹：“状态”只取契约规定的值。" in pages["index.html"]
    assert "&lt;script&gt;" in pages["records.parcels.html"]
    assert "&amp;lt;" not in pages["records.parcels.html"]


def test_the_report_is_replaced_and_does_not_pile_up(tmp_path: Path, tables: Tables) -> None:
    docs = tmp_path / "expectations"
    judge_tables(tmp_path / "first.duckdb", tables, docs)
    del tables["marts.metric_values"]
    judge_tables(tmp_path / "second.duckdb", tables, docs)
    assert {page.name for page in docs.iterdir()} == {
        "index.html",
        *(f"{table}.html" for table in tables),
    }
    assert [folder.name for folder in tmp_path.iterdir() if folder.is_dir()] == ["expectations"]
