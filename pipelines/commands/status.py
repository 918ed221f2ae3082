"""What the store says of itself: freshness, conservation, held rows, snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.ledger import Ledger
from pipelines.release.snapshots import current_id, list_snapshots, open_snapshot
from pipelines.settings import Home
from quality.contracts import RECORD_KINDS
from quality.gate import rule_sentence
from transforms.refusal import Refusal

_ACCOUNT = "marts.conservation"
_KINDS = Path(__file__).with_name("status_kinds.sql")


def status_of(home: Home) -> dict[str, Any]:
    """Return how fresh and complete the current snapshot is, as plain values.

    `snapshot`, `as_of`, `made_at`; `kinds`: per record kind its batches, rows and the days they
    cover, with the number of days without any row; `batches`: the account of every batch;
    `refused_files`: landed files that could not be read; `warnings`: units in amber or red now;
    `last_run`.

    Raises Refusal when no snapshot is served, or one of a release that kept no account of its rows.
    """
    with Ledger(home.ledger) as ledger:
        runs = ledger.runs(1)
        refused = [
            {"source": file.source, "file": file.file, "en": file.en, "zh": file.zh}
            for file in ledger.landed_files().values()
            if file.state == "refused"
        ]
    with open_snapshot(home.snapshots) as snapshot:
        if _ACCOUNT not in snapshot.manifest.tables:
            raise Refusal(
                "Snapshot {snapshot} was made by an older release, which kept no account of its "
                "rows: run `sqm nightly`.",
                "快照 {snapshot} 由旧版本生成，没有数据行的去向统计：请运行 `sqm nightly`。",
                snapshot=snapshot.id,
            )
        return {
            "snapshot": snapshot.id,
            "as_of": snapshot.manifest.as_of.isoformat(),
            "made_at": snapshot.manifest.made_at.isoformat(),
            "kinds": snapshot.query(_KINDS.read_text(encoding="utf-8")).to_dicts(),
            "batches": snapshot.query(
                "select * from intake.batches order by batch_number"
            ).to_dicts(),
            "refused_files": refused,
            "warnings": snapshot.query(
                "select rule_id, metric, org_unit_id, period::varchar as period, value, state, "
                "since::varchar as since from marts.warnings "
                "where is_latest and state <> 'normal' order by state desc, rule_id, org_unit_id"
            ).to_dicts(),
            "last_run": runs[0] if runs else None,
        }


def held_rows(
    home: Home, *, kind: str | None = None, rule: str | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Return rows in quarantine that no newer row has replaced, with their rules in words.

    Raises Refusal for a kind that does not exist.
    """
    if kind is not None and kind not in RECORD_KINDS:
        raise Refusal(
            "{kind} is no record kind: use one of {kinds}.",
            "{kind} 不是记录类型：可用 {kinds}。",
            kind=kind,
            kinds=", ".join(RECORD_KINDS),
        )
    with open_snapshot(home.snapshots) as snapshot:
        rows = snapshot.query(
            "select kind, source, file, row_number, day::varchar as day, org_unit_id, "
            "broken_rules, landed from marts.held_rows where not is_replaced "
            "and ($kind is null or kind = $kind) "
            "and ($rule is null or list_contains(broken_rules, $rule)) "
            "order by kind, source, file, row_number limit $limit",
            {"kind": kind, "rule": rule, "limit": limit},
        ).to_dicts()
    for row in rows:
        told = [rule_sentence(RECORD_KINDS[row["kind"]], name) for name in row["broken_rules"]]
        row["en"], row["zh"] = "; ".join(t.en for t in told), "；".join(t.zh for t in told)
    return rows


def snapshot_rows(home: Home) -> list[dict[str, Any]]:
    """Return the snapshots that are kept, newest first, and which one is served."""
    current = current_id(home.snapshots)
    return [
        {
            "snapshot": published.id,
            "as_of": published.manifest.as_of.isoformat(),
            "made_at": published.manifest.made_at.isoformat(),
            "megabytes": round(published.manifest.file_bytes / 1e6, 1),
            "is_served": published.id == current,
        }
        for published in list_snapshots(home.snapshots)
    ]
