"""The words of a signal: what changed, where, since when and by how much, in English and Chinese.

The same sentence stands on pages, in `sqm signals` and in marts.signals. To add a rule: its
sentence in `_SAID`, for either side.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from transforms.catalogue import METRICS, Metric
from transforms.chart_values import possible_limit
from transforms.refusal import Sentence

_HIGH, _LOW = "high", "low"
_SAID: dict[tuple[str, str], Sentence] = {
    ("beyond_limit", _LOW): Sentence(
        "{metric} at {unit} fell below its control limit: {value}{usual}{when}.",
        "{unit}的{metric}跌破控制下限：{value}{usual}{when}。",
    ),
    ("beyond_limit", _HIGH): Sentence(
        "{metric} at {unit} rose above its control limit: {value}{usual}{when}.",
        "{unit}的{metric}超出控制上限：{value}{usual}{when}。",
    ),
    ("two_of_three", _LOW): Sentence(
        "{metric} at {unit} came close to its lower control limit twice in three {periods}: "
        "{value}{usual}{when}.",
        "{unit}的{metric}在三{periods}中两次接近控制下限：{value}{usual}{when}。",
    ),
    ("two_of_three", _HIGH): Sentence(
        "{metric} at {unit} came close to its upper control limit twice in three {periods}: "
        "{value}{usual}{when}.",
        "{unit}的{metric}在三{periods}中两次接近控制上限：{value}{usual}{when}。",
    ),
    ("seven_on_one_side", _LOW): Sentence(
        "{metric} at {unit} has been below its usual {centre} for seven {periods} or more: "
        "{value}{when}.",
        "{unit}的{metric}连续七{periods}以上低于平常水平 {centre}：{value}{when}。",
    ),
    ("seven_on_one_side", _HIGH): Sentence(
        "{metric} at {unit} has been above its usual {centre} for seven {periods} or more: "
        "{value}{when}.",
        "{unit}的{metric}连续七{periods}以上高于平常水平 {centre}：{value}{when}。",
    ),
    ("seven_in_a_row", _LOW): Sentence(
        "{metric} at {unit} has fallen for seven {periods} in a row: {value}{usual}{when}.",
        "{unit}的{metric}连续七{periods}下降：{value}{usual}{when}。",
    ),
    ("seven_in_a_row", _HIGH): Sentence(
        "{metric} at {unit} has risen for seven {periods} in a row: {value}{usual}{when}.",
        "{unit}的{metric}连续七{periods}上升：{value}{usual}{when}。",
    ),
}
_EVENTS = {
    _LOW: Sentence(
        "{metric} at {unit}: {events} come closer together{rule}, {between}{when}.",
        "{unit}的{metric}：{events}更加密集{rule}，{between}{when}。",
    ),
    _HIGH: Sentence(
        "{metric} at {unit}: {events} come further apart{rule}, {between}{when}.",
        "{unit}的{metric}：{events}更加稀疏{rule}，{between}{when}。",
    ),
}
# Rules of many cases say so: the last two alone may not look unusual.
_OF_MANY = {
    "seven_on_one_side": Sentence(", seven or more in a row", "（连续七例以上）"),
    "seven_in_a_row": Sentence(", seven times in a row", "（连续七例）"),
}
_FAILURES, _CASES = Sentence("failures", "未达标案例"), Sentence("cases", "案例")
_BETWEEN = {
    "g": Sentence(
        "{value} {others} between the last two, usually {centre}",
        "最近两例之间相隔 {value} 件，平常为 {centre} 件",
    ),
    "t": Sentence(
        "{value} between the last two, usually {centre}",
        "最近两例之间相隔 {value}，平常为 {centre}",
    ),
}
_BETWEEN_FEW = {
    "g": Sentence("usually {centre} others lie between two", "平常两例之间相隔 {centre} 件"),
    "t": Sentence("usually {centre} lie between two", "平常两例之间相隔 {centre}"),
}
_PERIODS = {
    "day": Sentence("days", "天"),
    "week": Sentence("weeks", "周"),
    "month": Sentence("months", "个月"),
    "event": Sentence("cases", "例"),
}
_WHEN = {
    "day": Sentence(" ({day})", "（{day}）"),
    "week": Sentence(" (week of {day})", "（{day}起的一周）"),
    "month": Sentence(" ({month})", "（{month}）"),
    "event": Sentence(" ({day})", "（{day}）"),
}
_USUAL = Sentence(", usual {lower} to {upper}", "，平常为 {lower} 至 {upper}")
_DAYS, _ONE_DAY = Sentence("{n} days", "{n} 天"), Sentence("{n} day", "{n} 天")
_HIDDEN = Sentence("few answers", "答卷较少")
_UNITS = {"hours": Sentence("{n} h", "{n} 小时"), "minutes": Sentence("{n} min", "{n} 分钟")}


def with_sentences(signals: pl.DataFrame, units: pl.DataFrame, *, currency: str) -> pl.DataFrame:
    """Return `signals` with `sentence` and `sentence_zh`; `units`: org_unit_id, name, name_zh."""
    names = {id: (name or id, zh or name or id) for id, name, zh in units.iter_rows()}
    said = [
        sentence_of(
            signal, names.get(signal["org_unit_id"], (signal["org_unit_id"],) * 2), currency
        )
        for signal in signals.iter_rows(named=True)
    ]
    return signals.with_columns(
        pl.Series("sentence", [each.en for each in said], pl.String),
        pl.Series("sentence_zh", [each.zh for each in said], pl.String),
    )


def sentence_of(signal: dict[str, Any], unit: tuple[str, str], currency: str) -> Sentence:
    """Return one signal, a row of marts.signals, as a sentence; `unit` is its name (en, zh)."""
    return Sentence(*(_told(signal, unit[place], currency, place) for place in (0, 1)))


def _told(signal: dict[str, Any], unit: str, currency: str, place: int) -> str:
    metric = METRICS[signal["metric"]]

    def written(name: str) -> str:
        value = signal[name]
        if value is None:
            return _HIDDEN[place]
        possible = possible_limit(metric, value) if name in ("lower", "upper") else value
        return _value(metric, possible, currency, place)

    when = _WHEN[signal["grain"]][place].format(
        day=_day(signal["last_period"], place), month=_month(signal["last_period"], place)
    )
    title = metric.title[place]
    if signal["grain"] == "event":
        between = _BETWEEN_FEW if signal["value"] is None else _BETWEEN
        events = _FAILURES if metric.better == "higher" else _CASES
        distances = {name: _distance(signal, name, place) for name in ("value", "centre")}
        others = "other" if distances["value"] == "1" else "others"
        return _EVENTS[signal["side"]][place].format(
            metric=title,
            unit=unit,
            when=when,
            events=events[place],
            rule=_OF_MANY[signal["rule"]][place] if signal["rule"] in _OF_MANY else "",
            between=between[signal["chart"]][place].format(**distances, others=others),
        )
    has_limits = signal["lower"] is not None and signal["upper"] is not None
    usual = (
        _USUAL[place].format(lower=written("lower"), upper=written("upper")) if has_limits else ""
    )
    return _SAID[signal["rule"], signal["side"]][place].format(
        metric=title,
        unit=unit,
        value=written("value"),
        centre=written("centre"),
        usual=usual,
        when=when,
        periods=_PERIODS[signal["grain"]][place],
    )


def _distance(signal: dict[str, Any], name: str, place: int) -> str:
    distance = signal[name] or 0
    if signal["chart"] == "g":
        return f"{distance:,.0f}"
    # Less than a day apart are hours.
    if distance < 1:
        return _UNITS["hours"][place].format(n=f"{24 * distance:.0f}")
    days = f"{distance:,.1f}".removesuffix(".0")
    return (_ONE_DAY if days == "1" else _DAYS)[place].format(n=days)


def _value(metric: Metric, value: float, currency: str, place: int) -> str:
    if metric.unit == "share":
        return f"{value:.1%}"
    if metric.unit.startswith("money"):
        is_small = 0 < abs(value) < 100
        return f"{currency} {value:,.2f}" if is_small else f"{currency} {value:,.0f}"
    written = f"{value:,.1f}" if 0 < abs(value) < 100 else f"{value:,.0f}"
    return _UNITS[metric.unit][place].format(n=written) if metric.unit in _UNITS else written


def _day(day: date, place: int) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if place else f"{day.day} {day:%b %Y}"


def _month(day: date, place: int) -> str:
    return f"{day.year}年{day.month}月" if place else f"{day:%B %Y}"
