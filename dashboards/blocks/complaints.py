"""What the page on complaints is made of: its sentence, causes, replies, repeat complainants, list.

Figures of all tickets (promises kept, hours to resolve) are those of complaints alone in the scope
that `complaints_only` returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.clocks.chosen import choose_clock, share_of
from dashboards.blocks.comparison import bars_by
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import nothing_here
from dashboards.blocks.frame import Tone, opening
from dashboards.blocks.record_lists import readable, records_list
from dashboards.blocks.sentences import beneath
from dashboards.blocks.tables import table
from dashboards.blocks.tiles import standing
from dashboards.filters import asked, choose, unit_name
from dashboards.language import _, n_, number, percent, told
from dashboards.menu import find_view, page_of
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from dashboards.written import period_text, with_texts
from pipelines.questions.metric_queries import columns_of
from transforms.catalogue import METRICS, Metric
from transforms.refusal import Sentence

_OPENED, _UPHELD = METRICS["complaints_opened"], METRICS["upheld_complaint_share"]
_ALL = "all"
_OUTCOMES = ("upheld", "not_upheld", "withdrawn", "undecided")
_MOST_COMPLAINTS = 500
_LISTED = (
    "ticket_id", "opened_at", "org_unit_id", "category", "outcome", "root_cause", "waybill_no",
    "compensation", "status", "channel", "priority", "promised_at", "resolved_at",
)  # fmt: skip


class _ComplaintsOnly(Scope):
    """A scope in which metrics of tickets count complaints only."""

    def where(self, metric: Metric) -> dict[str, tuple[str, ...]]:
        asked_for = super().where(metric)
        # Metrics about complaints need no condition: figure and trust are those of other pages.
        if page_of(metric) == "complaints" or "kind" not in columns_of(metric):
            return asked_for
        return asked_for | {"kind": ("complaint",)}


def complaints_only(scope: Scope) -> Scope:
    """Return the same scope, in which metrics of all tickets count complaints only."""
    return _ComplaintsOnly(scope.unit, scope.period, scope.channel, scope.service_level)


def open_complaints(reader: Reader, scope: Scope) -> None:
    """Open the page with how many complaints came in and how many of those resolved were upheld."""
    title = told(find_view("complaints").title)
    opened, upheld = standing(reader, scope, _OPENED), standing(reader, scope, _UPHELD)
    came_in = int(opened.now["value"]) if opened.now else 0
    if opened.now is None or not (came_in or upheld.now):
        where = {"unit": unit_name(reader, scope.unit), "period": period_text(scope.period)}
        opening(title, _("No complaint came in at {unit} in {period}.").format(**where))
        return
    sentence = n_("{n} complaint came in", "{n} complaints came in", came_in)
    sentence = sentence.format(n=number(came_in)) if came_in else _("No complaint came in")
    ruled = (
        _("{sentence}; of the complaints resolved, {share} were upheld.").format(
            sentence=sentence, share=percent(upheld.now["value"])
        )
        if upheld.now
        else _("{sentence}; none has been resolved.").format(sentence=sentence)
    )
    tone: Tone = "warn" if upheld.misses_target else "calm"
    opening(title, ruled, tone, beneath(reader, scope, opened))


def causes(reader: Reader, scope: Scope) -> None:
    """Draw what complaints are about, most first: by category, or by the root cause found."""
    titles = reader.column_titles("tickets")
    columns = ("category", "root_cause")
    by = asked("cause", columns, columns[0], called=Sentence("cause", "原因"))
    choose("cause", _("Causes by"), columns, by, written=titles.__getitem__, usual=columns[0])
    counted = _by_category(reader, scope) if by == "category" else _by_root_cause(reader, scope)
    shown = with_texts(_OPENED, counted, reader.currency)
    if shown.is_empty():
        st.info(nothing_here(reader, scope, _OPENED), icon=":material/info:")
        return
    title = _("Complaints by {column}").format(column=titles[by].lower())
    draw(charts.pareto(shown, name="name", title=title, mode=mode(), labels=labels()), by)
    with st.expander(_("Figures"), icon=":material/table:"):
        table(
            reader,
            shown,
            {"name": titles[by], "value": told(_OPENED.title)},
            name=f"complaints_by_{by}",
            title=title,
            kinds={"value": "count"},
            scope=scope,
        )


def replies(reader: Reader, scope: Scope) -> None:
    """Draw how often one clock of complaints is kept, by unit, and list the complaints that missed
    it. Raises Refusal where no clock has any figure."""
    clock = choose_clock(reader)
    metric = share_of(clock)
    bars_by(reader, scope, metric, "org_unit_id", lowest=True, name="replies")
    st.markdown("**" + _("Complaints that missed it") + "**")
    records_list(reader, scope, metric, name="missed_replies")


def repeat_complainants(reader: Reader, scope: Scope) -> None:
    """List the customers who complained more than once; a click lists their complaints."""
    customers = _repeaters(reader, scope)
    if customers.is_empty():
        st.caption(_("No customer complained more than once."))
        return

    def show_complaints(row: int) -> None:
        st.query_params["customer"] = customers["customer_key"][row]
        st.rerun()

    st.caption(
        n_(
            "{n} customer complained more than once. Click a key to list the complaints below.",
            "{n} customers complained more than once. Click a key to list the complaints below.",
            customers.height,
        ).format(n=number(customers.height))
    )
    table(
        reader,
        readable(reader, customers),
        {
            "customer": _("Customer"),
            "complaints": told(find_view("complaints").title),
            "upheld": word("upheld"),
            "last_opened_at": _("Last one"),
        },
        name="repeat_complainants",
        title=_("Customers who complained more than once"),
        kinds={"complaints": "count", "upheld": "count"},
        scope=scope,
        opens="customer",
        on_open=show_complaints,
    )


def complaints_list(reader: Reader, scope: Scope) -> None:
    """List the complaints of the period, newest first, by category, outcome and customer."""
    titles = reader.column_titles("tickets")
    categories = _by_category(reader, scope).drop_nulls("category")["category"].to_list()
    customers = dict(_repeaters(reader, scope).select("customer_key", "customer").iter_rows())
    with st.container(horizontal=True):
        chosen = {
            "category": _choose("category", titles["category"], categories),
            "outcome": _choose("outcome", titles["outcome"], _OUTCOMES),
            "customer": _choose("customer", _("Customer"), customers, customers),
        }
    rows = reader.rows("complaints", **_asked_of(scope), **chosen, limit=_MOST_COMPLAINTS)
    if rows.is_empty():
        st.caption(_("No complaint came in that fits."))
        return
    found = rows["found"][0]
    said = n_("{n} complaint, newest first.", "{n} complaints, newest first.", found)
    said = said.format(n=number(found))
    if found > rows.height:
        said = _("{sentence} The newest {n} are listed.").format(sentence=said, n=rows.height)
    st.caption(said)
    table(
        reader,
        readable(reader, rows),
        {column: titles.get(column, titles.get(f"{column}_minor", column)) for column in _LISTED},
        name="complaints",
        title=told(find_view("complaints").title),
        kinds={"compensation": "money"},
        scope=scope,
        opens=("ticket_id", "waybill_no"),
    )


def _by_category(reader: Reader, scope: Scope) -> pl.DataFrame:
    figures = reader.figures(_OPENED, scope, by=("category",)).filter(pl.col("value") > 0)
    return _named(
        figures.sort("value", "category", descending=[True, False], nulls_last=True), "category"
    )


def _by_root_cause(reader: Reader, scope: Scope) -> pl.DataFrame:
    rows = reader.rows("complaint_root_causes", **_asked_of(scope))
    unknown = [pl.lit(None, pl.Float64).alias(name) for name in ("low", "high", "denominator")]
    return _named(rows.rename({"complaints": "value"}).with_columns(unknown), "root_cause")


def _named(counted: pl.DataFrame, column: str) -> pl.DataFrame:
    return counted.with_columns(pl.col(column).fill_null(_("Not stated")).alias("name"))


def _repeaters(reader: Reader, scope: Scope) -> pl.DataFrame:
    return reader.rows("repeat_complainants", **_asked_of(scope))


def _asked_of(scope: Scope) -> dict[str, Any]:
    return {
        "unit": scope.unit,
        "channel": scope.channel,
        "first": scope.period.first.isoformat(),
        "last": scope.period.last.isoformat(),
    }


_CALLED = {
    "category": Sentence("category", "类别"),
    "outcome": Sentence("outcome", "处理结论"),
    "customer": Sentence("customer", "客户"),
}


def _choose(
    name: str, label: str, values: Any, written: dict[str, str] | None = None
) -> str | None:
    """Return the value that the URL asks for, None for all of them."""
    words = {value: word(value) for value in values} if written is None else written
    options = [_ALL, *values]
    value = asked(name, options, _ALL, called=_CALLED[name])
    choose(
        name, label, options, value, usual=_ALL, written=lambda v: words.get(v, _("All")), width=220
    )
    return None if value == _ALL else value
