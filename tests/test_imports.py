"""Imports go one way, names say what is inside, and modules stay small enough to read.

transforms <- quality <- pipelines; of pipelines, dashboards see the few modules that were made for
them: settings, snapshots, the questions that may be asked of these, decisions, the
ledger, and workbooks.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parent.parent
_FOLDERS = ("transforms", "quality", "pipelines", "dashboards", "tests", "benchmarks", "docs")
_MODULES = sorted(
    file.relative_to(_PROJECT) for folder in _FOLDERS for file in (_PROJECT / folder).rglob("*.py")
)

# What modules of a folder, or one module, may not import.
_FORBIDDEN = {
    "transforms": ("quality", "pipelines", "dashboards", "dagster", "streamlit", "duckdb"),
    "quality": ("pipelines", "dashboards", "dagster", "streamlit"),
    "pipelines": ("dashboards", "streamlit"),
}
_OPEN_TO_DASHBOARDS = (
    "pipelines.decisions",
    "pipelines.ledger",
    "pipelines.questions",
    "pipelines.release.snapshots",
    "pipelines.settings",
    "pipelines.workbooks",
)
_WITHOUT_DAGSTER = [
    name
    for module in _MODULES
    if (name := ".".join(module.with_suffix("").parts)).startswith(
        (*_OPEN_TO_DASHBOARDS, "pipelines.release.snapshot_file")
    )
]
# A name that fits everything says nothing.
_NO_NAMES = ("utils", "util", "helpers", "helper", "common", "base", "core", "manager", "misc")
_LINES = 350
# Module -> why it may be longer.
_LONGER = {"pipelines/cli.py": "one short function per sub-command, in the order of the help"}


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse((_PROJECT / module).read_text(encoding="utf-8"))


def imports_of(module: Path) -> Iterator[str]:
    """Yield the dotted name of all that `module` imports, wherever in it."""
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write imports from the top"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_there_are_modules_to_look_at() -> None:
    folders = {module.parts[0] for module in _MODULES}
    assert {"transforms", "quality", "pipelines", "tests"} <= folders


@pytest.mark.parametrize("folder", _FORBIDDEN)
def test_imports_go_one_way(folder: str) -> None:
    wrong = [
        f"{module}: {name}"
        for module in _MODULES
        if module.parts[0] == folder
        for name in imports_of(module)
        if any(is_within(name, package) for package in _FORBIDDEN[folder])
    ]
    assert wrong == []


def test_dashboards_see_only_what_was_made_for_them() -> None:
    wrong = [
        f"{module}: {name}"
        for module in _MODULES
        if module.parts[0] == "dashboards"
        for name in imports_of(module)
        if is_within(name, "quality")
        or is_within(name, "dagster")
        or (
            is_within(name, "pipelines")
            and not any(is_within(name, o) for o in _OPEN_TO_DASHBOARDS)
        )
    ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("module", _WITHOUT_DAGSTER)
def test_what_dashboards_see_loads_no_dagster_behind_their_back(module: str) -> None:
    loaded = f"import sys, {module}; print(*(name.partition('.')[0] for name in sys.modules))"
    seen = subprocess.run(
        [sys.executable, "-c", loaded], cwd=_PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"dagster", "streamlit", "great_expectations", "sqlalchemy"} & set(seen)


def test_nothing_imports_pandas() -> None:
    assert [str(m) for m in _MODULES if any(is_within(n, "pandas") for n in imports_of(m))] == []


def test_no_name_fits_everything() -> None:
    assert [str(module) for module in _MODULES if module.stem in _NO_NAMES] == []


def test_modules_are_short_or_say_why_not() -> None:
    lines = {str(m): len((_PROJECT / m).read_text(encoding="utf-8").splitlines()) for m in _MODULES}
    assert {module for module, count in lines.items() if count > _LINES} == _LONGER.keys()


def test_every_module_says_what_it_holds() -> None:
    silent = [str(module) for module in _MODULES if not ast.get_docstring(parsed(module))]
    assert silent == []
