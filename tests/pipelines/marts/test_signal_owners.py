"""A signal has somebody who answers for it, wherever the home names anybody.

HQ
 ├─ EAST: PD, PX
 └─ WEST: CD
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from pipelines import marts
from pipelines.marts.signal_owners import signal_owners
from quality.contracts import REFERENCE_TABLES
from transforms.chart_values import CHARTED

_TREE = Path(marts.__file__).parent / "sql" / "org_unit_tree.sql"
_UNITS = [
    {"id": "HQ", "kind": "company"},
    {"id": "EAST", "parent_id": "HQ", "kind": "region"},
    {"id": "WEST", "parent_id": "HQ", "kind": "region"},
    {"id": "PD", "parent_id": "EAST", "kind": "outlet"},
    {"id": "PX", "parent_id": "EAST", "kind": "outlet"},
    {"id": "CD", "parent_id": "WEST", "kind": "outlet"},
]
ON_TIME, LOST, COST = "delivery_on_time_share", "lost_per_million", "cost_actual"


def rule(rule_id: str, metric: str, scope: str, owner: str | None) -> dict[str, object]:
    return {"rule_id": rule_id, "metric": metric, "scope": scope, "owner": owner}


def person(email: str, role: str, unit: str | None) -> dict[str, object]:
    return {"email": email, "role": role, "org_unit_id": unit}


def owners(
    metric: str,
    *,
    rules: Sequence[dict[str, object]] = (),
    people: Sequence[dict[str, object]] = (),
) -> dict[str, str | None]:
    """Return who answers for `metric` at each unit."""
    with duckdb.connect() as connection:
        connection.execute("create schema reference")
        for name, rows in {"org_units": _UNITS, "kri_rules": rules, "people": people}.items():
            rows_of_table = pl.DataFrame(rows, schema=REFERENCE_TABLES[name].columns)
            connection.register("incoming_rows", rows_of_table.to_arrow())
            connection.execute(f"create table reference.{name} as from incoming_rows")
        connection.execute(f"create table reference.org_unit_tree as {_TREE.read_text()}")
        found = signal_owners(lambda sql, asked=None: connection.execute(sql, asked).pl())
    assert found.select("metric", "org_unit_id").is_unique().all()
    assert found.height == len(CHARTED) * len(_UNITS)
    of_metric = found.filter(pl.col("metric") == metric)
    return dict(of_metric.select("org_unit_id", "owner").sort("org_unit_id").iter_rows())


def test_whom_the_first_rule_for_units_of_the_kind_names_comes_first() -> None:
    named = owners(
        ON_TIME,
        rules=[
            rule("a", ON_TIME, "company", "Company's"),
            rule("c", ON_TIME, "outlet", "Second"),
            rule("b", ON_TIME, "outlet", "First"),
            rule("0", ON_TIME, "outlet", None),
            rule("0", LOST, "outlet", "Another's"),
        ],
        people=[person("qa@x", "qa", "PD")],
    )
    assert {unit: named[unit] for unit in ("HQ", "PD", "CD")} == {
        "HQ": "Company's",
        "PD": "First",
        "CD": "First",
    }


def test_a_unit_of_another_kind_has_the_owner_of_the_first_rule_of_the_metric() -> None:
    rules = [rule("b", ON_TIME, "queue", "Second"), rule("a", ON_TIME, "outlet", "First")]
    assert set(owners(ON_TIME, rules=rules).values()) == {"First"}


def test_without_a_rule_the_nearest_person_for_quality_at_or_above_answers() -> None:
    named = owners(
        LOST,
        rules=[rule("a", ON_TIME, "outlet", "Another's"), rule("b", LOST, "outlet", None)],
        people=[
            person("all@x", "qa", None),
            person("east@x", "qa", "EAST"),
            person("east2@x", "qa", "EAST"),
            person("pd@x", "qa", "PD"),
            person("agent@x", "agent", "PX"),
            person("operator@x", "operator", "PX"),
            person("finance@x", "finance", "PX"),
        ],
    )
    assert named == {
        "HQ": "all@x",
        "WEST": "all@x",
        "CD": "all@x",
        "EAST": "east2@x",  # of two at one unit the first by address
        "PX": "east2@x",
        "PD": "pd@x",
    }


def test_who_is_at_the_top_is_nearer_than_who_is_at_no_unit() -> None:
    people = [person("a@x", "qa", None), person("b@x", "qa", "HQ")]
    assert set(owners(LOST, people=people).values()) == {"b@x"}


def test_for_the_books_finance_answers_and_quality_where_it_has_nobody() -> None:
    people = [person("west@x", "finance", "WEST"), person("qa@x", "qa", "HQ")]
    named = {"HQ": "qa@x", "EAST": "qa@x", "PD": "qa@x", "PX": "qa@x"}
    assert owners(COST, people=people) == {**named, "WEST": "west@x", "CD": "west@x"}
    assert set(owners("fee_per_delivery", people=people).values()) == {"qa@x"}


def test_a_home_that_names_nobody_has_no_owners() -> None:
    assert set(owners(LOST).values()) == {None}
    assert set(owners(LOST, people=[person("ops@x", "operator", "HQ")]).values()) == {None}
