"""`sqm` run inside the test, and what it said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from pipelines import cli


class Said(NamedTuple):
    """What a command left with, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Sqm = Callable[..., Said]


def sqm_in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sqm:
    """Return a function that runs `sqm` with its arguments, as its entry point does."""
    for name in ("SQM_HOME", "SQM_STORE", "SQM_LANDING", "SQM_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["sqm", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return Said(left.value.code or 0, *capsys.readouterr())

    return run
