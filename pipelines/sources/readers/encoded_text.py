"""Text of landed files: unpacked, decoded strictly, block by block."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

_BLOCK_BYTES = 1 << 20
_WINDOW_BYTES = 1 << 15  # looked at around a bad byte to tell the encoding meant


def text_blocks(landed: Path, source: SourceDefinition) -> Iterator[str]:
    """Yield the text of `landed` without its byte order mark; gzip is told by its first bytes.

    Raises Refusal for an encoding that is not known, a byte that is not of the encoding (with
    file, row and byte), and a file that ends inside a character or is a broken gzip file.
    """
    decoder = _decoder(source)
    done = 0  # bytes decoded so far
    is_first = True
    with _unpacked(landed) as file:
        while True:
            block = _read(file, landed)
            pending = decoder.getstate()[0]
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                if not block:
                    raise _half_character(landed, source, done) from error
                raise _refusal(
                    landed, source, done - len(pending) + error.start, pending + block, error
                ) from error
            done += len(block)
            if is_first and text:
                text = text.removeprefix("\ufeff")
                is_first = False
            if text:
                yield text
            if not block:
                return


def _decoder(source: SourceDefinition) -> codecs.IncrementalDecoder:
    encoding = "utf-8" if source.encoding.lower() in ("utf-8-sig", "utf_8_sig") else source.encoding
    try:
        b" ".decode(encoding, errors="replace")  # turns away codecs that do not make text
        return codecs.getincrementaldecoder(encoding)("strict")
    except LookupError as error:
        raise Refusal(
            'sources/{source}.toml: encoding "{encoding}" is not known: write it as in "utf-8", '
            '"gb18030" or "windows-1252".',
            'sources/{source}.toml：不认识编码“{encoding}”：请写成 "utf-8"、"gb18030" 或 '
            '"windows-1252" 这样的名称。',
            source=source.name,
            encoding=source.encoding,
        ) from error


def _unpacked(landed: Path) -> BinaryIO:
    file = landed.open("rb")
    is_packed = file.peek(2)[:2] == b"\x1f\x8b"
    if not is_packed:
        return file
    file.close()
    return gzip.open(landed, "rb")


def _read(file: BinaryIO, landed: Path) -> bytes:
    try:
        return file.read(_BLOCK_BYTES)
    except EOFError as error:
        raise Refusal(
            "{file} ends before its gzip data do: the file was cut off; deliver the whole file "
            "again.",
            "{file} 的 gzip 数据不完整：文件被截断，请重新提供完整的文件。",
            file=landed.name,
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Refusal(
            "{file} is a broken gzip file ({reason}): deliver it again.",
            "{file} 是损坏的 gzip 文件（{reason}）：请重新提供。",
            file=landed.name,
            reason=error,
        ) from error


def _half_character(landed: Path, source: SourceDefinition, size: int) -> Refusal:
    return Refusal(
        "{file} ends in the middle of a character in row {row}: the export was cut off; deliver "
        "the whole file again.",
        "{file} 在第 {row} 行的一个字符中间结束：导出文件被截断，请重新提供完整的文件。",
        file=landed.name,
        row=_row_of_byte(landed, source, size),
    )


def _refusal(
    landed: Path, source: SourceDefinition, at: int, seen: bytes, error: UnicodeDecodeError
) -> Refusal:
    fits = _encoding_that_fits(seen, error.start)
    advice = (
        f'encoding = "{fits}" would fit' if fits else "ask for the export in UTF-8",
        f'可改用 encoding = "{fits}"' if fits else "请要求以 UTF-8 导出",
    )
    return Refusal(
        "{file} is not {encoding}: byte {byte} (0x{value:02x}) in row {row} does not belong to it; "
        + advice[0]
        + " (sources/{source}.toml).",
        "{file} 不是 {encoding} 编码：第 {row} 行、第 {byte} 个字节（0x{value:02x}）不属于该编码；"
        + advice[1]
        + "（sources/{source}.toml）。",
        file=landed.name,
        encoding=source.encoding,
        byte=at + 1,
        value=seen[error.start],
        row=_row_of_byte(landed, source, at),
        source=source.name,
    )


def _row_of_byte(landed: Path, source: SourceDefinition, at: int) -> int:
    """Return the number of the row with byte `at`; line breaks between quotes do not count."""
    decoder = io.IncrementalNewlineDecoder(_decoder(source), translate=True)
    row, quotes = 1, 0
    with _unpacked(landed) as file:
        while at > 0:
            block = file.read(min(at, _BLOCK_BYTES))
            at -= len(block)
            for number, part in enumerate(decoder.decode(block).split('"')):
                quotes += number > 0
                row += part.count("\n") if quotes % 2 == 0 else 0
    return row


def _encoding_that_fits(seen: bytes, at: int) -> str | None:
    """Return the encoding that the line with the bad byte, and those after it, are probably in."""
    if seen.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = max(seen.rfind(b"\n", 0, at) + 1, at - _WINDOW_BYTES)
    end = seen.rfind(b"\n", at, at + _WINDOW_BYTES)
    lines = seen[start:end] if end > 0 else seen[start : at + _WINDOW_BYTES]
    if _decodes(lines, "utf-8"):
        return "utf-8"
    if _decodes(lines, "gb18030"):
        letters = [letter for letter in lines.decode("gb18030") if letter > "\x7f"]
        common = "".join(letters).encode("gb2312", errors="ignore").decode("gb2312")
        if len(common) >= 0.9 * len(letters):  # other text read as gb18030 gives rare letters
            return "gb18030"
    return next((name for name in ("windows-1252", "gb18030") if _decodes(lines, name)), None)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
