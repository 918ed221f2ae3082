"""Of several versions of one record the newest counts, whatever order batches arrive in.

`records.<kind>` holds the newest valid version of every key, `superseded.<kind>` all older ones,
so a batch can be taken back and taken in anew: its rows leave both tables, and the best version
that remains takes their place.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipelines.warehouse import Warehouse, listed, quoted
from quality.contracts.kind import RecordKind
from transforms.catalogue import SUMMED_BY_DAY


class Versions:
    """Takes rows of one kind into the warehouse. Use inside one transaction:

    `withdraw` batches that are taken in anew, `add` valid rows part by part, then `settle`.
    """

    def __init__(self, warehouse: Warehouse, kind: RecordKind) -> None:
        self._warehouse = warehouse
        self._kind = kind
        self._run = warehouse.connection.execute
        self._current = f"records.{kind.name}"
        self._older = f"superseded.{kind.name}"
        self._days = [
            name
            for name, dtype in kind.columns.items()
            if dtype.base_type() is pl.Date and kind.name in SUMMED_BY_DAY
        ]
        self._run(f"create or replace temp table incoming as from {self._current} limit 0")
        self._run(
            f"create or replace temp table withdrawn as "
            f"select {listed(kind.key)} from {self._current} limit 0"
        )

    def withdraw(self, batch_numbers: Iterable[int]) -> None:
        """Take back every row of these batches, valid, superseded or quarantined."""
        numbers = list(batch_numbers)
        for table in (self._current, self._older):
            rows = f"from {table} where batch_number in (select unnest(?))"
            self._touch(rows, [numbers])
            self._run(f"insert into withdrawn select {listed(self._kind.key)} {rows}", [numbers])
            self._run(f"delete {rows}", [numbers])
        self._run(
            "delete from records.quarantine where batch_number in (select unnest(?))", [numbers]
        )

    def add(self, valid: pl.DataFrame) -> None:
        """Take in valid rows: the bookkeeping columns and the columns of the contract."""
        self._warehouse.append("temp.incoming", valid)

    def settle(self) -> None:
        """Decide for every key touched which version counts, and remember the days touched."""
        key = listed(self._kind.key)
        self._touch("from temp.incoming", [])
        # Most keys come once and are new: only the contested ones need sorting.
        self._run(
            f"""create or replace temp table contested as
            select {key} from temp.incoming group by all having count(*) > 1
            union select {key} from temp.incoming semi join {self._current} using ({key})
            union select {key} from temp.incoming semi join {self._older} using ({key})
            union select {key} from temp.withdrawn semi join {self._older} using ({key})"""
        )
        versions = "select * from {} semi join temp.contested using ({})"
        self._run(
            "create or replace temp table ranked as select *, row_number() over ("
            f"partition by {key} order by {self._newest_first()}) as _rank from ("
            + " union all by name ".join(
                versions.format(table, key)
                for table in ("temp.incoming", self._current, self._older)
            )
            + ")"
        )
        self._touch("from temp.ranked", [])
        is_contested = " and ".join(f"kept.{quoted(k)} = c.{quoted(k)}" for k in self._kind.key)
        for table in (self._current, self._older):
            self._run(f"delete from {table} as kept using temp.contested as c where {is_contested}")
        self._run(
            f"insert into {self._current} by name "
            f"select * from temp.incoming anti join temp.contested using ({key})"
        )
        for table, places in ((self._current, "_rank = 1"), (self._older, "_rank > 1")):
            self._run(
                f"insert into {table} by name "
                f"select * exclude (_rank) from temp.ranked where {places}"
            )
        for table in ("incoming", "withdrawn", "contested", "ranked"):
            self._run(f"drop table temp.{table}")

    def _newest_first(self) -> str:
        order = "batch_number desc, row_number desc"
        if self._kind.newest_by:
            return f"{quoted(self._kind.newest_by)} desc nulls last, {order}"
        return order

    def _touch(self, rows: str, parameters: list[object]) -> None:
        """Remember every day that the rows of `rows` (a FROM clause) count on."""
        for day in self._days:
            self._run(
                f"insert into intake.touched_days select distinct '{self._kind.name}', "
                f"{quoted(day)} {rows} {'and' if 'where' in rows else 'where'} "
                f"{quoted(day)} is not null",
                parameters,
            )
