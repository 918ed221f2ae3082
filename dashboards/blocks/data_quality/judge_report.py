"""The report of Great Expectations on the newest candidate: a page per table, shown in a frame.

The pages are the judge's own; a table that it gains has its page here by itself.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards import language as lang
from dashboards.filters import asked, choose
from dashboards.language import _
from dashboards.snapshot_reader import Reader, runs_of
from dashboards.vocabulary import word
from pipelines.settings import Home
from transforms.refusal import Refusal, Sentence

_INDEX = "index"
_HEIGHT = 640
# Values of rows stand in the report: whatever they hold, nothing of it runs or reaches out.
_NOTHING_ACTIVE = (
    '<head><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
_NO_LINK = "<style>a:not([href]) { color: inherit; text-decoration: none }</style></head>"
_LINK_TO_A_PAGE = re.compile(r'href="[^#"][^"]*"')


def judge_report(reader: Reader) -> None:
    """Show the page of the report that the URL asks for, and which night it judged."""
    folder = reader.home.reports / "expectations"
    pages = sorted(page.stem for page in folder.glob("*.html"))
    if _INDEX not in pages:
        st.info(
            _("There is no report yet: the judge writes it each night, before it publishes."),
            icon=":material/info:",
        )
        return
    made_at = datetime.fromtimestamp((folder / f"{_INDEX}.html").stat().st_mtime, UTC)
    st.caption(_judged(reader, made_at))
    page = asked("report", pages, _INDEX, called=Sentence("page of the report", "报告页面"))
    choose(
        "report",
        _("Page of the report"),
        [_INDEX, *(page for page in pages if page != _INDEX)],
        page,
        usual=_INDEX,
        written=_page_title,
    )
    st.iframe(
        _embedded(folder / f"{page}.html"),
        height=_HEIGHT,
        alt=_("Great Expectations: {page}").format(page=_page_title(page)),
    )


def night_at(home: Home, moment: datetime) -> dict[str, Any] | None:
    """Return the run of the ledger that was under way at `moment`, or None."""
    return next(
        (
            run
            for run in runs_of(home)
            if datetime.fromisoformat(run["started_at"]) <= moment
            and (run["ended_at"] is None or moment <= datetime.fromisoformat(run["ended_at"]))
        ),
        None,
    )


def _judged(reader: Reader, made_at: datetime) -> str:
    """Return when the report was made, on which candidate, and whether that one is served."""
    moment = lang.moment(made_at, reader.home.settings.time_zone)
    night = night_at(reader.home, made_at)
    if night is None:
        return _(
            "Made {moment}, by a night that the ledger does not know: it may not be about the "
            "snapshot that these pages show."
        ).format(moment=moment)
    as_of = lang.day(date.fromisoformat(night["as_of"]))
    if night["snapshot"] == reader.id:
        return _(
            "Made {moment}, on the figures to the end of {day}: they passed, and these pages show "
            "them."
        ).format(moment=moment, day=as_of)
    if night["snapshot"]:
        return _(
            "Made {moment}, on the figures to the end of {day}: they became snapshot {id}, which "
            "is not the one that these pages show."
        ).format(moment=moment, day=as_of, id=f"`{night['snapshot']}`")
    return _(
        "Made {moment}, on the figures to the end of {day}, which were not published: these pages "
        "show snapshot {id}, made before."
    ).format(moment=moment, day=as_of, id=f"`{reader.id}`")


def _page_title(page: str) -> str:
    if page == _INDEX:
        return _("All tables")
    stage, _dot, table = page.partition(".")
    return _("{stage}: {table}").format(stage=word(stage), table=word(table))


def _embedded(page: Path) -> str:
    """Return `page` as a data URL: a document of no origin, which can touch nothing of ours."""
    try:
        text = page.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Refusal(
            "The report is being replaced by a night under way: load the page again.",
            "夜间任务正在更新检验报告：请重新加载本页。",
        ) from error
    # Its pages cannot reach each other in the frame: the list above it does that.
    headed = text.replace("<head>", _NOTHING_ACTIVE, 1).replace("</head>", _NO_LINK, 1)
    inert = _LINK_TO_A_PAGE.sub("", headed)
    return f"data:text/html;charset=utf-8;base64,{base64.b64encode(inert.encode()).decode()}"
