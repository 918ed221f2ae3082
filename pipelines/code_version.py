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
    "pipelines/decisions.py",
    "pipelines/marts",
    "pipelines/measures",
    "pipelines/questions/few_answers.py",
    "pipelines/questions/metric_queries.py",
    "pipelines/records",
    "pipelines/sources/reference.py",
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
