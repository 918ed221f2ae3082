"""The proof of clocks: the verdict in a sentence, the time as it was spent, and its parts.

To show another part: its line in `parts_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.blocks.drawing import draw, mode
from dashboards.blocks.plain_text import in_markdown
from dashboards.blocks.short_lists import short_list
from dashboards.charts import TimelineLabels, clock_timelines
from dashboards.language import _, told
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from pipelines.questions.clock_proofs import CLOCK_TITLES, STRETCH_TITLES, Clock, ClockProof

_MARKED = "%m-%d %H:%M"
_ICONS = {
    "met": ":green[:material/check_circle:]",
    "missed": ":red[:material/error:]",
    "running": ":blue[:material/timelapse:]",
    "no_policy": ":gray[:material/help:]",
    "no_calendar": ":gray[:material/help:]",
}
_MINUTE, _HOUR = 60, 3600


def show_proofs(reader: Reader, proofs: Sequence[ClockProof], *, key: str) -> None:
    """Show the sentence of each clock, all of them on one axis of time, and their parts."""
    for proof in proofs:
        st.markdown(
            _("{mark} **{clock}** – {sentence}").format(
                mark=_ICONS[proof.clock.state],
                clock=told(CLOCK_TITLES[proof.clock.clock]),
                sentence=in_markdown(told(proof.sentence)),
            )
        )
    measured = [proof for proof in proofs if proof.stretches.height]
    if not measured:
        return
    stretches = pl.concat([_named(proof, proof.local_stretches) for proof in measured])
    marks = pl.concat([_named(proof, _with_words(proof)) for proof in measured])
    draw(clock_timelines(stretches, marks, mode=mode(), labels=_labels()), f"timeline_{key}")
    short_list(
        parts_of(reader, measured), part_titles(measured), key=f"parts_{key}", title=_("Its time")
    )


def parts_of(reader: Reader, proofs: Sequence[ClockProof]) -> pl.DataFrame:
    """Return a row per part of a clock, a column per clock: when, how long, by which rule."""
    columns = {proof.clock.clock: _texts_of(reader, proof.clock) for proof in proofs}
    names = [name for name, _text in next(iter(columns.values()))]
    return pl.DataFrame(
        {"part": names}
        | {clock: [text for _name, text in texts] for clock, texts in columns.items()}
    )


def part_titles(proofs: Sequence[ClockProof]) -> dict[str, str]:
    """Return what the columns of `parts_of` are called."""
    return {"part": _("Part")} | {
        proof.clock.clock: told(CLOCK_TITLES[proof.clock.clock]) for proof in proofs
    }


def length_text(seconds: int | None) -> str:
    """Return e.g. "42 min", "3 h 05 min"; whole seconds where it is less than a minute."""
    if seconds is None:
        return lang.NOTHING
    if 0 < seconds < _MINUTE:
        return _("{n} s").format(n=seconds)
    hours, minutes = divmod(seconds // _MINUTE, _HOUR // _MINUTE)
    if not hours:
        return _("{n} min").format(n=minutes)
    return _("{hours} h {minutes:02} min").format(hours=lang.number(hours), minutes=minutes)


def _texts_of(reader: Reader, clock: Clock) -> list[tuple[str, str]]:
    zone = str(clock.zone or reader.home.settings.time_zone)

    def written(instant: datetime | None) -> str:
        return lang.moment(instant, zone)

    return [
        (_("Standing"), word(clock.state)),
        (_("Started"), written(clock.started_at)),
        (_("Due"), written(clock.due_at)),
        (_("Stopped"), written(clock.stopped_at)),
        (_("Allowed"), length_text(clock.target_seconds)),
        (told(STRETCH_TITLES["working"]), length_text(clock.working_seconds)),
        (told(STRETCH_TITLES["out_of_hours"]), length_text(clock.out_of_hours_seconds)),
        (told(STRETCH_TITLES["holiday"]), length_text(clock.holiday_seconds)),
        (told(STRETCH_TITLES["paused"]), length_text(clock.paused_seconds)),
        (_("All together"), length_text(clock.elapsed_seconds)),
        (_("Policy"), clock.policy or lang.NOTHING),
        (_("Calendar"), clock.calendar or lang.NOTHING),
    ]


def _named(proof: ClockProof, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.lit(told(CLOCK_TITLES[proof.clock.clock])).alias("clock"), pl.all())


def _with_words(proof: ClockProof) -> pl.DataFrame:
    """Return the marks of a timeline with what each is, and when."""
    words = {"start": _("opened"), "due": _("due"), "stop": _("stopped"), "now": _("now")}
    kind = pl.col("kind").replace(words)
    return proof.local_marks.with_columns(
        pl.format("{} {}", kind, pl.col("at").dt.to_string(_MARKED)).alias("text")
    )


def _labels() -> TimelineLabels:
    return TimelineLabels(
        no_figures=_("Nothing to show"),
        working=told(STRETCH_TITLES["working"]),
        out_of_hours=told(STRETCH_TITLES["out_of_hours"]),
        holiday=told(STRETCH_TITLES["holiday"]),
        paused=told(STRETCH_TITLES["paused"]),
        late=told(STRETCH_TITLES["late"]),
        begins=_("from"),
        ends=_("to"),
        at=_("when"),
    )
