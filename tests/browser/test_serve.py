"""What `sqm serve` shows of a night, and the report of the judge, seen in a real browser."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.pipelines.small_home import SmallHome, published_home

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

_SQM = Path(sys.executable).with_name("sqm")
_SECONDS_TO_START = 90


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A small home after its night."""
    return published_home(tmp_path_factory.mktemp("home"))


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@contextmanager
def _served(small: SmallHome, port: int) -> Iterator[subprocess.Popen[bytes]]:
    serving = subprocess.Popen([_SQM, "serve", "--home", small.root, "--port", str(port)])
    try:
        _wait_for(f"http://127.0.0.1:{port}/server_info", serving)
        yield serving
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(30)


def _wait_for(url: str, serving: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        assert serving.poll() is None, "sqm serve ended by itself"
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(0.5)
    raise AssertionError(f"{url} did not answer within {_SECONDS_TO_START} s")


def test_the_scheduler_sees_the_night_its_rows_and_its_checks(
    published: SmallHome, page: Page
) -> None:
    port = _free_port()
    pages = f"http://127.0.0.1:{port}"
    with _served(published, port) as serving:
        page.goto(f"{pages}/runs")
        page.get_by_text("nightly").first.wait_for()
        page.get_by_text("Success").first.wait_for()
        page.goto(f"{pages}/assets/records/deliveries")
        page.get_by_text("rows_read").wait_for()
        page.goto(f"{pages}/assets/release/candidate?view=checks")
        page.get_by_text("rows_read_are_accounted_for").first.wait_for()
        page.goto(f"{pages}/automation")
        page.get_by_text("every_night").first.wait_for()
    assert serving.returncode == 0
    with pytest.raises(URLError):
        urlopen(f"{pages}/server_info")


def test_the_report_of_the_judge_opens_from_disk_and_leads_to_every_table(
    published: SmallHome, page: Page
) -> None:
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.goto((published.home.reports / "expectations" / "index.html").as_uri())
    tables = page.locator("summary a")
    assert tables.count() >= 10
    page.get_by_role("link", name="records.tickets").click()
    page.get_by_role("heading", name="records.tickets").wait_for()
    assert troubles == []
