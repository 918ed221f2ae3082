"""Survey answers, prepared for their measures."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

SCORES = ("overall", "attitude", "efficiency", "effect")


def prepare_surveys(surveys: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return every survey, with `weight` 1 where it has none, and for each score `<score>_share`:

    (score - scale_min) / (scale_max - scale_min), 0..1, so that mixed scales can be summed.
    """
    width = nw.col("scale_max") - nw.col("scale_min")
    return surveys.with_columns(
        nw.col("weight").fill_null(1.0),
        *(
            ((nw.col(score) - nw.col("scale_min")) / width).alias(f"{score}_share")
            for score in SCORES
        ),
    )
