"""Today: what is off, can I believe it, who has it?"""

import polars as pl
import streamlit as st

from dashboards.blocks.frame import Tone, opening, reader
from dashboards.blocks.signals import (
    better_or_different,
    causes,
    concerns,
    signals_of,
    tell_where,
    without_told,
)
from dashboards.blocks.tiles import tiles
from dashboards.blocks.warning_lines import linked_line, warning_lines
from dashboards.filters import scope_of, unit_name
from dashboards.language import _, listed, n_, number, told
from dashboards.menu import find_view
from dashboards.snapshot_reader import refused_files_of
from dashboards.written import period_text

_MOST_TILES = 8

snapshot = reader()
scope = scope_of(snapshot, "unit", "period")
first, last = scope.period.first.isoformat(), scope.period.last.isoformat()
signals = signals_of(snapshot, scope)
warnings = snapshot.rows("warnings", unit=scope.unit, last=last)

off = causes(signals, "concern")
new = off.filter("is_new").height
red = warnings.filter(pl.col("state") == "red").height
amber = warnings.filter(pl.col("state") == "amber").height
tone: Tone = "bad" if red else "warn" if amber or off.height else "calm"
counts = []
if off.height:
    count = n_("{n} concern", "{n} concerns", off.height).format(n=number(off.height))
    counts.append(_("{concerns} ({new} new)").format(concerns=count, new=number(new)))
if red:
    counts.append(n_("{n} red indicator", "{n} red indicators", red).format(n=number(red)))
if amber:
    counts.append(n_("{n} amber indicator", "{n} amber indicators", amber).format(n=number(amber)))
headline = _("What is off: {counts}.").format(counts=listed(counts)) if counts else ""
opening(
    told(find_view("today").title),
    headline or _("Nothing is off."),
    tone,
    _("{unit}, {period}.").format(
        unit=unit_name(snapshot, scope.unit), period=period_text(scope.period)
    ),
)
tell_where(off)
concerns(snapshot, scope, signals, warnings)
warning_lines(snapshot, without_told(warnings, signals))
better_or_different(snapshot, scope, signals)
passed = snapshot.rows("warnings_passed", unit=scope.unit, first=first, last=last)
if passed.height:
    title = n_("{n} warning has passed", "{n} warnings have passed", passed.height)
    with st.expander(title.format(n=number(passed.height)), icon=":material/history:"):
        warning_lines(snapshot, passed)

held = snapshot.rows("still_held")["rows"].item()
refused = [file for file in refused_files_of(snapshot.home) if file["state"] == "refused"]
if held or refused:
    doubt = _("Can I believe it? {held}, {refused}; figures they may touch carry a mark.").format(
        held=n_("{n} row is in quarantine", "{n} rows are in quarantine", held).format(
            n=number(held)
        ),
        refused=n_("{n} file was refused", "{n} files were refused", len(refused)).format(
            n=number(len(refused))
        ),
    )
    linked_line(f":orange[:material/help:] {doubt}", _("Data quality"), "data_quality")

with_target = snapshot.rows("metrics_with_target")["metric"].to_list()
known = snapshot.known_metrics()
leading = [metric for metric in known if metric.name in with_target]
others = [metric for metric in known if metric.name not in with_target]
tiles(snapshot, scope, [*leading, *others][:_MOST_TILES])
