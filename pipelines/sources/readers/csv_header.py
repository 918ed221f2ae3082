"""The header of separated text: which row it is, its delimiter, its names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipelines.sources.readers.column_names import tidy_names
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

_DELIMITERS = (",", "\t", ";", "|")
_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_LIMIT = 1 << 22  # characters within which the header must end


@dataclass(frozen=True)
class Header:
    """Names of the columns, the delimiter, the header's row, and the text read beyond it."""

    names: list[str]
    delimiter: str
    row: int
    rest: str


def read_header(landed: Path, source: SourceDefinition, blocks: Iterator[str]) -> Header:
    """Take the header from the first of `blocks`, the text of `landed`.

    Without `source.delimiter` it is the one of comma, tab, semicolon and bar that the header has
    most of. Raises Refusal when the file has no text, fewer rows than `source.header_row`, or
    names that `tidy_names` refuses.
    """
    text = ""
    for block in blocks:
        text += block
        rows = _row_spans(text, source.header_row)
        # A carriage return at the very end may be half of a line end.
        if len(rows) == source.header_row and rows[-1][1] < len(text):
            break
        if len(text) > _LIMIT:
            raise Refusal(
                "{file}: a quotation mark in the header (row {row}) or above it is never closed: "
                "correct header_row or the file.",
                "{file}：第 {row} 行表头或其上方的引号没有闭合：请改正 header_row 或文件。",
                file=landed.name,
                row=source.header_row,
            )
    else:
        rows = _row_spans(text, source.header_row, is_all=True)
    if not text.strip():
        raise Refusal(
            "{file} is empty (no text in it): deliver the file again.",
            "{file} 是空文件（没有任何文字）：请重新提供该文件。",
            file=landed.name,
        )
    if len(rows) < source.header_row:
        raise Refusal(
            "{file} has {rows} rows, so no header in row {row}: correct header_row in "
            "sources/{source}.toml, or deliver the whole file again.",
            "{file} 只有 {rows} 行，第 {row} 行没有表头：请改正 sources/{source}.toml 中的 "
            "header_row，或重新提供完整的文件。",
            file=landed.name,
            rows=len(rows),
            row=source.header_row,
            source=source.name,
        )
    start, end = rows[-1]
    line = text[start:end].rstrip("\r\n")
    if line.count('"') % 2:
        raise Refusal(
            "{file}: a quotation mark in the header (row {row}) is never closed: correct "
            "header_row or the file.",
            "{file}：第 {row} 行表头中的引号没有闭合：请改正 header_row 或文件。",
            file=landed.name,
            row=source.header_row,
        )
    delimiter = source.delimiter or _most_frequent_delimiter(line)
    if not delimiter.isascii() or delimiter in '"\r\n':
        raise Refusal(
            'sources/{source}.toml: delimiter "{delimiter}" cannot be used: give one ASCII '
            "character other than a quotation mark or line end.",
            "sources/{source}.toml：分隔符“{delimiter}”无法使用：请给出一个 ASCII 字符，"
            "且不能是引号或换行符。",
            source=source.name,
            delimiter=delimiter,
        )
    names = next(csv.reader([line], delimiter=delimiter), [])
    return Header(
        tidy_names(names, file=landed.name), delimiter, source.header_row, rest=text[end:]
    )


def _row_spans(text: str, wanted: int, *, is_all: bool = False) -> list[tuple[int, int]]:
    """Return (start, end) of the first `wanted` rows; line ends between quotes end no row.

    An end without a line end counts only when the text `is_all` there is.
    """
    spans = list(islice(_complete_rows(text), wanted))
    start = spans[-1][1] if spans else 0
    if is_all and len(spans) < wanted and start < len(text):
        spans.append((start, len(text)))
    return spans


def _complete_rows(text: str) -> Iterator[tuple[int, int]]:
    start, seen, quotes = 0, 0, 0
    for line_end in _LINE_END.finditer(text):
        quotes += text.count('"', seen, line_end.start())
        seen = line_end.end()
        if quotes % 2 == 0:
            yield start, seen
            start = seen


def _most_frequent_delimiter(line: str) -> str:
    unquoted = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=unquoted.count)
