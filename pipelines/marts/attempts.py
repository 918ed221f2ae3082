"""Stage 4, marts about delivery attempts: those that look as if nobody had tried.

To add a reason: its code in sql/suspicious_attempts.sql, its thresholds here.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night

_SQL = Path(__file__).parent / "sql" / "suspicious_attempts.sql"
# A parcel handed over within minutes of the first attempt was handed over at it.
_HANDED_OVER = timedelta(minutes=5)
# A round takes hours, and its parcels are scanned when it begins.
_SCAN_NEAR = timedelta(hours=4)
_MANY = 5
_AT_ONCE = timedelta(minutes=5)
_BEFORE_END = timedelta(minutes=30)


@asset(
    key=key_of("marts", "suspicious_attempts"),
    group_name="marts",
    deps=[
        key_of("records", "deliveries"),
        key_of("records", "delivery_events"),
        key_of("records", "working_hours"),
    ],
    required_resource_keys=NIGHT,
)
@on_night("marts", "suspicious_attempts")
def suspicious_attempts(night: Night) -> MaterializeResult:
    """Failed first attempts without a scan before them, or recorded in bulk as the day ended."""
    rows = night.warehouse.query(
        _SQL.read_text(encoding="utf-8"),
        {
            "time_zone": night.home.settings.time_zone,
            "handed_over": _HANDED_OVER,
            "scan_near": _SCAN_NEAR,
            "many": _MANY,
            "at_once": _AT_ONCE,
            "before_end": _BEFORE_END,
        },
    )
    night.warehouse.replace_table("marts.suspicious_attempts", rows)
    return MaterializeResult(metadata={"rows": rows.height})
