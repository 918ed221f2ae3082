"""Stage 4, marts about surveys: every survey with the case behind it and what is known of that.

To add a fact of the case: `transforms/satisfaction.py` says where. To add a mart: an asset here,
its name in `stages` (pipelines/definitions.py) and in `_MARTS` (pipelines/release/assets.py).
"""

from __future__ import annotations

from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from transforms.prepared import prepare
from transforms.satisfaction import DELIVERY_FACTS, DURATION_TITLES, TICKET_FACTS, delivery_facts
from transforms.surveys import SCORES, prepare_surveys

_SQL = Path(__file__).parent / "sql" / "survey_facts.sql"
_LINKED_DELIVERIES = (
    "select * from records.deliveries where waybill_no in ("
    "select subject_id from records.surveys where subject = 'delivery' union all "
    "select waybill_no from records.tickets where ticket_id in ("
    "select subject_id from records.surveys where subject = 'ticket'))"
)


@asset(
    key=key_of("marts", "survey_facts"),
    group_name="marts",
    deps=[
        *(key_of("records", kind) for kind in ("surveys", "tickets", "deliveries")),
        key_of("records", "working_hours"),
        key_of("records", "clocks"),
    ],
    required_resource_keys=NIGHT,
)
@on_night("marts", "survey_facts")
def survey_facts(night: Night) -> MaterializeResult:
    """Every survey with its shares of the scale, and how the service behind it went."""
    surveys = night.warehouse.query(_SQL.read_text(encoding="utf-8"))
    shared: pl.DataFrame = prepare_surveys(nw.from_native(surveys.lazy())).to_native().collect()
    deliveries = night.warehouse.query(_LINKED_DELIVERIES)
    behind = deliveries.select("waybill_no", "courier_id").join(
        _facts(night, deliveries), on="waybill_no", how="left"
    )
    is_known = pl.col("said_waybill_no").is_in(deliveries["waybill_no"].implode())
    rows = (
        shared.with_columns(pl.when(is_known).then("said_waybill_no").alias("waybill_no"))
        .join(behind, on="waybill_no", how="left", maintain_order="left")
        .select(
            *("response_id", "evaluator", "method", "subject", "subject_id"),
            *("ticket_id", "waybill_no", "org_unit_id", "agent_id", "courier_id"),
            *("sent_on", "answered_on", "weight"),
            *(f"{score}_share" for score in SCORES),
            *("recommend", "comment"),
            *(*DELIVERY_FACTS, *DURATION_TITLES, *TICKET_FACTS),
        )
    )
    night.warehouse.replace_table("marts.survey_facts", rows)
    linked = rows.filter(pl.any_horizontal(pl.col("ticket_id", "waybill_no").is_not_null()))
    return MaterializeResult(metadata={"rows": rows.height, "linked": linked.height})


def _facts(night: Night, deliveries: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of `deliveries`, as their measures judge them."""
    # A promise needs no calendar; of the slots, those of the other pick-ups will do.
    picked_up = deliveries.filter(pl.col("promised_at").is_null())["picked_up_at"].dt.date()
    slots = night.warehouse.query(
        "select * from reference.slots where day in (select unnest(?))",
        [picked_up.drop_nulls().unique().to_list()],
    )

    def beside(name: str) -> nw.LazyFrame:
        rows = slots if name == "reference.slots" else night.warehouse.query(f"from {name}")
        return nw.from_native(rows.lazy())

    prepared = prepare(
        "deliveries",
        nw.from_native(deliveries.lazy()),
        beside,
        as_of=night.as_of,
        as_of_at=night.as_of_at,
    )
    facts: pl.DataFrame = delivery_facts(prepared).to_native().collect()
    return facts
