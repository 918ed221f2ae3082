"""`sqm serve`: the dashboards, the Dagster pages and the daemon that keeps the schedule, started
and stopped together, on loopback only.

To add a process: an entry in `_parts`. To set an option of Streamlit: an entry in `_STREAMLIT`.
"""

from __future__ import annotations

import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipelines.nightly import write_dagster_yaml
from pipelines.settings import Home
from transforms.refusal import Refusal, Sentence

_LOOPBACK = "127.0.0.1"
_SECONDS_TO_STOP = 20
_SECONDS_TO_ANSWER = 1
_SECONDS_BETWEEN_LOOKS = 0.25

# Option, value, reason. Given as flags, which no config.toml of the account or home overrides.
_STREAMLIT = (
    ("server.address", _LOOPBACK, "figures and customers' words do not leave the machine"),
    ("server.allowedHosts", _LOOPBACK, "no page elsewhere reads them under a name of its own"),
    ("server.allowedHosts", "localhost", "the other name people type"),
    ("server.headless", "true", "opens no browser, asks nothing at a first start"),
    ("server.showEmailPrompt", "false", "nor for an e-mail address"),
    ("server.fileWatcherType", "none", "code does not change under a running service"),
    ("browser.gatherUsageStats", "false", "tells its makers nothing"),
    ("client.toolbarMode", "minimal", "no deploy button, no menu for developers"),
    ("client.showErrorDetails", "none", "a traceback belongs in the log, not on a page"),
    ("client.showErrorLinks", "false", "errors do not offer to be sent to search engines"),
    ("runner.magicEnabled", "false", "a page shows what it is told to, not every expression"),
    ("logger.enableRich", "false", "a journal gets tracebacks without frames and colours"),
    ("logger.hideWelcomeMessage", "true", "we say where the pages are, once they answer"),
)

_STARTING = Sentence(
    "Starting. Addresses follow as soon as they answer; Ctrl-C stops all.",
    "正在启动：可以访问后即显示地址；按 Ctrl-C 全部停止。",
)


@dataclass(frozen=True)
class _Part:
    """One process: its name in a sentence, what `python -m` runs, and where it answers."""

    name: Sentence
    command: tuple[str, ...]
    title: str = ""
    port: int = 0
    port_option: str = ""
    answers_at: str = ""


def serve(home: Home, port: int, dashboard_port: int) -> int:
    """Serve until asked to stop (SIGINT, SIGTERM, SIGHUP): return 0.

    When one process ends by itself the others are stopped, and its exit code is returned: 128 + n
    for one that signal n ended, 1 for one that called its end a success. Raises Refusal before
    anything is started when a port is taken.
    """
    parts = _parts(port, dashboard_port)
    _refuse_taken_ports(parts)
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Not under nohup, which tells us to go on when the terminal closes.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: asked.append(number))
    running: dict[_Part, subprocess.Popen[bytes]] = {}
    ended = None
    print(_STARTING.told(home.settings.language), flush=True)
    try:
        environment = _environment(home, port)
        for part in parts:
            running[part] = _start(part, environment, home.root)
        silent = [part for part in parts if part.port]
        while not asked and ended is None:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            ended = next((p for p, process in running.items() if process.poll() is not None), None)
            for part in [part for part in silent if _answers(part)]:
                print(f"{part.title}: http://{_LOOPBACK}:{part.port}", flush=True)
                silent.remove(part)
    finally:
        _stop(running.values())
    # Whoever asks may ask every process at once, as systemd does.
    if asked or ended is None:
        return 0
    code = running[ended].returncode
    _tell_end(ended, code, home.settings.language)
    return 128 - code if code < 0 else code or 1


def page_server(script: Path, port: int) -> tuple[str, ...]:
    """Return what `python -m` runs to serve `script` with our options of Streamlit."""
    flags = [text for option, value, _ in _STREAMLIT for text in (f"--{option}", value)]
    return ("streamlit", "run", str(script), "--server.port", str(port), *flags)


