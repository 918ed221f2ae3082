"""Today: signals first, then warnings, each said once, and tiles with their control charts."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from dashboards.blocks.plain_text import in_markdown
from pipelines.release.snapshots import open_snapshot
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.nights import demo_night
from tests.pipelines.small_home import REFERENCE, new_home

pytestmark = pytest.mark.slow  # a night comes first

_MOST = 8
_ABOUT = re.compile(r"\*\*\] (.+?)(?:\\:| fell | rose | came | has )")
_WEST_IN_JULY = {"unit": "R-WEST", "period": "2026-07"}
_SIGNALS_OF = """
select * from marts.signals
where org_unit_id in (select org_unit_id from reference.org_unit_tree where ancestor_id = ?)
    and known_on <= ?::date and last_on >= ?::date
"""


@pytest.fixture
def opened(look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    night = demo_night()
    look_at(night.home, night.store)
    return lambda **url: open_page("today", **url)


@pytest.fixture(scope="module")
def in_july() -> pl.DataFrame:
    """The signals that were open in July at the west region and below it."""
    with open_snapshot(demo_night().store / "snapshots") as snapshot:
        found = snapshot.query(_SIGNALS_OF, ["R-WEST", "2026-07-31", "2026-07-01"])
    as_written = pl.col("sentence", "sentence_zh").map_elements(in_markdown, pl.String)
    return found.with_columns(as_written)


def lines(page: OpenedPage) -> list[str]:
    """Return the concerns and warnings that have a frame of their own, in order."""
    starts = (":red[:material/notification_important:", ":red[:material/error:", ":orange[")
    return [one.value for one in page.app.markdown if one.value.startswith(starts)]


def test_it_opens_with_how_many_concerns_there_are(
    opened: Callable[..., OpenedPage], in_july: pl.DataFrame
) -> None:
    causes = in_july.filter(verdict="concern")["cause_id"].n_unique()
    headline = opened(**_WEST_IN_JULY).app.markdown[0].value
    assert f"What is off: {causes} concerns (" in headline


def test_many_concerns_are_told_by_how_many_go_on_and_where_most_are(
    opened: Callable[..., OpenedPage],
) -> None:
    with open_snapshot(demo_night().store / "snapshots") as snapshot:
        every = snapshot.query(_SIGNALS_OF, ["LANTERN", "2026-07-31", "2026-07-01"])
    page = opened(period="2026-07")
    concerns = every.filter(verdict="concern")["cause_id"].n_unique()
    beneath = page.app.markdown[2].value
    assert f" of {concerns} concerns still go on; most concerns: " in beneath
    (most, *_others) = [int(n) for n in re.findall(r"\((\d+)\)", beneath)]
    assert 1 < most <= concerns


def test_the_rest_is_listed_unit_by_unit(opened: Callable[..., OpenedPage]) -> None:
    (rest, *_others) = [one for one in opened(period="2026-07").tables() if "said" in one]
    units = list(rest["unit"])
    turns = 1 + sum(one != other for one, other in pairwise(units))
    assert turns == len(set(units)) > 1


def test_concerns_come_first_each_as_the_sentence_of_its_signal(
    opened: Callable[..., OpenedPage], in_july: pl.DataFrame
) -> None:
    said = lines(opened(**_WEST_IN_JULY))
    assert all("**Concern**" in line for line in said[:_MOST])
    assert not any("**Concern**" in line for line in said[_MOST:])
    sentences = set(in_july.filter(verdict="concern")["sentence"])
    for line in said[:_MOST]:
        assert any(sentence in line for sentence in sentences)


def test_a_cause_is_said_once(opened: Callable[..., OpenedPage], in_july: pl.DataFrame) -> None:
    told = lines(opened(**_WEST_IN_JULY))[:_MOST]
    causes = [
        cause
        for cause, sentence in in_july.select("cause_id", "sentence").iter_rows()
        if any(sentence in line for line in told)
    ]
    assert len(causes) == len(set(causes)) == _MOST


def test_new_concerns_come_before_old_ones(opened: Callable[..., OpenedPage]) -> None:
    shown = [":gray[since" in line for line in lines(opened(period="2026-07")) if "Concern" in line]
    assert shown == sorted(shown)


def test_others_of_a_cause_fold_out_as_sentences(
    opened: Callable[..., OpenedPage], in_july: pl.DataFrame
) -> None:
    page = opened(**_WEST_IN_JULY)
    folded = [one for one in page.app.expander if "say the same" in one.label]
    assert folded
    listed = [line for one in folded for line in one.markdown[0].value.splitlines()]
    sentences = set(in_july["sentence"])
    assert all(any(sentence in line for sentence in sentences) for line in listed)


def test_a_concern_leads_to_its_chart(
    opened: Callable[..., OpenedPage], in_july: pl.DataFrame
) -> None:
    links = [one for one in opened(**_WEST_IN_JULY).links() if "chart=" in one.query_string]
    assert len(links) == _MOST
    metrics = set(in_july["metric"])
    for link in links:
        given = dict(part.split("=") for part in link.query_string.lstrip("?").split("&"))
        assert given["metric"] in metrics
        assert given["chart"] in ("day", "week", "month", "event")
        assert given["period"].startswith("2026-")


def test_the_rest_improvements_and_changes_stand_in_tables(
    opened: Callable[..., OpenedPage], in_july: pl.DataFrame
) -> None:
    page = opened(**_WEST_IN_JULY)
    shown = sum(len(table) for table in page.tables() if "said" in table)
    assert shown == in_july["cause_id"].n_unique() - _MOST


@pytest.mark.parametrize("period", ["2026-10", "2026-07", "2026-W43", "2026-10-31"])
def test_a_warning_is_said_once(opened: Callable[..., OpenedPage], period: str) -> None:
    page = opened(period=period)
    own = {line for line in lines(page) if "**Amber**" in line or "**Red**" in line}
    with_signal = [line for line in own if "**Concern**" in line]
    for line in with_signal:
        metric_and_unit = _ABOUT.search(line)[1]
        assert sum(metric_and_unit in other for other in own) == 1


def test_chinese_is_spoken_in_chinese(
    opened: Callable[..., OpenedPage], in_july: pl.DataFrame
) -> None:
    said = opened(**_WEST_IN_JULY, lang="zh").texts()
    assert any(sentence in said for sentence in in_july["sentence_zh"])
    assert not any(sentence in said for sentence in in_july["sentence"])


def test_tiles_say_what_is_usual_and_how_sure_the_target_is(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened(period="2026-10").texts()
    assert "usual " in said
    assert any(f"({word})" in said for word in ("hit or miss", "reliably met"))


def test_a_past_period_is_not_told_how_the_target_is_met_now(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened(period="2026-07").texts()
    assert "(hit or miss)" not in said and "(reliably met)" not in said


@pytest.mark.parametrize("period", ["2026-Q3", "2026", "all"])
def test_tiles_without_a_control_chart_show_no_usual_range(
    opened: Callable[..., OpenedPage], period: str
) -> None:
    captions = [caption.value for caption in opened(period=period).app.caption]
    assert not any(" usual " in caption for caption in captions)


def test_a_calm_day_says_that_nothing_is_off(tmp_path: Path, look_at: Callable[..., None]) -> None:
    without_rules = {name: text for name, text in REFERENCE.items() if name != "kri_rules"}
    small = new_home(tmp_path, ("duties",), without_rules)
    small.land(
        "duties/all.csv",
        "duty_id,kind,org_unit_id,title,due_on,done_on,result\n"
        "D1,training,PD,Fire drill,2026-03-10,2026-03-09,pass\n",
    )
    assert small.night().exit_code in (0, 4)
    look_at(small.root)
    assert "Nothing is off." in open_page("today", period="2026-03").app.markdown[0].value
