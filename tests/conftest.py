"""What all tests share: one judge for the nights that they run in their own process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standing_judge import StandingJudge


@pytest.fixture(scope="session", autouse=True)
def _standing_judge() -> Iterator[None]:
    judge = StandingJudge()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.night.start_judge", lambda: judge)
        yield
    judge.end()
