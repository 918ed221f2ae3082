"""The demo's reference tables keep their contracts and agree with one another."""

from __future__ import annotations

import polars as pl

from quality.contracts import REFERENCE_TABLES
from quality.contracts.reference import check_relations, read_reference
from tests.pipelines.simulation.landed_demo import DEMO


def test_every_reference_table_of_the_demo_is_accepted() -> None:
    tables = {}
    for name, table in REFERENCE_TABLES.items():
        text = pl.read_csv(DEMO / "reference" / f"{name}.csv", infer_schema=False)
        rows = text.with_columns(_row=pl.int_range(2, pl.len() + 2, dtype=pl.Int64))
        tables[name] = read_reference(table, rows, file=f"{name}.csv")
    check_relations(tables)


def test_the_organisation_has_24_outlets_in_4_regions() -> None:
    units = pl.read_csv(DEMO / "reference" / "org_units.csv")
    assert units.filter(pl.col("kind") == "outlet").height == 24
    assert units.filter(pl.col("kind") == "region").height == 4
