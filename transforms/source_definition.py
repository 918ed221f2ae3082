"""What `sources/<name>.toml` may say: one model, from which docs and `sqm check` also read.

To add a key: a field here with its description, its use in `mapping.py` (or in
`pipelines/sources/readers.py` when it concerns how a file is read), and a test there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from transforms.refusal import Refusal

KindName = Literal[
    "tickets",
    "ticket_events",
    "deliveries",
    "delivery_events",
    "surveys",
    "finance_entries",
    "budget_lines",
    "account_balances",
    "duties",
]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(f'"{zone}" is not a time zone; write it as in "Asia/Shanghai"')
    return zone


OneOrMore = Annotated[list[str], BeforeValidator(_as_list)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ColumnMapping(_Strict):
    """How one canonical column is made from the export."""

    source: OneOrMore = Field(
        alias="from", description="Column of the export; of several, the first one present."
    )
    format: OneOrMore = Field(
        [],
        description="strptime formats of dates and instants, tried in order; or excel (serial"
        " numbers), unix (seconds since 1970), unix_ms.",
    )
    values: dict[str, str] = Field({}, description="Value in the export -> value of ours.")
    default: str | None = Field(None, description="Used where the export has no value.")
    missing: OneOrMore = Field([], description="Further texts of this column meaning no value.")
    scale: int = Field(
        1, ge=1, le=10**9, description="Numbers are multiplied by it: 100 = to minor units."
    )
    time_of_day: time | None = Field(
        None, description="Time given to dates without one: 23:59:59 for an end of day."
    )
    time_zone: ZoneName | None = Field(None, description="Zone of this column, if its own.")


class Database(_Strict):
    """A source that is a query instead of files."""

    url_env: str = Field(description="Name of the environment variable with the SQLAlchemy URL.")
    query: str = Field(description="The SELECT to run.")


class Reshape(_Strict):
    """SQL over the file as table `source`, run in memory without file or network access."""

    sql: str = Field(description="One SELECT; `source` has the columns of the file and `_row`.")


class Private(_Strict):
    """Columns with personal data, dealt with before anything is stored."""

    drop: OneOrMore = Field(default=[], description="Columns that are not kept at all.")
    mask: OneOrMore = Field(default=[], description="Columns whose values become '***'.")
    key: OneOrMore = Field(default=[], description="Columns that become a keyed HMAC-SHA256 (hex).")


def _as_mapping(value: Any) -> Any:
    return {"from": value} if isinstance(value, str | list) else value


class SourceDefinition(_Strict):
    """One `sources/<name>.toml`."""

    name: str = Field(description="The file's name without .toml.")
    kind: KindName = Field(description="The record kind that the rows become.")
    files: OneOrMore = Field([], description="Glob patterns below the landing folder.")
    database: Database | None = None
    format: Literal["csv", "excel", "parquet", "jsonl"] | None = Field(
        None, description="Told from the file's ending when absent; .tsv and .txt are csv."
    )
    encoding: str = Field("utf-8", description="Of text files; a UTF-8 BOM is accepted.")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="Of csv files.")
    sheet: str | None = Field(None, description="Of Excel files; the first sheet when absent.")
    header_row: int = Field(1, ge=1, description="Row of the headers; rows above are passed over.")
    time_zone: ZoneName | None = Field(None, description="Of local times; the home's when absent.")
    decimal_comma: bool = Field(False, description="1.234,56 instead of 1,234.56.")
    missing: OneOrMore = Field([""], description="Texts that mean: no value.")
    columns: dict[str, Annotated[ColumnMapping, BeforeValidator(_as_mapping)]] = Field(
        {}, description="Canonical column = column of the export."
    )
    constants: dict[str, str | int | float | bool] = Field(
        {}, description="Canonical columns with one value for every row."
    )
    reshape: Reshape | None = None
    private: Private = Private()
    unknown_references: Literal["quarantine", "register"] = Field(
        "quarantine", description="What becomes of unknown org units, accounts, service levels."
    )
    held_share_limit: float | None = Field(
        None,
        ge=0,
        le=1,
        description="A batch with a larger share of quarantined rows holds the snapshot.",
    )

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if bool(self.files) == bool(self.database):
            raise ValueError("give either files or [database], not both and not neither")
        return self


def parse_source(name: str, text: str) -> SourceDefinition:
    """Return the definition in `text`, the content of `sources/<name>.toml`.

    Raises Refusal, naming the file and the key, for broken TOML, unknown keys and wrong values.
    """
    file = f"sources/{name}.toml"
    try:
        content: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(
            "{file} is not valid TOML ({error}): correct that line.",
            "{file} 不是有效的 TOML（{error}）：请改正该行。",
            file=file,
            error=error,
        ) from error
    try:
        if "name" in content:
            raise _unknown_key(file, "name")
        return SourceDefinition.model_validate({**content, "name": name})
    except ValidationError as error:
        raise _refusal(file, error) from error


def _refusal(file: str, error: ValidationError) -> Refusal:
    """Return the first complaint of pydantic as our sentence."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "(file)"
    if first["type"] == "extra_forbidden":
        return _unknown_key(file, key)
    return Refusal(
        "{file}: {key}: {problem}: correct it (docs/sources.md).",
        "{file}：{key}：不符合要求（{problem}）：请改正（见 docs/sources.md）。",
        file=file,
        key=key,
        problem=first["msg"].removeprefix("Value error, "),
    )


def _unknown_key(file: str, key: str) -> Refusal:
    return Refusal(
        "{file}: key {key} is not known: remove it or correct its spelling (docs/sources.md).",
        "{file}：不认识键 {key}：请删除或改正拼写（见 docs/sources.md）。",
        file=file,
        key=key,
    )
