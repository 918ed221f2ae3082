"""Separated text (csv, tsv, txt, each also gzipped): every record, with its row and its flaws.

Arrow reads the records; this module numbers the rows, keeps ragged records and refuses a file
that was cut off. A record is everything up to a line end outside quotes. Records without any
value (blank lines, rows of delimiters only) are passed over, but counted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from pipelines.sources.readers.bronze_files import with_bookkeeping
from pipelines.sources.readers.column_names import RAGGED, ROW
from pipelines.sources.readers.csv_header import Header, read_header
from pipelines.sources.readers.encoded_text import text_blocks
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

_BLOCK_BYTES = 8 << 20  # Arrow parses this much at once; a record must lie within two blocks
_HOPELESS = 10_000  # ragged records from the first on that show the header to be the wrong one

# Sent after the last record: it comes back as a record of its own unless a quote is still open.
_END = "\x03sqm: end of file\x03"


def tables(landed: Path, source: SourceDefinition) -> Iterator[pa.Table]:
    """Yield the records as text with `_row` and `_ragged`; the first table has no rows.

    Raises Refusal when the last record is short and has no line end, when a quote is never
    closed, and when the header is evidently another row.
    """
    blocks = text_blocks(landed, source)
    header = read_header(landed, source, blocks)
    yield from _Records(landed.name, source.name, header, blocks).tables()


class _Records:
    """The records of one file: Arrow gives the good ones in tables and the ragged ones singly."""

    def __init__(self, file: str, source: str, header: Header, blocks: Iterator[str]) -> None:
        self._file = file
        self._source = source
        self._header = header
        self._body = _Body(blocks, header)
        self._good = 0
        self._ragged: list[arrow_csv.InvalidRow] = []  # those not yet handed on
        self._ragged_before = 0  # those handed on

    def tables(self) -> Iterator[pa.Table]:
        schema = pa.schema([(name, pa.string()) for name in self._header.names])
        yield with_bookkeeping(schema.empty_table(), np.empty(0))
        is_whole = False
        try:
            for batch in self._open():
                records = pa.Table.from_batches([batch])
                numbers = self._numbers_of_next(len(records))
                ragged = self._take_ragged(numbers)
                if len(records) and records.column(0)[-1].as_py() == _END:
                    is_whole = True
                    self._refuse_half_record(ragged, before=numbers[-1])
                    records, numbers = records.slice(0, len(records) - 1), numbers[:-1]
                yield self._in_order(records, numbers, ragged)
        except pa.ArrowInvalid as error:
            raise self._refusal(str(error)) from error
        if not is_whole:
            raise self._open_quote(row=self._seen())

    def _open(self) -> arrow_csv.CSVStreamingReader:
        return arrow_csv.open_csv(
            pa.PythonFile(io.BufferedReader(self._body), mode="r"),
            read_options=arrow_csv.ReadOptions(
                column_names=self._header.names, block_size=_BLOCK_BYTES, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._header.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(self._header.names, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,  # decoded strictly before
            ),
        )

    def _set_aside(self, record: arrow_csv.InvalidRow) -> str:
        self._ragged.append(record)
        return "error" if self._is_hopeless() else "skip"

    def _is_hopeless(self) -> bool:
        return len(self._ragged) == self._ragged[-1].number == _HOPELESS

    def _seen(self) -> int:
        return self._good + self._ragged_before + len(self._ragged)

    def _numbers_of_next(self, records: int) -> np.ndarray:
        """Return the numbers, from 1 after the header, of the next good records.

        A good record's number is its place among the good ones and the ragged ones before it.
        """
        places = np.arange(self._good, self._good + records)
        ragged = np.array([record.number for record in self._ragged], np.int64)
        good_before_ragged = ragged - 1 - np.arange(len(ragged)) - self._ragged_before
        self._good += records
        return (
            places + 1 + self._ragged_before + np.searchsorted(good_before_ragged, places, "right")
        )

    def _take_ragged(self, numbers: np.ndarray) -> list[arrow_csv.InvalidRow]:
        """Return, and hand on, the ragged records before the last of `numbers`."""
        last = numbers[-1] if len(numbers) else 0
        taken = [record for record in self._ragged if record.number < last]
        del self._ragged[: len(taken)]
        self._ragged_before += len(taken)
        return taken

    def _in_order(
        self, records: pa.Table, numbers: np.ndarray, ragged: list[arrow_csv.InvalidRow]
    ) -> pa.Table:
        table = with_bookkeeping(records, numbers + self._header.row)
        table = table.filter(_has_any_value(records))
        kept = [record for record in ragged if self._has_any_value(record)]
        if not kept:
            return table
        lines = pa.table(
            {
                ROW: pa.array([record.number + self._header.row for record in kept], pa.int64()),
                RAGGED: pa.array([record.text for record in kept], pa.string()),
            }
        )
        return pa.concat_tables([table, lines], promote_options="default").sort_by(ROW)

    def _has_any_value(self, record: arrow_csv.InvalidRow) -> bool:
        return bool(record.text.strip(f'{self._header.delimiter}" \t\r\n'))

    def _refuse_half_record(self, ragged: list[arrow_csv.InvalidRow], before: int) -> None:
        """Refuse the file if its last record is short and nothing ends its line."""
        if self._body.ends_with_line_end or not ragged:
            return
        last = ragged[-1]
        if (
            last.number == before - 1
            and last.actual_columns < last.expected_columns
            and self._has_any_value(last)
        ):
            raise Refusal(
                "{file} ends in the middle of row {row} ({columns} of {expected} columns): the "
                "export was cut off; deliver the whole file again.",
                "{file} 在第 {row} 行中间结束（{expected} 列中只有 {columns} 列）：导出文件被"
                "截断，请重新提供完整的文件。",
                file=self._file,
                row=last.number + self._header.row,
                columns=last.actual_columns,
                expected=last.expected_columns,
            )

    def _open_quote(self, row: int) -> Refusal:
        return Refusal(
            "{file}: the quotation mark opened in row {row} is never closed: the export was cut "
            "off, or a quotation mark inside a value is not doubled; deliver the whole file again.",
            "{file}：第 {row} 行的引号没有闭合：导出文件被截断，或者值中的引号没有写成两个；"
            "请重新提供完整的文件。",
            file=self._file,
            row=row + self._header.row,
        )

    def _refusal(self, reason: str) -> Refusal:
        if self._ragged and self._is_hopeless():
            first = self._ragged[0]
            return Refusal(
                "{file}: none of the first {rows} records has the {expected} columns of the header "
                "in row {row} (the first has {columns}): correct header_row or delimiter in "
                "sources/{source}.toml.",
                "{file}：前 {rows} 条记录的列数都与第 {row} 行表头的 {expected} 列不符（第一条有 "
                "{columns} 列）：请改正 sources/{source}.toml 中的 header_row 或 delimiter。",
                file=self._file,
                rows=_HOPELESS,
                expected=first.expected_columns,
                columns=first.actual_columns,
                row=self._header.row,
                source=self._source,
            )
        if "straddling" in reason:
            return self._open_quote(row=self._seen() + 1)
        return Refusal(
            "{file} cannot be read beyond row {row} ({reason}): correct that row.",
            "{file} 在第 {row} 行之后无法读取（{reason}）：请改正该行。",
            file=self._file,
            row=self._seen() + self._header.row,
            reason=reason,
        )


class _Body(io.RawIOBase):
    """What follows the header, in UTF-8, and the end mark: a stream that Arrow reads."""

    def __init__(self, blocks: Iterator[str], header: Header) -> None:
        self.ends_with_line_end = True
        self._blocks = self._encoded(blocks, header)
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if not self._block:
            self._block = memoryview(next(self._blocks, b""))
        taken = self._block[: len(buffer)]
        buffer[: len(taken)] = taken
        self._block = self._block[len(taken) :]
        return len(taken)

    def _encoded(self, blocks: Iterator[str], header: Header) -> Iterator[bytes]:
        for text in chain([header.rest], blocks):
            if text:
                self.ends_with_line_end = text[-1] in "\r\n"
                yield text.encode()
        line_end = "" if self.ends_with_line_end else "\n"
        yield f"{line_end}{_END}{header.delimiter * (len(header.names) - 1)}\n".encode()


def _has_any_value(records: pa.Table) -> pa.Array:
    """Return a mask of the records in which some column is not empty."""
    columns = (pc.not_equal(column, "") for column in records.columns)
    mask = next(columns)
    while not pc.all(mask, min_count=0).as_py():
        following = next(columns, None)
        if following is None:
            break
        mask = pc.or_(mask, following)
    return mask
