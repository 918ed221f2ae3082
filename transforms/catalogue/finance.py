"""Measures and metrics of money: actual, budget, variance and execution by kind of account.

Amounts are positive on an account's natural side. A variance is positive when it is favourable:
more revenue, or less cost and expense, than budgeted.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from transforms.catalogue.entry import Better, Measure, Metric
from transforms.refusal import Sentence

_KINDS = {
    "revenue": Sentence("Revenue", "收入"),
    "cost": Sentence("Cost", "成本"),
    "expense": Sentence("Expense", "费用"),
}


def _money_of(kind: str) -> nw.Expr:
    return nw.when(nw.col("account_kind") == kind).then(nw.col("amount_minor"))


def _metrics(kind: str, called: Sentence) -> tuple[Metric, ...]:
    actual, budget = f"{kind}_actual_minor", f"{kind}_budget_minor"
    better: Better = "higher" if kind == "revenue" else "lower"
    variance = (actual, f"-{budget}") if kind == "revenue" else (budget, f"-{actual}")
    reads = (
        Sentence("actual less budget", "实际减预算")
        if kind == "revenue"
        else Sentence("budget less actual", "预算减实际")
    )
    return (
        Metric(
            f"{kind}_actual",
            title=Sentence(f"{called.en}, actual", f"实际{called.zh}"),
            meaning=Sentence(
                f"Entries on {kind} accounts, on the day posted.",
                f"{called.zh}类科目的记账金额；按记账日统计。",
            ),
            top=(actual,),
            form="money",
            better=better,
        ),
        Metric(
            f"{kind}_budget",
            title=Sentence(f"{called.en}, budget", f"{called.zh}预算"),
            meaning=Sentence(
                f"Newest approved budget of {kind} accounts, spread over its months by days.",
                f"{called.zh}类科目最新批准的预算，按天数分摊到各月。",
            ),
            top=(budget,),
            form="money",
            chart="none",
            better="neutral",
            finest="month",
        ),
        Metric(
            f"{kind}_variance",
            title=Sentence(f"{called.en}, variance", f"{called.zh}差异"),
            meaning=Sentence(
                f"{called.en}: {reads.en}; positive is favourable.",
                f"{called.zh}：{reads.zh}；正数为有利差异。",
            ),
            top=variance,
            form="money",
            better="higher",
            finest="month",
        ),
        Metric(
            f"{kind}_variance_share",
            title=Sentence(f"{called.en}, variance in share of budget", f"{called.zh}差异率"),
            meaning=Sentence(
                f"{called.en}: {reads.en}, as a share of the budget; positive is favourable.",
                f"{called.zh}：{reads.zh}，占预算的比例；正数为有利差异。",
            ),
            top=variance,
            bottom=(budget,),
            form="money_share",
            better="higher",
            finest="month",
        ),
        Metric(
            f"{kind}_execution_share",
            title=Sentence(f"{called.en}, execution of budget", f"{called.zh}预算执行率"),
            meaning=Sentence(
                f"{called.en}: actual as a share of the budget.",
                f"{called.zh}：实际金额占预算的比例。",
            ),
            top=(actual,),
            bottom=(budget,),
            form="money_share",
            better=better,
            finest="month",
        ),
    )


MEASURES = (
    *(
        Measure(
            f"{kind}_actual_minor",
            of="finance_entries",
            on="posted_on",
            sums=_money_of(kind),
            unit="minor",
        )
        for kind in _KINDS
    ),
    *(
        Measure(
            f"{kind}_budget_minor",
            of="budget_months",
            on="month",
            sums=_money_of(kind),
            unit="minor",
        )
        for kind in _KINDS
    ),
)

METRICS = (
    *(metric for kind, called in _KINDS.items() for metric in _metrics(kind, called)),
    Metric(
        "cost_per_delivery",
        title=Sentence("Cost per delivery", "单票成本"),
        meaning=Sentence(
            "Entries on cost accounts, per waybill picked up in the same months.",
            "成本类科目的记账金额除以同月揽收运单数。",
        ),
        top=("cost_actual_minor",),
        bottom=("deliveries_picked_up",),
        form="money",
        unit="money per delivery",
        better="lower",
        finest="month",
    ),
    Metric(
        "cost_per_ticket",
        title=Sentence("Cost per ticket", "单工单成本"),
        meaning=Sentence(
            "Entries on cost accounts, per ticket opened in the same months.",
            "成本类科目的记账金额除以同月新建工单数。",
        ),
        top=("cost_actual_minor",),
        bottom=("tickets_opened",),
        form="money",
        unit="money per ticket",
        better="lower",
        finest="month",
    ),
)
