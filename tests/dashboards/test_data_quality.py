"""The page on data quality: the account of all rows, what is held and why, the report."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from dashboards import language as lang
from pipelines.ledger import Ledger
from pipelines.release.snapshots import current_id
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import (
    AS_OF,
    TICKETS_HEADER,
    SmallHome,
    new_home,
    published_home,
)

pytestmark = pytest.mark.slow

_HELD = TICKETS_HEADER + (
    "H1,complaint,phone,PD,open,9th of March,,,\n"
    "H2,complaint,phone,nowhere,open,soon,,,\n"
    "H3,complaint,phone,PD,open,2026-03-09 09:00,,,\n"
)
_RULE = "tickets.opened_at_is_readable"


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A home after a second night, with two held rows, a file cut off, and one that came twice."""
    small = published_home(tmp_path_factory.mktemp("spoilt"))
    small.land("tickets/held.csv", _HELD)
    small.land("tickets/again.csv", (small.root / "landing/tickets/march.csv").read_bytes())
    small.land("duties/empty.csv", b"")
    assert small.night().exit_code == 4
    return small


@pytest.fixture
def page(spoilt: SmallHome, look_at: Callable[..., None]) -> OpenedPage:
    look_at(spoilt.root)
    return open_page("data_quality")


def table_with(page: OpenedPage, column: str) -> dict[str, list]:
    """Return the first table of the page that has `column`."""
    frame = next(table for table in page.tables() if column in table.columns)
    return frame.to_dict("list")


def report_of(page: OpenedPage) -> str:
    """Return the address of the frame that shows the report."""
    (frame,) = page.app.get("iframe")
    return frame.proto.src


