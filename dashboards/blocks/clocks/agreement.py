"""Whether the systems that tickets come from judge them as their clocks do, and if not, why.

To add a class of `marts.clock_disagreements`: its words in `_CLASSES`.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.record_lists import clock_titles, readable
from dashboards.blocks.tables import table
from dashboards.filters import asked, choose
from dashboards.language import _, n_, number, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from transforms.refusal import Sentence

_AGREED, _ALL = "agreed", "all"
_CLASSES = {
    "agreed": Sentence("They agree", "判定一致"),
    "calendar": Sentence("Other working hours", "工作时间不同"),
    "pause": Sentence("Other pauses", "暂停时间不同"),
    "target": Sentence("Another target", "时限不同"),
    "priority": Sentence("Another priority", "优先级不同"),
    "missing_instant": Sentence("We cannot decide", "我方无法判定"),
    "other": Sentence("Reason unknown", "原因不明"),
}
_MOST_LISTED = 200
_COLUMNS = (
    "ticket_id", "class", "ours", "theirs", "clock", "judged_on", "org_unit_id", "kind",
    "priority", "channel", "source",
)  # fmt: skip


def agreement_with_source(reader: Reader, scope: Scope) -> None:
    """Say how many of the sources' own verdicts agree with the clocks, and list the others by why.

    Says nothing about sources that judge no ticket themselves.
    """
    asked_for = _asked_of(scope)
    classes = reader.rows("verdicts_by_class", **asked_for)
    if classes.is_empty():
        st.caption(_("No source judges a ticket of this view itself."))
        return
    counts = dict(classes.iter_rows())
    judged, agreed = classes["tickets"].sum(), counts.pop(_AGREED, 0)
    said = n_(
        "{n} ticket was judged by its source, too: {agreed} of these verdicts agree with our "
        "clock.",
        "{n} tickets were judged by their source, too: {agreed} of these verdicts agree with our "
        "clocks.",
        judged,
    )
    st.markdown(said.format(n=number(judged), agreed=number(agreed)))
    if counts:
        _draw_classes(classes)
        _list_disagreements(reader, scope, asked_for, list(counts))


def _draw_classes(classes: pl.DataFrame) -> None:
    unknown = [pl.lit(None, pl.Float64).alias(name) for name in ("low", "high")]
    without = [pl.lit("").alias(name) for name in ("interval_text", "n_text")]
    figures = classes.select(
        _class_words().alias("name"),
        pl.col("tickets").alias("value"),
        pl.Series("value_text", [number(tickets) for tickets in classes["tickets"]]),
        *unknown,
        *without,
    )
    draw(
        charts.bars(
            figures,
            name="name",
            value_format=",.0f",
            title=_("Verdicts of the sources and ours"),
            better="neutral",
            mode=mode(),
            labels=labels(),
        ),
        "verdicts",
    )


def _list_disagreements(
    reader: Reader, scope: Scope, asked_for: dict[str, Any], classes: list[str]
) -> None:
    options = [_ALL, *classes]
    chosen = asked("class", options, _ALL, called=Sentence("reason", "原因"))
    choose(
        "class",
        _("Why they differ"),
        options,
        chosen,
        usual=_ALL,
        written=lambda one: told(_CLASSES[one]) if one in _CLASSES else _("All"),
        width=320,
    )
    one = None if chosen == _ALL else chosen
    rows = reader.rows("disagreements", **asked_for, **{"class": one}, limit=_MOST_LISTED)
    if rows.height == _MOST_LISTED:
        st.caption(_("The newest {n} are listed.").format(n=_MOST_LISTED))
    titles = clock_titles(reader)
    table(
        reader,
        readable(reader, rows).with_columns(_class_words()),
        {column: titles.get(column, column) for column in _COLUMNS},
        name="disagreements",
        title=_("Tickets that the source judges otherwise"),
        scope=scope,
        opens="ticket_id",
    )


def _class_words() -> pl.Expr:
    return pl.col("class").replace({one: told(words) for one, words in _CLASSES.items()})


def _asked_of(scope: Scope) -> dict[str, Any]:
    return {
        "unit": scope.unit,
        "channel": scope.channel,
        "first": scope.period.first.isoformat(),
        "last": scope.period.last.isoformat(),
    }
