"""Who stands out: the sentence that the page opens with, the funnel, and what its limits mean."""

from __future__ import annotations

from math import ceil, sqrt

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, mode
from dashboards.blocks.frame import Tone, opening
from dashboards.blocks.outlets.chosen import Comparison, kind_word
from dashboards.blocks.plain_text import plain
from dashboards.blocks.sentences import beneath
from dashboards.blocks.tiles import standing
from dashboards.charts import FunnelLabels
from dashboards.filters import unit_name
from dashboards.language import _, listed, n_, number, told
from dashboards.menu import find_view
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import axis_format, change_text, period_text, value_text
from pipelines.questions.comparison_queries import lines_of

_MOST_NAMED = 5
# Share of those who are all alike that chance puts beyond the 95 % limits.
_BEYOND_BY_CHANCE = 0.05


def open_comparison(reader: Reader, scope: Scope, comparison: Comparison) -> None:
    """Open the page with who stands out, or with why nobody can be compared."""
    title = told(find_view("outlets_and_people").title)
    ranked = comparison.ranked.height
    where = {
        "metric": told(comparison.metric.title),
        "unit": unit_name(reader, comparison.scope.unit),
        "period": period_text(scope.period.suited_to(comparison.metric)),
        "whom": kind_word(comparison.whom),
    }
    if ranked < 2:
        sentence = (
            _("{metric}: there is nothing to compare at {unit} in {period}.")
            if comparison.compared.is_empty()
            else _("{metric}: too few {whom} at {unit} have cases enough in {period} to compare.")
        )
        opening(title, sentence.format(**where))
        return
    out = comparison.standing_out
    tone: Tone = "warn" if (out["verdict"] == "worse").any() else "calm"
    opening(title, _who(comparison, where), tone, _how_sure(reader, comparison))


def _who(comparison: Comparison, where: dict[str, str]) -> str:
    out = comparison.standing_out
    if out.is_empty():
        return _(
            "Of {all} {whom}, no one stands out on {metric} in {period}: what differs between them "
            "may be chance."
        ).format(all=number(comparison.ranked.height), **where)
    named = [
        _("{name} ({verdict})").format(name=plain(name), verdict=verdict)
        for name, verdict in out.select("name", "verdict_text").head(_MOST_NAMED).iter_rows()
    ]
    names = listed(named)
    more = out.height - _MOST_NAMED
    if more > 0:
        names = n_("{names} and {n} more", "{names} and {n} more", more).format(
            names=names, n=number(more)
        )
    return n_(
        "{n} of {all} {whom} stands out on {metric} in {period}: {names}.",
        "{n} of {all} {whom} stand out on {metric} in {period}: {names}.",
        out.height,
    ).format(n=number(out.height), all=number(comparison.ranked.height), names=names, **where)


def _how_sure(reader: Reader, comparison: Comparison) -> str:
    """Return the one looked at, the figure of all together, and what chance alone would do."""
    all_together = standing(reader, comparison.scope, comparison.metric)
    sentences = _looked_at(comparison)
    if all_together.now:
        value = value_text(comparison.metric, all_together.now["value"], reader.currency)
        sentences.append(
            _("All together: {value}.").format(value=f"**{value}**")
            + " "
            + beneath(reader, comparison.scope, all_together)
        )
    ranked = comparison.ranked.height
    expected = ceil(ranked * _BEYOND_BY_CHANCE)
    sentences.append(
        _(
            "Were they all alike, chance would put up to {n} of {all} beyond the 95% limits, and "
            "hardly any beyond those of 99.8%."
        ).format(n=number(expected), all=number(ranked))
    )
    return " ".join(sentences)


def _looked_at(comparison: Comparison) -> list[str]:
    """Return how the highlighted one stands, as a sentence; none where it is not ranked."""
    own = comparison.ranked.filter(
        pl.col("name").eq_missing(pl.lit(comparison.highlighted, pl.String)),
        pl.col("rank").is_not_null(),
    )
    sentence = _("{name}: {value}, place {rank} of {all} (chance leaves {first} to {last} open).")
    return [
        sentence.format(
            name=plain(row["name"]),
            value=f"**{row['value_text']}**",
            rank=row["rank"],
            all=comparison.ranked.height,
            first=row["rank_from"],
            last=row["rank_to"],
        )
        for row in own.rows(named=True)
    ]


def funnel(reader: Reader, comparison: Comparison) -> None:
    """Draw the funnel and say what its limits mean; nothing where fewer than two are ranked."""
    if comparison.ranked.height < 2:
        return
    metric = comparison.metric
    title = _("{metric}, by number of cases").format(metric=told(metric.title))
    draw(
        charts.funnel(
            comparison.compared,
            lines_of(metric, comparison.compared),
            name="name",
            value_format=axis_format(metric),
            title=title,
            highlighted=comparison.highlighted,
            mode=mode(),
            labels=_labels(comparison),
        ),
        f"funnel_{metric.name}",
    )
    st.caption(
        _limits_in_words(reader, comparison)
        + " "
        + _("Within the limits a difference may be chance: neither praise nor blame follows.")
    )


def _limits_in_words(reader: Reader, comparison: Comparison) -> str:
    metric, whom = comparison.metric, kind_word(comparison.whom)
    tau_squared = comparison.ranked["tau_squared"].max() or 0.0
    if tau_squared == 0:
        return _(
            "The limits are what chance alone allows for each number of cases: with few cases they "
            "are wide."
        )
    spread = change_text(metric, sqrt(tau_squared), reader.currency).removeprefix("+")
    return _(
        "The {whom} differ by more than chance and this metric alone explain (over-dispersion, a "
        "spread of ±{spread} between them). The limits allow for that, so that only who is far "
        "from all the others lies beyond them."
    ).format(whom=whom, spread=spread)


def _labels(comparison: Comparison) -> FunnelLabels:
    return FunnelLabels(
        value=_("value"),
        n=_("cases"),
        centre=_("all together"),
        limits=_("99.8% limits"),
        verdict=_("verdict"),
        better=_("better"),
        worse=_("worse"),
        different=_("different"),
        no_different=_("no different"),
        between_limits=_("between the 95% and the 99.8% limit"),
        not_ranked=_("not ranked"),
        no_figures=_("Nothing to show"),
    )
