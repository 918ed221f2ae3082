"""The page on outlets and people: who stands out beyond chance, places, one person, scores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dashboards.blocks.outlets.notice import printed
from dashboards.language import use
from pipelines.questions.ranking_notice import Notice
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.nights import demo_night
from tests.pipelines.small_home import REFERENCE, SmallHome, new_home

slow = pytest.mark.slow  # a night comes first

_UNITS = (
    "id,name,name_zh,parent_id,kind\nHQ,,,,company\nPD,Pudong,浦东,HQ,outlet\n"
    "PX,Puxi,浦西,HQ,outlet\nPZ,Putuo,普陀,HQ,outlet\nPW,Small,小,HQ,outlet\n"
    + "".join(f"P{number},,,HQ,outlet\n" for number in range(8))
)
_WEIGHTS = (
    "scope,metric,weight,worst,best\noutlet,delivery_on_time_share,75,0.5,1\n"
    "outlet,exception_share,25,1,0\n"
)
_HEADER = (
    "waybill_no,service_level,org_unit_id,courier_id,picked_up_at,promised_at,delivered_at,"
    "status,exception\n"
)


def _deliveries(
    unit: str, count: int, *, late: int = 0, damaged: int = 0, courier: str = ""
) -> str:
    """Return deliveries of March: the first `late` ones too late, the first `damaged` damaged."""
    return "".join(
        f"{unit}{courier}-{number},express,{unit},{courier},2026-03-02 09:00,2026-03-04 18:00,"
        f"2026-03-{'09' if number < late else '03'} 11:00,delivered,"
        f"{'damaged' if number < damaged else 'none'}\n"
        for number in range(count)
    )


# PZ is late far more often than all others; PW has too few cases; C3 damages what it carries.
_MARCH = (
    _HEADER
    + _deliveries("PD", 60, late=2, courier="C1")
    + _deliveries("PX", 60, late=3, courier="C2")
    + _deliveries("PZ", 40, late=15, damaged=12, courier="C3")
    + _deliveries("PZ", 40, late=10, courier="C4")
    + _deliveries("PW", 4)
    + "".join(_deliveries(f"P{number}", 60, late=3) for number in range(8))
)


def _night(root: Path, landed: str = _MARCH, **reference: str) -> SmallHome:
    home = new_home(root, ("deliveries",), REFERENCE | {"org_units": _UNITS} | reference)
    home.land("deliveries/march.csv", landed)
    assert home.night().exit_code in (0, 4)
    return home


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    return _night(tmp_path_factory.mktemp("outlets"), score_weights=_WEIGHTS)


@pytest.fixture
def opened(small: SmallHome, look_at: Callable[..., None]) -> Callable[..., OpenedPage]:
    look_at(small.root)
    return lambda **url: open_page("outlets_and_people", **({"period": "2026-03"} | url))


def rows(page: OpenedPage, column: str) -> list[dict]:
    """Return the rows of the first table of the page that has `column`."""
    return next(table for table in page.tables() if column in table).to_dict("records")


def choices(page: OpenedPage, label: str) -> list[str]:
    """Return what can be chosen in the list called `label`."""
    return next(list(box.options) for box in page.app.selectbox if box.label == label)


@slow
def test_it_opens_with_who_stands_out_and_how_many_do_not(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened().texts()
    first = said.splitlines()[0]
    told = "1 of 11 outlets stands out on Delivered on time in March 2026: Putuo (worse, beyond "
    assert told + "99.8%)." in first
    assert ":material/warning:" in first
    assert "chance would put up to 1 of 11 beyond the 95% limits" in said


@slow
def test_who_has_too_few_cases_is_named_and_not_ranked(opened: Callable[..., OpenedPage]) -> None:
    page = opened()
    assert "Not ranked (too few cases): Small." in page.texts()
    last = rows(page, "verdict_text")[-1]
    assert (last["name"], last["reason_text"]) == ("Small", "too few cases")
    assert last["value"] == 1.0


@slow
def test_the_table_has_places_figures_limits_and_verdicts(
    opened: Callable[..., OpenedPage],
) -> None:
    table = rows(opened(), "verdict_text")
    assert [table[place]["name"] for place in (0, -2, -1)] == ["Pudong", "Putuo", "Small"]
    worst = table[-2]
    assert (worst["numerator"], worst["denominator"], worst["rank"]) == (55, 80, 11)
    assert worst["value"] == pytest.approx(0.6875)
    assert worst["centre"] == pytest.approx((58 + 9 * 57 + 55) / (10 * 60 + 80))
    assert worst["value"] < worst["low_998"] < worst["low_95"]
    assert (worst["rank_from"], worst["rank_to"], worst["band"]) == (11, 11, 2)


@slow
def test_a_unit_without_units_below_it_is_compared_with_all_of_its_kind(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(unit="PX")
    assert "Puxi: **95.0%**, place 2 of 11 (chance leaves 1 to 10 open)." in page.texts()
    assert len(rows(page, "verdict_text")) == 12


@slow
def test_those_who_can_be_compared_are_those_that_the_metric_knows(
    opened: Callable[..., OpenedPage],
) -> None:
    assert choices(opened(), "Whom to compare") == ["outlets", "couriers"]
    assert "Damaged per million" in choices(opened(), "Metric")
    # How many there are depends on how many there were to begin with: nothing to compare.
    assert "Deliveries picked up" not in choices(opened(), "Metric")


@slow
def test_couriers_are_compared_without_those_that_nobody_carried(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(metric="damaged_per_million", whom="courier_id")
    assert "1 of 4 couriers stands out on Damaged per million in March 2026: C3" in page.texts()
    assert [row["name"] for row in rows(page, "verdict_text")][-1] == "C3"


@slow
def test_a_person_is_held_against_all_others_on_every_metric(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(metric="damaged_per_million", whom="courier_id", person="C3")
    said = page.texts()
    assert "metrics in March 2026, compared with all other couriers." in said
    judged = {row["metric"]: row for row in rows(page, "centre_text")}
    damaged = judged["Damaged per million"]
    assert (damaged["value_text"], damaged["rank_text"]) == ("300,000", "4 of 4")
    assert damaged["verdict_text"].startswith("worse")
    assert "12 records behind it." in said
    listed = rows(page, "waybill_no")
    assert {row["waybill_no"].partition("-")[0] for row in listed} == {"PZC3"}
    (month,) = rows(page, "period")
    assert month["value"] == pytest.approx(300_000)


@slow
def test_somebody_unknown_gets_a_sentence_and_the_list_to_choose_from(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(metric="damaged_per_million", whom="courier_id", person="<b>X</b>")
    assert "is not among the couriers of this comparison: choose one below." in page.texts()
    assert choices(page, "Courier") == ["Nobody chosen", "C1", "C2", "C3", "C4"]


@slow
def test_the_score_of_the_month_shows_places_parts_and_weights(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened()
    # On time 58 of 60 between 0.5 and 1, and no exception: 0.75 x 93.3 + 0.25 x 100.
    said = "March 2026: **Pudong** is first with 95.0 of 100 points, whatever the weights;"
    assert f"{said} 11 were ranked." in page.texts()
    first = rows(page, "exception_share")[0]
    assert (first["unit"], first["score"]) == ("Pudong", 95.0)
    assert (first["delivery_on_time_share"], first["exception_share"]) == (70.0, 25.0)
    weights = rows(page, "weight")
    assert [row["share"] for row in weights] == [0.75, 0.25]
    assert "It covers opinions about weights only, not chance" in page.texts()


@slow
def test_the_notice_is_shown_as_it_is_posted(opened: Callable[..., OpenedPage]) -> None:
    page = opened()
    posted = rows(page, "strongest")
    assert [posted[place]["unit"] for place in (0, -1)] == ["Pudong", "Putuo"]
    assert posted[0]["strongest"] == "Exceptions"
    assert "The score is the weighted mean of the metrics listed" in page.texts()
    # Four deliveries are too few for a metric, and so for a score.
    assert "Not ranked (Less than half of the weight is known: too few cases): Small." in (
        page.texts()
    )
    labels = [button.proto.label for button in page.app.get("download_button")]
    assert labels[-2:] == ["Notice as a workbook", "Notice to print"]


@slow
def test_a_month_without_scores_is_told_and_the_usual_one_shown(
    opened: Callable[..., OpenedPage],
) -> None:
    said = opened(month="2025-13", ranked="galaxy").texts()
    assert "There is no month 2025-13 here: 2026-03 is shown." in said
    assert "There is no ranking galaxy here: outlet is shown." in said


@slow
def test_an_empty_period_says_so_and_still_shows_the_score(
    opened: Callable[..., OpenedPage],
) -> None:
    page = opened(period="2026-03-05")
    assert "Delivered on time: there is nothing to compare at HQ in 5 Mar 2026." in page.texts()
    assert rows(page, "strongest")


@slow
def test_a_home_without_weights_says_what_is_missing(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    look_at(_night(tmp_path).root)
    page = open_page("outlets_and_people", period="2026-03")
    assert "There is no score: reference/score_weights.csv says which metrics" in page.texts()
    assert "stands out on Delivered on time" in page.texts()
    assert not [table for table in page.tables() if "strongest" in table]


@slow
def test_one_outlet_without_couriers_has_nobody_to_be_compared_with(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    units = "id,parent_id,kind\nHQ,,company\nPD,HQ,outlet\n"
    landed = _HEADER + _deliveries("PD", 30, late=3)
    look_at(_night(tmp_path, landed, org_units=units, score_weights=_WEIGHTS).root)
    page = open_page("outlets_and_people", period="2026-03", whom="courier_id")
    said = page.texts()
    assert "Delivered on time: too few outlets at HQ have cases enough in March 2026" in said
    assert "There is no comparison courier_id here: outlet is shown." in said
    assert "1 was ranked." in said


@slow
def test_units_that_differ_by_more_than_chance_have_wider_limits_and_a_sentence(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    names = [f"U{number}" for number in range(9)]
    units = "id,parent_id,kind\nHQ,,company\n" + "".join(f"{name},HQ,outlet\n" for name in names)
    landed = _HEADER + "".join(
        _deliveries(name, 100, late=6 * number) for number, name in enumerate(names)
    )
    look_at(_night(tmp_path, landed, org_units=units).root)
    said = open_page("outlets_and_people", period="2026-03").texts()
    assert "The outlets differ by more than chance" in said
    assert "Of 9 outlets, no one stands out" in said


@slow
def test_answers_about_one_agent_are_hidden_where_they_are_few(
    tmp_path: Path, look_at: Callable[..., None]
) -> None:
    home = new_home(tmp_path, ("surveys",), REFERENCE)
    answers = "".join(
        f"S{agent}{number},customer,sms,PD,A{agent},2026-03-03 09:00,2026-03-03 10:00,1,5,5\n"
        for agent, count in ((1, 12), (2, 12), (3, 2), (4, 3))
        for number in range(count)
    )
    home.land(
        "surveys/march.csv",
        "response_id,evaluator,method,org_unit_id,agent_id,sent_at,answered_at,scale_min,"
        f"scale_max,overall\n{answers}",
    )
    assert home.night().exit_code in (0, 4)
    look_at(home.root)
    asked = {"metric": "satisfied_share", "whom": "agent_id", "period": "2026-03"}
    page = open_page("outlets_and_people", **asked, person="A3")
    hidden = {row["name"]: row for row in rows(page, "verdict_text")}
    assert hidden["A3"]["reason_text"] == "hidden: fewer than 5 answers, here or beside it"
    assert pl.Series([hidden["A3"][c] for c in ("value", "numerator")]).is_nan().all()
    assert not [table for table in page.tables() if "response_id" in table]


@slow
@pytest.mark.parametrize("period", ["2026-Q3", "2026"])
def test_the_careless_courier_of_the_demo_stands_out(
    look_at: Callable[..., None], period: str
) -> None:
    night = demo_night()
    look_at(night.home, night.store)
    asked = {"metric": "damaged_per_million", "whom": "courier_id", "period": period}
    first = open_page("outlets_and_people", **asked).texts().splitlines()[0]
    assert "1 of 144 couriers stands out on Damaged per million" in first
    assert "CAN-TH-C4 (worse" in first


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Service quality ranking", "March 2026", "▲ 2", "A &amp; &lt;B&gt;", "Not ranked"]),
        ("zh", ["服务质量排名", "2026年3月", "甲"]),
    ],
)
def test_the_printed_notice_is_a_page_of_its_own(language: str, told: list[str]) -> None:
    place = {
        "rank": 1, "org_unit_id": "A", "name": "A & <B>", "name_zh": "甲", "score": 91.24,
        "band": 1, "rank_from": 1, "rank_to": 2, "change": 2, "strongest": "satisfied_share",
        "weakest": None,
    }  # fmt: skip
    left_out = {
        "org_unit_id": "C", "name": "C", "name_zh": "丙", "known_weight": 0.2,
        "reason": "Too few.", "reason_zh": "案例过少。",
    }  # fmt: skip
    notice = Notice(
        "outlet",
        date(2026, 3, 1),
        pl.DataFrame([place], schema_overrides={"weakest": pl.String}),
        pl.DataFrame([left_out]),
        pl.DataFrame(),
        pl.DataFrame(),
    )
    use(language)
    page = printed(notice, "Small & Co", date(2026, 3, 31))
    use("en")
    assert page.startswith("<!doctype html>")
    assert "Small &amp; Co" in page
    assert '<td class="n">91.2</td>' in page
    assert "<B>" not in page
    assert "http" not in page
    assert [text for text in told if text not in page] == []


@slow
def test_where_no_order_can_be_proven_a_sentence_stands_in_place_of_the_drawing(
    look_at: Callable[..., None],
) -> None:
    night = demo_night()
    look_at(night.home, night.store)
    page = open_page("outlets_and_people", period="2026-W40")
    assert "By this metric no order of the 24 outlets can be proven" in page.texts()
    drawn = [chart.proto.spec for chart in page.app.get("vega_lite_chart")]
    assert drawn and not any(": places" in chart for chart in drawn)
