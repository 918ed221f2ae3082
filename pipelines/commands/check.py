"""`sqm check`: what the mapping understands of a file, and what would be held; writes nothing."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.records.intake import Surroundings, look_at
from pipelines.settings import Home
from pipelines.sources.readers import write_bronze
from pipelines.sources.reference import read_tables
from quality.contracts import RECORD_KINDS
from quality.gate import rule_sentence
from transforms.refusal import Refusal, Sentence
from transforms.source_definition import parse_source

_SAMPLES = 3


@dataclass(frozen=True)
class Trial:
    """Outcome of a trial.

    `columns`  canonical column -> where it comes from, as text
    `unused`   columns of the file that nothing reads
    `rules`    broken rule -> (rows, what it demands, row numbers of a few)
    """

    file: str
    kind: str
    rows: int
    valid: int
    held: int
    columns: dict[str, str]
    unused: list[str]
    rules: dict[str, tuple[int, Sentence, list[int]]]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for `--format json`."""
        return {
            **{name: value for name, value in vars(self).items() if name != "rules"},
            "rules": [
                {"rule": rule, "rows": rows, "en": told.en, "zh": told.zh, "row_numbers": numbers}
                for rule, (rows, told, numbers) in self.rules.items()
            ],
        }


def try_file(home: Home, file: Path, source_name: str) -> Trial:
    """Map and judge `file` as source `source_name` of `home` would be.

    Raises Refusal when there is no such source or the file cannot be read.
    """
    definition = home.sources / f"{source_name}.toml"
    if not definition.is_file():
        raise Refusal(
            "There is no source {name}: the home has {sources}.",
            "没有名为 {name} 的来源：该工作目录有 {sources}。",
            name=source_name,
            sources=", ".join(sorted(path.stem for path in home.sources.glob("*.toml"))) or "-",
        )
    source = parse_source(source_name, definition.read_text(encoding="utf-8"))
    reference = read_tables(home)
    kind = RECORD_KINDS[source.kind]
    key, language = home.settings.hmac_key, home.settings.language
    with tempfile.TemporaryDirectory() as folder:
        bronze = Path(folder) / "check.parquet"
        rows = write_bronze(
            file,
            source,
            bronze,
            hmac_key=key.get_secret_value() if key else None,
            metadata={},
        )
        plan, judged = look_at(
            bronze,
            file.name,
            source,
            kind,
            Surroundings(home.settings, reference.known(), reference.unit_zones()),
        )
    broken = Counter(rule for rules in judged.quarantined["broken_rules"] for rule in rules)
    return Trial(
        file=file.name,
        kind=kind.name,
        rows=rows,
        valid=judged.valid.height,
        held=judged.quarantined.height,
        columns={origin.column: origin.told(language) for origin in plan.origins},
        unused=sorted(plan.unused),
        rules={
            rule: (count, rule_sentence(kind, rule), _row_numbers(judged.quarantined, rule))
            for rule, count in broken.most_common()
        },
    )


def _row_numbers(quarantined: Any, rule: str) -> list[int]:
    has_rule = quarantined["broken_rules"].list.contains(rule)
    return quarantined.filter(has_rule)["row_number"].head(_SAMPLES).to_list()
