"""Signals of control charts on the first page: a sentence per cause, with its owner and its chart.

One row of a cause speaks for it; the others hang under it. A warning on the same metric and unit is
said with its signal, once.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.blocks.frame import kept
from dashboards.blocks.plain_text import in_markdown, plain
from dashboards.blocks.tables import table
from dashboards.language import _, either, n_, told
from dashboards.menu import find_view, page_of
from dashboards.scope import Scope, period_of
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from dashboards.written import value_text
from pipelines.questions.metric_queries import Grain
from transforms.catalogue import METRICS

COLOURS = {"concern": "red", "improvement": "green", "change": "orange"}
_ICONS = {
    "concern": ":material/notification_important:",
    "improvement": ":material/thumb_up:",
    "change": ":material/swap_vert:",
}
_STATES = {"red": ":material/error:", "amber": ":material/warning:"}
_MOST_CONCERNS = 8
_MOST_OTHERS = 12
_MOST_UNITS = 3
# The page of these metrics has no chart of one metric.
_WITHOUT_CHARTS = "budget_vs_actual"
_EVERYTHING = "metrics"
_SAME = ["metric", "org_unit_id"]


def signals_of(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Return the signals that were open in the period, at the unit and below it.

    `place` is the place among those of its cause: the first one speaks for them.
    """
    return reader.rows(
        "signals",
        unit=scope.unit,
        first=scope.period.first.isoformat(),
        last=scope.period.last.isoformat(),
    )


def causes(signals: pl.DataFrame, verdict: str) -> pl.DataFrame:
    """Return the row that speaks for each cause of `verdict`, those to be told first in front."""
    return signals.filter(pl.col("place") == 1, pl.col("verdict") == verdict)


def tell_where(leading: pl.DataFrame) -> None:
    """Say how many of the concerns `leading` still go on, and which units have most of them.

    Nothing is said where all of them are shown as sentences.
    """
    if leading.height <= _MOST_CONCERNS:
        return
    still = leading.filter(~pl.col("is_over")).height
    units = leading.group_by("org_unit_id", maintain_order=True).agg(
        pl.col("unit_name", "unit_name_zh").first(), pl.len().alias("concerns")
    )
    most = units.sort("concerns", descending=True, maintain_order=True).head(_MOST_UNITS)
    named = [
        f"{in_markdown(either(row['unit_name'], row['unit_name_zh']))} ({row['concerns']})"
        for row in most.rows(named=True)
    ]
    st.markdown(
        _("{still} of {n} concerns still go on; most concerns: {units}.").format(
            still=lang.number(still), n=lang.number(leading.height), units=lang.listed(named)
        )
    )


