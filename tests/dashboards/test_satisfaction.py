"""The page on satisfaction: how customers feel, how sure that is, and what the unhappy said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import REFERENCE, SmallHome, new_home, published_home

pytestmark = pytest.mark.slow  # a night comes first

_HEADER = (
    "response_id,evaluator,method,subject,subject_id,org_unit_id,sent_at,answered_at,scale_min,"
    "scale_max,overall,attitude,efficiency,effect,recommend,comment\n"
)


def _answer(number: int, unit: str, overall: int, recommend: int, comment: str = "") -> str:
    subject = f"delivery,W{number}" if number % 2 else f"ticket,T{number}"
    return (
        f"S{number},customer,sms,{subject},{unit},2026-03-{number:02} 09:00,"
        f"2026-03-{number:02} 10:00,1,5,{overall},5,4,{overall},{recommend},{comment}\n"
    )


# Six answers about PD, of which two are low; two about PX; one of an internal evaluator; one owed.
_MARCH = (
    _HEADER
    + "".join(_answer(number, "PD", 5, 10) for number in (1, 2, 3, 4))
    + _answer(5, "PD", 2, 0)
    + _answer(6, "PD", 1, 3, "太慢")
    + _answer(7, "PX", 5, 9)
    + _answer(8, "PX", 4, 7)
    + "S9,internal,in_person,visit,,PX,2026-03-09 09:00,2026-03-09 10:00,1,5,2,,,,,\n"
    + "S10,customer,online,delivery,W10,PX,2026-03-10 09:00,,1,5,,,,,,\n"
)
_TARGETS = {"targets": "metric,target,effective_from\nsatisfied_share,0.7,2025-01-01\n"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    home = new_home(tmp_path_factory.mktemp("surveys"), ("surveys",), REFERENCE | _TARGETS)
    home.land("surveys/march.csv", _MARCH)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture
def opened(small: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(small.root)
    return lambda **url: open_page("satisfaction", **({"period": "2026-03"} | url))


def bars(page: OpenedPage, nth: int) -> dict[str, float]:
    """Return name and value of the `nth` bars of the page."""
    table = [table for table in page.tables() if "name" in table][nth]
    return dict(zip(table["name"], table["value"].round(2), strict=True))


def test_it_opens_with_the_satisfied_their_interval_and_the_target(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened().texts()
    assert "Satisfied: 75.0%, within the target of 70.0%." in said.splitlines()[0]
    assert "n 8, 95% interval 40.9% – 92.9%." in said


@pytest.mark.parametrize(
    "figure",
    [
        "Satisfied 75.0%",
        "Net promoter score 37.5",
        "Survey response 90.0%",
        "Surveys answered, number 9",
        "Attitude, mean score 100.0",
        "Efficiency, mean score 75.0",
        "Effect, mean score 75.0",
    ],
)
def test_it_shows_a_tile_for(opened: Callable[..., OpenedPage], figure: str) -> None:
    assert figure in opened().texts()


def test_dimensions_and_evaluators_stand_side_by_side(opened: Callable[..., OpenedPage]) -> None:
    page = opened()
    assert bars(page, 0) == {"Attitude": 1.0, "Efficiency": 1.0, "Effect": 0.75}
    assert bars(page, 1) == {"Attitude": 100.0, "Efficiency": 75.0, "Effect": 75.0}
    assert bars(page, 2) == {"Customer": 0.75}  # one internal answer alone is not shown
    assert "1 with fewer than 5 answers is hidden." in page.texts()


def test_a_split_hides_units_with_few_answers_and_says_how_many(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(metric="satisfied_share", by="org_unit_id")
    assert bars(page, 3) == {"PD": 33.33}  # the promoter score by unit
    assert bars(page, 5) == {"PD": 0.67}
    assert page.texts().count("1 with fewer than 5 answers is hidden.") == 4


def test_how_many_answer_is_never_hidden(opened: Callable[..., OpenedPage]) -> None:
    assert bars(opened(), 4) == {"Text message": 1.0, "In person": 1.0, "Online": 0.0}


def test_a_unit_with_few_answers_is_told_instead_of_shown(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(unit="PX")
    assert "PX, March 2026: fewer than 5 surveys were answered" in page.texts()
    assert page.tables() == []


def test_low_answers_come_with_what_was_said_and_what_they_are_about(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    (low,) = (table for table in page.tables() if "response_id" in table)
    assert list(low["response_id"]) == ["S6", "S5"]
    assert list(low["subject_id"]) == ["T6", "W5"]
    assert list(low["subject"]) == ["Ticket", "Delivery"]
    assert low["comment"][0] == "太慢"
    assert list(low["overall_share"]) == [0.0, 0.25]
    assert "2 answers were not satisfied, those with a comment first." in page.texts()


def test_a_day_without_answers_says_so(opened: Callable[..., OpenedPage]) -> None:
    said = opened(period="2026-03-10").texts()  # one was asked and has not answered
    assert "Survey response: 0.0%." in said
    assert "Satisfied: there is nothing to count at HQ in 10 Mar 2026." in said
    assert "No customer was dissatisfied." in said


def test_the_settings_say_how_many_answers_are_enough(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    home = published_home(tmp_path)
    look_at(home.root)
    assert "fewer than 5 surveys" in open_page("satisfaction", period="2026-03").texts()
    settings = (home.root / "settings.toml").read_text(encoding="utf-8")
    home.write("settings.toml", settings + "minimum_answers = 1\n")
    look_at(home.root)
    said = open_page("satisfaction", period="2026-03").texts()
    assert "Satisfied: 50.0%." in said
    assert "1 answer was not satisfied." in said
