"""JSON Lines (also gzipped): one object a line; numbers and booleans native, nested values as text.

The file is read twice: once for the keys and what type holds all values of each, once for the
values. A key with values of several types, or with whole numbers beyond 64 bits, becomes text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sources.readers.arrow_sql import query_table
from pipelines.sources.readers.bronze_files import with_bookkeeping
from pipelines.sources.readers.column_names import tidy_names
from pipelines.sources.readers.encoded_text import text_blocks
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

_LINE_LIMIT = 1 << 26  # characters; a longer line is a whole document, not a record

_FIRST_NOT_AN_OBJECT = """
    select min(number) from rows
    where case when json_valid(line) then json_type(line) end is distinct from 'OBJECT'
"""

_TYPES_OF_KEYS = """
    with objects as (
        select number, json_keys(line) as keys, json_extract(line, '$.*') as values from rows
    ),
    entries as (
        select number, unnest(range(len(keys))) as place, unnest(keys) as key,
            unnest(values) as value
        from objects
    )
    select key, list(distinct case json_type(value)
        when 'UBIGINT' then if(try_cast(value as bigint) is null, 'varchar', 'bigint')
        when 'BIGINT' then 'bigint'
        when 'DOUBLE' then if(regexp_full_match(value::varchar, '-?[0-9]+'), 'varchar', 'double')
        when 'BOOLEAN' then 'boolean'
        else 'varchar' end) filter (json_type(value) <> 'NULL') as types
    from entries group by key order by min((number, place))
"""


def tables(landed: Path, source: SourceDefinition) -> Iterator[pa.Table]:
    """Yield the objects as rows with `_row` (their line) and `_ragged`.

    Raises Refusal, naming the line, for a line that is no JSON object.
    """
    types = _types_of_keys(landed, _lines(landed, source))
    names = tidy_names(list(types), file=landed.name)
    values = ", ".join(
        f"texts[{place}]::{sql_type} as c{place}"
        for place, sql_type in enumerate(types.values(), start=1)
    )
    pointers = ["/" + key.replace("~", "~0").replace("/", "~1") for key in types]
    for lines in _lines(landed, source):
        objects = query_table(
            f"""
            select {values}
            from (select json_extract_string(line, $pointers) as texts from rows)
            """,
            lines,
            {"pointers": pointers},
        )
        yield with_bookkeeping(objects.rename_columns(names), lines.column("number").to_numpy())


def _lines(landed: Path, source: SourceDefinition) -> Iterator[pa.Table]:
    """Yield tables of `number` and `line`, without blank lines."""
    first = 1
    rest = ""
    for block in text_blocks(landed, source):
        *whole, rest = (rest + block).split("\n")
        if len(rest) > _LINE_LIMIT:
            raise _no_object(landed, first + len(whole))
        yield _filled_lines(whole, first)
        first += len(whole)
    yield _filled_lines([rest], first)


def _filled_lines(lines: list[str], first: int) -> pa.Table:
    numbered_lines = pa.table(
        {
            "number": np.arange(first, first + len(lines)),
            "line": pa.array(lines, pa.string()),
        }
    )
    is_blank = pc.equal(pc.utf8_trim_whitespace(numbered_lines.column("line")), "")
    return numbered_lines.filter(pc.invert(is_blank))


def _types_of_keys(landed: Path, blocks: Iterable[pa.Table]) -> dict[str, str]:
    """Return the SQL type of each key, in the order in which the keys first occur."""
    found: dict[str, set[str]] = {}
    for lines in blocks:
        wrong = query_table(_FIRST_NOT_AN_OBJECT, lines).column(0)[0].as_py()
        if wrong is not None:
            raise _no_object(landed, wrong)
        for row in query_table(_TYPES_OF_KEYS, lines).to_pylist():
            found.setdefault(row["key"], set()).update(row["types"] or ())
    if not found:
        raise Refusal(
            "{file} is empty (no object with a key in it): deliver the file again.",
            "{file} 是空文件（其中没有带键的对象）：请重新提供该文件。",
            file=landed.name,
        )
    return {key: _one_type(types) for key, types in found.items()}


def _one_type(types: set[str]) -> str:
    if types == {"bigint", "double"}:
        return "double"
    return types.pop() if len(types) == 1 else "varchar"


def _no_object(landed: Path, line: int) -> Refusal:
    return Refusal(
        "{file}: line {line} is no whole JSON object: write one object a line, or deliver the "
        "whole file again if it was cut off there.",
        "{file}：第 {line} 行不是完整的 JSON 对象：请每行写一个对象；如果文件在此处被截断，"
        "请重新提供完整的文件。",
        file=landed.name,
        line=line,
    )
