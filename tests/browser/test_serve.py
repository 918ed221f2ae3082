"""What `sqm serve` starts, shows and stops, seen in a real browser; the report of the judge."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.pipelines.small_home import SmallHome, published_home

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

_SQM = Path(sys.executable).with_name("sqm")
_SECONDS_TO_START = 90
_SECONDS_TO_STOP = 60


@dataclass(frozen=True)
class Served:
    """A running `sqm serve`, its ports, and the home folder of the account it runs under."""

    process: subprocess.Popen[str]
    port: int
    dashboard_port: int
    account: Path

    @property
    def dagster(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dashboards(self) -> str:
        return f"http://127.0.0.1:{self.dashboard_port}"

    def wait_until_it_answers(self, *addresses: str) -> None:
        for address in addresses or (f"{self.dashboards}/_stcore/health", self.dagster):
            _wait_until(
                lambda address=address: self.process.poll() is not None or answers(address),
                f"{address} does not answer",
            )
            assert self.process.poll() is None, "sqm serve ended by itself"

    def parts(self) -> dict[str, int]:
        """Return the process id of each part by its module."""
        return {
            Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0")[2]: child
            for child in _children(self.process.pid)
        }

    def family(self) -> set[int]:
        """Return the ids of all processes that were started, by us or by those we started."""
        return _descendants(self.process.pid)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A small home after its night."""
    return published_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def served(published: SmallHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small home, served, and all pages answering: for tests that only look."""
    with _served(published, tmp_path_factory.mktemp("account")) as serving:
        serving.wait_until_it_answers()
        yield serving


@contextmanager
def _served(small: SmallHome, account: Path) -> Iterator[Served]:
    port, dashboard_port = _free_ports(2)
    options = ["--port", str(port), "--dashboard-port", str(dashboard_port)]
    with subprocess.Popen(
        [_SQM, "serve", "--home", small.root, *options],
        env={**os.environ, "HOME": str(account), "DISPLAY": ":0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Served(process, port, dashboard_port, account)
        finally:
            process.terminate()
            process.communicate(timeout=_SECONDS_TO_STOP)


def _free_ports(count: int) -> list[int]:
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in listening]
    finally:
        for one in listening:
            one.close()


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5):
            return True
    except (URLError, TimeoutError, ConnectionError):
        return False


def _wait_until(
    claim: Callable[[], bool], otherwise: str, seconds: float = _SECONDS_TO_START
) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, otherwise
        time.sleep(0.25)


def _children(process: int) -> set[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return {int(child) for task in tasks for child in task.read_text().split()}


def _descendants(process: int) -> set[int]:
    children = _children(process)
    return children.union(*(_descendants(child) for child in children))


def _still_runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _all_are_gone(processes: set[int]) -> bool:
    return not any(map(_still_runs, processes))


def _asked(address: str, question: str) -> dict[str, Any]:
    body = json.dumps({"query": question}).encode()
    request = Request(f"{address}/graphql", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)["data"]


def _healthy_daemons(served: Served) -> set[str]:
    question = "{instance {daemonHealth {allDaemonStatuses {daemonType healthy}}}}"
    statuses = _asked(served.dagster, question)["instance"]["daemonHealth"]["allDaemonStatuses"]
    return {status["daemonType"] for status in statuses if status["healthy"]}


def test_the_dashboards_open_and_call_no_other_machine(served: Served, page: Page) -> None:
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto(served.dashboards)
    page.locator("[data-testid=stMain] [data-testid=stElementContainer]").first.wait_for()
    assert [
        url for url in asked_for if not url.startswith((served.dashboards, "data:", "blob:"))
    ] == []


def test_the_daemon_keeps_the_schedule_beside_the_pages(served: Served) -> None:
    assert served.parts().keys() == {"streamlit", "dagster_webserver", "dagster._daemon"}
    _wait_until(lambda: "SCHEDULER" in _healthy_daemons(served), "the daemon does not work")


def test_the_scheduler_sees_the_night_its_rows_and_its_checks(served: Served, page: Page) -> None:
    page.goto(f"{served.dagster}/runs")
    page.get_by_text("nightly").first.wait_for()
    page.get_by_text("Success").first.wait_for()
    page.goto(f"{served.dagster}/assets/records/deliveries")
    page.get_by_text("rows_read").wait_for()
    page.goto(f"{served.dagster}/assets/release/candidate?view=checks")
    page.get_by_text("rows_read_are_accounted_for").first.wait_for()
    page.goto(f"{served.dagster}/automation")
    page.get_by_text("every_night").first.wait_for()


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 101), ("elsewhere.example", 403)])
def test_a_page_elsewhere_cannot_read_the_dashboards_under_its_own_name(
    served: Served, host: str, status: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.dashboard_port, timeout=10)
    upgrade = {
        "Host": f"{host}:{served.dashboard_port}",
        "Origin": f"http://{host}:{served.dashboard_port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    }
    connection.request("GET", "/_stcore/stream", headers=upgrade)
    assert connection.getresponse().status == status
    connection.close()


def test_nothing_is_written_to_the_home_of_the_account(served: Served) -> None:
    assert list(served.account.iterdir()) == []


def test_all_of_it_stops_in_peace(published: SmallHome, tmp_path: Path) -> None:
    with _served(published, tmp_path) as serving:
        serving.wait_until_it_answers()
        family = serving.family()
        serving.process.terminate()
        told, _ = serving.process.communicate(timeout=_SECONDS_TO_STOP)
        assert serving.process.returncode == 0
        assert len(family) > 3
        assert _all_are_gone(family)
        assert not answers(serving.dagster)
        assert not answers(f"{serving.dashboards}/_stcore/health")
        assert f"Dashboards: {serving.dashboards}\n" in told
        assert f"Dagster: {serving.dagster}\n" in told
        assert "Traceback" not in told


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_the_end_of_the_terminal_stop_it_even_while_it_starts(
    published: SmallHome, tmp_path: Path, by: signal.Signals
) -> None:
    with _served(published, tmp_path) as serving:
        _wait_until(lambda: len(serving.family()) >= 3, "not all has started")
        family = serving.family()
        serving.process.send_signal(by)
        serving.process.communicate(timeout=_SECONDS_TO_STOP)
        assert serving.process.returncode == 0
        assert _all_are_gone(family)


def test_a_stop_that_asks_every_process_at_once_is_no_failure(
    published: SmallHome, tmp_path: Path
) -> None:
    with _served(published, tmp_path) as serving:
        serving.wait_until_it_answers(f"{serving.dashboards}/_stcore/health")
        family = serving.family()
        for process in (serving.process.pid, *family):
            os.kill(process, signal.SIGTERM)
        told, _ = serving.process.communicate(timeout=_SECONDS_TO_STOP)
        assert serving.process.returncode == 0, told
        assert _all_are_gone(family)


def test_when_one_process_dies_the_others_stop_and_it_is_named(
    published: SmallHome, tmp_path: Path
) -> None:
    with _served(published, tmp_path) as serving:
        serving.wait_until_it_answers(f"{serving.dashboards}/_stcore/health")
        family = serving.family()
        os.kill(serving.parts()["streamlit"], signal.SIGKILL)
        told, _ = serving.process.communicate(timeout=_SECONDS_TO_STOP)
        assert serving.process.returncode == 128 + signal.SIGKILL
        assert told.splitlines()[-1].startswith(
            "Streamlit (the dashboards) ended by itself (signal 9)"
        )
        assert _all_are_gone(family)


def test_nothing_stays_behind_when_serve_itself_is_killed(
    published: SmallHome, tmp_path: Path
) -> None:
    with _served(published, tmp_path) as serving:
        serving.wait_until_it_answers()
        family = serving.family()
        serving.process.kill()
        _wait_until(lambda: _all_are_gone(family), "a process stayed", _SECONDS_TO_STOP)


@pytest.mark.parametrize("option", ["--port", "--dashboard-port"])
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Port {port} of 127.0.0.1 is taken: stop what listens there, or choose another one "
            "with {option}.",
        ),
        (
            "zh",
            "127.0.0.1 的端口 {port} 已被占用：请停止占用它的程序，或用 {option} 换一个端口。",
        ),
    ],
    ids=["en", "zh"],
)
def test_a_port_that_is_taken_is_told_before_anything_starts(
    published: SmallHome, option: str, language: str, sentence: str
) -> None:
    other = {"--port": "--dashboard-port", "--dashboard-port": "--port"}[option]
    [free] = _free_ports(1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        told = subprocess.run(
            [_SQM, "serve", "--home", published.root, option, str(port), other, str(free)],
            env={**os.environ, "SQM_LANGUAGE": language},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == sentence.format(port=port, option=option) + "\n"


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
