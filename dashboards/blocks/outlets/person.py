"""The panel about one agent or courier: every metric against all the others, course, records.

Which one stands in the URL as `person`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import figures_table
from dashboards.blocks.frame import calmly
from dashboards.blocks.outlets.chosen import Comparison, kind_word, told_of
from dashboards.blocks.plain_text import plain
from dashboards.blocks.record_lists import records_list
from dashboards.blocks.small_numbers import tell_hidden, worded
from dashboards.blocks.tables import table
from dashboards.filters import choose
from dashboards.language import _, n_, number, told
from dashboards.scope import Scope, change_grain
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import split_title
from dashboards.written import axis_format, period_text, value_text
from pipelines.questions.comparison_queries import groups_of
from transforms.catalogue import Metric

_ORDER = {"worse": 0, "different": 1, "better": 2, "no_different": 3}


@dataclass(frozen=True)
class _OfPerson(Scope):
    """A scope in which only the records of one agent or courier count."""

    group: str = ""
    person: str = ""

    def where(self, metric: Metric) -> dict[str, tuple[str, ...]]:
        return super().where(metric) | {self.group: (self.person,)}


def person(reader: Reader, scope: Scope, comparison: Comparison) -> None:
    """Show whom the URL asks for, and let another one be chosen; nothing where units are compared
    or nobody is known by name."""
    if not comparison.is_of_people or comparison.compared.is_empty():
        return
    everybody = sorted(comparison.compared["id"])
    asked_for = st.query_params.get("person", "")
    if asked_for and asked_for not in everybody:
        st.info(
            _("{person} is not among the {whom} of this comparison: choose one below.").format(
                person=plain(asked_for), whom=kind_word(comparison.whom)
            ),
            icon=":material/info:",
        )
        asked_for = ""
    st.subheader(_("One person in depth"))
    choose(
        "person",
        split_title(comparison.group),
        ["", *everybody],
        asked_for,
        usual="",
        written=lambda id: id or _("Nobody chosen"),
        width=320,
    )
    if not asked_for:
        st.caption(_("Choose one here, or click a name in the table."))
        return
    own = _OfPerson(scope.unit, scope.period, group=comparison.group, person=asked_for)
    _against_others(reader, scope, comparison, asked_for)
    _course(reader, own, comparison.metric)
    st.markdown("**" + _("Records behind it") + "**")
    with calmly():
        records_list(reader, own, comparison.metric, name="of_person")


def _against_others(reader: Reader, scope: Scope, comparison: Comparison, id: str) -> None:
    group = comparison.group
    rows = pl.concat(
        [
            row
            for metric in reader.known_metrics()
            if group in groups_of(metric)
            and (row := _one_metric(reader, scope, metric, group, id)).height
        ]
    ).sort("order", maintain_order=True)
    ranked = rows.filter(pl.col("reason_text").is_null())
    out = ranked.filter(pl.col("order") < _ORDER["no_different"])
    sentence = n_(
        "{person} stands out on {n} of {all} metrics in {period}, compared with all other {whom}.",
        "{person} stands out on {n} of {all} metrics in {period}, compared with all other {whom}.",
        out.height,
    )
    st.markdown(
        sentence.format(
            person=f"**{plain(id)}**",
            n=number(out.height),
            all=number(ranked.height),
            period=period_text(scope.period),
            whom=kind_word(comparison.whom),
        )
    )
    st.caption(
        _(
            "Of 20 metrics on which somebody is like all the others, chance alone puts about one "
            "beyond a 95% limit. Look at the records before anything follows from it."
        )
    )
    table(
        reader,
        rows,
        {
            "metric": _("Metric"),
            "value_text": _("Figure"),
            "centre_text": _("All of them"),
            "verdict_text": _("Verdict"),
            "limits_text": _("99.8% limits"),
            "interval_text": _("95% interval"),
            "numerator": _("Numerator"),
            "denominator": _("Denominator"),
            "rank_text": _("Place"),
            "reason_text": _("Why not ranked"),
        },
        name="person_against_others",
        title=_("{person} against all others").format(person=id),
        kinds={"numerator": "count", "denominator": "count"},
        scope=scope,
    )


def _one_metric(reader: Reader, scope: Scope, metric: Metric, group: str, id: str) -> pl.DataFrame:
    """Return how somebody stands on one metric, in words; no row where there is nothing."""
    compared = reader.compared(metric, scope, group, group)
    place = _("{place} of {all}").format(place="{}", all=compared["rank"].count())
    row = told_of(reader, metric, compared.filter(pl.col(group) == id), group)
    centres = [value_text(metric, centre, reader.currency) for centre in row["centre"]]
    return row.select(
        pl.lit(told(metric.title)).alias("metric"),
        "value_text",
        pl.Series("centre_text", centres, pl.String),
        "verdict_text",
        "limits_text",
        "interval_text",
        pl.col("numerator", "denominator").cast(pl.Float64),
        pl.format(place, "rank").alias("rank_text"),
        "reason_text",
        pl.col("verdict")
        .replace_strict(_ORDER, default=len(_ORDER), return_dtype=pl.Int64)
        .alias("order"),
    )


def _course(reader: Reader, own: _OfPerson, metric: Metric) -> None:
    """Draw the months up to the end of the period."""
    month = change_grain(own.period, "month", reader.known())
    course = reader.trend(metric, own.over(month))
    tell_hidden(reader, course)
    figures = worded(reader, metric, course)
    title = _("{metric} of {person}, by month").format(metric=told(metric.title), person=own.person)
    draw(
        charts.trend(
            figures,
            grain="month",
            value_format=axis_format(metric),
            title=title,
            target=reader.target(metric, own),
            selected=month.first,
            mode=mode(),
            labels=labels(),
        ),
        f"course_{metric.name}",
    )
    with st.expander(_("Figures"), icon=":material/table:"):
        figures_table(
            reader,
            own,
            metric,
            figures,
            {"period": _("Period")},
            name=f"course_{metric.name}",
            title=title,
        )
