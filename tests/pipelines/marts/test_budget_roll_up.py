"""Budget against actual by line and unit at every level: worked by hand, and as sums that tie."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.questions.metric_queries import MetricQuery, answer
from tests.pipelines.marts_by_hand import marts_of
from tests.pipelines.small_home import SETTINGS, SmallHome, new_home
from transforms.catalogue import METRICS

pytestmark = pytest.mark.slow


_LEDGER = "entry_id,posted_on,org_unit_id,account_code,amount_minor,currency\n"
_BUDGET = "org_unit_id,account_code,period_start,period_end,amount_minor,currency\n"
_UNITS = "id,parent_id,kind\nHQ,,company\nR,HQ,region\nPD,R,outlet\nPX,R,outlet\n"
_ACCOUNTS = (
    "code,name,name_zh,kind,parent\n"
    "6000,Sales,销售,revenue,\n6001,Fees,运费,revenue,6000\n6002,Boxes,包装,revenue,6000\n"
    "6400,Services,服务,cost,\n6410,Line haul,干线,cost,6400\n6411,Trucks,卡车,cost,6410\n"
    "6600,Rent,租金,expense,\n1001,Bank,银行,asset,\n"
)
_MONEY = ("actual", "budget", "variance")
_TO_DATE = tuple(f"{column}_to_date" for column in _MONEY)
_ROW = ("org_unit_id", "line", "month")

# In yuan: posted on, unit, account, amount.
_POSTED = (
    ("2025-01-05", "PD", "6411", 30),
    ("2025-02-05", "PD", "6001", 100),
    ("2025-03-05", "PD", "6001", 110),
    ("2026-01-05", "PD", "6001", 120),
    ("2026-02-05", "PX", "6001", 50),
    ("2026-02-06", "PD", "6000", 7),
    ("2026-03-05", "PD", "6001", 130),
    ("2026-03-06", "PX", "6411", 44),
    ("2026-03-07", "HQ", "6600", 20),
    ("2026-03-08", "HQ", "1001", 999),
    # Five per cent and less off the budget; a loss; a year whose books begin a month earlier.
    ("2027-05-05", "PD", "6001", 95),
    ("2027-05-05", "PX", "6001", 96),
    ("2027-05-05", "PD", "6600", 105),
    ("2027-05-05", "PX", "6600", 1),
    ("2027-06-05", "PD", "6600", 60),
    ("2028-04-05", "PD", "6001", 20),
    ("2028-05-05", "PD", "6001", 20),
)
# Unit, account, first and last day, amount.
_BUDGETED = (
    ("PD", "6001", "2026-01-01", "2026-01-31", 100),
    ("PD", "6001", "2026-03-01", "2026-03-31", 140),
    ("PX", "6001", "2026-03-01", "2026-03-31", 60),
    ("PX", "6411", "2026-03-01", "2026-03-31", 40),
    ("HQ", "6600", "2026-03-01", "2026-03-31", 20),
    ("PD", "6001", "2027-05-01", "2027-05-31", 100),
    ("PX", "6001", "2027-05-01", "2027-05-31", 100),
    ("PD", "6600", "2027-05-01", "2027-05-31", 100),
    ("PD", "6600", "2027-06-01", "2027-06-30", 80),
)


def home_with_books(
    root: Path,
    posted: Any = _POSTED,
    budgeted: Any = _BUDGETED,
    *,
    accounts: str = _ACCOUNTS,
    settings: str = SETTINGS,
) -> SmallHome:
    """Make a home with these entries and budgets, in yuan."""
    small = new_home(
        root, ("finance_entries", "budget_lines"), {"org_units": _UNITS, "accounts": accounts}
    )
    small.write("settings.toml", settings)
    entries = (
        f"E{number},{on},{unit},{account},{yuan * 100},CNY\n"
        for number, (on, unit, account, yuan) in enumerate(posted)
    )
    lines = (
        f"{unit},{account},{first},{last},{yuan * 100},CNY\n"
        for unit, account, first, last, yuan in budgeted
    )
    small.land("ledger/all.csv", _LEDGER + "".join(entries))
    small.land("budget/all.csv", _BUDGET + "".join(lines))
    return small


def roll_up_of(small: SmallHome, as_of: date = date(2026, 3, 31)) -> pl.DataFrame:
    needed = ("org_unit_tree", "held_rows", "budget_vs_actual", "budget_roll_up")
    return marts_of(small, as_of, needed)["budget_roll_up"]


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return roll_up_of(home_with_books(tmp_path_factory.mktemp("by-hand")))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A home with three years of books and budgets in which many months and lines lack."""
    chance = random.Random(7)
    slots = [
        (f"{year}-{month:02}", unit, account)
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
        for unit in ("HQ", "PD", "PX")
        for account in ("6000", "6001", "6002", "6411", "6600")
    ]
    posted = [
        (f"{month}-05", unit, account, chance.randint(-20, 900))
        for month, unit, account in slots
        if chance.random() < 0.4 and month <= "2026-08"
    ]
    budgeted = [
        (unit, account, f"{month}-01", f"{month}-28", chance.randint(1, 900))
        for month, unit, account in slots
        if chance.random() < 0.4 and month >= "2025-01"
    ]
    return home_with_books(
        tmp_path_factory.mktemp("many"),
        posted,
        budgeted,
        settings=SETTINGS + "fiscal_year_start = 4\n",
    )


