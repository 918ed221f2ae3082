"""Contracts hold together: what they say about columns exists, is described, and agrees."""

import re
from typing import get_args

import polars as pl
import pytest

from quality.contracts import RECORD_KINDS, REFERENCE_TABLES, RecordKind, ReferenceTable
from transforms.source_definition import KindName

_KINDS = [pytest.param(kind, id=name) for name, kind in RECORD_KINDS.items()]
_TABLES = [pytest.param(table, id=name) for name, table in REFERENCE_TABLES.items()]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_kind_that_a_source_may_name_has_a_contract() -> None:
    assert set(RECORD_KINDS) == set(get_args(KindName))


@pytest.mark.parametrize("kind", _KINDS)
def test_every_column_of_a_kind_has_a_description_and_a_chinese_title(kind: RecordKind) -> None:
    assert all(kind.descriptions.values())
    assert all(_CHINESE.search(title.zh) for title in kind.titles.values())


@pytest.mark.parametrize("table", _TABLES)
def test_every_column_of_a_reference_table_has_a_description_and_a_chinese_title(
    table: ReferenceTable,
) -> None:
    assert all(table.descriptions.values())
    assert all(_CHINESE.search(column.title or "") for column in table.schema.columns.values())


@pytest.mark.parametrize("kind", _KINDS)
def test_columns_that_a_kind_speaks_of_are_in_its_contract(kind: RecordKind) -> None:
    spoken_of = {
        *kind.key,
        kind.day,
        *kind.local_dates,
        *kind.local_dates.values(),
        *kind.references,
        *(column for pair in kind.not_before for column in pair),
        *kind.defaults,
        *([kind.newest_by] if kind.newest_by else []),
    }
    assert spoken_of <= set(kind.columns)
    assert set(kind.references.values()) <= set(REFERENCE_TABLES)


@pytest.mark.parametrize("kind", _KINDS)
def test_a_local_date_is_a_date_made_of_an_instant(kind: RecordKind) -> None:
    for local_date, instant in kind.local_dates.items():
        assert kind.columns[local_date] == pl.Date
        assert kind.columns[instant] == pl.Datetime("us", "UTC")
        assert kind.schema.columns[local_date].nullable, "its absence is never a row's own fault"


@pytest.mark.parametrize("kind", _KINDS)
def test_a_kind_is_counted_on_a_date_and_keyed_by_columns_that_are_always_there(
    kind: RecordKind,
) -> None:
    assert kind.columns[kind.day] == pl.Date
    assert not any(kind.schema.columns[column].nullable for column in kind.key)


@pytest.mark.parametrize("kind", _KINDS)
def test_only_required_columns_have_defaults(kind: RecordKind) -> None:
    assert set(kind.defaults) <= set(kind.required_columns)


@pytest.mark.parametrize("kind", _KINDS)
def test_numbers_are_whole_unless_they_are_scores(kind: RecordKind) -> None:
    allowed = {pl.String, pl.Int64, pl.Float64, pl.Boolean, pl.Date, pl.Datetime("us", "UTC")}
    assert set(kind.columns.values()) <= allowed
    assert all(dtype == pl.Int64 for name, dtype in kind.columns.items() if name.endswith("_minor"))


@pytest.mark.parametrize("table", _TABLES)
def test_columns_that_a_reference_table_speaks_of_are_in_its_contract(
    table: ReferenceTable,
) -> None:
    spoken_of = {*table.key, *table.defaults, *table.references, *(table.parent or ())}
    assert spoken_of <= set(table.columns)
    for pointer in table.references.values():
        assert pointer.column in REFERENCE_TABLES[pointer.table].columns


def test_reference_tables_have_the_columns_that_homes_are_written_with() -> None:
    """The headers of `reference/*.csv` are an interface: homes in the field have them."""
    assert {name: " ".join(table.columns) for name, table in REFERENCE_TABLES.items()} == {
        "org_units": "id name name_zh parent_id kind region time_zone calendar opened_on closed_on",
        "calendars": "calendar weekday start end country effective_from effective_to",
        "holidays": "calendar country date name is_working provisional",
        "sla_policies": "kind priority channel clock target_minutes calendar pause_statuses "
        "effective_from",
        "service_levels": "service_level limit_working_days calendar cut_off_time",
        "tariffs": "service_level is_same_city base_minor base_grams step_grams step_minor "
        "effective_from effective_to",
        "accounts": "code name name_zh kind statement_line parent",
        "targets": "metric org_unit_id target effective_from",
        "kri_rules": "rule_id metric scope grain direction amber red minimum_n periods_to_enter "
        "periods_to_leave exit_threshold owner",
        "risk_register": "risk_id title title_zh category likelihood impact response owner "
        "review_on accepted_until kri_rules",
        "score_weights": "scope metric weight worst best",
        "people": "email name role org_unit_id",
    }