def dashboards_app() -> Path:
    """Return the file of the dashboards, found without importing them."""
    package = find_spec("dashboards")
    assert package is not None and package.origin is not None, "installed together with us"
    return Path(package.origin).with_name("app.py")


def _parts(port: int, dashboard_port: int) -> tuple[_Part, ...]:
    dagster = ("-m", "pipelines.definitions")
    return (
        _Part(
            Sentence("Streamlit (the dashboards)", "Streamlit（看板）"),
            page_server(dashboards_app(), dashboard_port),
            title="Dashboards",
            port=dashboard_port,
            port_option="--dashboard-port",
            answers_at="/_stcore/health",
        ),
        _Part(
            Sentence("Dagster's web server", "Dagster 网页服务"),
            ("dagster_webserver", *dagster, "--host", _LOOPBACK, "--port", str(port)),
            title="Dagster",
            port=port,
            port_option="--port",
            answers_at="/server_info",
        ),
        _Part(
            Sentence("Dagster's daemon (the schedule)", "Dagster 守护进程（调度）"),
            ("dagster._daemon", "run", *dagster),
        ),
    )


def _environment(home: Home, port: int) -> Mapping[str, str]:
    return {
        **os.environ,
        "SQM_HOME": str(home.root),
        "SQM_LANDING": str(home.landing),
        "SQM_STORE": str(home.store),
        "SQM_DAGSTER_URL": f"http://{_LOOPBACK}:{port}",
        "DAGSTER_HOME": str(write_dagster_yaml(home)),
    }


def _refuse_taken_ports(parts: Iterable[_Part]) -> None:
    trials = []
    try:
        for part in parts:
            if part.port:
                trials.append(_open_port(part))
    finally:
        for trial in trials:
            trial.close()


def _open_port(part: _Part) -> socket.socket:
    """Return a socket bound to the port of `part`, kept open so that no other part takes it."""
    trial = socket.socket()
    # As servers do: the port of a service stopped a moment ago is free.
    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        trial.bind((_LOOPBACK, part.port))
        trial.listen()
    except OSError as error:
        trial.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise Refusal(
            "Port {port} of {address} is taken: stop what listens there, or choose another one "
            "with {option}.",
            "{address} 的端口 {port} 已被占用：请停止占用它的程序，或用 {option} 换一个端口。",
            port=part.port,
            address=_LOOPBACK,
            option=part.port_option,
        ) from error
    return trial


def _start(part: _Part, environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    # In a group of its own, so that a Ctrl-C comes through us, and what it starts ends with it.
    return subprocess.Popen(
        [sys.executable, "-m", *part.command],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=_end_with_us if sys.platform == "linux" else None,
    )


_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def _end_with_us() -> None:
    """Have the kernel stop this process when `sqm serve` ends without a chance to do so."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers(part: _Part) -> bool:
    connection = http.client.HTTPConnection(_LOOPBACK, part.port, timeout=_SECONDS_TO_ANSWER)
    try:
        connection.request("GET", part.answers_at)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Stop all and what they started: politely, then by force."""
    until = time.monotonic() + _SECONDS_TO_STOP
    groups = list(processes)
    _signal_all(groups, signal.SIGTERM)
    for process in groups:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0, until - time.monotonic()))
    _signal_all(groups, signal.SIGKILL)
    for process in groups:
        process.wait()


def _signal_all(groups: Iterable[subprocess.Popen[bytes]], number: signal.Signals) -> None:
    for process in groups:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _tell_end(part: _Part, code: int, language: str) -> None:
    how = (
        Sentence("signal {number}", "信号 {number}").told(language, number=-code)
        if code < 0
        else Sentence("exit code {code}", "退出码 {code}").told(language, code=code)
    )
    told = Sentence(
        "{part} ended by itself ({how}), so the rest was stopped: its last lines above say why.",
        "{part} 自行退出（{how}），其余进程已一并停止：原因见上方它的最后几行输出。",
    )
    print(
        told.told(language, part=part.name.told(language), how=how),
        file=sys.stderr,
        flush=True,
    )
