"""Headers of tickets and of their events."""

from __future__ import annotations

from transforms.mapping.headers.identities import AGENT, CUSTOMER, ORG_UNIT, UPDATED, WAYBILL
from transforms.mapping.headers.spellings import Spellings, money

_TICKET = (
    *("ticket", "ticket no", "ticket number", "case", "case id", "case no", "case number"),
    *("incident", "incident id", "incident no", "incident number"),
    *("工单", "工单号", "工单编号", "工单流水号", "工单id", "工单号码", "受理编号", "受理单号"),
    *("案件编号", "案件号", "投诉编号", "投诉单号", "事件编号", "事件单号", "服务单号"),
)

TICKETS: Spellings = {
    "ticket_id": (
        *_TICKET,
        *("issue id", "issue key", "request id", "request no", "request number", "complaint id"),
        *("complaint no", "complaint number", "reference number", "work order", "work order no"),
        *("业务流水号", "流水号", "登记编号", "问题编号"),
    ),
    "kind": (
        *("ticket type", "ticket kind", "type", "case type", "request type", "issue type"),
        *("工单类型", "工单种类", "业务类型", "受理类型", "服务类型", "诉求类型", "来电类型"),
        *("案件类型", "类型"),
    ),
    "channel": (
        *("contact type", "contact channel", "source channel", "origin", "case origin"),
        *("contact method", "intake channel", "via", "渠道", "受理渠道", "来源渠道", "受理方式"),
        *("来源", "工单来源", "服务渠道", "反映渠道", "投诉渠道", "投诉方式", "进线渠道"),
    ),
    "priority": (
        *("urgency", "severity", "ticket priority", "priority level", "优先级", "优先等级"),
        *("优先级别", "紧急程度", "紧急度", "严重程度", "工单级别"),
    ),
    "category": (
        *("ticket category", "case category", "issue category", "complaint category", "topic"),
        *("problem category", "reason code", "contact reason", "分类", "类别", "问题分类"),
        *("问题类别", "问题类型", "工单分类", "投诉分类", "投诉类别", "投诉类型", "业务分类"),
        *("诉求分类", "投诉内容分类"),
    ),
    "root_cause": (
        *("cause", "root cause code", "cause code"),
        *("resolution code", "原因", "根本原因", "投诉原因", "责任原因", "问题原因", "产生原因"),
        *("原因分类", "归因"),
    ),
    "org_unit_id": ORG_UNIT,
    "agent_id": AGENT,
    "customer_key": CUSTOMER,
    "waybill_no": WAYBILL,
    "status": (
        *("state", "ticket status", "ticket state", "case status", "incident state"),
        *("current status", "状态", "工单状态", "处理状态", "当前状态", "案件状态", "办理状态"),
    ),
    "opened_at": (
        *("opened", "opened on", "open time", "open date", "date opened", "created"),
        *("created at", "created on", "created time", "created date", "create time"),
        *("creation time", "creation date", "date created", "submitted at", "submit time"),
        *("reported at", "received at", "date received", "start time", "call time"),
        *("受理时间", "受理日期", "创建时间", "创建日期", "建单时间", "工单创建时间", "来电时间"),
        *("登记时间", "登记日期", "提交时间", "投诉时间", "投诉日期", "接单时间", "进线时间"),
        *("反映时间", "发生时间"),
    ),
    "first_response_at": (
        *("first response", "first response time", "first responded at", "first reply at"),
        *("first reply time", "responded at", "first contact at", "首次响应时间", "首次回复时间"),
        *("首响时间", "首次联系时间", "首次联系客户时间", "首次处理时间", "首次回访时间"),
    ),
    "promised_at": (
        *("promised", "promised time", "promised date", "due", "due at", "due date", "due time"),
        *("deadline", "sla due", "sla due at", "target time", "resolve by", "承诺时间"),
        *("承诺完成时间", "承诺回复时间", "要求完成时间", "截止时间", "到期时间", "应办结时间"),
        "应完成时间",
    ),
    "resolved_at": (
        *("resolved", "resolved on", "resolved time", "resolved date", "resolution date"),
        *("date resolved", "solved at", "solved on", "completed at", "解决时间", "解决日期"),
        *("处理完成时间", "处理完毕时间", "完成时间", "办结时间", "办结日期"),
    ),
    "closed_at": (
        *("closed", "closed on", "closed time", "close time", "closed date", "close date"),
        *("date closed", "关闭时间", "关闭日期", "工单关闭时间", "关单时间", "结案时间"),
        *("结案日期", "完结时间", "归档时间", "结束时间"),
    ),
    "reopened_count": (
        *("reopen count", "reopens", "times reopened", "number of reopens"),
        *("重开次数", "重新打开次数", "重启次数", "重复打开次数"),
    ),
    "reassigned_count": (
        *("reassignment count", "reassign count", "reassignments", "times reassigned"),
        *("transfers", "transfer count", "number of transfers", "转派次数", "改派次数"),
        *("转办次数", "转单次数", "流转次数", "重新分派次数"),
    ),
    "agent_replies": (
        *("replies", "reply count", "agent reply count", "number of replies", "public replies"),
        *("回复次数", "坐席回复次数", "客服回复次数", "联系次数"),
    ),
    "is_escalated": (
        *("escalated", "escalation", "escalation flag", "escalated flag"),
        *("是否升级", "升级", "升级标志", "是否升级投诉", "升级投诉", "已升级"),
    ),
    "outcome": (
        *("complaint outcome", "verdict", "finding", "decision", "complaint result"),
        *("是否属实", "是否有责", "投诉结论", "投诉结果", "核查结果", "核实结果", "认定结果"),
        *("调查结论", "责任认定"),
    ),
    "compensation_minor": money(
        *("compensation", "compensation amount", "compensation paid", "refund amount", "goodwill"),
        *("赔偿", "赔偿金额", "赔付金额", "补偿", "补偿金额", "赔款"),
    ),
    "source_met_sla": (
        *("made sla", "met sla", "sla met", "within sla", "in sla", "sla status", "sla result"),
        *("on time", "是否达标", "是否及时", "是否按时", "是否按时完成", "是否在时限内"),
        *("时效达标", "sla是否达标", "sla达标"),
    ),
    "updated_at": UPDATED,
}

TICKET_EVENTS: Spellings = {
    "ticket_id": _TICKET,
    "at": (
        *("time", "timestamp", "event time", "event at", "occurred at", "changed at", "date"),
        *("时间", "事件时间", "操作时间", "变更时间", "流转时间", "发生时间", "处理时间"),
    ),
    "status": (
        *("state", "new status", "new state", "to status", "event", "ticket status"),
        *("状态", "新状态", "工单状态", "变更后状态", "处理状态", "事件", "操作"),
    ),
    "actor": (*AGENT, "user", "by", "changed by", "actor id", "操作人", "操作员", "变更人"),
}
