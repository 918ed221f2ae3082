"""What `sqm` prints: tables for people, JSON and CSV for machines.

Machine output goes to standard output alone; progress goes to standard error.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from transforms.catalogue import MEASURES

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.commands.check import Trial
    from pipelines.ledger import Run
    from pipelines.questions.metric_queries import MetricQuery
    from pipelines.simulation import Planted

# Options that take several values after one name: `--by channel kind`.
_LISTS = ("--by", "--where")
# The line of a settings file, found even where the file is no valid TOML.
_LANGUAGE = re.compile(r"^\s*language\s*=\s*[\"'](?P<language>\w+)[\"']", re.MULTILINE)
_STAGES = ("sources", "records", "measures", "marts", "release")


def spread_lists(arguments: Sequence[str]) -> list[str]:
    """Return `arguments` with `--by a b` written as `--by a --by b`.

    Only behind the name of the metric, so that the name is never taken for a column.
    """
    if len(arguments) < 2 or arguments[0] != "metric" or arguments[1].startswith("-"):
        return list(arguments)
    spread: list[str] = []
    option = None
    for argument in arguments:
        if argument.startswith("-"):
            option = argument if argument in _LISTS else None
            if option is None:
                spread.append(argument)
        elif option is not None:
            spread += [option, argument]
        else:
            spread.append(argument)
    return spread


def language_of(arguments: Sequence[str]) -> str:
    """Return the language to fail in, whatever the state of the home that `arguments` name."""
    named = os.environ.get("SQM_HOME", "data")
    for option, value in pairwise((*arguments, "")):
        if option == "--home":
            named = value
        elif option.startswith("--home="):
            named = option.removeprefix("--home=")
    file = Path(named) / "settings.toml"
    said = _LANGUAGE.search(file.read_text("utf-8", errors="replace")) if file.is_file() else None
    language = os.environ.get("SQM_LANGUAGE") or (said and said["language"])
    return "zh" if language == "zh" else "en"


@contextmanager
def progress(is_silent: bool) -> Iterator[Callable[[str, str], None]]:
    """Give a function that tells of each step: a bar per stage on a terminal, else plain lines."""
    if is_silent:
        yield lambda stage, step: None
    elif sys.stderr.isatty():
        with _bars() as on_step:
            yield on_step
    else:
        yield lambda stage, step: print(f"{stage}: {step}", file=sys.stderr, flush=True)


@contextmanager
def _bars() -> Iterator[Callable[[str, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from pipelines.definitions import steps_of_stages

    steps = steps_of_stages()
    with Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.fields[step]:<24}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bars:
        tasks = {
            stage: bars.add_task(stage, total=steps[stage], step="", start=False)
            for stage in _STAGES
        }
        seen: list[str] = []

        def on_step(stage: str, step: str) -> None:
            if seen:
                bars.advance(tasks[seen[-1]])
                if seen[-1] != stage:
                    bars.stop_task(tasks[seen[-1]])
            if not seen or seen[-1] != stage:
                bars.start_task(tasks[stage])
            bars.update(tasks[stage], step=step)
            seen.append(stage)

        yield on_step
        if seen:
            bars.update(tasks[seen[-1]], completed=steps[seen[-1]], step="")


def show_rows(
    rows: Sequence[Mapping[str, Any]],
    format: str,
    *,
    table_columns: Sequence[str] | None = None,
) -> None:
    """Print `rows`; a table shows `table_columns` only, JSON and CSV everything."""
    if format == "json":
        print(json.dumps(list(rows), ensure_ascii=False, default=_plain, indent=1))
        return
    if format == "csv":
        text = io.StringIO()
        if rows:
            writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        print(text.getvalue(), end="")
        return
    from rich.console import Console
    from rich.table import Table

    columns = list(table_columns or (rows[0] if rows else ()))
    table = Table(*columns)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    # Piped tables keep their columns: a width of 80 would cut every one of them.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def figure_rows(query: MetricQuery, figures: pl.DataFrame) -> list[dict[str, Any]]:
    """Return an answer as plain rows: money as text in currency units, counts as whole numbers."""
    metric = query.metric
    is_amount = metric.unit.startswith("money")
    is_money = {
        "value": is_amount,
        "low": is_amount,
        "high": is_amount,
        "numerator": _is_money(metric.top),
        "denominator": _is_money(metric.bottom),
    }

    def shown(name: str, value: Any) -> Any:
        if not isinstance(value, float):
            return value.isoformat() if isinstance(value, date) else value
        if is_money.get(name):
            return f"{Decimal(value):.2f}"
        return int(value) if value.is_integer() and name not in ("low", "high") else value

    return [
        {name: shown(name, value) for name, value in row.items()}
        for row in figures.iter_rows(named=True)
    ]


def _is_money(names: Sequence[str]) -> bool:
    return any(MEASURES[name.removeprefix("-")].unit == "minor" for name in names)


def show_run(run: Run, language: str, *, as_json: bool) -> None:
    """Print the closing summary of a run."""
    if as_json:
        print(
            json.dumps(
                {
                    "run_id": run.run_id,
                    "as_of": run.as_of.isoformat(),
                    "state": run.state,
                    "exit_code": run.exit_code,
                    "snapshot": run.snapshot,
                    "seconds": run.seconds,
                    "notes": [{"en": en, "zh": zh} for en, zh in run.notes],
                },
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    for note in run.notes:
        print(f"- {note[language == 'zh']}")
    spent = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in run.seconds.items())
    if spent:
        print(spent)
    print(_ENDINGS[run.state][language == "zh"].format(snapshot=run.snapshot, as_of=run.as_of))


_ENDINGS = {
    "published": ("Published snapshot {snapshot}.", "已发布快照 {snapshot}。"),
    "warned": (
        "Published snapshot {snapshot}, with the warnings above.",
        "已发布快照 {snapshot}，但有上述警告。",
    ),
    "unchanged": (
        "Snapshot {snapshot} stays: same inputs, same day.",
        "快照 {snapshot} 保持不变：输入与日期均相同。",
    ),
    "held": (
        "Held: the new snapshot fails a blocking check; the last good one stays.",
        "已拦截：新快照未通过阻断检查，继续使用上一份有效快照。",
    ),
}


def _plain(value: Any) -> Any:
    """Return what JSON can hold of a value that it cannot."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def show_status(status: Mapping[str, Any], language: str, *, as_json: bool) -> None:
    """Print what `pipelines.status.status_of` found."""
    if as_json:
        print(json.dumps(status, ensure_ascii=False, default=_plain, indent=1))
        return
    print(
        told(
            language,
            f"Snapshot {status['snapshot']}, as of {status['as_of']}, made {status['made_at']}",
            f"快照 {status['snapshot']}，截止 {status['as_of']}，生成于 {status['made_at']}",
        )
    )
    show_rows(status["kinds"], "table")
    for file in status["refused_files"]:
        print(f"- {file[language]}")
    if status["warnings"]:
        print(told(language, "Indicators in warning:", "处于预警的指标："))
        show_rows(status["warnings"], "table")


