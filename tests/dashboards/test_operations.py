"""The page on operations: the last night, the next one, what is served, and before any snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboards import language as lang
from dashboards.blocks.operations.schedule import (
    newest_to_be_had,
    next_start,
    what_is_served,
    when_next,
)
from dashboards.blocks.plain_text import in_markdown
from dashboards.snapshot_reader import snapshots_of
from pipelines.ledger import Ledger, Run
from pipelines.release.snapshots import current_id, rollback
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import (
    AS_OF,
    TICKETS_HEADER,
    SmallHome,
    moved_on_home,
    new_home,
    published_home,
)

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_TWO = time(2, 0)
_BEGUN = datetime(2026, 4, 1, 18, 0, tzinfo=UTC)  # 02:00 of the next day in Shanghai


def write_runs(small: SmallHome, *runs: Run) -> None:
    with Ledger(small.home.ledger) as ledger:
        for run in runs:
            ledger.record_run(run)


def in_shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_SHANGHAI)


def a_run(state: str, exit_code: int | None, *notes: tuple[str, str], later: int = 0) -> Run:
    """Return a night of 34 seconds, `later` hours after two in the morning."""
    started_at = _BEGUN + timedelta(hours=later)
    ended_at = None if state == "running" else started_at + timedelta(seconds=34)
    return Run(f"{state}-{later}", AS_OF, started_at, state, ended_at, exit_code, notes=[*notes])


def opened(small: SmallHome, look_at: Callable[..., None], **url: str) -> OpenedPage:
    look_at(small.root)
    return open_page("operations", **url)


def in_chinese(small: SmallHome, look_at: Callable[..., None]) -> OpenedPage:
    # The test tool writes the choices of lists itself, outside the run of the page.
    lang.use("zh")
    try:
        return opened(small, look_at, lang="zh")
    finally:
        lang.use("en")


def table_with(page: OpenedPage, column: str) -> dict[str, list]:
    frame = next(table for table in page.tables() if column in table.columns)
    return frame.to_dict("list")


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-04-02 01:59", "2026-04-02 02:00"),
        ("2026-04-02 02:00", "2026-04-03 02:00"),
        ("2026-12-31 23:00", "2027-01-01 02:00"),
    ],
)
def test_the_next_night_is_the_next_time_the_clock_shows_its_hour(now: str, start: str) -> None:
    assert next_start(in_shanghai(now), _TWO) == in_shanghai(start)


def test_a_night_at_an_hour_that_the_clocks_skip_starts_an_hour_later_on_them() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = next_start(datetime(2026, 3, 28, 12, tzinfo=berlin), _TWO)
    assert start.astimezone(berlin).time() == time(3, 0)


def test_figures_are_due_from_the_hour_of_the_night_on() -> None:
    assert newest_to_be_had(in_shanghai("2026-04-02 01:59"), _TWO) == date(2026, 3, 31)
    assert newest_to_be_had(in_shanghai("2026-04-02 02:00"), _TWO) == date(2026, 4, 1)


def test_commands_stay_code_and_all_else_is_as_written() -> None:
    told = in_markdown("tickets/*_a*.csv :red[x]\nsee `sqm a_b`")
    assert told == r"tickets/\*\_a\*.csv \:red\[x\] see `sqm a_b`"


@pytest.mark.slow
def test_figures_are_called_old_only_when_a_night_is_missing(tmp_path: Path) -> None:
    small = published_home(tmp_path)
    served = current_id(small.home.snapshots)
    snapshots = snapshots_of(small.home)

    def told(now: str) -> str:
        return what_is_served(in_shanghai(now), small.home, served, snapshots)

    assert told("2026-04-01 12:00") == ""
    assert told("2026-04-02 01:00") == ""
    assert told("2026-04-02 12:00") == "The figures are 2 days old: they end on 31 Mar 2026."
    next_night = when_next(in_shanghai("2026-04-01 12:00"), small.home)
    assert next_night == "The next night starts 2 Apr 2026 02:00 (Asia/Shanghai)."


@pytest.mark.slow
def test_a_good_night_is_calm_and_stands_in_the_table(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = published_home(tmp_path)
    page = opened(small, look_at)
    said = page.texts()
    assert ":green" in said
    assert "The last night went well: it ended " in said
    assert "The next night starts " in said
    assert "This night has nothing to tell." in said
    runs = table_with(page, "exit")
    assert (runs["state"], runs["exit"]) == (["Published"], ["0: in order"])
    assert runs["snapshot"] == [current_id(small.home.snapshots)]
    assert len(page.app.get("vega_lite_chart") or page.app.get("arrow_vega_lite_chart")) == 1


@pytest.mark.slow
def test_a_night_that_was_held_is_red_and_says_why(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = published_home(tmp_path)
    strangers = [f"N{n},request,web,NEW,open,2026-03-09 09:00,,,\n" for n in range(12)]
    small.land("tickets/strangers.csv", TICKETS_HEADER + "".join(strangers))
    assert small.night().exit_code == 3
    page = opened(small, look_at)
    headline, beneath = page.texts().splitlines()[:2]
    assert ":red" in headline
    assert "The last night was held back" in headline
    assert beneath.startswith(r"Few rows of tickets/strangers.csv \(tickets\) are held.")
    runs = table_with(page, "exit")
    assert runs["exit"] == ["3: held back by a check", "0: in order"]
    assert runs["snapshot"][1] == current_id(small.home.snapshots)
    assert "上一次夜间任务被拦截" in in_chinese(small, look_at).texts()


def test_before_the_first_night_the_page_says_what_to_do(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    said = opened(new_home(tmp_path), look_at).texts()
    assert "No night has run yet: `sqm nightly` runs one." in said
    assert "No snapshot has been published yet" in said
    assert not (tmp_path / "store").exists()


def test_nights_that_failed_before_the_first_snapshot_are_told(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = new_home(tmp_path)
    write_runs(small, a_run("failed", 1, ("Disk *full*.", "磁盘已满。")))
    page = opened(small, look_at)
    headline, beneath = page.texts().splitlines()[:2]
    assert headline == (
        "### :red[:material/error:] The last night failed: it ended 2 Apr 2026 02:00, after 34 s, "
        "and published nothing."
    )
    assert beneath == r"Disk \*full\*."
    assert table_with(page, "exit")["notes"] == ["Disk *full*."]


def test_a_night_under_way_has_no_end_yet(tmp_path: Path, look_at: Callable[..., None]) -> None:
    small = new_home(tmp_path)
    write_runs(small, a_run("running", None))
    page = opened(small, look_at)
    assert "A night is under way since 2 Apr 2026 02:00." in page.texts()
    runs = table_with(page, "exit")
    assert (runs["took"], runs["state"], runs["exit"]) == (["–"], ["Under way"], [None])


def test_the_night_whose_notes_are_shown_is_chosen_by_the_url(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = new_home(tmp_path)
    older = a_run("warned", 4, ("An older note.", "旧说明。"))
    newer = a_run("published", 0, ("A newer note.", "新说明。"), later=24)
    write_runs(small, older, newer)
    page = opened(small, look_at)
    assert "- A newer note." in page.texts()
    page.app.selectbox(key="choose_run").select("warned-0").run()
    assert page.app.query_params["run"] == "warned-0"
    said = opened(small, look_at, run="warned-0").texts()
    assert "- An older note." in said
    assert "- A newer note." not in said
    assert "There is no night gone here" in opened(small, look_at, run="gone").texts()


@pytest.mark.slow
def test_going_back_is_told_with_the_command_that_undoes_it(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = moved_on_home(tmp_path)
    newest, older = snapshots_of(small.home)
    page = opened(small, look_at)
    kept = table_with(page, "command")
    assert (kept["id"], kept["is_served"]) == ([newest.id, older.id], [True, False])
    assert kept["megabytes"] == [one.manifest.file_bytes / 1_000_000 for one in (newest, older)]
    assert kept["command"][1] == f"sqm rollback {older.id}"
    rollback(older.id, small.home.snapshots)
    page = opened(small, look_at)
    assert f"`{older.id}` is served, although `{newest.id}` is newer" in page.texts()
    assert table_with(page, "command")["command"][0] == f"sqm rollback {newest.id}"


@pytest.mark.slow
def test_a_snapshot_that_is_missing_is_told_and_the_page_stands(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = published_home(tmp_path)
    (one,) = snapshots_of(small.home)
    (small.home.snapshots / f"{one.id}.duckdb").unlink()
    assert "is missing or torn: `sqm rollback ID`" in opened(small, look_at).texts()


def test_dagster_is_linked_when_it_is_served(
    tmp_path: Path, look_at: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = new_home(tmp_path)
    assert not opened(small, look_at).app.get("link_button")
    monkeypatch.setenv("SQM_DAGSTER_URL", "http://127.0.0.1:3000")
    (link,) = opened(small, look_at).app.get("link_button")
    assert link.proto.url == "http://127.0.0.1:3000"
