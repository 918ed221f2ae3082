"""Stage 4, marts that compare: the score of service quality of every unit, by month.

To add one: an asset here, its name in `stages` (pipelines/definitions.py) and in `_MARTS`
(pipelines/release.py).
"""

from __future__ import annotations

import polars as pl
from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from transforms.catalogue import METRICS, records_of, tables_of
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
        "coalesce(v.denominator, abs(v.numerator)) as cases "
        "from marts.metric_values as v join reference.org_units as u on u.id = v.org_unit_id "
        "where v.metric in (select unnest(?::varchar[]))",
        [metrics],
    )
    answers = night.home.settings.minimum_answers
    needed = {
        metric: answers if "surveys" in map(records_of, tables_of(METRICS[metric])) else CASES
        for metric in metrics
    }
    enough = pl.col("cases") >= pl.col("metric").replace_strict(needed, return_dtype=pl.Float64)
    return values.with_columns(pl.when(enough).then("value").alias("value")).drop("cases")
