"""Marts about the rows themselves, what warnings carry, and that no home is without a mart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.commands.status import status_of
from pipelines.release.snapshots import make_candidate, manifest_of, publish
from quality.contracts import RECORD_KINDS
from quality.gate import rule_sentence
from tests.pipelines.marts_by_hand import marts_of
from tests.pipelines.small_home import (
    AS_OF,
    LANDED,
    REFERENCE,
    SOURCES,
    TICKETS_HEADER,
    SmallHome,
    full_home,
    new_home,
)
from transforms.refusal import Refusal

pytestmark = pytest.mark.slow


_OF_ROWS = ("org_unit_tree", "held_rows", "conservation", "coverage", "held_by_rule")
_MONTHLY = (
    "complaints,complaints_opened,outlet,month,above,1,9\n"
    "requests,tickets_opened,outlet,day,above,1,9\n"
)


def ticket(id: str, opened_on: str, *, kind: str = "request", unit: str = "PD") -> str:
    return f"{id},{kind},phone,{unit},open,{opened_on} 09:00,,,{opened_on} 10:00\n"


def serve_as_it_is(small: SmallHome) -> str:
    """Publish the warehouse without a judge and return the id of the snapshot."""
    home = small.home
    candidate = make_candidate(home.warehouse, home.snapshots)
    said: dict[str, Any] = {"as_of": AS_OF, "code_version": "by hand", "inputs": "by hand"}
    manifest = manifest_of(candidate, made_at=datetime(2026, 4, 1, tzinfo=UTC), **said)
    return publish(candidate, manifest, home.snapshots)


@pytest.fixture(scope="module")
def of_rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """Marts of a home with two sources of tickets, held rows, a gap, and an entry of the books."""
    small = new_home(tmp_path_factory.mktemp("rows"), ("tickets", "finance_entries"))
    small.write("sources/walk_in.toml", 'kind = "tickets"\nfiles = "walk_in/*.csv"\n')
    small.land(
        "tickets/a.csv",
        TICKETS_HEADER
        + ticket("T1", "2026-03-02")
        + ticket("T2", "2026-03-02")
        + ticket("T3", "2026-03-06")
        + ticket("H1", "2026-03-04", kind="grumble")
        + ticket("H2", "2026-03-09", kind="grumble", unit="nowhere"),
    )
    # T1 comes again, newer; H1 comes in well and its held row counts no more.
    small.land(
        "tickets/b.csv",
        TICKETS_HEADER
        + ticket("T1", "2026-03-02").replace("10:00", "11:00")
        + ticket("H1", "2026-03-06")
        + ticket("H3", "2026-03-04", kind="grumble"),
    )
    small.land("tickets/c.csv", "no,such,columns\n1,2,3\n")
    small.land("walk_in/a.csv", TICKETS_HEADER + ticket("W1", "2026-03-05", unit="PX"))
    small.land("ledger/a.csv", LANDED["ledger/march.csv"])
    return marts_of(small, AS_OF, _OF_ROWS)


def march(day: int) -> date:
    return date(2026, 3, day)


def test_conservation_accounts_for_every_row_of_every_source(
    of_rows: dict[str, pl.DataFrame],
) -> None:
    assert of_rows["conservation"].to_dicts() == [
        {
            "source": "finance_entries", "kind": "finance_entries", "batches": 1,
            "refused_batches": 0, "rows_read": 2, "accepted": 2, "superseded": 0,
            "quarantined": 0, "still_held": 0, "first_day": march(5), "last_day": march(6),
            "days_without_rows": None,
        },
        {
            "source": "tickets", "kind": "tickets", "batches": 3,
            "refused_batches": 1, "rows_read": 8, "accepted": 4, "superseded": 1,
            "quarantined": 3, "still_held": 2, "first_day": march(2), "last_day": march(6),
            "days_without_rows": 3,
        },
        {
            "source": "walk_in", "kind": "tickets", "batches": 1,
            "refused_batches": 0, "rows_read": 1, "accepted": 1, "superseded": 0,
            "quarantined": 0, "still_held": 0, "first_day": march(5), "last_day": march(5),
            "days_without_rows": 0,
        },
    ]  # fmt: skip


def test_coverage_has_every_day_of_kinds_that_come_daily_and_days_of_held_rows(
    of_rows: dict[str, pl.DataFrame],
) -> None:
    assert of_rows["coverage"].rows() == [
        ("finance_entries", march(5), 1, 0),
        ("finance_entries", march(6), 1, 0),
        ("tickets", march(2), 2, 0),
        ("tickets", march(3), 0, 0),
        ("tickets", march(4), 0, 1),
        ("tickets", march(5), 1, 0),
        ("tickets", march(6), 2, 0),
        ("tickets", march(9), 0, 1),
    ]


def test_every_rule_tells_how_many_rows_it_still_holds(of_rows: dict[str, pl.DataFrame]) -> None:
    shown = of_rows["held_by_rule"]
    assert shown.drop("sentence_en", "sentence_zh").rows() == [
        ("tickets", "tickets", "kind_is_known", 2, march(4), march(9), 2),
        ("tickets", "tickets", "org_unit_id_is_registered", 1, march(9), march(9), 1),
    ]
    for kind, rule, *told in shown.select("kind", "rule", "sentence_en", "sentence_zh").rows():
        assert tuple(told) == rule_sentence(RECORD_KINDS[kind], rule)


def test_status_counts_a_day_as_without_rows_when_no_source_has_any(tmp_path: Path) -> None:
    small = new_home(tmp_path, ("tickets", "budget_lines"))
    small.write("sources/walk_in.toml", 'kind = "tickets"\nfiles = "walk_in/*.csv"\n')
    ends = ticket("T1", "2026-03-02") + ticket("T2", "2026-03-05")
    small.land("tickets/a.csv", TICKETS_HEADER + ends)
    small.land("walk_in/a.csv", TICKETS_HEADER + ticket("W1", "2026-03-03"))
    small.land("budget/2026.csv", LANDED["budget/2026.csv"])
    marts_of(small, AS_OF, (*_OF_ROWS, "warnings"))
    serve_as_it_is(small)
    budget, tickets = status_of(small.home)["kinds"]
    assert tickets == {
        "kind": "tickets", "batches": 2, "rows_read": 3, "accepted": 3, "superseded": 0,
        "quarantined": 0, "first_day": "2026-03-02", "last_day": "2026-03-05",
        "days_without_rows": 1,
    }  # fmt: skip
    assert list(budget) == list(tickets)
    assert (budget["first_day"], budget["days_without_rows"]) == ("2026-01-01", None)


def test_status_of_a_snapshot_of_an_older_release_says_what_to_do(tmp_path: Path) -> None:
    small = new_home(tmp_path, ())
    marts_of(small, AS_OF, ("org_unit_tree", "held_rows"))
    id = serve_as_it_is(small)
    with pytest.raises(Refusal, match=f"Snapshot {id} was made by an older release") as refused:
        status_of(small.home)
    assert "请运行 `sqm nightly`" in refused.value.told("zh")


def test_a_warning_tells_its_direction_its_grain_and_the_value_of_the_period_before(
    tmp_path: Path,
) -> None:
    rules = REFERENCE["kri_rules"].splitlines()[0] + "\n" + _MONTHLY
    small = new_home(tmp_path, ("tickets",), {**REFERENCE, "kri_rules": rules})
    opened = ("2025-12-30", "2025-12-31", "2026-01-05", "2026-03-05", "2026-03-06")
    rows = (ticket(f"T{n}", on, kind="complaint") for n, on in enumerate(opened))
    small.land("tickets/all.csv", TICKETS_HEADER + "".join(rows))
    warnings = marts_of(small, AS_OF, ("org_unit_tree", "held_rows", "warnings"))["warnings"]
    assert warnings.columns[-4:] == ["previous", "direction", "grain", "is_latest"]
    told = warnings.sort("rule_id", "period").select("grain", "period", "value", "previous")
    assert told.rows() == [
        ("month", date(2025, 12, 1), 2.0, None),
        ("month", date(2026, 1, 1), 1.0, 2.0),
        ("month", date(2026, 3, 1), 2.0, None),
        ("day", date(2025, 12, 30), 1.0, None),
        ("day", date(2025, 12, 31), 1.0, 1.0),
        ("day", date(2026, 1, 5), 1.0, None),
        ("day", date(2026, 3, 5), 1.0, None),
        ("day", date(2026, 3, 6), 1.0, 1.0),
    ]
    assert warnings["direction"].unique().to_list() == ["above"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    return marts_of(full_home(tmp_path_factory.mktemp("whole")))


@pytest.mark.parametrize("kind", [*SOURCES, None])
def test_every_mart_is_there_with_its_columns_whatever_a_home_has(
    whole: dict[str, pl.DataFrame], tmp_path: Path, kind: str | None
) -> None:
    small = new_home(tmp_path, () if kind is None else (kind,), {})
    for file, text in LANDED.items():
        small.land(file, text)
    marts = marts_of(small)
    assert {name: rows.schema for name, rows in marts.items()} == {
        name: rows.schema for name, rows in whole.items()
    }
    assert marts["conservation"]["kind"].to_list() == ([] if kind is None else [kind])
    assert marts["budget_roll_up"].is_empty() and marts["warnings"].is_empty()


def test_no_mart_of_a_full_home_is_empty_but_those_of_held_rows_and_of_what_went_wrong(
    whole: dict[str, pl.DataFrame],
) -> None:
    empty = {name for name, rows in whole.items() if rows.is_empty()}
    assert empty == {
        *("held_rows", "held_by_rule"),
        *("breaches_to_come", "clock_disagreements", "suspicious_attempts"),
        # One month of records has no signals, and this home no weights.
        *("signals", "quality_scores", "quality_score_parts"),
    }
