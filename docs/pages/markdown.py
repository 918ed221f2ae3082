"""Markdown that the generated pages are made of."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

_NOTICE = "<!-- Generated: change the code, then run `.venv/bin/python -m docs.generate`. -->"


def write_page(paragraphs: Iterable[str]) -> str:
    """Return a page of `paragraphs`; empty ones are left out."""
    return "\n\n".join([_NOTICE, *(part for part in paragraphs if part)]) + "\n"


def write_table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table: a header and rows of as many cells."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(text) for text in line)} |" for line in lines)


def as_written(value: object) -> str:
    """Return a value as a file or a command line has it."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(f'"{part}"' for part in value)
    return str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