@pytest.fixture(scope="module")
def lines(many: SmallHome) -> pl.DataFrame:
    return roll_up_of(many, date(2026, 8, 31))


def row_of(rows: pl.DataFrame, unit: str, line: str, month: date) -> dict[str, Any]:
    (row,) = rows.filter(org_unit_id=unit, line=line, month=month).to_dicts()
    return row


def figures_of(rows: pl.DataFrame, unit: str, line: str, month: date) -> tuple[Any, ...]:
    """Return actual, budget, variance and the year before, of the month and then to date."""
    row = row_of(rows, unit, line, month)
    columns = (*_MONEY, "prior_year_actual", *_TO_DATE, "prior_year_actual_to_date")
    return tuple(None if row[name] is None else float(row[name]) for name in columns)


def test_lines_are_accounts_their_sums_the_kinds_and_the_result(by_hand: pl.DataFrame) -> None:
    shown = by_hand.select("line", "level", "line_kind", "parent_line", "account_code", "position")
    assert shown.unique().sort("position").rows() == [
        ("revenue", "kind", "revenue", None, None, 1),
        ("6000", "group", "revenue", "revenue", None, 2),
        ("6000 own", "account", "revenue", "6000", "6000", 3),
        ("6001", "account", "revenue", "6000", "6001", 4),
        ("cost", "kind", "cost", None, None, 5),
        ("6400", "group", "cost", "cost", None, 6),
        ("6410", "group", "cost", "6400", None, 7),
        ("6411", "account", "cost", "6410", "6411", 8),
        ("expense", "kind", "expense", None, None, 9),
        ("6600", "account", "expense", "expense", "6600", 10),
        ("result", "result", "result", None, None, 11),
    ]


def test_figures_are_those_worked_out_by_hand(by_hand: pl.DataFrame) -> None:
    january, february, march = (date(2026, month, 1) for month in (1, 2, 3))
    assert figures_of(by_hand, "PD", "6001", january) == (
        *(120, 100, 20, None),
        *(120, 100, 20, None),
    )
    # Nothing came in February, and what came before has not gone.
    assert figures_of(by_hand, "PD", "6001", february) == (
        *(0, 0, 0, 100),
        *(120, 100, 20, 100),
    )
    assert figures_of(by_hand, "R", "6000", march) == (
        *(130, 200, -70, 110),
        *(120 + 50 + 7 + 130, 300, 7, 210),
    )
    assert figures_of(by_hand, "HQ", "cost", march) == (44, 40, -4, 0, 44, 40, -4, 30)
    assert figures_of(by_hand, "HQ", "result", march) == (
        *(130 - 44 - 20, 200 - 40 - 20, -74, 110),
        *(307 - 44 - 20, 300 - 40 - 20, 3, 210 - 30),
    )


def test_a_line_of_last_year_stays_beside_this_years_months(by_hand: pl.DataFrame) -> None:
    assert figures_of(by_hand, "PD", "6411", date(2026, 2, 1)) == (0, 0, 0, 0, 0, 0, 0, 30)


