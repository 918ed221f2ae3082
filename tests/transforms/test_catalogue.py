"""Every metric, worked out by hand.

To add an example: an entry in the EXAMPLES of its noun, in `worked_examples`. Its rows say only
what differs from the usual row of their table (hand_made.py); its values are given per day that
the metric counts on, or per month.
"""

from __future__ import annotations

import polars as pl
import pytest

from tests.transforms.hand_made import figures_of
from tests.transforms.worked_examples import clocks, deliveries, finance, surveys, tickets
from transforms.catalogue import METRICS
from transforms.spread import RELATIVE_ERROR

_NOUNS = (tickets, clocks, deliveries, surveys, finance)
EXAMPLES = {name: example for noun in _NOUNS for name, example in noun.EXAMPLES.items()}


def test_every_metric_has_a_worked_example() -> None:
    assert sorted(METRICS.keys() - EXAMPLES.keys()) == [], "work these out in EXAMPLES"
    assert sorted(EXAMPLES.keys() - METRICS.keys()) == [], "these are no metrics"


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_metric_is_what_it_was_worked_out_to_be(name: str) -> None:
    metric = METRICS[name]
    figured = figures_of(metric, EXAMPLES[name].records)
    known = dict(
        figured.filter(pl.col("value").is_not_null()).select("period", "value").iter_rows()
    )
    expected = EXAMPLES[name].values
    exactness = RELATIVE_ERROR if metric.form == "quantile" else 1e-12
    assert {day: known.get(day) for day in expected} == pytest.approx(expected, rel=exactness)
    assert [value for day, value in known.items() if day not in expected and value] == []
    lowest, highest = metric.believable
    assert all(lowest is None or lowest <= value for value in expected.values())
    assert all(highest is None or value <= highest for value in expected.values())
