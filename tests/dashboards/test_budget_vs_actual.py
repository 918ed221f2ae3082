"""Budget vs actual: what the page says of a tiny company, and that its parts agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dashboards.blocks import frame
from dashboards.blocks.budget.matrix import matrix_sheet
from dashboards.blocks.budget.one_line import entries_sheet, line_asked
from dashboards.blocks.budget.statement import (
    budget_rows,
    sign_convention,
    span_scope,
    statement_of,
    statement_sheet,
)
from dashboards.scope import read_scope
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import LANDED, REFERENCE, SmallHome, new_home, published_home

pytestmark = pytest.mark.slow


_LOOK = Callable[..., None]
# In March PD earned 1,234.50 of 1,019.18 and PX spent 50 without a budget.
_FINANCE = ("finance_entries", "budget_lines")


@pytest.fixture
def small(tmp_path: Path, look_at: _LOOK) -> SmallHome:
    """A published tiny home that pages look at."""
    home = published_home(tmp_path)
    look_at(tmp_path)
    return home


def finance_home(root: Path, reference: dict[str, str]) -> SmallHome:
    """Return a home with a ledger and a budget only, after its first night."""
    home = new_home(root, _FINANCE, REFERENCE | reference)
    for file in ("ledger/march.csv", "budget/2026.csv"):
        home.land(file, LANDED[file])
    assert home.night().exit_code == 0
    return home


def figures_of(page: OpenedPage) -> dict[str, dict[str, float]]:
    """Return the figures of the statement by line."""
    rows = page.tables()[0].to_dict("records")
    return {row["indented"].strip(" \u2003▶"): row for row in rows}


def test_the_page_opens_with_the_result_against_budget_and_names_the_worst_line(
    small: SmallHome,
) -> None:
    said = open_page("budget_vs_actual", span="month", unit="HQ").texts()
    assert "Result is 16.2% above budget for March 2026." in said
    assert "Revenue is CN¥1,234, 21.1% above the budget of CN¥1,019." in said
    assert "Cost is CN¥50, without a budget." in said
    assert "Most adverse of the material accounts: **6401**, -CN¥50" in said


def test_the_statement_has_a_line_per_account_and_kind_with_sign_and_words(
    small: SmallHome,
) -> None:
    lines = figures_of(open_page("budget_vs_actual", span="month"))
    assert list(lines) == ["Revenue", "6001", "Cost", "6401", "Result"]
    assert (lines["6001"]["actual"], lines["6001"]["budget"]) == (1234, 1019)
    assert (lines["6001"]["variance"], lines["6001"]["judged"]) == (215, "▲ favourable · material")
    assert (lines["6401"]["variance"], lines["6401"]["judged"]) == (-50, "▼ adverse · material")


def test_the_year_to_date_is_what_the_page_shows_until_the_url_says_month(
    small: SmallHome,
) -> None:
    to_date = open_page("budget_vs_actual")
    assert "for the year to March 2026" in to_date.texts()
    assert figures_of(to_date)["6001"]["budget"] == 2959  # 90 of 365 days of 12,000
    assert "span" not in to_date.app.query_params


def test_the_matrix_has_the_unit_first_and_then_the_units_below_it(small: SmallHome) -> None:
    matrix = open_page("budget_vs_actual", span="month", show="actual").tables()[1]
    assert list(matrix.columns) == ["indented", "HQ", "PD", "PX"]
    assert matrix[["HQ", "PD", "PX"]].iloc[0].fillna(-1).tolist() == [1234, 1234, -1]


def test_a_unit_without_units_below_it_has_no_matrix(small: SmallHome) -> None:
    assert "There is no unit below this one." in open_page("budget_vs_actual", unit="PD").texts()


@pytest.mark.parametrize("span", ["month", "to_date"])
@pytest.mark.parametrize(("line", "unit"), [("6001", "HQ"), ("revenue", "PD"), ("6401", "PX")])
def test_entries_and_budget_lines_add_up_to_the_figures_above_them(
    small: SmallHome, line: str, unit: str, span: str
) -> None:
    page = open_page("budget_vs_actual", unit=unit, line=line, span=span)
    reader = frame.reader()
    scope, _ = read_scope({"unit": unit}, reader.known())
    row = budget_rows(reader, scope, span).filter(
        (pl.col("line") == line) & (pl.col("org_unit_id") == unit)
    )
    entries, *budget = [table for table in page.tables() if "amount" in table.columns]
    assert entries["amount"].sum() == float(row["actual"][0])
    assert sum(table["amount"].sum() for table in budget) == float(row["budget"][0])


def test_the_result_has_the_entries_of_all_accounts_and_each_leads_to_its_page(
    small: SmallHome,
) -> None:
    page = open_page("budget_vs_actual", line="result")
    entries = next(table for table in page.tables() if "entry_id" in table.columns)
    assert entries["entry_id"].tolist() == ["E1", "E2"]
    assert "2 ledger entries. Click a number to open it." in page.texts()


def test_the_budget_is_shown_with_its_version_and_the_day_of_its_approval(
    small: SmallHome,
) -> None:
    (budget,) = (
        table
        for table in open_page("budget_vs_actual", line="6001", span="month").tables()
        if "version" in table.columns
    )
    assert budget["version"].tolist() == ["original"]
    assert str(budget["approved_on"][0]).startswith("2025-12-01")
    assert (budget["line_amount"][0], budget["amount"][0]) == (12000, 1019.18)


def test_a_line_that_is_not_there_is_told_and_the_page_goes_on(small: SmallHome) -> None:
    said = open_page("budget_vs_actual", line="9999").texts()
    assert "There is no line 9999 here" in said
    assert "One line in depth" in said


def test_the_chosen_line_is_marked_in_the_statement(small: SmallHome) -> None:
    lines = open_page("budget_vs_actual", line="6001").tables()[0]["indented"]
    assert [line.strip() for line in lines if "▶" in line] == ["▶ 6001"]


def test_the_list_of_lines_writes_the_choice_into_the_url(small: SmallHome) -> None:
    app = open_page("budget_vs_actual").app
    app.selectbox(key="choose_line").set_value("revenue").run()
    assert app.query_params["line"] == "revenue"
    app.button_group(key="switch_span").set_value("month").run()
    assert app.query_params["span"] == "month"


def test_a_unit_without_money_has_a_calm_page(tmp_path: Path, look_at: _LOOK) -> None:
    finance_home(tmp_path, {"org_units": REFERENCE["org_units"] + "QQ,HQ,outlet\n"})
    look_at(tmp_path)
    page = open_page("budget_vs_actual", unit="QQ")
    assert "There is nothing to count at QQ in the year to March 2026." in page.texts()
    assert page.tables() == []


def test_units_without_one_above_them_are_told_by_their_totals(
    tmp_path: Path, look_at: _LOOK
) -> None:
    finance_home(tmp_path, {"org_units": "id,parent_id,kind\nPD,,outlet\nPX,,outlet\n"})
    look_at(tmp_path)
    page = open_page("budget_vs_actual", span="month")
    assert "Revenue is 21.1% above budget for March 2026." in page.texts()
    assert list(page.tables()[0].columns) == ["indented", "PD", "PX"]


def test_a_home_without_finance_says_so(tmp_path: Path, look_at: _LOOK) -> None:
    home = new_home(tmp_path, ("tickets",))
    home.land("tickets/march.csv", LANDED["tickets/march.csv"])
    assert home.night().exit_code == 0
    look_at(tmp_path)
    (info,) = open_page("budget_vs_actual").app.info
    assert info.value.startswith("Budget vs actual: the snapshot has no figures for this page.")


def test_a_month_after_the_last_entry_is_told_to_have_no_actuals_yet(
    tmp_path: Path, look_at: _LOOK
) -> None:
    home = new_home(tmp_path, _FINANCE)
    home.land("budget/2026.csv", LANDED["budget/2026.csv"])
    home.land("ledger/march.csv", LANDED["ledger/march.csv"].replace("2026-03", "2026-02"))
    assert home.night().exit_code == 0
    look_at(tmp_path)
    assert "The ledger ends on 6 Feb 2026" in open_page("budget_vs_actual", span="month").texts()


def test_the_workbook_has_statement_matrix_and_entries_to_the_cent(small: SmallHome) -> None:
    reader = frame.reader()
    scope, _ = read_scope({"unit": "HQ"}, reader.known())
    rows = budget_rows(reader, scope, "month")
    statement = statement_of(rows, scope)
    _title, lines, titles, kinds = statement_sheet(statement)
    assert [titles[column] for column in titles][:3] == ["Line", "Name", "Actual"]
    assert lines.filter(pl.col("line") == "6001")["actual"].cast(pl.Float64).to_list() == [1234.5]
    assert kinds["variance_share"] == "share"
    title, _matrix, titles, _kinds = matrix_sheet(reader, scope, rows, "variance")
    assert (title, list(titles)) == ("Units, Variance", ["line", "name", "HQ", "PD", "PX"])
    line = line_asked(statement)
    _title, entries, _titles, _kinds = entries_sheet(
        reader, span_scope(reader, scope, "month"), line
    )
    assert entries.select("entry_id", "amount").rows() == [("E2", 50.0)]
    assert "positive (▲) is favourable" in sign_convention(reader)


def test_nothing_on_the_page_is_none(small: SmallHome) -> None:
    for url in ({}, {"unit": "PX"}, {"unit": "PD"}, {"period": "2026-01"}):
        said = open_page("budget_vs_actual", **url).texts()
        assert not [word for word in ("None", "nan", "null") if word in said]
