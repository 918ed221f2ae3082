"""Stage 4, marts about the rows themselves: what came, what counts, what is held, which days lack.

To add one: an asset here, its name in `stages` (pipelines/definitions.py) and in `_MARTS`
(pipelines/release/assets.py). A kind that comes every day is named in `_DAILY`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from pipelines.warehouse import quoted
from quality.contracts import RECORD_KINDS
from quality.gate import rule_sentence

_HELD = key_of("marts", "held_rows")
_WITH_EVENTS = ("tickets", "ticket_events", "deliveries", "delivery_events")
_ODD_EVENTS = Path(__file__).parent / "sql" / "odd_events.sql"
# Books, budgets and duties come by month or year: a day without any of them says nothing.
_DAILY = ("tickets", "ticket_events", "deliveries", "delivery_events", "surveys")


@asset(
    key=key_of("marts", "conservation"),
    group_name="marts",
    deps=[_HELD],
    required_resource_keys=NIGHT,
)
@on_night("marts", "conservation")
def conservation(night: Night) -> MaterializeResult:
    """What became of all rows of every source, and from which day to which it has records."""
    batches = night.warehouse.query(
        "select source, kind, count(*) as batches, "
        "count(*) filter (where state = 'refused') as refused_batches, "
        "sum(rows_read)::bigint as rows_read, sum(accepted)::bigint as accepted, "
        "sum(superseded)::bigint as superseded, sum(quarantined)::bigint as quarantined "
        "from intake.batches group by all"
    )
    rows = (
        batches.join(_held(night, "source"), on=["source", "kind"], how="left")
        .with_columns(pl.col("still_held").fill_null(0))
        .join(_spans(_recorded(night)), on=["source", "kind"], how="left")
        .sort("source", "kind")
    )
    night.warehouse.replace_table("marts.conservation", rows)
    return MaterializeResult(metadata={"sources": rows.height})


@asset(
    key=key_of("marts", "coverage"),
    group_name="marts",
    deps=[_HELD],
    required_resource_keys=NIGHT,
)
@on_night("marts", "coverage")
def coverage(night: Night) -> MaterializeResult:
    """Records and held rows by kind and day; for kinds that come daily also the days without."""
    days = ["kind", "day"]
    recorded = _recorded(night).group_by(days).agg(pl.col("rows").sum())
    held = (
        _held(night, "day").filter(pl.col("day").is_not_null()).rename({"still_held": "held_rows"})
    )
    expected = (
        recorded.filter(pl.col("kind").is_in(_DAILY))
        .group_by("kind")
        .agg(pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"))
        .select("kind", pl.date_ranges("first_day", "last_day").alias("day"))
        .explode("day")
    )
    rows = (
        pl.concat([part.select(days) for part in (recorded, held, expected)])
        .unique()
        .join(recorded, on=days, how="left")
        .join(held, on=days, how="left")
        .with_columns(pl.col("rows", "held_rows").fill_null(0))
        .sort(days)
    )
    night.warehouse.replace_table("marts.coverage", rows)
    return MaterializeResult(metadata={"rows": rows.height})


@asset(
    key=key_of("marts", "held_by_rule"),
    group_name="marts",
    deps=[_HELD],
    required_resource_keys=NIGHT,
)
@on_night("marts", "held_by_rule")
def held_by_rule(night: Night) -> MaterializeResult:
    """How many rows each rule still holds, by kind and source, with the rule in words."""
    held = night.warehouse.query(
        "select kind, source, rule, count(*) as rows, min(day) as first_day, "
        "max(day) as last_day, count(distinct file) as files "
        "from (select kind, source, day, file, unnest(broken_rules) as rule "
        "from marts.held_rows where not is_replaced) group by all"
    )
    rows = held.join(_sentences(held), on=["kind", "rule"]).select(
        *("kind", "source", "rule", "sentence_en", "sentence_zh"),
        *("rows", "first_day", "last_day", "files"),
    )
    night.warehouse.replace_table("marts.held_by_rule", rows.sort("kind", "source", "rule"))
    return MaterializeResult(metadata={"rules": held["rule"].n_unique()})


@asset(
    key=key_of("marts", "odd_events"),
    group_name="marts",
    deps=[key_of("records", kind) for kind in _WITH_EVENTS],
    required_resource_keys=NIGHT,
)
@on_night("marts", "odd_events")
def odd_events(night: Night) -> MaterializeResult:
    """Events that fit no record, lie before it, or begin a pause that nothing ends."""
    policies = night.reference.tables["sla_policies"]
    pausing = policies["pause_statuses"].explode(empty_as_null=True).drop_nulls().unique()
    rows = night.warehouse.query(
        _ODD_EVENTS.read_text(encoding="utf-8"), {"pausing": pausing.to_list()}
    )
    night.warehouse.replace_table("marts.odd_events", rows)
    return MaterializeResult(metadata={"rows": rows.height})


def _recorded(night: Night) -> pl.DataFrame:
    """Return `rows`, the number of records, by kind, source and `day`; the undated do not count."""
    of_kinds = (
        f"select '{kind.name}' as kind, source, {quoted(kind.day)} as day, count(*) as rows "
        f"from records.{kind.name} where {quoted(kind.day)} is not null group by all"
        for kind in RECORD_KINDS.values()
    )
    return night.warehouse.query(" union all ".join(of_kinds))


def _held(night: Night, column: str) -> pl.DataFrame:
    """Return `still_held`, the rows in quarantine not replaced since, by kind and `column`."""
    return night.warehouse.query(
        f"select kind, {column}, count(*) as still_held from marts.held_rows "
        "where not is_replaced group by all"
    )


def _spans(recorded: pl.DataFrame) -> pl.DataFrame:
    """Return first_day, last_day and days_without_rows (of daily kinds) by source and kind."""
    day = pl.col("day")
    without = (day.max() - day.min()).dt.total_days() + 1 - day.n_unique()
    return (
        recorded.group_by("source", "kind")
        .agg(day.min().alias("first_day"), day.max().alias("last_day"), without.alias("without"))
        .with_columns(
            pl.when(pl.col("kind").is_in(_DAILY)).then("without").alias("days_without_rows")
        )
        .drop("without")
    )


def _sentences(held: pl.DataFrame) -> pl.DataFrame:
    """Return what each rule of `held` demands: kind, rule, sentence_en, sentence_zh."""
    rules = held.select("kind", "rule").unique().rows()
    told = [(kind, rule, *rule_sentence(RECORD_KINDS[kind], rule)) for kind, rule in rules]
    columns = ("kind", "rule", "sentence_en", "sentence_zh")
    return pl.DataFrame(told, schema=dict.fromkeys(columns, pl.String), orient="row")