def without_told(warnings: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """Return the warnings that no concern among those that are shown tells already."""
    return warnings.join(_told_concerns(signals), on=_SAME, how="anti", maintain_order="left")


def concerns(reader: Reader, scope: Scope, signals: pl.DataFrame, warnings: pl.DataFrame) -> None:
    """Show each concern as a sentence, the most urgent in front; the rest stand in a table."""
    leading = causes(signals, "concern")
    for row in leading.head(_MOST_CONCERNS).rows(named=True):
        others = signals.filter(pl.col("cause_id") == row["cause_id"], pl.col("place") > 1)
        _line(reader, scope, row, others, warnings)
    rest = leading.slice(_MOST_CONCERNS)
    if rest.height:
        title = n_("{n} more concern", "{n} more concerns", rest.height)
        _table(reader, scope, rest, title.format(n=lang.number(rest.height)), "concern")


def better_or_different(reader: Reader, scope: Scope, signals: pl.DataFrame) -> None:
    """Show improvements, and changes of what is neither good nor bad, each kind in a table."""
    better, different = causes(signals, "improvement"), causes(signals, "change")
    if better.height:
        title = n_("{n} improvement", "{n} improvements", better.height)
        _table(reader, scope, better, title.format(n=lang.number(better.height)), "improvement")
    if different.height:
        title = n_("{n} change", "{n} changes", different.height)
        _table(reader, scope, different, title.format(n=lang.number(different.height)), "change")


def _told_concerns(signals: pl.DataFrame) -> pl.DataFrame:
    """Return metric and unit of what `concerns` tells in sentences: leading ones and others."""
    shown = causes(signals, "concern").head(_MOST_CONCERNS)["cause_id"]
    return signals.filter(pl.col("cause_id").is_in(shown.implode())).select(_SAME).unique()


def _line(
    reader: Reader,
    scope: Scope,
    row: dict[str, Any],
    others: pl.DataFrame,
    warnings: pl.DataFrame,
) -> None:
    """Show one concern in a frame, with a link to its chart; the others of its cause fold out."""
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.markdown(_sentence(reader, row, warnings))
        view, parameters = _chart_of(scope, row)
        right.page_link(
            find_view(view).file,
            label=_("Look into it"),
            icon=":material/arrow_forward:",
            query_params=kept(**parameters),
        )
        if others.is_empty():
            return
        in_warning = others.join(warnings.select(_SAME), on=_SAME, how="semi").height
        title = n_("{n} other says the same", "{n} others say the same", others.height).format(
            n=lang.number(others.height)
        )
        if in_warning:
            title += " · " + n_("{n} is in warning", "{n} are in warning", in_warning).format(
                n=lang.number(in_warning)
            )
        with st.expander(title):
            # Those in warning are said here only.
            first = others.join(warnings.select(_SAME), on=_SAME, how="semi", maintain_order="left")
            second = others.join(first, on="signal_id", how="anti", maintain_order="left")
            listed = pl.concat([first, second]).head(max(_MOST_OTHERS, first.height))
            lines = [f"- {_sentence(reader, other, warnings)}" for other in listed.rows(named=True)]
            st.markdown("\n".join(lines))
            left_out = others.height - listed.height
            if left_out:
                st.caption(n_("and {n} more", "and {n} more", left_out).format(n=left_out))


def _sentence(reader: Reader, row: dict[str, Any], warnings: pl.DataFrame) -> str:
    """Return a signal as a sentence, with its warning if there is one, its age and its owner."""
    verdict = row["verdict"]
    said = in_markdown(either(row["sentence"], row["sentence_zh"]))
    sign = f":{COLOURS[verdict]}[{_ICONS[verdict]} **{verdict_word(verdict)}**]"
    details = [_age(row)]
    if row["owner_name"]:
        details.append(_("owner: {name}").format(name=plain(row["owner_name"])))
    same = warnings.filter(*(pl.col(name) == row[name] for name in _SAME))
    marks = [_warning_mark(reader, warning) for warning in same.rows(named=True)]
    return " ".join([sign, said, *marks, f":gray[{' · '.join(details)}]"])


def _warning_mark(reader: Reader, warning: dict[str, Any]) -> str:
    """Return what the warning on the same metric and unit adds to a signal: state and limit."""
    metric, state = METRICS[warning["metric"]], warning["state"]
    colour = "red" if state == "red" else "orange"
    limit = value_text(metric, warning[state], reader.currency)
    said = _("in warning, limit {limit}").format(limit=limit)
    return f":{colour}[{_STATES[state]} **{word(state)}** {said}]"


def verdict_word(verdict: str) -> str:
    """Return what a signal is, as a word that begins a sentence."""
    return {
        "concern": _("Concern"),
        "improvement": _("Improvement"),
        "change": _("Change"),
    }[verdict]


def _age(row: dict[str, Any]) -> str:
    if row["is_over"] and row["last_on"] > row["known_on"]:
        return _("{first} to {last}").format(
            first=lang.day(row["known_on"]), last=lang.day(row["last_on"])
        )
    if row["is_over"]:
        return _("until {day}").format(day=lang.day(row["last_on"]))
    if row["is_new"]:
        return _("new, since {day}").format(day=lang.day(row["known_on"]))
    return _("since {day}").format(day=lang.day(row["known_on"]))


def _chart_of(scope: Scope, row: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the page of the signal's chart and the parameters of the URL that lead to it."""
    metric = METRICS[row["metric"]]
    page = page_of(metric)
    # A single case has no period of its own: it is looked at in the one of the page.
    grain: Grain = scope.period.grain if row["grain"] == "event" else row["grain"]
    period = (
        scope.period
        if grain == "all"
        else period_of(grain, min(row["last_period"], scope.period.last))
    )
    return _EVERYTHING if page == _WITHOUT_CHARTS else page, {
        "metric": metric.name,
        "unit": row["org_unit_id"],
        "period": period.to_url(),
        "chart": row["grain"],
    }


def _table(reader: Reader, scope: Scope, signals: pl.DataFrame, title: str, name: str) -> None:
    """Show signals as a table that folds out, unit by unit; a click on a metric leads to its chart.

    The unit with the first one comes first.
    """
    first = pl.col("number").min().over("org_unit_id")
    rows = signals.with_row_index("number").sort(first, maintain_order=True).rows(named=True)

    def look(place: int) -> None:
        view, parameters = _chart_of(scope, rows[place])
        st.switch_page(find_view(view).file, query_params=kept(**parameters))

    shown = pl.DataFrame(
        {
            "unit": [either(row["unit_name"], row["unit_name_zh"]) for row in rows],
            "title": [told(METRICS[row["metric"]].title) for row in rows],
            "age": [_age(row) for row in rows],
            "said": [either(row["sentence"], row["sentence_zh"]) for row in rows],
            "owner_name": [row["owner_name"] for row in rows],
        },
        schema=dict.fromkeys(("unit", "title", "age", "said", "owner_name"), pl.String),
    )
    with st.expander(title, icon=_ICONS[name]):
        table(
            reader,
            shown,
            {
                "unit": _("Org unit"),
                "title": _("Metric"),
                "age": _("Since"),
                "said": _("Signal"),
                "owner_name": _("Owner"),
            },
            name=f"signals_{name}",
            title=title,
            scope=scope,
            opens="title",
            on_open=look,
        )
