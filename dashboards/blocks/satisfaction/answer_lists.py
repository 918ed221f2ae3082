"""Lists of single answers, page by page, each leading to its survey and to the case behind it.

To show another column of `survey_queries.Listed`: `_LISTED`, and its title in `_titles`.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from dashboards.blocks.record_lists import readable
from dashboards.blocks.small_numbers import hidden_text
from dashboards.blocks.tables import downloads, table
from dashboards.language import _, language, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from pipelines.questions.survey_queries import Listed, SurveySlice
from transforms.catalogue import METRICS

# Evaluator -> the metric that says whether there are enough of their answers to be shown.
SHARES = {
    "customer": METRICS["satisfied_share"],
    "internal": METRICS["satisfied_share_internal"],
    "third_party": METRICS["satisfied_share_third_party"],
}
ON_A_PAGE = 50
_LISTED = (
    "response_id", "answered_on", "comment", "overall_share", "subject_id", "case",
    "attitude_share", "efficiency_share", "effect_share", "org_unit_id", "agent_id", "courier_id",
    "recommend", "method", "subject",
)  # fmt: skip
_SHARES = tuple(column for column in _LISTED if column.endswith("_share"))


def slice_of(scope: Scope, evaluator: str = "customer") -> SurveySlice:
    """Return the surveys of the scope's unit and period."""
    unit = {"org_unit_id": (scope.unit,)} if scope.unit else {}
    return SurveySlice(scope.period.first, scope.period.last, {**unit, "evaluator": (evaluator,)})


def is_hidden(reader: Reader, scope: Scope, evaluator: str) -> bool:
    """Say whether the answers of an evaluator are too few here, or would tell those beside."""
    return bool(reader.figures(SHARES[evaluator], scope)["is_hidden"].any())


def list_answers(
    reader: Reader,
    scope: Scope,
    page_of: Callable[[int | None, int], Listed],
    said: Callable[[int], str],
    *,
    evaluator: str,
    name: str,
    title: str,
    asked: str = "",
) -> None:
    """Show a page of the answers that `page_of` (limit, offset) finds, under what is `said` of
    their number.

    `name`    of the files, and key of the widgets
    `asked`   what else was asked for: another question begins with its first page
    """
    key = f"page_{name} {reader.id} {scope.to_url()} {asked}"
    page = st.session_state.get(key, 1)
    listed = page_of(ON_A_PAGE, ON_A_PAGE * (page - 1))
    if listed.is_too_few or is_hidden(reader, scope, evaluator):
        st.caption(f":material/visibility_off: {hidden_text(reader)}")
        return
    st.caption(said(listed.found))
    if not listed.found:
        return
    titles = _titles(reader)
    kinds = dict.fromkeys(_SHARES, "number")
    table(
        reader,
        _readable(reader, listed.rows, titles),
        titles,
        name=name,
        title=title,
        kinds=kinds,
        scope=scope,
        opens=("response_id", "subject_id"),
    )
    if listed.found <= ON_A_PAGE:
        return
    st.pagination(-(-listed.found // ON_A_PAGE), key=key)
    st.caption(_("All {n}, not this page only:").format(n=number(listed.found)))
    downloads(
        reader,
        lambda: [(title, _readable(reader, page_of(None, 0).rows, titles), titles, kinds)],
        name=f"{name}_all",
        title=title,
        scope=scope,
    )


def _readable(reader: Reader, rows: pl.DataFrame, titles: dict[str, str]) -> pl.DataFrame:
    case = pl.col("case_zh" if language() == "zh" else "case")
    told = rows.with_columns(
        pl.when(case != "").then(case).alias("case"), (pl.col(*_SHARES) * 100).round(1)
    )
    return readable(reader, told).select(*titles)


def _titles(reader: Reader) -> dict[str, str]:
    known = reader.column_titles("surveys")
    own = {
        "answered_on": _("Answered on"),
        "subject_id": _("Ticket or waybill"),
        "case": _("Known of the case"),
        "courier_id": reader.column_titles("deliveries")["courier_id"],
    }
    return {
        column: own.get(column) or known.get(column.removesuffix("_share"), column)
        for column in _LISTED
    }
