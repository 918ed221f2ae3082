"""Points of every series of hand-made records, as pipelines/marts/unit_series.py makes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl

from pipelines.marts.unit_series import POINT, series_points
from pipelines.questions.metric_queries import Ask
from tests.transforms.hand_made import AS_OF, Row, at

Points = list[tuple[date, float]]
Series = Callable[..., Points]
STILL_OPEN: Row = {"resolved_at": None, "closed_at": None, "status": "open"}


def points_of(
    ask: Ask, *, minimum_answers: int = 1, days_later: int = 0, **only: str
) -> pl.DataFrame:
    """Return the points, of what `only` says, as they are some days after the records end."""
    as_of = AS_OF.date() + timedelta(days=days_later)
    points = series_points(ask, as_of=as_of, minimum_answers=minimum_answers)
    assert points.schema == pl.Schema(POINT)
    for name, value in only.items():
        points = points.filter(pl.col(name) == value)
    return points.sort("period", maintain_order=True)


def picked_up(day: int, unit: str = "PD", **rest: Any) -> Row:
    """Return a parcel of a day of March; it is delivered the day after and due two days later."""
    return {
        "org_unit_id": unit,
        "picked_up_at": at(day),
        "delivered_at": at(day + 1),
        "promised_at": at(day + 2),
        **rest,
    }


def answers(day: int, count: int, satisfied: int, unit: str = "PD") -> list[Row]:
    """Return the answers of a day of March, the first of them satisfied."""
    return [
        {
            "org_unit_id": unit,
            "answered_at": at(day),
            "overall": 5.0 if place < satisfied else 1.0,
        }
        for place in range(count)
    ]
