"""Where a record came from: its file and row, older versions of it, rows of it that are held."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.blocks.plain_text import in_markdown, plain
from dashboards.blocks.records.opened_record import OpenedRecord
from dashboards.blocks.short_lists import short_list
from dashboards.language import _, language, n_, number
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word


def origin_of(record: OpenedRecord) -> pl.DataFrame:
    """Return where each version came from: standing, updated_at, source, file, row_number, batch.

    `standing` and `updated_at` are texts.
    """
    standing = pl.when("is_superseded").then(pl.lit(_("superseded")))
    written = record.texts().get("updated_at", pl.Series("updated_at", [""]))
    return record.versions.select(
        standing.otherwise(pl.lit(_("counts"))).alias("standing"),
        written.alias("updated_at"),
        *("source", "file", "row_number", "batch"),
    )


def origin_titles() -> dict[str, str]:
    """Return what the columns of `origin_of` are called."""
    return {
        "standing": _("Version"),
        "updated_at": _("Written"),
        "source": _("Source"),
        "file": _("File"),
        "row_number": _("Row"),
        "batch": _("Batch"),
    }


def changes_of(record: OpenedRecord) -> pl.DataFrame:
    """Return what each newer version changed: file, title, before, after; the newest first."""
    texts = pl.DataFrame(record.texts())
    cells = texts.with_columns(record.versions["file"].alias("_file")).with_row_index("_version")
    return (
        cells.unpivot(index=["_version", "_file"], variable_name="column", value_name="after")
        .with_columns(pl.col("after").shift(-1).over("column").alias("before"))
        .filter(pl.col("before").is_not_null() & (pl.col("before") != pl.col("after")))
        .sort("_version", maintain_order=True)
        .select(
            pl.col("_file").alias("file"),
            pl.col("column").replace(record.titles).alias("title"),
            *("before", "after"),
        )
    )


def change_titles() -> dict[str, str]:
    """Return what the columns of `changes_of` are called."""
    return {
        "title": _("Field"),
        "before": _("Before"),
        "after": _("After"),
        "file": _("Changed by file"),
    }


def held_rows_of(reader: Reader, id: str) -> pl.DataFrame:
    """Return the held rows of an id: kind and rule in words, source, file, row_number, is_replaced,
    once for every rule that each broke."""
    held = reader.rows("held_of_record", id=id)
    return held.select(
        pl.col("kind").replace({kind: word(kind) for kind in held["kind"].unique()}),
        _rule_in_words(),
        *("source", "file", "row_number", "is_replaced"),
    )


def held_titles() -> dict[str, str]:
    """Return what the columns of `held_rows_of` are called."""
    return {
        "rule": _("Rule that it broke"),
        "kind": _("Kind"),
        "source": _("Source"),
        "file": _("File"),
        "row_number": _("Row"),
        "is_replaced": _("A later row came in well"),
    }


def show_origin(reader: Reader, record: OpenedRecord) -> None:
    """Say where a record came from, what newer versions changed, and which rows are held."""
    st.subheader(_("Where it comes from"))
    newest = record.versions.row(0, named=True)
    st.markdown(
        _("Row {row} of the file {file}, read by the source {source}.").format(
            row=number(newest["row_number"]),
            file=plain(newest["file"]),
            source=plain(newest["source"]),
        )
    )
    older = record.versions.filter("is_superseded").height
    if older:
        st.markdown(
            n_(
                "{n} older version has been superseded.",
                "{n} older versions have been superseded.",
                older,
            ).format(n=number(older))
        )
        short_list(origin_of(record), origin_titles(), key="versions", title=_("Versions"))
        changes = changes_of(record)
        if changes.height:
            title = _("What newer versions changed")
            st.markdown(f"**{title}**")
            short_list(changes, change_titles(), key="changes", title=title)
        else:
            st.caption(_("The versions are the same, field by field."))
    show_held(reader, record.id)


def show_held(reader: Reader, id: str) -> None:
    """List the rows of an id that are held in quarantine, with the rules they broke."""
    held = held_rows_of(reader, id)
    if held.is_empty():
        return
    rows = held.unique(["file", "row_number"]).height
    st.warning(
        n_(
            "{n} row of {id} is or was held in quarantine and does not count.",
            "{n} rows of {id} are or were held in quarantine and do not count.",
            rows,
        ).format(n=number(rows), id=plain(id)),
        icon=":material/warning:",
    )
    for row in held.rows(named=True):
        sentence = (
            _("Row {row} of the file {file}: {rule} A later row of it came in well.")
            if row["is_replaced"]
            else _("Row {row} of the file {file}: {rule}")
        )
        st.markdown(
            "- "
            + sentence.format(
                row=number(row["row_number"]),
                file=plain(row["file"]),
                rule=in_markdown(row["rule"]),
            )
        )
    title = _("What the held rows say, as they landed")
    with st.expander(title):
        landed = reader.rows("held_values", id=id)
        titles = {
            "landed_column": _("Column"),
            "landed_value": _("Value"),
            "file": _("File"),
            "row_number": _("Row"),
        }
        short_list(landed, titles, key="held_values", title=title)


def _rule_in_words() -> pl.Expr:
    """Return the rule in the language spoken now, by its name where no row is held by it now."""
    sentence = "sentence_zh" if language() == "zh" else "sentence_en"
    return pl.coalesce(sentence, "rule").alias("rule")
