"""A metric compared: a bar per unit or slice, worst first, and units over time as a heat map."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.explorer import figures_table, nothing_here
from dashboards.blocks.small_numbers import known, tell_hidden, worded
from dashboards.filters import asked, choose, unit_names
from dashboards.language import NOTHING, _, either, n_, told
from dashboards.scope import Scope, period_of
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import slice_word, split_title
from dashboards.written import axis_format
from pipelines.questions.metric_queries import columns_of
from transforms.catalogue import Metric
from transforms.refusal import Sentence

_MOST_BARS = 30
_SPLIT = Sentence("split", "拆分方式")


def split(reader: Reader, scope: Scope, metric: Metric, usual: str = "org_unit_id") -> None:
    """Draw `metric` split by the column that the URL asks for, worst first."""
    columns = columns_of(metric)
    by = asked("by", columns, usual if usual in columns else columns[0], called=_SPLIT)
    choose("by", _("Split by"), columns, by, written=split_title)
    bars_by(reader, scope, metric, by)


def bars_by(
    reader: Reader,
    scope: Scope,
    metric: Metric,
    by: str,
    *,
    lowest: bool = False,
    name: str | None = None,
) -> None:
    """Draw a bar per value of the column `by`, worst first, with interval and target.

    `lowest` of units, those that have none below them instead of those right below the scope's
    `name`   of files and widgets, where a page may also `split` the same metric
    """
    name = name or f"{metric.name}_by_{by}"
    title = _("{metric} by {column}").format(
        metric=told(metric.title), column=split_title(by).lower()
    )
    figures, highlighted = split_figures(reader, scope, metric, by, lowest)
    tell_hidden(reader, figures)
    if figures.is_empty():
        st.info(nothing_here(reader, scope, metric), icon=":material/info:")
        return
    drawn = _worth_a_bar(metric, figures)
    draw(
        charts.bars(
            drawn.head(_MOST_BARS),
            name="name",
            value_format=axis_format(metric),
            title=title,
            target=reader.target(metric, scope),
            better=metric.better,
            highlighted=highlighted,
            mode=mode(),
            labels=labels(),
        ),
        f"bars_{name}",
    )
    none = figures.height - drawn.height
    if none:
        st.caption(n_("{n} has none.", "{n} have none.", none).format(n=none))
    left_out = drawn.height - _MOST_BARS
    if left_out > 0:
        st.caption(
            n_("{n} more is in the table.", "{n} more are in the table.", left_out).format(
                n=left_out
            )
        )
    with st.expander(_("Figures"), icon=":material/table:"):
        figures_table(reader, scope, metric, figures, {"name": split_title(by)}, name=name)


def heat_map(reader: Reader, scope: Scope, metric: Metric) -> None:
    """Draw `metric` for the units below the scope's, over the periods up to the scope's."""
    children, _highlighted = _neighbours(reader, scope)
    figures = reader.trend(metric, _around(reader, scope), by=("org_unit_id",))
    if "period" not in figures.columns:
        return
    names = unit_names(reader)
    compared = figures.filter(pl.col("org_unit_id").is_in(children))
    tell_hidden(reader, compared)
    shown = worded(reader, metric, compared)
    if shown.is_empty():
        return
    grain = scope.period.suited_to(metric).grain
    shown = shown.sort("period").with_columns(
        pl.col("org_unit_id").replace(names).alias("unit"),
        pl.Series(
            "when", [period_of(grain, first).to_url() for first in shown.sort("period")["period"]]
        ),
    )
    draw(
        charts.heat_map(
            shown,
            row="unit",
            column="when",
            value_format=axis_format(metric),
            title=told(metric.title),
            better=metric.better,
            target=reader.target(metric, scope),
            mode=mode(),
            labels=labels(),
        ),
        f"heat_{metric.name}",
    )


def split_figures(
    reader: Reader, scope: Scope, metric: Metric, by: str, lowest: bool
) -> tuple[pl.DataFrame, str | None]:
    """Return the figures per value of `by`, worst first, with `name`; and the name to stress."""
    highlighted = None
    if by == "org_unit_id":
        compared, unit = _neighbours(reader, scope)
        if lowest and unit is None:
            compared = _without_children(reader)
        figures = reader.figures(metric, _around(reader, scope), by=(by,)).filter(
            pl.col(by).is_in(compared)
        )
        names = unit_names(reader)
        highlighted = names.get(unit) if unit else None
    else:
        figures = reader.figures(metric, scope, by=(by,))
        values = figures[by].unique().drop_nulls().to_list()
        names = {value: slice_word(by, value) for value in values}
        if by == "account_code":
            names = _account_names(reader)
    named = known(figures).with_columns(pl.col(by).replace(names).fill_null(NOTHING).alias("name"))
    worst_first = named.sort("value", descending=metric.better != "higher", nulls_last=True)
    return worded(reader, metric, worst_first), highlighted


def _worth_a_bar(metric: Metric, figures: pl.DataFrame) -> pl.DataFrame:
    """Return the figures that are drawn: of what is paid, those of nothing are only counted."""
    if not metric.unit.startswith("money per"):
        return figures
    some = figures.filter((pl.col("value") != 0).fill_null(True))
    return figures if some.is_empty() else some


def _neighbours(reader: Reader, scope: Scope) -> tuple[list[str], str | None]:
    """Return the units to compare: those below the scope's, or its siblings and itself."""
    units = reader.rows("units")
    below = units.filter(pl.col("parent_id").eq_missing(pl.lit(scope.unit, pl.String)))
    if below.height or scope.unit is None:
        return below["id"].to_list(), None
    parent = units.row(by_predicate=pl.col("id") == scope.unit, named=True)["parent_id"]
    siblings = units.filter(pl.col("parent_id").eq_missing(pl.lit(parent, pl.String)))
    return siblings["id"].to_list(), scope.unit


def _without_children(reader: Reader) -> list[str]:
    units = reader.rows("units")
    parents = units["parent_id"].drop_nulls().to_list()
    return units.filter(~pl.col("id").is_in(parents))["id"].to_list()


def _around(reader: Reader, scope: Scope) -> Scope:
    """Return the scope in which `_neighbours` lie: a leaf is compared within its parent."""
    _children, leaf = _neighbours(reader, scope)
    if leaf is None:
        return scope
    units = reader.rows("units")
    return scope.at(units.row(by_predicate=pl.col("id") == leaf, named=True)["parent_id"])


def _account_names(reader: Reader) -> dict[str, str]:
    accounts = reader.rows("accounts").select("code", "name", "name_zh")
    return {code: either(name, name_zh) or code for code, name, name_zh in accounts.iter_rows()}
