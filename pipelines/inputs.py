"""What a night is made from, as one digest: the same inputs need no second night."""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.metadata import version
from pathlib import Path

from pipelines.code_version import code_version
from pipelines.decisions import decisions_digest
from pipelines.settings import Home

_DECIDES_NO_FIGURE = {
    "organisation",
    "language",
    "nightly_at",
    "keep_snapshots",
    "rows_at_once",
    "memory_limit",
    "hmac_key",  # a secret leaves no trace, and what it made is in bronze
}


def configuration_digest(home: Home) -> str:
    """Return the digest of code, settings, sources and reference tables as they are now.

    The library of public holidays counts as a reference table.

    A night takes it before it reads them: what is changed while it runs is then news to the next.
    """
    digest = hashlib.sha256()
    settings = home.settings.model_dump_json(exclude=_DECIDES_NO_FIGURE)
    for text in (code_version(), version("holidays"), settings):
        digest.update(text.encode() + b"\0")
    for folder, pattern in ((home.sources, "*.toml"), (home.reference, "*.csv")):
        for file in sorted(folder.glob(pattern)):
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def inputs_digest(home: Home, as_of: date, configuration: str) -> str:
    """Return the digest of `as_of`, a `configuration_digest`, decisions and the batches in bronze.

    Landed files count as the batches in bronze that they became: one not taken up yet is news
    that `pipelines.sources.landing.is_anything_new` tells.
    """
    decided = decisions_digest(home.decisions)
    said = (as_of.isoformat(), configuration, decided, *sorted(_batch_names(home.bronze)))
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


def _batch_names(bronze: Path) -> list[str]:
    return [f"{file.parent.name}/{file.name}" for file in bronze.glob("*/*.parquet")]
