"""The same charts drawn by `controlchartspy`, a tool of other people, one series at a time.

What differs by definition, and is put right here:
- from moving range to limit it takes 3 / 1.128 and 3 / 0.954, we the printed 2.66 and 3.145;
- it can leave wild moving ranges out of the mean: turned off;
- of a rule it flags all points of the pattern, we the point that completes it and later ones.

Not put right: a point level with the centre, or with the point before, ends our runs; theirs pass
over it.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from controlchartspy import spc

from transforms.control_charts import baseline_points

_THEIR_NAME = {
    "p_prime": "pp",
    "u_prime": "up",
    "xmr": "i",
    "xmr_median": "i_mm",
    "g": "g",
    "t": "t",
}
# Ours over theirs, of the way from the centre to a limit on the scale of `drawn`.
REACH_OVER_THEIRS = {
    "xmr": 2.66 / (3 / 1.128),
    "xmr_median": 3.145 / (3 / 0.954),
    "t": 2.66 / (3 / 1.128),
}
_RULES = {
    "beyond_limit": "astpoint",
    "two_of_three": "two_in_three",
    "seven_on_one_side": "shift",
    "seven_in_a_row": "trend",
}
_SIGN = {"improvement": 1, "deterioration": -1, "none": 0}


def their_chart(points: pl.DataFrame) -> pl.DataFrame:
    """Return `centre`, `lower`, `upper`, `low_zone`, `high_zone` and a sign per rule.

    `points` are those of one series, in order; limits are those of its baseline.
    """
    chart = points["chart"][0]
    has_cases = chart in ("p_prime", "u_prime")
    columns: dict[str, Any] = {
        "day": points["period"].to_list(),
        "top": points["numerator" if has_cases else "value"].to_list(),
    }
    if has_cases:
        columns["bottom"] = points["denominator"].to_list()
    rows = spc(
        data=columns,
        keys="day",
        numerators="top",
        denominators="bottom" if has_cases else None,
        spc_settings={
            "chart_type": _THEIR_NAME[chart],
            "outliers_in_limits": True,
            "num_points_subset": min(points.select(baseline_points())[0, 0], points.height),
            "subset_points_from": "Start",
        },
        outlier_settings={
            "astronomical": True,
            "shift": True,
            "shift_n": 7,
            "trend": True,
            "trend_n": 7,
            "two_in_three": True,
        },
        return_objs="limits",
    ).limits
    unit = 100 if chart == "p_prime" else 1  # their shares are percentages
    bounds = {
        "centre": "target",
        "lower": "ll99",
        "upper": "ul99",
        "low_zone": "ll95",
        "high_zone": "ul95",
    }
    return pl.DataFrame(
        {
            **{ours: [row[theirs] / unit for row in rows] for ours, theirs in bounds.items()},
            **{ours: [_SIGN[row[theirs]] for row in rows] for ours, theirs in _RULES.items()},
        },
        schema_overrides=dict.fromkeys(bounds, pl.Float64) | dict.fromkeys(_RULES, pl.Int8),
    )


def with_their_constants(bound: pl.Expr, chart: str) -> pl.Expr:
    """Return our `bound` (`lower` | `upper`) as it would be with their constants."""
    if chart not in REACH_OVER_THEIRS:
        return bound
    power = 3.6 if chart == "t" else 1.0
    centre = pl.col("centre") ** (1 / power)
    reach = (bound ** (1 / power) if chart == "t" else bound) - centre
    moved = centre + reach / REACH_OVER_THEIRS[chart]
    # A limit that was cut to 0 stays there.
    return pl.when(bound == 0).then(0.0).otherwise(moved**power) if chart == "t" else moved
