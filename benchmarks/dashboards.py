"""The dashboards in a real browser: first paint of Today, and a change of its filter.

First paint is the time from asking for the address to seeing the opening sentence; complete, to
seeing every tile. The reference is a page of one line, served and seen in the same way: what
remains is ours. Every loading is a session of its own in a browser that has been here before.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.deliveries_home import AS_OF, deliveries_home
from benchmarks.measurement import report, run_sqm
from benchmarks.nightly import copy_of_demo
from benchmarks.served_pages import chromium, served
from pipelines.commands.serve import dashboards_app
from pipelines.questions.metric_queries import answer, parse_query
from pipelines.release.snapshots import open_snapshot
from pipelines.settings import Home

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PUBLISHED = (0, 4)
_OPENING = "h3"
_TILES = "[data-testid=stMetric]"
_ON_TIME = "delivery_on_time_share"
_ONE_LINE = 'import streamlit as st\n\nst.markdown("### Ready")\n'


def main() -> None:
    """Serve a home, look at it, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help="deliveries of a generated home; else the demo")
    parser.add_argument("--folder", type=Path, help="keep the generated home here, or use it again")
    parser.add_argument("--times", type=int, default=9, help="loadings of which the median counts")
    asked = parser.parse_args()
    if asked.rows:
        with deliveries_home(asked.rows, asked.folder) as home:
            _measure(home, rows=asked.rows, times=asked.times)
    else:
        with tempfile.TemporaryDirectory(prefix="sqm-benchmark-") as folder:
            home = copy_of_demo(Path(folder))
            run_sqm("demo", f"--home={home.root}")
            _measure(home, rows=None, times=asked.times)


def _measure(home: Home, rows: int | None, times: int) -> None:
    if not home.snapshots.is_dir():
        run_sqm("nightly", f"--home={home.root}", f"--as-of={AS_OF}", expected=_PUBLISHED)
    with _new_page() as page, tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "one_line.py"
        script.write_text(_ONE_LINE, encoding="utf-8")
        with served(script, home.root, home.store) as (_, address):
            _paint(page, address)
            bare = median(_paint(page, address)[0] for _ in range(times))
        with served(dashboards_app(), home.root, home.store) as (server, address):
            cold, _ = _paint(page, address, tiles=True)
            loads = [_paint(page, address, tiles=True) for _ in range(times)]
            _assert_equal(page, home)
            changes = _change_periods(page, address, times)
            peak_mb = _peak_mb(server.pid)
    first_paint = median(first for first, _ in loads)
    report(
        benchmark="dashboards",
        deliveries=rows,
        ratio=first_paint / bare,
        reference_seconds=bare,
        first_paint_seconds=first_paint,
        complete_seconds=median(complete for _, complete in loads),
        first_after_start_seconds=cold,
        filter_change_seconds=median(changes),
        slowest_filter_change_seconds=max(changes),
        peak_mb=peak_mb,
    )


def _paint(page: Page, address: str, *, tiles: bool = False) -> tuple[float, float]:
    """Return the seconds until the opening sentence and, if asked, until the last tile."""
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(_OPENING).first.wait_for()
    first = time.perf_counter() - begun
    if tiles:
        _wait_until_idle(page)
        page.locator(_TILES).last.wait_for()
    return first, time.perf_counter() - begun


def _change_periods(page: Page, address: str, times: int) -> list[float]:
    """Return the seconds of so many changes of the period, each to one not asked for before."""
    page.goto(address)
    page.locator(_OPENING).first.wait_for()
    _wait_until_idle(page)
    # From the click as the browser sees it: moving the mouse there is Playwright's time.
    page.evaluate("addEventListener('click', () => window.clicked = performance.now(), true)")
    seconds = []
    for step in range(1, times + 1):
        page.get_by_role("combobox").last.click()
        option = page.get_by_role("option").nth(step)
        name = option.inner_text()
        option.click()
        page.locator("[data-testid=stMain]").get_by_text(f", {name}.").first.wait_for()
        _wait_until_idle(page)
        seconds.append(page.evaluate("(performance.now() - window.clicked) / 1000"))
    return seconds


def _assert_equal(page: Page, home: Home) -> None:
    """The page shows what the snapshot answers: the newest month's share of what was on time."""
    month = AS_OF.replace(day=1)
    query = parse_query(_ON_TIME, grain="all", first=month, last=AS_OF)
    with open_snapshot(home.snapshots) as snapshot:
        (value,) = answer(query, snapshot.query)["value"]
    shown = re.compile(rf"(?<![\d.]){re.escape(f'{value:.1%}')}")
    # The browser may still be drawing when the script has ended. Playwright raises if it never is.
    page.locator(_TILES).filter(has_text=shown).first.wait_for()


def _wait_until_idle(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'"
    )


@contextmanager
def _new_page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")


def _peak_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes) / 1024


if __name__ == "__main__":
    main()
