"""What people take away: Excel workbooks and CSV files, typed and safe to open.

Text stays text whatever it begins with: a customer's comment is no formula. Excel knows no time
zones, so instants become local times of `time_zone`. The same input gives the same bytes.
To show a type of column otherwise: an entry in `_FORMATS`, or `Sheet.formats` for one column.
Imports no Dagster: dashboards use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain, count
from typing import TYPE_CHECKING

import polars as pl

from transforms.refusal import Refusal

if TYPE_CHECKING:
    from xlsxwriter import Workbook

# Limits of Excel: rows below the header, characters of a header, of a sheet's name, of a cell.
_MOST_ROWS = 1_048_575
_MOST_IN_HEADER = 255
_MOST_IN_SHEET_NAME = 31
_MOST_IN_CELL = 32_767
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")

_FORMATS: dict[type[pl.DataType], str] = {
    pl.Decimal: "#,##0.00",
    pl.Float64: "#,##0.0###",
    pl.Float32: "#,##0.0###",
    pl.Date: "yyyy-mm-dd",
    pl.Datetime: "yyyy-mm-dd hh:mm:ss",
}
_DATE_AND_TIME = "%Y-%m-%d %H:%M:%S"
_PROPERTIES_WITHOUT_A_DATE = datetime(1980, 1, 1, tzinfo=UTC)

# Spreadsheets take a cell of a CSV file that begins so for a formula; the wide forms in CJK too.
_LIKE_A_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"

_PIXELS_PER_CHARACTER = 7
_PADDING = 12
_FILTER_BUTTON = 20
_WIDEST = 430
_WIDTH_OF_NUMBERS = 130  # fits a date and time


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook.

    `headers`: column -> the title shown, the column's own name where none is given; `formats`:
    column -> Excel number format, such as "0.0%".
    """

    name: str
    frame: pl.DataFrame
    headers: Mapping[str, str]
    formats: Mapping[str, str] = field(default_factory=dict)


def workbook(
    tables: Sequence[Sheet],
    cover: Sequence[tuple[str, str]],
    title: str,
    *,
    time_zone: str = "UTC",
    made_at: datetime = _PROPERTIES_WITHOUT_A_DATE,
) -> bytes:
    """Return an Excel workbook: a cover with `title` and its lines, then a sheet per table.

    Numbers, dates and yes/no keep their type, Decimal shows two decimals, lists are joined with
    ", ". Names of sheets and headers that Excel does not take are made fit for it, and numbered
    where they repeat. `made_at` (with a zone) is the date in the file's properties.
    Raises Refusal for a table of more rows than a sheet holds.
    """
    from xlsxwriter import Workbook

    for sheet in tables:
        _refuse_too_many_rows(sheet)
    content = BytesIO()
    # No temporary files, and text is never looked into for formulas, links or numbers.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with Workbook(content, options) as book:
        book.set_properties({"title": title, "created": made_at.astimezone(UTC)})
        taken: set[str] = set()
        _write_cover(book, _sheet_name(title, taken), title, cover)
        for number, sheet in enumerate(tables, 1):
            name = _sheet_name(sheet.name, taken)
            _write_table(book, name, f"Table_{number}", sheet, time_zone)
    return content.getvalue()


def csv(frame: pl.DataFrame, headers: Mapping[str, str], *, time_zone: str = "UTC") -> bytes:
    """Return `frame` as CSV in UTF-8 with a byte order mark, which Excel needs to read Chinese.

    Titles, lists and instants as in `workbook`. Text that a spreadsheet would take for a formula
    gets a leading apostrophe; numbers keep their sign.
    """
    shown = _shown(frame, headers, time_zone)
    titles = pl.Series("title", shown.columns, dtype=pl.String).to_frame()
    harmless = shown.with_columns(_harmless(pl.col(pl.String)))
    harmless.columns = titles.select(_harmless(pl.col("title")))["title"].to_list()
    return harmless.write_csv(
        include_bom=True, line_terminator="\r\n", datetime_format=_DATE_AND_TIME
    ).encode()


