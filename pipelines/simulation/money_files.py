"""Landed files of finance: the ledger as a CSV a month, the budget as an Excel workbook a year."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.simulation.export_texts import fixed

BUDGET_HEADER_ROW = 4
_VERSIONS = {"original": "年初预算", "revised_1": "年中调整"}
_SHEET = "预算明细"
_MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)  # the same bytes whenever the workbook is written
_HEADERS = (
    "网点编码",
    "科目编码",
    "期间开始",
    "期间结束",
    "预算版本",
    "预算金额（元）",
    "币种",
    "批准日期",
)


def write_ledger(entries: pl.DataFrame, folder: Path, currency: str) -> None:
    """Write the entries of each month; amounts in major units with thousands separators."""
    folder.mkdir(parents=True, exist_ok=True)
    month = pl.col("posted_on").dt.strftime("%Y-%m")
    for (label,), posted in entries.group_by(month, maintain_order=True):
        posted.select(
            pl.col("entry_id").alias("凭证号"),
            pl.col("posted_on").dt.strftime("%Y-%m-%d").alias("记账日期"),
            pl.col("org_unit_id").alias("核算单位"),
            pl.col("account_code").alias("科目编码"),
            fixed("amount_minor", 2, thousands=",").alias("金额"),
            pl.lit(currency).alias("币种"),
        ).write_csv(folder / f"ledger_{label}.csv")


def write_budget(versions: pl.DataFrame, folder: Path, organisation: str, currency: str) -> None:
    """Write the versions of each year's budget, under two title rows and a blank one."""
    folder.mkdir(parents=True, exist_ok=True)
    years = versions.group_by(pl.col("period_start").dt.year(), maintain_order=True)
    for (year,), lines in years:
        title = f"{organisation} {year} 年度预算"
        _write_workbook(lines, folder / f"budget_{year}.xlsx", title, currency)


def _write_workbook(lines: pl.DataFrame, file: Path, title: str, currency: str) -> None:
    import xlsxwriter

    columns: list[pl.Series] = [
        lines["org_unit_id"],
        lines["account_code"],
        lines["period_start"],
        lines["period_end"],
        lines["version"].replace_strict(_VERSIONS),
        lines["amount_minor"] // 100,
        pl.repeat(currency, lines.height, eager=True),
        lines["approved_on"],
    ]
    with xlsxwriter.Workbook(file) as workbook:
        workbook.set_properties({"title": title, "created": _MADE_AT})
        bold = workbook.add_format({"bold": True})
        dates = workbook.add_format({"num_format": "yyyy-mm-dd"})
        amounts = workbook.add_format({"num_format": "#,##0"})
        sheet = workbook.add_worksheet(_SHEET)
        sheet.write(0, 0, title, bold)
        sheet.write(1, 0, "单位：元；年中调整含全年各月")
        sheet.write_row(BUDGET_HEADER_ROW - 1, 0, _HEADERS, bold)
        for position, column in enumerate(columns):
            look = {pl.Date: dates, pl.Int64: amounts}.get(column.dtype.base_type())
            sheet.write_column(BUDGET_HEADER_ROW, position, column.to_list(), look)
