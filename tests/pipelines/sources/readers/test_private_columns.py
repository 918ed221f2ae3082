"""Personal data never reach the disk in clear."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.readers import write_bronze
from pipelines.sources.readers.private_columns import protect
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

KEY = "鍵 of the home"


def source(**keys: object) -> SourceDefinition:
    return SourceDefinition.model_validate(
        {"name": "calls", "kind": "tickets", "files": "*", **keys}
    )


def pseudonym(value: str, key: str = KEY) -> str:
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()


@given(
    values=st.lists(st.none() | st.text(st.characters(codec="utf-8"))),
    key=st.text(st.characters(codec="utf-8"), min_size=1, max_size=100),
)
def test_a_pseudonym_is_the_hmac_of_the_text(values: list[str | None], key: str) -> None:
    table = pa.table({"phone": pa.array(values, pa.string())})
    (protected,) = protect([table], source(private={"key": "phone"}), key)
    trimmed = [None if value is None else value.strip() for value in values]
    expected = [pseudonym(value, key) if value else None for value in trimmed]
    assert protected.column("phone").to_pylist() == expected


def test_numbers_have_the_pseudonym_of_their_digits() -> None:
    table = pa.table({"a": [13800000000, None], "b": [13800000000.0, None]})
    (protected,) = protect([table], source(private={"key": ["a", "b"]}), KEY)
    assert protected.column("a").to_pylist() == [pseudonym("13800000000"), None]
    assert protected.column("b").to_pylist() == [pseudonym("13800000000"), None]


def test_texts_that_mean_no_value_get_no_pseudonym() -> None:
    definition = source(
        missing=["", "N/A"],
        columns={"customer_key": {"from": "phone", "missing": "unknown"}},
        private={"key": "phone"},
    )
    table = pa.table({"phone": ["N/A", " unknown ", "", "1"]})
    (protected,) = protect([table], definition, KEY)
    assert protected.column("phone").to_pylist() == [None, None, None, pseudonym("1")]


def test_columns_are_dropped_masked_and_keyed_before_anything_is_written(tmp_path: Path) -> None:
    landed, target = tmp_path / "a.csv", tmp_path / "b.parquet"
    landed.write_text("id,name,phone,card\nA1,Wang,138,4711\nA2,,,\nA3,Li,139\n", encoding="utf-8")
    definition = source(
        private={"drop": "card", "mask": ["name", "absent"], "key": ["phone", "missing"]}
    )
    write_bronze(landed, definition, target, hmac_key=KEY, metadata={})
    assert pl.read_parquet(target).rows(named=True) == [
        {"id": "A1", "name": "***", "phone": pseudonym("138"), "_row": 2, "_ragged": None},
        {"id": "A2", "name": "", "phone": None, "_row": 3, "_ragged": None},
        {"id": None, "name": None, "phone": None, "_row": 4, "_ragged": "***"},
    ]


def test_private_columns_of_other_formats_are_dealt_with_alike(tmp_path: Path) -> None:
    landed, target = tmp_path / "a.jsonl", tmp_path / "b.parquet"
    landed.write_text(json.dumps({"who": {"name": "Wang"}, "phone": 138}), encoding="utf-8")
    definition = source(private={"mask": "who", "key": "phone"})
    write_bronze(landed, definition, target, hmac_key=KEY, metadata={})
    assert pl.read_parquet(target).row(0)[:2] == ("***", pseudonym("138"))


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_is_refused(tmp_path: Path, key: str | None) -> None:
    landed = tmp_path / "a.csv"
    landed.write_text("phone\n138\n", encoding="utf-8")
    definition = source(private={"key": "phone"})
    with pytest.raises(Refusal, match=r"set SQM_HMAC_KEY or put the key into secrets/sqm_hmac_key"):
        write_bronze(landed, definition, tmp_path / "b.parquet", hmac_key=key, metadata={})
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]
