"""Pages of Streamlit, served as `sqm serve` does but without Dagster, and a browser to see them.

Tests in tests/browser use these too.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.serve import page_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium")
_SECONDS_TO_START = 60
# Without these Chromium asks its maker for updates, which a closed network refuses many times.
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give Debian's Chromium, driven by Playwright. Raises RuntimeError where it is missing."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        raise RuntimeError("chromium is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield browser
        browser.close()


@contextmanager
def served(script: Path, home: Path, store: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve `script` on a free port, looking at a home; give the process and the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", *page_server(script, port)],
        env={**os.environ, "SQM_HOME": str(home), "SQM_STORE": str(store)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(server, port)
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError("Streamlit ended by itself")
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise RuntimeError(f"Streamlit did not answer within {_SECONDS_TO_START} s")
