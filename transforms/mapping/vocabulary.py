"""Words that exports use for our enumerated values and truth values, in English and Chinese.

To add one: its spelling beside the canonical value of its column; case, spaces, underscores,
punctuation and full-width forms need no entries of their own, nor does the canonical value.
A word that organisations use for different values (紧急 is the highest grade here and the second
there; 已完成 is resolved or closed) is left out: the source's `values` must say what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

import polars as pl

from transforms.mapping.headers import fold
from transforms.source_definition import KindName

_Words: TypeAlias = Mapping[str, tuple[str, ...]]

_TICKET_STATUS: _Words = {
    "open": (
        *("new", "opened", "active", "in progress", "work in progress", "assigned"),
        *("未处理", "待处理", "处理中", "受理中", "已受理", "新建", "进行中", "待受理"),
    ),
    "pending_customer": (
        *("pending", "waiting for customer", "pending user", "awaiting customer"),
        *("awaiting user info", "待客户", "待客户回复", "等待客户", "等待客户回复", "待用户确认"),
        "待客户确认",
    ),
    "resolved": ("solved", "已解决", "解决", "已处理", "处理完成"),
    "closed": ("已关闭", "关闭", "已结案", "结案", "已办结", "办结", "已完结", "完结", "已归档"),
    "cancelled": (
        "canceled",
        "void",
        "已取消",
        "取消",
        "已撤销",
        "已撤单",
        "撤单",
        "作废",
        "已作废",
    ),
}

_VOCABULARY: Mapping[KindName, Mapping[str, _Words]] = {
    "tickets": {
        "kind": {
            "consultation": ("enquiry", "inquiry", "question", "咨询", "查询", "业务咨询"),
            "complaint": ("grievance", "投诉", "客诉", "客户投诉", "申诉"),
            "request": ("service request", "请求", "服务请求", "需求", "申请", "求助"),
            "business": ("business case", "业务", "业务办理", "办理业务"),
            "incident": ("fault", "outage", "事件", "故障", "报障", "故障申报"),
        },
        "channel": {
            "phone": (
                *("telephone", "call", "phone call", "voice", "hotline", "call center"),
                *("call centre", "电话", "来电", "热线", "客服热线", "电话热线", "呼叫中心"),
            ),
            "email": ("邮件", "电子邮件", "电邮", "邮箱"),
            "chat": ("live chat", "web chat", "instant message", "im", "在线客服", "在线聊天"),
            "app": ("mobile app", "手机app", "客户端", "手机客户端", "app客户端"),
            "web": ("website", "web form", "portal", "self service", "网站", "官网", "网页"),
            "counter": (
                *("branch", "walk in", "in person", "front desk", "柜台", "柜面", "营业厅"),
                *("网点", "门店", "窗口", "现场"),
            ),
            "letter_box": ("letter", "信函", "来信", "信件", "意见箱", "信箱"),
            "social": (
                *("social media", "wechat", "weibo", "facebook", "twitter", "x twitter"),
                *("社交媒体", "微信", "微博", "公众号", "微信公众号"),
            ),
            "sms": ("text message", "短信"),
            "other": ("其他", "其它", "其他渠道"),
        },
        "priority": {
            "critical": ("urgent", "p1", "1 critical", "highest", "特急", "非常紧急", "最高"),
            "high": ("p2", "2 high", "高", "加急", "高优先级"),
            "normal": (
                *("medium", "moderate", "standard", "p3", "3 moderate", "中", "中等", "一般"),
                *("普通", "正常", "中优先级"),
            ),
            "low": ("p4", "4 low", "低", "不急", "低优先级"),
        },
        "status": {
            **_TICKET_STATUS,
            "open": (*_TICKET_STATUS["open"], "reopened", "已重开", "重新打开"),
        },
        "outcome": {
            "upheld": ("justified", "valid", "founded", "属实", "成立", "有责", "是"),
            "not_upheld": (
                *("unjustified", "invalid", "unfounded", "rejected", "不属实", "不成立"),
                *("无责", "否"),
            ),
            "withdrawn": ("撤诉", "已撤诉", "客户撤诉", "撤回", "已撤回"),
        },
    },
    "ticket_events": {
        "status": {
            **_TICKET_STATUS,
            "paused": ("on hold", "suspended", "挂起", "已挂起", "暂停", "已暂停"),
            "reopened": ("重开", "已重开", "重新打开", "重启"),
        }
    },
    "deliveries": {
        "status": {
            "picked_up": (
                "collected",
                "accepted",
                "已揽收",
                "揽收",
                "已收件",
                "已取件",
                "已收寄",
                "收寄",
            ),
            "in_transit": ("shipped", "运输中", "在途", "在途中", "转运中", "运送中"),
            "out_for_delivery": ("派送中", "派件中", "配送中", "投递中"),
            "delivered": ("signed", "已签收", "签收", "已妥投", "妥投", "已送达", "送达"),
            "returned": ("return to sender", "已退回", "退回", "已退件", "退件", "退签", "返件"),
            "lost": ("missing", "丢失", "已丢失", "遗失", "丢件", "灭失"),
            "cancelled": ("canceled", "已取消", "取消", "撤单", "已撤单"),
        },
        "exception": {
            "none": ("no", "normal", "ok", "no exception", "无", "正常", "无异常"),
            "delayed": ("delay", "late", "延误", "延迟", "超时", "晚点"),
            "lost": ("loss", "missing", "丢失", "遗失", "丢件", "灭失"),
            "damaged": ("damage", "broken", "破损", "损坏", "损毁"),
            "wrong_address": (
                *("bad address", "incorrect address", "invalid address", "address error"),
                *("地址错误", "地址不详", "地址有误", "错址"),
            ),
            "refused": ("refusal", "rejected", "拒收", "拒签", "客户拒收"),
            "courier_late": ("late courier", "快递员迟到", "派件迟到", "取件超时"),
        },
        "signed_by": {
            "recipient": (
                *("addressee", "consignee", "receiver", "customer", "self"),
                *("本人", "本人签收", "收件人", "收件人签收"),
            ),
            "agent": (
                *("neighbour", "neighbor", "family", "colleague", "reception", "代收", "代签"),
                *("他人代收", "他人签收", "家人", "同事", "前台", "门卫", "物业"),
            ),
            "locker": ("parcel locker", "快递柜", "智能柜", "自提柜", "丰巢", "丰巢柜"),
        },
    },
    "surveys": {
        "evaluator": {
            "customer": ("client", "external", "客户", "外部客户", "顾客", "用户", "消费者"),
            "internal": ("staff", "employee", "self", "内部", "员工", "内部员工", "自评"),
            "third_party": ("mystery shopper", "第三方", "第三方机构", "神秘客", "神秘顾客"),
        },
        "method": {
            "questionnaire": ("paper", "paper form", "问卷", "问卷调查", "纸质问卷"),
            "phone": ("telephone", "call", "ivr", "电话", "电话回访", "电话调查"),
            "online": ("web", "internet", "网络", "在线", "线上", "网上", "网络问卷", "扫码"),
            "sms": ("text message", "短信"),
            "in_person": ("face to face", "interview", "当面", "面访", "现场", "上门"),
            "mail": ("post", "postal", "letter", "邮寄", "信函"),
        },
        "subject": {
            "ticket": ("case", "工单", "客服工单"),
            "delivery": ("parcel", "shipment", "快递", "派送", "运单", "寄递"),
            "visit": ("branch visit", "到访", "到店", "网点服务"),
            "general": ("total", "总体", "整体", "综合"),
        },
    },
    "budget_lines": {
        "version": {
            "original": ("initial", "原预算", "年初预算", "初始预算", "原始预算"),
            "revised_1": ("revised", "调整预算", "第一次调整", "一次调整"),
            "revised_2": ("第二次调整", "二次调整"),
            "revised_3": ("第三次调整", "三次调整"),
        },
    },
    "duties": {
        "kind": {
            "training": ("培训", "员工培训"),
            "safety_inspection": ("安全检查", "安全巡检"),
            "emergency_drill": ("drill", "应急演练", "演练"),
            "equipment_maintenance": ("maintenance", "设备维护", "设备保养", "设备维保"),
            "audit": ("审计", "稽核", "内审"),
            "report_submission": ("报告报送", "报表报送", "报送"),
        },
        "result": {
            "pass": ("passed", "ok", "合格", "通过", "达标", "是"),
            "fail": ("failed", "不合格", "未通过", "不达标", "否"),
        },
    },
}

_CURRENCIES: _Words = {
    "CNY": ("rmb", "人民币", "人民币元"),
    "EUR": ("euro", "欧元"),
    "GBP": ("英镑",),
    "HKD": ("港币", "港元"),
    "JPY": ("日元",),
    "UAH": (),
    "USD": ("美元",),
}

_TRUTHS: _Words = {
    "true": ("yes", "y", "t", "1", "on", "是", "对", "真", "有"),
    "false": ("no", "n", "f", "0", "off", "否", "不是", "错", "假", "无", "没有"),
}
_TRUTHS_OF: Mapping[str, _Words] = {
    "is_escalated": {
        "true": ("escalated", "升级", "已升级"),
        "false": ("not escalated", "未升级"),
    },
    "is_same_city": {
        "true": ("same city", "local", "同城", "市内"),
        "false": ("intercity", "other city", "异地", "非同城", "跨市"),
    },
    "source_met_sla": {
        "true": ("met", "in time", "on time", "achieved", "达标", "未超时", "按时", "及时"),
        "false": ("missed", "breached", "late", "overdue", "未达标", "超时", "逾期", "不达标"),
    },
}


@cache
def known_words(kind: KindName, column: str) -> Mapping[str, str]:
    """Return the canonical value of each known word of `column`, by its folded spelling."""
    words = _CURRENCIES if column == "currency" else _VOCABULARY.get(kind, {}).get(column, {})
    return _by_folded_spelling(words)


def translate_words(texts: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """Return `texts` with each of the known `words` in its canonical spelling; others stay."""
    distinct = texts.unique()
    canonical = fold(distinct).replace_strict(words, default=None, return_dtype=pl.String)
    is_known = canonical.is_not_null()
    return texts.replace(distinct.filter(is_known), canonical.filter(is_known))


def read_truths(texts: pl.Series, column: str) -> pl.Series:
    """Return the truth values that `texts` of `column` stand for; null where it is none."""
    distinct = texts.unique()
    # "1.0" is what a number column with gaps makes of a flag.
    folded = fold(distinct.str.strip_suffix(".0"))
    words = _truth_words(column)
    truths = folded.replace_strict(words, default=None, return_dtype=pl.String) == "true"
    return texts.replace_strict(distinct, truths, default=None, return_dtype=pl.Boolean)


@cache
def _truth_words(column: str) -> Mapping[str, str]:
    return {**_by_folded_spelling(_TRUTHS_OF.get(column, {})), **_by_folded_spelling(_TRUTHS)}


def _by_folded_spelling(words: _Words) -> Mapping[str, str]:
    spelled = [
        (spelling, canonical)
        for canonical, spellings in words.items()
        for spelling in (canonical, *spellings)
    ]
    folded = fold(pl.Series([spelling for spelling, _ in spelled], dtype=pl.String))
    return {key: canonical for key, (_, canonical) in zip(folded, spelled, strict=True)}
