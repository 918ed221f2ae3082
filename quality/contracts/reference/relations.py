"""Whether the tables of `reference/` agree with each other.

To add a relation: an entry in `references` of the table that points to another.
"""

from collections.abc import Mapping

import polars as pl

from quality.contracts.reference.table import ReferenceTable
from transforms.refusal import Refusal


def refuse_broken_relations(
    tables: Mapping[str, pl.DataFrame], contracts: Mapping[str, ReferenceTable]
) -> None:
    """Raise Refusal for the first value that points to nothing; a table not given is empty."""
    for name, rows in tables.items():
        for column, pointer in contracts[name].references.items():
            other = tables.get(pointer.table, contracts[pointer.table].empty())
            known = pl.concat([other[pointer.column], pl.Series(pointer.besides, dtype=pl.String)])
            values = rows[column]
            if values.dtype == pl.List:
                values = values.explode(empty_as_null=False)
            values = values.drop_nulls()
            unknown = values.filter(~values.is_in(known.implode())).unique(maintain_order=True)
            if len(unknown):
                raise Refusal(
                    'reference/{file}.csv: {column} "{value}" is no {target} of '
                    "reference/{other}.csv: add it there or correct it"
                    + (" ({more} more values as well)." if len(unknown) > 1 else "."),
                    "reference/{file}.csv：{column} “{value}”不在 reference/{other}.csv 的 "
                    "{target} 列中：请在其中补充或更正"
                    + ("（另有 {more} 个取值同样如此）。" if len(unknown) > 1 else "。"),
                    file=name,
                    column=column,
                    value=unknown[0],
                    target=pointer.column,
                    other=pointer.table,
                    more=len(unknown) - 1,
                )
