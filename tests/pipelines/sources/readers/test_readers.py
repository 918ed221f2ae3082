"""Landed files of every format become bronze; what cannot be read is refused in one sentence."""

from __future__ import annotations

import gzip
import struct
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipelines.sources.readers import bronze_files, json_lines, write_bronze
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition

# Cells and columns without a zone: exports have local times.
MIDNIGHT = datetime.fromisoformat("2026-03-01T00:00:00")
MORNING = datetime.fromisoformat("2026-03-01T08:30:05")


def source(**keys: object) -> SourceDefinition:
    return SourceDefinition.model_validate(
        {"name": "calls", "kind": "tickets", "files": "*", **keys}
    )


def bronze_of(landed: Path, **keys: object) -> pl.DataFrame:
    target = landed.parent / "bronze.parquet"
    rows = write_bronze(landed, source(**keys), target, hmac_key=None, metadata={})
    bronze = pl.read_parquet(target)
    assert rows == bronze.height
    return bronze


def refusal_of(landed: Path, **keys: object) -> str:
    with pytest.raises(Refusal) as refused:
        bronze_of(landed, **keys)
    assert not list(landed.parent.glob("bronze*"))
    assert refused.value.told("zh")
    return refused.value.told("en")


def landed(folder: Path, name: str, content: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


class TestBronze:
    def test_metadata_travel_in_the_file(self, tmp_path: Path) -> None:
        target = tmp_path / "b.parquet"
        file = landed(tmp_path, "a.csv", "a\n1\n")
        write_bronze(file, source(), target, hmac_key=None, metadata={"sqm.file": "通话.csv"})
        assert pl.read_parquet_metadata(target)["sqm.file"] == "通话.csv"

    def test_a_file_that_is_refused_midway_leaves_nothing(self, tmp_path: Path) -> None:
        refusal_of(landed(tmp_path, "a.csv", "a,b\n" + "1,2\n" * 200_000 + "3"))
        assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]

    def test_the_final_name_appears_only_when_the_file_is_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = tmp_path / "b.parquet"
        seen = []
        monkeypatch.setattr(
            bronze_files, "_sync", lambda path: seen.append((path, target.exists()))
        )
        write_bronze(landed(tmp_path, "a.csv", "a\n1\n"), source(), target, hmac_key=None,
                     metadata={})  # fmt: skip
        assert seen == [(tmp_path / "b.parquet.part", False), (tmp_path, True)]

    def test_what_a_dead_run_left_is_overwritten(self, tmp_path: Path) -> None:
        landed(tmp_path, "bronze.parquet.part", b"half")
        assert bronze_of(landed(tmp_path, "a.csv", "a\n1\n")).height == 1
        assert not (tmp_path / "bronze.parquet.part").exists()

    def test_many_rows_become_several_row_groups(self, tmp_path: Path) -> None:
        rows = 5 * bronze_files.ROWS_AT_ONCE
        bronze_of(landed(tmp_path, "a.csv", "a,b\n" + "12345678901234567890,1\n" * rows))
        file = pq.ParquetFile(tmp_path / "bronze.parquet")
        assert file.metadata.num_rows == rows
        assert file.metadata.num_row_groups > 1


class TestAnyFile:
    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        assert "a.csv is not there" in refusal_of(tmp_path / "a.csv")

    @pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet", "a.jsonl"])
    def test_an_empty_file_is_refused(self, tmp_path: Path, name: str) -> None:
        assert refusal_of(landed(tmp_path, name, b"")) == (
            f"{name} is empty (0 bytes): deliver the file again."
        )

    def test_an_ending_that_tells_no_format_is_refused(self, tmp_path: Path) -> None:
        file = landed(tmp_path, "calls.dat", "a,b\n1,2\n")
        assert "set format = " in refusal_of(file)
        assert bronze_of(file, format="csv").height == 1


