"""The page on complaints: how many, about what, our fault or not, by whom, each with its record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import SmallHome, new_home, published_home

pytestmark = pytest.mark.slow  # a night comes first

_HEADER = (
    "ticket_id,kind,channel,category,root_cause,org_unit_id,customer_key,waybill_no,status,"
    "outcome,opened_at,promised_at,resolved_at,updated_at\n"
)
# Six complaints, one of them cancelled, and a request that is counted nowhere on the page.
_MARCH = (
    _HEADER + "T1,complaint,phone,delay,sorting,PD,ann,W1,resolved,upheld,"
    "2026-03-02 09:00,2026-03-03 09:00,2026-03-02 15:00,\n"
    "T2,complaint,web,delay,,PD,ann,,resolved,not_upheld,"
    "2026-03-09 09:00,2026-03-10 09:00,2026-03-12 15:00,\n"
    "T3,complaint,phone,damage,packing,PX,bob,W3,resolved,upheld,"
    "2026-03-10 09:00,2026-03-12 09:00,2026-03-11 15:00,\n"
    "T4,complaint,phone,delay,,PX,ann,,open,,2026-03-30 09:00,,,2026-03-30 09:00\n"
    "T5,complaint,phone,loss,,PX,bob,,cancelled,,2026-03-11 09:00,,,2026-03-11 09:00\n"
    "T6,complaint,phone,,,PX,,,resolved,withdrawn,2026-03-12 09:00,,2026-03-12 10:00,\n"
    "T7,request,phone,delay,,PD,ann,,resolved,,2026-03-13 09:00,2026-03-14 09:00,"
    "2026-03-20 10:00,\n"
)
_DELIVERIES = (
    "waybill_no,service_level,org_unit_id,picked_up_at,promised_at,delivered_at,status\n"
    + "".join(
        f"W{number},express,{unit},2026-03-01 09:00,2026-03-04 18:00,2026-03-03 11:00,delivered\n"
        for number, unit in enumerate(("PD", "PD", "PX", "PX"))
    )
)
_TARGET = "metric,target,effective_from\nupheld_complaint_share,0.3,2025-01-01\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    home = new_home(tmp_path_factory.mktemp("complaints"), ("tickets", "deliveries"))
    home.write("reference/targets.csv", _TARGET)
    home.land("tickets/march.csv", _MARCH)
    home.land("deliveries/march.csv", _DELIVERIES)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture
def opened(small: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(small.root)
    return lambda **url: open_page("complaints", **({"period": "2026-03"} | url))


def listed(page: OpenedPage, column: str) -> list[str]:
    """Return a column of the last table of the page that has it."""
    return [list(table[column]) for table in page.tables() if column in table][-1]


def test_it_opens_with_how_many_came_in_and_how_many_were_upheld(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    said = page.texts()
    assert "5 complaints came in; of the complaints resolved, 50.0% were upheld." in said
    assert ":material/warning:" in said.splitlines()[0]
    assert "Complaints opened 5" in said


def test_figures_of_all_tickets_count_complaints_only(opened: Callable[..., OpenedPage]) -> None:
    # T1 and T3 of three complaints; T7, a request, broke its promise, too.
    assert "Promises kept 66.7%" in opened().texts()
    assert "All figures on this page count complaints only." in opened().texts()


def test_replies_are_those_to_complaints_and_the_missed_ones_are_listed(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(clock="promise")
    (missed,) = (table for table in page.tables() if "stopped_at" in table)
    assert list(missed["ticket_id"]) == ["T2"]  # of the requests, T7 missed its promise, too
    assert "Complaints that missed it" in page.texts()
    (by_unit,) = (table for table in page.tables() if list(table.get("value", ())) == [0.5, 1])
    assert list(by_unit["name"]) == ["PD", "PX"]


def test_rates_per_million_are_told_by_region_or_unit_and_over_time(
    small: SmallHome, opened: Callable[..., OpenedPage]
) -> None:
    page = opened(rate="upheld_complaints_per_million_deliveries", rate_by="org_unit_id")
    assert "Upheld complaints per million deliveries" in page.texts()
    by_unit = next(
        dict(zip(table["name"], table["value"], strict=True))
        for table in page.tables()
        if "name" in table and set(table["value"]) == {500_000}
    )
    assert by_unit == {"PD": 500_000, "PX": 500_000}  # one upheld of two waybills each
    assert "All of them overlap" in page.texts()
    said = opened(channel="web").texts()
    assert "This metric is not known by channel: all are counted." in said


def test_causes_come_most_first_by_category_or_by_root_cause(
    opened: Callable[..., OpenedPage],
) -> None:
    by_category = opened().tables()[0]
    assert list(by_category["name"]) == ["delay", "damage", "Not stated"]
    assert list(by_category["value"]) == [3, 1, 1]
    by_root_cause = opened(cause="root_cause").tables()[0]
    assert list(by_root_cause["name"]) == ["Not stated", "packing", "sorting"]
    assert list(by_root_cause["value"]) == [3, 1, 1]


def test_the_list_holds_the_complaints_that_the_figure_counts_newest_first(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    assert listed(page, "ticket_id") == ["T4", "T6", "T3", "T2", "T1"]
    assert "5 complaints, newest first." in page.texts()
    assert listed(page, "outcome")[1:4] == ["Withdrawn", "Upheld", "Not upheld"]
    assert listed(page, "root_cause")[4] == "sorting"
    assert listed(page, "waybill_no")[4] == "W1"


@pytest.mark.parametrize(
    ("url", "tickets"),
    [
        ({"category": "delay"}, ["T4", "T2", "T1"]),
        ({"outcome": "upheld"}, ["T3", "T1"]),
        ({"outcome": "undecided"}, ["T4"]),
        ({"customer": "ann", "outcome": "upheld"}, ["T1"]),
        ({"unit": "PX"}, ["T4", "T6", "T3"]),
        ({"channel": "web"}, ["T2"]),
        ({"period": "2026-03-10"}, ["T3"]),
    ],
)
def test_a_link_opens_the_list_as_its_sender_saw_it(
    opened: Callable[..., OpenedPage], url: dict[str, str], tickets: list[str]
) -> None:
    assert listed(opened(**url), "ticket_id") == tickets


def test_customers_who_complained_twice_are_named_and_lead_to_their_complaints(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    (repeaters,) = (table for table in page.tables() if "customer" in table)
    assert list(repeaters["customer"]) == ["ann"]  # one of bob's two was cancelled
    assert list(repeaters["complaints"]) == [3]
    assert list(repeaters["upheld"]) == [1]
    assert listed(opened(customer="ann"), "ticket_id") == ["T4", "T2", "T1"]


def test_choosing_an_outcome_writes_it_into_the_url(opened: Callable[..., OpenedPage]) -> None:
    app = opened().app
    (outcome,) = (box for box in app.selectbox if box.key == "choose_outcome")
    outcome.set_value("upheld").run()
    assert app.query_params["outcome"] == "upheld"
    assert listed(OpenedPage(app), "ticket_id") == ["T3", "T1"]


def test_a_choice_that_cannot_be_had_is_told_and_the_usual_one_shown(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(customer="eve")
    assert "There is no customer eve here" in page.texts()
    assert len(listed(page, "ticket_id")) == 5


def test_a_day_without_complaints_says_so(opened: Callable[..., OpenedPage]) -> None:
    said = opened(period="2026-03-05").texts()
    assert "No complaint came in at HQ in 5 Mar 2026." in said
    assert "No complaint came in that fits." in said


def test_the_same_split_twice_on_the_page_does_no_harm(
    opened: Callable[..., OpenedPage],
) -> None:
    assert opened(metric="upheld_complaint_share", by="org_unit_id").texts()
    assert opened(metric="promise_kept_share", by="org_unit_id", period="all").texts()


def test_a_home_without_categories_and_customers_is_told_calmly(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    look_at(published_home(tmp_path).root)
    said = open_page("complaints", period="2026-03").texts()
    assert "2 complaints came in; of the complaints resolved, 0.0% were upheld." in said
    assert "No customer complained more than once." in said
