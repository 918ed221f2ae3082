"""What is planted in the landed files themselves: late, doubled, cut off, missing, and bad rows.

Days are counted back from the period's end, as in `incidents.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

from pipelines.simulation.period import Period
from transforms.refusal import Sentence


@dataclass(frozen=True)
class FileIncident:
    """One planted fault of delivery: what, on which local days, and which files show it."""

    name: str
    what: Sentence
    first_day: date
    last_day: date
    files: tuple[str, ...]

    def lasts(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class FileIncidents:
    """Every fault of the daily delivery files."""

    late: FileIncident
    doubled: FileIncident
    cut_off: FileIncident
    duplicates: FileIncident
    missing: FileIncident
    unknown_outlet: FileIncident
    unreadable: FileIncident

    def inside(self, period: Period) -> list[FileIncident]:
        """Return those that lie in `period`."""
        incidents = (getattr(self, field.name) for field in fields(self))
        return [incident for incident in incidents if incident.first_day >= period.first_day]


@dataclass(frozen=True)
class BadRows:
    """Rows of one landed file that break the same rules, by the ids they have in the export."""

    source: str
    file: str
    rules: tuple[str, ...]
    ids: list[str]


def plan_file_incidents(period: Period) -> FileIncidents:
    """Return the faults of a period, some of which may lie before its first day."""

    def before_end(days: int) -> date:
        return period.last_day - timedelta(days=days)

    def day_files(*days: date) -> tuple[str, ...]:
        return tuple(f"deliveries/{day_file(day)}" for day in days)

    late_from, late_with = before_end(46), before_end(39)
    doubled, cut_off, duplicates = before_end(235), before_end(332), before_end(262)
    missing, unknown, unreadable = before_end(284), before_end(53), before_end(23)
    return FileIncidents(
        late=FileIncident(
            "late_file",
            Sentence(
                "Two fifths of the first day's rows came a week late, in the last day's file, "
                "whose name sorts last.",
                "首日五分之二的记录晚到一周，混在末日的文件里，且该文件按文件名排在最后。",
            ),
            late_from,
            late_with,
            (*day_files(late_from), f"deliveries/{late_file(late_with)}"),
        ),
        doubled=FileIncident(
            "doubled_file",
            Sentence(
                "The file of the day was delivered twice, under two names.",
                "当日文件以两个文件名重复送达。",
            ),
            doubled,
            doubled,
            (*day_files(doubled), f"deliveries/{copy_file(doubled)}"),
        ),
        cut_off=FileIncident(
            "truncated_file",
            Sentence(
                "The file of the day ends in the middle of a row, and the whole one never came.",
                "当日文件在某一行中间截断，完整文件始终未送达。",
            ),
            cut_off,
            cut_off,
            day_files(cut_off),
        ),
        duplicates=FileIncident(
            "duplicates",
            Sentence(
                "The file of the day has every row twice.",
                "当日文件中每一行都出现两次。",
            ),
            duplicates,
            duplicates,
            day_files(duplicates),
        ),
        missing=FileIncident(
            "missing_day",
            Sentence("The file of the day never came.", "当日文件始终未送达。"),
            missing,
            missing,
            (),
        ),
        unknown_outlet=FileIncident(
            "unknown_outlet",
            Sentence(
                "One row in ten names an outlet that org_units.csv does not know.",
                "每十行中有一行的网点不在 org_units.csv 中。",
            ),
            unknown,
            unknown + timedelta(days=2),
            day_files(*(unknown + timedelta(days=number) for number in range(3))),
        ),
        unreadable=FileIncident(
            "unreadable_dates",
            Sentence(
                "Two rows have a pick-up time that is no time.",
                "有两行的揽收时间无法识别。",
            ),
            unreadable,
            unreadable,
            day_files(unreadable),
        ),
    )


def day_file(day: date) -> str:
    return f"deliveries_{day:%Y%m%d}.csv"


def late_file(day: date) -> str:
    return f"deliveries_late_{day:%Y%m%d}.csv"


def copy_file(day: date) -> str:
    return f"deliveries_{day:%Y%m%d}_copy.csv"
