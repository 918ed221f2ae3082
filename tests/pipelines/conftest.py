"""What tests of the pipeline share: `sqm` in this process, a published home, a real PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.small_home import SmallHome, published_home
from tests.pipelines.spoken import Sqm, sqm_in_process


@pytest.fixture
def sqm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sqm:
    """Run `sqm` in this process, as its entry point does."""
    return sqm_in_process(monkeypatch, capsys)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A home after its first night, for commands that change nothing."""
    return published_home(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of an empty database. Skipped where PostgreSQL is not installed, but not in CI."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed, and CI must test it")
        pytest.skip("PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql)")
    account = _account()
    with tempfile.TemporaryDirectory(prefix="sqm-pg-") as folder:
        if account:
            shutil.chown(folder, account)
        yield from _running_server(programs, Path(folder), account)


def _running_server(programs: Path, folder: Path, account: str | None) -> Iterator[str]:
    password_file = folder / "password"
    password_file.write_text("s3cret%word\n", encoding="utf-8")
    if account:
        shutil.chown(password_file, account)
    subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={folder}/data",
            "--username=sqm",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        user=account,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
    control = [programs / "pg_ctl", f"--pgdata={folder}/data", f"--log={folder}/log", "--wait"]
    subprocess.run(
        [*control, f"--options={options}", "start"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        user=account,
    )
    try:
        yield f"postgresql://sqm:s3cret%25word@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*control, "--mode=immediate", "stop"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=account,
        )


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest version first."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda program: int(program.parts[-3]),
        reverse=True,
    )
    in_path = shutil.which("initdb")
    candidates = [*installed, *([Path(in_path)] if in_path else [])]
    return candidates[0].resolve().parent if candidates else None


def _account() -> str | None:
    """Return the account to run the server as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in accounts)
