"""Reference files: typed and completed when right, refused with the place of the fault when not."""

from datetime import date

import polars as pl
import pytest

from quality.contracts import REFERENCE_TABLES
from quality.contracts.reference import check_relations, read_reference, reference_rules
from tests.quality.reference_rows import BREAKS, GOOD, read, written
from transforms.refusal import Refusal

_EVERY_RULE = [
    (name, rule) for name, table in REFERENCE_TABLES.items() for rule in reference_rules(table)
]


def _home(**changes: list[dict[str, str]]) -> dict[str, pl.DataFrame]:
    return {name: read(name, rows) for name, rows in {**GOOD, **changes}.items()}


def _change_that_breaks(name: str, rule: str) -> tuple[int, dict[str, str]]:
    """Return row and change for `rule`; a KeyError means that a new rule has no bad row yet."""
    if rule in BREAKS.get(name, {}):
        return BREAKS[name][rule]
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
    rows = [dict(line) for line in GOOD[name]]
    if row == len(rows):
        rows.append(dict(rows[0]))
    rows[row].update(change)
    demand = reference_rules(REFERENCE_TABLES[name])[rule].demand
    with pytest.raises(Refusal) as refusal:
        read(name, rows, known_metrics={"satisfied_share"})
    assert str(refusal.value).startswith(f"{name}.csv, row {row + 2}, column ")
    assert demand.en in str(refusal.value)
    assert demand.zh in refusal.value.told("zh")


@pytest.mark.parametrize("name", REFERENCE_TABLES)
def test_a_good_file_is_read_with_all_columns_of_its_table(name: str) -> None:
    table = REFERENCE_TABLES[name]
    rows = read(name, GOOD[name], known_metrics={"satisfied_share"})
    assert dict(rows.schema) == table.columns
    assert rows.height == len(GOOD[name])


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
    assert read("org_units", [{"id": "PD"}]).to_dicts() == [
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
    assert read("sla_policies", GOOD["sla_policies"])["pause_statuses"].to_list() == [
        ["pending_customer", "paused"]
    ]
    assert read("calendars", GOOD["calendars"]).rows() == [
        ("office", 1, 510, 720, None, None, None),
        ("office", 1, 720, 1440, None, None, None),
        ("counter", 6, 540, 720, "CN", None, date(2025, 12, 31)),
        ("counter", 6, 600, 840, "CN", date(2026, 1, 1), date(2026, 6, 30)),
        ("counter", 7, 600, 840, "CN", date(2026, 7, 1), None),
    ]
    assert read("holidays", GOOD["holidays"])["date"].item() == date(2026, 10, 1)
    assert read("tariffs", GOOD["tariffs"])["is_same_city"].to_list() == [True, True]


@pytest.mark.parametrize("written", ["8.30", "25:00", "24:15", "08:60", "noon", "2026-02-30"])
def test_a_time_or_date_that_does_not_exist_is_refused(written: str) -> None:
    table, column = ("holidays", "date") if "-" in written else ("calendars", "end")
    with pytest.raises(Refusal, match=f'value "{written}"'):
        read(table, [{**GOOD[table][0], column: written}])


def test_an_unknown_column_is_refused_with_the_nearest_name() -> None:
    text = written("accounts", GOOD["accounts"]).rename({"kind": "kinds"})
    with pytest.raises(Refusal, match="column kinds is not known: remove it or rename it to kind"):
        read_reference(REFERENCE_TABLES["accounts"], text, file="accounts.csv")


def test_a_missing_column_is_refused_by_name() -> None:
    text = written("accounts", GOOD["accounts"]).drop("kind")
    with pytest.raises(Refusal, match=r"accounts\.csv: column kind is missing"):
        read_reference(REFERENCE_TABLES["accounts"], text, file="accounts.csv")


def test_the_first_fault_is_told_and_the_others_are_counted() -> None:
    rows = [{"code": "1", "kind": "cost"}, {"code": "2", "kind": "x"}, {"code": "", "kind": "y"}]
    with pytest.raises(Refusal) as refusal:
        read("accounts", rows)
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
        read("accounts", [{"code": "1", "kind": "{x}"}])


def test_any_metric_will_do_where_none_are_given() -> None:
    assert read("targets", [{"metric": "happiness", "target": "1"}]).height == 1


def test_a_policy_in_force_from_the_same_day_twice_is_refused_even_without_a_day() -> None:
    policy = {"clock": "resolution", "target_minutes": "60"}
    with pytest.raises(Refusal, match="row 3, column kind"):
        read("sla_policies", [policy, policy])
    later = {**policy, "effective_from": "2026-01-01"}
    assert read("sla_policies", [policy, later]).height == 2


def test_a_tariff_without_an_end_overlaps_every_later_one() -> None:
    old, new = GOOD["tariffs"]
    with pytest.raises(Refusal, match="must not overlap"):
        read("tariffs", [{**old, "effective_to": ""}, new])


@pytest.mark.parametrize("depth", [1, 2, 3, 50])
def test_a_tree_of_any_depth_is_read_and_a_circle_of_any_length_refused(depth: int) -> None:
    chain = [{"id": str(i), "parent_id": str(i + 1) if i < depth else ""} for i in range(depth + 1)]
    assert read("org_units", chain).height == depth + 1
    chain[-1]["parent_id"] = "0"
    with pytest.raises(Refusal, match="row 2, column parent_id"):
        read("org_units", chain)


def test_a_rule_without_thresholds_watches_control_limits() -> None:
    rule = {"rule_id": "x", "metric": "satisfied_share", "direction": "above"}
    assert read("kri_rules", [rule])["amber"].to_list() == [None]


def test_above_means_that_red_is_the_larger_value() -> None:
    rule = {"rule_id": "x", "metric": "m", "direction": "above", "amber": "5", "red": "4"}
    with pytest.raises(Refusal, match="red must not be milder than amber"):
        read("kri_rules", [rule])
    assert read("kri_rules", [{**rule, "red": "6", "exit_threshold": "4"}]).height == 1


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
    rows = [{**row, column: "nowhere"} for row in GOOD[name][:1]]
    with pytest.raises(Refusal) as refusal:
        check_relations(_home(**{name: rows}))
    assert f'reference/{name}.csv: {column} "nowhere" is no ' in str(refusal.value)
    assert f"reference/{other}.csv" in refusal.value.told("zh")


def test_a_table_that_is_not_there_knows_nothing_but_the_standing_words() -> None:
    calendars_missing = {"service_levels": read("service_levels", GOOD["service_levels"])}
    check_relations(calendars_missing)
    targets = read("targets", [{"metric": "m", "target": "1", "org_unit_id": "PD"}])
    with pytest.raises(Refusal, match='org_unit_id "PD" is no id of reference/org_units'):
        check_relations({"targets": targets})
