"""The page on satisfaction: how customers feel, how sure that is, what drives it, who said what."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Any

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


def _in_january(number: int) -> str:
    """An answer on one of two scales: the fewer of five points, the later the delivery was."""
    points, is_of_nine = number % 5, number % 2
    least, most, score = (0, 8, 2 * points) if is_of_nine else (1, 5, 1 + points)
    attitude = most if number % 3 else least
    return (
        f"J{number},customer,sms,delivery,JW{number},PD,2026-01-05 09:00,2026-01-06 10:00,"
        f"{least},{most},{score},{attitude},{score},{most},,says {number}\n"
    )


def _delivered_in_january(number: int) -> str:
    day = 9 if number % 5 == 0 else 4
    return (
        f"JW{number},express,PD,C1,2026-01-02 09:00,2026-01-05 18:00,2026-01-0{day} 11:00,"
        "delivered,1200\n"
    )


# In January scores hang on efficiency; in February all are the same; in March there are too few.
_JANUARY = [*range(1, 151)]
_MANY = {
    "surveys/january.csv": _HEADER + "".join(map(_in_january, _JANUARY)),
    "surveys/february.csv": _HEADER
    + "".join(
        f"F{number},customer,sms,visit,,PD,2026-02-03 09:00,2026-02-03 10:00,1,5,5,5,5,5,10,\n"
        for number in range(40)
    ),
    "surveys/march.csv": _HEADER + "".join(_answer(number, "PD", 5, 10) for number in range(1, 7)),
    "deliveries/january.csv": "waybill_no,service_level,org_unit_id,courier_id,picked_up_at,"
    "promised_at,delivered_at,status,fee_minor\n" + "".join(map(_delivered_in_january, _JANUARY)),
}
_HIDDEN = "hidden: fewer than 5 answers, here or beside it"
_TARGETS = {"targets": "metric,target,effective_from\nsatisfied_share,0.7,2025-01-01\n"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    home = new_home(tmp_path_factory.mktemp("surveys"), ("surveys",), REFERENCE | _TARGETS)
    home.land("surveys/march.csv", _MARCH)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    home = new_home(tmp_path_factory.mktemp("many"), ("surveys", "deliveries"), REFERENCE)
    for file, content in _MANY.items():
        home.land(file, content)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture
def opened_many(many: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(many.root)
    return lambda **url: open_page("satisfaction", **({"period": "2026-01"} | url))


@pytest.fixture
def opened(small: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(small.root)
    return lambda **url: open_page("satisfaction", **({"period": "2026-03"} | url))


def bars(page: OpenedPage, nth: int) -> dict[str, float]:
    """Return name and value of the `nth` bars of the page."""
    table = [table for table in page.tables() if "name" in table][nth]
    return dict(zip(table["name"], table["value"].round(2), strict=True))


def answers(page: OpenedPage, nth: int) -> Any:
    """Return the `nth` list of answers of the page: low ones, then comments."""
    return [table for table in page.tables() if "response_id" in table][nth]


def test_it_opens_with_the_satisfied_their_interval_and_the_target(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened().texts()
    assert "Satisfied: 75.0%, within the target of 70.0%." in said.splitlines()[0]
    assert "n 8, 95% interval 40.9% – 92.9%." in said


def test_it_shows_a_tile_for_each_leading_figure(opened: Callable[..., OpenedPage]) -> None:
    said = opened().texts().splitlines()
    assert {
        "Satisfied 75.0%",
        "Net promoter score 37.5",
        "Survey response 90.0%",
        "Surveys answered, number 9",
        "Attitude, mean score 100.0",
        "Efficiency, mean score 75.0",
        "Effect, mean score 75.0",
    } <= {*said}


def test_dimensions_and_evaluators_stand_side_by_side(opened: Callable[..., OpenedPage]) -> None:
    page = opened()
    assert bars(page, 0) == {"Attitude": 1.0, "Efficiency": 1.0, "Effect": 0.75}
    assert bars(page, 1) == {"Attitude": 100.0, "Efficiency": 75.0, "Effect": 75.0}
    # One internal answer alone is not shown.
    assert bars(page, 2) == pytest.approx({"Customer": 0.75, "Internal": nan}, nan_ok=True)
    assert "1 is hidden: fewer than 5 answers, here or beside it." in page.texts()


def test_a_split_hides_units_with_few_answers_and_those_that_would_tell_them(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(metric="satisfied_share", by="org_unit_id")
    # Of eight answers PX has two: the six of PD would tell them.
    for nth in (3, 6):  # the promoter score by unit, and the metric in depth
        assert bars(page, nth) == pytest.approx({"PD": nan, "PX": nan}, nan_ok=True)
    assert page.texts().count("2 are hidden: fewer than 5 answers, here or beside them.") == 3


def test_a_table_says_why_a_figure_is_missing(opened: Callable[..., OpenedPage]) -> None:
    page = opened(metric="satisfied_share", by="org_unit_id")
    by_unit = [table for table in page.tables() if "hidden_text" in table][-1]
    assert list(by_unit["hidden_text"]) == [_HIDDEN, _HIDDEN]
    figures = by_unit[["value", "numerator", "denominator", "low", "high"]]
    assert figures.isna().all(axis=None)


def test_a_unit_that_would_tell_another_says_so_in_its_tiles_and_lists(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(unit="PD", metric="satisfied_share")
    said = page.texts()
    assert "Survey response: 100.0%." in said
    assert "Surveys answered, number 6" in said
    assert "Satisfied 66.7%" not in said
    assert f"Satisfied: {_HIDDEN}." in said
    assert f":material/visibility_off: {_HIDDEN}" in said.splitlines()
    assert not [table for table in page.tables() if "response_id" in table]


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
    low = answers(page, 0)
    assert list(low["response_id"]) == ["S6", "S5"]
    assert list(low["subject_id"]) == ["T6", "W5"]
    assert list(low["subject"]) == ["Ticket", "Delivery"]
    assert low["comment"][0] == "太慢"
    assert list(low["overall_share"]) == [0.0, 25.0]
    said = "2 customers gave a score below the middle of the scale, the newest first."
    assert said in page.texts()


def test_a_day_without_answers_says_so(opened: Callable[..., OpenedPage]) -> None:
    said = opened(period="2026-03-10").texts()  # one was asked and has not answered
    assert "Survey response: 0.0%." in said
    assert "Satisfied: there is nothing to count at HQ in 10 Mar 2026." in said
    assert "The 1 customer invited has not answered: nothing is known" in said
    assert "No customer gave a score below the middle of the scale." in said
    assert "There are no comments here." in said
    assert "nan" not in said.lower()


def test_the_settings_say_how_many_answers_are_enough(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    home = published_home(tmp_path)
    look_at(home.root)
    assert "fewer than 5 surveys" in open_page("satisfaction", period="2026-03").texts()
    settings = (home.root / "settings.toml").read_text(encoding="utf-8")
    home.write("settings.toml", settings + "minimum_answers = 1\n")
    assert home.night().exit_code in (0, 4)
    look_at(home.root)
    said = open_page("satisfaction", period="2026-03").texts()
    assert "Satisfied: 50.0%." in said
    assert "1 customer gave a score below the middle of the scale." in said
    assert "No answer has both an overall score and anything that could explain it." in said


def test_it_says_what_drives_satisfaction_on_whatever_scale(
    opened_many: Callable[..., OpenedPage],
) -> None:
    page = opened_many()
    said = page.texts()
    assert "**Efficiency** explains the most of how satisfied customers are: 100% of what" in said
    assert "No more than by chance: Attitude. The same in all answers: Effect." in said
    assert "Together they explain 100.0% of the differences between 150 answers." in said
    (ranking,) = (table for table in page.tables() if "state_text" in table)
    assert list(ranking["name"]) == ["Efficiency", "Attitude", "Effect"]
    assert ranking["importance"].round(2).to_list()[:2] == [1.0, 0.0]


def test_what_drives_it_can_be_asked_of_deliveries_alone(
    opened_many: Callable[..., OpenedPage],
) -> None:
    said = opened_many(about="delivery").texts()
    assert "Next to it: Not delivered in time" in said
    assert "There is no subject of surveys parcels here" in opened_many(about="parcels").texts()


def test_a_period_with_too_few_answers_gives_way_to_the_year_up_to_its_end(
    opened_many: Callable[..., OpenedPage],
) -> None:
    said = opened_many(period="2026-03").texts()
    few = "March 2026 has too few answers for this: the 12 months up to 31 Mar 2026 are shown."
    assert few in said
    assert "HQ, 1 Apr 2025 to 31 Mar 2026." in said
    assert "the differences between 196 answers" in said


def test_too_few_answers_in_a_year_are_told(opened: Callable[..., OpenedPage]) -> None:
    few = "8 answers are too few to tell what satisfaction hangs on: it takes 30, and 10 for each"
    assert few in opened().texts()


def test_answers_that_are_all_alike_leave_nothing_to_tell_apart(
    opened_many: Callable[..., OpenedPage],
) -> None:
    said = opened_many(period="2026-02").texts()
    assert "Either all overall scores are alike, or all that could explain them is" in said
    assert "All 40 customers invited have answered: 100.0% of them were satisfied." in said
    assert "nan" not in said.lower()


def test_those_who_did_not_answer_could_change_the_picture_so_far(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    said = page.texts()
    assert "8 of 9 customers invited gave an overall score, and 75.0% of them were sat" in said
    assert "between 66.7%, if none of the others were, and 77.8%, if all were." in said
    (bounds,) = (table for table in page.tables() if "sent" in table)
    assert bounds[["name", "sent", "answered"]].to_numpy().tolist() == [
        ["Online", 1, 0],
        ["Text message", 8, 8],
    ]
    assert bounds["low"].to_list() == [0.0, 0.75]
    assert bounds["high"].to_list() == [1.0, 0.75]


def test_the_silent_of_a_unit_that_would_tell_another_are_not_told_of(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(unit="PD")
    assert "gave an overall score" not in page.texts()
    assert "have answered:" not in page.texts()
    assert not [table for table in page.tables() if "sent" in table]


def test_low_answers_say_how_the_case_behind_them_went(
    opened_many: Callable[..., OpenedPage],
) -> None:
    low = answers(opened_many(), 0)
    assert list(low["response_id"][:2]) == ["J10", "J100"]  # of one day the worst come first
    assert low["subject_id"][0] == "JW10"
    assert low["case"][0] == "Not delivered in time"
    assert answers(opened_many(lang="zh"), 0)["case"][0] == "未准时送达"


def test_long_lists_go_page_by_page(opened_many: Callable[..., OpenedPage]) -> None:
    page = opened_many()
    assert "60 customers gave a score below the middle of the scale" in page.texts()
    assert "All 150, not this page only:" in page.texts()
    assert len(answers(page, 0)) == len(answers(page, 1)) == 50
    of_low_answers = page.app.get("pagination")[0]
    of_low_answers.select(2).run()
    assert len(answers(page, 0)) == 10
    assert len(answers(page, 1)) == 50


def test_comments_are_searched_by_words_and_scores(
    opened_many: Callable[..., OpenedPage],
) -> None:
    found = answers(opened_many(words="SAYS 14"), 1)
    of_14 = {f"says {number}" for number in (14, 114, *range(140, 150))}
    assert set(found["comment"]) == of_14
    low = answers(opened_many(words="says 14", scores="low"), 1)
    assert set(low["comment"]) == {f"says {number}" for number in (140, 141, 145, 146)}
    assert len(answers(opened_many(words="says 14", scores="middle"), 1)) == 2
    assert "No comment here has \\*\\*late\\*\\*." in opened_many(words="**late**").texts()


def test_a_search_goes_into_the_address(opened_many: Callable[..., OpenedPage]) -> None:
    page = opened_many()
    (box,) = page.app.text_input
    box.set_value("  says   7 ").run()
    assert page.app.query_params["words"] == "  says   7 "
    assert "24 comments, the newest first." in page.texts()
    assert page.app.text_input[0].value == "says 7"


def test_the_comments_of_few_evaluators_are_not_shown(opened: Callable[..., OpenedPage]) -> None:
    page = opened(said_by="internal")
    assert f":material/visibility_off: {_HIDDEN}" in page.texts().splitlines()
    assert len([table for table in page.tables() if "response_id" in table]) == 1
