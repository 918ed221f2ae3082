"""Deliveries and the stages they pass.

To add a column: a field here and its known headers in transforms/mapping/headers; `sources/*.toml`
may then map it.
"""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from quality.contracts.kind import NOT_BLANK, Contract, Instant, RecordKind
from quality.contracts.rule import Rule
from transforms.refusal import Sentence

DELIVERY_STATUSES = (
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "returned",
    "lost",
    "cancelled",
)
EXCEPTIONS = ("none", "delayed", "lost", "damaged", "wrong_address", "refused", "courier_late")
SIGNERS = ("recipient", "agent", "locker")


class Delivery(Contract):
    """One parcel, in its latest version."""

    waybill_no: pl.String = pa.Field(
        title="运单号", description="Number of the waybill.", str_contains=NOT_BLANK
    )
    service_level: pl.String = pa.Field(
        title="服务产品", description="Service sold, as in service_levels.", str_contains=NOT_BLANK
    )
    org_unit_id: pl.String = pa.Field(
        title="责任网点", description="Outlet that answers for it.", str_contains=NOT_BLANK
    )
    courier_id: pl.String = pa.Field(
        title="快递员", description="Courier or carrier who delivers.", nullable=True
    )
    origin_region: pl.String = pa.Field(
        title="始发地区", description="Region of pick-up.", nullable=True
    )
    destination_region: pl.String = pa.Field(
        title="目的地区", description="Region of delivery.", nullable=True
    )
    is_same_city: pl.Boolean = pa.Field(
        title="是否同城", description="Whether it stays within one city.", nullable=True
    )
    customer_key: pl.String = pa.Field(
        title="客户标识", description="Pseudonym of the customer (HMAC-SHA256).", nullable=True
    )
    picked_up_at: Instant = pa.Field(
        title="揽收时间", description="When the parcel was picked up (UTC).", nullable=True
    )
    promised_at: Instant = pa.Field(
        title="承诺送达时间", description="When delivery was promised (UTC).", nullable=True
    )
    out_for_delivery_at: Instant = pa.Field(
        title="派送时间", description="When it left for the recipient (UTC).", nullable=True
    )
    first_attempt_at: Instant = pa.Field(
        title="首次投递时间", description="When delivery was first tried (UTC).", nullable=True
    )
    delivered_at: Instant = pa.Field(
        title="签收时间", description="When it was handed over (UTC).", nullable=True
    )
    attempts: pl.Int64 = pa.Field(
        title="投递次数", description="Delivery attempts so far.", ge=0, nullable=True
    )
    status: pl.String = pa.Field(
        title="运单状态", description="Where the parcel stands.", isin=DELIVERY_STATUSES
    )
    exception: pl.String = pa.Field(
        title="异常类型", description="What went wrong; none if nothing did.", isin=EXCEPTIONS
    )
    signed_by: pl.String = pa.Field(
        title="签收方式", description="Who or what took it in.", isin=SIGNERS, nullable=True
    )
    weight_grams: pl.Int64 = pa.Field(
        title="重量（克）", description="Weight in grams.", ge=0, nullable=True
    )
    volume_cm3: pl.Int64 = pa.Field(
        title="体积（立方厘米）", description="Volume in cubic centimetres.", ge=0, nullable=True
    )
    fee_minor: pl.Int64 = pa.Field(
        title="运费", description="Fee charged, minor units of money.", ge=0, nullable=True
    )
    claim_minor: pl.Int64 = pa.Field(
        title="理赔金额", description="Claim paid, minor units of money.", ge=0, nullable=True
    )
    updated_at: Instant = pa.Field(
        title="更新时间", description="When this version was written (UTC).", nullable=True
    )
    picked_up_on: pl.Date = pa.Field(
        title="揽收日期", description="Local date of picked_up_at.", nullable=True
    )
    promised_on: pl.Date = pa.Field(
        title="承诺送达日期", description="Local date of promised_at.", nullable=True
    )
    delivered_on: pl.Date = pa.Field(
        title="签收日期", description="Local date of delivered_at.", nullable=True
    )

    @pa.check("picked_up_at", name="or_promised_at_is_present", ignore_na=False)
    @classmethod
    def _a_delivery_has_a_beginning_or_a_promise(cls, deliveries: PolarsData) -> pl.LazyFrame:
        return deliveries.lazyframe.select(
            pl.col("picked_up_at").is_not_null() | pl.col("promised_at").is_not_null()
        )

    @pa.check("delivered_at", name="is_given_when_delivered", ignore_na=False)
    @classmethod
    def _a_delivered_parcel_says_when(cls, deliveries: PolarsData) -> pl.LazyFrame:
        return deliveries.lazyframe.select(
            pl.col("status").ne_missing("delivered") | pl.col("delivered_at").is_not_null()
        )


DELIVERIES = RecordKind(
    "deliveries",
    Delivery,
    title=Sentence("Deliveries", "运单"),
    key=("waybill_no",),
    newest_by="updated_at",
    day="picked_up_on",
    local_dates={
        "picked_up_on": "picked_up_at",
        "promised_on": "promised_at",
        "delivered_on": "delivered_at",
    },
    references={"org_unit_id": "org_units", "service_level": "service_levels"},
    not_before=(
        ("out_for_delivery_at", "picked_up_at"),
        ("first_attempt_at", "picked_up_at"),
        ("delivered_at", "picked_up_at"),
        ("delivered_at", "out_for_delivery_at"),
        ("delivered_at", "first_attempt_at"),
    ),
    defaults={"exception": "none"},
    rules={
        "picked_up_at_or_promised_at_is_present": Rule(
            ("picked_up_at", "promised_at"),
            Sentence(
                "A delivery must have picked_up_at or promised_at",
                "运单必须有揽收时间（picked_up_at）或承诺送达时间（promised_at）",
            ),
        ),
        "delivered_at_is_given_when_delivered": Rule(
            ("status", "delivered_at"),
            Sentence(
                "A delivery with status delivered must have delivered_at",
                "状态为 delivered（已签收）的运单必须有签收时间（delivered_at）",
            ),
        ),
    },
)


class DeliveryEvent(Contract):
    """One stage of a delivery: a scan."""

    waybill_no: pl.String = pa.Field(
        title="运单号", description="The waybill scanned.", str_contains=NOT_BLANK
    )
    at: Instant = pa.Field(title="扫描时间", description="When it was scanned (UTC).")
    event: pl.String = pa.Field(
        title="环节", description="Stage reached, in the source's words.", str_contains=NOT_BLANK
    )
    place: pl.String = pa.Field(
        title="扫描地点", description="Where it was scanned.", nullable=True
    )
    happened_on: pl.Date = pa.Field(
        title="扫描日期", description="Local date of at.", nullable=True
    )


DELIVERY_EVENTS = RecordKind(
    "delivery_events",
    DeliveryEvent,
    title=Sentence("Delivery events", "运单轨迹"),
    key=("waybill_no", "at", "event"),
    day="happened_on",
    local_dates={"happened_on": "at"},
)
