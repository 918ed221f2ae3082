"""Few answers: a slice of surveys in which a single person could be recognised is not shown.

How many answers are enough stands in the settings (`minimum_answers`). What counts the answers
themselves, or the invitations sent, is always shown.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.filters import unit_name
from dashboards.language import n_
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import period_text
from transforms.catalogue import MEASURES, METRICS, Metric, tables_of
from transforms.refusal import Refusal


def with_enough_answers(
    reader: Reader, metric: Metric, figures: pl.DataFrame
) -> tuple[pl.DataFrame, int]:
    """Return the rows of `figures` that may be shown, and how many were hidden.

    The answers of a row are its denominator, weighted where the surveys are.
    """
    if not _is_made_of_answers(metric):
        return figures, 0
    minimum = reader.home.settings.minimum_answers
    shown = figures.filter((pl.col("denominator") >= minimum) | pl.col("value").is_null())
    return shown, figures.height - shown.height


def tell_hidden(reader: Reader, hidden: int) -> None:
    """Say how many slices were hidden, if any were."""
    if hidden:
        st.caption(
            ":material/visibility_off: "
            + n_(
                "{n} with fewer than {minimum} answers is hidden.",
                "{n} with fewer than {minimum} answers are hidden.",
                hidden,
            ).format(n=hidden, minimum=reader.home.settings.minimum_answers)
        )


def refuse_few_answers(reader: Reader, scope: Scope) -> None:
    """Raise Refusal when there are answers in the scope, but too few of them to be shown."""
    minimum = reader.home.settings.minimum_answers
    answers = reader.figures(METRICS["surveys_answered"], scope)["value"][0]
    if answers and answers < minimum:
        raise Refusal(
            "{unit}, {period}: fewer than {minimum} surveys were answered, too few to be shown "
            "without telling who said what: choose a longer period or a larger unit.",
            "{unit}，{period}：收回的问卷不足 {minimum} 份，为避免识别出个人而不予显示："
            "请选择更长的时间段或更大的机构范围。",
            unit=unit_name(reader, scope.unit),
            period=period_text(scope.period),
            minimum=minimum,
        )


def _is_made_of_answers(metric: Metric) -> bool:
    return (
        tables_of(metric) == ("surveys",)
        and bool(metric.bottom)
        and MEASURES[metric.bottom[0]].on == "answered_on"
    )
