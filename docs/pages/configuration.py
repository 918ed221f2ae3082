"""Pages of what a home says: its settings and its source files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from docs.pages.markdown import as_written, write_page, write_table
from pipelines.settings import Settings
from transforms.source_definition import SourceDefinition

_SCHEMA_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "text or list of texts",
    "object": "table of keys and values",
}


def sources_page() -> str:
    """Return docs/sources.md: every key of a source file."""
    schema = SourceDefinition.model_json_schema(by_alias=True)
    parts = {
        "[columns]": "ColumnMapping",
        "[database]": "Database",
        "[reshape]": "Reshape",
        "[private]": "Private",
    }
    lines = [
        "# Source files: `sources/<name>.toml`",
        "One file says where an export lies, how it is read and what its columns mean. "
        "[Add a source](add-a-source.md) goes through it step by step; "
        "[records](records.md) lists the columns that it can fill.",
        "## Keys of the file",
        *_keys(schema, without=("name", "columns", *(part[1:-1] for part in parts))),
    ]
    for part, model in parts.items():
        definition = schema["$defs"][model]
        lines += [f"## `{part}`", definition["description"]]
        if part == "[columns]":
            lines.append(
                'Either `ours = "theirs"`, or a table with the keys below: '
                '`ours = { from = "theirs", format = "%d/%m/%Y" }`. '
                "A column whose header is commonly known needs no line."
            )
        lines += _keys(definition)
    return write_page(lines)


def settings_page() -> str:
    """Return docs/settings.md: every setting of a home."""
    schema = Settings.model_json_schema()
    rows = [
        (
            f"`{name}`",
            _schema_type(key),
            _default(key.get("default")),
            f"`SQM_{name.upper()}`",
            key["description"],
        )
        for name, key in schema["properties"].items()
    ]
    return write_page(
        [
            "# Settings: `settings.toml`",
            "Every setting has a default. A variable of the environment goes before "
            "`secrets/<variable in lower case>`, and that before `settings.toml`.",
            write_table(("setting", "value", "default", "variable", "meaning"), rows),
            "## Other variables",
            write_table(
                ("variable", "meaning"),
                [
                    ("`SQM_HOME`, `SQM_LANDING`, `SQM_STORE`", "as the options of the same name"),
                    (
                        "named by `url_env` of a source",
                        "URL of a database, with its password; never written down in a file",
                    ),
                ],
            ),
        ]
    )


def _keys(schema: Mapping[str, Any], without: Iterable[str] = ()) -> list[str]:
    required = schema.get("required", ())
    rows = [
        (
            f"`{name}`",
            _schema_type(key),
            "required" if name in required else _default(key.get("default")),
            key.get("description", ""),
        )
        for name, key in schema["properties"].items()
        if name not in without
    ]
    return [write_table(("key", "value", "default", "meaning"), rows)]


def _schema_type(key: Mapping[str, Any]) -> str:
    variants = [key, *key.get("anyOf", ())]
    for variant in variants:
        if "enum" in variant:
            return ", ".join(f"`{word}`" for word in variant["enum"])
        if variant.get("format") == "time":
            return "time of day"
        if variant.get("type", "null") != "null":
            return _SCHEMA_WORDS[variant["type"]]
    raise ValueError(f"no words for {key}")


def _default(value: object) -> str:
    return f"`{as_written(value)}`" if value not in (None, [], {}, "") else ""
