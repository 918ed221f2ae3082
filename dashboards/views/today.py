"""Today: what is off, can I believe it, who has it?"""

import polars as pl
import streamlit as st

from dashboards.blocks.frame import Tone, opening, reader
from dashboards.blocks.tiles import tiles
from dashboards.blocks.warning_lines import linked_line, warning_lines
from dashboards.filters import scope_of, unit_name
from dashboards.language import _, n_, number, told
from dashboards.menu import find_view
from dashboards.snapshot_reader import refused_files_of
from dashboards.written import period_text

_MOST_TILES = 8

snapshot = reader()
scope = scope_of(snapshot, "unit", "period")
warnings = snapshot.rows("warnings", unit=scope.unit, last=scope.period.last.isoformat())

red = warnings.filter(pl.col("state") == "red").height
amber = warnings.filter(pl.col("state") == "amber").height
tone: Tone = "bad" if red else "warn" if amber else "calm"
if red and amber:
    headline = _("{red} and {amber} are in warning.").format(
        red=n_("{n} red indicator", "{n} red indicators", red).format(n=red),
        amber=n_("{n} amber one", "{n} amber ones", amber).format(n=amber),
    )
elif red:
    headline = n_("{n} indicator is red.", "{n} indicators are red.", red).format(n=red)
elif amber:
    headline = n_("{n} indicator is amber.", "{n} indicators are amber.", amber).format(n=amber)
else:
    headline = _("No indicator is in warning.")
opening(
    told(find_view("today").title),
    headline,
    tone,
    _("{unit}, {period}.").format(
        unit=unit_name(snapshot, scope.unit), period=period_text(scope.period)
    ),
)
warning_lines(snapshot, warnings)
passed = snapshot.rows(
    "warnings_passed",
    unit=scope.unit,
    first=scope.period.first.isoformat(),
    last=scope.period.last.isoformat(),
)
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
