"""Working time: weekly calendars, and the days that differ from them."""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract
from quality.contracts.reference.table import CLOCK, TO_CALENDARS, ReferenceTable, Span
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

_QUARTER_MINUTES = 15


class CalendarInterval(Contract):
    """One stretch of working time on one weekday of a calendar."""

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

    @pa.check("start", "end", name="is_on_a_quarter_hour")
    @classmethod
    def _bounds_lie_on_quarter_hours(cls, intervals: PolarsData) -> pl.LazyFrame:
        return intervals.lazyframe.select(pl.col(intervals.key) % _QUARTER_MINUTES == 0)

    @pa.check("end", name="is_after_start")
    @classmethod
    def _intervals_have_a_length(cls, intervals: PolarsData) -> pl.LazyFrame:
        return intervals.lazyframe.select(pl.col("end") > pl.col("start"))


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
    key=("calendar", "weekday", "start"),
    span=Span(("calendar", "weekday"), "start", "end", includes_last=False),
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
