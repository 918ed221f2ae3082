"""Few answers: what a page says where a figure of surveys is hidden, and that it is.

Which slices are hidden says `metric_queries.answer`, by their column `is_hidden`.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.filters import unit_name
from dashboards.language import _, n_, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import period_text, with_texts
from transforms.catalogue import METRICS, Metric
from transforms.refusal import Refusal

_USUAL_MINIMUM = 5


def known(figures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `figures` that have a value, or would have one if it were not hidden."""
    return figures.filter(pl.col("value").is_not_null() | pl.col("is_hidden"))


def worded(reader: Reader, metric: Metric, figures: pl.DataFrame) -> pl.DataFrame:
    """Return `figures` as `with_texts` does, but saying so where a figure is hidden.

    `hidden_text` says it too, and is null in all other rows.
    """
    hidden = pl.when("is_hidden").then(pl.lit(hidden_text(reader)))
    return with_texts(metric, figures, reader.currency).with_columns(
        hidden.otherwise("value_text").alias("value_text"), hidden.alias("hidden_text")
    )


def hidden_text(reader: Reader) -> str:
    """Return what stands in place of a hidden figure."""
    return _("hidden: fewer than {minimum} answers, here or beside it").format(
        minimum=minimum_answers(reader)
    )


def hidden_sentence(reader: Reader, metric: Metric) -> str:
    """Return the calm sentence that says why a metric has no figure, although it has answers."""
    return _("{metric}: {hidden}.").format(metric=told(metric.title), hidden=hidden_text(reader))


def tell_hidden(reader: Reader, figures: pl.DataFrame) -> None:
    """Say how many of `figures` are hidden, if any are."""
    hidden = figures["is_hidden"].sum()
    if hidden:
        st.caption(
            ":material/visibility_off: "
            + n_(
                "{n} is hidden: fewer than {minimum} answers, here or beside it.",
                "{n} are hidden: fewer than {minimum} answers, here or beside them.",
                hidden,
            ).format(n=hidden, minimum=minimum_answers(reader))
        )


def refuse_few_answers(reader: Reader, scope: Scope) -> None:
    """Raise Refusal when there are answers in the scope, but too few of them to be shown."""
    minimum = minimum_answers(reader)
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


def minimum_answers(reader: Reader) -> int:
    """Return how many answers were enough for the night that made the snapshot."""
    said = reader.rows("minimum_answers")["minimum_answers"]
    return _USUAL_MINIMUM if said.is_empty() else int(said.item())
