"""What must hold for every measure and every metric of the catalogue, whatever it counts."""

from __future__ import annotations

import re

import narwhals.stable.v2 as nw
import pytest

from tests.transforms.hand_made import prepared, sums_of
from transforms import catalogue
from transforms.catalogue import (
    MEASURES,
    METRICS,
    SLICES,
    Metric,
    find_metric,
    measures_of,
    slices_of,
    tables_of,
)
from transforms.refusal import Refusal


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_has_a_title_and_a_meaning_in_both_languages(metric: Metric) -> None:
    for said in (metric.title, metric.meaning):
        assert re.search(r"[A-Za-z]{3}", said.en)
        assert not re.search(r"[\u3000-\u9fff]", said.en)
        assert re.search(r"[\u4e00-\u9fff]{2}", said.zh)
    assert not metric.title.en.endswith(".")
    assert metric.meaning.en.endswith(".")
    assert metric.meaning.zh.endswith("。")


def test_no_two_metrics_share_a_title() -> None:
    for language in ("en", "zh"):
        titles = [metric.title.told(language) for metric in METRICS.values()]
        assert len(set(titles)) == len(titles)


def test_every_name_is_snake_case_and_used_once() -> None:
    nouns = (
        catalogue.tickets,
        catalogue.clocks,
        catalogue.deliveries,
        catalogue.delivery_money,
        catalogue.delivery_stages,
        catalogue.surveys,
        catalogue.finance,
        catalogue.duties,
    )
    for by_name, entries in (
        (MEASURES, [measure.name for noun in nouns for measure in noun.MEASURES]),
        (METRICS, [metric.name for noun in nouns for metric in noun.METRICS]),
    ):
        assert list(by_name) == entries
        assert [
            name for name in entries if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
        ] == []


def test_every_measure_is_used_by_a_metric() -> None:
    used = {name for metric in METRICS.values() for name in metric.measures}
    assert sorted(MEASURES.keys() - used) == []


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_is_made_of_what_its_form_needs(metric: Metric) -> None:
    assert set(metric.measures) <= MEASURES.keys()
    has_quantile = metric.quantile is not None
    assert has_quantile == (metric.form == "quantile")
    if has_quantile:
        (measure,) = metric.top
        assert MEASURES[measure].spread
    elif metric.form == "count":
        assert not metric.bottom
    elif metric.form != "money":
        assert metric.bottom
    if metric.form == "mean" and metric.counted == "over_period":
        # A stock is all there is at one moment, no sample: its mean has no interval.
        assert metric.squares is not None
        assert MEASURES[metric.squares].unit == "squares"
    if metric.form == "share":
        assert metric.believable == (0, 1)
        assert metric.scale == 1


@pytest.mark.parametrize("table", SLICES)
def test_the_slices_of_a_table_are_texts_of_its_prepared_rows(table: str) -> None:
    columns = prepared(table, []).collect_schema()
    assert {columns.get(name) for name in ("org_unit_id", *SLICES[table])} == {nw.String()}


@pytest.mark.parametrize("table", SLICES)
def test_every_measure_can_be_summed_over_no_records(table: str) -> None:
    columns = prepared(table, []).collect_schema()
    assert {measure.on for measure in measures_of(table)} <= columns.keys()
    sums = sums_of(table, [])
    assert sums.columns == [
        *("day", "org_unit_id", *SLICES[table]),
        *(measure.name for measure in measures_of(table)),
    ]
    assert sums.is_empty()


def test_a_metric_of_two_tables_is_split_only_by_what_both_have() -> None:
    metric = METRICS["revenue_execution_share"]
    assert tables_of(metric) == ("finance_entries", "budget_months")
    assert slices_of(metric) == ("account_code",)


def test_an_unknown_metric_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(Refusal) as refusal:
        find_metric("ticket_opened")
    assert str(refusal.value).startswith("ticket_opened is no metric: try tickets_opened, ")
    assert refusal.value.told("zh").startswith("没有名为 ticket_opened 的指标：可试 tickets_opened")


def test_a_name_like_no_other_is_refused_with_some_names() -> None:
    with pytest.raises(Refusal, match=r"^xyz is no metric: try attitude_mean, .* for all of them"):
        find_metric("xyz")
