"""The gate: for every rule of every kind there is a row that breaks it, and is held for it."""

from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings
from pandera.errors import SchemaErrors

from quality.contracts import RECORD_KINDS, RecordKind
from quality.gate import Sorted, rule_sentence, rules_of, sort_rows
from tests.quality.sample_rows import BREAKING_CHANGES, EIGHT, GOOD_ROWS, KNOWN

_EVERY_RULE = [(name, rule) for name, kind in RECORD_KINDS.items() for rule in rules_of(kind)]


def _rows(kind: RecordKind, *changes: dict[str, Any]) -> pl.DataFrame:
    """Return the good row of `kind` once per change, with the change made."""
    good = {"unreadable": [], "ragged": None, **GOOD_ROWS[kind.name]}
    types = {"unreadable": pl.List(pl.String), "ragged": pl.String, **kind.columns}
    return pl.DataFrame(
        [dict.fromkeys(types) | good | change for change in changes], schema=types
    ).with_row_index("row_number", 2)


def _sort(kind: RecordKind, rows: pl.DataFrame, **terms: Any) -> Sorted:
    return sort_rows(
        rows, kind, **{"known": KNOWN, "tolerance_seconds": 60, "currency": "CNY", **terms}
    )


def _broken(kind: RecordKind, change: dict[str, Any]) -> list[str]:
    """Return the rules that the good row of `kind` breaks after `change`."""
    held = _sort(kind, _rows(kind, change)).quarantined
    return held["broken_rules"].to_list()[0] if held.height else []


def _change_that_breaks(kind: RecordKind, rule: str) -> dict[str, Any]:
    """Return a change for `rule`; a KeyError means that a new rule has no bad row yet."""
    if rule in BREAKING_CHANGES.get(kind.name, {}):
        return BREAKING_CHANGES[kind.name][rule]
    if rule == "row_has_every_column":
        return {**dict.fromkeys(kind.columns), "ragged": "T1,complaint"}
    column, general_rule = rule.rsplit("_is_", 1)
    return {
        "present": {column: None},
        "known": {column: "nonsense"},
        "registered": {column: "nowhere"},
        "readable": {column: None, "unreadable": [column]},
        "well_formed": {column: "cny"},
        "in_range": {column: -1},
    }[general_rule]


@pytest.mark.parametrize("name", RECORD_KINDS)
def test_a_good_row_passes_with_its_bookkeeping(name: str) -> None:
    kind = RECORD_KINDS[name]
    valid, held = _sort(kind, _rows(kind, {}))
    assert held.is_empty()
    assert valid.columns == ["row_number", *kind.columns]
    assert valid["row_number"].to_list() == [2]


@pytest.mark.parametrize(("name", "rule"), _EVERY_RULE)
def test_a_row_that_breaks_one_rule_is_held_for_it(name: str, rule: str) -> None:
    kind = RECORD_KINDS[name]
    expected = {rule}
    if rule == "currency_is_well_formed":
        expected.add("currency_is_the_homes")
    assert set(_broken(kind, _change_that_breaks(kind, rule))) == expected


@pytest.mark.parametrize(("name", "rule"), _EVERY_RULE)
def test_every_rule_says_in_both_languages_what_it_demands_and_what_to_do(
    name: str, rule: str
) -> None:
    sentence = rule_sentence(RECORD_KINDS[name], rule)
    assert sentence.en.endswith(".") and ": " in sentence.en
    assert sentence.zh.endswith("。") and "；" in sentence.zh
    assert "{" not in sentence.en + sentence.zh


def test_a_rule_that_a_kind_does_not_have_has_no_sentence() -> None:
    with pytest.raises(KeyError):
        rule_sentence(RECORD_KINDS["tickets"], "waybill_no_is_present")


def test_a_row_is_held_with_every_rule_it_breaks_sorted() -> None:
    assert _broken(
        RECORD_KINDS["tickets"],
        {
            "ticket_id": " ",
            "kind": "praise",
            "reopened_count": -1,
            "reassigned_count": -2,
            "org_unit_id": "nowhere",
            "closed_at": None,
            "resolved_at": EIGHT - timedelta(days=1),
            "compensation_minor": None,
            "unreadable": ["compensation_minor"],
        },
    ) == [
        "closed_at_is_given_when_closed",
        "compensation_minor_is_readable",
        "kind_is_known",
        "org_unit_id_is_registered",
        "reassigned_count_is_in_range",
        "reopened_count_is_in_range",
        "resolved_at_is_not_before_opened_at",
        "ticket_id_is_present",
    ]


def test_held_rows_keep_their_bookkeeping_and_lose_the_gates_own_columns() -> None:
    kind = RECORD_KINDS["tickets"]
    rows = _rows(kind, {}, {"kind": "praise"}).with_columns(batch=pl.lit("a1b2"))
    held = _sort(kind, rows).quarantined
    assert held.columns == ["row_number", "batch", *kind.columns, "broken_rules"]
    assert held.select("row_number", "batch", "kind").rows() == [(3, "a1b2", "praise")]


@pytest.mark.parametrize(
    ("seconds_early", "is_held"), [(0, False), (60, False), (61, True), (60.000001, True)]
)
def test_an_instant_may_precede_by_the_tolerance_and_no_more(
    seconds_early: float, is_held: bool
) -> None:
    early = EIGHT - timedelta(seconds=seconds_early)
    broken = _broken(RECORD_KINDS["tickets"], {"first_response_at": early})
    assert broken == (["first_response_at_is_not_before_opened_at"] if is_held else [])


def test_without_a_tolerance_a_second_too_early_is_too_early() -> None:
    kind = RECORD_KINDS["surveys"]
    early = _rows(kind, {"answered_at": EIGHT - timedelta(seconds=1)})
    assert _sort(kind, early, tolerance_seconds=0).quarantined.height == 1


