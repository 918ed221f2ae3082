"""Warnings on a page: each a sentence with its owner, leading to the page that shows why."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.blocks.frame import kept
from dashboards.language import _, either, n_, told
from dashboards.menu import find_view, page_of
from dashboards.scope import period_of
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from dashboards.written import n_text, period_text, value_text
from transforms.catalogue import METRICS

_ICONS = {"red": ":material/error:", "amber": ":material/warning:"}
_COLOURS = {"red": "red", "amber": "orange"}
_MOST_LINES = 12


def warning_lines(reader: Reader, warnings: pl.DataFrame) -> None:
    """Show each warning as a sentence with a link to its metric, unit and period, worst first."""
    for warning in warnings.head(_MOST_LINES).rows(named=True):
        metric = METRICS[warning["metric"]]
        period = period_of(warning["grain"], warning["period"])
        colour, icon = _COLOURS[warning["state"]], _ICONS[warning["state"]]
        linked_line(
            f":{colour}[{icon} **{word(warning['state'])}**] {warning_sentence(reader, warning)}",
            _("Look into it"),
            page_of(metric),
            metric=metric.name,
            unit=warning["org_unit_id"],
            period=period.to_url(),
        )
    left_out = max(warnings.height - _MOST_LINES, 0)
    if left_out:
        st.caption(
            n_(
                "{n} more: choose a unit on the left to see those below it.",
                "{n} more: choose a unit on the left to see those below it.",
                left_out,
            ).format(n=lang.number(left_out))
        )


def linked_line(text: str, link: str, view: str, **url: str) -> None:
    """Show one line of text in a frame, with a link to the page `view` beside it."""
    with st.container(border=True):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.markdown(text)
        right.page_link(
            find_view(view).file,
            label=link,
            icon=":material/arrow_forward:",
            query_params=kept(**url),
        )


def warning_sentence(reader: Reader, warning: dict[str, Any]) -> str:
    """Return what is off, where, since when, by how much, and who has it."""
    metric, currency = METRICS[warning["metric"]], reader.currency
    limit = warning["red"] if warning["state"] == "red" else warning["amber"]
    template = (
        _("{metric} at {unit}: {value} in {period}, at or below the limit of {limit}.")
        if warning["direction"] == "below"
        else _("{metric} at {unit}: {value} in {period}, at or above the limit of {limit}.")
    )
    sentence = template.format(
        metric=told(metric.title),
        unit=either(warning["unit_name"], warning["unit_name_zh"]) or warning["org_unit_id"],
        value=value_text(metric, warning["value"], currency),
        period=period_text(period_of(warning["grain"], warning["period"])),
        limit=value_text(metric, limit, currency),
    )
    details = []
    if warning["previous"] is not None:
        before = value_text(metric, warning["previous"], currency)
        details.append(_("before: {value}").format(value=before))
    if n_text(metric, warning):
        details.append(n_text(metric, warning))
    if warning["since"] < warning["period"]:
        details.append(_("since {day}").format(day=lang.day(warning["since"])))
    else:
        details.append(_("new"))
    if warning["owner_name"]:
        details.append(_("owner: {name}").format(name=warning["owner_name"]))
    return f"{sentence} :gray[{' · '.join(details)}]"
