"""Where canonical columns come from, and what is refused."""

from __future__ import annotations

import polars as pl
import pytest

from quality.contracts import RECORD_KINDS, RecordKind
from transforms.mapping.column_plan import Plan, resolve_columns
from transforms.mapping.local_times import INSTANT
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition, parse_source

WANTED = {
    "ticket_id": pl.String(),
    "channel": pl.String(),
    "opened_at": INSTANT,
    "reopened_count": pl.Int64(),
    "compensation_minor": pl.Int64(),
    "is_escalated": pl.Boolean(),
    "customer_key": pl.String(),
}
DEFAULTS = {"reopened_count": 0, "is_escalated": False, "channel": "other"}


def source(toml: str = "") -> SourceDefinition:
    return parse_source("hotline", f'kind = "tickets"\nfiles = "*.csv"\n{toml}')


def plan_of(
    toml: str, *header: str, required: tuple[str, ...] = ("ticket_id", "opened_at")
) -> Plan:
    return resolve_columns(source(toml), header, WANTED, required, DEFAULTS, file="a.csv")


def origins(plan: Plan) -> dict[str, tuple[str, object]]:
    return {o.column: (o.how, o.header if o.header else o.value) for o in plan.origins}


def refusal(toml: str, *header: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        plan_of(toml, *header)
    assert refused.value.told("zh") != refused.value.told("en")
    return refused.value


def test_each_column_comes_from_the_first_origin_that_there_is() -> None:
    plan = plan_of(
        '[columns]\nticket_id = "编码"\n[constants]\nchannel = "phone"',
        *("编码", "opened_at", "赔付金额(元)", "天气", "channel", "_row", "_ragged"),
    )
    assert origins(plan) == {
        "ticket_id": ("mapped", "编码"),
        "channel": ("constant", "phone"),
        "opened_at": ("named", "opened_at"),
        "reopened_count": ("default", 0),
        "compensation_minor": ("alias", "赔付金额(元)"),
        "is_escalated": ("default", False),
        "customer_key": ("absent", None),
    }
    assert plan.used == ("编码", "opened_at", "赔付金额(元)")
    assert plan.unused == ("天气", "channel")


def test_origins_tell_where_a_column_comes_from_in_both_languages() -> None:
    plan = plan_of("", "工单号", "opened_at", "赔付金额")
    told = {origin.column: origin.told() for origin in plan.origins}
    assert told["ticket_id"] == "column 工单号, a known header"
    assert told["compensation_minor"] == "column 赔付金额, a known header × 100"
    assert told["reopened_count"] == "0 in every row, by default"
    assert plan.origins[0].told("zh") == "列 工单号（已知表头）"


def test_of_several_columns_to_map_from_the_first_present_is_taken() -> None:
    toml = '[columns]\nticket_id = ["number", "sys_id"]'
    assert origins(plan_of(toml, "sys_id", "opened_at"))["ticket_id"] == ("mapped", "sys_id")


def test_the_canonical_name_goes_before_other_known_headers() -> None:
    plan = plan_of("", "工单号", "ticket_id", "opened_at")
    assert origins(plan)["ticket_id"] == ("named", "ticket_id")
    assert plan.unused == ("工单号",)


def test_a_column_that_the_source_maps_is_not_guessed_for_another() -> None:
    toml = '[columns]\nopened_at = "工单号"'
    message = str(refusal(toml, "工单号"))
    assert message.startswith("a.csv has no column known to hold ticket_id")


def test_who_a_customer_is_is_guessed_only_from_a_keyed_column() -> None:
    header = ("ticket_id", "opened_at", "手机号")
    assert origins(plan_of("", *header))["customer_key"] == ("absent", None)
    keyed = plan_of('[private]\nkey = "手机号"', *header)
    assert origins(keyed)["customer_key"] == ("alias", "手机号")


def test_a_file_that_lacks_a_mapped_column_is_refused() -> None:
    refused = refusal('[columns]\nticket_id = "工单号码"', "工单号", "opened_at")
    assert str(refused) == (
        "a.csv has no column 工单号码, from which sources/hotline.toml maps ticket_id: correct"
        " [columns] or have the export delivered as before (nearest: 工单号); its columns:"
        " 工单号, opened_at."
    )
    assert refused.told("zh") == (
        "a.csv 中没有列 工单号码（sources/hotline.toml 由它得出 ticket_id）：请改正 [columns]，"
        "或让对方按原样重新导出（相近的有：工单号）；文件中的列：工单号, opened_at。"
    )


def test_many_columns_are_not_all_listed() -> None:
    names = [f"c{number}" for number in range(30)]
    message = str(refusal('[columns]\nticket_id = "id"', *names))
    assert "c19, …" in message
    assert "c20" not in message


def test_a_mapped_column_that_is_dropped_as_private_is_refused() -> None:
    toml = '[columns]\nticket_id = "id"\n[private]\ndrop = "id"'
    assert str(refusal(toml, "opened_at")) == (
        "sources/hotline.toml: ticket_id is mapped from id, which [private] drops: remove it from"
        " one of them."
    )


def test_required_columns_without_an_origin_are_refused() -> None:
    assert str(refusal("", "weather")) == (
        "a.csv has no column known to hold ticket_id, opened_at: name it under [columns] in"
        " sources/hotline.toml, or set it under [constants]; columns not used yet: weather."
    )


@pytest.mark.parametrize("table", ["columns", "constants"])
def test_a_key_that_is_no_canonical_column_is_refused(table: str) -> None:
    message = str(refusal(f'[{table}]\nticket_no = "id"', "id", "opened_at"))
    assert message == (
        f"sources/hotline.toml: {table}.ticket_no: tickets have no such column: correct its name"
        " (nearest: ticket_id)."
    )


def test_a_column_that_is_mapped_and_constant_is_refused() -> None:
    toml = '[columns]\nchannel = "via"\n[constants]\nchannel = "phone"'
    assert "channel is under both [columns] and [constants]" in str(refusal(toml, "via"))


def test_several_columns_that_could_be_meant_are_refused() -> None:
    assert str(refusal("", "工单号", "Case No", "opened_at")) == (
        "a.csv has several columns that could be ticket_id (工单号, Case No): name the right one"
        " under [columns] in sources/hotline.toml."
    )


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ('[columns]\nopened_at = {from = "t", format = "%H:%M"}', "columns.opened_at.format"),
        ('[columns]\nopened_at = {from = "t", default = "soon"}', "columns.opened_at.default"),
        ('[columns]\nopened_at = {from = "t", values = {a = "b"}}', "columns.opened_at.values.a"),
        ('[columns]\nreopened_count = {from = "t", default = "1.5"}', "reopened_count.default"),
        ('[constants]\nopened_at = "soon"', "constants.opened_at"),
        ("[constants]\nreopened_count = 1.5", "constants.reopened_count"),
        ('[constants]\nis_escalated = "perhaps"', "constants.is_escalated"),
    ],
)
def test_what_can_never_be_read_is_refused_before_any_row_is(toml: str, key: str) -> None:
    assert f"{key}:" in str(refusal(toml, "ticket_id", "opened_at", "t"))


def test_constants_are_typed_and_understood_as_known_words() -> None:
    toml = """
        decimal_comma = true
        [constants]
        channel = "电话"
        is_escalated = true
        reopened_count = 2
        opened_at = "2025-06-03 09:00"
    """
    plan = plan_of(toml, "ticket_id")
    values = {origin.column: origin.value for origin in plan.origins if origin.how == "constant"}
    assert (values["channel"], values["is_escalated"]) == ("phone", True)
    assert values["reopened_count"] == 2
    assert str(values["opened_at"]) == "2025-06-03 09:00:00+00:00"


@pytest.mark.parametrize("kind", RECORD_KINDS.values(), ids=RECORD_KINDS)
def test_a_file_with_canonical_headers_needs_no_mapping(kind: RecordKind) -> None:
    plain = parse_source("plain", f'kind = "{kind.name}"\nfiles = "*.csv"')
    plan = resolve_columns(
        plain,
        list(kind.mapped_columns),
        kind.mapped_columns,
        kind.required_columns,
        kind.defaults,
        file="a.csv",
    )
    assert {origin.how for origin in plan.origins} == {"named"}
    assert plan.unused == ()
