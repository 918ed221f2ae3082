"""Every page of the dashboards: its file, address, title and icon, in the order of the menu.

To add one: a file in `views/` and an entry of `VIEWS`.
"""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from dashboards.language import told
from transforms.catalogue import Metric, tables_of
from transforms.refusal import Sentence


class View(NamedTuple):
    """One page. `name` is its address and its file in `views/`; `question` is its hover."""

    name: str
    title: Sentence
    icon: str
    question: Sentence

    @property
    def file(self) -> str:
        """The page's file, as Streamlit wants it: relative to app.py."""
        return f"views/{self.name}.py"


VIEWS = (
    View(
        "today",
        Sentence("Today", "今日概览"),
        ":material/today:",
        Sentence("What is off, can I believe it, who has it?", "哪里异常？数据可信吗？谁负责？"),
    ),
    View(
        "service_levels",
        Sentence("Service levels", "服务水平"),
        ":material/timer:",
        Sentence("Are we answering and resolving in time?", "是否按时响应和解决？"),
    ),
    View(
        "complaints",
        Sentence("Complaints", "投诉"),
        ":material/feedback:",
        Sentence(
            "What do customers complain about, and is it our fault?",
            "客户投诉什么？是否我方责任？",
        ),
    ),
    View(
        "deliveries",
        Sentence("Deliveries", "快件"),
        ":material/local_shipping:",
        Sentence("On time, whole, at the first attempt?", "是否准时、完好、首次派送成功？"),
    ),
    View(
        "satisfaction",
        Sentence("Satisfaction", "满意度"),
        ":material/sentiment_satisfied:",
        Sentence("How do customers feel?", "客户感受如何？"),
    ),
    View(
        "outlets_and_people",
        Sentence("Outlets and people", "网点与人员"),
        ":material/groups:",
        Sentence("Who stands out, beyond chance?", "谁的表现超出偶然？"),
    ),
    View(
        "budget_vs_actual",
        Sentence("Budget vs actual", "预算与实际"),
        ":material/account_balance:",
        Sentence("Where do we stand against budget?", "预算执行情况如何？"),
    ),
    View(
        "metrics",
        Sentence("All metrics", "全部指标"),
        ":material/query_stats:",
        Sentence("How does any metric go, by any split?", "任一指标的走势与拆分"),
    ),
    View(
        "data_quality",
        Sentence("Data quality", "数据质量"),
        ":material/fact_check:",
        Sentence("What was held, late or missing?", "哪些数据被隔离、迟到或缺失？"),
    ),
    View(
        "operations",
        Sentence("Operations", "运行状况"),
        ":material/schedule:",
        Sentence("Did the night go well, and when is it ready?", "夜间任务是否正常？何时就绪？"),
    ),
    View(
        "records",
        Sentence("Records", "记录查询"),
        ":material/search:",
        Sentence("Show me the rows.", "查看原始记录"),
    ),
)
_FRONT = VIEWS[0]
# Table of measures -> the page that is about it; others are on "All metrics".
_PAGE_OF_TABLE = {
    "tickets": "service_levels",
    "clocks": "service_levels",
    "backlog": "service_levels",
    "deliveries": "deliveries",
    "delivery_stages": "deliveries",
    "surveys": "satisfaction",
    "finance_entries": "budget_vs_actual",
    "budget_months": "budget_vs_actual",
}
_EVERYTHING = "metrics"
_COMPLAINTS = "complaint"


def pages() -> dict[str, st.Page]:
    """Return Streamlit's page of every view, titled in the language spoken now."""
    return {
        view.name: st.Page(
            view.file,
            title=told(view.title),
            icon=view.icon,
            url_path="" if view is _FRONT else view.name,
            default=view is _FRONT,
        )
        for view in VIEWS
    }


def front_page_by_name() -> st.Page:
    """Return the front page at the address of its name, where Streamlit serves it at `/` only."""
    return st.Page(_FRONT.file, title=told(_FRONT.title), icon=_FRONT.icon, url_path=_FRONT.name)


def find_view(name: str) -> View:
    """Return the view called `name`."""
    return next(view for view in VIEWS if view.name == name)


def page_of(metric: Metric) -> str:
    """Return the name of the page that shows `metric` best."""
    table = tables_of(metric)[0]
    if table == "tickets" and _COMPLAINTS in metric.name:
        return "complaints"
    return _PAGE_OF_TABLE.get(table, _EVERYTHING)


def metrics_on(page: str, metrics: list[Metric]) -> list[Metric]:
    """Return those of `metrics` that `page` shows: all of them on the page about all."""
    return [metric for metric in metrics if page in (_EVERYTHING, page_of(metric))]
