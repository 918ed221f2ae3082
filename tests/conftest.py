"""What all tests share: how examples are drawn, a folder for nights, and one judge for the nights
in this process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.nights import FOLDER_OF_NIGHTS
from tests.standing_judge import StandingJudge

# No test fails because the machine is busy: speed is measured in benchmarks/.
settings.register_profile("sqm", deadline=None)
settings.load_profile("sqm")


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of nights before there are workers: they find its name in the environment."""
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER_OF_NIGHTS] = tempfile.mkdtemp(prefix="sqm-nights-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder of nights when the last worker has ended."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER_OF_NIGHTS))


@pytest.fixture(scope="session", autouse=True)
def _standing_judge() -> Iterator[None]:
    judge = StandingJudge()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.night.start_judge", lambda: judge)
        yield
    judge.end()
