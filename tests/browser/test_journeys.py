"""What the three people do in the morning, done in a real browser on the demo organisation."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from benchmarks.served_pages import served
from pipelines.commands.serve import dashboards_app
from tests.nights import demo_night
from tests.pipelines.small_home import LATER, SmallHome, published_home

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.slow

_ATTEMPTS, _A_MOMENT = 5, 5_000  # milliseconds
_WEEK = "2026-W42"  # a queue missed its promises in it
# Where the first cell of the first row of a table lies: a canvas, without elements to look for.
_FIRST_CELL = {"x": 60, "y": 52}


@pytest.fixture(scope="module")
def dashboards() -> Iterator[str]:
    """Address of the dashboards on the demo."""
    night = demo_night()
    with served(dashboards_app(), night.home, night.store) as (_, address):
        yield address


def opening(page: Page) -> Locator:
    """The sentence a page opens with."""
    return page.get_by_test_id("stMain").get_by_role("heading", level=3).first


def wait_until_idle(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'"
    )


def choose(page: Page, label: str, value: str) -> None:
    """Choose `value` in the select box called `label`, as one who types its beginning.

    A page that is drawn again meanwhile closes the list: then one opens it again.
    """
    from playwright.sync_api import TimeoutError as TookTooLong

    box = page.get_by_role("combobox", name=re.compile(label)).last
    option = page.get_by_role("option", name=re.compile(value)).first
    for _attempt in range(_ATTEMPTS):
        wait_until_idle(page)
        box.click()
        box.fill(value)
        with suppress(TookTooLong):
            option.click(timeout=_A_MOMENT)
            return
        page.keyboard.press("Escape")
    raise AssertionError(f"{value} could not be chosen in {label}")


def open_first_row(page: Page, table: Locator) -> None:
    """Click the number in the first row of a table of records, until its page opens.

    The table is a canvas that draws itself in its own time; a click before that finds nothing.
    """
    from playwright.sync_api import TimeoutError as TookTooLong

    for _attempt in range(_ATTEMPTS):
        wait_until_idle(page)
        table.scroll_into_view_if_needed()
        table.locator("canvas").first.wait_for()
        table.click(position=_FIRST_CELL)
        with suppress(TookTooLong):
            page.wait_for_url(re.compile("/records"), timeout=_A_MOMENT)
            return
    raise AssertionError("a click on the first row opened nothing")


def test_the_qa_manager_goes_from_a_warning_to_the_queue_to_a_missed_ticket(
    dashboards: str, page: Page
) -> None:
    page.goto(f"{dashboards}/?period={_WEEK}")
    opening(page).wait_for()
    look_into_it = page.get_by_role("link", name="Look into it")
    warning = page.get_by_test_id("stVerticalBlock").filter(
        has_text=re.compile("Promises kept at Parcel tracing queue: 70.3%"), has=look_into_it
    )
    warning.last.get_by_role("link", name="Look into it").click()

    page.get_by_role("heading", name=re.compile("Promises kept: 70.3%, short of")).wait_for()
    assert "unit=Q-TRACE" in page.url and f"period={_WEEK}" in page.url
    page.get_by_text("11 records behind it").first.wait_for()

    table = page.get_by_test_id("stDataFrame").last
    open_first_row(page, table)
    page.wait_for_url(re.compile(r"/records\?.*id=GD26"))
    opening(page).wait_for()
    assert "missed" in opening(page).inner_text()
    wait_until_idle(page)
    assert page.get_by_test_id("stException").count() == 0


def test_finance_goes_from_a_line_to_its_entries_to_the_workbook_on_disk(
    dashboards: str, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{dashboards}/budget_vs_actual?unit=R-SOUTH&period=2026-07")
    opening(page).wait_for()
    wait_until_idle(page)
    choose(page, "Line", "Line haul")
    page.wait_for_url(re.compile("line=6401"))
    wait_until_idle(page)
    assert "6401 Line haul is" in page.get_by_test_id("stMain").inner_text()

    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").first.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name.endswith(".xlsx")
    sheets = pl.read_excel(file, sheet_id=0, has_header=False, drop_empty_rows=False)
    assert len(sheets) >= 4
    entries = [sheet for name, sheet in sheets.items() if "entries" in name.lower()]
    assert entries and entries[0].height > 1


def test_the_scheduler_sees_how_the_night_went_and_when_the_next_one_is(
    dashboards: str, page: Page
) -> None:
    page.goto(f"{dashboards}/operations")
    opening(page).wait_for()
    wait_until_idle(page)
    said = page.get_by_test_id("stMain").inner_text()
    assert "Asia/Shanghai" in said
    assert "02:00" in said


def test_the_language_can_be_switched_and_stays_on_the_next_page(
    dashboards: str, page: Page
) -> None:
    page.goto(dashboards)
    opening(page).wait_for()
    page.get_by_role("radio", name="中文").click()
    page.wait_for_url(re.compile("lang=zh"))
    page.get_by_role("link", name="服务水平").click()
    page.get_by_role("heading", name=re.compile("解决达标率")).first.wait_for()
    assert "lang=zh" in page.url


def test_a_link_copied_to_a_second_browser_shows_the_same_view(dashboards: str, page: Page) -> None:
    page.goto(f"{dashboards}/deliveries")
    opening(page).wait_for()
    wait_until_idle(page)
    choose(page, "Org unit", "Chongqing Yubei")
    page.wait_for_url(re.compile("unit=CKG-YB"))
    page.get_by_role("radio", name="Week", exact=True).click()
    page.wait_for_url(re.compile("period=2026-W"))
    wait_until_idle(page)
    seen = opening(page).inner_text()

    second = page.context.browser.new_context(locale="en-GB")
    second.set_default_timeout(60_000)
    other = second.new_page()
    other.goto(page.url)
    opening(other).wait_for()
    wait_until_idle(other)
    assert opening(other).inner_text() == seen
    assert other.get_by_text("Chongqing Yubei, week of").count() > 0
    second.close()


def test_a_browser_that_speaks_chinese_is_answered_in_chinese(dashboards: str, page: Page) -> None:
    context = page.context.browser.new_context(locale="zh-CN")
    context.set_default_timeout(60_000)
    chinese = context.new_page()
    chinese.goto(dashboards)
    opening(chinese).wait_for()
    assert re.search("[\u4e00-\u9fff]", opening(chinese).inner_text())
    context.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A small home after its night, which must not be run under the loop of the browser."""
    return published_home(tmp_path_factory.mktemp("home"))


def test_a_new_snapshot_appears_without_a_restart(small: SmallHome, page: Page) -> None:
    with served(dashboards_app(), small.root, small.root / "store") as (_, address):
        page.goto(address)
        page.get_by_text(re.compile("Snapshot 000001-2026-03-31")).wait_for()
        # In a process of its own: a loop of events runs in this one.
        sqm = Path(sys.executable).with_name("sqm")
        subprocess.run(
            [sqm, "nightly", "--home", small.root, "--as-of", LATER.isoformat()], check=True
        )
        page.reload()
        page.get_by_text(re.compile("Snapshot 000002-2026-04-03")).wait_for()
