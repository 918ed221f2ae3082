"""A row of buttons of which one is pressed: for the few ways in which a page can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.filters import write_to_url


def switch(
    name: str,
    label: str,
    options: Sequence[str],
    chosen: str,
    *,
    written: Callable[[str], str],
    usual: str,
) -> None:
    """Show `options` side by side, the `chosen` one pressed; a press goes into the URL as `name`.

    The `usual` choice leaves the URL without the parameter, as in `filters.choose`.
    """
    key = f"switch_{name}"
    st.session_state[key] = chosen
    st.pills(
        label,
        options,
        key=key,
        on_change=write_to_url,
        args=(name, key, usual),
        required=True,
        format_func=written,
        label_visibility="collapsed",
    )
