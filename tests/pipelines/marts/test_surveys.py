"""Every survey with the case behind it: what is linked, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dagster import build_asset_context

from pipelines.marts.surveys import survey_facts
from pipelines.records.assets import take_in_pending
from pipelines.records.clocks import make_all
from pipelines.records.working_hours import make_working_hours
from pipelines.sources.landing import land
from quality.contracts import RECORD_KINDS
from tests.pipelines.small_home import REFERENCE, new_home
from transforms.satisfaction import DELIVERY_FACTS, TICKET_FACTS

pytestmark = pytest.mark.slow  # each takes up a home

_KINDS = ("tickets", "ticket_events", "deliveries", "surveys")
_TICKETS = (
    "ticket_id,kind,channel,org_unit_id,agent_id,waybill_no,status,opened_at,first_response_at,"
    "promised_at,resolved_at,reopened_count,reassigned_count,is_escalated\n"
    # Answered after 90 minutes of 60, resolved in 5 hours of 5, after the promise.
    "T1,complaint,phone,PD,A1,W2,resolved,2026-03-02 09:00,2026-03-02 10:30,2026-03-02 12:00,"
    "2026-03-02 14:00,1,0,true\n"
    "T2,request,phone,PD,A1,,resolved,2026-03-02 09:00,2026-03-02 09:30,,2026-03-02 10:00,0,2,"
    "false\n"
    "T3,request,phone,PD,A1,W9,open,2026-03-31 23:30,,2026-04-02 12:00,,0,0,false\n"
    "T4,complaint,phone,PD,A1,W1,cancelled,2026-03-02 09:00,,,,3,3,true\n"
)
_DELIVERIES = (
    "waybill_no,service_level,org_unit_id,courier_id,picked_up_at,promised_at,delivered_at,"
    "attempts,status,exception\n"
    "W1,express,PD,C1,2026-03-02 09:00,2026-03-04 18:00,2026-03-03 15:00,1,delivered,none\n"
    "W2,express,PX,C2,2026-03-02 09:00,2026-03-04 18:00,2026-03-05 11:00,2,delivered,delayed\n"
    # Two working days: the 4th, and no promise that says so.
    "W3,express,PX,C2,2026-03-02 09:00,,2026-03-06 09:00,,delivered,none\n"
    "W4,express,PX,C2,2026-03-02 09:00,,2026-03-03 09:00,,cancelled,damaged\n"
)
_SURVEYS = (
    "response_id,method,subject,subject_id,org_unit_id,agent_id,sent_at,answered_at,scale_min,"
    "scale_max,overall,attitude,weight,comment\n"
)
Facts = Callable[..., dict[str, dict[str, Any]]]


def survey(
    name: str, subject: str = "general", of: str = "", *, answered: bool = True, rest: str = ""
) -> str:
    """Return the row of a survey sent on 10 March; `rest` are scale, scores, weight, comment."""
    answered_at = "2026-03-11 10:00" if answered else ""
    scores = rest or "1,5,4,,,"
    return f"{name},sms,{subject},{of},PD,C7,2026-03-10 09:00,{answered_at},{scores}\n"


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """Land surveys beside the tickets and deliveries above; return the mart by response."""

    def made(*surveys: str) -> dict[str, dict[str, Any]]:
        small = new_home(tmp_path, _KINDS, REFERENCE)
        small.land("tickets/march.csv", _TICKETS)
        small.land("deliveries/march.csv", _DELIVERIES)
        small.land("surveys/march.csv", _SURVEYS + "".join(surveys))
        with small.stages() as night:
            night.landed = land(night.home, night.sources, night.ledger)
            for kind in _KINDS:
                take_in_pending(night, RECORD_KINDS[kind])
            for name, table in night.reference.tables.items():
                if name != "org_units":
                    night.warehouse.replace_table(f"reference.{name}", table)
            make_working_hours(night)
            make_all(night)
            survey_facts(build_asset_context(resources={"night": night}))
            rows = night.warehouse.query("from marts.survey_facts").rows(named=True)
        return {row["response_id"]: row for row in rows}

    return made


def picked(row: dict[str, Any], *columns: str) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)


def test_a_survey_has_its_shares_of_the_scale_answered_or_not(facts: Facts) -> None:
    rows = facts(
        survey("of_5", rest="1,5,4,5,,很好"),
        survey("of_10", rest="1,10,1,,2.5,"),
        survey("silent", answered=False, rest="1,5,,,,"),
    )
    columns = ("overall_share", "attitude_share", "weight", "comment", "answered_on")
    answered_on = date(2026, 3, 11)
    assert picked(rows["of_5"], *columns) == (0.75, 1.0, 1.0, "很好", answered_on)
    assert picked(rows["of_10"], *columns) == (0.0, None, 2.5, None, answered_on)
    assert picked(rows["silent"], *columns) == (None, None, 1.0, None, None)
    assert rows["silent"]["sent_on"] == date(2026, 3, 10)


def test_behind_a_survey_of_a_delivery_is_that_delivery(facts: Facts) -> None:
    rows = facts(survey("S1", "delivery", "W1"), survey("S2", "delivery", "W2"))
    columns = ("waybill_no", "ticket_id", "courier_id", "agent_id", *DELIVERY_FACTS)
    assert picked(rows["S1"], *columns) == ("W1", None, "C1", "C7", False, False, False)
    assert picked(rows["S2"], *columns) == ("W2", None, "C2", "C7", True, True, True)
    assert rows["S1"]["delivery_hours"] == 30.0
    assert picked(rows["S2"], *TICKET_FACTS) == (None,) * len(TICKET_FACTS)


def test_a_delivery_without_a_promise_is_late_by_its_service_level(facts: Facts) -> None:
    row = facts(survey("S", "delivery", "W3"))["S"]
    assert picked(row, "was_late", "first_attempt_failed") == (True, None)


def test_behind_a_survey_of_a_ticket_are_its_clocks_and_its_delivery(facts: Facts) -> None:
    rows = facts(survey("S1", "ticket", "T1"), survey("S2", "ticket", "T2"))
    assert picked(rows["S1"], "ticket_id", "waybill_no", "was_late") == ("T1", "W2", True)
    assert {fact: rows["S1"][fact] for fact in TICKET_FACTS} == {
        "first_response_missed": True,
        "resolution_missed": False,
        "promise_missed": True,
        "was_reopened": True,
        "was_escalated": True,
        "was_reassigned": False,
        "is_complaint": True,
    }
    assert picked(rows["S2"], "waybill_no", "resolution_missed", "was_reassigned") == (
        None,
        None,
        True,
    )


def test_a_running_clock_says_nothing_yet(facts: Facts) -> None:
    row = facts(survey("S", "ticket", "T3"))["S"]
    assert picked(row, "first_response_missed", "promise_missed", "was_reopened") == (
        None,
        None,
        False,
    )


def test_a_cancelled_case_is_linked_but_says_nothing(facts: Facts) -> None:
    rows = facts(survey("S1", "ticket", "T4"), survey("S2", "delivery", "W4"))
    assert picked(rows["S1"], "ticket_id", "waybill_no") == ("T4", "W1")
    assert picked(rows["S1"], *TICKET_FACTS) == (None,) * len(TICKET_FACTS)
    assert rows["S2"]["waybill_no"] == "W4"
    assert picked(rows["S2"], *DELIVERY_FACTS) == (None,) * len(DELIVERY_FACTS)


def test_a_case_that_no_record_knows_is_not_linked(facts: Facts) -> None:
    rows = facts(
        survey("no_ticket", "ticket", "T9"),
        survey("no_waybill", "delivery", "W9"),
        survey("ticket_of_no_waybill", "ticket", "T3"),
        survey("a_visit", "visit", "T1"),
    )
    cases = {name: picked(row, "ticket_id", "waybill_no") for name, row in rows.items()}
    assert cases == {
        "no_ticket": (None, None),
        "no_waybill": (None, None),
        "ticket_of_no_waybill": ("T3", None),
        "a_visit": (None, None),
    }


def test_a_home_without_surveys_has_the_mart_with_all_its_columns(tmp_path: Path) -> None:
    small = new_home(tmp_path, _KINDS, REFERENCE)
    with small.stages() as night:
        for name, table in night.reference.tables.items():
            if name != "org_units":
                night.warehouse.replace_table(f"reference.{name}", table)
        make_working_hours(night)
        make_all(night)
        survey_facts(build_asset_context(resources={"night": night}))
        mart = night.warehouse.query("from marts.survey_facts")
    assert mart.is_empty()
    assert {mart.schema[fact] for fact in (*DELIVERY_FACTS, *TICKET_FACTS)} == {pl.Boolean()}
