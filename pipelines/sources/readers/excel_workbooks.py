"""Excel workbooks (xlsx, xlsm, xlsb, xls, ods): one sheet, every cell as text.

Whole numbers have no decimals, dates and times are ISO (2026-03-01, 2026-03-01 08:30:00,
08:30:00), error cells are empty. Rows without any value are passed over, but counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.sources.readers.bronze_files import with_bookkeeping
from pipelines.sources.readers.column_names import tidy_names
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

_DAY_ZERO = r"^1899-12-3[01] "  # a time of day is a cell whose date is Excel's day zero
_INSTANT = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"
_MIDNIGHT = " 00:00:00"


def tables(landed: Path, source: SourceDefinition) -> Iterator[pa.Table]:
    """Yield the rows below the header as text, with `_row` and `_ragged`, in one table."""
    cells = _cells(landed, source)
    names = _names(landed, source, cells)
    rows = (
        cells.rename(dict(zip(cells.columns, names, strict=True)))
        .with_row_index("_row", offset=1)
        .slice(source.header_row)
        .filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names))
    )
    texts = rows.select(_iso_text(pl.col(name)) for name in names)
    schema = pa.schema([(name, pa.string()) for name in names])
    yield with_bookkeeping(texts.to_arrow().cast(schema), rows["_row"].to_numpy().astype(np.int64))


def _cells(landed: Path, source: SourceDefinition) -> pl.DataFrame:
    """Return the cells of the sheet from its first row on, without looking for a header."""
    import fastexcel

    try:
        workbook = fastexcel.read_excel(landed)
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower():
            raise Refusal(
                "{file} is protected by a password: save it without one.",
                "{file} 设有密码保护：请另存为不带密码的文件。",
                file=landed.name,
            ) from error
        raise Refusal(
            "{file} is no Excel workbook, or a broken one: export it again as .xlsx, or set "
            "format in sources/{source}.toml to what it is.",
            "{file} 不是 Excel 工作簿或已损坏：请重新导出为 .xlsx，或在 sources/{source}.toml "
            "中把 format 设为实际格式。",
            file=landed.name,
            source=source.name,
        ) from error
    sheet = source.sheet or workbook.sheet_names[0]
    if sheet not in workbook.sheet_names:
        raise Refusal(
            '{file} has no sheet "{sheet}"; its sheets are {sheets}: correct sheet in '
            "sources/{source}.toml.",
            "{file} 中没有工作表“{sheet}”，现有工作表：{sheets}；请改正 sources/{source}.toml "
            "中的 sheet。",
            file=landed.name,
            sheet=sheet,
            sheets=", ".join(f'"{name}"' for name in workbook.sheet_names),
            source=source.name,
        )
    try:
        return workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise Refusal(
            '{file}: sheet "{sheet}" cannot be read: it is damaged; export it again.',
            "{file}：工作表“{sheet}”无法读取，可能已损坏：请重新导出。",
            file=landed.name,
            sheet=sheet,
        ) from error


def _names(landed: Path, source: SourceDefinition, cells: pl.DataFrame) -> list[str]:
    if cells.is_empty():
        raise Refusal(
            "{file} is empty (no cell is filled in): deliver the file again.",
            "{file} 是空文件（没有填写任何单元格）：请重新提供该文件。",
            file=landed.name,
        )
    if cells.height < source.header_row:
        raise Refusal(
            "{file} has {rows} rows, so no header in row {row}: correct header_row in "
            "sources/{source}.toml, or deliver the whole file again.",
            "{file} 只有 {rows} 行，第 {row} 行没有表头：请改正 sources/{source}.toml 中的 "
            "header_row，或重新提供完整的文件。",
            file=landed.name,
            rows=cells.height,
            row=source.header_row,
            source=source.name,
        )
    return tidy_names(cells.row(source.header_row - 1), file=landed.name)


def _iso_text(cell: pl.Expr) -> pl.Expr:
    """Return times of day without a date, and dates without a time where none has one."""
    text = cell.str.replace(_DAY_ZERO, "")
    is_instant = text.str.contains(_INSTANT)
    is_date = (~is_instant | text.str.ends_with(_MIDNIGHT)).all() & is_instant.any()
    return pl.when(is_date & is_instant).then(text.str.strip_suffix(_MIDNIGHT)).otherwise(text)
