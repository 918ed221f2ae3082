"""The `sqm` command: reads its arguments, asks the pipeline, prints. Nothing is computed here.

To add a sub-command: a function here with @app.command, a test in tests/pipelines/test_cli.py, and
`python -m docs.generate` for docs/commands.md.

Exit codes: 0 done; 1 error; 2 usage; 3 snapshot held by a blocking check; 4 published with
warnings; 75 another run holds the lock.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines.commands import printing
from pipelines.lock import AnotherRunHoldsTheLock
from pipelines.settings import open_home
from transforms.refusal import Refusal

ERROR, USAGE, HELD, WARNED, LOCKED = 1, 2, 3, 4, 75

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Service Quality Monitor 服务质量监测",
)


class Format(StrEnum):
    """How a command prints."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class RebaseAction(StrEnum):
    """What to do with new limits of a control chart."""

    LIST = "list"
    ACCEPT = "accept"
    UNDO = "undo"


HomeOption = Annotated[Path, typer.Option("--home", envvar="SQM_HOME", help="The home. 工作目录")]
StoreOption = Annotated[
    Path | None,
    typer.Option("--store", envvar="SQM_STORE", help="Another place for its store. 数据存储目录"),
]
LandingOption = Annotated[
    Path | None,
    typer.Option("--landing", envvar="SQM_LANDING", help="Another landing folder. 导出文件目录"),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print. 输出格式")]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="The day whose end is now; yesterday by default. 统计截止日，默认昨天",
    ),
]
_DATA = Path("data")


@app.command()
def nightly(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Run the whole night once. 运行一次夜间流程"""
    from pipelines.nightly import run_nightly

    opened = open_home(home, landing=landing, store=store)
    with printing.progress(format is Format.JSON) as on_step:
        outcome = run_nightly(opened, as_of.date() if as_of else None, on_step)
    printing.show_run(outcome.run, opened.settings.language, as_json=format is Format.JSON)
    raise typer.Exit(outcome.exit_code)


@app.command()
def rebuild(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Make the warehouse again from bronze, and publish. 用 bronze 重建仓库并发布"""
    from pipelines.nightly import run_rebuild

    opened = open_home(home, landing=landing, store=store)
    with printing.progress(format is Format.JSON) as on_step:
        outcome = run_rebuild(opened, as_of.date() if as_of else None, on_step)
    printing.show_run(outcome.run, opened.settings.language, as_json=format is Format.JSON)
    raise typer.Exit(outcome.exit_code)


@app.command()
def backfill(
    from_: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日")
    ],
    to: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 结束日")],
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Sum some days again, and publish. 重新计算若干天并发布"""
    from pipelines.nightly import run_backfill

    if from_ > to:
        raise typer.BadParameter(
            f"{from_:%Y-%m-%d} > {to:%Y-%m-%d}: exchange the two. 请对调两个日期",
            param_hint="--from / --to",
        )
    opened = open_home(home, landing=landing, store=store)
    with printing.progress(format is Format.JSON) as on_step:
        outcome = run_backfill(opened, from_.date(), to.date(), _day(as_of), on_step)
    printing.show_run(outcome.run, opened.settings.language, as_json=format is Format.JSON)
    raise typer.Exit(outcome.exit_code)


@app.command()
def demo(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    deliveries: Annotated[
        int, typer.Option(min=1, help="Scales all of it. 运单数，决定整体规模")
    ] = 60_000,
    months: Annotated[int, typer.Option(min=1, max=120, help="Length. 月数")] = 18,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes. 随机种子")] = 20261031,
) -> None:
    """Write the files of a simulated organisation. 生成演示机构的导出文件"""
    from pipelines.simulation import simulate

    opened = open_home(home, landing=landing, store=store)
    planted = simulate(opened, deliveries=deliveries, months=months, seed=seed)
    printing.show_planted(opened.landing, planted, opened.settings.language)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new folder. 新目录")]) -> None:
    """Make a new home with commented templates. 新建带注释模板的工作目录"""
    from pipelines.commands.init import make_home

    for file in make_home(folder):
        typer.echo(file)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="An export. 导出文件")],
    source: Annotated[str, typer.Option("--source", help="Name of its source. 来源名称")],
    home: HomeOption = _DATA,
    store: StoreOption = None,
    landing: LandingOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Show what the mapping understands of a file; writes nothing. 检查导出文件，不写入数据"""
    from pipelines.commands.check import try_file

    opened = open_home(home, landing=landing, store=store)
    printing.show_trial(
        try_file(opened, file, source), opened.settings.language, as_json=format is Format.JSON
    )


@app.command()
def metrics(format: FormatOption = Format.TABLE) -> None:
    """List every metric with its meaning. 列出全部指标及其含义"""
    from pipelines.questions.metric_queries import columns_of
    from transforms.catalogue import METRICS

    printing.show_rows(
        [
            {
                "metric": metric.name,
                "title": metric.title.en,
                "title_zh": metric.title.zh,
                "meaning": metric.meaning.en,
                "meaning_zh": metric.meaning.zh,
                "unit": metric.unit,
                "better": metric.better,
                "by": list(columns_of(metric)),
            }
            for metric in METRICS.values()
        ],
        format,
        table_columns=("metric", "title", "title_zh", "unit", "better"),
    )


@app.command()
def metric(
    name: Annotated[str, typer.Argument(help="Name of the metric. 指标名称")],
    by: Annotated[list[str] | None, typer.Option(help="Columns to split by. 拆分列")] = None,
    grain: Annotated[str, typer.Option(help="day|week|month|quarter|year|all")] = "all",
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日")
    ] = None,
    to: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 结束日")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="COLUMN=VALUE, repeatable. 筛选条件，可重复")
    ] = None,
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Print a metric with its interval and trust bounds. 输出指标及其置信区间与可信边界"""
    from pipelines.questions.metric_queries import answer, parse_query
    from pipelines.release.snapshots import open_snapshot

    opened = open_home(home, landing=landing, store=store)
    try:
        query = parse_query(
            name,
            by=by or (),
            grain=grain,
            first=_day(from_),
            last=_day(to),
            where=where or (),
        )
    except Refusal as refusal:
        _leave(refusal, opened.settings.language, USAGE)
    with open_snapshot(opened.snapshots) as snapshot:
        printing.show_rows(printing.figure_rows(query, answer(query, snapshot.query)), format)


@app.command()
def clocks(
    ticket_id: Annotated[str, typer.Argument(help="Id of the ticket. 工单号")],
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Prove the clocks of a ticket: verdicts and time. 查看工单计时的判定与依据"""
    from pipelines.commands.clocks import show_proofs
    from pipelines.questions.clock_proofs import proofs_of
    from pipelines.release.snapshots import open_snapshot

    opened = open_home(home, landing=landing, store=store)
    with open_snapshot(opened.snapshots) as snapshot:
        proofs = proofs_of(snapshot, ticket_id)
    show_proofs(proofs, opened.settings.language, format)


