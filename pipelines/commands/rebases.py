"""What `sqm rebase` does: lists, accepts and takes back new limits of control charts."""

from __future__ import annotations

from datetime import date

from pipelines.commands.printing import show_rows, told
from pipelines.decisions import Series, accept_rebase, read_rebases, undo_rebase
from pipelines.release.snapshots import open_snapshot
from pipelines.settings import Home
from transforms.refusal import Refusal

_IN_TABLE = ("decision", "metric", "org_unit_id", "grain", "from_period", "by", "reason", "at")
_POINTS = """
select min(period) as first, max(period) as last from marts.control_points
where metric = ? and org_unit_id = ? and grain = ?
"""
_PROPOSED = """
select metric, org_unit_id, grain, rebase_from, centre, rebase_centre from marts.control_series
where rebase_from is not null
order by is_watched desc, rebase_from desc, metric, org_unit_id
"""


def show_rebases(home: Home, language: str, format: str) -> None:
    """Print every decision, oldest first; a table also has what is proposed and not decided."""
    decided = read_rebases(home.decisions)
    show_rows(decided.to_dicts(), format, table_columns=_IN_TABLE)
    if format != "table":
        return
    with open_snapshot(home.snapshots) as snapshot:
        proposed = snapshot.query(_PROPOSED)
    of_one = ["metric", "org_unit_id", "grain", "from_period"]
    in_force = decided.group_by(of_one).last().filter(decision="accepted")
    left = proposed.join(
        in_force,
        left_on=["metric", "org_unit_id", "grain", "rebase_from"],
        right_on=of_one,
        how="anti",
        maintain_order="left",
    )
    print(told(language, "Proposed, not accepted:", "建议但尚未接受："))
    show_rows(left.to_dicts(), format, table_columns=left.columns)


def accept(home: Home, series: Series, from_period: date, *, by: str, reason: str) -> None:
    """Have a series start with new limits at `from_period`, from the next night on.

    Raises Refusal when the snapshot has no such series or no point from then on, and as
    `accept_rebase` does.
    """
    with open_snapshot(home.snapshots) as snapshot:
        ((first, last),) = snapshot.query(_POINTS, list(series)).rows()
    if last is None:
        raise Refusal(
            "There is no control chart of {metric} at {unit} by {grain}: nothing was accepted.",
            "没有 {unit} 的 {metric} 按 {grain} 的控制图：未接受任何变更。",
            metric=series.metric,
            unit=series.org_unit_id,
            grain=series.grain,
        )
    if not first < from_period <= last:
        raise Refusal(
            "The control chart of {metric} at {unit} by {grain} goes from {first} to {last}: new "
            "limits begin after its first point, and not after its last.",
            "{unit} 的 {metric} 按 {grain} 的控制图自 {first} 至 {last}："
            "新控制限须晚于首点，且不晚于末点。",
            metric=series.metric,
            unit=series.org_unit_id,
            grain=series.grain,
            first=first,
            last=last,
        )
    accept_rebase(home.decisions, series, from_period, by=by, reason=reason)


def undo(home: Home, series: Series, from_period: date, *, by: str, reason: str) -> None:
    """Take accepted limits back, from the next night on. Raises Refusal as `undo_rebase` does."""
    undo_rebase(home.decisions, series, from_period, by=by, reason=reason)


def say_decided(language: str) -> None:
    """Say that a decision was kept and when it shows."""
    print(
        told(
            language,
            "Kept: drawn from the next night on (`sqm nightly`).",
            "已记录：自下一次夜间流程（`sqm nightly`）起生效。",
        )
    )