def test_rows_say_what_they_are_in_both_languages(by_hand: pl.DataFrame) -> None:
    row = row_of(by_hand, "HQ", "6410", date(2026, 3, 1))
    assert (row["line_name"], row["line_name_zh"]) == ("Line haul", "干线")
    assert (row["fiscal_year"], row["currency"]) == (2026, "CNY")
    result = row_of(by_hand, "HQ", "result", date(2026, 3, 1))
    assert (result["line_name"], result["line_name_zh"]) == ("Result", "利润")
    money = [by_hand.schema[name] for name in (*_MONEY, *_TO_DATE, "prior_year_actual")]
    assert set(money) == {pl.Decimal(18, 2)}


def test_a_variance_is_material_from_five_per_cent_of_the_budget(by_hand: pl.DataFrame) -> None:
    def seen(unit: str, line: str) -> tuple[float | None, bool]:
        row = row_of(by_hand, unit, line, date(2027, 5, 1))
        return row["variance_share"], row["is_material"]

    assert (seen("PD", "6001"), seen("PX", "6001")) == ((-0.05, True), (-0.04, False))
    assert seen("PD", "6600") == (-0.05, True)
    assert seen("PX", "6600") == (None, True)  # nobody had budgeted it


def test_what_is_material_to_date_is_judged_by_the_sums_to_date(by_hand: pl.DataFrame) -> None:
    differ = by_hand.filter(pl.col("budget_to_date") != 0).with_columns(
        share=(pl.col("actual_to_date") - pl.col("budget_to_date")).abs()
        / pl.col("budget_to_date").abs()
    )
    assert differ.filter(pl.col("is_material_to_date") != (pl.col("share") >= 0.05)).is_empty()
    assert differ["is_material_to_date"].n_unique() == 2
    assert not differ.filter("is_material_to_date", ~pl.col("is_material")).is_empty()


def test_a_smaller_loss_than_budgeted_is_a_favourable_share(by_hand: pl.DataFrame) -> None:
    row = row_of(by_hand, "HQ", "result", date(2027, 6, 1))
    assert (row["actual"], row["variance"], row["variance_share"]) == (-60, 20, 0.25)


def test_the_year_before_is_compared_to_date_only_if_its_books_go_back_as_far(
    by_hand: pl.DataFrame,
) -> None:
    row = row_of(by_hand, "PD", "6001", date(2028, 5, 1))
    assert (row["prior_year_actual"], row["prior_year_actual_to_date"]) == (95, None)


def test_an_account_is_no_part_of_one_of_another_kind_nor_taken_for_a_kind(tmp_path: Path) -> None:
    accounts = "code,kind,parent\n1,revenue,\ncost,cost,1\n11,revenue,1\n"
    posted = [("2026-01-05", "PD", "cost", 5), ("2026-01-05", "PD", "11", 9)]
    rows = roll_up_of(home_with_books(tmp_path, posted, [], accounts=accounts))
    assert rows.filter(org_unit_id="PD").select("line", "parent_line", "actual").rows() == [
        ("revenue", None, 9),
        ("1", "revenue", 9),
        ("11", "1", 9),
        ("cost", None, 5),
        ("account cost", "cost", 5),
        ("result", None, 4),
    ]


def test_every_month_unit_and_line_is_there_once(lines: pl.DataFrame) -> None:
    assert lines.select(_ROW).is_duplicated().sum() == 0
    assert lines["level"].unique().sort().to_list() == ["account", "group", "kind", "result"]


def test_lines_add_up_to_the_line_above_them(lines: pl.DataFrame) -> None:
    added = (*_MONEY, *_TO_DATE, "prior_year_actual", "prior_year_actual_to_date")
    of_parts = (
        lines.filter(pl.col("parent_line").is_not_null())
        .group_by("org_unit_id", pl.col("parent_line").alias("line"), "month")
        .agg(pl.col(added).sum())
    )
    whole = lines.join(of_parts, on=_ROW, suffix="_of_parts")
    assert whole.height == lines.filter(pl.col("level").is_in(["kind", "group"])).height
    for column in added:
        assert whole[column].fill_null(0).equals(whole[f"{column}_of_parts"]), column


