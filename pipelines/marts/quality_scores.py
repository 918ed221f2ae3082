"""Stage 4, marts that compare: the score of service quality of every unit, by month.

To add one: an asset here, its name in `stages` (pipelines/definitions.py) and in `_MARTS`
(pipelines/release/assets.py).
"""

from __future__ import annotations

import polars as pl
from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from transforms.catalogue import METRICS
from transforms.comparison import CASES
from transforms.composite import score_units


@asset(
    key=key_of("marts", "quality_scores"),
    group_name="marts",
    deps=[key_of("marts", "metric_values")],
    required_resource_keys=NIGHT,
)
@on_night("marts", "quality_scores")
def quality_scores(night: Night) -> MaterializeResult:
    """Score and place of every unit whose kind has weights, by month, and their parts."""
    weights = night.reference.tables["score_weights"]
    made = score_units(_monthly_values(night, weights), weights, ["period"], unit="org_unit_id")
    night.warehouse.replace_table("marts.quality_scores", made.scores)
    night.warehouse.replace_table("marts.quality_score_parts", made.parts)
    scored = int(made.scores["is_scored"].sum())
    return MaterializeResult(metadata={"rows": made.scores.height, "rows_scored": scored})


def _monthly_values(night: Night, weights: pl.DataFrame) -> pl.DataFrame:
    """Return period, org_unit_id, scope, metric and value; null where there are few cases."""
    metrics = weights["metric"].unique().to_list()
    values = night.warehouse.query(
        "select v.period, v.org_unit_id, u.kind as scope, v.metric, v.value, "
        "v.denominator as cases "
        "from marts.metric_values as v join reference.org_units as u on u.id = v.org_unit_id "
        "where v.metric in (select unnest(?::varchar[]))",
        [metrics],
    )
    # Of surveys, what has too few answers is hidden already.
    with_answers = [metric for metric in metrics if METRICS[metric].answers]
    needed_cases = pl.when(pl.col("metric").is_in(with_answers)).then(0).otherwise(CASES)
    # Counts have no cases: they are what they are.
    enough = pl.col("cases").is_null() | (pl.col("cases") >= needed_cases)
    return values.with_columns(pl.when(enough).then("value").alias("value")).drop("cases")