@app.command()
def signals(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    only_open: Annotated[
        bool, typer.Option("--open", help="Only those that go on. 仅持续中的信号")
    ] = False,
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day. 起始日")
    ] = None,
    to: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day. 结束日")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="And all below it. 机构（含下级）")] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Print what stands out on control charts. 输出控制图发现的异常信号"""
    from pipelines.commands.signals import read_signals, show_signals

    opened = open_home(home, landing=landing, store=store)
    found = read_signals(opened, only_open=only_open, first=_day(from_), last=_day(to), unit=unit)
    show_signals(found, opened.settings.language, format)


@app.command()
def rebase(
    action: Annotated[RebaseAction, typer.Argument(help="list|accept|undo")],
    metric: Annotated[str | None, typer.Argument(help="Name of the metric. 指标名称")] = None,
    unit: Annotated[str | None, typer.Argument(help="Org unit. 机构")] = None,
    grain: Annotated[str | None, typer.Argument(help="day|week|month|event")] = None,
    from_: Annotated[
        datetime | None,
        typer.Argument(metavar="FROM", formats=["%Y-%m-%d"], help="First day. 起始日"),
    ] = None,
    by: Annotated[str, typer.Option(help="Who decides. 决定人")] = "",
    reason: Annotated[str, typer.Option(help="Why. 理由")] = "",
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Accept new limits of a control chart, or undo them. 接受或撤销新的控制限"""
    from pipelines.commands import rebases
    from pipelines.decisions import Series

    opened = open_home(home, landing=landing, store=store)
    if action is RebaseAction.LIST:
        rebases.show_rebases(opened, opened.settings.language, format)
        return
    if not (metric and unit and grain and from_ and by and reason):
        raise typer.BadParameter(
            "give METRIC UNIT GRAIN FROM --by NAME --reason TEXT. "
            "请给出指标、机构、周期、起始日、--by 姓名与 --reason 理由",
            param_hint=action.value,
        )
    decide = rebases.accept if action is RebaseAction.ACCEPT else rebases.undo
    decide(opened, Series(metric, unit, grain), from_.date(), by=by, reason=reason)
    rebases.say_decided(opened.settings.language)


@app.command()
def ranking(
    month: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="The last one by default. 月份")
    ] = None,
    scope: Annotated[str, typer.Option(help="Kind of org unit. 机构层级")] = "outlet",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write a workbook. 另存为工作簿")
    ] = None,
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Print the monthly notice of ranking. 输出月度排名通报"""
    from pipelines.commands.ranking import read_notice, show_ranking, write_ranking

    opened = open_home(home, landing=landing, store=store)
    notice = read_notice(opened, scope, _day(month))
    if output:
        write_ranking(notice, opened, output)
    else:
        show_ranking(notice, opened.settings.language, format)


@app.command()
def status(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Say how fresh and complete the snapshot is. 查看快照的新鲜度与完整性"""
    from pipelines.commands.status import status_of

    opened = open_home(home, landing=landing, store=store)
    printing.show_status(status_of(opened), opened.settings.language, as_json=format is Format.JSON)


@app.command()
def quarantine(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    kind: Annotated[str | None, typer.Option(help="Only this record kind. 记录类型")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule. 规则")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows at most. 最多行数")] = 50,
    format: FormatOption = Format.TABLE,
) -> None:
    """List held rows with every rule they broke. 列出被隔离的行及其违反的规则"""
    from pipelines.commands.status import held_rows

    opened = open_home(home, landing=landing, store=store)
    printing.show_rows(
        held_rows(opened, kind=kind, rule=rule, limit=limit),
        format,
        table_columns=("kind", "file", "row_number", "broken_rules", "landed"),
    )


@app.command()
def runs(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Runs at most. 最多条数")] = 20,
    format: FormatOption = Format.TABLE,
) -> None:
    """List the last nights. 列出最近的运行"""
    from pipelines.ledger import Ledger

    opened = open_home(home, landing=landing, store=store)
    with Ledger(opened.ledger) as ledger:
        printing.show_rows(
            ledger.runs(limit),
            format,
            table_columns=("run_id", "as_of", "started_at", "state", "exit_code", "snapshot"),
        )


@app.command()
def snapshots(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """List the snapshots that are kept. 列出保留的快照"""
    from pipelines.commands.status import snapshot_rows

    opened = open_home(home, landing=landing, store=store)
    printing.show_rows(snapshot_rows(opened), format)


@app.command()
def rollback(
    id: Annotated[str, typer.Argument(help="A snapshot of `sqm snapshots`. 快照编号")],
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
) -> None:
    """Serve an earlier snapshot again. 回退到较早的快照"""
    from pipelines.lock import store_lock
    from pipelines.release import snapshots as kept

    opened = open_home(home, landing=landing, store=store)
    with store_lock(opened):
        kept.rollback(id, opened.snapshots)
    typer.echo(id)


@app.command()
def prune(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="How many; the setting by default. 保留个数")
    ] = None,
) -> None:
    """Delete the oldest snapshots. 删除最旧的快照"""
    from pipelines.lock import store_lock
    from pipelines.release import snapshots as kept

    opened = open_home(home, landing=landing, store=store)
    with store_lock(opened):
        for gone in kept.prune(opened.snapshots, keep or opened.settings.keep_snapshots):
            typer.echo(gone)


@app.command()
def serve(
    home: HomeOption = _DATA,
    landing: LandingOption = None,
    store: StoreOption = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Of the Dagster pages. Dagster 页面端口")
    ] = 3000,
    dashboard_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Of the dashboards. 看板端口")
    ] = 8501,
) -> None:
    """Start dashboards, Dagster pages and schedule on loopback. 在本机启动看板、Dagster 与调度"""
    from pipelines.commands.serve import serve as start

    raise typer.Exit(start(open_home(home, landing=landing, store=store), port, dashboard_port))


def main() -> NoReturn:
    """Run `sqm`; every expected failure is one sentence on standard error."""
    try:
        app(args=printing.spread_lists(sys.argv[1:]), standalone_mode=True)
    except Refusal as refusal:
        _leave(refusal, printing.language_of(sys.argv), ERROR)
    except AnotherRunHoldsTheLock:
        _leave(
            Refusal(
                "Another run holds the lock of this store: wait for its end (`sqm runs`).",
                "另一次运行正占用该存储：请等待其结束（`sqm runs`）。",
            ),
            printing.language_of(sys.argv),
            LOCKED,
        )
    sys.exit(0)


def _leave(refusal: Refusal, language: str, code: int) -> NoReturn:
    print(refusal.told(language), file=sys.stderr)
    sys.exit(code)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
