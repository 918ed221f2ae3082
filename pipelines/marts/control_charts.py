"""Stage 4, control charts: every series with its limits, and what breaks its rules as sentences.

What a chart is made of: `unit_series.py`. Limits and rules: `transforms/control_charts`.
Signals and their causes: `transforms/signals.py`; their sentences: `signal_sentences.py`.
Who answers for them: `signal_owners.py`.
"""

from __future__ import annotations

import polars as pl
from dagster import MaterializeResult, asset

from pipelines.decisions import rebases_in_force
from pipelines.marts.signal_owners import signal_owners
from pipelines.marts.signal_sentences import with_sentences
from pipelines.marts.unit_series import series_points
from pipelines.night import Night
from pipelines.questions.metric_queries import ONE_PERIOD
from pipelines.stages import NIGHT, key_of, on_night
from transforms.catalogue import METRICS, SLICES, records_of, tables_of
from transforms.chart_values import CHARTED, scale_of, watched
from transforms.control_charts import assurance, chart_points, propose_rebases, verdict
from transforms.signals import find_signals, lead_signals

_SERIES = ["metric", "org_unit_id", "grain"]
_SCALED = ("value", "centre", "lower", "upper")
# The nearest target at or above a unit; the newest in force; one without a unit is for all.
_TARGETS = """
select metric, tree.org_unit_id, target
from reference.targets as target
join reference.org_unit_tree as tree
    on target.org_unit_id is null or tree.ancestor_id = target.org_unit_id
where effective_from is null or effective_from <= ?
qualify row_number() over (
    partition by metric, tree.org_unit_id
    order by target.org_unit_id is null, tree.depth, effective_from desc nulls last
) = 1
"""


@asset(
    key=key_of("marts", "control_points"),
    group_name="marts",
    deps=[*(key_of("measures", table) for table in SLICES), key_of("marts", "org_unit_tree")],
    required_resource_keys=NIGHT,
)
@on_night("marts", "control_points")
def control_points(night: Night) -> MaterializeResult:
    """Every metric of every unit by day, week, month or event, with its limits and signals."""
    warehouse = night.warehouse
    charted = _charted(night)
    series = _series(night, charted)
    points = charted.join(series.select("series", "is_watched"), on="series", maintain_order="left")
    # Days and events with too few cases to be watched show chance: nobody looks at them.
    worth = pl.col("grain").is_in(["week", "month"]) | pl.col("is_watched")
    kept = points.filter(worth)
    signals = _signals(night, points.filter("is_watched"))
    warehouse.replace_table("marts.control_points", _public(night, kept))
    warehouse.replace_table(
        "marts.control_series",
        series.join(kept.select("series").unique(), on="series", how="semi").drop("series"),
    )
    warehouse.replace_table("marts.signals", signals)
    return MaterializeResult(
        metadata={
            "points": kept.height,
            "series": series.height,
            "signals_open": int(signals.filter("is_leading")["is_open"].sum()),
        }
    )


def _charted(night: Night) -> pl.DataFrame:
    """Return every point with number, limits, rule, side and verdict, before scale."""
    points = series_points(
        night.warehouse.query,
        as_of=night.as_of,
        minimum_answers=night.home.settings.minimum_answers,
    )
    series = points.select(_SERIES).unique().sort(_SERIES).with_row_index("series")
    # Several events of a day have their order, which nothing else in their rows tells.
    numbered = points.join(series, on=_SERIES, maintain_order="left").sort(
        "series", "period", maintain_order=True
    )
    charted = chart_points(_with_phases(numbered, night))
    return charted.join(_metric_facts(), on="metric", maintain_order="left").with_columns(
        verdict(pl.col("side"), pl.col("better"), pl.col("chart")).alias("verdict")
    )


def _with_phases(points: pl.DataFrame, night: Night) -> pl.DataFrame:
    """Add `phase`: 1, and one more from each accepted rebase of the series on."""
    rebases = rebases_in_force(night.home.decisions).sort("from_period")
    if rebases.is_empty():
        return points.with_columns(pl.lit(1, pl.Int32).alias("phase"))
    starts = rebases.select(
        *_SERIES,
        pl.col("from_period").alias("begun"),
        (pl.int_range(pl.len()).over(_SERIES) + 2).cast(pl.Int32).alias("phase"),
    )
    begun = points.sort("period", maintain_order=True).join_asof(
        starts.sort("begun"), left_on="period", right_on="begun", by=_SERIES, strategy="backward"
    )
    phases = begun.with_columns(pl.col("phase").fill_null(1)).drop("begun")
    return phases.sort("series", "period", maintain_order=True)


def _metric_facts() -> pl.DataFrame:
    """Return per metric what its entry says, and its place in the catalogue."""
    return pl.DataFrame(
        [
            (
                metric.name,
                metric.better,
                scale_of(metric),
                metric.settles_after,
                records_of(tables_of(metric)[0]),
                place,
            )
            for place, metric in enumerate(CHARTED)
        ],
        schema={
            "metric": pl.String,
            "better": pl.String,
            "scale": pl.Float64,
            "settles_after": pl.Int64,
            "subject": pl.String,
            "catalogue_place": pl.Int32,
        },
        orient="row",
    )


