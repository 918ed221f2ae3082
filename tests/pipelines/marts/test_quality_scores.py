"""The mart of scores: made of the monthly figures, by month and kind of unit."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from dagster import build_asset_context

from pipelines.marts import figures as marts
from pipelines.marts import quality_scores
from quality.contracts import RECORD_KINDS
from tests.pipelines.small_home import LANDED, REFERENCE, SmallHome, new_home, take_up

pytestmark = pytest.mark.slow  # each takes up a home

_WEIGHTS = (
    "scope,metric,weight,worst,best\n"
    "outlet,first_attempt_share,1,0,1\noutlet,delivery_on_time_share,3,0.5,1\n"
    "outlet,complaints_opened,1,10,0\n"
)
_HEADER, *_ = LANDED["deliveries/march.csv"].splitlines()


def scored(small: SmallHome) -> tuple[pl.DataFrame, pl.DataFrame]:
    with small.stages() as night:
        take_up(night, tuple(RECORD_KINDS))
        context = build_asset_context(resources={"night": night})
        marts.org_unit_tree(context)
        marts.held_rows(build_asset_context(resources={"night": night}))
        marts.metric_values(build_asset_context(resources={"night": night}))
        quality_scores.quality_scores(build_asset_context(resources={"night": night}))
        return tuple(
            night.warehouse.query(f"from marts.{name} order by all")
            for name in ("quality_scores", "quality_score_parts")
        )


def deliveries(unit: str, count: int, late: int) -> str:
    return "".join(
        f"{unit}{number},express,{unit},C1,2026-03-02 09:00,2026-03-04 18:00,"
        f"2026-03-0{5 if number < late else 3} 11:00,delivered,1200\n"
        for number in range(count)
    )


def test_units_are_scored_by_the_figures_that_have_enough_cases(tmp_path: Path) -> None:
    small = new_home(tmp_path, reference={**REFERENCE, "score_weights": _WEIGHTS})
    small.land("tickets/march.csv", LANDED["tickets/march.csv"])
    rows = deliveries("PD", 20, 4) + deliveries("PX", 9, 0)
    small.land("deliveries/march.csv", f"{_HEADER}\n{rows}")
    scores, parts = scored(small)
    march = scores.sort("org_unit_id")
    # PD: 0.8 on time is 60 points, 1 complaint 90: (3 x 60 + 90) / 4; 9 deliveries are too few.
    assert march.select("org_unit_id", "scope", "score", "rank", "known_weight").rows() == [
        ("PD", "outlet", pytest.approx(67.5), 1, 0.8),
        ("PX", "outlet", None, None, 0.2),
    ]
    assert parts.filter(pl.col("contribution").is_not_null()).select(
        "org_unit_id", "metric", "normalised"
    ).rows() == [
        ("PD", "complaints_opened", pytest.approx(90)),
        ("PD", "delivery_on_time_share", pytest.approx(60)),
        ("PX", "complaints_opened", pytest.approx(90)),
    ]


def test_a_home_without_weights_has_an_empty_mart(tmp_path: Path) -> None:
    scores, parts = scored(new_home(tmp_path))
    assert scores.is_empty()
    assert parts.is_empty()
    assert {"period", "org_unit_id", "scope", "score", "rank"} <= set(scores.columns)
