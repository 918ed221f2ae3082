"""A short list on a page: texts and times in a grid, without downloads of its own.

A grid shows every text as it is written, so what customers wrote cannot become markup.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards.language import NOTHING

_ROWS_WITHOUT_SCROLLING = 40
_HEIGHT_OF_LONGER = 600


def short_list(rows: pl.DataFrame, titles: Mapping[str, str], *, key: str, title: str) -> None:
    """Show the columns named in `titles`, in that order; `title` says what they are to a reader
    who does not see them."""
    shown = rows.select(*titles)
    instants = {column for column, dtype in shown.schema.items() if dtype == pl.Datetime}
    st.dataframe(
        shown,
        column_config={
            column: st.column_config.DatetimeColumn(text, format="YYYY-MM-DD HH:mm")
            if column in instants
            else st.column_config.Column(text)
            for column, text in titles.items()
        },
        hide_index=True,
        width="stretch",
        height="content" if rows.height <= _ROWS_WITHOUT_SCROLLING else _HEIGHT_OF_LONGER,
        key=f"list_{key}",
        alt=title,
        placeholder=NOTHING,
    )
