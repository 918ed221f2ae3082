"""The sentences about a budget: how a unit stands, how a line stands, what keeps it from final."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import language as lang
from dashboards.blocks.budget.statement import span_scope
from dashboards.blocks.frame import Tone, opening
from dashboards.blocks.plain_text import plain
from dashboards.filters import unit_name
from dashboards.language import _, told
from dashboards.menu import find_view
from dashboards.scope import Scope
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from dashboards.written import held_text, period_text
from transforms.catalogue import METRICS

_ACCOUNT_KINDS = ("revenue", "cost", "expense")


def open_budget(reader: Reader, scope: Scope, span: str, statement: pl.DataFrame) -> None:
    """Open the page with how the unit stands against its budget; red where that matters.

    Where several units stand at the top, all of them together have no statement: only the totals
    of the kinds of accounts are told.
    """
    title = told(find_view("budget_vs_actual").title)
    tops = statement.filter(pl.col("parent_line").is_null()).rows(named=True)
    if not tops and scope.unit is None:
        tops = _totals(reader, span_scope(reader, scope, span))
    unit = plain(unit_name(reader, scope.unit))
    if not tops:
        empty = _("There is nothing to count at {unit} in {period}.")
        opening(title, empty.format(unit=unit, period=_period(reader, scope, span)))
        return
    leading = [line for line in tops if line["line"] == "result"] or tops
    headline = [_headline(reader, line, _period(reader, scope, span)) for line in leading]
    adverse = statement.filter(
        (pl.col("level") == "account") & pl.col("is_material") & (pl.col("variance") < 0)
    ).sort("variance")
    is_bad = any(line["variance"] < 0 and line["is_material"] for line in leading)
    is_off = any(line["variance"] < 0 for line in leading) or adverse.height > 0
    tone: Tone = "bad" if is_bad else "warn" if is_off else "calm"
    sentences = [
        _("{unit}, {period}.").format(
            unit=unit, period=period_text(span_scope(reader, scope, span).period)
        ),
        *(line_sentence(reader, line) for line in tops if len(tops) == 1 or line not in leading),
        *([_most_adverse(reader, adverse)] if statement.height else []),
        *_doubts(reader, scope, span),
    ]
    opening(title, " ".join(headline), tone, " ".join(sentences))


def line_sentence(reader: Reader, line: dict[str, Any]) -> str:
    """Return how one line stands: "Cost is CN¥523,698, 1.2% above the budget of CN¥517,728."."""
    parts = _parts(reader, line)
    if not line["budget"]:
        return _("{line} is {actual}, without a budget.").format(**parts)
    if not line["variance"]:
        return _("{line} is {actual}, as budgeted.").format(**parts)
    if line["actual"] > line["budget"]:
        return _("{line} is {actual}, {share} above the budget of {budget}.").format(**parts)
    return _("{line} is {actual}, {share} below the budget of {budget}.").format(**parts)


def _period(reader: Reader, scope: Scope, span: str) -> str:
    month = lang.month(scope.period.first)
    if span == "month":
        return month
    if reader.home.settings.fiscal_year_start == 1:
        return _("the year to {month}").format(month=month)
    return _("the fiscal year to {month}").format(month=month)


def _headline(reader: Reader, line: dict[str, Any], period: str) -> str:
    parts = _parts(reader, line) | {"period": period}
    if not line["budget"]:
        return _("{line} is {actual} for {period}, without a budget.").format(**parts)
    if not line["variance"]:
        return _("{line} is on budget for {period}.").format(**parts)
    if line["actual"] > line["budget"]:
        return _("{line} is {share} above budget for {period}.").format(**parts)
    return _("{line} is {share} below budget for {period}.").format(**parts)


def _parts(reader: Reader, line: dict[str, Any]) -> dict[str, str]:
    share = line["variance_share"]
    return {
        "line": plain(line["name"]),
        "actual": plain(lang.money(line["actual"], reader.currency)),
        "budget": plain(lang.money(line["budget"], reader.currency)),
        "share": lang.percent(None if share is None else abs(share)),
    }


def _most_adverse(reader: Reader, adverse: pl.DataFrame) -> str:
    if adverse.is_empty():
        return _("No account is adverse by a material amount.")
    worst = adverse.row(0, named=True)
    return _("Most adverse of the material accounts: {line}, {variance}.").format(
        line=f"**{plain(worst['name'])}**",
        variance=plain(lang.money(worst["variance"], reader.currency)),
    )


def _totals(reader: Reader, scope: Scope) -> list[dict[str, Any]]:
    """Return how each kind of account stands that has figures, as the metrics have it."""
    lines = []
    for kind in _ACCOUNT_KINDS:
        figures = {
            figure: reader.figures(METRICS[f"{kind}_{figure}"], scope)["value"][0] or 0
            for figure in ("actual", "budget", "variance", "variance_share")
        }
        if figures["actual"] or figures["budget"]:
            lines.append({"line": kind, "name": word(kind), "is_material": False, **figures})
    return lines


def _doubts(reader: Reader, scope: Scope, span: str) -> list[str]:
    """Return what keeps the figures from being final: held rows, an open period, missing books."""
    doubts = []
    # Held rows are those of the ledger, whatever the kind of account.
    actual = METRICS[f"{_ACCOUNT_KINDS[0]}_actual"]
    held = reader.figures(actual, span_scope(reader, scope, span))["held_rows"][0]
    if held:
        doubts.append(f":orange[:material/warning: {held_text(held)}]")
    last = reader.rows("ledger_days")["last"][0]
    if last is None:
        doubts.append(_("The ledger has no entries: nothing is compared yet."))
    elif last < scope.period.first:
        doubts.append(
            _(
                ":orange[:material/warning:] The ledger ends on {day}: later actuals are missing."
            ).format(day=lang.day(last))
        )
    if scope.period.last > reader.manifest.as_of:
        doubts.append(_("The period is not over yet."))
    return doubts
