"""Places and bands of those who are compared, who is not ranked and why, and all of it as a table.

A click on a unit shows the page of that unit, a click on a person opens the panel about them.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, mode
from dashboards.blocks.outlets.chosen import UNITS, Comparison, kind_word
from dashboards.blocks.plain_text import plain
from dashboards.blocks.tables import table
from dashboards.charts import RankLabels
from dashboards.language import _, listed, n_, number, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import split_title

_MOST_ROWS = 30
_MOST_AT_AN_END = 8
_MOST_NAMED = 10


def places(reader: Reader, scope: Scope, comparison: Comparison) -> None:
    """Draw the places with their intervals and bands, and list everything that is known."""
    if comparison.compared.is_empty():
        return
    title = _("{metric}: places").format(metric=told(comparison.metric.title))
    ranked = comparison.ranked.filter(pl.col("rank").is_not_null())
    if ranked.height > 1 and ranked["band"].max() == 1:
        st.markdown(_without_order(comparison, ranked))
    elif ranked.height > 1:
        drawn = _rows_to_draw(comparison, ranked)
        draw(
            charts.rank_intervals(
                drawn,
                name="name",
                title=title,
                highlighted=comparison.highlighted,
                mode=mode(),
                labels=rank_labels(_("places that chance leaves open"), _("cases")),
            ),
            f"places_{comparison.metric.name}",
        )
        st.caption(_in_words(ranked, drawn))
    _tell_not_ranked(comparison)
    _list_them(reader, scope, comparison, title)


def rank_labels(interval: str, n: str) -> RankLabels:
    """Return the words of a drawing of places; `interval` and `n` say what is shown as these."""
    return RankLabels(
        rank=_("place"),
        rank_interval=interval,
        band=_("band"),
        value=_("value"),
        n=n,
        not_ranked=_("not ranked"),
        no_figures=_("Nothing to show"),
    )


def _rows_to_draw(comparison: Comparison, ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the rows to draw, in order: of many both ends, those who stand out, the chosen one."""
    if ranked.height <= _MOST_ROWS:
        return ranked
    place = pl.int_range(pl.len())
    is_at_an_end = (place < _MOST_AT_AN_END) | (place >= ranked.height - _MOST_AT_AN_END)
    furthest = comparison.standing_out["id"].head(_MOST_ROWS - 2 * _MOST_AT_AN_END).to_list()
    is_chosen = pl.col("name").eq_missing(pl.lit(comparison.highlighted, pl.String))
    return ranked.filter(is_at_an_end | pl.col("id").is_in(furthest) | is_chosen)


def _without_order(comparison: Comparison, ranked: pl.DataFrame) -> str:
    """Return the sentence that stands in place of a drawing in which all lines would be as long."""
    return _(
        "By this metric no order of the {n} {whom} can be proven: compared each with each, more "
        "strictly than with all together above, all share one band. The places that chance leaves "
        "open to each are in the table."
    ).format(n=number(ranked.height), whom=kind_word(comparison.whom))


def _in_words(ranked: pl.DataFrame, drawn: pl.DataFrame) -> str:
    bands = int(ranked["band"].max())
    line = _(
        "The line is the places that chance leaves open, each being compared with each: more "
        "strictly than with all together above."
    )
    sentences = [
        line,
        _("There are {n} bands: within one the order says nothing.").format(n=number(bands)),
    ]
    left_out = ranked.height - drawn.height
    if left_out:
        sentences.append(
            n_(
                "Drawn are both ends and who stands out; {n} more is in the table.",
                "Drawn are both ends and who stands out; {n} more are in the table.",
                left_out,
            ).format(n=number(left_out))
        )
    return " ".join(sentences)


def _tell_not_ranked(comparison: Comparison) -> None:
    """Name those who are not ranked, by reason."""
    left_out = comparison.compared.filter(pl.col("reason").is_not_null())
    for reason in left_out["reason_text"].unique(maintain_order=True):
        names = left_out.filter(pl.col("reason_text") == reason)["name"].to_list()
        said = listed([plain(name) for name in names[:_MOST_NAMED]])
        more = len(names) - _MOST_NAMED
        if more > 0:
            said = n_("{names} and {n} more", "{names} and {n} more", more).format(
                names=said, n=number(more)
            )
        st.caption(
            ":material/visibility_off: "
            + _("Not ranked ({reason}): {names}.").format(reason=reason, names=said)
        )


def _list_them(reader: Reader, scope: Scope, comparison: Comparison, title: str) -> None:
    metric = comparison.metric
    rows = comparison.compared

    def open_one(row: int) -> None:
        parameter = "person" if comparison.is_of_people else "unit"
        st.query_params[parameter] = rows["id"][row]
        st.rerun()

    st.caption(
        _("Click a name to see what else stands out about them.")
        if comparison.is_of_people
        else _("Click a name to look at that unit.")
    )
    kind = "share" if metric.unit == "share" else "number"
    own = {
        "rank": _("Place"),
        "name": split_title(comparison.group),
        "value": told(metric.title),
        "numerator": _("Numerator"),
        "denominator": _("Denominator"),
        "low": _("95% from"),
        "high": _("95% to"),
        "verdict_text": _("Verdict"),
        "low_998": _("99.8% limit, lower"),
        "high_998": _("99.8% limit, upper"),
        "low_95": _("95% limit, lower"),
        "high_95": _("95% limit, upper"),
        "centre": _("All of them"),
        "rank_from": _("Place from"),
        "rank_to": _("Place to"),
        "band": _("Band"),
        "reason_text": _("Why not ranked"),
    }
    bounds = ("value", "low", "high", "low_998", "high_998", "low_95", "high_95", "centre")
    counts = ("rank", "numerator", "denominator", "rank_from", "rank_to", "band")
    table(
        reader,
        rows,
        own,
        name=f"compared_{metric.name}",
        title=_("{metric}, {whom} compared").format(
            metric=told(metric.title), whom=kind_word(comparison.whom)
        ),
        kinds=dict.fromkeys(bounds, kind) | dict.fromkeys(counts, "count"),
        scope=comparison.scope if comparison.group == UNITS else scope,
        opens="name",
        on_open=open_one,
    )
