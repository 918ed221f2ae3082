"""Personal data: dropped, masked or turned into pseudonyms before anything is written.

A pseudonym is the HMAC-SHA256 (lowercase hex) of the value's UTF-8 text without white space
around it: the same person has the same pseudonym in every source of a home, and nobody without
the key can try out numbers. Values that mean none (empty, `missing` of the source) get none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sources.readers.arrow_sql import query_table
from pipelines.sources.readers.column_names import RAGGED
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

_MASK = "***"
_BLOCK_BYTES = 64  # of SHA-256, see RFC 2104


def protect(
    tables: Iterable[pa.Table], source: SourceDefinition, hmac_key: str | None
) -> Iterator[pa.Table]:
    """Yield `tables` with the columns under [private] of `source` dropped, masked or keyed.

    A raw line of a ragged record is masked too, since nothing tells its columns apart. Columns
    that the file does not have are no fault. Raises Refusal when a key is needed and missing.
    """
    private = source.private
    if private.key and not hmac_key:
        raise Refusal(
            "sources/{source}.toml makes pseudonyms of {columns}, but there is no key: set "
            "SQM_HMAC_KEY or put the key into secrets/sqm_hmac_key.",
            "sources/{source}.toml 要求对 {columns} 做假名化处理，但没有密钥：请设置环境变量 "
            "SQM_HMAC_KEY，或把密钥写入 secrets/sqm_hmac_key。",
            source=source.name,
            columns=", ".join(private.key),
        )
    for table in tables:
        names = [name for name in table.column_names if name not in private.drop]
        protected = table.select(names)
        for name in names:
            if name in private.mask or (name == RAGGED and _is_any_private(source)):
                protected = _replaced(protected, name, _masked(protected.column(name)))
            elif name in private.key:
                keyed = _keyed(protected.column(name), _texts_for_none(source, name), hmac_key)
                protected = _replaced(protected, name, keyed)
        yield protected


def _is_any_private(source: SourceDefinition) -> bool:
    return bool(source.private.drop or source.private.mask or source.private.key)


def _replaced(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def _masked(values: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = _as_text(values)
    return pc.if_else(pc.equal(texts, ""), texts, _MASK)


def _keyed(values: pa.ChunkedArray, texts_for_none: list[str], hmac_key: str) -> pa.ChunkedArray:
    texts = pc.utf8_trim_whitespace(_as_text(values))
    if not len(texts):
        return texts
    is_none = pc.is_in(texts, pa.array(["", *texts_for_none], pa.string()))
    known = pc.if_else(is_none, pa.scalar(None, pa.string()), texts)
    key = hmac_key.encode()
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(
        _BLOCK_BYTES, b"\0"
    )
    hashed = query_table(
        "select sha256($outer || unhex(sha256($inner || encode(value)))) as hash from rows",
        pa.table({"value": known}),
        {
            "inner": bytes(byte ^ 0x36 for byte in block),
            "outer": bytes(byte ^ 0x5C for byte in block),
        },
    )
    return hashed.column("hash")


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return `values` as text; whole numbers without decimals, whatever their type."""
    if pa.types.is_floating(values.type):
        whole = pc.equal(pc.floor(values), values)
        if pc.all(whole, min_count=0).as_py():
            values = values.cast(pa.int64())
    return values.cast(pa.string())


def _texts_for_none(source: SourceDefinition, name: str) -> list[str]:
    of_columns = [m.missing for m in source.columns.values() if name in m.source]
    return [*source.missing, *(text for missing in of_columns for text in missing)]
