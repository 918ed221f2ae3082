"""The words of a chart, and its text for those who cannot see it.

To add a word: a key of `Labels`; pages that build the dictionary are told by the type checker.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

import polars as pl

NOTHING = "–"
_TOLD_AT_MOST = 24


class Labels(TypedDict):
    """All the words that charts show, in the reader's language."""

    period: str
    value: str
    interval: str  # such as "95 % interval"
    n: str
    target: str
    amber: str
    red: str
    beyond_target: str  # on the wrong side of the target
    held: str  # held rows
    rows: str
    no_rows: str  # a day without any row
    no_figures: str  # shown in place of a chart that has nothing to show
    cumulative_share: str
    actual: str
    budget: str
    variance: str
    favourable: str
    adverse: str
    material: str
    run: str
    stage: str
    seconds: str
    sources: str
    records: str
    measures: str
    marts: str
    release: str
    at: str  # when something happened
    place: str  # where, or by whom
    promise: str


def described(title: str, names: Iterable[str], texts: Iterable[str | None]) -> str:
    """Return the description of a chart: its title, and "name value" of its newest rows.

    Screen readers read it in place of the drawing; long series are told by their end.
    """
    pairs = [f"{name} {text or NOTHING}" for name, text in zip(names, texts, strict=True)]
    left_out = ["…"] if len(pairs) > _TOLD_AT_MOST else []
    told = "; ".join(left_out + pairs[-_TOLD_AT_MOST:])
    return f"{title}: {told}" if title else told


def letters(text: str) -> int:
    """Return how wide `text` is, in letters: Chinese ones are as wide as two."""
    return len(text) + sum(not letter.isascii() for letter in text)


def in_two_lines(text: str) -> list[str]:
    """Return `text` in two lines of about the same length, parted at a blank if it has one."""
    blanks = [place for place, letter in enumerate(text) if letter == " "]
    if not blanks:
        middle = (len(text) + 1) // 2
        return [text[:middle], text[middle:]]
    middle = min(blanks, key=lambda place: abs(letters(text[:place]) - letters(text[place + 1 :])))
    return [text[:middle], text[middle + 1 :]]


def told_apart(names: str) -> pl.Expr:
    """Return the texts of column `names`, with invisible spaces where one comes up again.

    Two couriers of the same name stay two rows of a chart; a missing name is a dash.
    """
    told = pl.col(names).cast(pl.String).fill_null(NOTHING)
    again = pl.int_range(pl.len()).over(names)
    return pl.concat_str(told, pl.lit("\u200b").repeat_by(again).list.join(""))
