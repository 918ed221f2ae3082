"""Slices with few answers are hidden, and so are those by which they could be told."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from transforms.small_numbers import hidden_slices

MINIMUM = 5
_TOLERANCE = 1e-6
_seeds = st.integers(0, 2**32 - 1)
_settings = settings(max_examples=150)
Parents = dict[str, str | None]
# HQ
#  ├─ EAST: PD, XH
#  └─ WEST: CD
PARENTS: Parents = {
    "HQ": None,
    "EAST": "HQ",
    "WEST": "HQ",
    "PD": "EAST",
    "XH": "EAST",
    "CD": "WEST",
}


def hidden_of(answers: dict[str, int]) -> set[str]:
    """Return the hidden slices of a split in one column."""
    counted = pl.DataFrame({"channel": [*answers], "answers": [*answers.values()]})
    return set(hidden_slices(counted, MINIMUM)["channel"])


def hidden_units(own: dict[str, int], parents: Parents = PARENTS) -> tuple[set[str], set[str]]:
    """Return the units hidden with all below them, and those hidden by themselves."""
    counted = pl.DataFrame({"org_unit_id": [*own], "answers": [*own.values()]})
    hidden = hidden_slices(counted, MINIMUM, tree_of(parents))
    together, alone = (
        hidden.filter(pl.col("is_own") == is_own)["org_unit_id"] for is_own in (False, True)
    )
    return set(together), set(alone)


def tree_of(parents: Parents) -> pl.DataFrame:
    """Return the tree as `reference.org_unit_tree` has it."""
    rows = [
        (unit, above, depth) for unit in parents for depth, above in enumerate(path(unit, parents))
    ]
    return pl.DataFrame(rows, schema=["org_unit_id", "ancestor_id", "depth"], orient="row")


def path(unit: str, parents: Parents) -> Iterator[str]:
    """Yield the unit and every unit above it."""
    above: str | None = unit
    while above is not None:
        yield above
        above = parents[above]


@pytest.mark.parametrize(
    ("answers", "hidden"),
    [
        ({"phone": 5, "web": 6}, ""),
        ({"phone": 4, "web": 20, "chat": 9}, "phone chat"),
        ({"phone": 3, "web": 4, "chat": 9}, "phone web"),
        ({"phone": 1, "web": 2, "chat": 9, "app": 30}, "phone web chat"),
        ({"phone": 4, "web": 0, "chat": 9}, "phone chat"),
        ({"phone": 3}, "phone"),
        ({"phone": 1, "web": 2}, "phone web"),
        ({"phone": 0}, ""),
    ],
)
def test_of_one_column_the_smallest_are_hidden(answers: dict[str, int], hidden: str) -> None:
    assert hidden_of(answers) == set(hidden.split())


def test_without_a_split_only_few_answers_are_hidden() -> None:
    assert hidden_slices(pl.DataFrame({"answers": [4]}), MINIMUM).height == 1
    assert hidden_slices(pl.DataFrame({"answers": [5]}), MINIMUM).is_empty()
    assert hidden_slices(pl.DataFrame({"answers": [0]}), MINIMUM).is_empty()


def test_a_missing_value_is_a_slice_like_others() -> None:
    counted = pl.DataFrame({"agent_id": [None, "A1", "A2"], "answers": [2, 8, 9]})
    assert set(hidden_slices(counted, MINIMUM)["agent_id"]) == {None, "A1"}


@pytest.mark.parametrize(
    ("own", "together"),
    [
        ({"PD": 6, "XH": 7, "CD": 8}, ""),
        ({"PD": 4, "XH": 7, "CD": 8}, "PD XH"),
        # Beside WEST, EAST is hidden, so that what is below EAST may not tell it.
        ({"PD": 9, "XH": 6, "CD": 3}, "WEST CD EAST XH"),
        ({"PD": 1, "XH": 1, "CD": 1}, "HQ EAST WEST PD XH CD"),
    ],
)
def test_units_and_those_above_and_beside_them_are_hidden(
    own: dict[str, int], together: str
) -> None:
    assert hidden_units(own)[0] == set(together.split())


def test_what_a_unit_counts_itself_is_hidden_beside_what_is_below_it() -> None:
    together, alone = hidden_units({"EAST": 2, "PD": 9, "XH": 6, "CD": 8})
    assert together == {"XH"}
    assert alone == {"EAST", "XH"}


def test_a_unit_that_the_tree_does_not_know_stands_beside_its_roots() -> None:
    together, alone = hidden_units({"PD": 9, "XH": 6, "CD": 8, "STRANGER": 3})
    assert {"STRANGER", "HQ"} <= together
    assert "STRANGER" in alone


def test_periods_of_a_unit_are_a_line_too() -> None:
    counted = pl.DataFrame(
        {"org_unit_id": ["PD"] * 3, "period": ["01", "02", "03"], "answers": [20, 3, 9]}
    )
    hidden = hidden_slices(counted, MINIMUM, tree_of({"PD": None}))
    assert set(hidden["period"]) == {"02", "03"}


def test_every_line_of_a_table_of_two_columns_is_safe() -> None:
    answers = {("phone", "sms"): 2, ("web", "sms"): 9, ("phone", "email"): 8, ("web", "email"): 7}
    counted = pl.DataFrame(
        [(*key, count) for key, count in answers.items()],
        schema=["channel", "method", "answers"],
        orient="row",
    )
    assert set(hidden_slices(counted, MINIMUM).drop("answers").rows()) == set(answers)


@pytest.mark.slow
@_settings
@given(_seeds)
def test_nobody_can_tell_a_hidden_slice_of_one_column(seed: int) -> None:
    chance = random.Random(seed)
    answers = {f"s{n}": some_answers(chance) for n in range(chance.randint(1, 8))}
    hidden = hidden_of(answers)
    each = dict(zip(answers, np.eye(len(answers)), strict=True))
    known = [row for name, row in each.items() if name not in hidden]
    if sum(answers.values()) >= MINIMUM:
        known.append(sum(each.values()))
    assert told_by(known, [(each[name], answers[name]) for name in hidden]) == []


@pytest.mark.slow
@_settings
@given(_seeds)
def test_nobody_can_tell_a_hidden_unit_of_a_tree(seed: int) -> None:
    chance = random.Random(seed)
    units = [f"u{n}" for n in range(chance.randint(2, 16))]
    parents: Parents = {
        unit: None if not n or chance.random() < 0.05 else chance.choice(units[max(0, n - 5) : n])
        for n, unit in enumerate(units)
    }
    has_parents_that_count = chance.random() < 0.5
    inner = set(parents.values())
    own = {
        unit: some_answers(chance) if has_parents_that_count or unit not in inner else 0
        for unit in units
    }
    together, alone = hidden_units(own, parents)
    each = dict(zip(units, np.eye(len(units)), strict=True))
    below = {
        unit: sum(each[other] for other in units if unit in path(other, parents)) for unit in units
    }
    count = np.array([own[unit] for unit in units])
    known = [below[unit] for unit in units if unit not in together]
    known += [each[unit] for unit in units if unit not in alone]
    if count.sum() >= MINIMUM:
        known.append(np.ones(len(units)))
    secret = [(below[unit], int(below[unit] @ count)) for unit in together]
    secret += [(each[unit], own[unit]) for unit in alone]
    assert told_by(known, secret) == []
    few = {unit for unit in units if 0 < below[unit] @ count < MINIMUM}
    assert few <= together


@pytest.mark.slow
@_settings
@given(_seeds)
def test_splits_that_stand_apart_are_judged_as_if_alone(seed: int) -> None:
    chance = random.Random(seed)
    counted = pl.DataFrame(
        [
            (question, unit, period, some_answers(chance))
            for question in ("agent", "speed", "price")
            for unit in PARENTS
            for period in ("01", "02", "03")
        ],
        schema=["question", "org_unit_id", "period", "answers"],
        orient="row",
    )
    tree = tree_of(PARENTS)
    alone = [hidden_slices(one, MINIMUM, tree) for one in counted.partition_by("question")]
    together = hidden_slices(counted, MINIMUM, tree, apart=["question"])
    assert_frame_equal(together, pl.concat(alone), check_row_order=False)


def told_by(
    known: list[np.ndarray], secret: list[tuple[np.ndarray, int]]
) -> list[tuple[np.ndarray, int]]:
    """Return the secrets, or sums of two with few answers, that follow from what is known.

    A row says which of the single numbers it is the sum of; it follows if it is a sum of multiples
    of known rows.
    """
    pairs = [
        (row + other, count + others)
        for position, (row, count) in enumerate(secret)
        for other, others in secret[:position]
        if not (row * other).any() and count + others < MINIMUM
    ]
    if not known:
        return []
    space = np.array(known).T

    def follows(row: np.ndarray) -> bool:
        factors, *_rest = np.linalg.lstsq(space, row, rcond=None)
        return bool(np.abs(space @ factors - row).max() < _TOLERANCE)

    return [(row, count) for row, count in (*secret, *pairs) if follows(row)]


def some_answers(chance: random.Random) -> int:
    """Return a number of answers that is often zero or few."""
    return chance.choice([0, 0, 1, 2, 3, 4, 5, 6, 7, 9, 20, 100])
