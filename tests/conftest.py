"""What all tests share: how examples are drawn, and one judge for the nights in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.standing_judge import StandingJudge

# No test fails because the machine is busy: speed is measured in benchmarks/.
settings.register_profile("sqm", deadline=None)
settings.load_profile("sqm")


@pytest.fixture(scope="session", autouse=True)
def _standing_judge() -> Iterator[None]:
    judge = StandingJudge()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.night.start_judge", lambda: judge)
        yield
    judge.end()
