"""The words of the ticket system's export, which is Chinese, and how often each is used.

sources/tickets.toml maps every word to ours; a test keeps the two equal. Shares by kind of unit:
outlets first, then each queue in the order of org_units.csv.
"""

from __future__ import annotations

import numpy as np

KINDS = ("咨询", "投诉", "服务请求", "业务办理", "异常事件")
COMPLAINT = KINDS.index("投诉")
KIND_SHARES = np.array(
    [
        [0.45, 0.00, 0.30, 0.24, 0.01],  # outlets: their complaints are counted by themselves
        [0.55, 0.10, 0.24, 0.10, 0.01],
        [0.65, 0.08, 0.21, 0.05, 0.01],
        [0.34, 0.05, 0.60, 0.00, 0.01],
        [0.00, 0.92, 0.08, 0.00, 0.00],
        [0.10, 0.20, 0.20, 0.50, 0.00],
        [0.20, 0.05, 0.20, 0.53, 0.02],
    ]
)

CHANNELS = ("电话", "邮件", "在线聊天", "APP", "官网", "柜台", "意见箱", "社交媒体", "短信")
CHANNEL_SHARES = np.array(
    [
        [0.30, 0.02, 0.00, 0.15, 0.03, 0.45, 0.05, 0.00, 0.00],
        [1.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00],
        [0.00, 0.00, 0.75, 0.20, 0.00, 0.00, 0.00, 0.05, 0.00],
        [0.40, 0.02, 0.13, 0.25, 0.15, 0.00, 0.00, 0.00, 0.05],
        [0.45, 0.15, 0.00, 0.15, 0.10, 0.00, 0.05, 0.10, 0.00],
        [0.35, 0.35, 0.00, 0.15, 0.15, 0.00, 0.00, 0.00, 0.00],
        [0.45, 0.50, 0.00, 0.00, 0.05, 0.00, 0.00, 0.00, 0.00],
    ]
)

PRIORITIES = ("特急", "加急", "普通", "低")
PRIORITY_SHARES = (0.03, 0.15, 0.62, 0.20)

CATEGORIES = (
    ("时效查询", "资费咨询", "网点查询", "禁寄咨询"),
    ("延误", "破损", "丢失", "服务态度", "费用争议", "误投"),
    ("改址", "催件", "拦截", "开票"),
    ("寄件预约", "月结开户", "保价理赔"),
    ("系统故障", "信息安全"),
)

ROOT_CAUSES = ("分拣错误", "运力不足", "天气原因", "操作不当", "信息错误", "客户原因")
ROOT_CAUSE_SHARES = (0.22, 0.24, 0.08, 0.20, 0.14, 0.12)

OUTCOMES = ("属实", "不属实", "撤诉")
OUTCOME_SHARES = (0.35, 0.55, 0.10)

STATUSES = {
    "open": "处理中",
    "pending_customer": "待客户回复",
    "resolved": "已解决",
    "closed": "已关闭",
    "cancelled": "已取消",
}
YES_NO = {True: "是", False: "否"}