def test_a_value_that_cannot_be_read_is_not_also_called_missing_or_needed() -> None:
    kind = RECORD_KINDS["deliveries"]
    unread = {
        **dict.fromkeys(("delivered_at", "picked_up_at", "promised_at")),
        "unreadable": ["delivered_at", "picked_up_at"],
    }
    assert _broken(kind, unread) == [
        "delivered_at_is_readable",
        "picked_up_at_is_readable",
    ]


def test_an_unreadable_value_in_one_row_does_not_excuse_another_row() -> None:
    kind = RECORD_KINDS["tickets"]
    rows = _rows(kind, {"opened_at": None, "unreadable": ["opened_at"]}, {"opened_at": None}, {})
    assert _sort(kind, rows).quarantined["broken_rules"].to_list() == [
        ["opened_at_is_readable"],
        ["opened_at_is_present"],
    ]


def test_a_ragged_row_is_held_for_that_alone() -> None:
    kind = RECORD_KINDS["tickets"]
    ragged = {**dict.fromkeys(kind.columns), "ragged": "", "unreadable": ["opened_at"]}
    assert _broken(kind, ragged) == ["row_has_every_column"]


def test_a_reference_table_that_is_not_known_is_not_asked() -> None:
    kind = RECORD_KINDS["deliveries"]
    stranger = _rows(kind, {"org_unit_id": "nowhere", "service_level": "rocket"})
    held = _sort(kind, stranger, known={"org_units": KNOWN["org_units"]}).quarantined
    assert held["broken_rules"].to_list() == [["org_unit_id_is_registered"]]
    assert _sort(kind, stranger, known={}).quarantined.is_empty()


def test_an_empty_reference_table_knows_nobody() -> None:
    kind = RECORD_KINDS["tickets"]
    held = _sort(kind, _rows(kind, {}), known={"org_units": pl.Series([])}).quarantined
    assert held["broken_rules"].to_list() == [["org_unit_id_is_registered"]]


def test_any_currency_will_do_where_the_home_names_none() -> None:
    kind = RECORD_KINDS["finance_entries"]
    assert _sort(kind, _rows(kind, {"currency": "EUR"}), currency=None).quarantined.is_empty()


def test_an_unanswered_invitation_is_a_good_row() -> None:
    assert not _broken(
        RECORD_KINDS["surveys"],
        dict.fromkeys(
            ("answered_at", "overall", "attitude", "efficiency", "effect", "recommend", "weight")
        ),
    )


@pytest.mark.parametrize("name", RECORD_KINDS)
def test_the_defaults_of_a_kind_are_values_that_pass(name: str) -> None:
    kind = RECORD_KINDS[name]
    assert not _broken(kind, dict(kind.defaults))


@pytest.mark.parametrize("name", RECORD_KINDS)
def test_no_rows_are_no_trouble(name: str) -> None:
    kind = RECORD_KINDS[name]
    valid, held = _sort(kind, _rows(kind, {}).clear())
    assert valid.is_empty() and held.is_empty()
    assert held.schema["broken_rules"] == pl.List(pl.String)


def test_a_frame_without_a_column_is_an_error_and_not_bad_rows() -> None:
    kind = RECORD_KINDS["tickets"]
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        _sort(kind, _rows(kind, {}).drop("priority"))


def test_a_column_of_the_wrong_type_is_an_error_and_not_bad_rows() -> None:
    kind = RECORD_KINDS["tickets"]
    with pytest.raises(SchemaErrors):
        _sort(kind, _rows(kind, {}).with_columns(pl.col("agent_replies").cast(pl.Int32)))


_TICKET_CHANGES = [
    {},
    *(
        _change_that_breaks(RECORD_KINDS["tickets"], rule)
        for rule in rules_of(RECORD_KINDS["tickets"])
    ),
]


@pytest.mark.slow
@settings(max_examples=20)
@given(st.lists(st.lists(st.sampled_from(_TICKET_CHANGES), max_size=3), max_size=12))
def test_every_row_comes_out_once_judged_as_if_it_were_alone(
    changes: list[list[dict[str, Any]]],
) -> None:
    kind = RECORD_KINDS["tickets"]
    rows = _rows(kind, *({k: v for c in several for k, v in c.items()} for several in changes))
    valid, held = _sort(kind, rows)
    assert sorted([*valid["row_number"], *held["row_number"]]) == rows["row_number"].to_list()
    assert valid["row_number"].is_sorted() and held["row_number"].is_sorted()
    for row in rows.iter_slices(1):
        alone = _sort(kind, row)
        number = row["row_number"].item()
        together = held.filter(pl.col("row_number") == number)
        assert alone.quarantined["broken_rules"].to_list() == together["broken_rules"].to_list()
    kept = [name for name in rows.columns if name not in ("unreadable", "ragged")]
    assert valid.equals(
        rows.filter(pl.col("row_number").is_in(valid["row_number"].implode()))[kept]
    )


@pytest.mark.slow
@settings(max_examples=20)
@given(st.lists(st.sampled_from(_TICKET_CHANGES), max_size=12))
def test_rows_that_passed_the_gate_pass_it_again(changes: list[dict[str, Any]]) -> None:
    kind = RECORD_KINDS["tickets"]
    valid = _sort(kind, _rows(kind, *changes)).valid
    again = _sort(
        kind,
        valid.with_columns(
            unreadable=pl.lit([], dtype=pl.List(pl.String)), ragged=pl.lit(None, dtype=pl.String)
        ),
    )
    assert again.quarantined.is_empty()
    assert again.valid.equals(valid)
