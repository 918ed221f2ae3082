"""The rows that are held: how many each rule holds, and the rows of one rule as they landed.

A new rule of a contract is here by itself, with its sentence.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.tables import table
from dashboards.filters import asked, choose, unit_names
from dashboards.language import _, either, n_, number
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from transforms.refusal import Sentence

_MOST_BARS = 15
_MOST_ROWS = 200


def held_rows(reader: Reader) -> None:
    """Show what holds rows, and the held rows of the rule that the URL asks for."""
    rules = _rules(reader)
    if rules.is_empty():
        st.caption(_("No row is held."))
        return
    _bars(rules)
    table(
        reader,
        rules,
        {
            "kind_word": _("Kind"),
            "rows": _("Held rows"),
            "sentence": _("What the rule demands"),
            "first_day": _("First day"),
            "last_day": _("Last day"),
            "files": _("Files"),
            "source": _("Source"),
            "rule": _("Rule"),
        },
        name="held_by_rule",
        title=_("Held rows by rule"),
        kinds={"rows": "count", "files": "count"},
    )
    _sample(reader, _chosen(rules))


def _rules(reader: Reader) -> pl.DataFrame:
    rules = reader.rows("held_by_rule")
    sentences = rules.select("sentence_en", "sentence_zh").iter_rows()
    return rules.with_columns(
        pl.Series("sentence", [either(en, zh) for en, zh in sentences], pl.String),
        pl.Series("kind_word", [word(kind) for kind in rules["kind"]], pl.String),
    )


def _bars(rules: pl.DataFrame) -> None:
    title = _("Held rows by rule")
    shown = rules.head(_MOST_BARS)
    draw(
        charts.bars(
            shown.with_columns(
                pl.col("rows").alias("value"),
                pl.lit(None, pl.Float64).alias("low"),
                pl.lit(None, pl.Float64).alias("high"),
                pl.Series("value_text", [number(rows) for rows in shown["rows"]], pl.String),
                pl.lit("").alias("interval_text"),
                pl.lit("").alias("n_text"),
            ),
            name="sentence",
            value_format=",.0f",
            title=title,
            better="lower",
            mode=mode(),
            labels=labels(),
        ),
        "held_by_rule",
    )


def _chosen(rules: pl.DataFrame) -> dict[str, Any]:
    """Show the list of rules and return the one that the URL asks for, else the first."""
    by_id = {rule["id"]: rule for rule in rules.rows(named=True)}
    usual = next(iter(by_id))
    id = asked("rule", tuple(by_id), usual, called=Sentence("rule with held rows", "隔离规则"))
    choose(
        "rule",
        _("Rows that a rule holds"),
        tuple(by_id),
        id,
        usual=usual,
        written=lambda id: _("{kind}: {sentence}").format(
            kind=by_id[id]["kind_word"], sentence=by_id[id]["sentence"]
        ),
    )
    return by_id[id]


def _sample(reader: Reader, rule: dict[str, Any]) -> None:
    """Show the rows that `rule` holds: where they stand, what they break, and as they landed."""
    rows = reader.rows("held_rows", source=rule["source"], rule=rule["rule"], limit=_MOST_ROWS)
    found = rule["rows"]
    sentences = [n_("{n} row is held.", "{n} rows are held.", found).format(n=number(found))]
    if found > rows.height:
        sentences.append(
            _("The first {n} are listed; `sqm quarantine` lists all.").format(n=rows.height)
        )
    sentences.append(_("They stand here as they landed; mended rows count from the next night on."))
    st.caption(" ".join(sentences))
    landed = _landed_columns(rows["landed"])
    told = rows.select("rules_en", "rules_zh").iter_rows()
    table(
        reader,
        pl.concat(
            [
                rows.with_columns(
                    pl.col("org_unit_id").replace(unit_names(reader)),
                    pl.Series("rules", [either(en, zh) for en, zh in told], pl.String),
                ),
                landed,
            ],
            how="horizontal",
        ),
        {
            "file": _("File"),
            "row_number": _("Row"),
            "day": _("Day"),
            "org_unit_id": _("Org unit"),
            "rules": _("What it breaks"),
            **{column: column.removeprefix(_LANDED) for column in landed.columns},
        },
        name=f"held_{rule['id']}",
        title=_("Held rows"),
        kinds={"row_number": "count"},
    )


_LANDED = "landed: "  # keeps the columns of an export apart from ours


def _landed_columns(landed: pl.Series) -> pl.DataFrame:
    """Return the rows as they landed, from JSON to a text column per column of the export."""
    objects = [json.loads(text) for text in landed]
    names = dict.fromkeys(name for row in objects for name in row)
    return pl.DataFrame(
        [[row.get(name) for name in names] for row in objects],
        schema={f"{_LANDED}{name}": pl.String for name in names},
        orient="row",
    )
