"""The score of service quality of a month: places, what each metric adds, what the weights are."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.outlets.chosen import kind_word
from dashboards.blocks.outlets.places import rank_labels
from dashboards.blocks.plain_text import plain
from dashboards.blocks.tables import table
from dashboards.filters import asked, choose, unit_names
from dashboards.language import NOTHING, _, listed, month, n_, number, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from pipelines.questions.ranking_notice import Notice
from transforms.catalogue import METRICS
from transforms.refusal import Refusal, Sentence

_CALLED_KIND = Sentence("ranking", "排名")
_CALLED_MONTH = Sentence("month", "月份")
_DECIMALS = 1


def choose_scores(reader: Reader, scope: Scope, whom: str | None) -> Notice:
    """Show the lists of what is ranked and of months, and return the notice of ranking of these.

    Usual are the units that the page compares and the month in which its period ends. Raises
    Refusal when there are no weights, or no month with scores.
    """
    months = reader.rows("scored_months", as_of=reader.manifest.as_of.isoformat())
    if reader.rows("score_weights").is_empty():
        raise Refusal(
            "There is no score: reference/score_weights.csv says which metrics count in it, for "
            "which kind of unit, and how much.",
            "尚无得分：请在 reference/score_weights.csv 中设定各类机构计入得分的指标及其权重。",
        )
    if months.is_empty():
        raise Refusal(
            "There is no score yet: no month that is over has cases enough of the metrics in "
            "reference/score_weights.csv.",
            "尚无得分：在已结束的月份中，reference/score_weights.csv 所列指标的案例不足。",
        )
    kinds = months["scope"].unique(maintain_order=True).to_list()
    kind = asked("ranked", kinds, whom if whom in kinds else kinds[0], called=_CALLED_KIND)
    of_kind = months.filter(pl.col("scope") == kind)["period"].to_list()
    known = {f"{first:%Y-%m}": first for first in of_kind}
    usual = _usual_month(of_kind, scope.period.last)
    chosen = asked("month", list(known), usual, called=_CALLED_MONTH)
    with st.container(horizontal=True):
        choose("ranked", _("What is ranked"), kinds, kind, written=kind_word, width=220)
        choose(
            "month",
            _("Month"),
            list(known),
            chosen,
            written=lambda text: month(known[text]),
            usual=usual,
            width=220,
        )
    return reader.notice(kind, known[chosen])


def _usual_month(newest_first: list[date], last: date) -> str:
    """Return the month in which a period ends, or the newest one before."""
    first = next((first for first in newest_first if first <= last), newest_first[-1])
    return f"{first:%Y-%m}"


def scores(reader: Reader, scope: Scope, notice: Notice) -> None:
    """Draw the places by score with their range, and show what the scores are made of."""
    st.markdown(_in_a_sentence(reader, notice))
    st.caption(
        _(
            "Units of all the organisation. The line is the places that a unit takes when each "
            "weight is up to 20% smaller or larger. It covers opinions about weights only, not "
            "chance: of units with few cases, one month may be luck."
        )
    )
    names = unit_names(reader)
    ranked = notice.places.with_columns(
        pl.col("org_unit_id").replace(names).alias("unit"),
        _texts("value_text", [number(score, _DECIMALS) for score in notice.places["score"]]),
        _metric_titles("strongest").fill_null(NOTHING).alias("n_text"),
    )
    title = _("Score of service quality, {whom}, {month}").format(
        whom=kind_word(notice.scope), month=month(notice.month)
    )
    draw(
        charts.rank_intervals(
            ranked,
            name="unit",
            title=title,
            highlighted=names.get(scope.unit) if scope.unit else None,
            mode=mode(),
            labels=rank_labels(_("places when weights change"), _("strongest metric")),
        ),
        f"scores_{notice.scope}",
    )
    _contributions(reader, notice, ranked)
    _weights(reader, notice)


def _in_a_sentence(reader: Reader, notice: Notice) -> str:
    best = notice.places.row(0, named=True)
    ranked = n_("{n} was ranked", "{n} were ranked", notice.places.height).format(
        n=number(notice.places.height)
    )
    sentence = (
        _("{month}: {unit} is first with {score} of 100 points, whatever the weights; {ranked}.")
        if best["rank_from"] == best["rank_to"]
        else _(
            "{month}: {unit} is first with {score} of 100 points, with other weights on places "
            "{first} to {last}; {ranked}."
        )
    )
    return sentence.format(
        month=month(notice.month),
        unit=f"**{plain(unit_names(reader).get(best['org_unit_id'], best['org_unit_id']))}**",
        score=number(best["score"], _DECIMALS),
        first=best["rank_from"],
        last=best["rank_to"],
        ranked=ranked,
    )


def _contributions(reader: Reader, notice: Notice, ranked: pl.DataFrame) -> None:
    """Show how well each unit does by each metric, and the points that this adds to its score."""
    order = notice.weights["metric"].to_list()
    placed = notice.parts.join(
        ranked.select("org_unit_id", "unit", "rank", "score"), on="org_unit_id"
    ).sort("rank", "unit", pl.col("metric").replace_strict(order, range(len(order)), default=None))
    shown = placed.select(
        "unit",
        _metric_titles("metric"),
        pl.col("normalised").alias("value"),
        _texts("value_text", [number(points) for points in placed["normalised"]]),
    )
    draw(
        charts.heat_map(
            shown,
            row="unit",
            column="metric",
            value_format=",.0f",
            title=_("Points by metric, 0 to 100"),
            better="higher",
            mode=mode(),
            labels=labels(),
        ),
        f"points_{notice.scope}",
    )
    metrics = [metric for metric in order if metric in placed["metric"]]
    st.caption(
        _("From left to right: {metrics}. A dash: too few cases.").format(
            metrics=listed([told(METRICS[metric].title) for metric in metrics])
        )
    )
    wide = placed.with_columns(pl.col("score", "contribution").round(_DECIMALS)).pivot(
        "metric", index=["rank", "unit", "score"], values="contribution", aggregate_function="first"
    )
    with st.expander(_("What each metric adds to the score"), icon=":material/table:"):
        table(
            reader,
            wide,
            {
                "rank": _("Place"),
                "unit": _("Org unit"),
                "score": _("Score"),
                **{metric: told(METRICS[metric].title) for metric in metrics},
            },
            name=f"contributions_{notice.scope}",
            title=_("What each metric adds to the score"),
            kinds={"rank": "count"} | dict.fromkeys(("score", *metrics), "number"),
        )


def _weights(reader: Reader, notice: Notice) -> None:
    total = notice.weights["weight"].sum()
    with st.expander(_("What counts how much"), icon=":material/balance:"):
        table(
            reader,
            notice.weights.with_columns(
                _metric_titles("metric"), (pl.col("weight") / total).alias("share")
            ),
            {
                "metric": _("Metric"),
                "weight": _("Weight"),
                "share": _("Share of the score"),
                "worst": _("Counts 0 at"),
                "best": _("Counts 100 at"),
            },
            name=f"weights_{notice.scope}",
            title=_("What counts how much"),
            kinds={"share": "share", "worst": "number", "best": "number", "weight": "number"},
        )


def _texts(name: str, texts: list[str]) -> pl.Series:
    return pl.Series(name, texts, pl.String)


def _metric_titles(column: str) -> pl.Expr:
    titles = {name: told(metric.title) for name, metric in METRICS.items()}
    return pl.col(column).replace(titles)
