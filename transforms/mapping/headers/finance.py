"""Headers of ledger entries, budget lines and account balances."""

from __future__ import annotations

from transforms.mapping.headers.identities import (
    ACCOUNT,
    CURRENCY,
    CUSTOMER,
    ORG_UNIT,
    UPDATED,
    WAYBILL,
)
from transforms.mapping.headers.spellings import Spellings, money

_AMOUNT = ("amount", "金额", "本币金额")

FINANCE_ENTRIES: Spellings = {
    "entry_id": (
        *("entry", "entry no", "entry number", "journal line id", "line id", "posting id"),
        *("transaction id", "transaction no", "分录号", "分录编号", "记账流水号", "交易流水号"),
    ),
    "posted_on": (
        *("posted", "posted at", "posting date", "post date", "booking date", "entry date"),
        *("accounting date", "transaction date", "date", "记账日期", "入账日期", "过账日期"),
        *("凭证日期", "会计日期", "日期"),
    ),
    "org_unit_id": ORG_UNIT,
    "account_code": ACCOUNT,
    "amount_minor": money(
        *_AMOUNT, "posted amount", "发生额", "本期发生额", "记账金额", "入账金额", "分录金额"
    ),
    "currency": CURRENCY,
    "waybill_no": WAYBILL,
    "customer_key": CUSTOMER,
    "description": (
        *("memo", "narrative", "text", "details", "line text", "remark", "remarks"),
        *("摘要", "凭证摘要", "说明", "备注", "用途", "描述"),
    ),
    "updated_at": UPDATED,
}

BUDGET_LINES: Spellings = {
    "org_unit_id": ORG_UNIT,
    "account_code": ACCOUNT,
    "period_start": (
        *("start", "start date", "from", "from date", "period from", "valid from"),
        *("开始日期", "期间开始", "起始日期", "预算开始日期", "期初日期"),
    ),
    "period_end": (
        *("end", "end date", "to", "to date", "period to", "valid to"),
        *("结束日期", "期间结束", "截止日期", "预算结束日期", "期末日期"),
    ),
    "version": (
        *("budget version", "revision", "budget revision"),
        *("预算版本", "版本", "版本号", "调整版本"),
    ),
    "amount_minor": money(
        *_AMOUNT,
        *("budget", "budget amount", "budgeted amount", "planned amount", "approved amount"),
        *("预算", "预算金额", "预算额", "预算数", "预算额度", "批复金额", "计划金额"),
    ),
    "currency": CURRENCY,
    "approved_on": (
        *("approved", "approved at", "approval date", "approved date", "date approved"),
        *("批准日期", "批准时间", "审批日期", "批复日期", "下达日期"),
    ),
}

ACCOUNT_BALANCES: Spellings = {
    "org_unit_id": ORG_UNIT,
    "account_code": ACCOUNT,
    "on": (
        *("date", "balance date", "as of", "as at", "as of date", "period end", "month end"),
        *("日期", "余额日期", "截止日期", "期末日期", "结算日期", "报表日期"),
    ),
    "amount_minor": money(
        *_AMOUNT,
        *("balance", "closing balance", "ending balance", "余额", "期末余额", "账户余额", "期末数"),
    ),
    "currency": CURRENCY,
}
