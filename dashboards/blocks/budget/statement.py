"""Actual against budget of one unit: the sentence that opens the page, and the statement.

All figures are those of `marts.budget_roll_up`, for a month or from the start of its fiscal year:
the span. To show another column of the statement: here in `_columns`, and in
`sql/budget_by_unit.sql`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.blocks.switches import switch
from dashboards.blocks.tables import Downloaded
from dashboards.filters import asked
from dashboards.language import _, told
from dashboards.scope import Period, Scope
from dashboards.snapshot_reader import Reader
from transforms.refusal import Sentence

_SPANS = {
    "month": Sentence("Month", "当月"),
    "to_date": Sentence("Year to date", "本年累计"),
}
_USUAL = "to_date"
_CALLED = Sentence("span", "统计口径")
LINE_WIDTH = 250  # pixels that names of lines take; longer ones are cut
_INDENT = "\u2003"
# Formats of columns, as `tables.downloads` knows them.
KINDS = {
    "actual": "money",
    "budget": "money",
    "variance": "money",
    "variance_share": "share",
    "prior_year": "money",
}


def span_asked() -> str:
    """Return the span that the URL asks for, else the year to date."""
    return asked("span", list(_SPANS), _USUAL, called=_CALLED)


def choose_span(span: str) -> None:
    """Show the switch between the month and the year to date."""
    switch(
        "span", _("Span"), list(_SPANS), span, written=lambda one: told(_SPANS[one]), usual=_USUAL
    )


def span_scope(reader: Reader, scope: Scope, span: str) -> Scope:
    """Return the scope over all days of the span: its month, or the fiscal year up to its end."""
    month = scope.period
    if span == "month":
        return scope
    starts = reader.home.settings.fiscal_year_start
    year = month.first.year if month.first.month >= starts else month.first.year - 1
    return scope.over(Period("all", date(year, starts, 1), month.last))


def budget_rows(reader: Reader, scope: Scope, span: str) -> pl.DataFrame:
    """Return the lines of the unit and of those right below it, in the order of the statement.

    Columns: org_unit_id, line, name (with the code, in the language spoken now), indented, level,
    parent_line, actual, budget, variance, variance_share, prior_year, is_material, judged.
    """
    rows = reader.rows(
        "budget_by_unit",
        unit=scope.unit,
        month=scope.period.first.isoformat(),
        to_date=span == "to_date",
    )
    own, other = "line_name", "line_name_zh"
    if lang.language() == "zh":
        own, other = other, own
    name = pl.coalesce(own, other, "line")
    # An account that nobody has named has its code for a name.
    has_code = pl.col("code").is_null() | name.str.starts_with(pl.col("code"))
    named = rows.with_columns(
        pl.when(has_code).then(name).otherwise(pl.format("{} {}", "code", name)).alias("name"),
        _judged().alias("judged"),
    )
    # Where nothing is earned, less than nothing is left: no line to read.
    if named.filter(pl.col("line_kind") == "revenue").is_empty():
        named = named.filter(pl.col("line") != "result")
    indent = pl.lit(_INDENT).repeat_by("depth").list.join("")
    return named.with_columns(pl.concat_str(indent, "name").alias("indented"))


def statement_of(rows: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Return the lines of the scope's own unit; none where several units stand at the top."""
    return rows.filter(pl.col("org_unit_id") == (scope.unit or ""))


def show_statement(reader: Reader, statement: pl.DataFrame, chosen: str) -> None:
    """Show the statement; a click on a line puts it into the URL, the `chosen` one is marked."""
    key = "open_statement"
    lines = statement["line"].to_list()

    def choose_line() -> None:
        st.query_params["line"] = lines[st.session_state[key]["row"]]

    marked = pl.col("indented").str.replace(r"^(\s*)", "${1}▶ ")
    shown = statement.with_columns(
        pl.when(pl.col("line") == chosen).then(marked).otherwise("indented").alias("indented")
    )
    titles = _columns(shown)
    st.dataframe(
        on_page(shown.select("indented", *titles), KINDS),
        column_config={
            "indented": st.column_config.ButtonColumn(
                _("Line"),
                type="tertiary",
                alignment="left",
                pinned=True,
                key=key,
                on_click=choose_line,
                width=LINE_WIDTH,
            ),
            **{
                column: number_column(title, KINDS[column])
                for column, title in titles.items()
                if column in KINDS
            },
            "judged": st.column_config.Column(titles["judged"]),
        },
        hide_index=True,
        width="stretch",
        height="content",
        key="table_statement",
        alt=_("Statement"),
        placeholder=lang.NOTHING,
    )
    st.caption(
        sign_convention(reader)
        + " "
        + _("Click a line to see its course, its units and its entries below.")
    )


def statement_sheet(statement: pl.DataFrame) -> Downloaded:
    """Return the statement as `tables.downloads` takes it."""
    titles = {"line": _("Line"), "name": _("Name"), **_columns(statement)}
    return _("Statement"), statement.select(list(titles)), titles, KINDS


def sign_convention(reader: Reader) -> str:
    """Return how amounts and their signs are to be read."""
    return _(
        "Amounts in {currency}. Variance: positive (▲) is favourable, negative (▼) is adverse."
    ).format(currency=reader.currency)


def on_page(figures: pl.DataFrame, kinds: Mapping[str, str]) -> pl.DataFrame:
    """Return `figures` as the page writes them: money rounded to whole units, shares in percent.

    Streamlit would cut off decimals instead of rounding them.
    """
    rounded = {
        "money": lambda column: pl.col(column).cast(pl.Float64).round().cast(pl.Int64),
        "share": lambda column: (pl.col(column) * 100).round(1) + 0.0,  # no minus before a zero
    }
    return figures.with_columns(
        rounded[kind](column) for column, kind in kinds.items() if column in figures.columns
    )


def number_column(title: str, kind: str) -> Any:
    """Return the column of a table on the page whose figures went through `on_page`."""
    return st.column_config.NumberColumn(
        title, format="%.1f%%" if kind == "share" else "localized", alignment="right"
    )


def signed(amount: Any) -> str:
    """Return an amount with its sign, such as "+1,234"."""
    written = lang.number(amount)
    return f"+{written}" if amount > 0 else written


def _columns(statement: pl.DataFrame) -> dict[str, str]:
    """Return the titles of the statement's columns; without those that have nothing to show."""
    titles = {
        "actual": _("Actual"),
        "budget": _("Budget"),
        "variance": _("Variance"),
        "variance_share": _("Variance %"),
        "judged": _("Against budget"),
        "prior_year": _("Year before"),
    }
    if statement["prior_year"].is_null().all():
        del titles["prior_year"]
    return titles


def _judged() -> pl.Expr:
    """Return the words and signs for which side of the budget a line is on, and if it matters."""
    variance = pl.col("variance")
    material = pl.when("is_material").then(pl.lit(f" · {_('material')}")).otherwise(pl.lit(""))
    side = (
        pl.when(variance > 0)
        .then(pl.lit(f"▲ {_('favourable')}"))
        .when(variance < 0)
        .then(pl.lit(f"▼ {_('adverse')}"))
        .otherwise(pl.lit(_("on budget")))
    )
    return pl.concat_str(side, material)
