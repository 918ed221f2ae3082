"""Decisions on control charts are kept for good: who accepted or undid what, when, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.decisions import (
    Series,
    accept_rebase,
    decisions_digest,
    read_rebases,
    rebases_in_force,
    undo_rebase,
)
from transforms.refusal import Refusal

_SERIES = Series("promise_kept_share", "HQ", "week")
_BESIDE = Series("promise_kept_share", "PD", "week")
_MAY, _JUNE = date(2026, 5, 4), date(2026, 6, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store" / "decisions.sqlite"


def test_without_a_file_nothing_is_decided_and_none_is_made(file: Path) -> None:
    assert read_rebases(file).is_empty()
    assert rebases_in_force(file).is_empty()
    assert decisions_digest(file) == ""
    assert not file.exists()


def test_an_acceptance_says_who_when_and_why(file: Path) -> None:
    before = datetime.now(UTC)
    accept_rebase(file, _SERIES, _MAY, by="  Li Wei ", reason=" new sorting line ")
    (kept,) = rebases_in_force(file).to_dicts()
    at = kept.pop("at")
    assert before <= at <= datetime.now(UTC)
    assert kept == {
        "number": 1,
        "decision": "accepted",
        "metric": "promise_kept_share",
        "org_unit_id": "HQ",
        "grain": "week",
        "from_period": _MAY,
        "by": "Li Wei",
        "reason": "new sorting line",
    }


def test_undoing_adds_a_row_and_takes_it_out_of_force(file: Path) -> None:
    accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
    undo_rebase(file, _SERIES, _MAY, by="Fang Li", reason="it was the weather")
    assert rebases_in_force(file).is_empty()
    assert read_rebases(file)["decision"].to_list() == ["accepted", "undone"]


def test_what_was_undone_can_be_accepted_again(file: Path) -> None:
    accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
    undo_rebase(file, _SERIES, _MAY, by="Fang Li", reason="the weather")
    accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="the line after all")
    assert rebases_in_force(file)["reason"].to_list() == ["the line after all"]


def test_each_series_and_day_is_decided_by_itself(file: Path) -> None:
    for series, day in ((_SERIES, _MAY), (_SERIES, _JUNE), (_BESIDE, _MAY)):
        accept_rebase(file, series, day, by="Li Wei", reason="new line")
    undo_rebase(file, _SERIES, _MAY, by="Fang Li", reason="the weather")
    in_force = rebases_in_force(file).select("org_unit_id", "from_period").rows()
    assert in_force == [("HQ", _JUNE), ("PD", _MAY)]


@pytest.mark.parametrize(("by", "reason"), [("", "new line"), ("Li Wei", "  "), ("", "")])
def test_without_a_name_and_a_reason_nothing_is_decided(file: Path, by: str, reason: str) -> None:
    with pytest.raises(Refusal, match="name and a reason"):
        accept_rebase(file, _SERIES, _MAY, by=by, reason=reason)
    accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
    with pytest.raises(Refusal, match="name and a reason"):
        undo_rebase(file, _SERIES, _MAY, by=by, reason=reason)
    assert read_rebases(file).height == 1


def test_what_is_in_force_cannot_be_accepted_twice_nor_undone_twice(file: Path) -> None:
    with pytest.raises(Refusal, match="no accepted limits"):
        undo_rebase(file, _SERIES, _MAY, by="Fang Li", reason="the weather")
    accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
    with pytest.raises(Refusal, match="in force already"):
        accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
    undo_rebase(file, _SERIES, _MAY, by="Fang Li", reason="the weather")
    with pytest.raises(Refusal, match="no accepted limits"):
        undo_rebase(file, _SERIES, _MAY, by="Fang Li", reason="the weather")


def test_texts_are_kept_as_they_were_written(file: Path) -> None:
    reason = "新分拣线'; drop table rebases; --\n第二行 🚚"
    accept_rebase(file, _SERIES, _MAY, by="李伟", reason=reason)
    assert rebases_in_force(file)["reason"].to_list() == [reason]


def test_the_digest_changes_with_every_decision(file: Path) -> None:
    seen = [decisions_digest(file)]
    accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
    seen.append(decisions_digest(file))
    assert decisions_digest(file) == seen[-1]
    undo_rebase(file, _SERIES, _MAY, by="Fang Li", reason="the weather")
    seen.append(decisions_digest(file))
    assert len(set(seen)) == 3


def test_a_store_that_cannot_be_written_is_said_in_a_sentence(file: Path) -> None:
    file.mkdir(parents=True)  # not a file, whoever runs the tests
    with pytest.raises(Refusal, match=r"not kept: .*decisions\.sqlite cannot be written") as told:
        accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
    assert "无法写入" in told.value.told("zh")


def test_a_store_that_cannot_be_made_is_said_in_a_sentence(file: Path) -> None:
    file.parent.write_text("in the way", encoding="utf-8")
    with pytest.raises(Refusal, match="cannot be written"):
        accept_rebase(file, _SERIES, _MAY, by="Li Wei", reason="new line")
