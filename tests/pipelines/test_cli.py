"""`sqm` prints what people and machines ask for, and leaves with a code that tells how it went."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.lock import store_lock
from pipelines.release.snapshots import current_id, list_snapshots
from tests.pipelines.small_home import (
    AS_OF,
    LANDED,
    TICKETS_HEADER,
    SmallHome,
    moved_on_home,
    new_home,
    published_home,
)
from tests.pipelines.spoken import Sqm
from transforms.catalogue import METRICS

pytestmark = pytest.mark.slow


@pytest.fixture
def small(tmp_path: Path) -> SmallHome:
    """A home after its first night, for commands that change something."""
    return published_home(tmp_path / "published")


def test_metrics_lists_the_whole_catalogue_in_both_languages(sqm: Sqm) -> None:
    rows = sqm("metrics", "--format", "json").json
    assert [row["metric"] for row in rows] == list(METRICS)
    assert all(row["title"] and row["title_zh"] and row["meaning_zh"] for row in rows)
    assert {"org_unit_id", "region", "channel"} <= set(rows[0]["by"])


@pytest.mark.parametrize(
    "asked", [("nightly", "--as-of", "tomorrow"), ("fly",), ("metric",), ("rollback",)]
)
def test_a_command_that_does_not_exist_is_a_usage_error(sqm: Sqm, asked: tuple[str, ...]) -> None:
    assert sqm(*asked).code == 2


def test_a_folder_that_is_no_home_is_an_error_in_the_language_of_the_environment(
    sqm: Sqm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = sqm("status", "--home", tmp_path)
    assert (said.code, said.err.strip()) == (
        1,
        f"{tmp_path} is no home (settings.toml is missing): make one with `sqm init {tmp_path}`.",
    )
    monkeypatch.setenv("SQM_LANGUAGE", "zh")
    said = sqm("status", "--home", tmp_path)
    assert said.err.strip() == (
        f"{tmp_path} 不是有效的工作目录（缺少 settings.toml）：请先运行 `sqm init {tmp_path}`。"
    )


def test_a_home_without_a_night_says_so(sqm: Sqm, small: SmallHome, tmp_path: Path) -> None:
    said = sqm("metric", "tickets_opened", "--home", small.root, "--store", tmp_path / "empty")
    assert said.code == 1
    assert said.err.strip().endswith("no night has been published yet: run `sqm nightly`.")


def test_a_night_without_news_leaves_with_0_and_says_so_in_the_homes_language(
    sqm: Sqm, small: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = ("nightly", "--home", small.root, "--as-of", AS_OF)
    id = current_id(small.home.snapshots)
    assert sqm(*night).out.splitlines() == [
        "- Nothing is new since the last snapshot.",
        f"Snapshot {id} stays: same inputs, same day.",
    ]
    told = sqm(*night, "--format", "json")
    assert (told.code, told.json["state"], told.json["snapshot"]) == (0, "unchanged", id)
    assert told.json["notes"] == [
        {"en": "Nothing is new since the last snapshot.", "zh": "自上次快照以来没有任何变化。"}
    ]
    monkeypatch.setenv("SQM_LANGUAGE", "zh")
    assert sqm(*night).out.splitlines()[0] == "- 自上次快照以来没有任何变化。"


def test_a_locked_store_is_told_with_75(
    sqm: Sqm, small: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store_lock(small.home):
        assert sqm("prune", "--home", small.root).code == 75
        monkeypatch.setenv("SQM_LANGUAGE", "zh")
        said = sqm("nightly", "--home", small.root, "--as-of", "2026-05-01")
    assert (said.code, said.err.strip()) == (
        75,
        "另一次运行正占用该存储：请等待其结束（`sqm runs`）。",
    )


def test_status_tells_freshness_rows_and_warnings(sqm: Sqm, shared: SmallHome) -> None:
    status = sqm("status", "--home", shared.root, "--format", "json").json
    assert (status["snapshot"], status["as_of"]) == (
        current_id(shared.home.snapshots),
        AS_OF.isoformat(),
    )
    tickets = next(row for row in status["kinds"] if row["kind"] == "tickets")
    assert (tickets["rows_read"], tickets["accepted"], tickets["quarantined"]) == (3, 3, 0)
    assert (tickets["first_day"], tickets["last_day"]) == ("2026-03-02", "2026-03-30")
    assert {batch["file"] for batch in status["batches"]} == set(LANDED)
    assert [row["state"] for row in status["warnings"]] == ["amber", "amber"]
    assert status["last_run"]["exit_code"] == 0
    table = sqm("status", "--home", shared.root)
    assert table.code == 0 and "Indicators in warning:" in table.out


def test_status_and_quarantine_speak_chinese(
    sqm: Sqm, shared: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQM_LANGUAGE", "zh")
    out = sqm("status", "--home", shared.root).out
    assert out.startswith("快照 000001-") and "处于预警的指标：" in out
    said = sqm("quarantine", "--kind", "parcels", "--home", shared.root)
    assert said.code in (1, 2) and said.err.startswith("parcels 不是记录类型：可用 tickets")


def test_quarantine_lists_rows_with_their_rules_in_words(sqm: Sqm, small: SmallHome) -> None:
    rows = "X1,grumble,phone,PD,open,2026-03-09 09:00,,,\nX2,request,web,NO,open,2026-03-09,,,\n"
    small.land("tickets/x.csv", TICKETS_HEADER + rows)
    night = sqm("nightly", "--home", small.root, "--as-of", AS_OF, "--format", "json")
    assert (night.code, night.err) == (0, "")
    listed = sqm("quarantine", "--home", small.root, "--format", "json").json
    assert [(row["file"], row["row_number"], row["broken_rules"]) for row in listed] == [
        ("tickets/x.csv", 2, ["kind_is_known"]),
        ("tickets/x.csv", 3, ["org_unit_id_is_registered"]),
    ]
    assert listed[1]["en"].startswith("org_unit_id must be listed in reference/org_units.csv")
    only = ("quarantine", "--home", small.root, "--format", "json")
    assert len(sqm(*only, "--rule", "kind_is_known").json) == 1
    assert sqm(*only, "--kind", "surveys").json == []
    assert len(sqm(*only, "--limit", "1").json) == 1
    assert "kind_is_known" in sqm("quarantine", "--home", small.root).out.replace("\n", "")


def test_runs_and_snapshots_are_listed_and_one_is_brought_back(sqm: Sqm, tmp_path: Path) -> None:
    small = moved_on_home(tmp_path / "moved-on")
    runs = sqm("runs", "--home", small.root, "--format", "json").json
    assert [(run["as_of"], run["state"]) for run in runs] == [
        ("2026-04-03", "published"),
        ("2026-03-31", "published"),
    ]
    listed = sqm("snapshots", "--home", small.root, "--format", "json").json
    assert [row["is_served"] for row in listed] == [True, False]
    newest, oldest = (row["snapshot"] for row in listed)
    assert sqm("rollback", oldest, "--home", small.root).out.strip() == oldest
    assert current_id(small.home.snapshots) == oldest
    unknown = sqm("rollback", "000009-2026-03-31-000000000000", "--home", small.root)
    assert unknown.code == 1 and "there is no snapshot 000009" in unknown.err
    assert sqm("rollback", newest, "--home", small.root).code == 0
    assert sqm("prune", "--keep", "1", "--home", small.root).out.split() == [oldest]
    assert [snapshot.id for snapshot in list_snapshots(small.home.snapshots)] == [newest]


def test_a_new_home_checks_its_first_export_and_writes_nothing(sqm: Sqm, tmp_path: Path) -> None:
    home = tmp_path / "home"
    written = sqm("init", home).out.split()
    assert str(home / "settings.toml") in written
    assert sqm("init", home).code == 1
    template = (home / "sources/tickets.toml.example").read_text(encoding="utf-8")
    (home / "sources/tickets.toml").write_text(
        template.replace("# unknown_references", "unknown_references"), encoding="utf-8"
    )
    export = tmp_path / "export.csv"
    export.write_text(LANDED["tickets/march.csv"].replace("request", "asking"), encoding="utf-8")
    before = sorted(home.rglob("*"))
    asked = ("check", export, "--source", "tickets", "--home", home)
    trial = sqm(*asked, "--format", "json").json
    assert (trial["kind"], trial["rows"], trial["valid"], trial["held"]) == ("tickets", 3, 2, 1)
    assert [rule["rule"] for rule in trial["rules"]] == ["kind_is_known"]
    assert trial["columns"]["opened_at"] == "column opened_at, by its name"
    assert "export.csv: 3 rows, 2 valid, 1 held." in sqm(*asked).out
    assert sorted(home.rglob("*")) == before
    assert sqm("check", export, "--source", "parcels", "--home", home).err.strip() == (
        "There is no source parcels: the home has tickets."
    )


def test_some_days_are_summed_again_when_asked(sqm: Sqm, small: SmallHome) -> None:
    days = ("--from", "2026-03-01", "--to", "2026-03-05")
    said = sqm("backfill", *days, "--home", small.root, "--as-of", AS_OF, "--format", "json")
    assert (said.code, said.json["state"]) == (0, "published")
    assert small.contents(of="snapshot") == small.contents(of="warehouse")


def test_days_the_wrong_way_round_are_a_usage_error(sqm: Sqm, shared: SmallHome) -> None:
    said = sqm("backfill", "--home", shared.root, "--from", "2026-03-02", "--to", "2026-03-01")
    assert said.code == 2
    assert "2026-03-02 > 2026-03-01" in said.err


def test_a_failure_is_told_in_the_language_of_the_home(sqm: Sqm, tmp_path: Path) -> None:
    small = new_home(tmp_path, [])
    small.write("settings.toml", 'language = "zh"\n')
    assert sqm("status", "--home", small.root).err.endswith("请先运行 `sqm nightly`。\n")
    small.write("settings.toml", 'language = "zh"\ncolour = "red"\n')
    assert "设置项 colour" in sqm("status", f"--home={small.root}").err


def test_a_small_demo_is_written_and_told(
    sqm: Sqm, small: SmallHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SQM_HMAC_KEY", "not a secret")
    data = Path(cli.__file__).parent.parent / "data"
    asked = ("demo", "--home", data, "--landing", tmp_path / "landing", "--store", tmp_path / "s")
    said = sqm(*asked, "--deliveries", 300, "--months", 1)
    assert said.code == 0, said.err
    assert {folder.name for folder in (tmp_path / "landing").iterdir()} >= {"tickets", "surveys"}


def test_the_entry_point_answers_as_a_process_of_its_own(shared: SmallHome) -> None:
    spoken = subprocess.run(
        [
            Path(sys.executable).with_name("sqm"),
            "metric",
            "tickets_opened",
            "--by",
            "channel",
            "kind",
        ],
        env={**os.environ, "SQM_HOME": str(shared.root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "complaint" in spoken.stdout and spoken.stderr == ""