def test_every_row_is_accounted_for_and_kinds_that_stopped_coming_are_late(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = published_home(tmp_path)
    look_at(small.root)
    page = open_page("data_quality")
    said = page.texts()
    assert ":orange" in said
    assert "17 rows read: 17 count, 0 were superseded, 0 are held." in said
    assert "Tickets: no rows since 30 Mar 2026." in said
    assert "No row is held." in said
    assert "Every file that landed could be read and counts once." in said
    kinds = table_with(page, "lag")
    lag = dict(zip(kinds["kind"], kinds["lag"], strict=True))
    assert lag["Deliveries"] == "Up to date"
    assert lag["Tickets"] == "1 day behind"
    assert lag["Duties"] == "Does not come daily"


def test_held_rows_refused_files_and_doubles_are_told_first(page: OpenedPage) -> None:
    said = page.texts()
    assert ":orange" in said
    assert "20 rows read: 18 count, 0 were superseded, 2 are held." in said
    assert "2 files do not count." in said


def test_files_that_do_not_count_have_their_sentence_in_the_readers_language(
    page: OpenedPage,
) -> None:
    files = table_with(page, "why")
    states = dict(zip(files["file"], files["state"], strict=True))
    assert states == {"duties/empty.csv": "Refused", "tickets/again.csv": "Came twice"}
    assert "- **Refused** " in page.texts()
    assert any("empty (0 bytes)" in why for why in files["why"])
    lang.use("zh")  # the test tool writes the choices of lists outside the run of the page
    chinese = table_with(open_page("data_quality", lang="zh"), "why")
    lang.use("en")
    assert "无法接收" in chinese["state"]
    assert not any("deliver the file again" in why for why in chinese["why"])


def test_rules_are_told_in_words_with_the_rows_that_they_hold(page: OpenedPage) -> None:
    rules = table_with(page, "sentence")
    held = dict(zip(rules["rule"], rules["rows"], strict=True))
    assert held == {"opened_at_is_readable": 2, "org_unit_id_is_registered": 1}
    assert rules["sentence"][0].startswith("opened_at must be readable as a date and time")


def test_held_rows_stand_as_they_landed_with_all_that_they_break(page: OpenedPage) -> None:
    rows = table_with(page, "rules")
    assert rows["row_number"] == [2, 3]
    assert rows["landed: ticket_id"] == ["H1", "H2"]
    assert rows["landed: opened_at"] == ["9th of March", "soon"]
    first, second = rows["rules"]
    assert "reference/org_units.csv" not in first
    assert "opened_at must be readable" in second
    assert "reference/org_units.csv" in second


def test_the_rule_is_chosen_by_the_url(spoilt: SmallHome, look_at: Callable[..., None]) -> None:
    look_at(spoilt.root)
    page = open_page("data_quality", rule="tickets.org_unit_id_is_registered")
    assert table_with(page, "rules")["landed: ticket_id"] == ["H2"]
    page = open_page("data_quality", rule="tickets.no_such_rule")
    assert "There is no rule with held rows tickets.no_such_rule here" in page.texts()
    assert table_with(page, "rules")["landed: ticket_id"] == ["H1", "H2"]


def test_a_rule_chosen_on_the_page_goes_into_the_url(page: OpenedPage) -> None:
    page.app.selectbox(key="choose_rule").select("tickets.org_unit_id_is_registered").run()
    assert page.app.query_params["rule"] == "tickets.org_unit_id_is_registered"
    assert table_with(page, "rules")["landed: ticket_id"] == ["H2"]
    page.app.selectbox(key="choose_rule").select(_RULE).run()
    assert "rule" not in page.app.query_params


def test_every_source_and_every_batch_adds_up(page: OpenedPage) -> None:
    sources = table_with(page, "still_held")
    tickets = sources["source"].index("tickets")
    row = {column: values[tickets] for column, values in sources.items()}
    assert (row["rows_read"], row["accepted"], row["quarantined"]) == (6, 4, 2)
    assert all(sources["is_accounted_for"])
    assert all(table_with(page, "batch_number")["is_accounted_for"])


def test_batches_are_chosen_by_the_url(spoilt: SmallHome, look_at: Callable[..., None]) -> None:
    look_at(spoilt.root)
    page = open_page("data_quality", batches="held")
    assert table_with(page, "batch_number")["file"] == ["tickets/held.csv"]
    page = open_page("data_quality", batches="unaccounted")
    assert "There is no such batch." in page.texts()


def test_rows_that_vanish_turn_the_page_red(tmp_path: Path, look_at: Callable[..., None]) -> None:
    small = published_home(tmp_path)
    _change_snapshot(
        small, "update intake.batches set accepted = accepted - 1 where kind = 'tickets'"
    )
    look_at(small.root)
    said = open_page("data_quality").texts()
    assert ":red" in said
    assert "1 batch does not add up: some of its rows are not accounted for." in said


def _change_snapshot(small: SmallHome, sql: str) -> None:
    """Change the served snapshot behind everyone's back, its manifest included."""
    file = small.home.snapshots / f"{current_id(small.home.snapshots)}.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute(sql)
    manifest = json.loads(file.with_suffix(".json").read_text())
    manifest["file_bytes"] = file.stat().st_size
    file.with_suffix(".json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("days", ["30", "60", "120", "9999"])
def test_the_calendar_shows_as_many_days_as_the_url_asks_for(page: OpenedPage, days: str) -> None:
    opened = open_page("data_quality", days=days)
    assert opened.app.selectbox(key="choose_days").value == (days if days != "9999" else "60")


def test_the_report_is_shown_and_says_that_its_snapshot_is_served(page: OpenedPage) -> None:
    assert "on the figures to the end of 31 Mar 2026: they passed, and these pages" in page.texts()
    assert report_of(page).startswith("data:text/html;charset=utf-8;base64,")


def test_nothing_in_the_report_runs_or_leads_away(page: OpenedPage) -> None:
    for name in ("index", "records.tickets"):
        shown = open_page("data_quality", report=name)
        text = base64.b64decode(report_of(shown).partition("base64,")[2]).decode()
        assert "default-src 'none'" in text.partition("<title>")[0]
        assert 'href="index.html"' not in text
        assert 'href="records.tickets.html"' not in text
    assert 'href="#section-1"' in text


def test_a_home_without_a_report_says_so(tmp_path: Path, look_at: Callable[..., None]) -> None:
    small = published_home(tmp_path)
    shutil.rmtree(small.home.reports)
    look_at(small.root)
    assert "There is no report yet" in open_page("data_quality").texts()


def test_a_report_of_a_night_that_was_held_is_not_taken_for_that_of_the_snapshot(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = published_home(tmp_path)
    strangers = [f"N{n},request,web,NEW,open,2026-03-09 09:00,,,\n" for n in range(12)]
    small.land("tickets/strangers.csv", TICKETS_HEADER + "".join(strangers))
    assert small.night().exit_code == 3
    look_at(small.root)
    assert (
        "which were not published: these pages show snapshot" in open_page("data_quality").texts()
    )


def test_a_report_that_no_night_made_is_not_vouched_for(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = published_home(tmp_path)
    with Ledger(small.home.ledger) as ledger, ledger._connection as connection:
        connection.execute("delete from runs")
    look_at(small.root)
    assert "by a night that the ledger does not know" in open_page("data_quality").texts()


def test_before_the_first_night_the_page_says_what_to_do(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    small = new_home(tmp_path)
    look_at(small.root)
    assert "no night has been published yet" in open_page("data_quality").texts()


def test_a_snapshot_without_any_row_is_calm(tmp_path: Path, look_at: Callable[..., None]) -> None:
    small = new_home(tmp_path)
    assert small.night(AS_OF - timedelta(days=1)).run.snapshot
    look_at(small.root)
    said = open_page("data_quality").texts()
    assert "No rows have come in yet." in said
    assert ":green" in said
