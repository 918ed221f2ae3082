"""What `sqm signals` prints: what stood out on control charts, as sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.commands.printing import show_rows, told
from pipelines.release.snapshots import open_snapshot
from pipelines.settings import Home
from transforms.refusal import Refusal

_SIGNALS = """
with recursive below as (
    select id from reference.org_units where id = $unit
    union all
    select unit.id from below join reference.org_units as unit on unit.parent_id = below.id
)
select * from marts.signals
where ($unit is null or org_unit_id in (select id from below))
    and ($first is null or last_on >= $first::date)
    and ($last is null or known_on <= $last::date)
    and (is_open or not $only_open)
order by known_on desc, is_leading desc, signal_id
"""
_IN_TABLE = ("known_on", "verdict", "metric", "org_unit_id", "grain", "is_open")


def read_signals(
    home: Home,
    *,
    only_open: bool = False,
    first: date | None = None,
    last: date | None = None,
    unit: str | None = None,
) -> list[dict[str, Any]]:
    """Return rows of marts.signals, newest first; those that were open between two days.

    `unit` stands for itself and all units below it. Raises Refusal when there is no such unit.
    """
    with open_snapshot(home.snapshots) as snapshot:
        if unit is not None:
            known = snapshot.query("select id from reference.org_units")["id"].to_list()
            if unit not in known:
                raise Refusal(
                    "There is no org unit {unit} in this snapshot: see the table org_units.",
                    "当前快照中没有机构 {unit}：请查看 org_units 表。",
                    unit=unit,
                )
        values = {"unit": unit, "first": first, "last": last, "only_open": only_open}
        return snapshot.query(_SIGNALS, values).to_dicts()


def show_signals(rows: list[dict[str, Any]], language: str, format: str) -> None:
    """Print signals; a table has those that speak for their cause, JSON and CSV have all."""
    if format != "table":
        show_rows(rows, format)
        return
    leading = [row for row in rows if row["is_leading"]]
    sentence = told(language, "sentence", "sentence_zh")
    show_rows(leading, format, table_columns=(*_IN_TABLE, sentence))
    hidden = len(rows) - len(leading)
    if hidden:
        print(
            told(
                language,
                f"{hidden} more say the same of units below or metrics beside (--format json).",
                f"另有 {hidden} 条由下级机构或相关指标发出、指向同一原因的信号（--format json）。",
            )
        )
