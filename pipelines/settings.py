"""One deployment = one directory, the home: its paths and its settings.

To add a setting: a field of `Settings` with its description; `sqm init` writes it into the
template, docs/settings.md is generated from it. Imports no Dagster: dashboards read it too.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from transforms.refusal import Refusal
from transforms.source_definition import ZoneName


class Settings(BaseSettings):
    """Settings of a home: `settings.toml`, overridden by SQM_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="SQM_", extra="forbid", frozen=True)

    organisation: str = Field("Demo organisation", description="Name shown on pages and workbooks.")
    language: Literal["en", "zh"] = Field("en", description="Language of `sqm` and of alerts.")
    time_zone: ZoneName = Field(
        "UTC", description="The home's zone: nights, and units without one."
    )
    currency: str = Field(
        "EUR", pattern="^[A-Z]{3}$", description="Currency of the books (ISO 4217)."
    )
    fiscal_year_start: int = Field(1, ge=1, le=12, description="First month of the fiscal year.")
    nightly_at: time = Field(time(2, 0), description="When the schedule starts the night.")
    minimum_answers: int = Field(
        5, ge=1, description="Survey slices with fewer answers are hidden."
    )
    tolerance_seconds: int = Field(
        60,
        ge=0,
        description="How far a later instant may precede an earlier one: sources truncate.",
    )
    held_share_limit: float = Field(
        0.2, ge=0, le=1, description="A batch with more rows quarantined holds the snapshot."
    )
    keep_snapshots: int = Field(14, ge=2, description="Snapshots kept for rollback and history.")
    rows_at_once: int = Field(
        250_000, ge=1, description="Rows judged in one go: more is faster and takes more memory."
    )
    memory_limit: str = Field("1500MB", description="DuckDB's memory limit in the nightly run.")
    hmac_key: SecretStr | None = Field(
        None,
        description="Key of customer pseudonyms: SQM_HMAC_KEY, or a file secrets/sqm_hmac_key.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then secrets/, then settings.toml (given as initial values)."""
        return env_settings, file_secret_settings, init_settings


@dataclass(frozen=True)
class Home:
    """The folders of one deployment. Paths only; nothing is created by asking for them."""

    root: Path
    landing: Path
    store: Path
    settings: Settings

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def reference(self) -> Path:
        return self.root / "reference"

    @property
    def bronze(self) -> Path:
        return self.store / "bronze"

    @property
    def warehouse(self) -> Path:
        return self.store / "warehouse.duckdb"

    @property
    def snapshots(self) -> Path:
        return self.store / "snapshots"

    @property
    def ledger(self) -> Path:
        return self.store / "ledger.sqlite"

    @property
    def decisions(self) -> Path:
        return self.store / "decisions.sqlite"

    @property
    def reports(self) -> Path:
        return self.store / "reports"

    @property
    def dagster(self) -> Path:
        return self.store / "dagster"


def open_home(root: Path, *, landing: Path | None = None, store: Path | None = None) -> Home:
    """Return the home at `root` with its settings read; `landing` and `store` may lie elsewhere.

    Raises Refusal when the folder is no home or a setting is unknown or wrong.
    """
    root = root.resolve()
    file = root / "settings.toml"
    if not file.is_file():
        raise Refusal(
            "{root} is no home (settings.toml is missing): make one with `sqm init {root}`.",
            "{root} 不是有效的工作目录（缺少 settings.toml）：请先运行 `sqm init {root}`。",
            root=root,
        )
    return Home(
        root=root,
        landing=(landing or root / "landing").resolve(),
        store=(store or root / "store").resolve(),
        settings=_read_settings(file),
    )


def _read_settings(file: Path) -> Settings:
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        secrets = file.parent / "secrets"
        return Settings(_secrets_dir=secrets if secrets.is_dir() else None, **content)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(
            "{file} is not valid TOML ({error}): correct that line.",
            "{file} 不是有效的 TOML（{error}）：请改正该行。",
            file=file,
            error=error,
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise Refusal(
            "{file}: setting {key}: {problem} (docs/settings.md lists all of them).",
            "{file}：设置项 {key}：{problem}（全部设置见 docs/settings.md）。",
            file=file,
            key=".".join(str(part) for part in first["loc"]),
            problem=first["msg"],
        ) from error
