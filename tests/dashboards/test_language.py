"""English and Chinese: every message has both, and numbers and dates are written as each does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import dashboards
from dashboards import language as lang
from dashboards.language import _, language_of, n_, use
from dashboards.vocabulary import word
from quality.contracts import RECORD_KINDS

_DASHBOARDS = Path(dashboards.__file__).parent
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NAMES = "Great Expectations"  # names are not translated


@pytest.fixture(autouse=True)
def _speak_english_again() -> Iterator[None]:
    yield
    use("en")


def _extracted() -> dict[str | tuple[str, ...], str]:
    """Return every message of the sources, with the file it stands in."""
    found = extract_from_dir(_DASHBOARDS, keywords={"_": None, "n_": (1, 2)})
    return {message: file for file, _line, message, _comments, _context in found}


def _translated() -> dict[str | tuple[str, ...], Message]:
    with (_DASHBOARDS / "locale" / "zh" / "LC_MESSAGES" / "sqm.po").open("rb") as texts:
        return {message.id: message for message in read_po(texts, locale="zh") if message.id}


def test_every_message_of_the_pages_has_its_chinese_and_none_is_left_over() -> None:
    assert set(_extracted()) == set(_translated()), "run `make texts`, then fill in the Chinese"
    empty = [m.id for m in _translated().values() if not all(_strings(m)) or m.fuzzy]
    assert empty == []


def test_chinese_is_chinese_and_names_the_same_values() -> None:
    for message in _translated().values():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = set(_PLACEHOLDER.findall(ids[-1]))
        for text in _strings(message):
            assert set(_PLACEHOLDER.findall(text)) == wanted, ids
            words = _WORD.search(_PLACEHOLDER.sub("", ids[0]).replace(_NAMES, ""))
            assert _CHINESE.search(text) or not words, ids


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_every_value_that_a_contract_allows_has_a_word() -> None:
    without = [
        (kind.name, column, value)
        for kind in RECORD_KINDS.values()
        for column, field in kind.schema.columns.items()
        for check in field.checks
        if check.name == "isin"
        for value in check.statistics["allowed_values"]
        if word(value) == value
    ]
    assert without == []


def test_the_browser_chooses_the_language_unless_we_do_not_speak_it() -> None:
    assert language_of("zh-CN", "en") == "zh"
    assert language_of("zh-Hant-TW", "en") == "zh"
    assert language_of("en-GB", "zh") == "en"
    assert language_of("de-DE", "zh") == "zh"
    assert language_of(None, "en") == "en"


def test_numbers_shares_and_money_are_written_as_each_language_does() -> None:
    assert lang.number(1234567.891, 1) == "1,234,567.9"
    assert lang.percent(0.91234) == "91.2%"
    assert lang.money(-1234.5, "CNY") == "-CN¥1,234"
    assert lang.money(1234.56, "EUR", 2) == "€1,234.56"
    use("zh")
    assert lang.money(-1234.5, "CNY") == "-¥1,234"
    assert lang.percent(None) == lang.number(None) == "–"


def test_days_and_moments_are_written_as_each_language_does() -> None:
    last = date(2026, 10, 31)
    at = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)
    assert lang.day(last) == "31 Oct 2026"
    assert lang.month(last) == "October 2026"
    assert lang.moment(at, "Asia/Shanghai") == "1 Nov 2026 00:30"
    use("zh")
    assert lang.day(last) == "2026年10月31日"
    assert lang.month(last) == "2026年10月"
    assert lang.moment(at, "Asia/Shanghai") == "2026年11月1日 00:30"


def test_the_language_of_one_run_is_not_that_of_another() -> None:
    import threading

    use("zh")
    heard: list[str] = []
    threading.Thread(target=lambda: heard.append(lang.language())).start()
    assert lang.language() == "zh"
    assert heard == ["en"]


def test_one_thing_and_many_things_are_said_differently() -> None:
    assert n_("{n} row held", "{n} rows held", 1).format(n=1) == "1 row held"
    assert n_("{n} row held", "{n} rows held", 2).format(n=2) == "2 rows held"
    assert _("Org unit") == "Org unit"
    use("zh")
    assert _("Org unit") == "机构"
