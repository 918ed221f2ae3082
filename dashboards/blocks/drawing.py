"""Charts on the page: in the reader's theme, with words in the language spoken now."""

from __future__ import annotations

import altair as alt
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

from dashboards.charts import Labels, Mode
from dashboards.language import _
from dashboards.vocabulary import word

disable_debug_mode()  # nor validate each part of a chart when it is made


def mode() -> Mode:
    """Return whether the page is light or dark."""
    return "dark" if st.context.theme.type == "dark" else "light"


def labels() -> Labels:
    """Return the words that charts need."""
    return Labels(
        period=_("period"),
        value=_("value"),
        interval=_("95% interval"),
        n=_("cases"),
        target=_("target"),
        amber=_("amber"),
        red=_("red"),
        beyond_target=_("misses the target"),
        held=_("held rows"),
        rows=_("rows"),
        no_rows=_("no rows"),
        no_figures=_("Nothing to show"),
        cumulative_share=_("cumulative share"),
        actual=_("actual"),
        budget=_("budget"),
        variance=_("variance"),
        favourable=_("favourable"),
        adverse=_("adverse"),
        material=_("material"),
        run=_("run"),
        stage=_("stage"),
        seconds=_("seconds"),
        sources=word("sources"),
        records=word("records"),
        measures=word("measures"),
        marts=word("marts"),
        release=word("release"),
        at=_("when"),
        place=_("where or who"),
        promise=_("promised"),
    )


def draw(chart: alt.TopLevelMixin, key: str) -> None:
    """Draw `chart` as wide as the page; its description tells screen readers what it shows."""
    # Tests have validated the specifications; again on every page it would be half its time.
    st.vega_lite_chart(spec=chart.to_dict(validate=False), theme=None, width="stretch", key=key)
