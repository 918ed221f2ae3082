"""A real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from benchmarks.served_pages import CHROMIUM, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page


_PATIENCE = 60_000  # milliseconds: other tests run on the other cores


@pytest.fixture
def page() -> Iterator[Page]:
    """An empty page; skips where Chromium is missing, fails there in CI."""
    if CHROMIUM is None:
        missing = "chromium is not installed (Debian package chromium)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.set_default_timeout(_PATIENCE)
        yield opened
