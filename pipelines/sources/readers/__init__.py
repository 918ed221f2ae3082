"""Reading landed files and queries into bronze: nothing changed, every row numbered.

Bronze has the file's own columns in order (text for csv and Excel, native types otherwise) and
two of ours: `_row` (the row's number as a person sees it in the file) and `_ragged` (null, or the
raw line of a csv record with too few or too many fields).

To add a format: a module here with `tables(landed, source)`, its endings in _ENDINGS and itself in
_READERS; the test of refusals then asks for its broken files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from pipelines.sources.readers import csv_files, excel_workbooks, json_lines, parquet_files
from pipelines.sources.readers.bronze_files import write_tables
from pipelines.sources.readers.databases import Fetched, fetch_database
from pipelines.sources.readers.private_columns import protect
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

__all__ = ["Fetched", "fetch_database", "write_bronze"]

_READERS: Mapping[str, ModuleType] = {
    "csv": csv_files,
    "excel": excel_workbooks,
    "jsonl": json_lines,
    "parquet": parquet_files,
}

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


def write_bronze(
    landed: Path,
    source: SourceDefinition,
    target: Path,
    *,
    hmac_key: str | None,
    metadata: Mapping[str, str],
) -> int:
    """Write the rows of `landed` to `target` (Parquet) and return their number, ragged included.

    `metadata` becomes Parquet key-value metadata. Columns under [private] are dropped, masked or
    keyed before anything is written. `target` appears whole or not at all, and is on disk when
    this returns.

    Raises Refusal when the file cannot be read as `source` says, or ends in mid-row.
    """
    reader = _reader_of(landed, source)
    return write_tables(protect(reader.tables(landed, source), source, hmac_key), target, metadata)


def _reader_of(landed: Path, source: SourceDefinition) -> ModuleType:
    """Return the module that reads `landed`, once it is known to be there and not empty."""
    if not landed.is_file():
        raise Refusal(
            "{file} is not there: check the path, or deliver the file again.",
            "找不到文件 {file}：请检查路径，或重新提供该文件。",
            file=landed,
        )
    if landed.stat().st_size == 0:
        raise Refusal(
            "{file} is empty (0 bytes): deliver the file again.",
            "{file} 是空文件（0 字节）：请重新提供该文件。",
            file=landed.name,
        )
    unpacked = landed.with_suffix("") if landed.suffix.lower() == ".gz" else landed
    name = source.format or _ENDINGS.get(unpacked.suffix.lower())
    if name is None:
        raise Refusal(
            '{file} has an ending that tells no format: set format = "csv", "excel", "parquet" '
            'or "jsonl" in sources/{source}.toml.',
            "无法从 {file} 的扩展名判断格式：请在 sources/{source}.toml 中设置 format 为 "
            '"csv"、"excel"、"parquet" 或 "jsonl"。',
            file=landed.name,
            source=source.name,
        )
    return _READERS[name]
