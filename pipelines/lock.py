"""The lock of a store: one run at a time writes there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.settings import Home


class AnotherRunHoldsTheLock(Exception):
    """Another night of this store is under way."""


@contextmanager
def store_lock(home: Home) -> Iterator[None]:
    """Hold the store alone. The kernel lets go of the lock when the process dies.

    Raises AnotherRunHoldsTheLock at once instead of waiting.
    """
    home.store.mkdir(parents=True, exist_ok=True)
    with (home.store / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnotherRunHoldsTheLock from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
