"""Texts of other people inside our sentences: shown as they were written, never as markup."""

from __future__ import annotations

import re

# What Markdown, and Streamlit's directives, icons and formulas beside it, are written with.
_MARKS = re.compile(r"([\\`*_{}\[\]()<>!|~$:&])")
_CODE_OR_MARK = re.compile(rf"(`[^`]*`)|{_MARKS.pattern}")
_BLANKS = re.compile(r"\s+")
_LONGEST = 80


def plain(text: str) -> str:
    """Return `text` for the midst of a sentence in Markdown: one line, no markup, at most 80
    characters. A line must not begin with it: it might begin a list."""
    line = _BLANKS.sub(" ", text).strip()
    shown = line if len(line) <= _LONGEST else line[:_LONGEST].rstrip() + "…"
    return _MARKS.sub(r"\\\1", shown)


def in_markdown(sentence: str) -> str:
    """Return a sentence of the pipeline's for Markdown: whole, what is in `backticks` stays code,
    all other marks, such as those of the names in it, are no markup."""
    line = _BLANKS.sub(" ", sentence).strip()
    return _CODE_OR_MARK.sub(lambda found: found[1] or f"\\{found[2]}", line)
