"""How the nights went: the last one as a sentence, all of them as a table, their stages and notes.

Nothing here needs a snapshot: nights that were held or failed before the first one are what a
scheduler looks for. To add a state of a run: its sentence in `_ENDED` and its tone in `_TONES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards import language as lang
from dashboards.blocks.drawing import draw, labels, mode
from dashboards.blocks.frame import Tone
from dashboards.blocks.plain_text import in_markdown
from dashboards.filters import asked, choose
from dashboards.language import _, either, told
from dashboards.vocabulary import word
from pipelines.settings import Home
from transforms.refusal import Sentence

Run = dict[str, Any]

_TONES: dict[str, Tone] = {"warned": "warn", "held": "bad", "failed": "bad"}
_ENDED = {
    "running": Sentence(
        "A night is under way since {started}.", "夜间任务自 {started} 起正在运行。"
    ),
    "published": Sentence(
        "The last night went well: it ended {ended}, after {took}.",
        "上一次夜间任务正常：{ended} 结束，用时 {took}。",
    ),
    "warned": Sentence(
        "The last night published with warnings: it ended {ended}, after {took}.",
        "上一次夜间任务已发布，但有警告：{ended} 结束，用时 {took}。",
    ),
    "unchanged": Sentence(
        "The last night, {ended}, found nothing new.", "上一次夜间任务（{ended}）没有发现新数据。"
    ),
    "held": Sentence(
        "The last night was held back: it ended {ended}, after {took}, and published nothing.",
        "上一次夜间任务被拦截：{ended} 结束，用时 {took}，未发布任何数据。",
    ),
    "failed": Sentence(
        "The last night failed: it ended {ended}, after {took}, and published nothing.",
        "上一次夜间任务失败：{ended} 结束，用时 {took}，未发布任何数据。",
    ),
}
_EXITS = {
    0: Sentence("0: in order", "0：正常"),
    1: Sentence("1: failed", "1：失败"),
    3: Sentence("3: held back by a check", "3：被检查拦截"),
    4: Sentence("4: published with warnings", "4：已发布（有警告）"),
}
_RUNS_DRAWN = 12


def tone_of(run: Run | None) -> Tone:
    """Return how a night went: calm, warn or bad; calm before the first one."""
    return _TONES.get(run["state"], "calm") if run else "calm"


def how_it_went(run: Run | None, zone: str) -> str:
    """Return how the last night went, as a sentence."""
    if run is None:
        return _("No night has run yet: `sqm nightly` runs one.")
    return told(
        _ENDED[run["state"]],
        started=_told_instant(run["started_at"], zone),
        ended=_told_instant(run["ended_at"], zone),
        took=_took(run),
    )


def why(run: Run | None) -> str:
    """Return, for a night that was held or failed, the last sentence that it left."""
    if run is None or tone_of(run) != "bad" or not run["notes"]:
        return ""
    return in_markdown(either(*run["notes"][-1]).splitlines()[0])


def runs_table(home: Home, runs: Sequence[Run]) -> None:
    """Show the last nights: when, how long, how they ended, what they published, what they say."""
    zone = ZoneInfo(home.settings.time_zone)
    rows = pl.DataFrame(
        [
            {
                "started": _local(run["started_at"], zone),
                "took": _took(run),
                "state": _state(run),
                "exit": _exit(run["exit_code"]),
                "as_of": date.fromisoformat(run["as_of"]),
                "snapshot": run["snapshot"],
                "notes": " ".join(either(en, zh) for en, zh in run["notes"]),
            }
            for run in runs
        ]
    )
    st.dataframe(
        rows,
        column_config={
            "started": st.column_config.DatetimeColumn(
                _("Started"), format="YYYY-MM-DD HH:mm:ss", help=home.settings.time_zone
            ),
            "took": _("Took"),
            "state": _("How it ended"),
            "exit": _("Exit code"),
            "as_of": st.column_config.DateColumn(_("Data to the end of"), format="YYYY-MM-DD"),
            "snapshot": _("Snapshot"),
            "notes": _("What it says"),
        },
        hide_index=True,
        width="stretch",
        height="content" if rows.height <= _RUNS_DRAWN else 460,
        key="table_runs",
        alt=_("The last nights"),
        placeholder=lang.NOTHING,
    )


def stages(runs: Sequence[Run], zone: str) -> None:
    """Draw how long each stage of the last nights took, leaving out those that did no work."""
    worked = [run for run in runs if run["seconds"]][:_RUNS_DRAWN]
    if not worked:
        return
    segments = pl.DataFrame(
        [
            {"run": _name(run, zone), "stage": stage, "seconds": seconds}
            for run in worked
            for stage, seconds in run["seconds"].items()
        ]
    )
    st.subheader(_("How long the stages took"))
    draw(
        charts.stage_durations(segments, mode=mode(), labels=labels()),
        "stages",
    )


def chosen_run(runs: Sequence[Run], zone: str) -> Run:
    """Show the list of nights and return the one that the URL asks for, else the last."""
    by_id = {run["run_id"]: run for run in runs}
    usual = next(iter(by_id))
    id = asked("run", tuple(by_id), usual, called=Sentence("night", "夜间任务"))
    choose(
        "run",
        _("What a night says"),
        tuple(by_id),
        id,
        usual=usual,
        written=lambda id: _("{night}: {state}").format(
            night=_name(by_id[id], zone), state=_state(by_id[id])
        ),
    )
    return by_id[id]


def notes(run: Run) -> None:
    """List all that a night says."""
    if not run["notes"]:
        st.caption(_("This night has nothing to tell."))
        return
    st.markdown("\n".join(f"- {in_markdown(either(en, zh))}" for en, zh in run["notes"]))


def _name(run: Run, zone: str) -> str:
    return lang.moment(datetime.fromisoformat(run["started_at"]), zone, seconds=True)


def _state(run: Run) -> str:
    # Of a record, "running" is the state of a clock.
    return _("Under way") if run["state"] == "running" else word(run["state"])


def _exit(code: int | None) -> str | None:
    return told(_EXITS[code]) if code in _EXITS else None if code is None else str(code)


def _took(run: Run) -> str:
    """Return how long a night took: "34 s", "2 min 5 s", "1 h 3 min"; a dash while it runs."""
    if run["ended_at"] is None:
        return lang.NOTHING
    begun, ended = (datetime.fromisoformat(run[at]) for at in ("started_at", "ended_at"))
    seconds = round((ended - begun).total_seconds())
    minutes, seconds_left = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return _("{h} h {m} min").format(h=hours, m=minutes_left)
    if minutes:
        return _("{m} min {s} s").format(m=minutes, s=seconds_left)
    return _("{s} s").format(s=seconds)


def _local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None)


def _told_instant(text: str | None, zone: str) -> str:
    return lang.moment(datetime.fromisoformat(text) if text else None, zone)
