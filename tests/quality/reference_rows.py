"""Rows of reference files: good ones per table, and changes that break the rules of its own.

To add a table: its rows in GOOD. To add a rule of a contract's own: a change in BREAKS;
tests/quality/test_reference.py names the rules that have none.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from quality.contracts import REFERENCE_TABLES
from quality.contracts.reference import read_reference

GOOD: dict[str, list[dict[str, str]]] = {
    "org_units": [
        {"id": "HQ", "kind": "company", "time_zone": "Asia/Shanghai", "opened_on": "2020-01-01"},
        {"id": "PD", "parent_id": "HQ", "opened_on": "2020-01-01", "closed_on": "2026-01-01"},
    ],
    "calendars": [
        {"calendar": "office", "weekday": "1", "start": "08:30", "end": "12:00"},
        {"calendar": "office", "weekday": "1", "start": "12:00", "end": "24:00"},
        {
            "calendar": "counter",
            "weekday": "6",
            "start": "09:00",
            "end": "12:00",
            "country": "CN",
            "effective_to": "2025-12-31",
        },
        {
            "calendar": "counter",
            "weekday": "6",
            "start": "10:00",
            "end": "14:00",
            "country": "CN",
            "effective_from": "2026-01-01",
            "effective_to": "2026-06-30",
        },
        {
            "calendar": "counter",
            "weekday": "7",
            "start": "10:00",
            "end": "14:00",
            "country": "CN",
            "effective_from": "2026-07-01",
        },
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
    "score_weights": [
        {
            "scope": "company",
            "metric": "satisfied_share",
            "weight": "2",
            "worst": "0.5",
            "best": "1",
        }
    ],
    "people": [{"email": "li@example.org", "role": "qa", "org_unit_id": "HQ"}],
}
# Changes of the first row, or of the row numbered, that break what a table demands of its own.
BREAKS: dict[str, dict[str, tuple[int, dict[str, str]]]] = {
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
        "country_is_known": (0, {"country": "cn"}),
        "country_is_the_same_throughout": (3, {"country": "SG"}),
        "effective_to_is_not_before_effective_from": (3, {"effective_to": "2025-12-31"}),
        "effective_to_leaves_no_gap": (2, {"effective_to": "2025-12-30"}),
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
    "score_weights": {
        "metric_is_known": (0, {"metric": "happiness"}),
        "weight_is_in_range": (0, {"weight": "0"}),
        "best_is_another_than_worst": (0, {"best": "0.5"}),
    },
    "people": {"email_is_well_formed": (0, {"email": "li"})},
}


def written(name: str, rows: list[dict[str, str]]) -> pl.DataFrame:
    """Return `rows` as a reader of CSV hands them over: text, numbered, the header in line 1."""
    columns = [
        column for column in REFERENCE_TABLES[name].columns if any(column in r for r in rows)
    ]
    filled = [{column: row.get(column, "") for column in columns} for row in rows]
    schema = dict.fromkeys(columns, pl.String)
    return pl.DataFrame(filled, schema=schema).with_row_index("_row", 2)


def read(name: str, rows: list[dict[str, str]], **terms: Any) -> pl.DataFrame:
    return read_reference(REFERENCE_TABLES[name], written(name, rows), file=f"{name}.csv", **terms)
