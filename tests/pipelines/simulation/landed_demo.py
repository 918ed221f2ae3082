"""The landed demo as tests read it: by source, with the encodings and formats the sources state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.settings import Home, open_home
from pipelines.simulation import Planted
from transforms.source_definition import SourceDefinition, parse_source

DEMO = Path(__file__).parents[3] / "data"
END = datetime.combine(date(2026, 11, 1), time())
_TRUNCATED = "deliveries_20251203.csv"


def demo_home(folder: Path) -> Home:
    """Return the demo's home with landing and store in `folder`."""
    return open_home(DEMO, landing=folder / "landing", store=folder / "store")


def demo_sources() -> list[SourceDefinition]:
    return [demo_source(file.stem) for file in sorted((DEMO / "sources").glob("*.toml"))]


def demo_source(name: str) -> SourceDefinition:
    file = DEMO / "sources" / f"{name}.toml"
    return parse_source(name, file.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Demo:
    """The demo as written by default."""

    landing: Path
    planted: Planted

    @property
    def told(self) -> dict[str, Any]:
        """What planted.json says."""
        return json.loads((self.landing / "planted.json").read_text(encoding="utf-8"))

    def incident(self, name: str) -> dict[str, Any]:
        return next(incident for incident in self.told["incidents"] if incident["name"] == name)

    def files(self, source: SourceDefinition) -> list[Path]:
        return sorted(file for pattern in source.files for file in self.landing.glob(pattern))

    def read(self, name: str) -> pl.DataFrame:
        """Return all files of a source but the truncated one, instants as the source says."""
        source = demo_source(name)
        files = [file for file in self.files(source) if file.name != _TRUNCATED]
        rows = pl.concat(read_file(file, source) for file in files)
        return rows.with_columns(
            pl.col(mapping.source[0]).str.to_datetime(mapping.format[0], strict=False)
            for mapping in source.columns.values()
            if mapping.format and rows[mapping.source[0]].dtype == pl.String
        )


def read_file(file: Path, source: SourceDefinition) -> pl.DataFrame:
    """Return one landed file as it is, text where the format has no types."""
    if file.suffix == ".parquet":
        return pl.read_parquet(file)
    if file.suffix == ".xlsx":
        options = {"header_row": source.header_row - 1}
        return pl.read_excel(file, sheet_name=source.sheet, read_options=options)
    text = file.read_bytes().decode(source.encoding).removeprefix("\ufeff").encode()
    if file.suffix == ".jsonl":
        return pl.read_ndjson(text)
    separator = "\t" if file.suffix == ".tsv" else ","
    return pl.read_csv(text, separator=separator, infer_schema=False)


def standard_errors(share: float, of: int, usual: float) -> float:
    """How many standard errors a share lies from the usual one."""
    return (share - usual) / (usual * (1 - usual) / of) ** 0.5
