"""`sqm serve`: the Dagster pages and the daemon that keeps the schedule, started and stopped
together, on loopback only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from pipelines.nightly import write_dagster_yaml
from pipelines.settings import Home

_LOOPBACK = "127.0.0.1"
_SECONDS_TO_STOP = 20


def serve(home: Home, port: int) -> int:
    """Run until interrupted or until one of the processes ends; return the exit code."""
    environment = {
        **os.environ,
        "SQM_HOME": str(home.root),
        "SQM_LANDING": str(home.landing),
        "SQM_STORE": str(home.store),
        "DAGSTER_HOME": str(write_dagster_yaml(home)),
    }
    dagster = ("-m", "pipelines.definitions")
    commands = [
        ["dagster_webserver", *dagster, "--host", _LOOPBACK, "--port", str(port)],
        ["dagster._daemon", "run", *dagster],
    ]
    signal.signal(signal.SIGTERM, _interrupt)
    running = []
    try:
        for command in commands:
            running.append(
                subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=home.root)
            )
        print(f"Dagster: http://{_LOOPBACK}:{port}", flush=True)
        while all(process.poll() is None for process in running):
            time.sleep(0.5)
        return next(process.returncode for process in running if process.poll() is not None) or 0
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(running)


def _interrupt(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _stop(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        if process.poll() is None:
            process.terminate()
    for process in running:
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
