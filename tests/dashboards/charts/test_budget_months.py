"""One line of the budget by month: what is outlined, what is solid, what is still to come."""

from __future__ import annotations

from datetime import date

from dashboards.charts import budget_months
from tests.dashboards.charts.specifications import LABELS, budgeted, layers, rows, specified

_CHART = specified(
    budget_months(
        budgeted(), title="A title", selected=date(2026, 10, 1), mode="light", labels=LABELS
    )
)


def test_the_budget_of_a_month_is_outlined_and_its_actual_solid() -> None:
    actual, budget = layers(_CHART, "bar")
    assert (actual["encoding"]["y"]["field"], budget["encoding"]["y"]["field"]) == (
        "actual",
        "budget",
    )
    assert budget["mark"]["filled"] is False
    assert actual["mark"].get("filled", True) is True


def test_a_month_to_come_has_a_budget_but_no_actual() -> None:
    assert [row["actual"] for row in rows(_CHART)] == [84.5, None]
    assert [row["actual_text"] for row in rows(_CHART)] == ["84.50", "–"]
    assert [row["budget"] for row in rows(_CHART)] == [90, 95]


def test_the_selected_month_is_bold() -> None:
    axis = layers(_CHART, "bar")[0]["encoding"]["x"]["axis"]
    assert axis["labelFontWeight"] == {"expr": "(datum.value === '2026-10') ? 'bold' : 'normal'"}