def _series(night: Night, charted: pl.DataFrame) -> pl.DataFrame:
    """Return one row per series: its newest limits, target and assurance, and what it proposes."""
    targets = night.warehouse.query(_TARGETS, [night.as_of])
    is_watched = watched(charted).with_columns(pl.lit(True).alias("is_watched"))
    newest = charted.group_by("series", maintain_order=True).agg(
        pl.col(*_SERIES, "chart", "better").first(),
        pl.len().alias("points"),
        pl.col("period").first().alias("first_period"),
        pl.col("period").last().alias("last_period"),
        pl.col("phase", "is_provisional").last(),
        _scale().first().alias("scale"),
        *((pl.col(name) * _scale()).last() for name in ("centre", "lower", "upper")),
    )
    with_target = (
        newest.join(targets, on=["metric", "org_unit_id"], how="left", maintain_order="left")
        .join(is_watched, on="series", how="left", maintain_order="left")
        .join(_proposals(charted, is_watched), on="series", how="left", maintain_order="left")
    )
    return with_target.select(
        "series",
        *_SERIES,
        "chart",
        "points",
        "first_period",
        "last_period",
        "phase",
        "centre",
        "lower",
        "upper",
        "is_provisional",
        pl.col("is_watched").fill_null(False),
        "target",
        assurance(
            target=pl.col("target"),
            lower=pl.col("lower"),
            upper=pl.col("upper"),
            better=pl.col("better"),
            chart=pl.col("chart"),
            is_provisional=pl.col("is_provisional"),
        ).alias("assurance"),
        "rebase_from",
        pl.col("rebase_centre") * pl.col("scale"),
    )


def _proposals(charted: pl.DataFrame, is_watched: pl.DataFrame) -> pl.DataFrame:
    """Return the rebases that are proposed: only where signals are raised are new limits needed."""
    return propose_rebases(charted.join(is_watched, on="series", how="semi"))


def _signals(night: Night, points: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.signals` of watched points."""
    warehouse = night.warehouse
    ends = pl.coalesce(
        pl.when(pl.col("grain") == grain).then(pl.col("period").dt.offset_by(every))
        for grain, every in (ONE_PERIOD | {"event": "1d"}).items()
    ).dt.offset_by("-1d")
    scaled = points.with_columns(ends.alias("ends_on"), *_in_unit())
    targets = set(warehouse.query("select distinct metric from reference.targets")["metric"])
    weights = _metric_facts().select(
        "metric",
        "subject",
        (
            pl.col("metric").is_in(sorted(targets)).cast(pl.Int32) * len(METRICS)
            - pl.col("catalogue_place")
        ).alias("weight"),
    )
    tree = warehouse.query("select org_unit_id, ancestor_id, depth from reference.org_unit_tree")
    found = find_signals(scaled).join(
        _metric_facts().select("metric", "settles_after"), on="metric", maintain_order="left"
    )
    known = (pl.col("known_on") + pl.duration(days="settles_after")).alias("known_on")
    led = lead_signals(found.with_columns(known).drop("settles_after"), tree, weights)
    owned = led.join(
        signal_owners(warehouse.query),
        on=["metric", "org_unit_id"],
        how="left",
        maintain_order="left",
    )
    units = warehouse.query("select id as org_unit_id, name, name_zh from reference.org_units")
    shown = _without_few(night, owned).drop("series", "phase")
    return with_sentences(shown, units, currency=night.home.settings.currency)


def _public(night: Night, points: pl.DataFrame) -> pl.DataFrame:
    """Return points as they are read: in the metric's unit, few answers hidden."""
    shown = points.select(
        *_SERIES,
        "chart",
        "period",
        "phase",
        "number",
        *_in_unit(),
        "numerator",
        "denominator",
        "rule",
        "side",
        "verdict",
        "is_baseline",
        "is_provisional",
    )
    return _without_few(night, shown)


def _in_unit() -> list[pl.Expr]:
    return [(pl.col(name) * _scale()).alias(name) for name in _SCALED]


def _scale() -> pl.Expr:
    # Distances between events are cases or days, whatever the unit of the metric.
    return pl.when(pl.col("grain") == "event").then(1.0).otherwise(pl.col("scale"))


def _without_few(night: Night, rows: pl.DataFrame) -> pl.DataFrame:
    """Hide how far apart answers are where fewer than the minimum lie between them."""
    answered = [metric.name for metric in CHARTED if metric.answers]
    few = pl.col("metric").is_in(answered) & (
        pl.col("denominator") < night.home.settings.minimum_answers
    )
    return rows.with_columns(
        pl.when(~few.fill_null(False)).then(pl.col(name)).alias(name)
        for name in ("value", "numerator", "denominator")
    )
