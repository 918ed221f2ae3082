"""The demo, written once for all tests of this folder."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.simulation import simulate
from tests.pipelines.simulation.landed_demo import END, Demo, demo_home


@pytest.fixture(autouse=True)
def _key_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test makes a key in the home that is in version control."""
    monkeypatch.setenv("SQM_HMAC_KEY", "not a secret")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQM_HMAC_KEY", "not a secret")
        home = demo_home(tmp_path_factory.mktemp("demo"))
        return Demo(home.landing, simulate(home))


@pytest.fixture(scope="session")
def deliveries(demo: Demo) -> pl.DataFrame:
    """Every delivery once."""
    return demo.read("deliveries").unique("Waybill No", maintain_order=True)


@pytest.fixture(scope="session")
def due(deliveries: pl.DataFrame) -> pl.DataFrame:
    """Deliveries whose promise has fallen due."""
    fallen_due = deliveries.filter(pl.col("Status") != "Cancelled", pl.col("Promised") < END)
    in_time = (pl.col("Delivered") <= pl.col("Promised")).fill_null(False)
    return fallen_due.with_columns(in_time=in_time)


@pytest.fixture(scope="session")
def tickets(demo: Demo) -> pl.DataFrame:
    return demo.read("tickets")


@pytest.fixture(scope="session")
def answers(demo: Demo) -> pl.DataFrame:
    """Answered invitations, scores as 0..1 of the scale."""
    asked = demo.read("surveys").filter(pl.col("Answered").is_not_null())
    points = pl.col("Scale").str.slice(2).cast(pl.Int64)
    scores = [(pl.col(name).cast(pl.Int64) - 1) / (points - 1) for name in ("Overall", "Attitude")]
    return asked.with_columns(scores).filter(pl.col("Overall") <= 1)


@pytest.fixture(scope="session")
def ledger(demo: Demo) -> pl.DataFrame:
    amount = pl.col("金额").str.replace_all(",", "").cast(pl.Float64)
    return demo.read("finance_entries").with_columns(amount)
