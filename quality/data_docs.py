"""The report on a candidate as static pages: Great Expectations' Data Docs, readable offline.

The library renders a page per table, in a frame of ours (quality/data_docs_pages/): its own
frame loads scripts and styles from the network. The index is ours; `_PAGES` are found first, so
to change another part of its pages, add a template of the same name there. Import it inside a
function: Great Expectations takes seconds.
"""

from __future__ import annotations

import html
import shutil
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
)
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, PackageLoader, pass_context
from jinja2.runtime import Context

from quality.verdict import Verdict

_PAGES = PackageLoader("quality", "data_docs_pages")


class _OfflineView(DefaultJinjaPageView):
    """The library's view, with our templates before its own, and safe against what rows say."""

    def __init__(self) -> None:
        super().__init__()
        self.env.loader = ChoiceLoader([_PAGES, *([self.env.loader] if self.env.loader else [])])

    @pass_context
    def render_content_block(
        self, context: Context, content_block: Any, *place: Any, **options: Any
    ) -> Any:
        """Escape plain text: the library puts values of the rows into its tables as they are."""
        if isinstance(content_block, list):
            content_block = [_escaped(block) for block in content_block]
        return super().render_content_block(context, _escaped(content_block), *place, **options)


def _escaped(block: Any) -> Any:
    return html.escape(block) if isinstance(block, str) else block


def write_docs(
    docs: Path,
    verdicts: Sequence[Verdict],
    findings: Mapping[str, ExpectationSuiteValidationResult],
) -> None:
    """Replace the folder `docs` by an index.html of `verdicts` and a page per table."""
    new = docs.with_name(f"{docs.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    view = _OfflineView()
    renderer = ValidationResultsPageRenderer(run_info_at_end=True)
    for table, finding in findings.items():
        document = renderer.render(finding).to_json_dict()
        overview = document["sections"][0]["content_blocks"]
        # Its heading links to a page of the suite, which we do not make.
        overview[:] = [block for block in overview if block["content_block_type"] != "header"]
        page = view.env.get_template("page.j2").render(document, is_passed=finding.success)
        (new / f"{table}.html").write_text(page, encoding="utf-8")
    suites = {
        table: list(group) for table, group in groupby(verdicts, key=lambda verdict: verdict.table)
    }
    index = view.env.get_template("index.j2").render(suites=suites)
    (new / "index.html").write_text(index, encoding="utf-8")
    shutil.rmtree(docs, ignore_errors=True)
    new.rename(docs)
