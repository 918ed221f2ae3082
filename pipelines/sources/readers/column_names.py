"""Names of a file's columns: what is tidied, what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from transforms.refusal import Refusal

ROW = "_row"
RAGGED = "_ragged"


def tidy_names(names: Sequence[str | None], *, file: str) -> list[str]:
    """Return `names` without white space and byte order mark around them.

    A column without a name is called after its place, `column_3`. Raises Refusal for a name
    that occurs twice, for one of our own two names, and when no column has a name.
    """
    stripped = [(name or "").strip("\ufeff \t\r\n\v\f\u00a0\u3000") for name in names]
    if not any(stripped):
        raise Refusal(
            "{file} has no column names where the header should be: set header_row to the row "
            "of the headers.",
            "{file} 的表头所在行没有列名：请把 header_row 设为表头所在的行号。",
            file=file,
        )
    tidy = [name or f"column_{place}" for place, name in enumerate(stripped, start=1)]
    for name, times in Counter(tidy).items():
        if times > 1:
            raise Refusal(
                '{file} has the column "{column}" {times} times: rename or remove all but one.',
                "{file} 中列“{column}”出现了 {times} 次：请改名或删除多余的列，只保留一个。",
                file=file,
                column=name,
                times=times,
            )
        if name in (ROW, RAGGED):
            raise Refusal(
                '{file} has a column "{column}", a name kept for bookkeeping: rename it.',
                "{file} 含有列“{column}”，该名称为系统保留：请改名。",
                file=file,
                column=name,
            )
    return tidy
