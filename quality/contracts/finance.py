"""Finance: ledger entries, budget lines and account balances, all in minor units of money.

To add a column: a field here and its known headers in transforms/mapping/headers; `sources/*.toml`
may then map it.
"""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract, Instant, RecordKind
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

_ISO_4217 = r"^[A-Z]{3}$"
_VERSION = r"^(original|revised_[1-9][0-9]*)$"
_CURRENCY_RULE = Rule(
    ("currency",),
    Sentence(
        "currency must be a code of three capital letters such as CNY",
        "币种（currency）必须是三位大写字母代码，例如 CNY",
    ),
)
_REFERENCES = {"org_unit_id": "org_units", "account_code": "accounts"}


class FinanceEntry(Contract):
    """One posting of the ledger; positive is the account's natural side."""

    entry_id: pl.String = pa.Field(
        title="凭证号", description="Number of the posting.", str_contains=NOT_BLANK
    )
    posted_on: pl.Date = pa.Field(title="记账日期", description="Date it was posted on.")
    org_unit_id: pl.String = pa.Field(
        title="核算机构", description="Unit that bears it.", str_contains=NOT_BLANK
    )
    account_code: pl.String = pa.Field(
        title="会计科目", description="Account, as in accounts.", str_contains=NOT_BLANK
    )
    amount_minor: pl.Int64 = pa.Field(title="金额", description="Amount, minor units of money.")
    currency: pl.String = pa.Field(
        title="币种", description="ISO 4217 code.", str_matches=_ISO_4217
    )
    waybill_no: pl.String = pa.Field(
        title="运单号", description="Delivery that it is for.", nullable=True
    )
    customer_key: pl.String = pa.Field(
        title="客户标识", description="Pseudonym of the customer (HMAC-SHA256).", nullable=True
    )
    description: pl.String = pa.Field(
        title="摘要", description="Text of the posting.", nullable=True
    )
    updated_at: Instant = pa.Field(
        title="更新时间", description="When this version was written (UTC).", nullable=True
    )


FINANCE_ENTRIES = RecordKind(
    "finance_entries",
    FinanceEntry,
    title=Sentence("Finance entries", "财务凭证"),
    key=("entry_id",),
    newest_by="updated_at",
    day="posted_on",
    references=_REFERENCES,
    rules={"currency_is_well_formed": _CURRENCY_RULE},
)


class BudgetLine(Contract):
    """The budget of one unit, account and period, in one version."""

    org_unit_id: pl.String = pa.Field(
        title="预算机构", description="Unit that the budget is for.", str_contains=NOT_BLANK
    )
    account_code: pl.String = pa.Field(
        title="会计科目", description="Account, as in accounts.", str_contains=NOT_BLANK
    )
    period_start: pl.Date = pa.Field(title="期间起", description="First day budgeted for.")
    period_end: pl.Date = pa.Field(title="期间止", description="Last day budgeted for.")
    version: pl.String = pa.Field(
        title="预算版本", description="original, revised_1, revised_2, …", str_matches=_VERSION
    )
    amount_minor: pl.Int64 = pa.Field(
        title="预算金额", description="Amount for the whole period, minor units of money."
    )
    currency: pl.String = pa.Field(
        title="币种", description="ISO 4217 code.", str_matches=_ISO_4217
    )
    approved_on: pl.Date = pa.Field(
        title="批准日期", description="Date this version was approved.", nullable=True
    )

    @pa.check("period_end", name="is_not_before_period_start")
    @classmethod
    def _a_period_has_a_length(cls, budget_lines: PolarsData) -> pl.LazyFrame:
        return budget_lines.lazyframe.select(pl.col("period_end") >= pl.col("period_start"))


BUDGET_LINES = RecordKind(
    "budget_lines",
    BudgetLine,
    title=Sentence("Budget lines", "预算明细"),
    key=("org_unit_id", "account_code", "period_start", "period_end", "version"),
    newest_by="approved_on",
    day="period_start",
    references=_REFERENCES,
    defaults={"version": "original"},
    rules={
        "currency_is_well_formed": _CURRENCY_RULE,
        "version_is_well_formed": Rule(
            ("version",),
            Sentence(
                "version must be original, or revised_ and a number from 1",
                "预算版本（version）必须是 original，或 revised_ 加从 1 起的序号",
            ),
        ),
        "period_end_is_not_before_period_start": Rule(
            ("period_start", "period_end"),
            Sentence(
                "period_end must not be before period_start",
                "期间止（period_end）不能早于期间起（period_start）",
            ),
        ),
    },
)


class AccountBalance(Contract):
    """The balance of one unit and account at the end of one day, for statements."""

    org_unit_id: pl.String = pa.Field(
        title="核算机构", description="Unit whose books these are.", str_contains=NOT_BLANK
    )
    account_code: pl.String = pa.Field(
        title="会计科目", description="Account, as in accounts.", str_contains=NOT_BLANK
    )
    on: pl.Date = pa.Field(title="余额日期", description="Day at whose end the balance stood.")
    amount_minor: pl.Int64 = pa.Field(title="余额", description="Balance, minor units of money.")
    currency: pl.String = pa.Field(
        title="币种", description="ISO 4217 code.", str_matches=_ISO_4217
    )


ACCOUNT_BALANCES = RecordKind(
    "account_balances",
    AccountBalance,
    title=Sentence("Account balances", "科目余额"),
    key=("org_unit_id", "account_code", "on"),
    day="on",
    references=_REFERENCES,
    rules={"currency_is_well_formed": _CURRENCY_RULE},
)
