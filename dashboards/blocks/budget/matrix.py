"""Where a variance comes from: lines by org units, and the units of one line side by side."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards import language as lang
from dashboards.blocks.budget.statement import KINDS, LINE_WIDTH, number_column, on_page, signed
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.switches import switch
from dashboards.blocks.tables import Downloaded
from dashboards.filters import asked, unit_names
from dashboards.language import _, n_, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from transforms.refusal import Sentence

_SHOWN = {
    "variance": Sentence("Variance", "差异"),
    "variance_share": Sentence("Variance %", "差异率"),
    "actual": Sentence("Actual", "实际"),
    "budget": Sentence("Budget", "预算"),
}
_USUAL = "variance"
_CALLED = Sentence("figure", "数值")
_MOST_BARS = 20


def shown_asked() -> str:
    """Return the figure that the URL asks to see in the matrix, else the variance."""
    return asked("show", list(_SHOWN), _USUAL, called=_CALLED)


def _choose_shown(shown: str) -> None:
    """Show the switch between the figures of the matrix."""
    switch(
        "show",
        _("Figure"),
        list(_SHOWN),
        shown,
        written=lambda one: told(_SHOWN[one]),
        usual=_USUAL,
    )


def show_matrix(reader: Reader, scope: Scope, rows: pl.DataFrame, shown: str) -> None:
    """Show a row per line and a column per unit: the scope's first, then those right below it."""
    if rows["org_unit_id"].n_unique() == 1:
        st.caption(_("There is no unit below this one."))
        return
    _choose_shown(shown)
    matrix = _matrix(reader, scope, rows, shown)
    units = [column for column in matrix.columns if column not in _KEYS]
    names = unit_names(reader)
    st.dataframe(
        on_page(matrix.drop("line", "name"), dict.fromkeys(units, KINDS[shown])),
        column_config={
            "indented": st.column_config.Column(_("Line"), pinned=True, width=LINE_WIDTH),
            **{unit: number_column(names.get(unit, unit), KINDS[shown]) for unit in units},
        },
        hide_index=True,
        width="stretch",
        height="content" if matrix.height <= _ROWS_WITHOUT_SCROLLING else 700,
        key="table_matrix",
        alt=told(_SHOWN[shown]),
        placeholder=lang.NOTHING,
    )


_KEYS = ("line", "name", "indented")
_ROWS_WITHOUT_SCROLLING = 20


def matrix_sheet(reader: Reader, scope: Scope, rows: pl.DataFrame, shown: str) -> Downloaded:
    """Return the matrix as `tables.downloads` takes it."""
    matrix = _matrix(reader, scope, rows, shown).drop("indented")
    units = [column for column in matrix.columns if column not in _KEYS]
    names = unit_names(reader)
    return (
        _("Units, {figure}").format(figure=told(_SHOWN[shown])),
        matrix,
        {"line": _("Line"), "name": _("Name")} | {unit: names.get(unit, unit) for unit in units},
        dict.fromkeys(units, KINDS[shown]),
    )


def draw_accounts(reader: Reader, statement: pl.DataFrame) -> None:
    """Draw the accounts of a statement in its order, or those furthest from budget if many."""
    accounts = statement.filter(pl.col("level") == "account")
    furthest = accounts.sort(pl.col("variance").abs(), descending=True).head(_MOST_BARS)
    drawn = accounts.join(furthest, on="line", how="semi", maintain_order="left")
    _draw(drawn, "name", _("Accounts: actual, budget and variance"), "accounts")
    left_out = accounts.height - drawn.height
    if left_out:
        st.caption(
            n_(
                "{n} account nearer to its budget is in the statement only.",
                "{n} accounts nearer to their budgets are in the statement only.",
                left_out,
            ).format(n=left_out)
        )


def draw_units(reader: Reader, scope: Scope, rows: pl.DataFrame, line: str) -> None:
    """Draw one line at the units right below the scope's, the most adverse first."""
    names = unit_names(reader)
    units = (
        rows.filter((pl.col("line") == line) & (pl.col("org_unit_id") != (scope.unit or "")))
        .sort("variance")
        .with_columns(pl.col("org_unit_id").replace(names).alias("unit"))
    )
    if units.is_empty():
        return
    (name,) = units["name"].unique()
    _draw(
        units.head(_MOST_BARS), "unit", _("{line}, by org unit").format(line=name), "units_of_line"
    )
    left_out = units.height - _MOST_BARS
    if left_out > 0:
        st.caption(
            n_("{n} more is in the table.", "{n} more are in the table.", left_out).format(
                n=left_out
            )
        )


def _matrix(reader: Reader, scope: Scope, rows: pl.DataFrame, shown: str) -> pl.DataFrame:
    """Return `rows` with a column per unit, the scope's own first, then in the tree's order."""
    spread = rows.pivot("org_unit_id", index=_KEYS, values=shown, maintain_order=True)
    units = [scope.unit, *reader.rows("units")["id"].to_list()]
    order = [unit for unit in dict.fromkeys(units) if unit in spread.columns]
    return spread.select(*_KEYS, *order)


def _draw(lines: pl.DataFrame, name: str, title: str, key: str) -> None:
    texts = pl.Series("variance_text", [signed(one) for one in lines["variance"]], pl.String)
    draw(
        charts.variance_bars(
            lines.with_columns(texts),
            name=name,
            title=title,
            mode=mode(),
            labels=labels(),
            narrow=True,
        ),
        f"chart_{key}",
    )
