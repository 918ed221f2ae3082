"""The page of the sub-commands of `sqm`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer

from docs.pages.markdown import as_written, write_page, write_table
from pipelines.cli import app

# Options that mean the same wherever they are taken.
_SHARED = ("home", "landing", "store", "format")
EXIT_CODES = {
    0: "done",
    1: "error: one sentence on standard error says what to do",
    2: "usage: a command, an option or a value that does not exist",
    3: "the new snapshot failed a blocking check; the last good one stays served",
    4: "published, with warnings",
    75: "another run holds the lock of this store",
}


def commands_page() -> str:
    """Return docs/commands.md: every sub-command of `sqm`."""
    commands = typer.main.get_command(app).commands
    shared = {
        p.opts[0]: p for command in commands.values() for p in command.params if p.name in _SHARED
    }
    lines = [
        "# Commands",
        "`sqm` lies in `.venv/bin`. Tables are for people; `--format json` and `--format csv` "
        "print for machines on standard output; progress and refusals go to standard error.",
        "## Exit codes",
        write_table(("code", "meaning"), [(str(code), text) for code, text in EXIT_CODES.items()]),
        "## Shared options",
        "A command that lists one of these takes it as described here.",
        _parameters(shared.values()),
    ]
    for name, command in commands.items():
        own = [p for p in command.params if p.name not in _SHARED]
        takes = ", ".join(f"`{p.opts[0]}`" for p in command.params if p.name in _SHARED)
        needed = [_called(p) for p in own if p.required]
        lines += [
            f"## `sqm {name}`",
            command.help or "",
            "```text\n" + " ".join(["sqm", name, *needed, "[OPTIONS]"]) + "\n```",
            _parameters(own) if own else "",
            f"Shared options: {takes}." if takes else "",
        ]
    return write_page(lines)


def _parameters(parameters: Iterable[Any]) -> str:
    rows = [
        (
            f"`{_called(p)}`",
            p.help or "",
            "" if p.default is None else f"`{as_written(p.default)}`",
            f"`{p.envvar}`" if p.envvar else "",
        )
        for p in parameters
    ]
    return write_table(("argument, option", "meaning", "default", "variable"), rows)


def _called(parameter: Any) -> str:
    name = parameter.name.strip("_").upper()
    return name if parameter.param_type_name == "argument" else f"{parameter.opts[0]} {name}"
