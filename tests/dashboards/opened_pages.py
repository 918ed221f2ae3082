"""Pages of the dashboards, opened without a browser on the store of a home."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboards
from dashboards.blocks import frame
from dashboards.language import use

APP = Path(dashboards.__file__).parent / "app.py"
_SECONDS = 60


class OpenedPage:
    """A page as one person sees it."""

    def __init__(self, app: AppTest) -> None:
        self.app = app

    def texts(self) -> str:
        """Return all that the page says, one element a line."""
        app = self.app
        elements = [
            *app.markdown,
            *app.caption,
            *app.info,
            *app.warning,
            *app.error,
            *app.subheader,
        ]
        metrics = [f"{one.label} {one.value}" for one in app.metric]
        return "\n".join([*(element.value for element in elements), *metrics])

    def tables(self) -> list:
        """Return the frames of all tables of the page."""
        return [table.value for table in self.app.dataframe]

    def links(self) -> list:
        """Return the links of the page: proto messages with label, page and query string."""
        return [element.proto for element in self.app.get("page_link")]


def open_page(name: str = "today", **url: str) -> OpenedPage:
    """Open the page called `name` with the parameters `url`; an exception on it fails the test."""
    # Choices are written out by this thread when a test looks at them.
    use("zh" if url.get("lang") == "zh" else "en")
    app = AppTest.from_file(APP, default_timeout=_SECONDS)
    app.query_params.update(url)
    app.run()
    if name != "today":
        app.switch_page(f"views/{name}.py")
        app.query_params.update(url)
        app.run()
    assert [error.value for error in app.exception] == []
    return OpenedPage(app)


def forget() -> None:
    """Let go of all that earlier pages have kept."""
    frame._open_home.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
