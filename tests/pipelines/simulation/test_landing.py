"""What the demo writes: sizes, files, words, the same bytes again; what it refuses."""

from __future__ import annotations

import hashlib
import shutil
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import open_home
from pipelines.simulation import simulate
from pipelines.simulation import ticket_words as words
from tests.pipelines.simulation.landed_demo import (
    DEMO,
    END,
    Demo,
    demo_home,
    demo_source,
    demo_sources,
    read_file,
)
from transforms.refusal import Refusal

pytestmark = pytest.mark.slow  # each writes a whole organisation


def test_the_demo_has_the_sizes_it_was_asked_for(demo: Demo) -> None:
    rows = demo.planted.rows_drawn
    assert rows["deliveries"] == pytest.approx(60_000, rel=0.02)
    assert rows["tickets"] == pytest.approx(15_000, rel=0.03)
    assert rows["surveys"] == pytest.approx(8_000, rel=0.05)
    assert len(list((demo.landing / "deliveries").iterdir())) == 549


def test_rows_landed_are_the_rows_in_the_files(demo: Demo) -> None:
    for name, rows in demo.planted.rows_landed.items():
        assert demo.read(name).height == rows, name


def test_every_landed_file_belongs_to_one_source(demo: Demo) -> None:
    landed = [file for file in demo.landing.rglob("*") if file.is_file()]
    taken = [file for source in demo_sources() for file in demo.files(source)]
    assert sorted(taken) == sorted(set(landed) - {demo.landing / "planted.json"})


def test_every_file_has_the_columns_that_its_source_maps(demo: Demo) -> None:
    for source in demo_sources():
        mapped = {mapping.source[0] for mapping in source.columns.values()}
        for landed in demo.files(source):
            assert mapped <= set(read_file(landed, source).columns), landed.name


def test_every_word_of_the_ticket_system_is_mapped() -> None:
    columns = demo_source("tickets").columns
    categories = [word for kind in words.CATEGORIES for word in kind]
    for column, said in {
        "kind": words.KINDS,
        "channel": words.CHANNELS,
        "priority": words.PRIORITIES,
        "category": categories,
        "root_cause": words.ROOT_CAUSES,
        "outcome": words.OUTCOMES,
        "status": words.STATUSES.values(),
        "source_met_sla": words.YES_NO.values(),
    }.items():
        assert set(columns[column].values) == set(said), column


def test_nothing_has_happened_after_the_end(demo: Demo, tickets: pl.DataFrame) -> None:
    for rows, planned in (
        (demo.read("deliveries"), "Promised"),
        (tickets, "承诺时间"),
        (demo.read("surveys"), ""),
    ):
        instants = [
            name
            for name, kind in rows.schema.items()
            if isinstance(kind, pl.Datetime) and name != planned
        ]
        assert instants
        assert all(rows[name].max() < END for name in instants)


def test_instants_of_a_delivery_follow_one_another(deliveries: pl.DataFrame) -> None:
    # Who records false attempts does so before the parcel is out for delivery.
    honest = deliveries.filter(pl.col("Courier") != "BJS-CY-C3")
    for rows, steps in (
        (honest, ("Picked Up", "Out For Delivery", "First Attempt", "Delivered")),
        (deliveries, ("Picked Up", "Out For Delivery", "Delivered")),
        (deliveries, ("Picked Up", "First Attempt", "Delivered")),
    ):
        for earlier, later in pairwise(steps):
            assert not (rows[later] < rows[earlier]).any()


def test_tickets_and_surveys_point_to_what_exists(
    demo: Demo, deliveries: pl.DataFrame, tickets: pl.DataFrame
) -> None:
    surveys = demo.read("surveys")
    waybills = pl.concat(
        [
            tickets["运单号"].drop_nulls(),
            surveys.filter(pl.col("About") == "delivery")["Reference"],
        ]
    )
    # What was in the missing and the truncated file is known to others all the same.
    assert waybills.is_in(deliveries["Waybill No"].implode()).mean() > 0.99
    about_tickets = surveys.filter(pl.col("About") == "ticket")["Reference"]
    assert about_tickets.is_in(tickets["工单号"].implode()).all()


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = demo_home(tmp_path / "first"), demo_home(tmp_path / "second")
    simulate(first, deliveries=6_000, months=6)
    simulate(second, deliveries=6_000, months=6)
    assert _digests(first.landing) == _digests(second.landing)


def test_another_seed_gives_other_rows(tmp_path: Path) -> None:
    first, second = demo_home(tmp_path / "first"), demo_home(tmp_path / "second")
    simulate(first, deliveries=300, months=1)
    simulate(second, deliveries=300, months=1, seed=7)
    assert _digests(first.landing) != _digests(second.landing)


def test_more_deliveries_keep_the_incidents(demo: Demo, tmp_path: Path) -> None:
    small = simulate(demo_home(tmp_path), deliveries=6_000)
    assert small.incidents == demo.planted.incidents
    assert small.file_incidents == demo.planted.file_incidents
    assert small.rows_drawn["deliveries"] == pytest.approx(6_000, rel=0.06)
    assert {rows.rules for rows in small.bad_rows} == {rows.rules for rows in demo.planted.bad_rows}


def test_incidents_before_the_first_day_are_not_told(tmp_path: Path) -> None:
    short = simulate(demo_home(tmp_path), deliveries=300, months=1)
    assert short.incidents == []
    assert [incident.name for incident in short.file_incidents] == ["unreadable_dates"]


def test_a_demo_replaces_an_earlier_one(tmp_path: Path) -> None:
    home = demo_home(tmp_path)
    simulate(home, deliveries=300, months=2)
    simulate(home, deliveries=300, months=1)
    assert [file.name for file in (home.landing / "tickets").iterdir()] == ["tickets_2026-10.csv"]


def test_a_landing_folder_with_files_of_others_is_refused(tmp_path: Path) -> None:
    home = demo_home(tmp_path)
    home.landing.mkdir()
    (home.landing / "real.csv").touch()
    with pytest.raises(Refusal, match="holds files that the demo did not write"):
        simulate(home, deliveries=300, months=1)
    assert [file.name for file in home.landing.iterdir()] == ["real.csv"]


def test_the_home_of_another_organisation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").touch()
    with pytest.raises(Refusal, match="does not describe the demo organisation"):
        simulate(open_home(tmp_path), deliveries=300, months=1)


def test_a_key_of_pseudonyms_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SQM_HMAC_KEY")
    for folder in ("reference", "sources"):
        shutil.copytree(DEMO / folder, tmp_path / folder)
    shutil.copy(DEMO / "settings.toml", tmp_path)
    simulate(open_home(tmp_path), deliveries=300, months=1)
    key = tmp_path / "secrets" / "sqm_hmac_key"
    made = key.read_text(encoding="ascii")
    assert len(made) == 64
    assert key.stat().st_mode & 0o777 == 0o600
    simulate(open_home(tmp_path), deliveries=300, months=1)
    assert key.read_text(encoding="ascii") == made


def test_what_is_planted_is_told_in_two_languages(demo: Demo) -> None:
    told = demo.told
    assert told["rows_drawn"] == dict(demo.planted.rows_drawn)
    assert len(told["incidents"]) == 14
    for incident in told["incidents"]:
        assert incident["what"]["en"] and incident["what"]["zh"]


def _digests(landing: Path) -> dict[str, str]:
    return {
        str(file.relative_to(landing)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(landing.rglob("*"))
        if file.is_file()
    }
