"""What `sqm clocks` prints: the verdict on each clock of a ticket, and the time that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from pipelines.commands.printing import show_rows, told
from pipelines.questions.clock_proofs import CLOCK_TITLES, STRETCH_TITLES, Clock, ClockProof

# The parts of the elapsed time, in the order of a sum.
_PARTS = ("working", "out_of_hours", "holiday", "paused")


def show_proofs(proofs: Sequence[ClockProof], language: str, format: str) -> None:
    """Print `proofs`; JSON has everything, CSV no stretches, text is in `language`."""
    if format != "table":
        show_rows([_row(proof, with_stretches=format == "json") for proof in proofs], format)
        return
    for proof in proofs:
        print(f"{CLOCK_TITLES[proof.clock.clock].told(language)}")
        print(f"  {told(language, *proof.sentence)}")
        for line in (*_rule(proof.clock, language), *_stretches(proof, language)):
            print(f"  {line}")
        print()
    measured = [proof.clock for proof in proofs if proof.clock.elapsed_seconds is not None]
    if measured:
        show_rows([_sum(clock, language) for clock in measured], "table")


def _row(proof: ClockProof, *, with_stretches: bool) -> dict[str, Any]:
    row = asdict(proof.clock) | {"sentence": proof.sentence.en, "sentence_zh": proof.sentence.zh}
    return row | ({"stretches": proof.stretches.to_dicts()} if with_stretches else {})


def _rule(clock: Clock, language: str) -> list[str]:
    """Return the policy that won and the calendar that counts, as far as there are any."""
    lines = []
    if clock.policy is not None:
        lines.append(told(language, f"Policy {clock.policy}", f"时限规则 {clock.policy}"))
    if clock.calendar is not None:
        lines.append(told(language, f"Calendar {clock.calendar}", f"工作日历 {clock.calendar}"))
    return lines


def _stretches(proof: ClockProof, language: str) -> list[str]:
    """Return a line per stretch in local time; what lies after the clock's end says so."""
    if proof.clock.stopped_at is None:
        beyond = told(language, " (still to come)", "（尚未到来）")
    else:
        beyond = told(language, " (after it stopped)", "（停止之后）")
    from_at, to_at = pl.col("from_at"), pl.col("to_at")
    real = proof.stretches.select(
        (to_at - from_at).dt.total_seconds().alias("seconds"),
        (to_at > pl.lit(proof.clock.ended_at)).alias("is_beyond"),
    )
    return [
        f"{begin:%Y-%m-%d %H:%M:%S} – {end:%Y-%m-%d %H:%M:%S}  {_written(seconds):>10}  "
        f"{STRETCH_TITLES[kind].told(language)}{beyond if is_beyond else ''}"
        for begin, end, kind, seconds, is_beyond in pl.concat(
            [proof.local_stretches, real], how="horizontal"
        ).iter_rows()
    ]


def _sum(clock: Clock, language: str) -> dict[str, str]:
    """Return the parts of the time of a clock, and their sum."""
    parts = {
        STRETCH_TITLES[part].told(language): getattr(clock, f"{part}_seconds") for part in _PARTS
    }
    named = {told(language, "Clock", "计时项"): CLOCK_TITLES[clock.clock].told(language)}
    total = {told(language, "= elapsed", "＝ 总时长"): clock.elapsed_seconds}
    return named | {title: _written(seconds) for title, seconds in (parts | total).items()}


def _written(seconds: int) -> str:
    """Return a duration such as "62:30:00", in hours however long it is."""
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"
