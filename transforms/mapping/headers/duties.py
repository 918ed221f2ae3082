"""Headers of duties."""

from __future__ import annotations

from transforms.mapping.headers.identities import ORG_UNIT
from transforms.mapping.headers.spellings import Spellings

DUTIES: Spellings = {
    "duty_id": (
        *("duty", "duty no", "task id", "task no", "obligation id"),
        *("任务编号", "任务号", "事项编号", "职责编号", "检查编号", "计划编号"),
    ),
    "kind": (
        *("duty type", "duty kind", "type", "task type", "category"),
        *("任务类型", "任务类别", "事项类型", "工作类型", "检查类型", "类型", "类别"),
    ),
    "org_unit_id": ORG_UNIT,
    "title": (
        *("name", "task", "task name", "duty title", "subject", "description"),
        *("标题", "名称", "任务", "任务名称", "任务内容", "事项", "事项名称", "工作内容", "内容"),
    ),
    "due_on": (
        *("due", "due date", "due at", "deadline", "planned date", "scheduled date"),
        *("到期日", "到期日期", "截止日期", "应完成日期", "计划日期", "计划完成日期"),
        "要求完成日期",
    ),
    "done_on": (
        *("done", "done at", "done date", "completed", "completed on", "completed at"),
        *("completion date", "date completed", "actual date", "完成日期", "实际完成日期"),
        *("完成时间", "办结日期", "实际日期"),
    ),
    "result": (
        *("outcome", "pass fail", "verdict", "conclusion"),
        *("结果", "检查结果", "考核结果", "完成结果", "是否合格", "结论"),
    ),
    "evidence": (
        *("proof", "attachment", "document", "link", "evidence link"),
        *("佐证", "佐证材料", "证明材料", "附件", "凭证", "留痕"),
    ),
}