def test_the_result_is_revenue_less_cost_and_expense(lines: pl.DataFrame) -> None:
    added = ("actual", "budget", *_TO_DATE[:2])
    sign = pl.when(pl.col("line") == "revenue").then(1).otherwise(-1)
    worked = (
        lines.filter(level="kind")
        .group_by("org_unit_id", "month")
        .agg((pl.col(added) * sign).sum(), pl.col("variance").sum())
        .sort("org_unit_id", "month")
    )
    told = lines.filter(level="result").sort("org_unit_id", "month").select(worked.columns)
    assert told.rows() == worked.rows()


def test_units_add_up_to_the_unit_above_them(lines: pl.DataFrame, many: SmallHome) -> None:
    own = pl.DataFrame(
        many.rows("select month, account_code, actual, budget from marts.budget_vs_actual"),
        schema=["month", "account_code", "actual", "budget"],
        orient="row",
    )
    of_all = own.group_by("month", "account_code").agg(pl.col("actual", "budget").sum())
    at_the_top = lines.filter(org_unit_id="HQ", level="account")
    compared = at_the_top.join(of_all, on=["month", "account_code"], suffix="_of_all")
    assert compared.height == of_all.height
    for column in ("actual", "budget"):
        assert (
            compared[column].cast(pl.Float64).equals(compared[f"{column}_of_all"].cast(pl.Float64))
        )
    of_outlets = (
        lines.filter(pl.col("org_unit_id").is_in(["PD", "PX"]))
        .group_by("line", "month")
        .agg(pl.col(_MONEY).sum(), pl.col(_TO_DATE).sum())
    )
    region = lines.filter(org_unit_id="R")
    order = ["line", "month"]
    assert region.select(of_outlets.columns).sort(order).rows() == of_outlets.sort(order).rows()


@pytest.mark.parametrize("kind", ["revenue", "cost", "expense"])
def test_every_figure_is_that_of_its_metric(
    lines: pl.DataFrame, many: SmallHome, kind: str
) -> None:
    with many.stages() as night:
        for column in (*_MONEY, "variance_share"):
            metric = METRICS[f"{kind}_{column}"]
            asked = MetricQuery(metric, by=("org_unit_id",), grain="month", rolled_up=True)
            told = answer(asked, night.warehouse.query).rename({"period": "month"})
            compared = told.filter(pl.col("value").is_not_null()).join(
                lines.filter(line=kind), on=["org_unit_id", "month"], how="left"
            )
            assert compared.height > 40
            # A unit without any figure of a kind has no line of it.
            off = (compared["value"] - compared[column].cast(pl.Float64).fill_null(0)).abs()
            assert off.max() < 1e-9, column


def test_to_date_is_the_running_sum_of_the_fiscal_year(lines: pl.DataFrame) -> None:
    assert lines.filter(month=date(2026, 3, 1))["fiscal_year"].unique().to_list() == [2025]
    running = lines.sort("month").with_columns(
        pl.col(_MONEY).cum_sum().over("org_unit_id", "line", "fiscal_year").name.suffix("_running")
    )
    for column in _MONEY:
        assert running[f"{column}_to_date"].equals(running[f"{column}_running"]), column


def test_a_line_once_begun_is_there_until_the_fiscal_year_ends(lines: pl.DataFrame) -> None:
    months = lines.select("month", "fiscal_year").unique()
    begun = lines.group_by("org_unit_id", "line", "fiscal_year").agg(pl.col("month").min())
    due = begun.join(months, on="fiscal_year").filter(pl.col("month_right") >= pl.col("month"))
    assert due.height == lines.height


def test_the_year_before_is_the_same_month_of_it(lines: pl.DataFrame) -> None:
    before = lines.select(
        "org_unit_id", "line", pl.col("month").dt.offset_by("1y"), pl.col("actual").alias("then")
    )
    compared = lines.join(before, on=_ROW, how="left").filter(pl.col("then").is_not_null())
    assert compared.height > 500
    assert compared["then"].equals(compared["prior_year_actual"].fill_null(Decimal(0)))
