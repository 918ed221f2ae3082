"""The frame around every page: menu, language, snapshot, opening sentence, calm messages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Literal

import streamlit as st

from dashboards import language as lang
from dashboards.language import LANGUAGES, NAMES, _, language, told
from dashboards.menu import find_view
from dashboards.snapshot_reader import Reader, reader_of
from pipelines.settings import Home, open_home
from transforms.refusal import Refusal

Tone = Literal["calm", "warn", "bad"]
_ICONS: dict[Tone, str] = {
    "calm": ":material/check_circle:",
    "warn": ":material/warning:",
    "bad": ":material/error:",
}
_COLOURS: dict[Tone, str] = {"calm": "green", "warn": "orange", "bad": "red"}
# Parameters that every link between pages keeps.
_KEPT = ("unit", "period", "channel", "service_level", "lang")


def home() -> Home:
    """Return the home that SQM_HOME, SQM_LANDING and SQM_STORE name; `data` without them."""
    root, landing, store = (os.environ.get(f"SQM_{name}") for name in ("HOME", "LANDING", "STORE"))
    settings = Path(root or "data") / "settings.toml"
    changed = settings.stat().st_mtime_ns if settings.exists() else 0
    return _open_home(root or "data", landing, store, changed)


def reader() -> Reader:
    """Return the reader of the snapshot that is served now. Raises Refusal when there is none."""
    return reader_of(home())


@contextmanager
def calmly() -> Iterator[None]:
    """Show a Refusal as a calm sentence instead of what it stopped."""
    try:
        yield
    except Refusal as refusal:
        st.info(refusal.told(language()), icon=":material/info:")


def choose_language() -> None:
    """Speak the language of the URL, else of the browser, else of the home."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        lang.use(asked)
        return
    try:
        usual = home().settings.language
    except Refusal:
        usual = "en"
    lang.use(lang.language_of(st.context.locale, usual))


def show_menu(pages: Mapping[str, st.Page]) -> None:
    """Show the menu, each link keeping what is looked at, and the switch of languages."""
    for name, page in pages.items():
        st.page_link(page, help=told(find_view(name).question), query_params=kept())
    key = "choose_lang"

    def write() -> None:
        st.query_params["lang"] = st.session_state[key]

    st.session_state[key] = language()
    st.segmented_control(
        _("Language"),
        LANGUAGES,
        key=key,
        on_change=write,
        required=True,
        format_func=NAMES.__getitem__,
        label_visibility="collapsed",
    )


def show_snapshot() -> None:
    """Say which snapshot is shown and how fresh it is."""
    shown = reader()
    zone = shown.home.settings.time_zone
    st.caption(
        _("Data to the end of {day}. Published {moment} ({zone}). Snapshot `{id}`.").format(
            day=lang.day(shown.manifest.as_of),
            moment=lang.moment(shown.manifest.made_at, zone),
            zone=zone,
            id=shown.id,
        )
    )


def opening(title: str, sentence: str, tone: Tone = "calm", beneath: str = "") -> None:
    """Open a page: its title small, the sentence that matters large, an explanation beneath."""
    st.caption(title)
    st.markdown(f"### :{_COLOURS[tone]}[{_ICONS[tone]}] {sentence}")
    if beneath:
        st.markdown(beneath)


def kept(**changed: str | None) -> dict[str, str]:
    """Return the parameters that a link to another page keeps, with `changed` ones; None drops."""
    given = {name: st.query_params[name] for name in _KEPT if name in st.query_params}
    return {name: value for name, value in (given | changed).items() if value is not None}


@lru_cache(maxsize=4)
def _open_home(root: str, landing: str | None, store: str | None, _changed: int) -> Home:
    """Return the home, read anew when its settings have changed."""
    return open_home(
        Path(root),
        landing=Path(landing) if landing else None,
        store=Path(store) if store else None,
    )
