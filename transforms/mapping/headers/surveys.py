"""Headers of surveys."""

from __future__ import annotations

from transforms.mapping.headers.identities import AGENT, ORG_UNIT
from transforms.mapping.headers.spellings import Spellings

SURVEYS: Spellings = {
    "response_id": (
        *("response", "response no", "survey id", "survey no", "answer id", "feedback id"),
        *("evaluation id", "respondent id", "invitation id", "questionnaire id"),
        *("问卷编号", "问卷号", "答卷编号", "答卷id", "评价编号", "评价id", "回访编号"),
        *("回访单号", "调查编号", "样本编号"),
    ),
    "evaluator": (
        *("evaluator type", "respondent type", "rater", "rated by"),
        *("评价人类型", "评价主体", "评价方", "评价者类型", "评价来源", "受访者类型"),
    ),
    "method": (
        *("survey method", "survey mode", "mode", "survey channel", "channel"),
        *("collection method", "调查方式", "评价方式", "回访方式", "调查渠道", "评价渠道"),
        *("问卷渠道", "方式", "渠道"),
    ),
    "subject": (
        *("subject type", "survey subject", "survey type", "survey topic"),
        *("评价对象", "评价对象类型", "评价类型", "调查对象", "调查类型"),
    ),
    "subject_id": (
        *("subject no", "related id", "related no", "ticket id", "ticket no", "case number"),
        *("waybill no", "关联单号", "关联编号", "业务单号", "工单号", "工单编号", "运单号"),
    ),
    "org_unit_id": ORG_UNIT,
    "agent_id": AGENT,
    "sent_at": (
        *("sent", "sent on", "sent time", "sent date", "invited at", "invitation sent at"),
        *("invitation date", "发送时间", "发送日期", "发出时间", "邀请时间", "邀请日期"),
        *("邀评时间", "推送时间", "下发时间"),
    ),
    "answered_at": (
        *("answered", "answered on", "answer time", "responded at", "response date"),
        *("completed at", "submitted at", "submission time", "survey date", "回答时间"),
        *("答复时间", "答题时间", "提交时间", "填写时间", "完成时间", "评价时间", "评价日期"),
        *("回访时间", "回访日期", "调查日期"),
    ),
    "scale_min": ("min score", "minimum score", "scale from", "最低分", "量表下限", "最小分值"),
    "scale_max": (
        *("max score", "maximum score", "scale to", "full score"),
        *("最高分", "满分", "量表上限", "最大分值"),
    ),
    "overall": (
        *("overall score", "overall satisfaction", "satisfaction", "satisfaction score", "csat"),
        *("rating", "score", "满意度", "满意度评分", "总体满意度", "整体满意度", "综合满意度"),
        *("总体评价", "综合评分", "总评分", "评分", "得分"),
    ),
    "attitude": (
        *("attitude score", "courtesy", "friendliness", "politeness", "服务态度", "态度"),
        *("态度评分", "服务态度评分", "态度满意度", "服务态度满意度"),
    ),
    "efficiency": (
        *("efficiency score", "speed", "timeliness", "promptness", "处理效率", "服务效率"),
        *("办理效率", "效率", "效率评分", "效率满意度", "时效评分", "及时性"),
    ),
    "effect": (
        *("effect score", "effectiveness", "resolution quality", "result score", "处理结果"),
        *("处理效果", "解决效果", "服务效果", "效果", "效果评分", "结果满意度"),
    ),
    "recommend": (
        *("nps", "nps score", "likelihood to recommend", "recommendation score"),
        *("推荐度", "推荐意愿", "推荐分", "nps评分", "nps得分"),
    ),
    "weight": ("survey weight", "sample weight", "权重", "样本权重"),
    "comment": (
        *("comments", "remark", "remarks", "feedback", "free text", "verbatim", "suggestion"),
        *("意见", "意见建议", "建议", "评语", "客户意见", "评价内容", "反馈意见", "留言", "备注"),
    ),
}
