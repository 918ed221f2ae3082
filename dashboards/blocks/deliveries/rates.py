"""What happens once in thousands of deliveries: rates per million, by unit or region, with limits.

A rate of few cases is uncertain: the limits of each say how much, and a sentence says which units
differ by more than chance. To add a rate: its metric and its word where the page calls
`compare_rates`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards.blocks.comparison import bars_by, split_figures
from dashboards.blocks.explorer import trend_line
from dashboards.blocks.switches import switch
from dashboards.filters import asked
from dashboards.language import _, listed, n_, number, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import split_title
from transforms.catalogue import METRICS
from transforms.refusal import Sentence

_SPLITS = ("org_unit_id", "region")
_MOST_NAMED = 5
_CALLED = Sentence("rate", "比率")
_CALLED_SPLIT = Sentence("split of the rates", "比率的拆分方式")


def compare_rates(
    reader: Reader,
    scope: Scope,
    words: Mapping[str, str],
    *,
    name: str,
    by: str = "org_unit_id",
    over_time: bool = False,
) -> None:
    """Draw one of the rates `words` (metric -> its word), by unit or region, with its limits.

    `name`       of the parameter of the URL that says which rate, and of the widgets
    `by`         the usual one of the two splits
    `over_time`  draw its course, too
    """
    known = {metric.name for metric in reader.known_metrics()}
    rates = [rate for rate in words if rate in known]
    if not rates:
        st.caption(_("There is nothing to count here."))
        return
    rate = asked(name, rates, rates[0], called=_CALLED)
    shown_by = asked(f"{name}_by", _SPLITS, by, called=_CALLED_SPLIT)
    with st.container(horizontal=True):
        switch(name, _("Rate"), rates, rate, written=words.__getitem__, usual=rates[0])
        switch(f"{name}_by", _("Split by"), _SPLITS, shown_by, written=split_title, usual=by)
    metric = METRICS[rate]
    _tell_what_is_not_filtered(scope, rate)
    compared, _highlighted = split_figures(reader, scope, metric, shown_by, lowest=True)
    st.caption(say_apart(compared))
    bars_by(reader, scope, metric, shown_by, lowest=True, name=f"{name}_rates")
    if over_time:
        trend_line(reader, scope, metric, key=f"{name}_over_time")


def say_apart(figures: pl.DataFrame) -> str:
    """Return which of `figures` (name, low, high) differ by more than chance, as a sentence.

    Compared with the one whose upper limit is the lowest: intervals of 95 % that do not even touch
    differ by more than chance; of those that overlap, nothing can be said.
    """
    known = figures.drop_nulls(["low", "high"])
    if known.height < 2:
        return _("There is nothing to compare it with.")
    best = known.sort("high", maintain_order=True).row(0, named=True)
    apart = known.filter(pl.col("low") > best["high"]).sort("low", descending=True)
    if apart.is_empty():
        return _(
            "The lines are 95% intervals. All of them overlap: what differs between them may be "
            "chance."
        )
    names = listed(apart["name"].head(_MOST_NAMED).to_list())
    more = apart.height - _MOST_NAMED
    if more > 0:
        names = n_("{names} and {n} more", "{names} and {n} more", more).format(
            names=names, n=number(more)
        )
    return _(
        "The lines are 95% intervals. Above {best} by more than chance: {names}. The intervals of "
        "all others overlap that of {best}."
    ).format(best=best["name"], names=names)


def _tell_what_is_not_filtered(scope: Scope, rate: str) -> None:
    """Say so where a filter of the page is one that the metric does not know."""
    metric = METRICS[rate]
    filters = {
        "channel": (scope.channel, _("channel")),
        "service_level": (scope.service_level, _("service level")),
    }
    ignored = [
        called
        for column, (value, called) in filters.items()
        if value and column not in scope.where(metric)
    ]
    if ignored:
        sentence = _("This metric is not known by {filter}: all are counted.")
        st.caption(f"**{told(metric.title)}** – " + sentence.format(filter=listed(ignored)))
