"""The marts of a small home, made by calling their assets: no Dagster run, no judge, no snapshot.

A new mart needs nothing here: the assets are those of the pipeline.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl
from dagster import build_asset_context

from pipelines.definitions import stages
from quality.contracts import RECORD_KINDS
from tests.pipelines.small_home import AS_OF, SmallHome, take_up

_REFERENCE = ["sources", "reference_tables"]
_MARTS = tuple(asset.key.path[1] for asset in stages if asset.key.path[0] == "marts")


def marts_of(
    small: SmallHome, as_of: date = AS_OF, wanted: Collection[str] = _MARTS
) -> dict[str, pl.DataFrame]:
    """Take up what has landed, make the assets `wanted` in the order of the stages, and return
    every table of the marts by name."""
    with small.stages(as_of) as night:
        take_up(night, tuple(RECORD_KINDS))
        for asset in stages:
            stage, name = asset.key.path
            if [stage, name] == _REFERENCE or (stage == "marts" and name in wanted):
                asset(build_asset_context(resources={"night": night}))
        names = night.warehouse.query(
            "select table_name as name from information_schema.tables "
            "where table_catalog = 'warehouse' and table_schema = 'marts' order by all"
        )["name"]
        return {name: night.warehouse.query(f"from marts.{name}") for name in names}
