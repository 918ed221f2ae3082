"""Separated text: whatever a spreadsheet or an export program writes comes back as it was."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.sources.readers import csv_files, csv_header, write_bronze
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition


def source(**keys: object) -> SourceDefinition:
    return SourceDefinition.model_validate(
        {"name": "calls", "kind": "tickets", "files": "*", **keys}
    )


@pytest.fixture
def bronze_of(tmp_path: Path):
    """Land the bytes given and return their bronze."""

    def land(content: bytes, name: str = "calls.csv", **keys: object) -> pl.DataFrame:
        landed, target = tmp_path / name, tmp_path / "bronze.parquet"
        landed.write_bytes(content)
        rows = write_bronze(landed, source(**keys), target, hmac_key=None, metadata={})
        bronze = pl.read_parquet(target)
        assert rows == bronze.height
        return bronze

    return land


@pytest.fixture
def refusal_of(bronze_of):
    """Land the bytes given and return the sentence with which they are refused."""

    def land(content: bytes, name: str = "calls.csv", **keys: object) -> str:
        with pytest.raises(Refusal) as refused:
            bronze_of(content, name, **keys)
        assert refused.value.told("zh")
        return refused.value.told("en")

    return land


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last_line_end", [True, False])
def test_any_line_end_is_read(bronze_of, line_end: str, last_line_end: bool) -> None:
    text = line_end.join(["a,b", "1,x", "2,y"]) + line_end * last_line_end
    assert bronze_of(text.encode()).rows() == [("1", "x", 2, None), ("2", "y", 3, None)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_told_from_the_header(bronze_of, delimiter: str) -> None:
    text = f'"a,;|\t"{delimiter}b\n1{delimiter}2\n'
    assert bronze_of(text.encode()).rows() == [("1", "2", 2, None)]


def test_a_given_delimiter_is_used(bronze_of) -> None:
    assert bronze_of(b"a,x^b\n1^2\n", delimiter="^").columns == ["a,x", "b", "_row", "_ragged"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_any_encoding_is_read(bronze_of, encoding: str, pack) -> None:
    content = pack("工單號,備註\nA1,已結案\n".encode(encoding))
    bronze = bronze_of(content, encoding=encoding)
    assert bronze.rows() == [("A1", "已結案", 2, None)]
    assert bronze.columns[0] == "工單號"


def test_a_byte_order_mark_is_no_part_of_the_first_column(bronze_of) -> None:
    assert bronze_of("\ufeffa,b\n1,2\n".encode()).columns[0] == "a"


def test_an_ending_says_gz_or_not_the_content_decides(bronze_of) -> None:
    assert bronze_of(b"a,b\n1,2\n", "calls.csv.gz").height == 1
    assert bronze_of(gzip.compress(b"a,b\n1,2\n"), "calls.txt").height == 1


def test_a_quoted_field_holds_delimiters_quotes_and_line_breaks(bronze_of) -> None:
    bronze = bronze_of(b'a,b\r\n"x, ""y""\r\nz",2\r\n3,4\r\n')
    assert bronze.rows() == [('x, "y"\r\nz', "2", 2, None), ("3", "4", 3, None)]


def test_a_quotation_mark_inside_an_unquoted_field_is_text(bronze_of) -> None:
    assert bronze_of(b'a,b\n19" rack,2\n3,4\n')["a"].to_list() == ['19" rack', "3"]


def test_rows_without_a_value_are_passed_over_but_counted(bronze_of) -> None:
    bronze = bronze_of(b"a,b\n\n1,2\n,\n   \n,,,\n3,4\n\n")
    assert bronze.rows() == [("1", "2", 3, None), ("3", "4", 7, None)]


def test_a_header_further_down_is_found(bronze_of) -> None:
    bronze = bronze_of(b'Report,"of\ntwo lines"\n\na,b\n1,2\n', header_row=3)
    assert bronze.rows() == [("1", "2", 4, None)]


def test_headers_lose_white_space_and_a_missing_name_is_its_place(bronze_of) -> None:
    assert bronze_of(" a ,　b, \n1,2,3\n".encode()).columns[:3] == ["a", "b", "column_3"]


def test_a_file_of_a_header_only_has_no_rows(bronze_of) -> None:
    for content in (b"a,b", b"a,b\n", b"a,b\r\n\r\n"):
        bronze = bronze_of(content)
        assert bronze.is_empty()
        assert bronze.schema == {
            "a": pl.String, "b": pl.String, "_row": pl.Int64, "_ragged": pl.String
        }  # fmt: skip


def test_a_ragged_record_is_kept_as_its_line_in_its_place(bronze_of) -> None:
    bronze = bronze_of(b'a,b\n1,2\n\n3\n"4\n4",5,"6"\n7,8\n9,9,9\n')
    assert bronze.rows() == [
        ("1", "2", 2, None),
        (None, None, 4, "3"),
        (None, None, 5, '"4\n4",5,"6"'),
        ("7", "8", 6, None),
        (None, None, 7, "9,9,9"),
    ]


def test_ragged_records_of_many_blocks_keep_their_rows(bronze_of, monkeypatch) -> None:
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 64)
    records = ["short" if row % 7 == 0 else f'{row},"\n"' for row in range(2, 500)]
    bronze = bronze_of(("a,b\n" + "\n".join(records) + "\n").encode())
    assert bronze["_row"].to_list() == list(range(2, 500))
    assert bronze.filter(pl.col("_ragged") == "short")["_row"].to_list() == [*range(7, 500, 7)]
    assert bronze.filter(pl.col("a") != pl.col("_row").cast(pl.String)).is_empty()


def test_a_file_that_ends_in_mid_row_is_refused(refusal_of) -> None:
    assert refusal_of(b"a,b,c\n1,2,3\n4,5") == (
        "calls.csv ends in the middle of row 3 (2 of 3 columns): the export was cut off; "
        "deliver the whole file again."
    )


def test_a_short_last_record_with_a_line_end_is_ragged_not_cut_off(bronze_of) -> None:
    assert bronze_of(b"a,b,c\n1,2,3\n4,5\n")["_ragged"].to_list() == [None, "4,5"]


def test_a_long_last_record_without_a_line_end_is_ragged_not_cut_off(bronze_of) -> None:
    assert bronze_of(b"a,b\n1,2\n3,4,5")["_ragged"].to_list() == [None, "3,4,5"]


@pytest.mark.parametrize("end", [b'4,"5', b'4,"5\n', b'4,"5\n6,7\n8,9\n', b'"4,5\n', b'4,"'])
def test_a_file_that_ends_inside_a_quoted_field_is_refused(refusal_of, end: bytes) -> None:
    assert "the quotation mark opened in row 3 is never closed" in refusal_of(b"a,b\n1,2\n" + end)


def test_an_open_quote_that_swallows_many_blocks_is_refused(refusal_of, monkeypatch) -> None:
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 64)
    content = b"a,b\n" + b"1,2\n" * 40 + b"1\n" * 2 + b'3,"4\n' + b"1,2\n" * 100
    assert "opened in row 44 is never closed" in refusal_of(content)


def test_a_gzip_file_that_was_cut_off_is_refused(refusal_of) -> None:
    packed = gzip.compress(b"a,b\n" + bytes(str(list(range(9999))), "ascii"))
    assert "ends before its gzip data do" in refusal_of(packed[:-20], "calls.csv.gz")
    assert "broken gzip" in refusal_of(packed[:-8] + b"\0" * 8, "calls.csv.gz")


def test_a_wrong_encoding_is_refused_with_row_byte_and_the_one_to_try(refusal_of) -> None:
    content = 'id,note\n1,"two\nlines"\n2,已经解决\n'.encode("gb18030")
    assert refusal_of(content) == (
        "calls.csv is not utf-8: byte 25 (0xd2) in row 3 does not belong to it; "
        'encoding = "gb18030" would fit (sources/calls.toml).'
    )


@pytest.mark.parametrize(
    ("text", "written", "said"),
    [
        ("a,b\nCôte d'Ivoire,é\n", "windows-1252", "utf-8"),
        ("a,b\n日期,备注\n", "utf-16", "utf-8"),
        ("a,b\nCôte d'Ivoire,ö\n", "utf-8", "ascii"),
    ],
)
def test_the_encoding_to_try_is_the_one_written(refusal_of, text, written, said) -> None:
    assert f'encoding = "{written}" would fit' in refusal_of(text.encode(written), encoding=said)


def test_a_wrong_byte_far_into_a_file_is_found(refusal_of) -> None:
    assert "in row 300002 " in refusal_of(b"a,b\n" + b"12,34\n" * 300_000 + b"\xff,1\n")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_a_file_that_ends_in_mid_character_is_refused(refusal_of, encoding: str) -> None:
    content = "编号,备注\n1,好".encode(encoding)[:-1]
    assert "ends in the middle of a character in row 2: the export was cut off" in refusal_of(
        content, encoding=encoding
    )


def test_an_unknown_encoding_is_refused(refusal_of) -> None:
    for encoding in ("klingon", "base64", "rot13"):
        assert f'encoding "{encoding}" is not known' in refusal_of(b"a\n1\n", encoding=encoding)


def test_a_doubled_column_is_refused_by_name(refusal_of) -> None:
    assert 'has the column "b" 2 times' in refusal_of(b"a,b, b\n1,2,3\n")


def test_a_column_with_a_bookkeeping_name_is_refused(refusal_of) -> None:
    assert 'has a column "_row"' in refusal_of(b"a,_row\n1,2\n")


def test_a_file_without_text_is_refused(refusal_of) -> None:
    for content in (b" \n\n", "\ufeff".encode(), gzip.compress(b"")):
        assert "is empty" in refusal_of(content)


def test_a_missing_header_is_refused(refusal_of) -> None:
    assert "has 2 rows, so no header in row 4" in refusal_of(b"a,b\n1,2\n", header_row=4)
    assert "no column names where the header should be" in refusal_of(b"\na,b\n1,2\n")
    assert "header (row 1) is never closed" in refusal_of(b'"a,b\n1,2\n')


def test_a_header_that_does_not_end_is_not_read_to_the_end_of_the_file(
    refusal_of, monkeypatch
) -> None:
    monkeypatch.setattr(csv_header, "_LIMIT", 1 << 19)
    assert "header (row 1) or above it" in refusal_of(b'"a,b\n' + b"1,2\n" * 300_000)


def test_a_header_that_fits_no_record_is_refused(refusal_of) -> None:
    sentence = refusal_of(b"Monthly report\n" + b"1,2,3\n" * 10_000)
    assert "none of the first 10000 records has the 1 columns of the header in row 1" in sentence


def test_a_delimiter_that_cannot_be_one_is_refused(refusal_of) -> None:
    for delimiter in ('"', "\n", "，"):
        assert "cannot be used" in refusal_of(b"a\n1\n", delimiter=delimiter)


names = st.lists(
    st.text("abc列é ,;|\t\"'\n", min_size=1, max_size=5).map(lambda name: f"n{name}n"),
    min_size=2,
    max_size=4,
    unique=True,
)
values = st.text(
    st.characters(codec="gb18030", exclude_categories=["Cs"], exclude_characters="\0\ufeff")
    | st.sampled_from(list(',;|\t"\r\n')),
    max_size=6,
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(names)
    record = st.lists(values, min_size=len(header), max_size=len(header)).filter(any)
    return header, draw(st.lists(record, max_size=6))


@pytest.mark.slow
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    table=tables(),
    delimiter=st.sampled_from(",\t;|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    block_bytes=st.sampled_from([1 << 10, 8 << 20]),
)
def test_a_table_written_as_text_comes_back_equal(
    bronze_of, monkeypatch, table, delimiter, line_end, encoding, quoting, block_bytes
) -> None:
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", block_bytes)
    header, records = table
    if quoting == csv.QUOTE_MINIMAL:  # leaves carriage returns unquoted: no reader can know
        records = [[value.replace("\r", "").replace("\n", "") for value in r] for r in records]
        records = [record for record in records if any(record)]
        header = [name.replace("\n", "") for name in header]
        assume(len(set(header)) == len(header))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([header, *records])
    content = text.getvalue().encode(encoding)
    bronze = bronze_of(content, encoding=encoding, delimiter=delimiter)
    assert bronze.columns[:-2] == header
    assert [list(row) for row in bronze.drop("_row", "_ragged").rows()] == records
    assert bronze["_row"].to_list() == list(range(2, len(records) + 2))
    assert bronze["_ragged"].null_count() == len(records)
