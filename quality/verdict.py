"""Verdict: what one check found in a snapshot candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from transforms.refusal import Sentence


@dataclass(frozen=True)
class Verdict:
    """What one check found.

    `name`      what is claimed, as a sentence in snake case
    `table`     schema.table that it is about
    `blocking`  whether a failure holds the snapshot; others publish it with a warning
    `success`   whether the claim holds
    `title`     the claim in words, English and Chinese
    `observed`  rows that break it; None where that cannot be counted
    `detail`    a few of the offending values or rows as JSON, "" when there are none to show
    """

    name: str
    table: str
    blocking: bool
    success: bool
    title: Sentence
    observed: int | None
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what `json.dumps` takes and `from_json` understands."""
        return {**asdict(self), "title": self.title._asdict()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Return the verdict that `to_json` wrote."""
        return cls(**{**fields, "title": Sentence(**fields["title"])})
