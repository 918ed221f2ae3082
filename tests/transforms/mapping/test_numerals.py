"""Numbers written as text, worked by hand and against exact decimal arithmetic."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.mapping.numerals import read_floats, read_integers

MINOR_UNITS = st.integers(-(10**17), 10**17)


def cents(text: str, *, decimal_comma: bool = False) -> int | None:
    return read_integers(pl.Series([text]), scale=100, decimal_comma=decimal_comma).item()


def whole(text: str) -> int | None:
    return read_integers(pl.Series([text]), scale=1, decimal_comma=False).item()


def score(text: str, *, decimal_comma: bool = False) -> float | None:
    return read_floats(pl.Series([text]), scale=1, decimal_comma=decimal_comma).item()


@given(st.lists(MINOR_UNITS), st.booleans(), st.sampled_from(["", ",", " ", "'"]))
def test_money_comes_back_to_the_minor_unit(
    amounts: list[int], in_brackets: bool, separator: str
) -> None:
    def written(amount: int) -> str:
        text = f"{Decimal(abs(amount)) / 100:,.2f}".replace(",", separator)
        if amount >= 0:
            return text
        return f"({text})" if in_brackets else f"-{text}"

    texts = pl.Series([written(amount) for amount in amounts], dtype=pl.String)
    assert read_integers(texts, scale=100, decimal_comma=False).to_list() == amounts


@given(st.lists(MINOR_UNITS))
def test_money_with_a_decimal_comma_comes_back_to_the_minor_unit(amounts: list[int]) -> None:
    swapped = str.maketrans(",.", ".,")
    texts = [f"{Decimal(amount) / 100:,.2f}".translate(swapped) for amount in amounts]
    read = read_integers(pl.Series(texts, dtype=pl.String), scale=100, decimal_comma=True)
    assert read.to_list() == amounts


@given(st.decimals(-(10**15), 10**15, places=6), st.sampled_from([1, 7, 60, 100, 1000, 10**9]))
def test_scaling_is_exact_or_refused(number: Decimal, scale: int) -> None:
    read = read_integers(pl.Series([f"{number:f}"]), scale=scale, decimal_comma=False).item()
    exact = number * scale
    fits = exact == exact.to_integral_value() and abs(exact) < 2**63
    assert read == (int(exact) if fits else None)


def test_hundredths_are_not_lost_in_binary_fractions() -> None:
    assert cents("0.29") == 29
    assert cents("1.15") == 115
    assert cents("999999999999999.99") == 99_999_999_999_999_999


def test_money_finer_than_a_minor_unit_is_unreadable() -> None:
    assert cents("1234.565") is None
    assert cents("1234.5600") == 123456


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234.50", 123450),
        ("1,23,456.00", 12345600),
        ("1 234.50", 123450),
        ("1\u00a0234.50", 123450),
        ("1'234.50", 123450),
        ("+12", 1200),
        ("-12.5", -1250),
        ("−12.5", -1250),
        ("12.50-", -1250),
        ("(12.50)", -1250),
        ("（12.50）", -1250),
        ("¥12.50", 1250),
        ("￥ 12.50", 1250),
        ("-$3", -300),
        ("$-3", -300),
        ("3 €", 300),
        ("12.5元", 1250),
        ("CNY 1,000.00", 100000),
        ("１２．５０", 1250),
        (".5", 50),
        ("5.", 500),
        ("0.0", 0),
        (".0", 0),
    ],
)
def test_money_is_read_as_people_write_it(text: str, expected: int) -> None:
    assert cents(text) == expected


@pytest.mark.parametrize(
    "text",
    ["12,50", "1,2345", "1 234,567", "1.2.3", "--5", "(-5)", "1e3", "abc", "-", ".", "12 34", "1O"],
)
def test_what_might_mean_another_number_is_unreadable(text: str) -> None:
    assert cents(text) is None


def test_a_point_separates_thousands_where_the_comma_is_decimal() -> None:
    assert cents("1.234", decimal_comma=True) == 123400
    assert cents("1.234,56", decimal_comma=True) == 123456
    assert cents("12.50", decimal_comma=True) is None
    assert score("1.234", decimal_comma=True) == 1234
    assert score("4,5", decimal_comma=True) == 4.5


def test_a_count_may_be_written_with_a_zero_fraction_only() -> None:
    assert whole("12") == whole("12.0") == whole("012") == 12
    assert whole("12.5") is None


@pytest.mark.parametrize("text", ["9223372036854775808", "1" * 30, "9" * 40])
def test_a_number_too_large_is_unreadable(text: str) -> None:
    assert whole(text) is None
    assert cents(text) is None


def test_scores_are_finite_numbers() -> None:
    assert score("4.5") == 4.5
    assert score("85%") == score("85 %") == 85
    assert score("1e3") == 1000
    assert score("1,000.5") == 1000.5
    assert score("nan") is None
    assert score("inf") is None
    assert score("good") is None


def test_no_text_is_no_number() -> None:
    texts = pl.Series([None, "1.50", None], dtype=pl.String)
    assert read_integers(texts, scale=100, decimal_comma=False).to_list() == [None, 150, None]
    assert read_floats(texts, scale=1, decimal_comma=True).to_list() == [None, None, None]
