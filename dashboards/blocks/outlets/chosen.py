"""What is compared on the page: a metric, and whom: units of a kind, agents or couriers.

To name another kind of unit as people call it: an entry in `ranking_notice.KINDS`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards.blocks.small_numbers import hidden_text
from dashboards.filters import asked, choose, unit_names
from dashboards.language import _, told
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import definition, interval_text, with_texts
from pipelines.questions.comparison_queries import GROUPS, groups_of
from pipelines.questions.ranking_notice import KINDS
from transforms.catalogue import METRICS, Metric
from transforms.refusal import Refusal, Sentence

UNITS = GROUPS[0]
_PEOPLE = GROUPS[1:]
_WORDS = KINDS | {
    "agent_id": Sentence("agents", "客服人员"),
    "courier_id": Sentence("couriers", "快递员"),
}
_CALLED_METRIC = Sentence("metric", "指标")
_CALLED_WHOM = Sentence("comparison", "比较对象")


@dataclass(frozen=True)
class Comparison:
    """One comparison, as the URL asks for it.

    `scope`        what is compared lies in it; a unit without units below it is compared with all
                   of its kind
    `whom`         a kind of org unit, agent_id or courier_id; None where there is nobody
    `compared`     as `comparison_queries.compare`, with the column `id` and the texts `name`,
                   value_text, interval_text, n_text, limits_text, reason_text and verdict_text
    `highlighted`  name of the unit or person that is looked at
    `metrics`, `choices`   what else can be chosen
    """

    scope: Scope
    metric: Metric
    whom: str | None
    compared: pl.DataFrame
    highlighted: str | None
    metrics: tuple[Metric, ...]
    choices: tuple[str, ...]

    @property
    def group(self) -> str:
        """The column that tells those who are compared apart."""
        return self.whom if self.whom in _PEOPLE else UNITS

    @property
    def is_of_people(self) -> bool:
        """Whether people are compared, not units."""
        return self.group != UNITS

    @property
    def ranked(self) -> pl.DataFrame:
        """Those with cases enough to be compared, the best first."""
        return self.compared.filter(pl.col("reason").is_null())

    @property
    def standing_out(self) -> pl.DataFrame:
        """Those beyond a limit, the furthest out first."""
        return self.compared.filter(pl.col("verdict") != "no_different").sort(
            pl.col("z").abs(), descending=True, nulls_last=False, maintain_order=True
        )


def kind_word(whom: str | None) -> str:
    """Return what several of a kind of unit, or of people, are called."""
    if whom is None:
        return _("units")
    return told(_WORDS[whom]) if whom in _WORDS else _("units of kind {kind}").format(kind=whom)


def comparison_of(reader: Reader, scope: Scope, usual: str) -> Comparison:
    """Return the comparison that the URL asks for; the `usual` metric where it names none.

    Raises Refusal when the snapshot has no metric that can be compared.
    """
    metrics = [metric for metric in reader.known_metrics() if groups_of(metric)]
    if not metrics:
        raise Refusal(
            "There are no figures yet that can be compared fairly: shares, rates and scores are. "
            "Land tickets, deliveries or surveys and describe them in sources/.",
            "目前没有可以公平比较的指标：可比较的有占比、比率和得分。"
            "请将工单、快件或满意度调查放入落地目录，并在 sources/ 中描述。",
        )
    names = [metric.name for metric in metrics]
    name = asked("metric", names, usual if usual in names else names[0], called=_CALLED_METRIC)
    metric = METRICS[name]
    choices = _choices(reader, scope, metric)
    whom = asked("whom", choices, choices[0], called=_CALLED_WHOM) if choices else None
    within = (
        scope
        if whom in _PEOPLE or whom in _kinds_below(reader, scope)
        else _everywhere(reader, scope)
    )
    if whom is None:
        nobody = pl.DataFrame(schema={"reason": pl.String, "verdict": pl.String, "z": pl.Float64})
        return Comparison(within, metric, None, nobody, None, tuple(metrics), ())
    group = whom if whom in _PEOPLE else UNITS
    compared = told_of(reader, metric, reader.compared(metric, within, group, whom), group)
    looked_at = st.query_params.get("person") if group != UNITS else scope.unit
    names_of = dict(compared.select("id", "name").iter_rows())
    return Comparison(
        within,
        metric,
        whom,
        compared,
        names_of.get(looked_at),
        tuple(metrics),
        tuple(choices),
    )


def choose_comparison(comparison: Comparison) -> None:
    """Show the lists of metrics and of whom to compare, and what the metric means."""
    with st.container(horizontal=True):
        choose(
            "metric",
            _("Metric"),
            [metric.name for metric in comparison.metrics],
            comparison.metric.name,
            written=lambda name: told(METRICS[name].title),
        )
        if comparison.whom:
            choose(
                "whom",
                _("Whom to compare"),
                comparison.choices,
                comparison.whom,
                written=kind_word,
                usual=comparison.choices[0],
            )
    st.caption(definition(comparison.metric))


def told_of(reader: Reader, metric: Metric, compared: pl.DataFrame, group: str) -> pl.DataFrame:
    """Return `compared` with `id`, `name` and all that is said of a row, in words."""
    names = unit_names(reader) if group == UNITS else {}
    reasons = {
        "hidden": hidden_text(reader),
        "no_value": _("nothing to count"),
        "few_cases": _("too few cases"),
    }
    verdicts = {
        "better": _("better"),
        "worse": _("worse"),
        "different": _("different"),
        "no_different": _("no different"),
    }
    limits = [
        interval_text(metric, low, high, reader.currency)
        for low, high in compared.select("low_998", "high_998").iter_rows()
    ]
    is_between = pl.col("stands").str.ends_with("_95").fill_null(False)
    told_95, told_998 = (
        template.format(verdict="{}")
        for template in (_("{verdict}, beyond 95%"), _("{verdict}, beyond 99.8%"))
    )
    verdict = pl.col("verdict").replace(verdicts)
    return with_texts(metric, compared, reader.currency).with_columns(
        pl.col(group).alias("id"),
        pl.col(group).replace(names).alias("name"),
        pl.Series("limits_text", limits, pl.String),
        pl.col("reason").replace(reasons).alias("reason_text"),
        pl.when(pl.col("verdict") == "no_different")
        .then(verdict)
        .when(is_between)
        .then(pl.format(told_95, verdict))
        .otherwise(pl.format(told_998, verdict))
        .alias("verdict_text"),
    )


def _choices(reader: Reader, scope: Scope, metric: Metric) -> list[str]:
    """Return whom `metric` can compare in the scope, those of whom there are most first."""
    below = _kinds_below(reader, scope)
    figures = reader.figures(metric, scope, by=(UNITS,))
    has_figure = pl.col("value").is_not_null() | pl.col("is_hidden")
    known = set(figures.filter(has_figure)[UNITS])
    counted = Counter({kind: len(known & set(units)) for kind, units in below.items()})
    many = [kind for kind, count in counted.most_common() if count > 1]
    alone = [kind for kind, count in counted.items() if count == 1]
    kinds = many or ([] if _has_peers(reader, scope) else alone)
    if _has_peers(reader, scope):
        own = _kind_of(reader, scope)
        kinds = [*kinds, *([own] if own not in kinds else [])]
    groups = [group for group in groups_of(metric) if group in _PEOPLE]
    return kinds + [group for group in groups if _is_known(reader, scope, metric, group)]


def _is_known(reader: Reader, scope: Scope, metric: Metric, group: str) -> bool:
    return bool(reader.figures(metric, scope, by=(group,))[group].is_not_null().any())


def _kinds_below(reader: Reader, scope: Scope) -> dict[str, list[str]]:
    """Return kind -> units below the scope's; of all units where it has none."""
    units = reader.rows("units")
    rows = list(units.select("id", "depth", "kind").iter_rows())
    if scope.unit:
        place = units["id"].to_list().index(scope.unit)
        depth = rows[place][1]
        after = rows[place + 1 :]
        end = next((n for n, (_id, deep, _kind) in enumerate(after) if deep <= depth), len(after))
        rows = after[:end]
    kinds: dict[str, list[str]] = {}
    for id, _depth, kind in rows:
        kinds.setdefault(kind, []).append(id)
    return kinds


def _everywhere(reader: Reader, scope: Scope) -> Scope:
    """Return the scope of all units."""
    tops = reader.rows("units").filter(pl.col("depth") == 0)["id"]
    return scope.at(tops.item() if len(tops) == 1 else None)


def _kind_of(reader: Reader, scope: Scope) -> str:
    units = reader.rows("units")
    return units.row(by_predicate=pl.col("id") == scope.unit, named=True)["kind"]


def _has_peers(reader: Reader, scope: Scope) -> bool:
    """Whether there are other units of the kind of the scope's."""
    if scope.unit is None:
        return False
    kinds = reader.rows("units")["kind"].to_list()
    return kinds.count(_kind_of(reader, scope)) > 1
