"""Every page on every kind of home: the demo, nothing yet, one day, and each real export."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dashboards.menu import VIEWS
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.nights import EXPECTED, demo_night, real_night
from tests.pipelines.small_home import new_home, published_home

_PAGES = [view.name for view in VIEWS]
_LANGUAGES = ("en", "zh")
_WITHOUT_FILTERS = ("data_quality",)  # its choices are among what there is, here nothing
_NO_TEXT = re.compile(r"\b(None|NaN|nan|null|Traceback|Polars)\b|[{}]")


def is_fit_to_be_read(page: OpenedPage) -> None:
    """Fail on what no reader should see."""
    said = page.texts()
    assert said.strip()
    assert _NO_TEXT.findall(said) == [], said


@pytest.mark.slow
@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("page", _PAGES)
def test_every_page_opens_on_the_demo(
    look_at: Callable[..., None], page: str, language: str
) -> None:
    night = demo_night()
    look_at(night.home, night.store)
    is_fit_to_be_read(open_page(page, lang=language))


@pytest.mark.slow
@pytest.mark.parametrize("page", _PAGES)
@pytest.mark.parametrize(
    "url",
    [
        {"unit": "CKG-YB", "period": "2026-07"},
        {"unit": "Q-TRACE", "period": "2026-W30"},
        {"unit": "SHA-PD", "period": "2026-07-08"},
        {"period": "2026-Q3", "channel": "chat", "service_level": "economy"},
        {"period": "all"},
    ],
    ids=lambda url: " ".join(url.values()),
)
def test_every_page_opens_on_any_unit_and_period_of_the_demo(
    look_at: Callable[..., None], page: str, url: dict[str, str]
) -> None:
    night = demo_night()
    look_at(night.home, night.store)
    is_fit_to_be_read(open_page(page, **url))


@pytest.mark.slow
@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("page", _PAGES)
def test_before_the_first_night_every_page_says_calmly_what_to_do(
    look_at: Callable[..., None], tmp_path: Path, page: str, language: str
) -> None:
    look_at(new_home(tmp_path).root)
    opened = open_page(page, lang=language)
    is_fit_to_be_read(opened)
    assert "sqm nightly" in opened.texts()


@pytest.fixture(scope="module", params=["resolved", "closed"])
def one_day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one ticket on the only day there is; closed without its instant, it is held."""
    small = new_home(tmp_path_factory.mktemp("one-day"), kinds=("tickets",))
    small.land(
        "tickets/day.csv",
        "ticket_id,kind,channel,org_unit_id,status,opened_at,resolved_at,updated_at\n"
        f"T1,complaint,phone,PD,{request.param},2026-03-31 09:00,2026-03-31 10:00,"
        "2026-03-31 10:00\n",
    )
    small.night(date(2026, 3, 31))
    return small.root


@pytest.mark.slow
@pytest.mark.parametrize("page", _PAGES)
def test_every_page_opens_on_a_home_with_one_day_and_one_ticket(
    look_at: Callable[..., None], one_day: Path, page: str
) -> None:
    look_at(one_day)
    is_fit_to_be_read(open_page(page))


@pytest.mark.slow
@pytest.mark.parametrize("page", _PAGES)
@pytest.mark.parametrize("home", EXPECTED)
def test_every_page_opens_on_a_real_export(
    look_at: Callable[..., None], home: str, page: str
) -> None:
    night = real_night(home)
    look_at(night.home, night.store)
    is_fit_to_be_read(open_page(page))


@pytest.mark.slow
@pytest.mark.parametrize("page", _PAGES)
def test_a_link_with_nonsense_gets_a_sentence_for_each_part_and_the_usual_view(
    look_at: Callable[..., None], tmp_path: Path, page: str
) -> None:
    look_at(published_home(tmp_path).root)
    nonsense = {
        "unit": "NOWHERE'; drop table x --",
        "period": "2026-13",
        "channel": "pigeon",
        "service_level": "<b>",
        "metric": "no_metric",
        "by": "shoe_size",
        "lang": "xx",
        "line": "x",
        "rule": "x",
        "run": "x",
        "id": "no such record",
    }
    opened = open_page(page, **nonsense)
    is_fit_to_be_read(opened)
    if page not in _WITHOUT_FILTERS:
        assert opened.app.info, "nothing was said about it"
