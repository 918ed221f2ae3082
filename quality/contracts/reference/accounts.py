"""The chart of accounts."""

import pandera.polars as pa
import polars as pl

from quality.contracts.kind import NOT_BLANK, Contract
from quality.contracts.reference.table import ReferenceTable
from transforms.refusal import Sentence

ACCOUNT_KINDS = ("revenue", "cost", "expense", "asset", "liability", "equity")


class Account(Contract):
    """One account; its kind decides which side is its natural one."""

    code: pl.String = pa.Field(
        title="科目代码", description="The account as the ledger calls it.", str_contains=NOT_BLANK
    )
    name: pl.String = pa.Field(title="科目名称", description="Name; the code when empty.")
    name_zh: pl.String = pa.Field(
        title="中文名称", description="Name in Chinese; the name when empty."
    )
    kind: pl.String = pa.Field(
        title="科目类别", description="What the account records.", isin=ACCOUNT_KINDS
    )
    statement_line: pl.String = pa.Field(
        title="报表项目", description="Line of the statements it belongs to.", nullable=True
    )
    parent: pl.String = pa.Field(
        title="上级科目", description="Account that it is part of; none at the top.", nullable=True
    )


ACCOUNTS = ReferenceTable(
    "accounts",
    Account,
    title=Sentence("Accounts", "会计科目"),
    key=("code",),
    defaults={"name": pl.col("code"), "name_zh": pl.col("name")},
    parent=("parent", "code"),
)
