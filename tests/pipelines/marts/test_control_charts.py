"""The marts of control charts, from half a year of parcels: limits, phases, targets, signals.

Of PD's 42 parcels a week 6 or 7 are late, from the week of 9 March on 21: a third less in time.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from dagster import build_asset_context

from pipelines.decisions import Series, accept_rebase, undo_rebase
from pipelines.marts.control_charts import control_points
from pipelines.marts.figures import org_unit_tree
from quality.contracts import RECORD_KINDS
from tests.pipelines.small_home import REFERENCE, SmallHome, measure, new_home, take_up

pytestmark = pytest.mark.slow  # takes up a home

FIRST = date(2025, 9, 1)  # a Monday
WEEKS, STEADY = 30, 27
FLOODED_FROM = FIRST + timedelta(weeks=STEADY)
AS_OF = FIRST + timedelta(weeks=WEEKS, days=-1)
ON_TIME = Series("delivery_on_time_share", "PD", "week")
Tables = dict[str, pl.DataFrame]
_TABLES = ("control_points", "control_series", "signals")
_TARGETS = (
    "metric,org_unit_id,target,effective_from\n"
    "delivery_on_time_share,,0.99,\n"
    "delivery_on_time_share,HQ,0.5,2025-01-01\n"
    "delivery_on_time_share,PD,0.2,2024-01-01\n"
    "delivery_on_time_share,PD,0.8,2025-01-01\n"
    "delivery_on_time_share,PD,0.1,2027-01-01\n"
    "lost_per_million,,1000,\n"
)
_RULES = (
    "rule_id,metric,scope,grain,direction,amber,red,owner\n"
    "b,delivery_on_time_share,outlet,month,below,0.9,0.8,Ms Second\n"
    "a,delivery_on_time_share,outlet,week,below,0.9,0.8,Ms First\n"
    "c,lost_per_million,outlet,month,above,1,9,Mr Lost\n"
)
_PEOPLE = "email,role,org_unit_id\nqa@hq.example,qa,HQ\nqa@pd.example,qa,PD\n"


def parcels() -> str:
    """Return the landed parcels: 42 a week at PD; 7 at PX, all in time, one lost every week."""
    lines = [
        "waybill_no,service_level,org_unit_id,picked_up_at,promised_at,delivered_at,status,exception"
    ]

    def add(unit: str, day: date, number: int, *, late: bool, exception: str = "none") -> None:
        # Promised for the evening of the same day, so that weeks of pick-up and promise agree.
        delivered = day + timedelta(days=late)
        lines.append(
            f"{unit}{day:%y%m%d}{number},express,{unit},{day} 08:00,{day} 18:00,"
            f"{delivered} 12:00,delivered,{exception}"
        )

    for week in range(WEEKS):
        late = 6 + week % 2 if week < STEADY else 21
        for place in range(42):
            day = FIRST + timedelta(weeks=week, days=place % 7)
            add("PD", day, place, late=place < late)
        for place in range(7):
            day = FIRST + timedelta(weeks=week, days=place)
            is_lost = place == week % 3
            add("PX", day, place, late=False, exception="lost" if is_lost else "none")
    return "\n".join(lines) + "\n"


def made(small: SmallHome) -> Tables:
    """Make the marts of `small` as they are after a night, and return them."""
    with small.stages(AS_OF) as night:
        context = build_asset_context(resources={"night": night})
        control_points(context)
        return {name: night.warehouse.query(f"from marts.{name}") for name in _TABLES}


def taken_up(root: Path, landed: str | None) -> SmallHome:
    reference = {**REFERENCE, "targets": _TARGETS, "kri_rules": _RULES, "people": _PEOPLE}
    small = new_home(root, reference=reference)
    if landed:
        small.land("deliveries/all.csv", landed)
    with small.stages(AS_OF) as night:
        take_up(night, tuple(RECORD_KINDS))
        measure(night)
        org_unit_tree(build_asset_context(resources={"night": night}))
    return small


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    return taken_up(tmp_path_factory.mktemp("charts"), parcels())


@pytest.fixture(scope="module")
def tables(small: SmallHome) -> Tables:
    return made(small)


def chart(tables: Tables, series: Series = ON_TIME) -> pl.DataFrame:
    return tables["control_points"].filter(_is(series)).sort("period", "number")


def facts(tables: Tables, series: Series = ON_TIME) -> dict:
    return tables["control_series"].filter(_is(series)).row(0, named=True)


def _is(series: Series) -> pl.Expr:
    return pl.all_horizontal(pl.col(name) == value for name, value in series._asdict().items())


def test_a_week_is_a_point_with_limits_from_the_first_twenty(tables: Tables) -> None:
    points = chart(tables)
    assert points.height == WEEKS
    first, last = points.row(0, named=True), points.row(-1, named=True)
    assert (first["period"], first["phase"], first["number"]) == (FIRST, 1, 1)
    assert (first["value"], first["numerator"], first["denominator"]) == (36 / 42, 36, 42)
    assert points["is_baseline"].to_list() == [True] * 20 + [False] * 10
    assert points["centre"].to_list() == pytest.approx([35.5 / 42] * WEEKS)
    assert last["value"] == 0.5 < last["lower"]
    assert (last["rule"], last["side"], last["verdict"]) == ("beyond_limit", "low", "concern")
    assert points["rule"].head(STEADY).is_null().all()
    assert not points["is_provisional"].any()


def test_months_are_charted_beside_but_one_grain_only_is_watched(tables: Tables) -> None:
    series = tables["control_series"].filter(
        pl.col("metric") == ON_TIME.metric, pl.col("org_unit_id") == "PD"
    )
    grains = dict(series.select("grain", "is_watched").rows())
    assert grains == {"week": True, "month": False}
    assert facts(tables, ON_TIME._replace(grain="month"))["is_provisional"]


def test_each_series_with_points_has_one_row_and_no_other(tables: Tables) -> None:
    keys = ["metric", "org_unit_id", "grain"]
    series = tables["control_series"]
    counted = tables["control_points"].group_by(keys).agg(pl.len().cast(pl.Int64).alias("points"))
    assert series.select(keys).is_unique().all()
    listed = series.select(*keys, pl.col("points").cast(pl.Int64))
    assert listed.sort(keys).equals(counted.sort(keys))
    watched = series.filter("is_watched")
    assert watched.select("metric", "org_unit_id").is_unique().all()


def test_values_and_limits_are_in_the_unit_of_the_metric(tables: Tables) -> None:
    lost = Series("lost_per_million", "HQ", "week")
    points = chart(tables, lost)
    # What is lost is found out within a week: of the newest one it is not yet known.
    assert points["value"].to_list() == pytest.approx([1e6 / 49] * (WEEKS - 1))
    assert points["period"].max() == AS_OF - timedelta(days=13)
    assert facts(tables, lost)["centre"] == pytest.approx(1e6 / 49)
    assert points["centre"].to_list() == pytest.approx([1e6 / 49] * (WEEKS - 1))


def test_between_events_values_and_limits_are_numbers_of_others(tables: Tables) -> None:
    lost = Series("lost_per_million", "PX", "event")
    points = chart(tables, lost)
    # Every third week the loss is two days earlier, otherwise a day later: 5, 8 and 8 days apart.
    assert points["value"].to_list()[:3] == [7, 7, 4]
    assert points["chart"].unique().to_list() == ["g"]
    series = facts(tables, lost)
    assert series["is_watched"]
    assert series["centre"] == points["centre"][-1]
    assert (series["lower"], series["upper"]) == (points["lower"][-1], points["upper"][-1])
    assert 4 < series["centre"] < 8
    assert series["lower"] == 0 < series["centre"] < series["upper"] < 100


@pytest.mark.parametrize(
    ("unit", "target", "assured"),
    [("PD", 0.8, "hit_or_miss"), ("PX", 0.5, None), ("HQ", 0.5, None)],
)
def test_a_target_is_the_nearest_above_and_the_newest_in_force(
    tables: Tables, unit: str, target: float, assured: str | None
) -> None:
    series = facts(tables, ON_TIME._replace(org_unit_id=unit))
    assert series["target"] == target
    if assured:
        assert series["assurance"] == assured
    elsewhere = facts(tables, Series("lost_per_million", unit, "week"))
    assert elsewhere["target"] == 1000


def test_a_series_without_spread_has_no_limits_and_no_signals(tables: Tables) -> None:
    steady = chart(tables, ON_TIME._replace(org_unit_id="PX"))
    assert steady["value"].unique().to_list() == [1.0]
    assert steady.select("lower", "upper", "rule").null_count().row(0) == (WEEKS,) * 3


def test_the_flood_is_one_cause_led_by_the_highest_unit_that_shows_it(tables: Tables) -> None:
    signals = tables["signals"].filter(
        pl.col("metric") == ON_TIME.metric, pl.col("side") == "low", pl.col("is_open")
    )
    by_unit = {row["org_unit_id"]: row for row in signals.iter_rows(named=True)}
    assert by_unit.keys() == {"PD", "HQ"}
    assert by_unit["PD"]["cause_id"] == by_unit["HQ"]["cause_id"]
    (leading,) = tables["signals"].filter(
        "is_leading", pl.col("signal_id") == by_unit["PD"]["cause_id"]
    )["org_unit_id"]
    assert leading == "HQ"
    flood = by_unit["PD"]
    assert flood["first_period"] == FLOODED_FROM
    assert flood["known_on"] == FLOODED_FROM + timedelta(days=6)
    assert (flood["last_period"], flood["last_on"]) == (AS_OF - timedelta(days=6), AS_OF)
    assert (flood["points"], flood["verdict"], flood["chart"]) == (3, "concern", "p_prime")
    assert (flood["value"], flood["numerator"], flood["denominator"]) == (0.5, 21, 42)


def test_a_cause_that_is_still_open_is_led_by_a_signal_that_is(tables: Tables) -> None:
    signals = tables["signals"]
    led = signals.join(
        signals.select(pl.col("signal_id").alias("cause_id"), "is_open"),
        on="cause_id",
        suffix="_of_leader",
    )
    hidden = led.filter("is_open", ~pl.col("is_open_of_leader"))
    assert hidden["sentence"].to_list() == []


def test_a_signal_has_an_owner_by_warning_rules_else_by_people(tables: Tables) -> None:
    owners = tables["signals"].select("metric", "org_unit_id", "owner").unique()
    assert owners.height == owners.select("metric", "org_unit_id").n_unique()
    by_rule = owners.filter(pl.col("metric") == ON_TIME.metric)
    assert dict(by_rule.select("org_unit_id", "owner").rows()) == {
        "PD": "Ms First",
        "HQ": "Ms First",
    }
    others = owners.filter(~pl.col("metric").is_in([ON_TIME.metric, "lost_per_million"]))
    assert set(others.select("org_unit_id", "owner").rows()) == {
        ("PD", "qa@pd.example"),
        ("HQ", "qa@hq.example"),
    }


def test_every_signal_is_told_in_both_languages(tables: Tables) -> None:
    signals = tables["signals"]
    assert signals.height
    for column in ("sentence", "sentence_zh"):
        assert signals[column].str.len_chars().min() > 10
    assert signals["signal_id"].is_unique().all()
    assert signals.filter("is_leading")["cause_id"].is_unique().all()


@pytest.fixture
def rebased(small: SmallHome) -> SmallHome:
    """The same home with new limits accepted for PD from the flood on; undone afterwards."""
    file = small.home.decisions
    accept_rebase(file, ON_TIME, FLOODED_FROM, by="Ms Wu", reason="The depot moved.")
    yield small
    undo_rebase(file, ON_TIME, FLOODED_FROM, by="Ms Wu", reason="It moved back.")


def test_an_accepted_rebase_begins_a_phase_with_limits_of_its_own(rebased: SmallHome) -> None:
    after = made(rebased)
    points = chart(after)
    assert points["phase"].to_list() == [1] * STEADY + [2] * (WEEKS - STEADY)
    assert points["number"].to_list()[STEADY - 1 :] == [STEADY, 1, 2, 3]
    new = points.filter(pl.col("phase") == 2)
    assert new["centre"].unique().to_list() == [0.5]
    assert new["is_provisional"].all()
    assert new["is_baseline"].all()
    assert new["rule"].is_null().all()
    series = facts(after)
    assert (series["phase"], series["centre"], series["is_provisional"]) == (2, 0.5, True)
    assert series["assurance"] is None


def test_a_rebase_changes_its_own_series_only(rebased: SmallHome, tables: Tables) -> None:
    after = made(rebased)
    for name in ("control_points", "control_series"):
        others = [each.filter(~_is(ON_TIME)) for each in (tables[name], after[name])]
        keys = [key for key in ("metric", "org_unit_id", "grain", "period") if key in others[0]]
        assert others[0].sort(keys).equals(others[1].sort(keys))
    gone = after["signals"].filter(_is(ON_TIME), pl.col("first_period") >= FLOODED_FROM)
    assert gone.is_empty()


def test_two_rebases_make_three_phases_and_undoing_all_brings_everything_back(
    small: SmallHome, tables: Tables
) -> None:
    file, moved = small.home.decisions, FIRST + timedelta(weeks=14)
    before = [name for name in _TABLES if tables[name].height]
    for day in (FLOODED_FROM, moved):
        accept_rebase(file, ON_TIME, day, by="Ms Wu", reason="Moved.")
    phases = chart(made(small))["phase"].to_list()
    assert phases == [1] * 14 + [2] * (STEADY - 14) + [3] * (WEEKS - STEADY)
    undo_rebase(file, ON_TIME, FLOODED_FROM, by="Ms Wu", reason="Not yet.")
    assert chart(made(small))["phase"].to_list() == [1] * 14 + [2] * (WEEKS - 14)
    undo_rebase(file, ON_TIME, moved, by="Ms Wu", reason="Never.")
    again = made(small)
    for name in before:
        assert again[name].sort(pl.all()).equals(tables[name].sort(pl.all())), name


def test_a_home_without_records_has_empty_marts_of_the_same_columns(
    tmp_path: Path, tables: Tables
) -> None:
    empty = made(taken_up(tmp_path, None))
    for name in _TABLES:
        assert empty[name].is_empty()
        assert empty[name].columns == tables[name].columns
