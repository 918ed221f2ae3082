"""Attempts to deliver that look as if nobody had tried: a suspicion, never a proof.

To word another reason of `marts.suspicious_attempts`: `_reason_words`.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.record_lists import readable
from dashboards.blocks.tables import table
from dashboards.filters import unit_names
from dashboards.language import NOTHING, _, n_, number
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import split_title

_MOST_LISTED = 200
_MOST_BARS = 15


def suspicious_attempts(reader: Reader, scope: Scope) -> None:
    """Count the suspicious attempts of the scope by unit and courier, and list them with why."""
    asked_for = _asked_of(scope)
    rows = reader.rows("suspicious_attempts", **asked_for, limit=_MOST_LISTED)
    if rows.is_empty():
        st.caption(_("No failed first attempt looks as if nobody had tried."))
        return
    found = rows["found"][0]
    said = n_(
        "{n} failed first attempt looks as if nobody had tried.",
        "{n} failed first attempts look as if nobody had tried.",
        found,
    ).format(n=number(found))
    warning = _(
        "This is a suspicion and no proof: scans get lost and rounds end late. Ask the courier and "
        "the recipient before anything follows from it."
    )
    st.markdown(f":orange[:material/warning:] {said} {warning}")
    by_unit, by_courier = st.columns(2)
    with by_unit:
        units = reader.rows("suspicious_by_unit", **asked_for)
        _draw_counts(units, "org_unit_id", unit_names(reader))
    with by_courier:
        _draw_counts(reader.rows("suspicious_by_courier", **asked_for), "courier_id", {})
    if found > rows.height:
        st.caption(_("The newest {n} are listed.").format(n=number(rows.height)))
    _list_them(reader, scope, rows)


def _draw_counts(counted: pl.DataFrame, by: str, names: dict[str, str]) -> None:
    without = [pl.lit(None, pl.Float64).alias(name) for name in ("low", "high")]
    texts = [pl.lit("").alias(name) for name in ("interval_text", "n_text")]
    figures = counted.head(_MOST_BARS).select(
        pl.col(by).replace(names).fill_null(NOTHING).alias("name"),
        pl.col("attempts").alias("value"),
        pl.col("attempts").map_elements(number, pl.String).alias("value_text"),
        *without,
        *texts,
    )
    title = _("Suspicious attempts by {column}").format(column=split_title(by).lower())
    draw(
        charts.bars(
            figures,
            name="name",
            value_format=",.0f",
            title=title,
            better="neutral",
            mode=mode(),
            labels=labels(),
        ),
        f"suspicious_by_{by}",
    )


def _list_them(reader: Reader, scope: Scope, rows: pl.DataFrame) -> None:
    titles = reader.column_titles("deliveries")
    columns = {
        "waybill_no": titles["waybill_no"],
        "first_attempt_at": titles["first_attempt_at"],
        "why": _("Why it is suspicious"),
        "courier_id": titles["courier_id"],
        "org_unit_id": titles["org_unit_id"],
        "attempts_at_once": _("Failed attempts of the courier within minutes"),
        "last_scan_at": _("Last scan before it"),
        "delivered_at": titles["delivered_at"],
        "service_level": titles["service_level"],
    }
    words = pl.element().replace(_reason_words())
    told = rows.with_columns(pl.col("reasons").list.eval(words).list.join(_("; ")).alias("why"))
    table(
        reader,
        readable(reader, told),
        columns,
        name="suspicious_attempts",
        title=_("Suspicious attempts"),
        kinds={"attempts_at_once": "count"},
        scope=scope,
        opens="waybill_no",
    )


def _reason_words() -> dict[str, str]:
    return {
        "no_scan_near": _("not scanned for hours before"),
        "in_bulk_at_shift_end": _("recorded with many others as the working day ended"),
    }


def _asked_of(scope: Scope) -> dict[str, Any]:
    return {
        "unit": scope.unit,
        "service_level": scope.service_level,
        "first": scope.period.first.isoformat(),
        "last": scope.period.last.isoformat(),
    }
