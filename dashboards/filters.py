"""The widgets that set the scope, in the side bar. The URL is the truth: a widget writes it and the
next run reads it, so a link always shows what its sender saw.

To add a filter: its part of `scope.py`, and its widget here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from dashboards.language import _, either, language, told
from dashboards.scope import Known, Scope, change_grain, parse_period, periods, read_scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from dashboards.written import period_text
from pipelines.questions.metric_queries import GRAINS, Grain
from transforms.refusal import Refusal, Sentence

Filter = Literal["unit", "period", "channel", "service_level"]
_INDENT = "\u2003"
_GRAINS: dict[Grain, Sentence] = {
    "day": Sentence("Day", "日"),
    "week": Sentence("Week", "周"),
    "month": Sentence("Month", "月"),
    "quarter": Sentence("Quarter", "季"),
    "year": Sentence("Year", "年"),
    "all": Sentence("All", "全部"),
}


def scope_of(reader: Reader, *filters: Filter, grains: Sequence[Grain] = GRAINS) -> Scope:
    """Show the widgets of `filters` in the side bar and return what is looked at.

    Parts of the URL that cannot be had are told above the page, and the usual ones are shown.
    """
    known = reader.known()
    # What the page has no widget for must not change its figures behind the reader's back.
    url = {name: value for name, value in st.query_params.to_dict().items() if name in filters}
    scope, refusals = read_scope(url, known)
    if scope.period.grain not in grains:
        scope = scope.over(change_grain(scope.period, grains[0], known))
    for refusal in refusals:
        st.info(refusal.told(language()), icon=":material/info:")
    with st.sidebar:
        if "unit" in filters:
            _choose_unit(reader, scope, known)
        if "period" in filters and known.first:
            _choose_period(scope, known, grains)
        if "channel" in filters and known.channels:
            _choose_one("channel", _("Channel"), known.channels, scope.channel)
        if "service_level" in filters and known.service_levels:
            _choose_one(
                "service_level", _("Service level"), known.service_levels, scope.service_level
            )
    return scope


def choose(
    name: str,
    label: str,
    options: Sequence[str],
    chosen: str,
    *,
    written: Callable[[str], str],
    usual: str | None = None,
    **drawn: Any,
) -> str:
    """Show a select box whose choice is the parameter `name` of the URL, and return the choice.

    The `usual` choice leaves the URL without the parameter.
    """
    key = f"choose_{name}"
    st.session_state[key] = chosen
    st.selectbox(
        label,
        options,
        format_func=written,
        key=key,
        on_change=write_to_url,
        args=(name, key, usual),
        **drawn,
    )
    return chosen


def write_to_url(name: str, key: str, usual: str | None = None) -> None:
    """Make the choice of the widget `key` the parameter `name`; the `usual` one leaves it out."""
    if st.session_state[key] == usual:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = st.session_state[key]


def asked(name: str, options: Sequence[str], usual: str, *, called: Sentence) -> str:
    """Return the parameter `name` of the URL, or `usual`; tell when there is no such choice."""
    given = st.query_params.get(name)
    if given is None or given in options:
        return given or usual
    refusal = Refusal(
        "There is no {what} {value} here: {usual} is shown.",
        "此处没有{what_zh} {value}：现显示 {usual}。",
        what=called.en,
        what_zh=called.zh,
        value=given,
        usual=usual,
    )
    st.info(refusal.told(language()), icon=":material/info:")
    return usual


def asked_first(name: str, options: Sequence[str]) -> list[str]:
    """Return `options` with the one that the parameter `name` of the URL asks for in front."""
    given = st.query_params.get(name)
    return sorted(options, key=lambda option: option != given)


def unit_names(reader: Reader) -> dict[str, str]:
    """Return the name of every unit in the language spoken now."""
    units = reader.rows("units").select("id", "name", "name_zh")
    return {id: either(name, name_zh) or id for id, name, name_zh in units.iter_rows()}


def unit_name(reader: Reader, unit: str | None) -> str:
    """Return the name of a unit, or of all of them."""
    return unit_names(reader).get(unit, unit) if unit else _("All units")


def _choose_unit(reader: Reader, scope: Scope, known: Known) -> None:
    names = unit_names(reader)
    has_one_top = list(known.units.values()).count(0) == 1
    options = [*([] if has_one_top else [""]), *known.units]
    choose(
        "unit",
        _("Org unit"),
        options,
        scope.unit or "",
        usual=next(iter(known.units), "") if has_one_top else "",
        written=lambda unit: _INDENT * known.units[unit] + names[unit] if unit else _("All units"),
        help=_("A unit stands for itself and all units below it."),
    )


def _choose_period(scope: Scope, known: Known, grains: Sequence[Grain]) -> None:
    key = "choose_grain"

    def write() -> None:
        grain = st.session_state[key] or scope.period.grain
        st.query_params["period"] = change_grain(scope.period, grain, known).to_url()

    st.session_state[key] = scope.period.grain
    st.pills(
        _("Period"),
        grains,
        key=key,
        on_change=write,
        required=True,
        format_func=lambda grain: told(_GRAINS[grain]),
    )
    listed = [period.to_url() for period in periods(scope.period.grain, known)]
    choose(
        "period",
        _("Which one"),
        listed,
        scope.period.to_url(),
        written=lambda text: period_text(parse_period(text, known)),
        label_visibility="collapsed",
    )


def _choose_one(name: str, label: str, values: Sequence[str], chosen: str | None) -> None:
    choose(
        name,
        label,
        ["", *values],
        chosen or "",
        usual="",
        written=lambda value: word(value) if value else _("All"),
    )
