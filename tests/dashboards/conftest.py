"""What tests of pages share: a store to look at, by the environment that `sqm serve` sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def look_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let pages look at the home at `root`, its store elsewhere if `store` says so."""

    def look(root: Path, store: Path | None = None) -> None:
        monkeypatch.setenv("SQM_HOME", str(root))
        monkeypatch.setenv("SQM_STORE", str(store or root / "store"))
        monkeypatch.setenv("SQM_LANDING", str(root / "landing"))

    return look
