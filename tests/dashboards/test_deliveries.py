"""The page on deliveries: on time against target, what went wrong, and the waybills behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import REFERENCE, SmallHome, new_home, published_home

pytestmark = pytest.mark.slow  # a night comes first

_HEADER = (
    "waybill_no,service_level,org_unit_id,courier_id,picked_up_at,promised_at,delivered_at,"
    "status,exception,attempts,fee_minor,claim_minor\n"
)
# W2 came late, W4 was lost; PD and PX lie in a region of their own, SH beside it.
_MARCH = (
    _HEADER + "W1,express,PD,C1,2026-03-02 09:00,2026-03-04 18:00,2026-03-03 11:00,"
    "delivered,none,1,1200,\n"
    "W2,express,PX,C2,2026-03-02 09:00,2026-03-04 18:00,2026-03-05 11:00,"
    "delivered,delayed,2,1500,2500\n"
    "W3,economy,PX,C2,2026-03-02 09:00,2026-03-09 18:00,2026-03-05 12:00,"
    "delivered,none,1,900,\n"
    "W4,economy,SH,C3,2026-03-03 09:00,2026-03-10 18:00,,lost,lost,,900,99000\n"
)
_UNITS = "id,parent_id,kind\nHQ,,company\nEAST,HQ,region\nPD,EAST,outlet\nPX,EAST,outlet\n"
_REFERENCE = REFERENCE | {
    "org_units": _UNITS + "SH,HQ,outlet\n",
    "service_levels": "service_level,limit_working_days\nexpress,2\neconomy,5\n",
    "targets": "metric,target,effective_from\ndelivery_on_time_share,0.9,2025-01-01\n",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    home = new_home(tmp_path_factory.mktemp("deliveries"), ("deliveries",), _REFERENCE)
    home.land("deliveries/march.csv", _MARCH)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture
def opened(small: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(small.root)
    return lambda **url: open_page("deliveries", **({"period": "2026-03"} | url))


def listed(page: OpenedPage) -> list[str]:
    """Return the waybills that the page lists."""
    return [name for table in page.tables() if "waybill_no" in table for name in table.waybill_no]


def bars(page: OpenedPage, nth: int) -> list[str]:
    """Return the names of the `nth` bars of the page, in their order."""
    return list([table for table in page.tables() if "name" in table][nth]["name"])


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
        "Deliveries delivered 3",
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
    names = bars(opened(), 2)
    assert len(names) == 6
    assert set(names[:2]) == {"Delayed", "Lost"}


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
    page = opened(period="all")
    (course,) = (table for table in page.tables() if "period" in table)
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
