"""The page on service levels: clocks kept and missed, what is open, what runs out next, proofs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.blocks.clocks.proofs import length_text
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import REFERENCE, SmallHome, new_home, published_home

pytestmark = pytest.mark.slow  # a night comes first

_HEADER = (
    "ticket_id,kind,channel,org_unit_id,status,opened_at,first_response_at,promised_at,"
    "resolved_at,updated_at,source_met_sla\n"
)
# Offices are open Monday to Friday, 9 to 17. T2 came in on a Friday at 16:00; no policy says how
# fast a request (T3) is to be resolved; T4 came in half an hour before closing on the last day.
_MARCH = (
    _HEADER + "T1,complaint,phone,PD,resolved,2026-03-02 09:00,2026-03-02 09:30,2026-03-03 09:00,"
    "2026-03-02 15:00,,true\n"
    "T2,complaint,web,PD,resolved,2026-03-06 16:00,2026-03-09 09:30,,2026-03-10 12:00,,true\n"
    "T3,request,phone,PX,resolved,2026-03-10 10:00,2026-03-10 10:20,,2026-03-10 12:00,,\n"
    "T4,complaint,phone,PX,open,2026-03-31 16:30,,,,2026-03-31 16:30,\n"
    "T5,complaint,phone,PX,cancelled,2026-03-11 09:00,,,,2026-03-11 09:00,\n"
)
_CALENDARS = "calendar,weekday,start,end\n" + "".join(
    f"office,{weekday},09:00,17:00\n" for weekday in range(1, 6)
)
_REFERENCE = REFERENCE | {
    "org_units": "id,parent_id,kind,calendar\nHQ,,company,office\nPD,HQ,outlet,office\n"
    "PX,HQ,outlet,office\n",
    "calendars": _CALENDARS,
    "sla_policies": "kind,clock,target_minutes,pause_statuses\n"
    ",first_response,60,\ncomplaint,resolution,480,paused\n",
    "targets": "metric,target,effective_from\nresolution_sla_share,0.9,2025-01-01\n",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    home = new_home(tmp_path_factory.mktemp("service-levels"), ("tickets",), _REFERENCE)
    home.land("tickets/march.csv", _MARCH)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture
def opened(small: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(small.root)
    return lambda **url: open_page("service_levels", **({"period": "2026-03"} | url))


def tables_with(page: OpenedPage, *columns: str) -> list[dict[str, list]]:
    """Return the tables of the page that have all `columns`."""
    return [table.to_dict("list") for table in page.tables() if set(columns) <= set(table.columns)]


def test_it_opens_with_what_was_resolved_in_time_and_what_is_open(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened().texts()
    assert "Resolved within target: 50.0%, short of the target of 90.0%." in said.splitlines()[0]
    assert "1 ticket was open at the end of 31 Mar 2026; past due: 0." in said


@pytest.mark.parametrize(
    "figure",
    [
        "First response within target 66.7%",
        "Resolved within target 50.0%",
        "Promises kept 100.0%",
        "Open tickets 1",
        "Open tickets past due 0",
    ],
)
def test_it_shows_a_tile_for(opened: Callable[..., OpenedPage], figure: str) -> None:
    assert figure in opened().texts()


def test_the_tile_of_a_stock_says_of_which_day_it_is(opened: Callable[..., OpenedPage]) -> None:
    assert opened().texts().count("at the end of 31 Mar 2026") >= 2
    earlier = opened(period="2026-03-08").texts()
    assert "at the end of 8 Mar 2026" in earlier
    assert "Open tickets 1" in earlier, "T2, on the Sunday between"


def test_clocks_without_a_policy_are_told(opened: Callable[..., OpenedPage]) -> None:
    sentence = "1 clock counts in no share: no row of sla_policies fits its ticket."
    assert sentence in opened().texts()
    assert sentence not in opened(unit="PD").texts()


def test_what_runs_out_before_the_next_shift_ends_comes_soonest_first(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    assert "2 clocks run out before the next shift ends." in page.texts()
    (to_come,) = tables_with(page, "remaining_working_minutes")
    assert to_come["clock"] == ["First response", "Resolution"]
    assert to_come["remaining_working_minutes"] == [30, 450]
    assert f"{to_come['due_at'][0]:%d %H:%M}" == "01 09:30"


def test_where_nothing_runs_out_it_says_so(opened: Callable[..., OpenedPage]) -> None:
    for scope in ({"unit": "PD"}, {"channel": "web"}):
        said = opened(**scope).texts()
        assert "As of the end of 31 Mar 2026, no clock runs out before the next shift ends." in said


@pytest.mark.parametrize(
    ("clock", "tickets", "minutes"),
    [("resolution", ["T2"], (720, 480)), ("first_response", ["T2"], (90, 60))],
)
def test_the_tickets_that_missed_a_clock_come_with_their_time(
    opened: Callable[..., OpenedPage], clock: str, tickets: list[str], minutes: tuple[int, int]
) -> None:
    missed = tables_with(opened(clock=clock), "working_minutes", "target_minutes")[0]
    assert missed["ticket_id"] == tickets
    assert (missed["working_minutes"][0], missed["target_minutes"][0]) == minutes


def test_a_missed_ticket_is_proved_beside_the_list(opened: Callable[..., OpenedPage]) -> None:
    page = opened(clock="first_response")
    assert "**First response** – Missed by 30 working minutes" in page.texts()
    (parts,) = tables_with(page, "part")
    proof = dict(zip(parts["part"], parts["first_response"], strict=True))
    assert proof["Allowed"] == "1 h 00 min"
    assert proof["Working time"] == "1 h 30 min"
    assert proof["Out of hours"] == "64 h 00 min"
    assert proof["All together"] == "65 h 30 min"


def test_a_clock_that_all_tickets_kept_has_no_list(opened: Callable[..., OpenedPage]) -> None:
    page = opened(clock="promise")
    assert "No record speaks against this figure." in page.texts()
    assert tables_with(page, "part") == []


def test_a_clock_and_a_ticket_that_are_not_there_are_told(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened(clock="sundial", ticket="T9").texts()
    assert "There is no clock sundial here: resolution is shown." in said
    assert "There is no missed ticket T9 here: T2 is shown." in said


def test_the_backlog_goes_by_day_and_age(opened: Callable[..., OpenedPage]) -> None:
    (backlog,) = tables_with(opened(), "period", "overdue")
    by_day = dict(zip((day.day for day in backlog["period"]), backlog["overdue"], strict=True))
    assert list(by_day) == list(range(2, 32)), "days on which nothing was open, too"
    assert [day for day, overdue in by_day.items() if overdue] == [9], "T2 fell due on Monday"
    open_on = {
        band: [day for day, tickets in zip(by_day, backlog[band], strict=True) if tickets]
        for band in ("0–1 days", "2–3 days")
    }
    assert open_on == {"0–1 days": [6, 7, 31], "2–3 days": [8, 9]}


def test_hours_are_told_by_weekday_and_those_without_tickets_are_zero(
    opened: Callable[..., OpenedPage],
) -> None:
    (hours,) = tables_with(opened(), "weekday", "opened_hour")
    cells = dict(
        zip(zip(hours["weekday"], hours["opened_hour"], strict=True), hours["value"], strict=True)
    )
    assert len(cells) == 7 * 24
    found = {cell for cell, tickets in cells.items() if tickets}
    assert found == {("Monday", "09"), ("Friday", "16"), ("Tuesday", "10"), ("Tuesday", "16")}


def test_it_tells_where_the_source_judges_otherwise(opened: Callable[..., OpenedPage]) -> None:
    page = opened()
    said = "2 tickets were judged by their source, too: 1 of these verdicts agree with our clocks."
    assert said in page.texts()
    (differ,) = tables_with(page, "ours", "theirs")
    assert (differ["ticket_id"], differ["ours"], differ["theirs"]) == (["T2"], ["Missed"], ["Kept"])
    assert "No source judges a ticket of this view itself." in opened(unit="PX").texts()


def test_an_opened_ticket_shows_the_proof_of_each_of_its_clocks(
    small: SmallHome, look_at: Callable[..., None]
) -> None:
    look_at(small.root)
    page = open_page("records", id="T2")
    said = page.texts()
    assert "Complaint T2 at PD: not answered in time, not resolved in time." in said
    assert "**Resolution** – Missed by 4 working hours" in said
    assert tables_with(page, "part", "first_response", "resolution")


def test_a_home_without_policies_or_promises_says_what_to_do(
    look_at: Callable[..., None], tmp_path: Path
) -> None:
    reference = {table: text for table, text in REFERENCE.items() if table != "sla_policies"}
    home = new_home(tmp_path, ("tickets",), reference)
    home.land(
        "tickets/march.csv",
        _HEADER + "T1,complaint,phone,PD,resolved,2026-03-02 09:00,,,2026-03-02 15:00,,\n",
    )
    assert home.night().exit_code in (0, 4)
    look_at(home.root)
    said = open_page("service_levels", period="2026-03").texts()
    assert "No clock has fallen due yet: write reference/sla_policies.csv" in said
    assert "When tickets are opened" in said


def test_a_page_of_all_time_and_of_one_day_is_drawn(
    look_at: Callable[..., None], tmp_path: Path
) -> None:
    look_at(published_home(tmp_path).root)
    for period in ("all", "2026", "2026-Q1", "2026-W10", "2026-03-02"):
        assert "What is open" in open_page("service_levels", period=period).texts()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0 min"),
        (42, "42 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (11_100, "3 h 05 min"),
    ],
)
def test_lengths_are_written_in_hours_and_minutes(seconds: int | None, text: str) -> None:
    assert length_text(seconds) == text
