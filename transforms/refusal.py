"""One clear sentence, in English and Chinese, about input that cannot be used.

Every sentence says what is wrong, where (file, row, column) and what to do. It is written
where it is raised, in both languages side by side, so that neither can be forgotten.
"""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """A text in the two languages of the product."""

    en: str
    zh: str

    def told(self, language: str = "en", **values: object) -> str:
        """Return the text in `language` ("en" or "zh") with `values` filled in."""
        return (self.zh if language == "zh" else self.en).format(**values)


class Refusal(Exception):
    """Raised when a file, a mapping or a reference table cannot be used as it is.

    >>> str(Refusal("{file} is empty.", "{file} 是空文件。", file="a.csv"))
    'a.csv is empty.'
    """

    def __init__(self, en: str, zh: str, **values: object) -> None:
        self.sentence = Sentence(en, zh)
        self.values = values
        super().__init__(self.told("en"))

    def told(self, language: str = "en") -> str:
        """Return the sentence in `language` ("en" or "zh")."""
        return self.sentence.told(language, **self.values)
