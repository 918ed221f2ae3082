"""The page of metrics and of the measures that they are made of."""

from __future__ import annotations

from collections.abc import Iterable

from docs.pages.markdown import write_page, write_table
from transforms.catalogue import METRICS, SLICES, Metric, measures_of, tables_of


def metrics_page() -> str:
    """Return docs/metrics.md: every metric and measure of the catalogue."""
    lines = [
        "# Metrics 指标",
        "A metric is a sum, or a sum divided by a sum: add first, divide last. "
        "[Add a metric](add-a-metric.md) tells how to make one. Every metric may be split and "
        "filtered by org_unit_id, region and unit_kind, and by the columns of its table named "
        "here; one made of two tables, by the columns that both have. Money is summed in minor "
        "units and shown in currency units.",
    ]
    for table in SLICES:
        metrics = [metric for metric in METRICS.values() if tables_of(metric)[0] == table]
        slices = ", ".join(SLICES[table])
        lines += [f"## {table.replace('_', ' ').capitalize()}", f"Split by {slices}."]
        if metrics:
            lines.append(
                write_table(
                    ("metric", "title", "meaning", "made of", "unit", "good"),
                    [
                        (
                            f"`{metric.name}`",
                            f"{metric.title.en}<br>{metric.title.zh}",
                            f"{metric.meaning.en}<br>{metric.meaning.zh}",
                            _formula(metric),
                            metric.unit,
                            metric.better,
                        )
                        for metric in metrics
                    ],
                )
            )
        lines += [
            f"Measures, summed over `measures.{table}`:",
            write_table(
                ("measure", "counted on", "unit"),
                [(f"`{m.name}`", m.on, m.unit) for m in measures_of(table)],
            ),
        ]
    return write_page(lines)


def _formula(metric: Metric) -> str:
    if metric.quantile is not None:
        return f"quantile {metric.quantile:g} of {metric.top[0]}"
    top, bottom = _sum(metric.top), _sum(metric.bottom)
    scale = ""
    if metric.scale != 1:
        is_large = metric.scale > 1
        scale = f" × {metric.scale:,.0f}" if is_large else f" / {1 / metric.scale:,.0f}"
    return f"{top} / {bottom}{scale}" if bottom else f"{top}{scale}"


def _sum(names: Iterable[str]) -> str:
    text = " + ".join(names).replace("+ -", "- ")
    return f"({text})" if " " in text else text
