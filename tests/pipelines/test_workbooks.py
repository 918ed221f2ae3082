"""Workbooks and CSV files are read back as a person's program would read them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import fastexcel
import polars as pl
import pytest

from pipelines.workbooks import Sheet, csv, workbook
from transforms.refusal import Refusal

TICKETS = pl.DataFrame(
    {
        "ticket_id": ["T1", "T2", "T3"],
        "comment": ["=1+1", "http://example.org", "太慢了"],
        "tags": [["late", "lost"], [], None],
        "cases": [1200, -3, None],
        "share": [0.25, 0.5, None],
        "fee": pl.Series([Decimal("1234.50"), Decimal("-2.25"), None], dtype=pl.Decimal(18, 2)),
        "opened_on": [date(2026, 3, 1), date(2026, 3, 2), None],
        "opened_at": [datetime(2026, 3, 1, 18, 30, tzinfo=UTC)] * 2 + [None],
        "is_late": [True, False, None],
    }
)
TITLES = {"ticket_id": "Ticket", "comment": "Comment", "share": "Share"}
# Starts of text that a spreadsheet takes for a formula, and starts that it does not.
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "－1"]
NO_FORMULAS = ["1-1", "a=b", " =1", "'=1", "太慢 =1", ""]


def sheet(name: str = "Tickets", frame: pl.DataFrame = TICKETS) -> Sheet:
    return Sheet(name, frame, TITLES, {"share": "0.0%"})


def tables_of(content: bytes) -> dict[str, pl.DataFrame]:
    """Return each sheet but the cover."""
    names = fastexcel.read_excel(content).sheet_names[1:]
    return {name: pl.read_excel(content, sheet_name=name, raise_if_empty=False) for name in names}


def part_of(content: bytes, name: str) -> str:
    """Return one file of the zip that a workbook is."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read(f"xl/{name}").decode()


def read_csv(content: bytes) -> pl.DataFrame:
    return pl.read_csv(content, infer_schema=False)


def test_the_cover_comes_first_with_title_and_lines() -> None:
    content = workbook([sheet()], [("Snapshot", "000001"), ("Currency", "CNY")], "Tickets, March")
    cover = pl.read_excel(content, sheet_id=1, has_header=False, drop_empty_rows=True)
    assert fastexcel.read_excel(content).sheet_names == ["Tickets, March", "Tickets"]
    assert cover.rows() == [("Tickets, March", None), ("Snapshot", "000001"), ("Currency", "CNY")]


def test_columns_keep_their_type_and_get_their_title() -> None:
    table = tables_of(workbook([sheet()], [], "March", time_zone="Asia/Shanghai"))["Tickets"]
    assert dict(table.schema) == {
        "Ticket": pl.String,
        "Comment": pl.String,
        "tags": pl.String,
        "cases": pl.Int64,
        "Share": pl.Float64,
        "fee": pl.Float64,
        "opened_on": pl.Date,
        "opened_at": pl.Datetime("ms"),
        "is_late": pl.Boolean,
    }
    assert table.row(0) == (
        "T1",
        "=1+1",
        "late, lost",
        1200,
        0.25,
        1234.5,
        date(2026, 3, 1),
        datetime.fromisoformat("2026-03-02 02:30"),  # in Shanghai
        True,
    )
    assert table["cases"].to_list() == [1200, -3, None]


def test_text_stays_text_whatever_it_begins_with() -> None:
    texts = [*FORMULAS, *NO_FORMULAS[:-1], "{=1}", "mailto:a@example.org", "00123", "1e5", "NaN"]
    frame = pl.DataFrame({"=2+2": texts})
    content = workbook([sheet(frame=frame)], [("=3+3", "=4+4")], "=5+5")
    xml = part_of(content, "worksheets/sheet1.xml") + part_of(content, "worksheets/sheet2.xml")
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    assert set(re.findall(r'<c r="A\d+"[^>]*?( t="\w+")?>', xml)) == {' t="s"'}
    assert tables_of(content)["Tickets"]["=2+2"].to_list() == texts


def test_every_sheet_is_a_table_with_a_frozen_header_that_can_be_filtered() -> None:
    content = workbook([sheet("March"), sheet("April")], [], "Tickets")
    for number in (1, 2):
        assert 'ySplit="1" topLeftCell="A2"' in part_of(
            content, f"worksheets/sheet{number + 1}.xml"
        )
        table = part_of(content, f"tables/table{number}.xml")
        assert 'ref="A1:I4"' in table
        assert "<autoFilter" in table


def test_money_shows_two_decimals_and_a_column_its_own_format() -> None:
    styles = part_of(workbook([sheet()], [], "Tickets"), "styles.xml")
    assert 'formatCode="0.0%"' in styles
    assert 'formatCode="#,##0.00"' in styles


