"""How a column's known headers are written down, and those of money with their units.

To add a unit of money: an entry in `_UNITS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

# Canonical column -> its spellings, or its spellings with what their numbers are multiplied by.
Spellings: TypeAlias = Mapping[str, tuple[str, ...] | Mapping[str, int]]

# An amount without a unit is in major units: no export leaves minor ones unsaid.
_UNITS = {
    "": 100,
    "元": 100,
    "yuan": 100,
    "千元": 100_000,
    "万元": 1_000_000,
    "分": 1,
    "cents": 1,
    "in cents": 1,
}


def money(*names: str) -> Mapping[str, int]:
    """Return each name with each unit, and what turns its numbers into minor units.

    >>> spelled = money("运费")
    >>> spelled["运费 元"], spelled["运费 分"]
    (100, 1)
    """
    return {f"{name} {unit}": scale for name in names for unit, scale in _UNITS.items()}
