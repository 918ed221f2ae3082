"""A control chart on a page: what is usual, what stands out, new limits accepted and undone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.blocks.charted import limits_text, point_text
from dashboards.language import use
from dashboards.menu import page_of
from pipelines.decisions import Series, accept_rebase, read_rebases
from pipelines.release.snapshots import open_snapshot
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.nights import demo_night
from transforms.catalogue import METRICS

pytestmark = pytest.mark.slow  # a night comes first

_SHARE = {"metric": "delivery_on_time_share", "period": "2026-10"}
_PROPOSED = """
select * from marts.control_series
where rebase_from is not null and is_watched and grain = 'week'
order by metric, org_unit_id limit 1
"""


class _Reader:
    """What texts of points need of a reader."""

    currency = "CNY"


@pytest.fixture
def store(tmp_path: Path, look_at: Callable[..., None]) -> Path:
    """A store with the snapshot of the demo and decisions of its own."""
    night = demo_night()
    shutil.copytree(night.store / "snapshots", tmp_path / "snapshots")
    shutil.copy(night.store / "ledger.sqlite", tmp_path)
    look_at(night.home, tmp_path)
    return tmp_path


@pytest.fixture
def proposed(store: Path) -> dict[str, Any]:
    """A row of marts.control_series that proposes new limits."""
    with open_snapshot(store / "snapshots") as snapshot:
        return snapshot.query(_PROPOSED).row(0, named=True)


def open_series(series: dict[str, Any]) -> OpenedPage:
    """Open the page about a series at the end of all that is known."""
    return open_page(
        page_of(METRICS[series["metric"]]),
        metric=series["metric"],
        unit=series["org_unit_id"],
        chart=series["grain"],
        period="2026-10",
    )


def control_charts(page: OpenedPage) -> list[str]:
    """Return the titles of the control charts that are drawn in depth."""
    drawn = [json.loads(chart.proto.spec) for chart in page.app.get("vega_lite_chart")]
    return [
        str(chart["title"])
        for chart in drawn
        if "layer" in chart and "lower" in json.dumps(chart["layer"]) and "title" in chart
    ]


def send(page: OpenedPage, key: str, by: str, reason: str) -> OpenedPage:
    """Fill in the form whose key begins with `key`, send it, and return the page after it."""
    fields = [field for field in page.app.text_input if field.key.startswith(key)]
    fields[0].set_value(by)
    fields[1].set_value(reason)
    (button,) = (button for button in page.app.button if button.key.startswith(key))
    button.click().run()
    assert [error.value for error in page.app.exception] == []
    return page


@pytest.mark.parametrize(
    ("page", "metric"),
    [
        ("service_levels", "resolution_hours_median"),
        ("complaints", "complaints_opened"),
        ("deliveries", "delivery_on_time_share"),
        ("satisfaction", "satisfied_share"),
        ("metrics", "delivery_on_time_share"),
    ],
)
def test_every_page_about_metrics_draws_one(store: Path, page: str, metric: str) -> None:
    opened = open_page(page, metric=metric, period="2026-10")
    assert len(control_charts(opened)) == 1
    assert "Usual at Lantern Express is" in opened.texts()


def test_it_can_be_drawn_as_a_plain_trend(store: Path) -> None:
    opened = open_page("metrics", **_SHARE, chart="trend")
    assert control_charts(opened) == []


@pytest.mark.parametrize("other", [{"channel": "app"}, {"service_level": "economy"}])
def test_there_is_none_of_a_part_of_a_unit(store: Path, other: dict[str, str]) -> None:
    metric = {"channel": "resolution_sla_share", "service_level": "delivery_on_time_share"}
    (name,) = other
    opened = open_page("metrics", metric=metric[name], period="2026-10", **other)
    assert control_charts(opened) == []


@pytest.mark.parametrize("period", ["2026-Q3", "2026", "all"])
def test_long_periods_show_the_grain_that_is_watched_and_say_why(store: Path, period: str) -> None:
    said = open_page("metrics", metric="delivery_on_time_share", period=period).texts()
    assert "Control charts go by day, week, month or case: it is shown by " in said


def test_a_nonsense_chart_is_the_usual_one(store: Path) -> None:
    nonsense = open_page("metrics", **_SHARE, chart="<b>x")
    assert control_charts(nonsense) == control_charts(open_page("metrics", **_SHARE))


def test_points_stand_in_a_table_as_they_are_in_the_mart(store: Path) -> None:
    opened = open_page("metrics", **_SHARE)
    (table,) = (table for table in opened.tables() if "centre" in table)
    with open_snapshot(store / "snapshots") as snapshot:
        points = snapshot.query(
            "select value, lower, upper from marts.control_points where org_unit_id = 'LANTERN' "
            "and metric = 'delivery_on_time_share' and grain = 'month' order by period desc"
        )
    for name in points.columns:
        assert list(table[name]) == points[name].to_list()


def test_a_chart_ends_with_the_period(store: Path) -> None:
    opened = open_page("metrics", metric="delivery_on_time_share", period="2026-06")
    (table,) = (table for table in opened.tables() if "centre" in table)
    assert str(table["period"].max())[:10] == "2026-06-01"


def test_a_proposal_is_accepted_with_name_and_reason_and_undone_again(
    store: Path, proposed: dict[str, Any]
) -> None:
    page = open_series(proposed)
    assert "With new limits from then on" in page.texts()
    send(page, "accept_", "Li Wei", "new sorting line")
    said = page.texts()
    assert "With new limits from then on" not in said
    assert "accepted by Li Wei" in said and "new sorting line" in said
    assert "Accepted: drawn from the next night on." in said
    send(page, "undo_", "Fang Li", "it was the weather")
    said = page.texts()
    assert "undone by Fang Li" in said and "it was the weather" in said
    assert "With new limits from then on" in said
    kept = read_rebases(store / "decisions.sqlite")
    assert kept["decision"].to_list() == ["accepted", "undone"]
    assert kept["from_period"].unique().to_list() == [proposed["rebase_from"]]


@pytest.mark.parametrize(("by", "reason"), [("", "new line"), ("Li Wei", " ")])
def test_without_a_name_and_a_reason_nothing_is_accepted(
    store: Path, proposed: dict[str, Any], by: str, reason: str
) -> None:
    page = send(open_series(proposed), "accept_", by, reason)
    assert "New limits need a name and a reason" in page.texts()
    assert read_rebases(store / "decisions.sqlite").is_empty()


def test_a_decision_of_another_series_is_not_shown(store: Path, proposed: dict[str, Any]) -> None:
    other = Series("tickets_opened", "SC", "week")
    accept_rebase(
        store / "decisions.sqlite", other, proposed["rebase_from"], by="Li Wei", reason="x"
    )
    assert "accepted by" not in open_series(proposed).texts()


def test_a_proposal_is_not_shown_before_its_time(store: Path, proposed: dict[str, Any]) -> None:
    page = open_page(
        page_of(METRICS[proposed["metric"]]),
        metric=proposed["metric"],
        unit=proposed["org_unit_id"],
        chart="week",
        period="2025-09",
    )
    assert "With new limits from then on" not in page.texts()


@pytest.mark.parametrize(
    ("chart", "value", "written"),
    [("g", 1.0, "1 case"), ("g", 2.5, "2.5 cases"), ("t", 12.4, "12 days"), ("t", 0.0, "0 days")],
)
def test_what_lies_between_cases_is_written_as_cases_or_days(
    chart: str, value: float, written: str
) -> None:
    use("en")
    point = {"grain": "event", "chart": chart}
    assert point_text(_Reader(), METRICS["first_attempt_share"], point, value) == written


@pytest.mark.parametrize(
    ("lower", "upper", "written"),
    [
        (0.9, 0.95, "90.0% to 95.0%"),
        (None, 0.95, "up to 95.0%"),
        (0.9, None, "from 90.0%"),
        (None, None, ""),
    ],
)
def test_limits_are_written_as_far_as_there_are_any(
    lower: float | None, upper: float | None, written: str
) -> None:
    use("en")
    point = {"grain": "week", "chart": "p_prime", "lower": lower, "upper": upper}
    assert limits_text(_Reader(), METRICS["first_attempt_share"], point) == written


def test_what_people_write_is_no_markup(store: Path, proposed: dict[str, Any]) -> None:
    series = Series(*(proposed[name] for name in ("metric", "org_unit_id", "grain")))
    accept_rebase(
        store / "decisions.sqlite",
        series,
        proposed["rebase_from"],
        by="**Li** [x](http://x)",
        reason=":red[new] line",
    )
    said = open_series(proposed).texts()
    assert r"\*\*Li\*\* \[x\]" in said
    assert r"\:red\[new\] line" in said