class TestExcel:
    @pytest.fixture
    def workbook(self, tmp_path: Path) -> Path:
        file = tmp_path / "calls.xlsx"
        with xlsxwriter.Workbook(file) as book:
            sheet, other = book.add_worksheet("工单"), book.add_worksheet("other")
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            clock = book.add_format({"num_format": "hh:mm"})
            sheet.write(1, 0, "Monthly report")
            sheet.write_row(3, 0, [" 工单号 ", "n", "day", "at", "clock", "ok"])
            sheet.write_row(4, 0, ["A1", 3])
            sheet.write_datetime(4, 2, MIDNIGHT, day)
            sheet.write_datetime(4, 3, MIDNIGHT, instant)
            sheet.write_datetime(4, 4, time(8, 30), clock)
            sheet.write_boolean(4, 5, True)
            sheet.write_row(6, 0, ["A2", 2.5])
            sheet.write_datetime(6, 3, MORNING, instant)
            sheet.write_formula(6, 5, "=1/0", None, "#DIV/0!")
            sheet.write(6, 6, "beside the table")
            other.write_row(0, 0, ["x", "x"])
        return file

    def test_cells_are_text_and_rows_are_those_of_the_sheet(self, workbook: Path) -> None:
        bronze = bronze_of(workbook, header_row=4)
        assert bronze.columns == [
            "工单号", "n", "day", "at", "clock", "ok", "column_7", "_row", "_ragged"
        ]  # fmt: skip
        assert bronze.rows() == [
            ("A1", "3", "2026-03-01", "2026-03-01 00:00:00", "08:30:00", "true", None, 5, None),
            ("A2", "2.5", None, "2026-03-01 08:30:05", None, None, "beside the table", 7, None),
        ]
        assert set(bronze.schema.dtypes()) == {pl.String, pl.Int64}

    def test_an_unknown_sheet_is_refused_with_those_there_are(self, workbook: Path) -> None:
        sentence = refusal_of(workbook, sheet="Tickets")
        assert 'has no sheet "Tickets"; its sheets are "工单", "other"' in sentence

    def test_headers_are_checked(self, workbook: Path) -> None:
        assert 'the column "x" 2 times' in refusal_of(workbook, sheet="other")
        assert "so no header in row 9" in refusal_of(workbook, header_row=9)
        assert "no column names" in refusal_of(workbook)

    def test_a_sheet_of_a_header_only_has_no_rows(self, tmp_path: Path) -> None:
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            book.add_worksheet().write_row(0, 0, ["a", "b"])
        assert bronze_of(tmp_path / "a.xlsx").is_empty()

    def test_an_empty_sheet_is_refused(self, tmp_path: Path) -> None:
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            book.add_worksheet()
        assert "no cell is filled in" in refusal_of(tmp_path / "a.xlsx")

    def test_what_is_no_workbook_is_refused(self, tmp_path: Path, workbook: Path) -> None:
        assert "is no Excel workbook" in refusal_of(landed(tmp_path, "a.xlsx", "a,b\n1,2\n"))
        half = workbook.read_bytes()[: workbook.stat().st_size // 2]
        assert "or a broken one" in refusal_of(landed(tmp_path, "b.xlsx", half))

    def test_a_workbook_with_a_password_is_refused(self, tmp_path: Path) -> None:
        file = landed(tmp_path, "a.xlsx", _encrypted_workbook())
        assert "is protected by a password" in refusal_of(file)


class TestParquet:
    def test_native_types_are_kept_and_nested_values_become_json(self, tmp_path: Path) -> None:
        values = {
            "whole": [1, None],
            "amount": [Decimal("1.50"), None],
            "at": [MORNING, None],
            "on": [date(2026, 3, 1), None],
            "tags": [["a", "乙"], None],
            "who": [{"name": "x", "age": 3}, None],
        }
        pl.DataFrame(values).with_columns(
            pl.Series("kind", ["a", None], pl.Categorical)
        ).write_parquet(tmp_path / "a.parquet")
        bronze = bronze_of(tmp_path / "a.parquet")
        assert bronze.row(0) == (
            1, Decimal("1.50"), MORNING, date(2026, 3, 1),
            '["a","乙"]', '{"name":"x","age":3}', "a", 1, None,
        )  # fmt: skip
        assert bronze.row(1) == (*[None] * 7, 2, None)
        assert bronze.schema["whole"] == pl.Int64

    def test_rows_are_numbered_through_all_row_groups(self, tmp_path: Path) -> None:
        rows = pl.DataFrame({" a ": range(250_000)})
        rows.write_parquet(tmp_path / "a.parquet", row_group_size=70_000)
        bronze = bronze_of(tmp_path / "a.parquet")
        assert (bronze["a"] + 1 == bronze["_row"]).all()

    def test_a_file_without_rows_is_read(self, tmp_path: Path) -> None:
        pl.DataFrame({"a": [[1]], "b": [1]}).clear().write_parquet(tmp_path / "a.parquet")
        assert bronze_of(tmp_path / "a.parquet").is_empty()

    def test_a_broken_file_is_refused(self, tmp_path: Path) -> None:
        pl.DataFrame({"a": [str(n) for n in range(9999)]}).write_parquet(tmp_path / "a.parquet")
        content = (tmp_path / "a.parquet").read_bytes()
        for broken in (content[: len(content) // 2], b"a,b\n1,2\n", content[50:]):
            assert "is no whole Parquet file" in refusal_of(landed(tmp_path, "b.parquet", broken))
        garbled = content[:100] + b"\xff" * 2000 + content[2100:]
        with pytest.raises(Refusal, match="is no whole Parquet file"):
            write_bronze(landed(tmp_path, "c.parquet", garbled), source(),
                         tmp_path / "bronze.parquet", hmac_key=None, metadata={})  # fmt: skip

    def test_a_doubled_column_is_refused(self, tmp_path: Path) -> None:
        table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a "])
        pq.write_table(table, tmp_path / "a.parquet")
        assert 'the column "a" 2 times' in refusal_of(tmp_path / "a.parquet")


class TestJsonLines:
    def test_types_are_native_and_nested_values_json_text(self, tmp_path: Path) -> None:
        file = landed(
            tmp_path,
            "a.jsonl",
            '{"id": "A1", "n": 1, "x": 1, "ok": true, "at": "2026-03-01 08:30", '
            '"tags": ["a", "乙"]}\r\n\r\n'
            '{"id": "A2", "n": null, "x": 1.5, "late/r~": {"y": null}}\n',
        )
        bronze = bronze_of(file)
        assert bronze.columns == [
            "id", "n", "x", "ok", "at", "tags", "late/r~", "_row", "_ragged"
        ]  # fmt: skip
        assert bronze.rows() == [
            ("A1", 1, 1.0, True, "2026-03-01 08:30", '["a","乙"]', None, 1, None),
            ("A2", None, 1.5, None, None, None, '{"y":null}', 3, None),
        ]

    def test_a_key_with_values_of_several_types_is_text(self, tmp_path: Path) -> None:
        file = landed(tmp_path, "a.jsonl", '{"a": 1, "b": null}\n{"a": "x"}\n{"a": true}\n')
        bronze = bronze_of(file)
        assert bronze["a"].to_list() == ["1", "x", "true"]
        assert bronze.schema["b"] == pl.String

    def test_long_whole_numbers_lose_no_digit(self, tmp_path: Path) -> None:
        file = landed(tmp_path, "a.jsonl", '{"a": 12345678901234567890123}\n{"a": 7}')
        assert bronze_of(file)["a"].to_list() == ["12345678901234567890123", "7"]

    def test_keys_that_come_late_are_columns_too(self, tmp_path: Path) -> None:
        text = '{"a": 1}\n' * 200_000 + '{"a": 1, "b": 2}'
        target = tmp_path / "bronze.parquet"
        file = landed(tmp_path, "a.ndjson.gz", gzip.compress(text.encode("gb18030")))
        assert write_bronze(file, source(), target, hmac_key=None, metadata={}) == 200_001
        last = pl.read_parquet(target).filter(pl.col("b") == 2)
        assert last.rows() == [(1, 2, 200_001, None)]

    @pytest.mark.parametrize("line", ["[1, 2]", '"x"', "nonsense", '{"a": 1', '{"a": 1} {"a": 2}'])
    def test_a_line_that_is_no_object_is_refused(self, tmp_path: Path, line: str) -> None:
        sentence = refusal_of(landed(tmp_path, "a.jsonl", f'{{"a": 1}}\n\n{line}'))
        assert "a.jsonl: line 3 is no whole JSON object" in sentence

    def test_one_long_document_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(json_lines, "_LINE_LIMIT", 1000)
        document = "[" + ",".join(['{"a": 1}'] * 1000) + "]"
        assert "line 1 is no whole" in refusal_of(landed(tmp_path, "a.jsonl", document))

    def test_a_file_without_objects_is_refused(self, tmp_path: Path) -> None:
        for text in ("\n\n", "{}\n"):
            assert "is empty (no object" in refusal_of(landed(tmp_path, "a.jsonl", text))


def _encrypted_workbook() -> bytes:
    """Return the outer shell in which Excel keeps an encrypted workbook: an OLE2 file."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

    def entry(name: str, kind: int, child: int = free) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0" if name else b""
        fields = (len(text), kind, 1, free, free, child, b"", 0, 0, 0, end, 0)
        return text.ljust(64, b"\0") + struct.pack("<HBBIII16sIQQIQ", *fields)

    magic = bytes.fromhex("d0cf11e0a1b11ae1").ljust(24, b"\0")
    versions = struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    places = struct.pack("<9I109I", 0, 1, 1, 0, 4096, end, 0, end, 0, 0, *[free] * 108)
    sectors = struct.pack("<128I", table, end, *[free] * 126)
    folder = entry("Root Entry", 5, child=1) + entry("EncryptedPackage", 2) + entry("", 0) * 2
    return magic + versions + places + sectors + folder
