"""Budget vs actual: where do we stand against budget, why, and what is behind it?"""

import streamlit as st

from dashboards.blocks.budget.matrix import (
    draw_accounts,
    draw_units,
    matrix_sheet,
    show_matrix,
    shown_asked,
)
from dashboards.blocks.budget.one_line import (
    choose_line,
    draw_course,
    entries_sheet,
    line_asked,
    lines_of,
    show_budget_lines,
    show_entries,
)
from dashboards.blocks.budget.opening import line_sentence, open_budget
from dashboards.blocks.budget.statement import (
    budget_rows,
    choose_span,
    show_statement,
    sign_convention,
    span_asked,
    span_scope,
    statement_of,
    statement_sheet,
)
from dashboards.blocks.frame import reader
from dashboards.blocks.sentences import metrics_for
from dashboards.blocks.tables import downloads
from dashboards.filters import scope_of
from dashboards.language import _

snapshot = reader()
metrics_for(snapshot, "budget_vs_actual")
scope = scope_of(snapshot, "unit", "period", grains=("month",))
span, shown = span_asked(), shown_asked()
whole = span_scope(snapshot, scope, span)
rows = budget_rows(snapshot, scope, span)
statement = statement_of(rows, scope)
open_budget(snapshot, scope, span, statement)

if rows.height:
    lines = lines_of(rows, statement)
    line = line_asked(lines)
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_span(span)
        downloads(
            snapshot,
            lambda: [
                *([statement_sheet(statement)] if statement.height else []),
                matrix_sheet(snapshot, scope, rows, shown),
                entries_sheet(snapshot, whole, line),
            ],
            name="budget_vs_actual",
            title=_("Budget vs actual"),
            scope=whole,
            beneath=[(_("How to read it"), sign_convention(snapshot))],
        )
    if statement.height:
        show_statement(snapshot, statement, line["line"])
        draw_accounts(snapshot, statement)

    st.subheader(_("Line by org unit"))
    show_matrix(snapshot, scope, rows, shown)

    st.subheader(_("One line in depth"))
    choose_line(lines, line["line"])
    if statement.height:
        st.markdown(line_sentence(snapshot, line))
        draw_course(snapshot, scope, line)
    draw_units(snapshot, scope, rows, line["line"])
    st.subheader(_("Its ledger entries"))
    show_entries(snapshot, whole, line["line"])
    st.subheader(_("The budget behind it"))
    show_budget_lines(snapshot, whole, line["line"])
