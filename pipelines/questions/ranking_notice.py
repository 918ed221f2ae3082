"""The notice of ranking that an organisation posts each month: places, bands, changes, reasons.

`notice_of` reads it from a snapshot; pages show it, `notice_workbook` makes the file to post. Its
texts are in both languages; a sheet is added in `notice_workbook`. Imports no Dagster: dashboards
ask here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipelines.questions.metric_queries import Ask
from pipelines.workbooks import Sheet, workbook
from transforms.catalogue import METRICS
from transforms.ranking import with_bands
from transforms.refusal import Refusal, Sentence

_METHOD = Sentence(
    "The score is the weighted mean of the metrics listed, each counted from 0 (worst) to 100 "
    "(best). Places from and to are those that a unit takes when weights change by 20 %; units "
    "whose places cannot be told apart share a band. With less than half of the weight known, a "
    "unit is not ranked. The range leaves chance out: units with few cases change places by it.",
    "得分为所列各项指标的加权平均，每项指标按最差值 0 分至最优值 100 分折算。名次区间是各权重"
    "上下浮动 20% 时该机构的名次范围；名次区间难以区分的机构归入同一档。已知指标的权重不足一半的"
    "机构不参与排名。名次区间未计入偶然因素：案例少的机构，名次会因偶然而变动。",
)
_TITLES = {
    "rank": Sentence("Place", "名次"),
    "name": Sentence("Unit", "机构"),
    "org_unit_id": Sentence("Unit id", "机构编号"),
    "score": Sentence("Score", "得分"),
    "band": Sentence("Band", "档次"),
    "rank_from": Sentence("Place from", "名次自"),
    "rank_to": Sentence("Place to", "名次至"),
    "change": Sentence("Places gained", "名次升降"),
    "strongest": Sentence("Strongest metric", "最强指标"),
    "weakest": Sentence("Weakest metric", "最弱指标"),
    "known_weight": Sentence("Weight known", "已知权重"),
    "reason": Sentence("Why not ranked", "未排名原因"),
    "metric": Sentence("Metric", "指标"),
    "value": Sentence("Value", "数值"),
    "normalised": Sentence("Points (0 to 100)", "折算分（0～100）"),
    "weight": Sentence("Weight", "权重"),
    "contribution": Sentence("Contribution", "得分贡献"),
    "worst": Sentence("Counts 0 at", "计 0 分的数值"),
    "best": Sentence("Counts 100 at", "计 100 分的数值"),
}
_SHEETS = {
    "places": Sentence("Ranking", "排名"),
    "not_ranked": Sentence("Not ranked", "未排名"),
    "parts": Sentence("Metrics of each unit", "各机构指标"),
    "weights": Sentence("Weights", "权重"),
}
_REASONS = {
    "little_known": Sentence(
        "Less than half of the weight is known: too few cases.", "案例过少，已知权重不足一半。"
    ),
    "nothing_known": Sentence("Nothing was counted in this month.", "本月没有可统计的数据。"),
}

# Kinds of org units as people call several of them, on pages, too; others go by their own word.
KINDS = {
    "outlet": Sentence("outlets", "网点"),
    "station": Sentence("stations", "站点"),
    "hub": Sentence("hubs", "分拨中心"),
    "queue": Sentence("queues", "队列"),
    "region": Sentence("regions", "大区"),
    "service_centre": Sentence("service centres", "客服中心"),
    "company": Sentence("companies", "公司"),
}


@dataclass(frozen=True)
class Notice:
    """The ranking of the org units of one kind for one month.

    `places`      per ranked unit, best first: rank, org_unit_id, name, name_zh, score, band,
                  rank_from, rank_to, change (places gained against the month before; null without
                  one), strongest and weakest (names of metrics; weakest is null where one metric
                  is known)
    `not_ranked`  org_unit_id, name, name_zh, known_weight, reason, reason_zh
    `parts`       org_unit_id, name, name_zh, metric, value, normalised, weight, contribution
    `weights`     metric, weight, worst, best
    """

    scope: str
    month: date
    places: pl.DataFrame
    not_ranked: pl.DataFrame
    parts: pl.DataFrame
    weights: pl.DataFrame
    method: Sentence = _METHOD

    @property
    def title(self) -> Sentence:
        """What it is, of which units and which month."""
        ranked = KINDS.get(self.scope, Sentence(self.scope, self.scope))
        return Sentence(
            f"Service quality ranking of {ranked.en}, {self.month:%B %Y}",
            f"{ranked.zh}服务质量排名，{self.month.year}年{self.month.month}月",
        )

    @property
    def period(self) -> tuple[date, date]:
        """First and last day that count."""
        return self.month, _month_end(self.month)


def notice_of(ask: Ask, as_of: date, scope: str = "outlet", month: date | None = None) -> Notice:
    """Return the notice of `month` (its first day; the newest that is over at `as_of` by default).

    Raises Refusal when the month is not over, when nothing is known of it, and when
    reference/score_weights.csv has no weights for `scope`.
    """
    month = (month or _newest_month_over(as_of)).replace(day=1)
    if _month_end(month) > as_of:
        raise Refusal(
            "{month} is not over at {as_of}: choose an earlier month.",
            "{month} 截至 {as_of} 尚未结束：请选择更早的月份。",
            month=f"{month:%Y-%m}",
            as_of=as_of,
        )
    weights = ask(
        "select metric, weight, worst, best from reference.score_weights where scope = ? "
        "order by weight desc, metric",
        [scope],
    )
    if weights.is_empty():
        raise Refusal(
            "reference/score_weights.csv has no weights for {scope}: add them, or rank another "
            "kind of org unit (--scope).",
            "reference/score_weights.csv 没有 {scope} 的权重：请补充，"
            "或用 --scope 选择其他类型的机构。",
            scope=scope,
        )
    before = (month - timedelta(days=1)).replace(day=1)
    scores = ask(
        "select * from marts.quality_scores where scope = ? and period in (?, ?)",
        [scope, month, before],
    )
    now = scores.filter(pl.col("period") == month)
    if now.is_empty():
        raise Refusal(
            "No {scope} has a score for {month}: choose a month with records.",
            "{month} 没有任何 {scope} 的得分：请选择有记录的月份。",
            scope=scope,
            month=f"{month:%Y-%m}",
        )
    units = ask(
        "select id as org_unit_id, name, name_zh, opened_on, closed_on from reference.org_units "
        "where kind = ?",
        [scope],
    )
    names = units.select("org_unit_id", "name", "name_zh")
    parts = ask(
        "select org_unit_id, metric, value, normalised, weight, contribution "
        "from marts.quality_score_parts where scope = ? and period = ?",
        [scope, month],
    ).join(names, on="org_unit_id")
    return Notice(
        scope,
        month,
        _places(now, scores.filter(pl.col("period") == before), names, parts),
        _not_ranked(now, units, month),
        parts.select(
            *("org_unit_id", "name", "name_zh", "metric"),
            *("value", "normalised", "weight", "contribution"),
        ).sort("org_unit_id", "metric"),
        weights,
    )


def notice_workbook(notice: Notice, organisation: str, language: str = "en") -> bytes:
    """Return the notice as an Excel workbook in `language`: a cover and a sheet per table."""
    title = notice.title.told(language)
    first, last = notice.period
    is_chinese = language == "zh"
    cover = [
        ("机构" if is_chinese else "Organisation", organisation),
        ("统计期间" if is_chinese else "Period", f"{first} – {last}"),
        ("已排名" if is_chinese else "Ranked", f"{notice.places.height}"),
        ("未排名" if is_chinese else "Not ranked", f"{notice.not_ranked.height}"),
        ("方法" if is_chinese else "Method", notice.method.told(language)),
    ]
    tables = {
        "places": notice.places.with_columns(
            _metric_title(column, language) for column in ("strongest", "weakest")
        ),
        "not_ranked": notice.not_ranked,
        "parts": notice.parts.with_columns(_metric_title("metric", language)),
        "weights": notice.weights.with_columns(_metric_title("metric", language)),
    }
    headers = {column: title.told(language) for column, title in _TITLES.items()}
    formats = {"known_weight": "0%", "change": "+0;-0;0"}
    sheets = [
        Sheet(_SHEETS[name].told(language), _in_one_language(table, language), headers, formats)
        for name, table in tables.items()
    ]
    return workbook(sheets, cover, title)


def _places(
    now: pl.DataFrame, before: pl.DataFrame, names: pl.DataFrame, parts: pl.DataFrame
) -> pl.DataFrame:
    ranked = with_bands(now.filter("is_scored"), ["scope"])
    earlier = before.select("org_unit_id", pl.col("rank").alias("rank_before"))
    order = [pl.col("normalised"), pl.col("weight"), pl.col("metric")]
    known = parts.filter(pl.col("normalised").is_not_null())
    extremes = known.group_by("org_unit_id").agg(
        pl.col("metric").sort_by(order, descending=[True, True, False]).first().alias("strongest"),
        pl.when(pl.len() > 1)
        .then(pl.col("metric").sort_by(order, descending=[False, True, False]).first())
        .alias("weakest"),
    )
    return (
        ranked.join(names, on="org_unit_id")
        .join(earlier, on="org_unit_id", how="left")
        .join(extremes, on="org_unit_id", how="left")
        .select(
            *("rank", "org_unit_id", "name", "name_zh", "score", "band", "rank_from", "rank_to"),
            (pl.col("rank_before") - pl.col("rank")).alias("change"),
            *("strongest", "weakest"),
        )
        .sort("rank", "org_unit_id")
    )


def _not_ranked(now: pl.DataFrame, units: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return the units without a place that were open in the month, and why they have none."""
    is_open = (pl.col("opened_on").is_null() | (pl.col("opened_on") <= _month_end(month))) & (
        pl.col("closed_on").is_null() | (pl.col("closed_on") >= month)
    )
    known = pl.col("known_weight")
    left_out = units.join(now.filter("is_scored"), on="org_unit_id", how="anti").join(
        now.select("org_unit_id", "known_weight"), on="org_unit_id", how="left"
    )
    return (
        left_out.filter(is_open | known.is_not_null())
        .select(
            *("org_unit_id", "name", "name_zh"),
            known.fill_null(0.0),
            pl.when(known.is_null())
            .then(pl.lit(_REASONS["nothing_known"].en))
            .otherwise(pl.lit(_REASONS["little_known"].en))
            .alias("reason"),
            pl.when(known.is_null())
            .then(pl.lit(_REASONS["nothing_known"].zh))
            .otherwise(pl.lit(_REASONS["little_known"].zh))
            .alias("reason_zh"),
        )
        .sort("org_unit_id")
    )


def _in_one_language(table: pl.DataFrame, language: str) -> pl.DataFrame:
    """Return `table` with the names and reasons of `language` only."""
    chinese = [column for column in table.columns if column.endswith("_zh")]
    if language != "zh":
        return table.drop(chinese)
    own = [column.removesuffix("_zh") for column in chinese]
    return table.with_columns(pl.col(f"{column}_zh").alias(column) for column in own).drop(chinese)


def _metric_title(column: str, language: str) -> pl.Expr:
    titles = {name: metric.title.told(language) for name, metric in METRICS.items()}
    return pl.col(column).replace(titles)


def _newest_month_over(as_of: date) -> date:
    last_day = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return last_day.replace(day=1)


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
