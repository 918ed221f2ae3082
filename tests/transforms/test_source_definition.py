"""A source's definition is read whole or refused with the key that is wrong."""

from __future__ import annotations

from datetime import time

import pytest

from transforms.refusal import Refusal
from transforms.source_definition import (
    ColumnMapping,
    Database,
    Private,
    Reshape,
    SourceDefinition,
    parse_source,
)

SMALLEST = 'kind = "tickets"\nfiles = "tickets/*.csv"\n'


def test_the_smallest_definition_is_a_kind_and_where_the_files_are() -> None:
    source = parse_source("calls", SMALLEST)
    assert source == SourceDefinition(name="calls", kind="tickets", files=["tickets/*.csv"])
    assert source.encoding == "utf-8"
    assert source.missing == [""]
    assert source.header_row == 1
    assert source.unknown_references == "quarantine"
    assert source.time_zone is None


def test_everything_that_a_definition_may_say_is_read() -> None:
    source = parse_source(
        "calls",
        """
        kind = "tickets"
        files = ["a/*.csv", "b/*.txt"]
        format = "csv"
        encoding = "gb18030"
        delimiter = ";"
        header_row = 3
        time_zone = "Asia/Shanghai"
        decimal_comma = true
        missing = ["", "N/A"]
        unknown_references = "register"
        held_share_limit = 0.5

        [columns]
        ticket_id = "工单号"
        agent_id = ["坐席", "坐席工号"]
        opened_at = { from = "受理时间", format = "%Y/%m/%d", time_of_day = 23:59:59 }
        priority = { from = "紧急程度", values = { "特急" = "critical" }, default = "normal" }
        compensation_minor = { from = "赔付", scale = 100, missing = "-", time_zone = "UTC" }

        [constants]
        channel = "phone"
        reopened_count = 0

        [reshape]
        sql = "select * from source"

        [private]
        drop = "电话"
        mask = ["姓名"]
        key = "客户号"
        """,
    )
    assert source.files == ["a/*.csv", "b/*.txt"]
    assert source.columns["ticket_id"].source == ["工单号"]
    assert source.columns["agent_id"].source == ["坐席", "坐席工号"]
    assert source.columns["opened_at"].format == ["%Y/%m/%d"]
    assert source.columns["opened_at"].time_of_day == time(23, 59, 59)
    assert source.columns["priority"].values == {"特急": "critical"}
    assert source.columns["priority"].default == "normal"
    assert source.columns["compensation_minor"].scale == 100
    assert source.columns["compensation_minor"].missing == ["-"]
    assert source.constants == {"channel": "phone", "reopened_count": 0}
    assert source.reshape is not None
    assert source.reshape.sql == "select * from source"
    assert source.private.drop == ["电话"]
    assert source.private.key == ["客户号"]
    assert source.held_share_limit == 0.5


def test_a_source_may_be_a_query_instead_of_files() -> None:
    source = parse_source(
        "crm", 'kind = "surveys"\n[database]\nurl_env = "CRM_URL"\nquery = "select 1"\n'
    )
    assert source.files == []
    assert source.database is not None
    assert source.database.url_env == "CRM_URL"


def test_every_key_is_described() -> None:
    tables = {"database": Database, "reshape": Reshape, "private": Private}
    for model in (SourceDefinition, ColumnMapping, *tables.values()):
        for name, key in model.model_fields.items():
            assert key.description or name in tables, f"{model.__name__}.{name}"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (SMALLEST + 'colour = "red"\n', "colour"),
        (
            SMALLEST + '[columns]\nticket_id = { from = "a", fromat = "b" }\n',
            "columns.ticket_id.fromat",
        ),
        (SMALLEST + '[private]\ndropp = "a"\n', "private.dropp"),
        (SMALLEST + '[reshape]\nsql = "select 1"\nfile = "x"\n', "reshape.file"),
    ],
)
def test_an_unknown_key_is_refused_by_its_name(text: str, key: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_source("calls", text)
    assert str(refusal.value) == (
        f"sources/calls.toml: key {key} is not known: remove it or correct its spelling "
        "(docs/sources.md)."
    )
    assert refusal.value.told("zh").startswith(f"sources/calls.toml：不认识键 {key}：")


def test_a_file_cannot_call_itself_otherwise() -> None:
    with pytest.raises(Refusal, match="key name is not known"):
        parse_source("calls", SMALLEST + 'name = "mails"')


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ('files = "a"', "kind", "Field required"),
        ('kind = "ticket"\nfiles = "a"', "kind", "Input should be 'tickets', 'ticket_events', "),
        ('kind = "tickets"', "(file)", "give either files or [database], not both and not neither"),
        (
            SMALLEST + '[database]\nurl_env = "A"\nquery = "B"',
            "(file)",
            "give either files or [database], not both and not neither",
        ),
        (
            SMALLEST + 'time_zone = "Shanghai"',
            "time_zone",
            '"Shanghai" is not a time zone; write it as in "Asia/Shanghai"',
        ),
        (SMALLEST + "header_row = 0", "header_row", "Input should be greater than or equal to 1"),
        (SMALLEST + 'delimiter = "::"', "delimiter", "String should have at most 1 character"),
        (
            SMALLEST + "held_share_limit = 2",
            "held_share_limit",
            "Input should be less than or equal",
        ),
        (SMALLEST + 'format = "xml"', "format", "Input should be 'csv', 'excel', 'parquet' or "),
        (
            SMALLEST + '[columns]\nfee = { from = "a", scale = 0 }',
            "columns.fee.scale",
            "Input should be greater than or equal to 1",
        ),
        (SMALLEST + "[columns]\nfee = { scale = 100 }", "columns.fee.from", "Field required"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key_and_what_is_wrong(
    text: str, key: str, problem: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_source("calls", text)
    assert str(refusal.value).startswith(f"sources/calls.toml: {key}: {problem}")
    assert str(refusal.value).endswith(": correct it (docs/sources.md).")
    assert refusal.value.told("zh").startswith(f"sources/calls.toml：{key}：")


def test_broken_toml_is_refused_with_its_line() -> None:
    with pytest.raises(
        Refusal, match=r"^sources/calls\.toml is not valid TOML \(.*line 2"
    ) as refusal:
        parse_source("calls", 'kind = "tickets"\nfiles = \n')
    assert "不是有效的 TOML" in refusal.value.told("zh")


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(Refusal, match="is not valid TOML"):
        parse_source("calls", SMALLEST + 'kind = "surveys"\n')
