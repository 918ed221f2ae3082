"""Known headers and known words: what they mean, and that none means two things."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import polars as pl
import pytest

from quality.contracts import RECORD_KINDS
from transforms.mapping import vocabulary
from transforms.mapping.headers import HEADERS, fold, known_headers
from transforms.mapping.vocabulary import known_words, read_truths, translate_words
from transforms.source_definition import KindName

KINDS: tuple[KindName, ...] = get_args(KindName)


def folded(texts: list[str]) -> list[str]:
    return fold(pl.Series(texts, dtype=pl.String)).to_list()


@pytest.mark.parametrize("kind", KINDS)
def test_every_canonical_column_of_a_kind_has_its_headers_and_no_other(kind: KindName) -> None:
    assert list(HEADERS[kind]) == list(RECORD_KINDS[kind].mapped_columns)


@pytest.mark.parametrize("kind", KINDS)
def test_no_header_is_claimed_by_two_columns_of_a_kind(kind: KindName) -> None:
    claims = Counter(
        spelling
        for column, spellings in HEADERS[kind].items()
        for spelling in set(folded([column, *spellings]))
    )
    assert [spelling for spelling, times in claims.items() if times > 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_spelling_is_listed_twice_for_a_column(kind: KindName) -> None:
    for column, spellings in HEADERS[kind].items():
        listed = Counter(folded(list(spellings)))
        assert [spelling for spelling, times in listed.items() if times > 1] == [], column


@pytest.mark.parametrize(
    ("kind", "header", "column", "scale"),
    [
        ("tickets", "工单编号", "ticket_id", 1),
        ("tickets", "Ticket No.", "ticket_id", 1),
        ("tickets", "CASE_ID", "ticket_id", 1),
        ("tickets", "ｔｉｃｋｅｔ　ｎｕｍｂｅｒ", "ticket_id", 1),
        ("tickets", "Ticket ID", "ticket_id", 1),
        ("tickets", "受理网点", "org_unit_id", 1),
        ("tickets", "赔付金额（元）", "compensation_minor", 100),
        ("deliveries", "AWB", "waybill_no", 1),
        ("deliveries", "单号", "waybill_no", 1),
        ("deliveries", "Weight (kg)", "weight_grams", 1000),
        ("deliveries", "重量(克)", "weight_grams", 1),
        ("deliveries", "Weight_Grams", "weight_grams", 1),
        ("deliveries", "运费", "fee_minor", 100),
        ("deliveries", "运费(分)", "fee_minor", 1),
        ("surveys", "总体满意度", "overall", 1),
        ("finance_entries", "金额", "amount_minor", 100),
        ("finance_entries", "Amount", "amount_minor", 100),
        ("finance_entries", "amount_minor", "amount_minor", 1),
        ("budget_lines", "预算金额（万元）", "amount_minor", 1_000_000),
        ("duties", "应完成日期", "due_on", 1),
    ],
)
def test_a_header_is_known_however_it_is_spelled(
    kind: KindName, header: str, column: str, scale: int
) -> None:
    assert known_headers(kind)[folded([header])[0]] == (column, scale)


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("finance_entries", "凭证号"),
        ("surveys", "序号"),
        ("tickets", "resolution time"),
        ("deliveries", "weight"),
    ],
)
def test_a_header_that_would_lose_rows_or_values_is_not_guessed(
    kind: KindName, header: str
) -> None:
    assert folded([header])[0] not in known_headers(kind)


def _enumerated() -> list[tuple[KindName, str]]:
    return [(kind, column) for kind, words in vocabulary._VOCABULARY.items() for column in words]


@pytest.mark.parametrize(("kind", "column"), _enumerated())
def test_no_word_stands_for_two_values_of_a_column(kind: KindName, column: str) -> None:
    words = vocabulary._VOCABULARY[kind][column]
    claims = Counter(
        word for value, spelled in words.items() for word in set(folded([value, *spelled]))
    )
    assert [word for word, times in claims.items() if times > 1] == []


@pytest.mark.parametrize(("kind", "column"), _enumerated())
def test_words_stand_for_the_values_that_the_contract_allows(kind: KindName, column: str) -> None:
    assert column in RECORD_KINDS[kind].mapped_columns
    for check in RECORD_KINDS[kind].schema.columns[column].checks:
        if check.name == "isin":
            allowed = set(check.statistics["allowed_values"])
            assert set(vocabulary._VOCABULARY[kind][column]) == allowed


def test_known_words_become_canonical_and_others_stay_as_they_are() -> None:
    texts = pl.Series(["投诉", "Complaint", "COMPLAINT ", "complaint", "表扬", None])
    words = known_words("tickets", "kind")
    assert translate_words(texts, words).to_list() == [*["complaint"] * 4, "表扬", None]


def test_currencies_are_known_by_name_and_in_small_letters() -> None:
    words = known_words("finance_entries", "currency")
    assert translate_words(pl.Series(["人民币", "RMB", "usd"]), words).to_list() == [
        "CNY",
        "CNY",
        "USD",
    ]


def test_truth_values_are_read_in_both_languages() -> None:
    texts = pl.Series(["是", "否", "Yes", "n", "TRUE", "0", "1.0", "perhaps", None])
    expected = [True, False, True, False, True, False, True, None, None]
    assert read_truths(texts, "is_escalated").to_list() == expected


def test_a_truth_column_knows_words_of_its_own() -> None:
    assert read_truths(pl.Series(["达标", "超时"]), "source_met_sla").to_list() == [True, False]
    assert read_truths(pl.Series(["同城", "达标"]), "is_same_city").to_list() == [True, None]
