"""The notice of ranking as it is posted: on the page, as a workbook, and as a sheet to print."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.blocks.plain_text import plain
from dashboards.blocks.tables import table
from dashboards.language import _, either, language, number, told
from dashboards.snapshot_reader import Reader
from pipelines.questions.ranking_notice import Notice, notice_workbook
from transforms.catalogue import METRICS

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DECIMALS = 1
_PRINTED = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 18mm }}
body {{ font: 11pt/1.45 system-ui, "Noto Sans CJK SC", sans-serif; color: #111; margin: 2em auto;
  max-width: 180mm }}
h1 {{ font-size: 17pt; margin: 0 }}
p {{ margin: .4em 0 1em }}
table {{ border-collapse: collapse; width: 100%; font-size: 9pt }}
thead {{ display: table-header-group }}
tr {{ break-inside: avoid }}
th, td {{ border-bottom: 1px solid #bbb; padding: .25em .5em; text-align: left }}
th {{ border-bottom: 2px solid #111 }}
td.n, th.n {{ text-align: right; font-variant-numeric: tabular-nums }}
footer {{ margin-top: 1.5em; color: #444; font-size: 9pt }}
</style></head><body><h1>{title}</h1><p>{organisation} · {period}</p>
<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>
{left_out}<footer><p>{method}</p><p>{made}</p></footer></body></html>
"""
_NUMBERS = ("rank", "score", "band", "range", "change")


def posted_notice(reader: Reader, notice: Notice) -> None:
    """Show the notice with its method, and what to take away: a workbook, a sheet to print."""
    title = told(notice.title)
    st.markdown(f"**{plain(title)}**")
    st.caption(told(notice.method))
    rows, titles = _rows(notice), _titles()
    table(
        reader,
        rows,
        titles,
        name=f"notice_{notice.scope}_{notice.month:%Y-%m}",
        title=title,
        kinds={"rank": "count", "score": "number", "band": "count"},
    )
    for name, reason in _left_out(notice):
        st.caption(
            ":material/visibility_off: "
            + _("Not ranked ({reason}): {names}.").format(
                reason=reason.rstrip(".。"), names=plain(name)
            )
        )
    spoken = language()
    organisation = reader.home.settings.organisation
    file = f"ranking_{notice.scope}_{notice.month:%Y-%m}"

    def as_workbook() -> bytes:
        return notice_workbook(notice, organisation, spoken)

    def as_page() -> str:
        lang.use(spoken)  # a download is made in a run of its own
        return printed(notice, organisation, reader.manifest.as_of)

    with st.container(horizontal=True, gap="small"):
        for label, make, name, mime, icon in (
            (_("Notice as a workbook"), as_workbook, f"{file}.xlsx", _EXCEL, "download"),
            (_("Notice to print"), as_page, f"{file}.html", "text/html", "print"),
        ):
            st.download_button(
                label,
                make,
                name,
                mime,
                key=f"notice_{icon}",
                on_click="ignore",
                icon=f":material/{icon}:",
            )


def printed(notice: Notice, organisation: str, as_of: object) -> str:
    """Return the notice as one HTML page for A4 paper that needs nothing else."""
    titles = _titles()
    header = "".join(_cell("th", column, text) for column, text in titles.items())
    rows = "".join(
        "<tr>" + "".join(_cell("td", column, _written(column, row[column])) for column in titles)
        + "</tr>"
        for row in _rows(notice).select(*titles).rows(named=True)
    )  # fmt: skip
    left_out = "".join(
        f"<li>{escape(name)}: {escape(reason)}</li>" for name, reason in _left_out(notice)
    )
    heading = escape(_("Not ranked"))
    return _PRINTED.format(
        language="zh-CN" if language() == "zh" else "en",
        title=escape(told(notice.title)),
        organisation=escape(organisation),
        period=escape(lang.month(notice.month)),
        header=header,
        rows=rows,
        left_out=f"<h2>{heading}</h2><ul>{left_out}</ul>" if left_out else "",
        method=escape(told(notice.method)),
        made=escape(_("Data to the end of {day}.").format(day=lang.day(as_of))),
    )


def _rows(notice: Notice) -> pl.DataFrame:
    """Return the places in one language, the range of places and the change in words."""
    titles = {name: told(metric.title) for name, metric in METRICS.items()}
    names = notice.places.select("name", "name_zh").iter_rows()
    change = pl.col("change")
    return notice.places.with_columns(
        pl.Series("unit", [either(name, name_zh) for name, name_zh in names], pl.String),
        pl.col("score").round(_DECIMALS),
        pl.format("{}–{}", "rank_from", "rank_to").alias("range"),
        pl.when(change > 0)
        .then(pl.format("▲ {}", change))
        .when(change < 0)
        .then(pl.format("▼ {}", change.abs()))
        .when(change == 0)
        .then(pl.lit("="))
        .alias("change"),
        pl.col("strongest", "weakest").replace(titles),
    )


def _titles() -> dict[str, str]:
    return {
        "rank": _("Place"),
        "unit": _("Org unit"),
        "score": _("Score"),
        "band": _("Band"),
        "range": _("Places with other weights"),
        "change": _("Against the month before"),
        "strongest": _("Strongest metric"),
        "weakest": _("Weakest metric"),
    }


def _left_out(notice: Notice) -> list[tuple[str, str]]:
    """Return the name of each unit that is not ranked, and why."""
    columns = ("name", "name_zh", "reason", "reason_zh")
    return [
        (either(name, name_zh), either(reason, reason_zh))
        for name, name_zh, reason, reason_zh in notice.not_ranked.select(columns).iter_rows()
    ]


def _written(column: str, value: object) -> str:
    if value is None:
        return lang.NOTHING
    return number(value, _DECIMALS) if column == "score" else str(value)


def _cell(tag: str, column: str, text: str) -> str:
    kind = ' class="n"' if column in _NUMBERS else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"
