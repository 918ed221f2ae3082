"""One line of the budget in depth: its course over the fiscal year, its entries, its budget lines.

The entries and budget lines are the very ones that the metrics count (`record_queries`).
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.record_lists import readable, show_records
from dashboards.blocks.tables import Downloaded, table
from dashboards.filters import asked, choose
from dashboards.language import _, either, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from transforms.catalogue import METRICS
from transforms.refusal import Sentence

_CALLED = Sentence("line", "项目")
_MOST_LISTED = 200
_MOST_TAKEN = 100_000


def lines_of(rows: pl.DataFrame, statement: pl.DataFrame) -> pl.DataFrame:
    """Return the lines that can be chosen: those of the statement, else those of any unit."""
    return statement if statement.height else rows.unique("line", keep="first", maintain_order=True)


def line_asked(lines: pl.DataFrame) -> dict[str, Any]:
    """Return the line that the URL asks for, else the account that the page opens with.

    That is the most adverse of those whose variance is material, if any are.
    """
    material = pl.col("is_material") & (pl.col("variance") < 0)
    accounts = lines.filter(pl.col("level") == "account").sort(~material, "variance")
    usual = accounts["line"][0] if accounts.height else lines["line"][0]
    line = asked("line", lines["line"].to_list(), usual, called=_CALLED)
    return lines.row(by_predicate=pl.col("line") == line, named=True)


def choose_line(lines: pl.DataFrame, line: str) -> None:
    """Show the list of lines, so that one can be chosen by keyboard too."""
    names = dict(lines.select("line", "indented").iter_rows())
    choose("line", _("Line"), list(names), line, written=names.__getitem__)


def draw_course(reader: Reader, scope: Scope, line: dict[str, Any]) -> None:
    """Draw actual and budget of a line by month over the fiscal year."""
    months = reader.rows(
        "budget_course",
        unit=scope.unit,
        line=line["line"],
        month=scope.period.first.isoformat(),
        as_of=reader.manifest.as_of.isoformat(),
    )
    if months.is_empty():
        return
    texts = {
        f"{column}_text": [None if one is None else number(one) for one in months[column]]
        for column in ("actual", "budget")
    }
    title = _("{line}, by month of the fiscal year").format(line=line["name"])
    draw(
        charts.budget_months(
            months.with_columns(pl.Series(name, text, pl.String) for name, text in texts.items()),
            selected=scope.period.first,
            title=title,
            mode=mode(),
            labels=labels(),
        ),
        "chart_course",
    )


def show_entries(reader: Reader, scope: Scope, line: str) -> None:
    """List the ledger entries of a line in the scope, the largest first; a click opens one."""
    entries, found = _behind(reader, scope, line, "actual", _MOST_LISTED)
    if not found:
        st.caption(_("No entry is booked on this line here."))
        return
    counted = n_("{n} ledger entry.", "{n} ledger entries.", found).format(n=number(found))
    if found > entries.height:
        counted = _(
            "{n} ledger entries, of which the {listed} largest are listed; the workbook has all."
        ).format(n=number(found), listed=number(entries.height))
    st.caption(counted + " " + _("Click a number to open it."))
    show_records(reader, scope, entries, "finance_entries", name="entries_of_line")


def show_budget_lines(reader: Reader, scope: Scope, line: str) -> None:
    """List the budget lines behind the budget of a line in the scope, the largest first."""
    lines, found = _behind(reader, scope, line, "budget", _MOST_LISTED)
    if not found:
        st.caption(_("No approved budget covers this line here."))
        return
    counted = n_("{n} budget line.", "{n} budget lines.", found).format(n=number(found))
    if found > lines.height:
        counted = _("{n} budget lines, of which the {listed} largest are listed.").format(
            n=number(found), listed=number(lines.height)
        )
    st.caption(
        counted + " " + _("Of every line the newest version approved by the day of the data.")
    )
    titles = reader.column_titles("budget_lines")
    columns = ("org_unit_id", "account_code", "period_start", "period_end", "version")
    table(
        reader,
        readable(reader, lines),
        {
            **{column: titles[column] for column in (*columns, "approved_on")},
            "line_amount": titles["amount"],
            "amount": _("Of which in the span"),
        },
        name="budget_of_line",
        title=word("budget_lines"),
        kinds={"line_amount": "money", "amount": "money"},
        scope=scope,
    )


def entries_sheet(reader: Reader, scope: Scope, line: dict[str, Any]) -> Downloaded:
    """Return the ledger entries of a line, all of them, as `tables.downloads` takes them."""
    entries, _found = _behind(reader, scope, line["line"], "actual", _MOST_TAKEN)
    titles = reader.column_titles("finance_entries")
    return (
        _("Entries {line}").format(line=line["name"]),
        readable(reader, entries).select([name for name in titles if name in _TAKEN]),
        titles,
        {"amount": "money"},
    )


_TAKEN = (
    "entry_id", "posted_on", "org_unit_id", "account_code", "amount", "currency", "waybill_no",
    "description",
)  # fmt: skip


def _behind(
    reader: Reader, scope: Scope, line: str, figure: str, limit: int
) -> tuple[pl.DataFrame, int]:
    """Return the records behind "actual" or "budget" of a line, the largest first, and how many.

    A line of several kinds of accounts, the result, has those of all of them.
    """
    accounts = reader.rows(
        "budget_accounts", line=line, month=scope.period.last.replace(day=1).isoformat()
    )
    parts, found = [], 0
    for (kind,), codes in accounts.group_by("line_kind", maintain_order=True):
        metric = METRICS[f"{kind}_{figure}"]
        where = {"account_code": tuple(codes["account_code"])}
        parts.append(reader.behind(metric, scope, which="all", limit=limit, **where))
        found += reader.count_behind(metric, scope, which="all", **where)
    if not parts:
        return pl.DataFrame(), 0
    largest = pl.concat(parts).sort(pl.col("amount_minor").abs(), descending=True).head(limit)
    names = {
        code: f"{code} {either(name, name_zh)}".strip()
        for code, name, name_zh in reader.rows("accounts")
        .select("code", "name", "name_zh")
        .iter_rows()
    }
    return largest.with_columns(pl.col("account_code").replace(names)), found
