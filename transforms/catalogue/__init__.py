"""Every measure and every metric we publish, defined once.

To add one: an entry in the METRICS of its noun (and the MEASURES it needs), then work it out by
hand in tests/transforms/test_catalogue.py, which fails until you do. Nothing else needs wiring:
pipeline, checks, command line and pages loop over `METRICS`.
"""

from __future__ import annotations

import difflib

from transforms.catalogue import (
    clocks,
    deliveries,
    delivery_money,
    delivery_stages,
    duties,
    finance,
    surveys,
    tickets,
)
from transforms.catalogue.entry import Measure, Metric
from transforms.refusal import Refusal

_NOUNS = (
    tickets,
    clocks,
    deliveries,
    delivery_money,
    delivery_stages,
    surveys,
    finance,
    duties,
)
MEASURES: dict[str, Measure] = {
    measure.name: measure for noun in _NOUNS for measure in noun.MEASURES
}
METRICS: dict[str, Metric] = {metric.name: metric for noun in _NOUNS for metric in noun.METRICS}

__all__ = [
    "MEASURES",
    "METRICS",
    "SLICES",
    "SUMMED_BY_DAY",
    "Measure",
    "Metric",
    "find_metric",
    "measures_of",
    "records_of",
    "slices_of",
    "tables_of",
]

# Columns, besides day and org_unit_id, by which the measures of a table may be split.
SLICES: dict[str, tuple[str, ...]] = {
    "tickets": (
        "agent_id",
        "channel",
        "kind",
        "priority",
        "category",
        "opened_weekday",
        "opened_hour",
    ),
    "clocks": ("agent_id", "channel", "kind", "priority", "category"),
    "backlog": ("channel", "kind", "priority", "age_band"),
    "deliveries": ("courier_id", "service_level", "exception"),
    "delivery_stages": ("courier_id", "service_level", "stage"),
    "surveys": ("agent_id", "evaluator", "method", "subject"),
    "finance_entries": ("account_code",),
    "budget_months": ("account_code",),
    "duties": ("kind",),
}


# Measured table -> the kind of records that its rows are made of, where that is another.
_MADE_OF = {
    "clocks": "tickets",
    "backlog": "tickets",
    "delivery_stages": "delivery_events",
    "budget_months": "budget_lines",
}


def records_of(table: str) -> str:
    """Return the kind of records that the measured `table` is made of."""
    return _MADE_OF.get(table, table)


# Kinds of records of which every day is summed by itself, so that changed days are remembered.
SUMMED_BY_DAY = frozenset(SLICES.keys() - _MADE_OF.keys())


def measures_of(table: str) -> tuple[Measure, ...]:
    """Return the measures summed over `table`, in the order of the catalogue."""
    return tuple(measure for measure in MEASURES.values() if measure.of == table)


def tables_of(metric: Metric) -> tuple[str, ...]:
    """Return the tables whose measures `metric` is made of, each once."""
    return tuple(dict.fromkeys(MEASURES[name].of for name in metric.measures))


def slices_of(metric: Metric) -> tuple[str, ...]:
    """Return the columns by which `metric` may be split: those that all its tables have."""
    first, *others = (SLICES[table] for table in tables_of(metric))
    return tuple(column for column in first if all(column in other for other in others))


def find_metric(name: str) -> Metric:
    """Return the metric called `name`. Raises Refusal, with the nearest names, for others."""
    if name in METRICS:
        return METRICS[name]
    near = difflib.get_close_matches(name, METRICS, n=3) or sorted(METRICS)[:3]
    raise Refusal(
        "{name} is no metric: try {near}, or `sqm metrics` for all of them.",
        "没有名为 {name} 的指标：可试 {near}，或用 `sqm metrics` 查看全部。",
        name=name,
        near=", ".join(near),
    )
