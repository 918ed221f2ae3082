"""The truth about the demo: what was written and what was planted in it (landing/planted.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.simulation.file_incidents import BadRows, FileIncident
from pipelines.simulation.incidents import Effect, Incident
from pipelines.simulation.period import Period

FILE = "planted.json"
_WARM_UP = timedelta(days=21)
# Measured in elapsed time or counts of work: holidays and seasons show in them, and should.
_FOLLOW_THE_CALENDAR = (
    "tickets_opened",
    "tickets_resolved",
    "complaints_opened",
    "deliveries_picked_up",
    "deliveries_delivered",
    "resolution_hours_mean",
    "resolution_hours_median",
    "resolution_hours_p90",
    "first_response_minutes_median",
    "first_response_minutes_p90",
    "delivery_hours_mean",
    "delivery_hours_median",
    "delivery_hours_p90",
    "delivered_within_48h_share",
    "delivered_within_72h_share",
    "stage_hours_mean",
    "stage_hours_median",
    "surveys_answered",
    "backlog_open",
    "backlog_overdue",
    "backlog_age_days_mean",
    "revenue_actual",
    "cost_actual",
)


@dataclass(frozen=True)
class Planted:
    """What `simulate` wrote.

    `rows_drawn`   records per source as they really were
    `rows_landed`  rows in the landed files, without those of the truncated one
    `quiet_from`   before it, nothing opened earlier is there yet: backlog and durations still grow
    """

    seed: int
    first_day: date
    last_day: date
    quiet_from: date
    rows_drawn: Mapping[str, int]
    rows_landed: Mapping[str, int]
    incidents: Sequence[Incident]
    file_incidents: Sequence[FileIncident]
    bad_rows: Sequence[BadRows]

    def write(self, landing: Path) -> None:
        """Write the truth beside the landed files, where no source looks."""
        text = json.dumps(self._as_json(), ensure_ascii=False, indent=1, default=str)
        (landing / FILE).write_text(text + "\n", encoding="utf-8")

    def _as_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "quiet_from": self.quiet_from,
            "follow_the_calendar": _FOLLOW_THE_CALENDAR,
            "rows_drawn": dict(self.rows_drawn),
            "rows_landed": dict(self.rows_landed),
            "incidents": [
                _told(incident)
                | {
                    "where": incident.where,
                    "effects": [_known(effect) for effect in incident.effects],
                }
                for incident in self.incidents
            ]
            + [_told(incident) | {"files": incident.files} for incident in self.file_incidents],
            "bad_rows": [asdict(rows) for rows in self.bad_rows],
        }


def quiet_from(period: Period) -> date:
    """Return the first day on which the work carried over is as much as on any other day."""
    return period.first_day + _WARM_UP


def _told(incident: Incident | FileIncident) -> dict[str, Any]:
    return {
        "name": incident.name,
        "what": incident.what._asdict(),
        "from": incident.first_day,
        "to": incident.last_day,
    }


def _known(effect: Effect) -> dict[str, Any]:
    return {key: value for key, value in asdict(effect).items() if value is not None}
