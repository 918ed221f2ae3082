"""Words for the values that records carry: channels, kinds, priorities, states.

Values that are an organisation's own (categories, names) are shown as they are. To add a value of a
contract: its words here; a test finds the values that have none.
"""

from __future__ import annotations

import polars as pl

from dashboards.language import told
from transforms.refusal import Sentence

_WORDS = {
    "consultation": Sentence("Consultation", "咨询"),
    "complaint": Sentence("Complaint", "投诉"),
    "request": Sentence("Request", "服务请求"),
    "business": Sentence("Business case", "业务办理"),
    "incident": Sentence("Incident", "故障"),
    "phone": Sentence("Phone", "电话"),
    "email": Sentence("E-mail", "电子邮件"),
    "chat": Sentence("Chat", "在线客服"),
    "app": Sentence("App", "手机应用"),
    "web": Sentence("Website", "网站"),
    "counter": Sentence("Counter", "柜台"),
    "letter_box": Sentence("Letter box", "意见箱"),
    "social": Sentence("Social media", "社交媒体"),
    "sms": Sentence("Text message", "短信"),
    "other": Sentence("Other", "其他"),
    "critical": Sentence("Critical", "特急"),
    "high": Sentence("High", "高"),
    "normal": Sentence("Normal", "普通"),
    "low": Sentence("Low", "低"),
    "open": Sentence("Open", "处理中"),
    "pending_customer": Sentence("Waiting for the customer", "待客户回复"),
    "resolved": Sentence("Resolved", "已解决"),
    "closed": Sentence("Closed", "已关闭"),
    "cancelled": Sentence("Cancelled", "已取消"),
    "paused": Sentence("Paused", "已挂起"),
    "reopened": Sentence("Re-opened", "重新打开"),
    "of_unknown_ticket": Sentence("Of a ticket that no record has", "所属工单无记录"),
    "before_the_ticket": Sentence("Before its ticket was opened", "早于工单受理时间"),
    "pause_without_end": Sentence("A pause that nothing ends", "暂停后未恢复"),
    "of_unknown_waybill": Sentence("Of a waybill that no record has", "所属运单无记录"),
    "before_the_pick_up": Sentence("Before the pick-up", "早于揽收时间"),
    "upheld": Sentence("Upheld", "成立"),
    "not_upheld": Sentence("Not upheld", "不成立"),
    "withdrawn": Sentence("Withdrawn", "已撤回"),
    "undecided": Sentence("Not decided yet", "尚未认定"),
    "picked_up": Sentence("Picked up", "已揽收"),
    "in_transit": Sentence("In transit", "运输中"),
    "hub_in": Sentence("Arrived at hub", "到达分拨中心"),
    "hub_out": Sentence("Left hub", "离开分拨中心"),
    "out_for_delivery": Sentence("Out for delivery", "派送中"),
    "first_attempt": Sentence("First attempt", "首次派送"),
    "attempt": Sentence("Attempt", "派送"),
    "delivered": Sentence("Delivered", "已签收"),
    "returned": Sentence("Returned", "已退回"),
    "lost": Sentence("Lost", "丢失"),
    "none": Sentence("None", "无"),
    "delayed": Sentence("Delayed", "延误"),
    "damaged": Sentence("Damaged", "破损"),
    "wrong_address": Sentence("Wrong address", "地址错误"),
    "refused": Sentence("Refused", "拒收"),
    "courier_late": Sentence("Courier late", "快递员迟到"),
    "recipient": Sentence("Recipient", "本人签收"),
    "agent": Sentence("Agent", "代收点"),
    "locker": Sentence("Locker", "快递柜"),
    "customer": Sentence("Customer", "客户"),
    "internal": Sentence("Internal", "内部评价"),
    "third_party": Sentence("Third party", "第三方"),
    "questionnaire": Sentence("Questionnaire", "问卷"),
    "online": Sentence("Online", "在线"),
    "in_person": Sentence("In person", "当面"),
    "mail": Sentence("Mail", "邮寄"),
    "ticket": Sentence("Ticket", "工单"),
    "delivery": Sentence("Delivery", "快件"),
    "visit": Sentence("Visit", "到访"),
    "general": Sentence("General", "总体"),
    "express": Sentence("Express", "特快"),
    "standard": Sentence("Standard", "标准"),
    "economy": Sentence("Economy", "经济"),
    "training": Sentence("Training", "培训"),
    "safety_inspection": Sentence("Safety inspection", "安全检查"),
    "equipment_maintenance": Sentence("Equipment maintenance", "设备维护"),
    "report_submission": Sentence("Report", "报表报送"),
    "emergency_drill": Sentence("Emergency drill", "应急演练"),
    "audit": Sentence("Audit", "审计"),
    "pass": Sentence("Pass", "合格"),
    "fail": Sentence("Fail", "不合格"),
    "met": Sentence("Kept", "按时"),
    "missed": Sentence("Missed", "超时"),
    "running": Sentence("Running", "计时中"),
    "no_policy": Sentence("No policy", "无时限规则"),
    "no_calendar": Sentence("No calendar", "无工作日历"),
    "no_clock": Sentence("No clock", "无计时项"),
    "first_response": Sentence("First response", "首次响应"),
    "resolution": Sentence("Resolution", "解决"),
    "promise": Sentence("Promise", "承诺"),
    "amber": Sentence("Amber", "黄色预警"),
    "red": Sentence("Red", "红色预警"),
    "revenue": Sentence("Revenue", "收入"),
    "cost": Sentence("Cost", "成本"),
    "expense": Sentence("Expense", "费用"),
    "result": Sentence("Result", "利润"),
    "tickets": Sentence("Tickets", "工单"),
    "ticket_events": Sentence("Ticket events", "工单事件"),
    "deliveries": Sentence("Deliveries", "快件"),
    "delivery_events": Sentence("Delivery events", "快件轨迹"),
    "surveys": Sentence("Surveys", "满意度调查"),
    "finance_entries": Sentence("Ledger entries", "账务分录"),
    "budget_lines": Sentence("Budget lines", "预算"),
    "account_balances": Sentence("Account balances", "科目余额"),
    "duties": Sentence("Duties", "履职事项"),
    "published": Sentence("Published", "已发布"),
    "warned": Sentence("Published with warnings", "已发布（有警告）"),
    "unchanged": Sentence("Nothing new", "无新数据"),
    "held": Sentence("Held back", "已拦截"),
    "failed": Sentence("Failed", "失败"),
    "sources": Sentence("Sources", "数据源"),
    "records": Sentence("Records", "记录"),
    "measures": Sentence("Measures", "度量"),
    "marts": Sentence("Marts", "集市"),
    "release": Sentence("Release", "发布"),
}
# Columns by which figures may be split.
_SPLITS = {
    "org_unit_id": Sentence("Org unit", "机构"),
    "region": Sentence("Region", "地区"),
    "unit_kind": Sentence("Kind of unit", "机构类型"),
    "agent_id": Sentence("Agent", "客服人员"),
    "courier_id": Sentence("Courier", "快递员"),
    "channel": Sentence("Channel", "渠道"),
    "kind": Sentence("Kind", "类型"),
    "priority": Sentence("Priority", "优先级"),
    "category": Sentence("Category", "类别"),
    "opened_weekday": Sentence("Weekday of opening", "新建日为周几"),
    "opened_hour": Sentence("Hour of opening", "新建时段"),
    "age_band": Sentence("Days since opening", "新建以来天数"),
    "service_level": Sentence("Service level", "服务等级"),
    "stage": Sentence("Stage", "环节"),
    "exception": Sentence("Exception", "异常"),
    "evaluator": Sentence("Evaluator", "评价主体"),
    "method": Sentence("Method", "评价方式"),
    "subject": Sentence("Subject", "评价对象"),
    "account_code": Sentence("Account", "科目"),
}
# A stage is named by the events at its two ends; their words are short, so that both fit beside a
# bar.
_BETWEEN_EVENTS = " > "
_STAGE_ENDS = {
    "picked_up": Sentence("Pick-up", "揽收"),
    "in_transit": Sentence("Transit", "在途"),
    "hub_in": Sentence("Hub in", "到分拨"),
    "hub_out": Sentence("Hub out", "离分拨"),
    "out_for_delivery": Sentence("On round", "派送"),
    "first_attempt": Sentence("1st try", "首次投递"),
    "attempt": Sentence("Try", "投递"),
    "delivered": Sentence("Delivered", "签收"),
    "returned": Sentence("Returned", "退回"),
}
# Values that say what they are by their column only.
_SLICE_WORDS = {
    "opened_weekday": {
        "1": Sentence("Monday", "周一"),
        "2": Sentence("Tuesday", "周二"),
        "3": Sentence("Wednesday", "周三"),
        "4": Sentence("Thursday", "周四"),
        "5": Sentence("Friday", "周五"),
        "6": Sentence("Saturday", "周六"),
        "7": Sentence("Sunday", "周日"),
    },
    "opened_hour": {
        f"{hour:02}": Sentence(f"{hour:02}:00–{hour:02}:59", f"{hour:02}:00–{hour:02}:59")
        for hour in range(24)
    },
    "age_band": {
        "00-01": Sentence("0–1 days", "0–1 天"),
        "02-03": Sentence("2–3 days", "2–3 天"),
        "04-07": Sentence("4–7 days", "4–7 天"),
        "08-14": Sentence("8–14 days", "8–14 天"),
        "15-30": Sentence("15–30 days", "15–30 天"),
        "31+": Sentence("31 days and more", "31 天及以上"),
    },
}


def word(value: str | None) -> str:
    """Return the word for a value of a record, or the value itself; empty for none."""
    return told(_WORDS[value]) if value in _WORDS else value or ""


def words(values: pl.Series) -> pl.Series:
    """Return the word for each value of a column, under the column's name."""
    return values.replace({value: word(value) for value in values.unique().drop_nulls()})


def slice_word(column: str, value: str | None) -> str:
    """Return the word for a value of a column by which figures are split."""
    known = _SLICE_WORDS.get(column, {})
    if column == "stage":
        ends = (value or "").split(_BETWEEN_EVENTS)
        return " → ".join(
            told(_STAGE_ENDS[end]) if end in _STAGE_ENDS else word(end) for end in ends
        )
    return told(known[value]) if value in known else word(value)


def split_title(column: str) -> str:
    """Return the name of a column by which figures may be split."""
    return told(_SPLITS[column])
