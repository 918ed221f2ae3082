"""Headers of deliveries and of their events."""

from __future__ import annotations

from transforms.mapping.headers.identities import CUSTOMER, ORG_UNIT, UPDATED, WAYBILL
from transforms.mapping.headers.spellings import Spellings, money

DELIVERIES: Spellings = {
    "waybill_no": (*WAYBILL, "单号", "delivery no", "delivery id", "delivery number"),
    "service_level": (
        *("service", "service type", "product", "product type", "service code", "product code"),
        *("产品", "产品类型", "产品名称", "服务类型", "服务产品", "服务等级", "时效产品"),
        *("时效类型", "业务类型", "快递产品"),
    ),
    "org_unit_id": ORG_UNIT,
    "courier_id": (
        *("courier", "courier no", "courier name", "courier code", "driver", "driver id"),
        *("delivered by", "delivery person", "快递员", "快递员工号", "快递员编号", "派件员"),
        *("派件员工号", "派送员", "派送员工号", "投递员", "配送员", "业务员", "小件员"),
    ),
    "origin_region": (
        *("origin", "origin city", "origin province", "from region", "from city", "sender city"),
        *("ship from", "寄件地", "寄件地区", "寄件城市", "寄件省份", "发件城市", "始发地"),
        *("始发城市", "起运地", "发货地"),
    ),
    "destination_region": (
        *("destination", "destination city", "destination province", "to region", "to city"),
        *("receiver city", "recipient city", "ship to", "收件地", "收件地区", "收件城市"),
        *("收件省份", "派送城市", "目的地", "目的城市", "到达地", "收货地"),
    ),
    "is_same_city": (
        *("same city", "intracity", "local delivery"),
        *("是否同城", "同城", "同城标志", "同城件"),
    ),
    "customer_key": CUSTOMER,
    "picked_up_at": (
        *("picked up", "pickup", "pickup time", "pickup at", "pickup date", "collected"),
        *("collected at", "collection time", "collection date", "accepted at"),
        *("acceptance time", "ship date", "shipped at", "shipped on", "sent date"),
        *("揽收时间", "揽收日期", "揽件时间", "收件时间", "取件时间", "收寄时间", "收寄日期"),
        *("寄件时间", "寄件日期", "发货时间", "发货日期"),
    ),
    "promised_at": (
        *("promised", "promised time", "promised on", "promised date", "promise date"),
        *("promised delivery date", "due", "due at", "due date", "due time", "eta"),
        *("expected delivery", "expected delivery date", "expected delivery time"),
        *("estimated delivery", "estimated delivery date", "scheduled delivery date"),
        *("scheduled at", "承诺时间", "承诺日期", "承诺送达时间", "承诺到达时间", "应送达时间"),
        *("应派送时间", "预计送达时间", "预计送达日期", "预计到达时间"),
    ),
    "out_for_delivery_at": (
        *("out for delivery", "out for delivery time", "delivery scan time", "on vehicle at"),
        *("派送时间", "派件时间", "派件出仓时间", "出仓时间", "开始派送时间", "投递时间"),
    ),
    "first_attempt_at": (
        *("first attempt", "first attempt time", "first delivery attempt", "attempted at"),
        *("首次派送时间", "首次投递时间", "首次派件时间", "首派时间", "第一次派送时间"),
    ),
    "delivered_at": (
        *("delivered", "delivered on", "delivered time", "delivered date", "delivery date"),
        *("actual delivery", "actual delivery date", "actual delivery time", "signed at"),
        *("sign time", "delivered to client date", "pod time", "pod date"),
        *("签收时间", "签收日期", "实际签收时间", "妥投时间", "送达时间", "送达日期"),
        "实际送达时间",
    ),
    "attempts": (
        *("attempt count", "delivery attempts", "number of attempts"),
        *("派送次数", "投递次数", "派件次数", "尝试次数"),
    ),
    "status": (
        *("state", "delivery status", "shipment status", "parcel status", "current status"),
        *("状态", "运单状态", "快件状态", "物流状态", "当前状态", "派送状态", "邮件状态"),
    ),
    "exception": (
        *("exception type", "exception code", "exception reason", "problem", "issue type"),
        *("异常", "异常类型", "异常原因", "异常情况", "异常代码", "问题件类型", "问题件原因"),
    ),
    "signed_by": (
        *("signed for by", "signature type", "received by", "signatory"),
        *("签收人", "签收类型", "签收方式", "签收人类型"),
    ),
    # A weight or volume without a unit could be anything: only named units are known.
    "weight_grams": {
        **dict.fromkeys(("weight g", "weight gram", "weight in grams", "grams"), 1),
        **dict.fromkeys(("重量克", "重量g", "计费重量克", "计费重量g"), 1),
        **dict.fromkeys(("weight kg", "weight kilograms", "weight in kg", "kilograms"), 1000),
        **dict.fromkeys(("重量kg", "重量千克", "重量公斤", "计费重量kg", "计费重量公斤"), 1000),
    },
    "volume_cm3": {
        **dict.fromkeys(("volume ccm", "volume in cm3", "体积cm3", "体积立方厘米"), 1),
        **dict.fromkeys(("volume l", "volume litres", "volume liters", "体积升"), 1000),
        **dict.fromkeys(("volume m3", "volume cbm", "体积m3", "体积立方米", "体积方"), 1_000_000),
    },
    "fee_minor": money(
        *("fee", "fees", "delivery fee", "freight", "freight charge", "shipping fee", "postage"),
        *(
            "shipping cost",
            "charge",
            "运费",
            "运费金额",
            "快递费",
            "寄递费",
            "邮费",
            "资费",
            "费用",
        ),
    ),
    "claim_minor": money(
        *("claim", "claims", "claim amount", "claim paid", "indemnity"),
        *("理赔", "理赔金额", "赔付金额", "赔偿金额", "索赔金额", "赔款"),
    ),
    "updated_at": UPDATED,
}

DELIVERY_EVENTS: Spellings = {
    "waybill_no": (*WAYBILL, "单号", "delivery id"),
    "at": (
        *("time", "timestamp", "event time", "event at", "scan time", "scanned at", "date"),
        *("时间", "事件时间", "扫描时间", "操作时间", "轨迹时间", "发生时间"),
    ),
    "event": (
        *("event type", "event code", "status", "scan type", "scan", "activity", "stage"),
        *("事件", "事件类型", "扫描类型", "操作类型", "状态", "轨迹", "轨迹状态", "节点", "环节"),
    ),
    "place": (
        *("location", "event location", "scan location", "facility", "hub", "station", "city"),
        *("地点", "位置", "所在地", "网点", "扫描网点", "操作网点", "所在网点", "中转站"),
    ),
}
