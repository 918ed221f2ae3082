"""`sqm init`: a new home whose files explain themselves; nothing in it needs to stay."""

from __future__ import annotations

from pathlib import Path

from pipelines.settings import Settings
from quality.contracts import RECORD_KINDS, REFERENCE_TABLES
from transforms.refusal import Refusal

_GITIGNORE = "landing/\nstore/\nsecrets/\n"


def make_home(folder: Path) -> list[Path]:
    """Make a home in `folder`, which must be new or empty; return the files written.

    Raises Refusal when something is there already: nothing is overwritten.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refusal(
            "{folder} is not empty: name a new folder, nothing is overwritten.",
            "{folder} 不是空目录：请指定新目录，以免覆盖已有文件。",
            folder=folder,
        )
    texts = {
        "settings.toml": _settings_text(),
        ".gitignore": _GITIGNORE,
        **{f"sources/{kind}.toml.example": _source_text(kind) for kind in RECORD_KINDS},
        **{
            f"reference/{name}.csv": ",".join(table.columns) + "\n"
            for name, table in REFERENCE_TABLES.items()
        },
    }
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "landing").mkdir()
    return [folder / name for name in texts]


def _settings_text() -> str:
    """Return every setting as a comment with its description and default."""
    lines = [
        "# Settings of this home. Remove the # of a line to change it;",
        "# the environment variable SQM_<NAME> overrides it.",
    ]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}"]
        if field.default is not None:
            lines.append(f"# {name} = {_toml(field.default)}")
    return "\n".join(lines) + "\n"


def _source_text(kind: str) -> str:
    """Return a commented template of a source of `kind`, with every canonical column."""
    described = RECORD_KINDS[kind].descriptions
    required = set(RECORD_KINDS[kind].required_columns) - set(RECORD_KINDS[kind].defaults)
    lines = [
        f"# A source of {kind}: rename this file to <name>.toml and adapt it.",
        "# Try it with: sqm check FILE --source <name>   (all keys: docs/sources.md)",
        f'kind = "{kind}"',
        f'files = "{kind}/*.csv"',
        '# encoding = "gb18030"',
        '# time_zone = "Asia/Shanghai"',
        '# missing = ["", "N/A"]',
        '# unknown_references = "register"   # count units that reference/ does not know yet',
        "",
        "[columns]",
        "# canonical column = column of the export; what has a known header needs no line",
    ]
    for name in RECORD_KINDS[kind].mapped_columns:
        mark = "required" if name in required else "optional"
        lines.append(f'# {name} = ""   # {mark}: {described[name]}')
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return f'"{value}"'
