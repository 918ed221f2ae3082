"""What the sources of the pages may contain: no arithmetic, no SQL, no way around the reader."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dashboards
from dashboards.menu import VIEWS
from dashboards.snapshot_reader import NEEDED

_DASHBOARDS = Path(dashboards.__file__).parent
_VIEWS = sorted((_DASHBOARDS / "views").glob("*.py"))
_MODULES = sorted(_DASHBOARDS.rglob("*.py"))
_LISTS = sorted((_DASHBOARDS / "sql").glob("*.sql"))
_READER = "snapshot_reader.py"

_ARITHMETIC = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_COMPUTING = {
    *("sum", "mean", "median", "std", "var", "quantile", "cum_sum", "rolling_mean", "diff"),
    *("group_by", "agg", "pivot", "join", "over", "query", "execute", "sql"),
}
_SQL = re.compile(r"\b(select\s.+\sfrom|group by|order by)\b", re.IGNORECASE | re.DOTALL)
# A list selects rows; what is a figure is made in the pipeline, where it is tested.
_FIGURES = re.compile(r"\b(sum|avg|median|quantile\w*|stddev\w*|var_\w+)\s*\(|[^*(]\s/\s", re.I)


def nodes(module: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(module.read_text(encoding="utf-8")))


@pytest.mark.parametrize("view", _VIEWS, ids=lambda view: view.stem)
def test_a_page_computes_nothing(view: Path) -> None:
    found = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in nodes(view)
        if (isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC))
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _COMPUTING
        )
    ]
    assert found == []


@pytest.mark.parametrize("view", _VIEWS, ids=lambda view: view.stem)
def test_a_page_has_no_sql(view: Path) -> None:
    texts = [n.value for n in nodes(view) if isinstance(n, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and _SQL.search(text)] == []


@pytest.mark.parametrize("module", _MODULES, ids=lambda m: str(m.relative_to(_DASHBOARDS)))
def test_only_the_reader_opens_snapshots_and_asks_them(module: Path) -> None:
    if module.name == _READER:
        return
    imported = [
        f"{node.module}.{name.name}"
        for node in nodes(module)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    ]
    asking = ("open_snapshot", "answer", "records_behind", "count_behind", "connect_read_only")
    assert [name for name in imported if name.rpartition(".")[2] in asking] == []
    assert not any(name.startswith("duckdb") for name in imported)


@pytest.mark.parametrize("rows", _LISTS, ids=lambda rows: rows.stem)
def test_a_list_selects_rows_and_makes_no_figures(rows: Path) -> None:
    text = re.sub(r"--.*", "", rows.read_text(encoding="utf-8"))
    assert _FIGURES.search(text) is None
    assert re.match(r"\s*(select|with)\b", text, re.IGNORECASE)


def test_every_list_is_asked_for_and_every_list_asked_for_is_there() -> None:
    asked = {
        node.args[0].value
        for module in _MODULES
        for node in nodes(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "rows"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert {rows.stem for rows in _LISTS} == asked


def test_the_reader_makes_sure_of_every_mart_that_a_list_asks_for() -> None:
    asked = {
        mart
        for rows in _LISTS
        for mart in re.findall(r"\bmarts\.\w+", rows.read_text(encoding="utf-8"))
    }
    assert asked <= NEEDED


def test_every_page_stands_in_the_menu_and_says_its_question() -> None:
    assert {view.name for view in VIEWS} == {file.stem for file in _VIEWS}
    for view in _VIEWS:
        assert ast.get_docstring(ast.parse(view.read_text(encoding="utf-8")))


def test_pages_are_short() -> None:
    lines = {view.stem: len(view.read_text(encoding="utf-8").splitlines()) for view in _VIEWS}
    assert {name: count for name, count in lines.items() if count > 150} == {}
