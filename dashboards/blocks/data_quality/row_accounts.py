"""What became of all rows: the account as a sentence, the files that do not count, and the account
by source and by batch.

To show another fact of a batch: a column of `sql/rows_by_batch.sql` and its title in `by_batch`.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards.blocks.data_quality.freshness import late_kinds
from dashboards.blocks.frame import Tone, opening
from dashboards.blocks.plain_text import in_markdown
from dashboards.blocks.tables import table
from dashboards.filters import asked, choose
from dashboards.language import _, either, n_, number, told
from dashboards.menu import find_view
from dashboards.snapshot_reader import Reader, refused_files_of
from dashboards.vocabulary import words
from transforms.refusal import Sentence

_COUNTS = ("rows_read", "accepted", "superseded", "quarantined")
_FILES_TOLD = 8
_FILE_STATES = {
    "refused": Sentence("Refused", "无法接收"),
    "doubled": Sentence("Came twice", "重复提供"),
    "taken": Sentence("Taken in", "已接收"),
}
_BATCHES = {
    "all": Sentence("All batches", "全部批次"),
    "held": Sentence("Only with held rows", "仅有隔离行的批次"),
    "refused": Sentence("Only refused", "仅被拒批次"),
    "unaccounted": Sentence("Only those that do not add up", "仅行数不符的批次"),
}


def open_with_account(reader: Reader) -> None:
    """Open the page with whether every row is accounted for; beneath, what lacks."""
    account = reader.rows("rows_by_source").select(pl.col(*_COUNTS, "still_held").sum())
    totals = account.row(0, named=True)
    unaccounted = reader.rows("rows_by_batch", which="unaccounted").height
    not_counted = _files_not_counted(reader)
    lacks = [*_about_held(totals), *_about_files(not_counted), *late_kinds(reader)]
    tone: Tone = "bad" if unaccounted else "warn" if lacks else "calm"
    if totals["rows_read"] and not unaccounted:
        lacks.insert(0, _("Every row is accounted for."))
    opening(
        told(find_view("data_quality").title),
        _account(totals, unaccounted),
        tone,
        " ".join(lacks),
    )


def files_not_counted(reader: Reader) -> None:
    """List the files that were refused or came twice, each with its sentence."""
    files = _files_not_counted(reader)
    if files.is_empty():
        st.caption(_("Every file that landed could be read and counts once."))
        return
    shown = files.head(_FILES_TOLD)
    st.markdown(
        "\n".join(
            f"- **{state}** {in_markdown(why)}"
            for state, why in shown.select("state", "why").iter_rows()
        )
    )
    with st.expander(_("All of them as a table"), icon=":material/table:"):
        table(
            reader,
            files,
            {"file": _("File"), "source": _("Source"), "state": _("State"), "why": _("Why")},
            name="files_not_counted",
            title=_("Files that do not count"),
        )


def by_source(reader: Reader) -> None:
    """Show what became of the rows of every source."""
    rows = reader.rows("rows_by_source")
    table(
        reader,
        rows.with_columns(words(rows["kind"])),
        {
            "source": _("Source"),
            "kind": _("Kind"),
            "batches": _("Batches"),
            "refused_batches": _("Refused batches"),
            **_outcome_titles(),
            "still_held": _("Held and not replaced since"),
        },
        name="rows_by_source",
        title=_("Rows by source"),
        kinds=dict.fromkeys((*_COUNTS, "batches", "refused_batches", "still_held"), "count"),
    )


def by_batch(reader: Reader) -> None:
    """Show what became of the rows of every batch; the URL says of which batches."""
    which = asked(
        "batches", tuple(_BATCHES), "all", called=Sentence("choice of batches", "批次范围")
    )
    with st.expander(
        _("Every batch"), icon=":material/inventory_2:", expanded="batches" in st.query_params
    ):
        choose(
            "batches",
            _("Which batches"),
            tuple(_BATCHES),
            which,
            usual="all",
            written=lambda which: told(_BATCHES[which]),
        )
        rows = reader.rows("rows_by_batch", which=which)
        if rows.is_empty():
            st.caption(_("There is no such batch."))
            return
        st.caption(_("The magnifier above the table searches it, for instance for a file."))
        table(
            reader,
            rows.with_columns(
                words(rows["kind"]), _states(rows["state"]), _sentences(rows).alias("why")
            ),
            {
                "batch_number": _("Batch"),
                "file": _("File"),
                "source": _("Source"),
                "kind": _("Kind"),
                "state": _("State"),
                **_outcome_titles(),
                "unused_columns": _("Columns that nothing reads"),
                "why": _("Why"),
            },
            name=f"rows_by_batch_{which}",
            title=_("Rows by batch"),
            kinds=dict.fromkeys((*_COUNTS, "batch_number"), "count"),
        )


def _outcome_titles() -> dict[str, str]:
    return {
        "rows_read": _("Rows read"),
        "accepted": _("Count"),
        "superseded": _("Superseded"),
        "quarantined": _("Held"),
        "is_accounted_for": _("Adds up"),
    }


def _account(account: dict[str, Any], unaccounted: int) -> str:
    if unaccounted:
        return n_(
            "{n} batch does not add up: some of its rows are not accounted for.",
            "{n} batches do not add up: some of their rows are not accounted for.",
            unaccounted,
        ).format(n=number(unaccounted))
    if not account["rows_read"]:
        return _("No rows have come in yet.")
    return _(
        "{read} rows read: {accepted} count, {superseded} were superseded, {held} are held."
    ).format(
        read=number(account["rows_read"]),
        accepted=number(account["accepted"]),
        superseded=number(account["superseded"]),
        held=number(account["quarantined"]),
    )


def _about_held(account: dict[str, Any]) -> list[str]:
    if not account["quarantined"]:
        return []
    waiting = account["still_held"]
    if waiting == account["quarantined"]:
        return [_("Held rows count in no figure until they are mended.")]
    return [
        n_(
            "{n} held row waits to be mended; newer rows have replaced the others.",
            "{n} held rows wait to be mended; newer rows have replaced the others.",
            waiting,
        ).format(n=number(waiting))
    ]


def _about_files(files: pl.DataFrame) -> list[str]:
    if files.is_empty():
        return []
    n = files.height
    told_count = n_("{n} file does not count.", "{n} files do not count.", n)
    return [told_count.format(n=number(n))]


def _files_not_counted(reader: Reader) -> pl.DataFrame:
    """Return file, source, state and why: of files never read, and of batches refused later."""
    columns = ("file", "source", "state", "en", "zh")
    landed = pl.DataFrame(
        refused_files_of(reader.home), schema=dict.fromkeys(columns, pl.String), orient="row"
    )
    batches = reader.rows("rows_by_batch", which="refused").select(columns)
    files = pl.concat([landed, batches])
    return files.with_columns(_states(files["state"]), _sentences(files).alias("why"))


def _states(states: pl.Series) -> pl.Series:
    return states.replace({state: told(words) for state, words in _FILE_STATES.items()})


def _sentences(rows: pl.DataFrame) -> pl.Series:
    """Return the sentence of each row in the language spoken now, empty where it has none."""
    return pl.Series(
        [either(en, zh) for en, zh in rows.select("en", "zh").iter_rows()], dtype=pl.String
    )
