"""The sentence that a page opens with: how its leading metric stands, against what."""

from __future__ import annotations

from dashboards.blocks.frame import Tone, opening
from dashboards.blocks.small_numbers import hidden_sentence
from dashboards.blocks.tiles import Standing, standing
from dashboards.filters import asked_first, unit_name
from dashboards.language import _, listed, told
from dashboards.menu import find_view, metrics_on
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import (
    change_text,
    held_text,
    interval_text,
    n_text,
    period_text,
    provisional_text,
    trust_text,
    value_text,
)
from transforms.catalogue import METRICS, Metric
from transforms.refusal import Refusal


def metrics_for(reader: Reader, page: str) -> list[Metric]:
    """Return the metrics that `page` shows and that have figures in the snapshot.

    Raises Refusal, with what to do, when there are none.
    """
    metrics = metrics_on(page, reader.known_metrics())
    if metrics:
        return metrics
    title = find_view(page).title
    raise Refusal(
        "{page}: the snapshot has no figures for this page. Land an export of that kind and "
        "describe it in sources/; `sqm status` tells what there is.",
        "{page_zh}：当前快照没有本页所需的数据。请将该类导出文件放入落地目录，"
        "并在 sources/ 中描述；`sqm status` 可查看现有数据。",
        page=title.en,
        page_zh=title.zh,
    )


def open_with(reader: Reader, scope: Scope, page: str, names: list[str]) -> None:
    """Open `page` with how the first of the metrics called `names` that has a figure stands.

    A link to one of them, from a warning, opens with that.
    """
    title = told(find_view(page).title)
    every = {}
    for name in asked_first("metric", names):
        stands = every[name] = standing(reader, scope, METRICS[name])
        if stands.now:
            tone: Tone = "warn" if stands.misses_target else "calm"
            opening(title, _stands(reader, scope, stands), tone, beneath(reader, scope, stands))
            return
    hidden = [name for name, stands in every.items() if stands.is_hidden]
    if hidden:
        opening(title, hidden_sentence(reader, METRICS[hidden[0]]))
        return
    empty = _("There is nothing to count at {unit} in {period}.").format(
        unit=unit_name(reader, scope.unit), period=period_text(scope.period)
    )
    opening(title, empty)


def _stands(reader: Reader, scope: Scope, stands: Standing) -> str:
    assert stands.now is not None
    metric, currency = stands.metric, reader.currency
    parts = {
        "metric": told(metric.title),
        "value": value_text(metric, stands.now["value"], currency),
        "target": value_text(metric, stands.target, currency),
    }
    if stands.target is None:
        return _("{metric}: {value}.").format(**parts)
    if stands.misses_target:
        return _("{metric}: {value}, short of the target of {target}.").format(**parts)
    return _("{metric}: {value}, within the target of {target}.").format(**parts)


def beneath(reader: Reader, scope: Scope, stands: Standing) -> str:
    """Return what belongs to the sentence: where and when, how sure, how it was, what it lacks."""
    assert stands.now is not None
    metric, currency = stands.metric, reader.currency
    where = _("{unit}, {period}.").format(
        unit=unit_name(reader, scope.unit), period=period_text(scope.period)
    )
    sentences = [where]
    cases = n_text(metric, stands.now)
    interval = interval_text(metric, stands.now["low"], stands.now["high"], currency)
    if cases and interval:
        sentences.append(
            _("{cases}, 95% interval {interval}.").format(cases=cases, interval=interval)
        )
    if stands.change is not None:
        before = period_text(scope.period.suited_to(metric).before())
        change = change_text(metric, stands.change, currency)
        sentences.append(_("{change} against {period}.").format(change=change, period=before))
    if stands.now["held_rows"]:
        trust = trust_text(metric, stands.now, currency)
        mark = f":orange[:material/warning: {held_text(stands.now['held_rows'])}]"
        told_trust = _("{mark} ({trust}).").format(mark=mark, trust=trust)
        sentences.append(told_trust if trust else mark)
    if stands.now["provisional_rows"]:
        provisional = provisional_text(stands.now["provisional_rows"])
        sentences.append(f":orange[:material/event_upcoming: {provisional}.]")
    if scope.period.last > reader.manifest.as_of:
        sentences.append(_("The period is not over yet."))
    ignored = [
        told_filter
        for value, column, told_filter in (
            (scope.channel, "channel", _("channel")),
            (scope.service_level, "service_level", _("service level")),
        )
        if value and column not in scope.where(metric)
    ]
    if ignored:
        sentences.append(
            _("This metric is not known by {filter}: all are counted.").format(
                filter=listed(ignored)
            )
        )
    return " ".join(sentences)
