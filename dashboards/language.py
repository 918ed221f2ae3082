"""English and Chinese: messages, numbers, money and dates as each language writes them.

Texts of pages are written in English inside `_(…)`; their Chinese stands in
`locale/zh/LC_MESSAGES/sqm.po`, which `make texts` brings up to date. Texts that come with the
figures (titles of metrics, warnings) carry both languages themselves: `told`.
"""

from __future__ import annotations

import gettext
import io
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from transforms.refusal import Sentence

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
NOTHING = "–"  # shown where there is no figure

_LOCALES: dict[Language, str] = {"en": "en", "zh": "zh_Hans_CN"}
_FILES = Path(__file__).parent / "locale"
# Set once per run of the script: each run has a context of its own, so sessions do not mix.
_current: ContextVar[Language] = ContextVar("language", default="en")


def use(language: Language) -> None:
    """Speak `language` in the rest of this run."""
    _current.set(language)


def language() -> Language:
    """Return the language that is spoken now."""
    return _current.get()


def language_of(locale: str | None, otherwise: Language) -> Language:
    """Return the language of a browser's locale such as "zh-CN", else `otherwise`."""
    spoken = (locale or "").partition("-")[0].lower()
    return next((known for known in LANGUAGES if known == spoken), otherwise)


def _(text: str) -> str:
    """Return the message `text` in the language spoken now."""
    return messages(language()).gettext(text)


def n_(one: str, many: str, n: int) -> str:
    """Return the message for `n` things; `one` is its English for a single one."""
    return messages(language()).ngettext(one, many, n)


def told(sentence: Sentence, **values: object) -> str:
    """Return a sentence that carries both languages, with `values` filled in."""
    return sentence.told(language(), **values)


def either(en: str | None, zh: str | None) -> str:
    """Return the text of the language spoken now, or the other one where it is missing."""
    first, second = (zh, en) if language() == "zh" else (en, zh)
    return first or second or ""


@cache
def messages(spoken: Language) -> gettext.NullTranslations:
    """Return the messages of a language; English needs none."""
    file = _FILES / spoken / "LC_MESSAGES" / "sqm.po"
    if not file.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as texts:
        write_mo(compiled, read_po(texts, locale=spoken))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def number(value: float | None, decimals: int = 0) -> str:
    """Return e.g. "1,234.5"."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=_locale())


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share of 0..1 as e.g. "91.2%"."""
    if share is None:
        return NOTHING
    pattern = "0" + ("." + "0" * decimals if decimals else "") + "%"
    return numbers.format_percent(share, format=pattern, locale=_locale())


def money(value: float | None, currency: str, decimals: int = 0) -> str:
    """Return e.g. "CN¥1,234" in English and "¥1,234" in Chinese."""
    if value is None:
        return NOTHING
    digits = ("." + "0" * decimals) if decimals else ""
    return numbers.format_currency(
        value, currency, format=f"¤#,##0{digits}", locale=_locale(), currency_digits=False
    )


def day(value: date | None) -> str:
    """Return e.g. "31 Oct 2026" or "2026年10月31日"."""
    if value is None:
        return NOTHING
    return dates.format_date(value, format=_("d MMM yyyy"), locale=_locale())


def moment(value: datetime | None, zone: str, *, seconds: bool = False) -> str:
    """Return an instant as the clocks of `zone` show it, e.g. "31 Oct 2026 16:50"."""
    if value is None:
        return NOTHING
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local)} {local:%H:%M:%S}" if seconds else f"{day(local)} {local:%H:%M}"


def month(value: date) -> str:
    """Return e.g. "October 2026" or "2026年10月"."""
    return dates.format_date(value, format=_("MMMM yyyy"), locale=_locale())


def listed(texts: list[str]) -> str:
    """Return e.g. "A, B" or "A、B"."""
    return _(", ").join(texts)


def _locale() -> str:
    return _LOCALES[language()]
