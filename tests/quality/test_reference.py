"""Reference files: typed and completed when right, refused with the place of the fault when not."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from quality.contracts import REFERENCE_TABLES
from quality.contracts.reference import check_relations, read_reference, reference_rules
from transforms.refusal import Refusal

_GOOD: dict[str, list[dict[str, str]]] = {
    "org_units": [
        {"id": "HQ", "kind": "company", "time_zone": "Asia/Shanghai", "opened_on": "2020-01-01"},
        {"id": "PD", "parent_id": "HQ", "opened_on": "2020-01-01", "closed_on": "2026-01-01"},
    ],
    "calendars": [
        {"calendar": "office", "weekday": "1", "start": "08:30", "end": "12:00"},
        {"calendar": "office", "weekday": "1", "start": "12:00", "end": "24:00"},
    ],
    "holidays": [{"calendar": "office", "country": "CN", "date": "2026-10-01"}],
    "sla_policies": [
        {
            "kind": "complaint",
            "priority": "high",
            "channel": "phone",
            "clock": "resolution",
            "target_minutes": "240",
            "pause_statuses": "pending_customer | paused",
            "effective_from": "2026-01-01",
        }
    ],
    "service_levels": [
        {"service_level": "express", "limit_working_days": "2", "cut_off_time": "17:00"}
    ],
    "tariffs": [
        {
            "service_level": "express",
            "is_same_city": "yes",
            "base_minor": "1200",
            "base_grams": "1000",
            "step_grams": "500",
            "step_minor": "200",
            "effective_from": "2025-01-01",
            "effective_to": "2025-12-31",
        },
        {
            "service_level": "express",
            "is_same_city": "yes",
            "base_minor": "1300",
            "effective_from": "2026-01-01",
        },
    ],
    "accounts": [{"code": "6", "kind": "revenue"}, {"code": "60", "kind": "cost", "parent": "6"}],
    "targets": [{"metric": "satisfied_share", "target": "0.9", "effective_from": "2026-01-01"}],
    "kri_rules": [
        {
            "rule_id": "late",
            "metric": "satisfied_share",
            "direction": "below",
            "amber": "0.9",
            "red": "0.8",
            "exit_threshold": "0.92",
        }
    ],
    "risk_register": [
        {
            "risk_id": "R1",
            "category": "legal",
            "likelihood": "1",
            "impact": "5",
            "review_on": "2026-12-01",
            "kri_rules": "late",
        }
    ],
    "people": [{"email": "li@example.org", "role": "qa", "org_unit_id": "HQ"}],
}
# Changes of the first row, or of the row numbered, that break what a table demands of its own.
_BREAKS: dict[str, dict[str, tuple[int, dict[str, str]]]] = {
    "org_units": {
        "time_zone_is_a_time_zone": (0, {"time_zone": "Asia/Pudong"}),
        "closed_on_is_not_before_opened_on": (1, {"closed_on": "2019-01-01"}),
        "id_is_unique": (1, {"id": "HQ"}),
        "parent_id_is_listed": (1, {"parent_id": "nowhere"}),
        "parent_id_is_not_circular": (0, {"parent_id": "PD"}),
    },
    "calendars": {
        "weekday_is_in_range": (1, {"weekday": "8"}),
        "start_is_on_a_quarter_hour": (1, {"start": "12:10"}),
        "end_is_on_a_quarter_hour": (1, {"end": "12:20"}),
        "end_is_after_start": (1, {"end": "12:00"}),
        "start_does_not_overlap": (1, {"start": "11:45"}),
        "calendar_is_unique": (1, {"start": "08:30"}),
    },
    "holidays": {"calendar_or_country_is_present": (0, {"calendar": "", "country": ""})},
    "sla_policies": {"pause_statuses_is_known": (0, {"pause_statuses": "paused|asleep"})},
    "tariffs": {
        "effective_to_is_not_before_effective_from": (0, {"effective_to": "2024-12-31"}),
        "effective_from_does_not_overlap": (1, {"effective_from": "2025-12-31"}),
        "service_level_is_unique": (1, {"effective_from": "2025-01-01"}),
    },
    "accounts": {
        "parent_is_listed": (1, {"parent": "7"}),
        "parent_is_not_circular": (1, {"parent": "60"}),
        "code_is_unique": (1, {"code": "6", "parent": ""}),
    },
    "targets": {"metric_is_known": (0, {"metric": "happiness"})},
    "kri_rules": {
        "metric_is_known": (0, {"metric": "happiness"}),
        "red_is_on_the_bad_side_of_amber": (0, {"red": "0.91"}),
        "exit_threshold_is_on_the_good_side_of_amber": (0, {"exit_threshold": "0.85"}),
    },
    "risk_register": {
        "likelihood_is_in_range": (0, {"likelihood": "6"}),
        "impact_is_in_range": (0, {"impact": "0"}),
    },
    "people": {"email_is_well_formed": (0, {"email": "li"})},
}
_EVERY_RULE = [
    (name, rule) for name, table in REFERENCE_TABLES.items() for rule in reference_rules(table)
]


def _text(name: str, rows: list[dict[str, str]]) -> pl.DataFrame:
    """Return `rows` as a reader of CSV hands them over: text, numbered, the header in line 1."""
    columns = [
        column for column in REFERENCE_TABLES[name].columns if any(column in r for r in rows)
    ]
    filled = [{column: row.get(column, "") for column in columns} for row in rows]
    schema = dict.fromkeys(columns, pl.String)
    return pl.DataFrame(filled, schema=schema).with_row_index("_row", 2)


def _read(name: str, rows: list[dict[str, str]], **terms: Any) -> pl.DataFrame:
    return read_reference(REFERENCE_TABLES[name], _text(name, rows), file=f"{name}.csv", **terms)


def _home(**changes: list[dict[str, str]]) -> dict[str, pl.DataFrame]:
    return {name: _read(name, rows) for name, rows in {**_GOOD, **changes}.items()}


def _change_that_breaks(name: str, rule: str) -> tuple[int, dict[str, str]]:
    """Return row and change for `rule`; a KeyError means that a new rule has no bad row yet."""
    if rule in _BREAKS.get(name, {}):
        return _BREAKS[name][rule]
    if rule.endswith("_is_unique"):
        return 1, {}
    column, general_rule = rule.rsplit("_is_", 1)
    return 0, {
        "present": {column: " "},
        "known": {column: "nonsense"},
        "readable": {column: "about 7"},
        "in_range": {column: "-1"},
    }[general_rule]


@pytest.mark.parametrize(("name", "rule"), _EVERY_RULE)
def test_a_row_that_breaks_a_rule_is_refused_with_its_place_and_its_sentence(
    name: str, rule: str
) -> None:
    row, change = _change_that_breaks(name, rule)
    rows = [dict(line) for line in _GOOD[name]]
    if row == len(rows):
        rows.append(dict(rows[0]))
    rows[row].update(change)
    demand = reference_rules(REFERENCE_TABLES[name])[rule].demand
    with pytest.raises(Refusal) as refusal:
        _read(name, rows, known_metrics={"satisfied_share"})
    assert str(refusal.value).startswith(f"{name}.csv, row {row + 2}, column ")
    assert demand.en in str(refusal.value)
    assert demand.zh in refusal.value.told("zh")


@pytest.mark.parametrize("name", REFERENCE_TABLES)
def test_a_good_file_is_read_with_all_columns_of_its_table(name: str) -> None:
    table = REFERENCE_TABLES[name]
    rows = _read(name, _GOOD[name], known_metrics={"satisfied_share"})
    assert dict(rows.schema) == table.columns
    assert rows.height == len(_GOOD[name])


@pytest.mark.parametrize("name", REFERENCE_TABLES)
def test_a_file_with_nothing_but_its_required_columns_is_enough(name: str) -> None:
    table = REFERENCE_TABLES[name]
    header = pl.DataFrame(
        schema={"_row": pl.Int64, **dict.fromkeys(table.required_columns, pl.String)}
    )
    rows = read_reference(table, header, file="any.csv")
    assert dict(rows.schema) == table.columns
    assert rows.equals(table.empty())


def test_gaps_are_filled_with_defaults_that_build_on_each_other() -> None:
    assert _read("org_units", [{"id": "PD"}]).to_dicts() == [
        {
            "id": "PD",
            "name": "PD",
            "name_zh": "PD",
            "parent_id": None,
            "kind": "outlet",
            "region": None,
            "time_zone": None,
            "calendar": "24x7",
            "opened_on": None,
            "closed_on": None,
        }
    ]


def test_values_become_what_their_columns_hold() -> None:
    assert _read("sla_policies", _GOOD["sla_policies"])["pause_statuses"].to_list() == [
        ["pending_customer", "paused"]
    ]
    assert _read("calendars", _GOOD["calendars"]).rows() == [
        ("office", 1, 510, 720),
        ("office", 1, 720, 1440),
    ]
    assert _read("holidays", _GOOD["holidays"])["date"].item() == date(2026, 10, 1)
    assert _read("tariffs", _GOOD["tariffs"])["is_same_city"].to_list() == [True, True]


@pytest.mark.parametrize("written", ["8.30", "25:00", "24:15", "08:60", "noon", "2026-02-30"])
def test_a_time_or_date_that_does_not_exist_is_refused(written: str) -> None:
    table, column = ("holidays", "date") if "-" in written else ("calendars", "end")
    with pytest.raises(Refusal, match=f'value "{written}"'):
        _read(table, [{**_GOOD[table][0], column: written}])


def test_an_unknown_column_is_refused_with_the_nearest_name() -> None:
    text = _text("accounts", _GOOD["accounts"]).rename({"kind": "kinds"})
    with pytest.raises(Refusal, match="column kinds is not known: remove it or rename it to kind"):
        read_reference(REFERENCE_TABLES["accounts"], text, file="accounts.csv")


def test_a_missing_column_is_refused_by_name() -> None:
    text = _text("accounts", _GOOD["accounts"]).drop("kind")
    with pytest.raises(Refusal, match=r"accounts\.csv: column kind is missing"):
        read_reference(REFERENCE_TABLES["accounts"], text, file="accounts.csv")


def test_the_first_fault_is_told_and_the_others_are_counted() -> None:
    rows = [{"code": "1", "kind": "cost"}, {"code": "2", "kind": "x"}, {"code": "", "kind": "y"}]
    with pytest.raises(Refusal) as refusal:
        _read("accounts", rows)
    assert str(refusal.value) == (
        'accounts.csv, row 3, column kind, value "x": kind must be one of revenue, cost, expense, '
        "asset, liability, equity; correct it there (faults that follow: 2)."
    )
    assert refusal.value.told("zh") == (
        "accounts.csv 第 3 行，列 kind，值“x”：科目类别（kind）必须是以下取值之一："
        "revenue、cost、expense、asset、liability、equity；请在该处更正（其后另有 2 处错误）。"
    )


def test_braces_in_a_value_are_told_as_they_are() -> None:
    with pytest.raises(Refusal, match=r'value "\{x\}"'):
        _read("accounts", [{"code": "1", "kind": "{x}"}])


def test_any_metric_will_do_where_none_are_given() -> None:
    assert _read("targets", [{"metric": "happiness", "target": "1"}]).height == 1


def test_a_policy_in_force_from_the_same_day_twice_is_refused_even_without_a_day() -> None:
    policy = {"clock": "resolution", "target_minutes": "60"}
    with pytest.raises(Refusal, match="row 3, column kind"):
        _read("sla_policies", [policy, policy])
    later = {**policy, "effective_from": "2026-01-01"}
    assert _read("sla_policies", [policy, later]).height == 2


def test_a_tariff_without_an_end_overlaps_every_later_one() -> None:
    old, new = _GOOD["tariffs"]
    with pytest.raises(Refusal, match="must not overlap"):
        _read("tariffs", [{**old, "effective_to": ""}, new])


def test_overlaps_are_found_in_whatever_order_rows_stand() -> None:
    morning, late = _GOOD["calendars"]
    whole_day = {"calendar": "office", "weekday": "1", "start": "08:00", "end": "20:00"}
    with pytest.raises(Refusal, match=r"row 2, .*must not overlap.* follow: 1"):
        _read("calendars", [morning, late, whole_day])
    assert _read("calendars", [late, {**whole_day, "weekday": "2"}, morning]).height == 3


@pytest.mark.parametrize("depth", [1, 2, 3, 50])
def test_a_tree_of_any_depth_is_read_and_a_circle_of_any_length_refused(depth: int) -> None:
    chain = [{"id": str(i), "parent_id": str(i + 1) if i < depth else ""} for i in range(depth + 1)]
    assert _read("org_units", chain).height == depth + 1
    chain[-1]["parent_id"] = "0"
    with pytest.raises(Refusal, match="row 2, column parent_id"):
        _read("org_units", chain)


def test_a_rule_without_thresholds_watches_control_limits() -> None:
    rule = {"rule_id": "x", "metric": "satisfied_share", "direction": "above"}
    assert _read("kri_rules", [rule])["amber"].to_list() == [None]


def test_above_means_that_red_is_the_larger_value() -> None:
    rule = {"rule_id": "x", "metric": "m", "direction": "above", "amber": "5", "red": "4"}
    with pytest.raises(Refusal, match="red must not be milder than amber"):
        _read("kri_rules", [rule])
    assert _read("kri_rules", [{**rule, "red": "6", "exit_threshold": "4"}]).height == 1


def test_tables_that_agree_pass() -> None:
    check_relations(_home())


@pytest.mark.parametrize(
    ("name", "column", "other"),
    [
        (table.name, column, pointer.table)
        for table in REFERENCE_TABLES.values()
        for column, pointer in table.references.items()
    ],
)
def test_a_value_that_points_to_nothing_is_refused(name: str, column: str, other: str) -> None:
    rows = [{**row, column: "nowhere"} for row in _GOOD[name][:1]]
    with pytest.raises(Refusal) as refusal:
        check_relations(_home(**{name: rows}))
    assert f'reference/{name}.csv: {column} "nowhere" is no ' in str(refusal.value)
    assert f"reference/{other}.csv" in refusal.value.told("zh")


def test_a_table_that_is_not_there_knows_nothing_but_the_standing_words() -> None:
    calendars_missing = {"service_levels": _read("service_levels", _GOOD["service_levels"])}
    check_relations(calendars_missing)
    targets = _read("targets", [{"metric": "m", "target": "1", "org_unit_id": "PD"}])
    with pytest.raises(Refusal, match='org_unit_id "PD" is no id of reference/org_units'):
        check_relations({"targets": targets})
