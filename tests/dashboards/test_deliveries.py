"""The page on deliveries: on time against target, stages, what went wrong, and the waybills."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import (
    REFERENCE,
    TICKETS_HEADER,
    SmallHome,
    new_home,
    published_home,
)

pytestmark = pytest.mark.slow  # a night comes first

_HEADER = (
    "waybill_no,service_level,org_unit_id,courier_id,picked_up_at,promised_at,delivered_at,"
    "status,exception,attempts,fee_minor,claim_minor,first_attempt_at\n"
)
# W2 came late, W4 was lost; PD and PX lie in a region of their own, SH beside it.
_MARCH = (
    _HEADER + "W1,express,PD,C1,2026-03-02 09:00,2026-03-04 18:00,2026-03-03 11:00,"
    "delivered,none,1,1200,,\n"
    "W2,express,PX,C2,2026-03-02 09:00,2026-03-04 18:00,2026-03-05 11:00,"
    "delivered,delayed,2,1500,2500,2026-03-04 17:50\n"
    "W3,economy,PX,C2,2026-03-02 09:00,2026-03-09 18:00,2026-03-05 12:00,"
    "delivered,none,1,900,,\n"
    "W4,economy,SH,C3,2026-03-03 09:00,2026-03-10 18:00,,lost,lost,,900,99000,\n"
)
# W2 was tried at the end of its second day, which nothing had been scanned for; W1 took 3 hours to
# the hub, W3 took 5.
_EVENTS = (
    "waybill_no\tat\tevent\n"
    "W1\t2026-03-02 09:00\tpicked_up\nW1\t2026-03-02 12:00\thub_in\n"
    "W1\t2026-03-03 11:00\tdelivered\n"
    "W2\t2026-03-02 09:00\tpicked_up\nW2\t2026-03-04 17:50\tfirst_attempt\n"
    "W2\t2026-03-05 11:00\tdelivered\n"
    "W3\t2026-03-02 09:00\tpicked_up\nW3\t2026-03-02 14:00\thub_in\n"
)
_COMPLAINT = "T1,complaint,phone,PD,resolved,2026-03-02 09:00,,2026-03-02 15:00,\n"
_UNITS = "id,parent_id,kind\nHQ,,company\nEAST,HQ,region\nPD,EAST,outlet\nPX,EAST,outlet\n"
_REFERENCE = REFERENCE | {
    "org_units": _UNITS + "SH,HQ,outlet\n",
    "service_levels": "service_level,limit_working_days\nexpress,2\neconomy,5\n",
    "targets": "metric,target,effective_from\ndelivery_on_time_share,0.9,2025-01-01\n",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    kinds = ("tickets", "deliveries", "delivery_events")
    home = new_home(tmp_path_factory.mktemp("deliveries"), kinds, _REFERENCE)
    home.land("tickets/march.csv", TICKETS_HEADER + _COMPLAINT)
    home.land("deliveries/march.csv", _MARCH)
    home.land("delivery_events/march.tsv", _EVENTS)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture
def opened(small: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(small.root)
    return lambda **url: open_page("deliveries", **({"period": "2026-03"} | url))


def listed(page: OpenedPage) -> list[str]:
    """Return the waybills of the last list of the page."""
    lists = [list(table.waybill_no) for table in page.tables() if "picked_up_at" in table]
    return lists[-1] if lists else []


def bars(page: OpenedPage, nth: int) -> list[str]:
    """Return the names of the `nth` bars of the page, in their order."""
    return list([table for table in page.tables() if "name" in table][nth]["name"])


def table_with(page: OpenedPage, column: str) -> dict[str, list]:
    """Return the only table of the page that has `column`."""
    (table,) = (table for table in page.tables() if column in table)
    return table.to_dict("list")


def test_it_opens_with_on_time_against_its_target(opened: Callable[..., OpenedPage]) -> None:
    said = opened().texts()
    assert "Delivered on time: 50.0%, short of the target of 90.0%." in said.splitlines()[0]
    assert "n 4, 95% interval 15.0% – 85.0%." in said


@pytest.mark.parametrize(
    "figure",
    [
        "Delivered at first attempt 66.7%",
        "Exceptions 50.0%",
        "Lost per million 250,000",
        "Time to deliver, median hours 74.0 h",
        "Claims per thousand deliveries CN¥253,750",
        "Deliveries picked up 4",
        # W2 took 74 hours, W3 75, W1 26; W4 never came.
        "Delivered within 48 hours 25.0%",
        "Delivered within 72 hours 25.0%",
        "Total delays per million 250,000",
    ],
)
def test_it_shows_a_tile_for(opened: Callable[..., OpenedPage], figure: str) -> None:
    assert figure in opened().texts()


def test_on_time_is_compared_by_service_level_and_by_the_lowest_units_worst_first(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    assert set(bars(page, 0)) == {"Express", "Economy"}
    assert bars(page, 1) == ["SH", "PX", "PD"]  # not the region above two of them
    assert bars(opened(unit="EAST"), 1) == ["PX", "PD"]
    assert bars(opened(unit="PX"), 1) == ["PX", "PD"]  # within its region


def test_exceptions_are_compared_by_type_the_most_frequent_first(
    opened: Callable[..., OpenedPage],
) -> None:
    tables = [table for table in opened().tables() if "name" in table and len(table) == 6]
    names = list(tables[0]["name"])
    assert "Courier late" in names
    assert set(names[:2]) == {"Delayed", "Lost"}


def test_what_arrives_within_48_and_72_hours_stands_by_service_level_and_period(
    opened: Callable[..., OpenedPage],
) -> None:
    rows = table_with(opened(), "when")
    assert rows["name"] == ["Economy, 48 h", "Economy, 72 h", "Express, 48 h", "Express, 72 h"]
    assert rows["when"] == ["2026-03"] * 4
    assert rows["value"] == [0, 0, 0.5, 0.5]
    assert table_with(opened(period="all"), "when")["when"] == ["2026-03"] * 4


def test_stages_are_named_by_their_two_scans_and_the_longest_is_shown_in_depth(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    (stages,) = (
        table for table in page.tables() if "name" in table and "→" in str(table["name"][0])
    )
    assert list(stages["name"]) == [
        "Pick-up → 1st try",
        "Hub in → Delivered",
        "1st try → Delivered",
        "Pick-up → Hub in",
    ]
    (box,) = (box for box in page.app.selectbox if box.key == "choose_stage")
    assert box.options[0] == "Pick-up → 1st try"
    assert box.value == "picked_up > first_attempt"


def test_another_stage_and_the_mean_can_be_linked_to(opened: Callable[..., OpenedPage]) -> None:
    page = opened(stage="picked_up > hub_in", hours="mean")
    (by_unit,) = (
        list(zip(table["name"], table["value"], strict=True))
        for table in page.tables()
        if "name" in table and set(table["name"]) == {"PX", "PD"} and 5 in set(table["value"])
    )
    assert by_unit == [("PX", 5), ("PD", 3)]


def test_rates_come_with_their_limits_and_say_whether_units_differ_by_more_than_chance(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened().texts()
    assert "All of them overlap: what differs between them may be chance." in said
    (by_region,) = (
        table
        for table in opened(rate="damaged_per_million", rate_by="region").tables()
        if "name" in table and list(table["name"]) == ["–"]
    )
    assert by_region["high"][0] > 0


def test_complaints_are_not_known_by_service_level_and_this_is_said(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened(service_level="express", rate="complaints_per_million_deliveries").texts()
    assert "This metric is not known by service level: all are counted." in said


def test_totally_delayed_waybills_say_how_far_past_due_they_are(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    delayed = table_with(page, "days_late")
    assert delayed["waybill_no"] == ["W4"]  # due on the 10th, looked at when March was over
    assert delayed["days_late"] == [21]
    assert delayed["status"] == ["Lost"]
    assert "No waybill that fell due here was totally delayed." in opened(unit="PX").texts()


def test_a_suspicious_attempt_is_listed_with_why_and_called_no_proof(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    attempts = table_with(page, "why")
    assert attempts["waybill_no"] == ["W2"]
    assert attempts["why"] == ["not scanned for hours before"]
    assert attempts["courier_id"] == ["C2"]
    assert "1 failed first attempt looks as if nobody had tried. This is a suspicion" in (
        page.texts()
    )


@pytest.mark.parametrize(
    "url", [{"unit": "PD"}, {"service_level": "economy"}, {"period": "2026-03-03"}]
)
def test_suspicions_are_those_of_the_scope(
    opened: Callable[..., OpenedPage], url: dict[str, str]
) -> None:
    assert "No failed first attempt looks as if nobody had tried." in opened(**url).texts()


@pytest.mark.parametrize(
    ("which", "waybills"),
    [
        ("delivery_on_time_share", ["W4", "W2"]),
        ("lost_per_million", ["W4"]),
        ("damaged_per_million", []),
        ("exception_share", ["W4", "W2"]),
        ("first_attempt_share", ["W2"]),
        ("delivery_hours_p90", ["W3", "W2", "W1"]),
        ("claims_per_thousand_deliveries", ["W4", "W2"]),
    ],
)
def test_every_list_of_waybills_holds_what_it_says(
    opened: Callable[..., OpenedPage], which: str, waybills: list[str]
) -> None:
    assert listed(opened(list=which)) == waybills


def test_the_service_level_of_the_url_counts_everywhere(opened: Callable[..., OpenedPage]) -> None:
    page = opened(service_level="express")
    assert "Deliveries picked up 2" in page.texts()
    assert listed(page) == ["W2"]


def test_choosing_a_list_writes_it_into_the_url(opened: Callable[..., OpenedPage]) -> None:
    app = opened().app
    (box,) = (box for box in app.selectbox if box.key == "choose_list")
    box.set_value("lost_per_million").run()
    assert app.query_params["list"] == "lost_per_million"
    assert listed(OpenedPage(app)) == ["W4"]


def test_all_there_is_has_a_course_by_month(opened: Callable[..., OpenedPage]) -> None:
    page = opened(period="all", chart="trend")
    of_stage, of_metric = (table for table in page.tables() if "period" in table)
    for course in (of_stage, of_metric):
        assert [str(month)[:7] for month in course["period"]] == ["2026-03"]


def test_a_period_without_deliveries_says_so(opened: Callable[..., OpenedPage]) -> None:
    said = opened(period="2026-03-04", unit="SH").texts()
    assert "There is nothing to count at SH in 4 Mar 2026." in said


def test_one_that_is_still_under_way_is_neither_late_nor_on_time(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    look_at(published_home(tmp_path).root)
    page = open_page("deliveries", period="2026-03")
    assert "Delivered on time: 50.0%." in page.texts()
    assert listed(page) == ["W2"]
