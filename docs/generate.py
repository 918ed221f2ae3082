"""Writes the reference pages of docs/ from the code that they describe.

`.venv/bin/python -m docs.generate` writes them all; tests/test_docs.py fails when one is out of
date. To add a page: a module in docs/pages/ that returns its text, and an entry in PAGES.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.pages.commands import commands_page
from docs.pages.configuration import settings_page, sources_page
from docs.pages.metrics import metrics_page
from docs.pages.records import records_page

_DOCS = Path(__file__).parent

PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "metrics.md": metrics_page,
    "records.md": records_page,
    "settings.md": settings_page,
    "sources.md": sources_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (_DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