def _refuse_too_many_rows(sheet: Sheet) -> None:
    if sheet.frame.height > _MOST_ROWS:
        raise Refusal(
            "{sheet}: {rows} rows are more than the {most} of an Excel sheet: narrow the "
            "selection, or take the CSV file.",
            "{sheet}：共 {rows} 行，超出 Excel 工作表的 {most} 行上限：请缩小筛选范围，"
            "或改为下载 CSV 文件。",
            sheet=sheet.name,
            rows=f"{sheet.frame.height:,}",
            most=f"{_MOST_ROWS:,}",
        )


def _write_cover(book: Workbook, name: str, title: str, lines: Iterable[tuple[str, str]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    label_look = book.add_format({"bold": True, "valign": "top"})
    value_look = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for row, (label, value) in enumerate(lines, 2):
        sheet.write_string(row, 0, label, label_look)
        sheet.write_string(row, 1, value, value_look)


def _write_table(book: Workbook, name: str, table_name: str, sheet: Sheet, time_zone: str) -> None:
    written = book.add_worksheet(name)
    if not sheet.frame.width:
        return
    shown = _shown(sheet.frame, sheet.headers, time_zone)
    titles = zip(sheet.frame.columns, shown.columns, strict=True)
    shown.with_columns(pl.col(pl.String).str.head(_MOST_IN_CELL)).write_excel(
        book,
        written,
        table_name=table_name,
        table_style="Table Style Light 1",
        header_format={"bold": True, "valign": "top"},
        column_formats={
            title: sheet.formats[column] for column, title in titles if column in sheet.formats
        },
        dtype_formats=dict(_FORMATS),
        column_widths=_widths(shown),
        freeze_panes=(1, 0),
    )
    # On paper: no column is cut off, and every page has the header.
    written.set_landscape()
    written.fit_to_pages(1, 0)
    written.repeat_rows(0)


def _shown(frame: pl.DataFrame, headers: Mapping[str, str], time_zone: str) -> pl.DataFrame:
    """Return `frame` as people read it: titles for names, joined lists, local times."""
    taken: set[str] = set()
    return frame.select(
        _readable(pl.col(column), kind, time_zone).alias(
            _unused(headers.get(column, column), taken, _MOST_IN_HEADER)
        )
        for column, kind in frame.schema.items()
    )


def _readable(column: pl.Expr, kind: pl.DataType, time_zone: str) -> pl.Expr:
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True)
    if isinstance(kind, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        return column.dt.convert_time_zone(time_zone).dt.replace_time_zone(None)
    return column


def _harmless(text: pl.Expr) -> pl.Expr:
    return text.str.replace(_LIKE_A_FORMULA, "'${0}")


def _widths(shown: pl.DataFrame) -> dict[str, int]:
    """Return the width of each column in pixels; xlsxwriter's own takes Chinese for narrow."""
    titles = pl.DataFrame({"title": shown.columns}).select(_width(pl.col("title")))["title"]
    texts = shown.select(_width(pl.col(pl.String)).max().fill_null(0))
    cells = texts.row(0, named=True) if texts.width else {}
    return {
        column: max(title + _FILTER_BUTTON, min(cells.get(column, _WIDTH_OF_NUMBERS), _WIDEST))
        for column, title in zip(shown.columns, titles, strict=True)
    }


def _width(text: pl.Expr) -> pl.Expr:
    # A Chinese character has three bytes and takes the room of two others.
    wide = (text.str.len_bytes() - text.str.len_chars()) // 2
    return (text.str.len_chars() + wide).cast(pl.Int64) * _PIXELS_PER_CHARACTER + _PADDING


def _sheet_name(name: str, taken: set[str]) -> str:
    fit = _NOT_IN_SHEET_NAMES.sub(" ", name)[:_MOST_IN_SHEET_NAME].strip(" '") or "Sheet"
    if fit.lower() == "history":  # Excel keeps this name for itself
        fit += "_"
    return _unused(fit, taken, _MOST_IN_SHEET_NAME)


def _unused(name: str, taken: set[str], most: int) -> str:
    """Return `name` in at most `most` characters, numbered if it is taken, and take it.

    Upper and lower case are the same to Excel.
    """
    suffixes = chain([""], (f" ({number})" for number in count(2)))
    names = (name[: most - len(suffix)] + suffix for suffix in suffixes)
    fit = next(candidate for candidate in names if candidate.lower() not in taken)
    taken.add(fit.lower())
    return fit
