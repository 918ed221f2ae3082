"""The docs say what is so: generated pages are fresh, links resolve, commands and names exist.

To add a page that is generated: docs/generate.py. Names that a guide invents for its example are
listed in _INVENTED.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from docs.generate import PAGES
from docs.pages.commands import EXIT_CODES
from pipelines import cli
from transforms.catalogue import METRICS

PROJECT = Path(__file__).parent.parent
DOCS = PROJECT / "docs"
MARKDOWN = sorted(
    file.relative_to(PROJECT)
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "data/*.md",
        "data/examples/*/*.md",
        "benchmarks/*.md",
    )
    for file in PROJECT.glob(pattern)
)
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))

_INVENTED = {
    "compensation_per_ticket",
    "quality/checks/deliveries_delivered_tie_to_records.sql",
}
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(
    r"`((?:transforms|quality|pipelines|dashboards|tests|docs|benchmarks)/[\w./-]+\.\w+)`"
)


def text_of(file: Path) -> str:
    return (PROJECT / file).read_text(encoding="utf-8")


def prose_of(file: Path) -> str:
    """Return the text without its fenced blocks."""
    return _FENCED.sub("", text_of(file))


def anchors_of(file: Path) -> set[str]:
    """Return the anchors that headings of `file` get: lower case, spaces to hyphens."""
    headings = re.findall(r"^#+ (.+)$", prose_of(file), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shell_lines_of(file: Path) -> Iterator[str]:
    """Yield the command lines of the fenced `sh` blocks, without comments."""
    for language, block in _FENCED.findall(text_of(file)):
        if language == "sh":
            for line in block.splitlines():
                if command := line.partition(" #")[0].strip():
                    yield command


def sqm_calls_of(file: Path) -> Iterator[list[str]]:
    """Yield the arguments of every `sqm` command line, up to a pipe or redirection."""
    for line in shell_lines_of(file):
        words = shlex.split(line, comments=True)
        if words and words[0] in ("sqm", ".venv/bin/sqm"):
            yield words[1:]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert PAGES[name]() == text_of(Path("docs") / name), (
        "run `.venv/bin/python -m docs.generate` and commit what it writes"
    )


@pytest.mark.parametrize("file", MARKDOWN, ids=str)
def test_every_link_leads_somewhere(file: Path) -> None:
    for link in _LINK.findall(prose_of(file)):
        if link.startswith(("https://", "http://")):
            continue
        target, _, anchor = link.partition("#")
        found = (PROJECT / file).parent / target if target else PROJECT / file
        assert found.exists(), link
        assert not anchor or anchor in anchors_of(found), link


@pytest.mark.parametrize("file", MARKDOWN, ids=str)
def test_every_file_that_is_named_is_there(file: Path) -> None:
    named = set(_PATH.findall(prose_of(file))) - _INVENTED
    assert sorted(name for name in named if not (PROJECT / name).exists()) == []


@pytest.mark.parametrize("file", MARKDOWN, ids=str)
def test_every_command_in_a_shell_block_exists_with_its_options(file: Path) -> None:
    commands = typer.main.get_command(cli.app).commands
    for name, *arguments in sqm_calls_of(file):
        known = {option for parameter in commands[name].params for option in parameter.opts}
        given = {argument for argument in arguments if argument.startswith("--")}
        assert given <= known, (name, given - known)
        if name == "metric":
            assert arguments[0] in METRICS.keys() | _INVENTED


def test_the_chinese_readme_has_the_same_commands_and_links() -> None:
    english, chinese = Path("README.md"), Path("README.zh.md")
    assert list(shell_lines_of(chinese)) == list(shell_lines_of(english))
    others = {"README.md", "README.zh.md"}
    # A picture may have its Chinese version beside it.
    links = {link.replace(".zh.png", ".png") for link in _LINK.findall(text_of(chinese))}
    assert links - others == {*_LINK.findall(text_of(english))} - others


def test_every_exit_code_is_described() -> None:
    assert EXIT_CODES.keys() == {0, cli.ERROR, cli.USAGE, cli.HELD, cli.WARNED, cli.LOCKED}
    described = re.findall(r"^\| (\d+) \|", text_of(Path("docs/operations.md")), re.MULTILINE)
    assert {int(code) for code in described} == EXIT_CODES.keys()


def test_decisions_are_numbered_and_listed() -> None:
    numbers = [int(file.name[:4]) for file in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", text_of(Path("docs/adr/README.md")))
    assert listed == [file.name for file in DECISIONS]


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_has_its_four_parts(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(file.name[:4])}. ")
    parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequences", "Measured"]


def test_the_glossary_has_each_word_once_in_order() -> None:
    rows = re.findall(r"^\| ([a-z][\w -]*) \|", text_of(Path("docs/glossary.md")), re.MULTILINE)
    words = [word for word in rows if word != "word"]
    assert len(words) > 40
    assert words == sorted(set(words))