def show_planted(landing: Path, planted: Planted, language: str) -> None:
    """Print what `sqm demo` wrote and what it planted."""
    rows = ", ".join(f"{source} {rows:,}" for source, rows in planted.rows_landed.items())
    print(told(language, f"Written to {landing}: {rows}.", f"已写入 {landing}：{rows}。"))
    print(told(language, "Planted, to be found:", "埋设的事件，待系统发现："))
    for incident in (*planted.incidents, *planted.file_incidents):
        print(f"- {told(language, *incident.what)}")


def show_trial(trial: Trial, language: str, *, as_json: bool) -> None:
    """Print what `sqm check` found."""
    if as_json:
        print(json.dumps(trial.to_json(), ensure_ascii=False, indent=1))
        return
    for column, origin in trial.columns.items():
        print(f"{column:<22} {origin}")
    if trial.unused:
        names = ", ".join(trial.unused)
        print(told(language, f"Not used: {names}", f"未使用的列：{names}"))
    print(
        told(
            language,
            f"{trial.file}: {trial.rows} rows, {trial.valid} valid, {trial.held} held.",
            f"{trial.file}：共 {trial.rows} 行，{trial.valid} 行有效，{trial.held} 行将被隔离。",
        )
    )
    for rule, (rows, sentence, numbers) in trial.rules.items():
        print(
            told(
                language,
                f"- {rule}: {rows} rows, such as row {numbers}. {sentence.en}",
                f"- {rule}：{rows} 行，例如第 {numbers} 行。{sentence.zh}",
            )
        )


def told(language: str, en: str, zh: str) -> str:
    """Return the text in `language`."""
    return zh if language == "zh" else en
