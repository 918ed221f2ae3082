"""What can be wrong with a source's mapping, each as a sentence that says what to do.

To add one: a function that returns the Refusal, or that raises it after looking for the fault.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

import polars as pl

from transforms.mapping.column_reader import column_reader
from transforms.mapping.instants import is_readable_format
from transforms.mapping.local_times import INSTANT
from transforms.refusal import Refusal, Sentence
from transforms.source_definition import SourceDefinition

# A longer list of columns would bury the sentence.
_FEW = 20

_TYPES = {
    pl.Int64: Sentence("a whole number", "整数"),
    pl.Float64: Sentence("a number", "数值"),
    pl.Boolean: Sentence("true or false", "真假值（true 或 false）"),
    pl.Date: Sentence("a date in the column's format", "符合该列格式的日期"),
    pl.Datetime: Sentence("a time in the column's format", "符合该列格式的时间"),
}


def refuse_unknown_keys(source: SourceDefinition, wanted: Collection[str]) -> None:
    """Raise Refusal for a key that is no canonical column, or is both mapped and constant."""
    for table, keys in (("columns", source.columns), ("constants", source.constants)):
        for key in keys:
            if key not in wanted:
                raise Refusal(
                    "{toml}: {table}.{key}: {kind} have no such column: correct its name{nearest}.",
                    "{toml}：{table}.{key}：{kind} 没有这一列：请改正列名{nearest_zh}。",
                    toml=_toml(source),
                    table=table,
                    key=key,
                    kind=source.kind,
                    nearest=_nearest(key, wanted, " (nearest: {})"),
                    nearest_zh=_nearest(key, wanted, "（相近的有：{}）"),
                )
    for key in source.columns:
        if key in source.constants:
            raise Refusal(
                "{toml}: {key} is under both [columns] and [constants]: remove one of them.",
                "{toml}：{key} 同时出现在 [columns] 和 [constants] 中：请删除其中一处。",
                toml=_toml(source),
                key=key,
            )


def refuse_unreadable_mapping(source: SourceDefinition, column: str, dtype: pl.DataType) -> None:
    """Raise Refusal when a format, the default or a value of a mapping can never be read."""
    mapping = source.columns[column]
    if dtype in (pl.Date, INSTANT):
        for written in mapping.format:
            if not is_readable_format(written):
                raise Refusal(
                    '{toml}: columns.{column}.format: no date can be read with "{format}": write'
                    ' it as in "%Y-%m-%d %H:%M", or "excel", "unix" or "unix_ms".',
                    "{toml}：columns.{column}.format：无法用“{format}”读取日期："
                    "请写成“%Y-%m-%d %H:%M”之类的格式，或写 excel、unix、unix_ms。",
                    toml=_toml(source),
                    column=column,
                    format=written,
                )
    # The zone does not matter for what can be read.
    reader = column_reader(source, column, dtype, mapping, time_zone="UTC")
    texts = {f"values.{theirs}": ours for theirs, ours in mapping.values.items() if ours.strip()}
    if mapping.default is not None:
        texts["default"] = mapping.default
    for key, text in texts.items():
        if reader.read_text(text).item() is None:
            raise unreadable(source, f"columns.{column}.{key}", text, dtype)


def missing_header(
    source: SourceDefinition, column: str, names: Sequence[str], file: str
) -> Refusal:
    """Return the Refusal of a file that lacks every column that `column` is mapped from."""
    wished = source.columns[column].source
    dropped = [name for name in wished if name in source.private.drop]
    if dropped:
        return Refusal(
            "{toml}: {column} is mapped from {dropped}, which [private] drops: remove it from one"
            " of them.",
            "{toml}：{column} 取自 {dropped}，而 [private] 又要求丢弃该列：请删除其中一处。",
            toml=_toml(source),
            column=column,
            dropped=dropped[0],
        )
    return Refusal(
        "{file} has no column {wished}, from which {toml} maps {column}: correct [columns] or have"
        " the export delivered as before{nearest}; its columns: {names}.",
        "{file} 中没有列 {wished}（{toml} 由它得出 {column}）："
        "请改正 [columns]，或让对方按原样重新导出{nearest_zh}；文件中的列：{names}。",
        file=file,
        wished=" / ".join(wished),
        toml=_toml(source),
        column=column,
        nearest=_nearest(wished[0], names, " (nearest: {})"),
        nearest_zh=_nearest(wished[0], names, "（相近的有：{}）"),
        names=_listed(names),
    )


def several_headers(
    source: SourceDefinition, column: str, rivals: Sequence[str], file: str
) -> Refusal:
    """Return the Refusal of a file in which several columns could be `column`."""
    return Refusal(
        "{file} has several columns that could be {column} ({rivals}): name the right one under"
        " [columns] in {toml}.",
        "{file} 中有多列都可能是 {column}（{rivals}）：请在 {toml} 的 [columns] 中指明是哪一列。",
        file=file,
        column=column,
        rivals=", ".join(rivals),
        toml=_toml(source),
    )


def missing_columns(
    source: SourceDefinition, missing: Sequence[str], unused: Sequence[str], file: str
) -> Refusal:
    """Return the Refusal of a file in which required columns have no origin."""
    return Refusal(
        "{file} has no column known to hold {missing}: name it under [columns] in {toml}, or set"
        " it under [constants]; columns not used yet: {unused}.",
        "{file} 中没有已知的列可作为 {missing}：请在 {toml} 的 [columns] 中指明，"
        "或在 [constants] 中给出固定值；尚未使用的列：{unused}。",
        file=file,
        missing=", ".join(missing),
        toml=_toml(source),
        unused=_listed(unused),
    )


def unreadable(source: SourceDefinition, key: str, text: object, dtype: pl.DataType) -> Refusal:
    """Return the Refusal of a value in the source's definition that its column cannot hold."""
    demanded = _TYPES[dtype.base_type()]
    return Refusal(
        '{toml}: {key}: "{text}" is not {demanded}: correct it.',
        "{toml}：{key}：“{text}”不是{demanded_zh}：请改正。",
        toml=_toml(source),
        key=key,
        text=text,
        demanded=demanded.en,
        demanded_zh=demanded.zh,
    )


def _toml(source: SourceDefinition) -> str:
    return f"sources/{source.name}.toml"


def _nearest(name: str, names: Collection[str], phrase: str) -> str:
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    return phrase.format(", ".join(near)) if near else ""


def _listed(names: Sequence[str]) -> str:
    rest = ["…"] if len(names) > _FEW else []
    return ", ".join([*names[:_FEW], *rest]) or "—"
