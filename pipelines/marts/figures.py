"""Stage 4, marts: what pages, workbooks and SQL clients read; made anew each night from measures.

Marts about the rows themselves are in `data_quality.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from dagster import MaterializeResult, asset

from pipelines.marts.monthly_figures import monthly_figures
from pipelines.night import Night
from pipelines.questions.metric_queries import ONE_PERIOD, MetricQuery, answer
from pipelines.stages import NIGHT, key_of, on_night
from quality.contracts import RECORD_KINDS
from transforms.catalogue import METRICS, SLICES, Metric, slices_of, tables_of
from transforms.risk import WarningRule, warning_states

_SQL = Path(__file__).parent / "sql"
_MEASURES = [key_of("measures", table) for table in SLICES]
_RECORDS = [key_of("records", kind) for kind in RECORD_KINDS]
_TREE = key_of("marts", "org_unit_tree")
_HELD = key_of("marts", "held_rows")
_BY_ACCOUNT = key_of("marts", "budget_vs_actual")
# Share of the budget from which finance wants a variance explained.
_MATERIAL_SHARE = 0.05


@asset(
    key=_TREE,
    group_name="marts",
    deps=[key_of("records", "working_hours")],
    required_resource_keys=NIGHT,
)
@on_night("marts", "org_unit_tree")
def org_unit_tree(night: Night) -> MaterializeResult:
    """Every unit below every unit, with the units that only the records know."""
    night.warehouse.replace_table(
        "reference.org_unit_tree", night.warehouse.query(_read("org_unit_tree"))
    )
    night.warehouse.remember("minimum_answers", str(night.home.settings.minimum_answers))
    strangers = night.warehouse.query(
        "select count(*) as units from reference.org_units where not is_registered"
    ).item()
    if strangers:
        night.note(
            f"{strangers} org units are not in reference/org_units.csv; they are counted under "
            "their own id.",
            f"有 {strangers} 个机构未登记在 reference/org_units.csv 中，暂以其编号统计。",
        )
    return MaterializeResult(metadata={"units_unregistered": strangers})


@asset(key=_HELD, group_name="marts", deps=_RECORDS, required_resource_keys=NIGHT)
@on_night("marts", "held_rows")
def held_rows(night: Night) -> MaterializeResult:
    """Quarantine, with a mark on the rows whose record has come in well by another row."""
    replaced = " union all ".join(
        f"select '{kind.name}' as kind, {_key_sql(kind.key)} as record_key from records.{kind.name}"
        for kind in RECORD_KINDS.values()
    )
    held = night.warehouse.query(
        "select q.*, coalesce(q.record_key in (select record_key from (" + replaced + ") as k "
        "where k.kind = q.kind), false) as is_replaced from records.quarantine as q"
    )
    night.warehouse.replace_table("marts.held_rows", held)
    still_held = held.height - int(held["is_replaced"].sum())
    if still_held:
        night.note(
            f"{still_held} rows are held in quarantine: see `sqm quarantine`.",
            f"有 {still_held} 行数据被隔离：见 `sqm quarantine`。",
        )
    return MaterializeResult(metadata={"rows": held.height, "rows_still_held": still_held})


@asset(
    key=key_of("marts", "metric_values"),
    group_name="marts",
    deps=[*_MEASURES, _TREE, _HELD],
    required_resource_keys=NIGHT,
)
@on_night("marts", "metric_values")
def metric_values(night: Night) -> MaterializeResult:
    """Every metric by month for every unit at every level, and the dictionary of metrics."""
    values = monthly_figures(night.warehouse.query)
    night.warehouse.replace_table("marts.metric_values", values)
    night.warehouse.replace_table("marts.metrics", _dictionary())
    return MaterializeResult(metadata={"rows": values.height, "metrics": len(METRICS)})


@asset(
    key=key_of("marts", "warnings"),
    group_name="marts",
    deps=[*_MEASURES, _TREE, _HELD],
    required_resource_keys=NIGHT,
)
@on_night("marts", "warnings")
def warnings(night: Night) -> MaterializeResult:
    """State of every warning rule for every unit in its scope, over all complete periods."""
    states = _warning_states(night)
    night.warehouse.replace_table("marts.warnings", states)
    now = states.filter("is_latest")
    counts = {state: now.filter(pl.col("state") == state).height for state in ("amber", "red")}
    return MaterializeResult(metadata={"rows": states.height, **counts})


@asset(
    key=_BY_ACCOUNT,
    group_name="marts",
    deps=[key_of("measures", "finance_entries"), key_of("measures", "budget_months")],
    required_resource_keys=NIGHT,
)
@on_night("marts", "budget_vs_actual")
def budget_vs_actual(night: Night) -> MaterializeResult:
    """Actual against budget by month, unit and account, and from the start of the fiscal year."""
    settings = night.home.settings
    rows = night.warehouse.query(
        _read("budget_vs_actual"),
        {
            "fiscal_year_start": settings.fiscal_year_start,
            "currency": settings.currency,
        },
    )
    night.warehouse.replace_table("marts.budget_vs_actual", rows)
    return MaterializeResult(metadata={"rows": rows.height})


@asset(
    key=key_of("marts", "budget_roll_up"),
    group_name="marts",
    deps=[_BY_ACCOUNT, _TREE],
    required_resource_keys=NIGHT,
)
@on_night("marts", "budget_roll_up")
def budget_roll_up(night: Night) -> MaterializeResult:
    """Actual, budget and the year before by month, unit at every level, and line of accounts."""
    rows = night.warehouse.query(
        _read("budget_roll_up"),
        {"currency": night.home.settings.currency, "material_share": _MATERIAL_SHARE},
    )
    night.warehouse.replace_table("marts.budget_roll_up", rows)
    return MaterializeResult(metadata={"rows": rows.height})


def _read(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _key_sql(key: tuple[str, ...]) -> str:
    """Return the SQL of `pipelines.records.intake.key_text`."""
    return " || chr(31) || ".join(f'"{column}"::varchar' for column in key)


def _dictionary() -> pl.DataFrame:
    """Return one row per metric: what pages and `sqm metrics` show of it."""
    return pl.DataFrame(
        [
            {
                "metric": metric.name,
                "title": metric.title.en,
                "title_zh": metric.title.zh,
                "meaning": metric.meaning.en,
                "meaning_zh": metric.meaning.zh,
                "form": metric.form,
                "unit": metric.unit,
                "better": metric.better,
                "chart": metric.chart,
                "finest_grain": metric.finest,
                "slices": list(slices_of(metric)),
                "measured": list(tables_of(metric)),
                "believable_from": metric.believable[0],
                "believable_to": metric.believable[1],
            }
            for metric in METRICS.values()
        ],
        schema_overrides={
            "slices": pl.List(pl.String),
            "believable_from": pl.Float64,
            "believable_to": pl.Float64,
        },
    )


def _warning_states(night: Night) -> pl.DataFrame:
    """Return what `_judged` says of all rules, with `is_latest`: the newest period of its rule."""
    # Rules without thresholds warn beyond control limits, which are not computed yet.
    rules = night.reference.tables["kri_rules"].filter(
        pl.any_horizontal(pl.col("amber", "red").is_not_null())
    )
    units = night.warehouse.query("select id as org_unit_id, kind from reference.org_units")
    states = [_no_warnings()]
    for row in rules.iter_rows(named=True):
        rule = WarningRule(**{name: row[name] for name in WarningRule.__annotations__})
        metric = METRICS[rule.metric]
        series = answer(
            MetricQuery(
                metric,
                by=("org_unit_id",),
                grain=rule.grain,
                last=_last_complete_day(night, rule.grain),
                rolled_up=True,
            ),
            night.warehouse.query,
        )
        in_scope = units.filter(pl.col("kind") == rule.scope).select("org_unit_id")
        states.append(_judged(rule, metric, series.join(in_scope, on="org_unit_id", how="semi")))
    every = pl.concat(states, how="vertical")
    is_latest = pl.col("period") == pl.col("period").max().over("rule_id")
    return every.with_columns(is_latest.alias("is_latest"))


def _judged(rule: WarningRule, metric: Metric, series: pl.DataFrame) -> pl.DataFrame:
    """Return `transforms.risk.warning_states` and beside them `direction` and `grain` of the rule,
    and `previous`: the value of the period before, null where that was not judged."""
    states = warning_states(rule, metric, series)
    before = states.select(
        "org_unit_id",
        pl.col("period").dt.offset_by(ONE_PERIOD[rule.grain]),
        pl.col("value").alias("previous"),
    )
    return states.join(before, on=["org_unit_id", "period"], how="left").with_columns(
        pl.lit(rule.direction).alias("direction"), pl.lit(rule.grain).alias("grain")
    )


def _last_complete_day(night: Night, grain: str) -> date:
    """Return the last day of the newest period of `grain` that is over at `as_of`."""
    (last,) = night.warehouse.connection.execute(
        f"select (date_trunc('{grain}', ?::date + 1) - interval 1 day)::date", [night.as_of]
    ).fetchone()
    return last


def _no_warnings() -> pl.DataFrame:
    rule = WarningRule("", "tickets_opened", "", "month", "above", 0, 0, 0, 1, None)
    numbers = ("value", "numerator", "denominator", "low", "high")
    return _judged(
        rule,
        METRICS["tickets_opened"],
        pl.DataFrame(
            schema={"org_unit_id": pl.String, "period": pl.Date}
            | dict.fromkeys(numbers, pl.Float64)
        ),
    )
