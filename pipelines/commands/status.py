"""What the store says of itself: freshness, conservation, held rows, snapshots."""

from __future__ import annotations

from typing import Any

from pipelines.ledger import Ledger
from pipelines.settings import Home
from pipelines.snapshots import Snapshot, current_id, list_snapshots, open_snapshot
from quality.contracts import RECORD_KINDS
from quality.contracts.kind import RecordKind
from quality.gate import rule_sentence
from transforms.refusal import Refusal

_DAILY = ("tickets", "ticket_events", "deliveries", "delivery_events", "surveys")


def status_of(home: Home) -> dict[str, Any]:
    """Return how fresh and complete the current snapshot is, as plain values.

    `snapshot`, `as_of`, `made_at`; `kinds`: per record kind its batches, rows and the days they
    cover, with the number of days without any row; `batches`: the account of every batch;
    `refused_files`: landed files that could not be read; `warnings`: units in amber or red now;
    `last_run`.
    """
    with Ledger(home.ledger) as ledger:
        runs = ledger.runs(1)
        refused = [
            {"source": file.source, "file": file.file, "en": file.en, "zh": file.zh}
            for file in ledger.landed_files().values()
            if file.state == "refused"
        ]
    with open_snapshot(home.snapshots) as snapshot:
        return {
            "snapshot": snapshot.id,
            "as_of": snapshot.manifest.as_of.isoformat(),
            "made_at": snapshot.manifest.made_at.isoformat(),
            "kinds": [
                {**row, **_coverage(snapshot, RECORD_KINDS[row["kind"]])}
                for row in snapshot.query(
                    "select kind, count(*) as batches, sum(rows_read)::bigint as rows_read, "
                    "sum(accepted)::bigint as accepted, sum(superseded)::bigint as superseded, "
                    "sum(quarantined)::bigint as quarantined "
                    "from intake.batches group by kind order by kind"
                ).to_dicts()
            ],
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


def _coverage(snapshot: Snapshot, kind: RecordKind) -> dict[str, Any]:
    """Return the first and last day with rows, and how many days between have none.

    Books and budgets come by month or year: their gaps say nothing and are left out.
    """
    day = f'"{kind.day}"'
    gaps = f"max({day}) - min({day}) + 1 - count(distinct {day})"
    (row,) = snapshot.query(
        f"select min({day})::varchar as first_day, max({day})::varchar as last_day, "
        f"{gaps if kind.name in _DAILY else 'null'} as days_without_rows "
        f"from records.{kind.name}"
    ).to_dicts()
    return row


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
