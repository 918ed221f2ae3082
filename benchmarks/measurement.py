"""Seconds and memory of a block or of a child process, and the line a benchmark ends with."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

PROJECT = Path(__file__).parent.parent


@dataclass
class Spent:
    """What a block or a process took; CPU seconds count every core, waiting counts none."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Ended:
    """A child process that has ended.

    `peak_mb` is the highest resident memory of the process, or of a process that it waited for
    if that was higher: not of both together.
    """

    spent: Spent
    exit_code: int
    output: str
    peak_mb: float


@contextmanager
def measured() -> Iterator[Spent]:
    """Fill what is yielded with the time of the block."""
    spent = Spent()
    wall, cpu = perf_counter(), process_time()
    yield spent
    spent.wall_seconds, spent.cpu_seconds = perf_counter() - wall, process_time() - cpu


def run_sqm(*arguments: str, expected: Sequence[int] = (0,)) -> Ended:
    """Run `sqm` as `run` does."""
    return run(str(Path(sys.executable).with_name("sqm")), *arguments, expected=expected)


def run(*command: str, expected: Sequence[int] = (0,)) -> Ended:
    """Run `command` in a process of its own, in the project's folder, and return how it ended.

    Raises RuntimeError with its complaints when it ends with a code not in `expected`.
    """
    begun = perf_counter()
    child = subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    complaints: list[str] = []
    # Read beside standard output, so that neither pipe can fill up and stop the child.
    listener = threading.Thread(target=lambda: complaints.append(child.stderr.read()))
    listener.start()
    with child.stdout as out:
        output = out.read()
    listener.join()
    child.stderr.close()
    # wait4 alone tells of this child; getrusage(RUSAGE_CHILDREN) mixes all there were.
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in expected:
        raise RuntimeError(
            f"{' '.join(command)} ended with {child.returncode}:\n{output}{complaints[0]}"
        )
    spent = Spent(perf_counter() - begun, usage.ru_utime + usage.ru_stime)
    return Ended(spent, child.returncode, output, usage.ru_maxrss / 1024)


def own_peak_mb() -> float:
    """Return the highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(**figures: object) -> None:
    """Print the closing line: one JSON object, numbers rounded to what they are good for."""
    rounded = {
        name: round(figure, 3) if isinstance(figure, float) else figure
        for name, figure in figures.items()
    }
    print(json.dumps(rounded))
