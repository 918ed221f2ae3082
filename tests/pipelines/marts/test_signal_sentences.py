"""What is said of a signal, whatever rule, side, grain and metric: whole sentences, twice."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from typing import Any

import polars as pl
import pytest

from pipelines.marts.signal_sentences import sentence_of, with_sentences
from transforms.catalogue import METRICS
from transforms.chart_values import CHARTED, charts_of, event_chart
from transforms.control_charts import RULES

_UNIT = ("Pudong", "浦东")
_GRAINS = ("day", "week", "event", "month")


def signal(metric: str = "delivery_on_time_share", grain: str = "day", **rest: Any) -> dict:
    """Return a row of marts.signals: beyond its lower limit on 6 July 2026, which is a Monday."""
    usual = {
        "metric": metric,
        "org_unit_id": "PD",
        "grain": grain,
        "chart": event_chart(METRICS[metric]) if grain == "event" else METRICS[metric].chart,
        "rule": "beyond_limit",
        "side": "low",
        "last_period": date(2026, 7, 6),
        "value": 0.412,
        "centre": 0.93,
        "lower": 0.87,
        "upper": 0.99,
    }
    return usual | rest


def told(**row: Any) -> tuple[str, str]:
    return tuple(sentence_of(signal(**row), _UNIT, "CNY"))


def assert_whole(sentence: str, place: int) -> None:
    assert not re.search(r"[{}]|None|nan|inf\b", sentence), sentence
    assert sentence[-1] == ".。"[place], sentence
    assert _UNIT[place] in sentence
    assert "  " not in sentence


@pytest.mark.parametrize(("rule", "side"), [*product(RULES, ("high", "low"))])
@pytest.mark.parametrize("metric", CHARTED, ids=lambda metric: metric.name)
def test_every_signal_that_can_be_is_a_whole_sentence_in_both_languages(
    metric: Any, rule: str, side: str
) -> None:
    for grain in charts_of(metric):
        for place, said in enumerate(told(metric=metric.name, grain=grain, rule=rule, side=side)):
            assert_whole(said, place)
            assert metric.title[place] in said


@pytest.mark.parametrize("missing", [("value",), ("lower", "upper"), ("lower",), ("upper",)])
@pytest.mark.parametrize(("grain", "rule"), [*product(_GRAINS, RULES)])
def test_what_is_hidden_or_has_no_limits_is_a_whole_sentence_too(
    grain: str, rule: str, missing: tuple[str, ...]
) -> None:
    without = dict.fromkeys(missing)
    for place, said in enumerate(told(grain=grain, rule=rule, **without)):
        assert_whole(said, place)


def test_a_sentence_tells_rule_side_and_period_apart() -> None:
    said = [
        told(rule=rule, side=side, grain=grain)
        for rule, side, grain in product(RULES, ("high", "low"), ("day", "week", "month"))
    ]
    for place in (0, 1):
        assert len({each[place] for each in said}) == len(said)


@pytest.mark.parametrize(
    ("row", "en", "zh"),
    [
        (
            {},
            "Delivered on time at Pudong fell below its control limit: 41.2%, usual 87.0% to "
            "99.0% (6 Jul 2026).",
            "浦东的准时送达率跌破控制下限：41.2%，平常为 87.0% 至 99.0%（2026年7月6日）。",
        ),
        (
            {"grain": "week", "rule": "two_of_three", "side": "high", "value": 0.98},
            "Delivered on time at Pudong came close to its upper control limit twice in three "
            "weeks: 98.0%, usual 87.0% to 99.0% (week of 6 Jul 2026).",
            "浦东的准时送达率在三周中两次接近控制上限：98.0%，平常为 87.0% 至 99.0%"
            "（2026年7月6日起的一周）。",
        ),
        (
            {"grain": "month", "rule": "seven_on_one_side"},
            "Delivered on time at Pudong has been below its usual 93.0% for seven months or "
            "more: 41.2% (July 2026).",
            "浦东的准时送达率连续七个月以上低于平常水平 93.0%：41.2%（2026年7月）。",
        ),
        (
            {"rule": "seven_in_a_row", "side": "high", "lower": None, "upper": None},
            "Delivered on time at Pudong has risen for seven days in a row: 41.2% (6 Jul 2026).",
            "浦东的准时送达率连续七天上升：41.2%（2026年7月6日）。",
        ),
        (
            {"grain": "event", "value": 2.0, "centre": 14.6},
            "Delivered on time at Pudong: failures come closer together, 2 others between the "
            "last two, usually 15 (6 Jul 2026).",
            "浦东的准时送达率：未达标案例更加密集，最近两例之间相隔 2 件，平常为 15 件"
            "（2026年7月6日）。",
        ),
        (
            {"grain": "event", "value": 1.0, "centre": 14.6},
            "Delivered on time at Pudong: failures come closer together, 1 other between the "
            "last two, usually 15 (6 Jul 2026).",
            "浦东的准时送达率：未达标案例更加密集，最近两例之间相隔 1 件，平常为 15 件"
            "（2026年7月6日）。",
        ),
        (
            {"grain": "event", "side": "high", "metric": "tickets_reopened", "value": 40.0,
             "centre": 9.0},
            "Tickets re-opened at Pudong: cases come further apart, 40 days between the last two, "
            "usually 9 days (6 Jul 2026).",
            "浦东的重开工单数：案例更加稀疏，最近两例之间相隔 40 天，平常为 9 天"
            "（2026年7月6日）。",
        ),
        (
            {"grain": "event", "value": None, "metric": "satisfied_share", "centre": 8.0},
            "Satisfied at Pudong: failures come closer together, usually 8 others lie "
            "between two (6 Jul 2026).",
            "浦东的满意率：未达标案例更加密集，平常两例之间相隔 8 件（2026年7月6日）。",
        ),
    ],
)  # fmt: skip
def test_a_sentence_says_what_where_how_much_and_when(
    row: dict[str, Any], en: str, zh: str
) -> None:
    assert told(**row) == (en, zh)


@pytest.mark.parametrize(
    ("metric", "value", "en", "zh"),
    [
        ("revenue_actual", 1234567.0, "CNY 1,234,567", "CNY 1,234,567"),
        ("delivery_hours_mean", 31.26, "31.3 h", "31.3 小时"),
        ("first_response_minutes_median", 7.0, "7.0 min", "7.0 分钟"),
        ("lost_per_million", 80_000.4, "80,000", "80,000"),
        ("satisfaction_mean", 71.25, "71.2", "71.2"),
        ("revenue_execution_share", 0.8512, "85.1%", "85.1%"),
    ],
)
def test_a_figure_is_written_in_the_unit_of_its_metric(
    metric: str, value: float, en: str, zh: str
) -> None:
    said = told(metric=metric, grain="month", value=value, lower=None, upper=None)
    assert f": {en} (July 2026)." in said[0]
    assert f"：{zh}（2026年7月）。" in said[1]


@pytest.mark.parametrize(
    ("metric", "lower", "upper", "usual"),
    [
        ("tickets_resolved", -0.6, 11.7, "0 to 11.7"),
        ("delivery_hours_mean", -2.0, 11.7, "0 h to 11.7 h"),
        ("first_response_minutes_median", -2.0, 11.7, "0 min to 11.7 min"),
        ("lost_per_million", -5.0, 1_200_000.0, "0 to 1,000,000"),
        ("net_promoter_score", -130.0, 120.0, "-100 to 100"),
        ("delivery_on_time_share", -0.1, 1.2, "0.0% to 100.0%"),
        ("cost_per_delivery", -3.0, 27.9, "CNY 0 to CNY 27.90"),
        # What is earned may be less than nothing.
        ("revenue_variance", -2000.0, 1170.0, "CNY -2,000 to CNY 1,170"),
    ],
)
def test_what_is_usual_goes_no_further_than_values_can(
    metric: str, lower: float, upper: float, usual: str
) -> None:
    figures = {"value": 12.0, "centre": 5.0, "lower": lower, "upper": upper}
    english, chinese = told(metric=metric, grain="month", side="high", **figures)
    assert f", usual {usual} (July 2026)." in english
    numbers = re.findall(r"-?\d[\d,.]*", usual)
    assert re.findall(r"-?\d[\d,.]*", chinese.split("平常为")[1])[:2] == numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [(4.4, "CNY 4.40"), (-99.994, "CNY -99.99"), (100.0, "CNY 100"), (1234.6, "CNY 1,235")],
)
def test_money_under_a_hundred_has_two_decimals(value: float, written: str) -> None:
    said = told(metric="revenue_variance", grain="month", value=value, lower=None, upper=None)
    assert f": {written} (July 2026)." in said[0]
    assert f"：{written}（2026年7月）。" in said[1]


def test_a_value_beyond_its_limit_is_not_written_as_the_limit() -> None:
    english, _ = told(
        metric="cost_per_delivery", grain="month", value=4.4, lower=4.45, centre=5.0, upper=5.6
    )
    assert "CNY 4.40, usual CNY 4.45 to CNY 5.60" in english


@pytest.mark.parametrize(
    ("days", "en", "zh"),
    [
        (0.0, "0 h", "0 小时"),
        (0.25, "6 h", "6 小时"),
        (0.999, "24 h", "24 小时"),
        (1.0, "1 day", "1 天"),
        (1.02, "1 day", "1 天"),
        (1.5, "1.5 days", "1.5 天"),
        (40.0, "40 days", "40 天"),
    ],
)
def test_what_lies_between_events_is_told_in_days_and_below_one_in_hours(
    days: float, en: str, zh: str
) -> None:
    english, chinese = told(grain="event", metric="tickets_reopened", value=days, centre=days)
    assert f", {en} between the last two, usually {en} (" in english
    assert f"最近两例之间相隔 {zh}，平常为 {zh}（" in chinese


def test_units_are_named_in_either_language_and_by_their_id_without_a_name() -> None:
    units = pl.DataFrame(
        [("PD", "Pudong", "浦东"), ("XH", "Xuhui", None), ("CD", None, None)],
        schema={"org_unit_id": pl.String, "name": pl.String, "name_zh": pl.String},
        orient="row",
    )
    rows = pl.DataFrame([signal(org_unit_id=unit) for unit in ("PD", "XH", "CD", "GONE")])
    said = with_sentences(rows, units, currency="CNY")
    assert [text.split(" at ")[1].split(" fell")[0] for text in said["sentence"]] == [
        "Pudong",
        "Xuhui",
        "CD",
        "GONE",
    ]
    named = [text.split("的")[0] for text in said["sentence_zh"]]
    assert named == ["浦东", "Xuhui", "CD", "GONE"]


def test_no_signals_are_no_sentences() -> None:
    units = pl.DataFrame(schema=dict.fromkeys(("org_unit_id", "name", "name_zh"), pl.String))
    none = with_sentences(pl.DataFrame([signal()]).clear(), units, currency="CNY")
    assert none.schema["sentence"] == none.schema["sentence_zh"] == pl.String
    assert none.is_empty()
