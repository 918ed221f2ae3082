"""A table on the page, and the same table to take away as CSV and Excel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.blocks.frame import kept
from dashboards.language import _
from dashboards.menu import find_view
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.written import period_text
from pipelines.workbooks import Sheet, csv, workbook

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Number formats of columns, as Excel and as the page write them.
_IN_EXCEL = {"share": "0.0%", "money": "#,##0.00", "count": "#,##0", "number": "#,##0.0##"}
_ON_PAGE = {"share": "percent", "money": "localized", "count": "localized", "number": "localized"}


def table(
    reader: Reader,
    rows: pl.DataFrame,
    titles: Mapping[str, str],
    *,
    name: str,
    title: str,
    kinds: Mapping[str, str] | None = None,
    scope: Scope | None = None,
    opens: str | Sequence[str] | None = None,
    on_open: Callable[[int], None] | None = None,
) -> None:
    """Show the columns named in `titles`, in that order, with buttons for CSV and Excel.

    `kinds`   column -> share | money | count | number, where its type does not tell how to write it
    `opens`   column, or columns, whose values are ids: a click opens the record
    `on_open` what a click does instead; it is given the number of the row in `rows`
    `name`    of the files, and key of the widgets
    """
    shown = rows.select([column for column in titles if column in rows.columns])
    kinds = kinds or {}
    config: dict[str, Any] = {
        column: _column(shown.schema[column], titles[column], kinds.get(column))
        for column in shown.columns
    }
    buttons = _button_keys(opens, name)
    for column, key in buttons.items():
        config[column] = st.column_config.ButtonColumn(titles[column], type="tertiary", key=key)
    st.dataframe(
        shown,
        column_config=config,
        hide_index=True,
        width="stretch",
        height="content" if shown.height <= _ROWS_WITHOUT_SCROLLING else 420,
        key=f"table_{name}",
        alt=title,
        placeholder=lang.NOTHING,
    )
    for column, key in buttons.items():
        clicked = st.session_state.get(key)
        if clicked and on_open:
            on_open(clicked["row"])
        elif clicked and shown[column][clicked["row"]] is not None:
            st.switch_page(
                find_view("records").file,
                query_params=kept(id=str(shown[column][clicked["row"]])),
            )
    downloads(reader, [(title, shown, titles, kinds)], name=name, title=title, scope=scope)


_ROWS_WITHOUT_SCROLLING = 12
Downloaded = tuple[str, pl.DataFrame, Mapping[str, str], Mapping[str, str]]


def downloads(
    reader: Reader,
    tables: Sequence[Downloaded] | Callable[[], Sequence[Downloaded]],
    *,
    name: str,
    title: str,
    scope: Scope | None = None,
    beneath: Sequence[tuple[str, str]] = (),
) -> None:
    """Show the buttons that save `tables` (title, rows, column titles, kinds) as CSV and Excel.

    The CSV holds the first table, the workbook all of them behind a cover that says what they are.
    Files are made when a button is pressed, and so are `tables` if they are a function.
    """
    spoken = lang.language()

    def made() -> Sequence[Downloaded]:
        lang.use(spoken)  # a download is made in a run of its own
        return tables() if callable(tables) else tables

    def as_csv() -> bytes:
        _title, rows, titles, _kinds = made()[0]
        return csv(rows, titles)

    def as_workbook() -> bytes:
        return workbook(
            [
                Sheet(title, rows, titles, {c: _IN_EXCEL[kind] for c, kind in kinds.items()})
                for title, rows, titles, kinds in made()
            ],
            _cover(reader, scope, beneath),
            title,
            time_zone=reader.home.settings.time_zone,
            made_at=reader.manifest.made_at,
        )

    file = f"{name}_{reader.manifest.as_of}"
    with st.container(horizontal=True, gap="small"):
        _button("CSV", as_csv, f"{file}.csv", "text/csv", f"csv_{name}")
        _button("Excel", as_workbook, f"{file}.xlsx", _EXCEL, f"xlsx_{name}")


def _button_keys(opens: str | Sequence[str] | None, name: str) -> dict[str, str]:
    """Return the key of the clicks of every column that opens something."""
    columns = [opens] if isinstance(opens, str) else opens or []
    return {
        column: f"open_{name}_{column}" if position else f"open_{name}"
        for position, column in enumerate(columns)
    }


def _button(label: str, make: Callable[[], bytes], file: str, mime: str, key: str) -> None:
    st.download_button(
        label,
        make,
        file,
        mime,
        key=key,
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def _column(dtype: pl.DataType, title: str, kind: str | None) -> Any:
    if dtype == pl.Boolean:
        return st.column_config.CheckboxColumn(title)
    if dtype == pl.Date:
        return st.column_config.DateColumn(title, format="YYYY-MM-DD")
    if dtype == pl.Datetime:
        return st.column_config.DatetimeColumn(title, format="YYYY-MM-DD HH:mm")
    if dtype.is_numeric():
        return st.column_config.NumberColumn(title, format=_ON_PAGE.get(kind or "number"))
    return st.column_config.Column(title)


def _cover(
    reader: Reader, scope: Scope | None, beneath: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    zone = reader.home.settings.time_zone
    lines = [
        (_("Organisation"), reader.home.settings.organisation),
        (_("Snapshot"), reader.id),
        (_("Data to the end of"), lang.day(reader.manifest.as_of)),
        (_("Published"), f"{lang.moment(reader.manifest.made_at, zone)} ({zone})"),
        (_("Currency"), reader.currency),
        (_("Times are those of"), zone),
    ]
    if scope:
        lines.append((_("Org unit"), scope.unit or _("All units")))
        lines.append((_("Period"), period_text(scope.period)))
        lines += [
            (title, value)
            for title, value in (
                (_("Channel"), scope.channel),
                (_("Service level"), scope.service_level),
            )
            if value
        ]
    return [*lines, *beneath]