def test_columns_are_as_wide_as_what_they_hold_and_chinese_counts_double() -> None:
    frame = pl.DataFrame({"a": ["x" * 20], "b": ["长" * 20], "c": ["长" * 500], "d": [1]})
    xml = part_of(workbook([sheet(frame=frame)], [], "Tickets"), "worksheets/sheet2.xml")
    latin, chinese, long, number = map(float, re.findall(r'<col [^>]* width="([\d.]+)"', xml))
    assert chinese == pytest.approx(2 * latin, rel=0.1)
    assert number < latin < chinese < long < 70


@pytest.mark.parametrize("frame", [TICKETS.clear(), pl.DataFrame()])
def test_an_empty_table_still_is_a_sheet(frame: pl.DataFrame) -> None:
    tables = tables_of(workbook([sheet(frame=frame)], [], "March"))
    assert tables["Tickets"].height == 0
    assert tables["Tickets"].width == frame.width


def test_names_that_excel_does_not_take_are_made_fit() -> None:
    names = ["Late?", "late ", "a/b:c", "x" * 40, "X" * 40, "History", "[]", "投诉" * 20]
    content = workbook([sheet(name) for name in names], [], "Late")
    assert fastexcel.read_excel(content).sheet_names == [
        "Late",
        "Late (2)",
        "late (3)",
        "a b c",
        "x" * 31,
        "X" * 27 + " (2)",
        "History_",
        "Sheet",
        ("投诉" * 20)[:31],
    ]


def test_titles_that_repeat_are_numbered() -> None:
    frame = pl.DataFrame({"a": [1], "b": [2], "A": [3]})
    content = workbook([Sheet("T", frame, {"b": "a"})], [], "March")
    assert tables_of(content)["T"].columns == ["a", "a (2)", "A (3)"]


def test_text_longer_than_a_cell_is_cut() -> None:
    frame = pl.DataFrame({"comment": ["x" * 40_000]})
    table = tables_of(workbook([sheet(frame=frame)], [], "March"))["Tickets"]
    assert table["Comment"].str.len_chars().to_list() == [32_767]


def test_no_number_is_an_error_and_not_a_zero() -> None:
    frame = pl.DataFrame({"share": [0.5, float("nan"), float("inf")]})
    xml = part_of(workbook([sheet(frame=frame)], [], "March"), "worksheets/sheet2.xml")
    assert re.findall(r"<v>(#.*?)</v>", xml) == ["#NUM!", "#DIV/0!"]


def test_more_rows_than_a_sheet_holds_are_refused_in_one_sentence() -> None:
    too_many = pl.DataFrame({"n": pl.int_range(1_048_576, eager=True)})
    with pytest.raises(Refusal) as refused:
        workbook([sheet(frame=too_many)], [], "March")
    assert refused.value.told("en") == (
        "Tickets: 1,048,576 rows are more than the 1,048,575 of an Excel sheet: narrow the "
        "selection, or take the CSV file."
    )
    assert refused.value.told("zh") == (
        "Tickets：共 1,048,576 行，超出 Excel 工作表的 1,048,575 行上限：请缩小筛选范围，"
        "或改为下载 CSV 文件。"
    )


def test_the_same_input_gives_the_same_bytes_and_the_date_is_the_given_one() -> None:
    made_at = datetime(2026, 4, 1, 2, tzinfo=UTC)
    first, second = (workbook([sheet()], [("a", "b")], "T", made_at=made_at) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as book:
        assert b">2026-04-01T02:00:00Z<" in book.read("docProps/core.xml")


def test_csv_begins_with_a_byte_order_mark_and_has_one_line_per_row() -> None:
    content = csv(TICKETS, TITLES, time_zone="Asia/Shanghai")
    assert content.startswith(b"\xef\xbb\xbfTicket,Comment,tags,cases,Share,fee,")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[1] == (
        'T1,\'=1+1,"late, lost",1200,0.25,1234.50,2026-03-01,2026-03-02 02:30:00,true'
    )
    assert lines[3:] == ["T3,太慢了,,,,,,,", ""]


def test_csv_text_that_looks_like_a_formula_is_made_harmless_and_other_text_is_not() -> None:
    frame = pl.DataFrame({"=a": FORMULAS + NO_FORMULAS})
    read = read_csv(csv(frame, {}))
    assert read.columns == ["'=a"]
    assert read["'=a"].to_list() == [f"'{text}" for text in FORMULAS] + NO_FORMULAS


def test_csv_lists_and_categories_are_text_too() -> None:
    frame = pl.DataFrame(
        {"list": [["=1", "b"]], "kind": pl.Series(["+x"], dtype=pl.Categorical)},
    )
    assert read_csv(csv(frame, {})).row(0) == ("'=1, b", "'+x")


def test_csv_numbers_keep_their_sign() -> None:
    frame = pl.DataFrame(
        {"n": [-1], "share": [-0.5], "fee": pl.Series([Decimal("-2.25")], dtype=pl.Decimal(18, 2))}
    )
    assert read_csv(csv(frame, {})).row(0) == ("-1", "-0.5", "-2.25")


def test_csv_without_rows_has_its_header() -> None:
    assert read_csv(csv(TICKETS.clear(), TITLES)).columns[:2] == ["Ticket", "Comment"]
