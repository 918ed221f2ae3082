"""What `sqm ranking` prints and writes: the notice of ranking of a month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipelines.commands.printing import show_rows, told
from pipelines.questions.ranking_notice import Notice, notice_of, notice_workbook
from pipelines.release.snapshots import open_snapshot
from pipelines.settings import Home

_IN_TABLE = ("rank", "org_unit_id", "score", "band", "rank_from", "rank_to", "change")


def read_notice(home: Home, scope: str, month: date | None) -> Notice:
    """Return the notice of the snapshot that is served. Raises Refusal as `notice_of` does."""
    with open_snapshot(home.snapshots) as snapshot:
        return notice_of(snapshot.query, snapshot.manifest.as_of, scope, month)


def show_ranking(notice: Notice, language: str, format: str) -> None:
    """Print the places, then, as text only, who is not ranked and how it was made.

    JSON and CSV have the units that are not ranked too, with their reason instead of a place.
    """
    ranked = notice.places.to_dicts()
    left_out = notice.not_ranked.to_dicts()
    if format != "table":
        columns = dict.fromkeys((*notice.places.columns, *notice.not_ranked.columns))
        empty = dict.fromkeys(("month", "scope", *columns))
        own = {"month": f"{notice.month:%Y-%m}", "scope": notice.scope}
        show_rows([empty | own | row for row in (*ranked, *left_out)], format)
        return
    print(notice.title.told(language))
    show_rows(
        ranked,
        format,
        table_columns=(*_IN_TABLE[:1], told(language, "name", "name_zh"), *_IN_TABLE[1:]),
    )
    for row in left_out:
        name, reason = (told(language, row[c], row[f"{c}_zh"]) for c in ("name", "reason"))
        print(told(language, f"Not ranked: {name}. {reason}", f"未排名：{name}。{reason}"))
    print(notice.method.told(language))


def write_ranking(notice: Notice, home: Home, file: Path) -> None:
    """Write the notice as a workbook in the language of the home."""
    settings = home.settings
    file.write_bytes(notice_workbook(notice, settings.organisation, settings.language))
