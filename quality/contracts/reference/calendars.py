"""Working time: weekly calendars in their versions, and the days that differ from them."""

from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract
from quality.contracts.reference.table import CLOCK, TO_CALENDARS, ReferenceTable, Span
from quality.contracts.rule import Rule
from transforms.holidays import KNOWN_COUNTRIES
from transforms.refusal import Sentence

_QUARTER_MINUTES = 15


class CalendarInterval(Contract):
    """One stretch of working time on one weekday of a calendar, for as long as it is in force."""

    calendar: pl.String = pa.Field(
        title="日历", description="Name of the calendar.", str_contains=NOT_BLANK
    )
    weekday: pl.Int64 = pa.Field(
        title="星期", description="1 = Monday to 7 = Sunday.", in_range=(1, 7)
    )
    start: pl.Int64 = pa.Field(
        title="开始",
        description="Minutes after midnight when it begins, written HH:MM.",
        metadata=CLOCK,
    )
    end: pl.Int64 = pa.Field(
        title="结束",
        description="Minutes after midnight when it ends, written HH:MM; 24:00 is midnight.",
        metadata=CLOCK,
    )
    country: pl.String = pa.Field(
        title="国家",
        description="ISO 3166 code of the country whose public holidays apply, the same on all "
        "rows of a calendar; none when empty.",
        nullable=True,
    )
    effective_from: pl.Date = pa.Field(
        title="生效日期", description="First day in force; always when empty.", nullable=True
    )
    effective_to: pl.Date = pa.Field(
        title="失效日期", description="Last day in force; for good when empty.", nullable=True
    )

    @pa.check("start", "end", name="is_on_a_quarter_hour")
    @classmethod
    def _bounds_lie_on_quarter_hours(cls, intervals: PolarsData) -> pl.LazyFrame:
        return intervals.lazyframe.select(pl.col(intervals.key) % _QUARTER_MINUTES == 0)

    @pa.check("end", name="is_after_start")
    @classmethod
    def _intervals_have_a_length(cls, intervals: PolarsData) -> pl.LazyFrame:
        return intervals.lazyframe.select(pl.col("end") > pl.col("start"))

    @pa.check("country", name="is_known")
    @classmethod
    def _countries_have_public_holidays(cls, intervals: PolarsData) -> pl.LazyFrame:
        return intervals.lazyframe.select(pl.col("country").is_in(KNOWN_COUNTRIES))

    @pa.check("country", name="is_the_same_throughout", ignore_na=False)
    @classmethod
    def _a_calendar_is_in_one_country(cls, intervals: PolarsData) -> pl.LazyFrame:
        country = pl.col("country")
        first = country.first().over(pl.col("calendar"))
        return intervals.lazyframe.select(country.eq_missing(first))

    @pa.check("effective_to", name="is_not_before_effective_from")
    @classmethod
    def _versions_last_a_day_or_more(cls, intervals: PolarsData) -> pl.LazyFrame:
        return intervals.lazyframe.select(pl.col("effective_to") >= pl.col("effective_from"))

    @pa.check("effective_to", name="leaves_no_gap")
    @classmethod
    def _versions_follow_one_another(cls, intervals: PolarsData) -> pl.LazyFrame:
        """Return false for the last row, by its first day, before days that no row covers."""
        first = pl.col("effective_from").fill_null(date.min)
        last = pl.col("effective_to").fill_null(date.max)
        covered_to = last.cum_max().over("calendar", order_by=first)
        next_first = first.shift(-1).over("calendar", order_by=first)
        is_gapless = next_first.dt.offset_by("-1d") <= covered_to
        return intervals.lazyframe.select(is_gapless.fill_null(True))


def _on_a_quarter_hour(bound: str, title: str) -> Rule:
    return Rule(
        (bound,),
        Sentence(
            f"{bound} must be on a quarter hour such as 08:30 or 08:45",
            f"{title}（{bound}）必须落在整刻钟上，例如 08:30 或 08:45",
        ),
    )


CALENDARS = ReferenceTable(
    "calendars",
    CalendarInterval,
    title=Sentence("Calendars", "工作日历"),
    key=("calendar", "weekday", "start", "effective_from"),
    span=Span(
        ("calendar", "weekday"),
        "start",
        "end",
        includes_last=False,
        in_force=("effective_from", "effective_to"),
    ),
    rules={
        "start_is_on_a_quarter_hour": _on_a_quarter_hour("start", "开始"),
        "end_is_on_a_quarter_hour": _on_a_quarter_hour("end", "结束"),
        "end_is_after_start": Rule(
            ("start", "end"),
            Sentence(
                "end must be after start (split a stretch that passes midnight into two rows)",
                "结束（end）必须晚于开始（start），跨零点的时段请拆成两行",
            ),
        ),
        "country_is_known": Rule(
            ("country",),
            Sentence(
                "country must be the ISO 3166 code, in two capital letters such as CN, of a "
                "country whose public holidays are known",
                "国家（country）必须是两个大写字母的 ISO 3166 代码（例如 CN），"
                "且该国的公共假日为系统所知",
            ),
        ),
        "country_is_the_same_throughout": Rule(
            ("calendar", "country"),
            Sentence(
                "country must be the same on every row of a calendar",
                "同一日历各行的国家（country）必须相同",
            ),
        ),
        "effective_to_is_not_before_effective_from": Rule(
            ("effective_from", "effective_to"),
            Sentence(
                "effective_to must not be before effective_from",
                "失效日期（effective_to）不能早于生效日期（effective_from）",
            ),
        ),
        "effective_to_leaves_no_gap": Rule(
            ("calendar", "effective_from", "effective_to"),
            Sentence(
                "no day may be left out between two versions of a calendar: the next must begin "
                "on the day after effective_to",
                "同一日历的两个版本之间不能空缺日期：下一版本须从失效日期（effective_to）的次日起生效",
            ),
        ),
    },
)


class Holiday(Contract):
    """One date on which a calendar, or every calendar of a country, differs from its weekday."""

    calendar: pl.String = pa.Field(
        title="日历", description="Calendar that differs; or give a country.", nullable=True
    )
    country: pl.String = pa.Field(
        title="国家", description="ISO 3166 code whose calendars differ.", nullable=True
    )
    date: pl.Date = pa.Field(title="日期", description="The day.")
    name: pl.String = pa.Field(title="名称", description="What day it is.", nullable=True)
    is_working: pl.Boolean = pa.Field(
        title="是否上班", description="True for a make-up workday; false when empty."
    )
    provisional: pl.Boolean = pa.Field(
        title="是否暂定", description="Not yet announced officially; false when empty."
    )

    @pa.check("calendar", name="or_country_is_present", ignore_na=False)
    @classmethod
    def _a_holiday_is_somewhere(cls, holidays: PolarsData) -> pl.LazyFrame:
        return holidays.lazyframe.select(
            pl.col("calendar").is_not_null() | pl.col("country").is_not_null()
        )


HOLIDAYS = ReferenceTable(
    "holidays",
    Holiday,
    title=Sentence("Holidays", "节假日"),
    key=("calendar", "country", "date"),
    defaults={"is_working": False, "provisional": False},
    references={"calendar": TO_CALENDARS},
    rules={
        "calendar_or_country_is_present": Rule(
            ("calendar", "country"),
            Sentence(
                "a holiday must have a calendar or a country",
                "节假日必须填写日历（calendar）或国家（country）",
            ),
        ),
    },
)
