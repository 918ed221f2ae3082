"""A metric that is added to the catalogue can be chosen on the pages; no page is touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.release.snapshots import make_candidate, manifest_of, publish
from tests.dashboards.opened_pages import open_page
from tests.pipelines.marts_by_hand import marts_of
from tests.pipelines.small_home import AS_OF, SmallHome, full_home
from transforms.catalogue import METRICS, Metric
from transforms.refusal import Sentence

pytestmark = pytest.mark.slow

_NEW = Metric(
    "tickets_resolved_per_opened",
    title=Sentence("Tickets resolved per ticket opened", "工单解决与新建之比"),
    meaning=Sentence("Tickets resolved, per ticket opened.", "解决工单数除以新建工单数。"),
    top=("tickets_resolved",),
    bottom=("tickets_opened",),
    form="rate",
    unit="per ticket",
    better="higher",
)


def _publish(small: SmallHome) -> None:
    candidate = make_candidate(small.home.warehouse, small.home.snapshots)
    manifest = manifest_of(
        candidate,
        as_of=AS_OF,
        made_at=datetime(2026, 4, 1, tzinfo=UTC),
        code_version="by hand",
        inputs="by hand",
    )
    publish(candidate, manifest, small.home.snapshots)


@pytest.mark.parametrize("page", ["metrics", "service_levels"])
def test_a_new_metric_can_be_chosen_and_is_drawn_with_its_definition(
    look_at: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setitem(METRICS, _NEW.name, _NEW)
    small = full_home(tmp_path)
    marts_of(small)
    _publish(small)  # the judge, a process of its own, does not know the new metric
    look_at(small.root)
    opened = open_page(page, metric=_NEW.name)
    (chosen,) = [box for box in opened.app.selectbox if box.label == "Metric"]
    assert _NEW.title.en in chosen.options and chosen.value == _NEW.name
    assert _NEW.meaning.en in opened.texts()
    assert len(opened.app.get("vega_lite_chart")) >= 1
