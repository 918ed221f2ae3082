"""The organisation: its units and the people who may see them."""

from zoneinfo import available_timezones

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract
from quality.contracts.reference.table import (
    ROUND_THE_CLOCK,
    TO_CALENDARS,
    Pointer,
    ReferenceTable,
)
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

ROLES = ("qa", "finance", "operator", "agent")


class OrgUnit(Contract):
    """One outlet, queue, region or other unit of the organisation."""

    id: pl.String = pa.Field(
        title="机构编号", description="The unit as exports call it.", str_contains=NOT_BLANK
    )
    name: pl.String = pa.Field(title="名称", description="Name; the id when empty.")
    name_zh: pl.String = pa.Field(
        title="中文名称", description="Name in Chinese; the name when empty."
    )
    parent_id: pl.String = pa.Field(
        title="上级机构", description="Unit that it belongs to; none at the top.", nullable=True
    )
    kind: pl.String = pa.Field(
        title="机构类型",
        description="Its level: company, region, outlet, queue or a word of one's own; outlet "
        "when empty.",
    )
    region: pl.String = pa.Field(title="地区", description="Region it lies in.", nullable=True)
    time_zone: pl.String = pa.Field(
        title="时区", description="IANA zone; the home's when empty.", nullable=True
    )
    calendar: pl.String = pa.Field(
        title="工作日历", description=f"Its working time; {ROUND_THE_CLOCK} when empty."
    )
    opened_on: pl.Date = pa.Field(
        title="开业日期", description="First day of business.", nullable=True
    )
    closed_on: pl.Date = pa.Field(
        title="停业日期", description="Last day of business.", nullable=True
    )

    @pa.check("time_zone", name="is_a_time_zone")
    @classmethod
    def _zones_exist(cls, units: PolarsData) -> pl.LazyFrame:
        return units.lazyframe.select(pl.col("time_zone").is_in(sorted(available_timezones())))

    @pa.check("closed_on", name="is_not_before_opened_on")
    @classmethod
    def _units_close_after_they_open(cls, units: PolarsData) -> pl.LazyFrame:
        return units.lazyframe.select(pl.col("closed_on") >= pl.col("opened_on"))


ORG_UNITS = ReferenceTable(
    "org_units",
    OrgUnit,
    title=Sentence("Org units", "机构"),
    key=("id",),
    defaults={
        "name": pl.col("id"),
        "name_zh": pl.col("name"),
        "kind": "outlet",
        "calendar": ROUND_THE_CLOCK,
    },
    parent=("parent_id", "id"),
    references={"calendar": TO_CALENDARS},
    rules={
        "time_zone_is_a_time_zone": Rule(
            ("time_zone",),
            Sentence(
                "time_zone must be the name of a zone such as Asia/Shanghai",
                "时区（time_zone）必须是有效的时区名称，例如 Asia/Shanghai",
            ),
        ),
        "closed_on_is_not_before_opened_on": Rule(
            ("opened_on", "closed_on"),
            Sentence(
                "closed_on must not be before opened_on",
                "停业日期（closed_on）不能早于开业日期（opened_on）",
            ),
        ),
    },
)


class Person(Contract):
    """One person who may sign in, with the role and the units that this opens."""

    email: pl.String = pa.Field(
        title="邮箱",
        description="Address that the sign-in reports.",
        str_matches=r"^[^@\s]+@[^@\s]+$",
    )
    name: pl.String = pa.Field(title="姓名", description="Name; the address when empty.")
    role: pl.String = pa.Field(title="角色", description="What the person may do.", isin=ROLES)
    org_unit_id: pl.String = pa.Field(
        title="机构范围",
        description="Unit whose figures the person sees, with all below; all when empty.",
        nullable=True,
    )


PEOPLE = ReferenceTable(
    "people",
    Person,
    title=Sentence("People", "人员"),
    key=("email",),
    defaults={"name": pl.col("email")},
    references={"org_unit_id": Pointer("org_units", "id")},
    rules={
        "email_is_well_formed": Rule(
            ("email",),
            Sentence("email must be an address", "邮箱（email）必须是有效的邮箱地址"),
        ),
    },
)
