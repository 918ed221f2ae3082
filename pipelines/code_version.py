"""Which code made a number: one digest, so that a changed rule or formula is noticed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PROJECT = Path(__file__).parent.parent
# What decides how rows are read, judged and summed; pages and commands do not.
_DECIDES = (
    "transforms",
    "quality",
    "pipelines/attempt_marts.py",
    "pipelines/clock_marts.py",
    "pipelines/clocks.py",
    "pipelines/comparison_marts.py",
    "pipelines/control_chart_marts.py",
    "pipelines/decisions.py",
    "pipelines/few_answers.py",
    "pipelines/intake.py",
    "pipelines/marts.py",
    "pipelines/measures.py",
    "pipelines/measures_anew.py",
    "pipelines/measuring.py",
    "pipelines/metric_queries.py",
    "pipelines/monthly_figures.py",
    "pipelines/parts.py",
    "pipelines/reference.py",
    "pipelines/reshape.py",
    "pipelines/signal_sentences.py",
    "pipelines/survey_marts.py",
    "pipelines/unit_series.py",
    "pipelines/versions.py",
    "pipelines/working_hours.py",
    "pipelines/sql",
)


@cache
def code_version() -> str:
    """Return the digest (16 hex digits) of every .py and .sql file that decides a figure."""
    digest = hashlib.sha256()
    for place in _DECIDES:
        path = _PROJECT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.suffix in (".py", ".sql"):
                digest.update(str(file.relative_to(_PROJECT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
