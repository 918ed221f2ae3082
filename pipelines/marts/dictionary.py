"""Stage 4, marts about words: what the columns of records are called, for pages and SQL clients.

The dictionary of metrics is made beside their values (`marts.py`). To add one: an asset here, its
name in `stages` (pipelines/definitions.py) and in `_MARTS` (pipelines/release/assets.py).
"""

from __future__ import annotations

import polars as pl
from dagster import MaterializeResult, asset

from pipelines.night import Night
from pipelines.stages import NIGHT, key_of, on_night
from quality.contracts import RECORD_KINDS
from quality.contracts.clock import CLOCK_ROWS


@asset(key=key_of("marts", "columns"), group_name="marts", required_resource_keys=NIGHT)
@on_night("marts", "columns")
def columns(night: Night) -> MaterializeResult:
    """Every column of records and clocks: its position, title and meaning."""
    dictionary = pl.DataFrame(
        [
            {
                "kind": kind.name,
                "column": column,
                "position": position,
                "title": title.en,
                "title_zh": title.zh,
                "meaning": kind.descriptions[column],
            }
            for kind in (*RECORD_KINDS.values(), CLOCK_ROWS)
            for position, (column, title) in enumerate(kind.titles.items())
        ]
    )
    night.warehouse.replace_table("marts.columns", dictionary)
    return MaterializeResult(metadata={"rows": dictionary.height})
