"""The system page: engines and sizes, stages and acts, how to grow; for the owner alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from omniloom.core.event import Event, encode
from omniloom.store import file_sizes
from omniloom.store.settings import StoreSettings
from omniloom.web.format import Format
from omniloom.worker import loop


def test_it_names_engines_sizes_stages_acts_and_the_way_to_grow(site):
    now = site.platform.now()
    event = Event(source_id="s", message_id="system-1", type="identify", occurred_at=now, received_at=now,
                  identifiers={"user_id": "system-1"})  # fmt: skip
    site.platform.stores.log.append([encode(event)])
    loop.catch_up(site.platform, None, loop.KNOWING)
    page = site.get("/system", role="owner").text
    for part in ("SQLite", "DuckDB", "omniloom store move", "stage-identity", "stage-segments", "identity.resolve",
                 str(site.platform.data_dir)):  # fmt: skip
        assert part in page, part


@pytest.mark.parametrize("role", ["marketer", "analyst", "operator", "viewer"])
def test_nobody_but_the_owner_sees_it(site, role):
    page = site.get("/system", role=role)
    assert page.status_code == 403
    assert "omniloom store move" not in page.text
    assert 'href=\\"/system' not in site.get("/", role=role).text


def test_an_act_that_fails_is_told_with_its_fault(site):
    status = loop.ActStatus(error="<b>the disk</b> is full")
    site.platform.status["store.settle"] = status
    try:
        page = site.get("/system", role="owner").text
    finally:
        del site.platform.status["store.settle"]
    assert "Degraded" in page
    assert "the disk" in page
    assert "<b>the disk" not in page


def test_an_engine_that_is_away_does_not_take_the_page_with_it(site, monkeypatch):
    settings = site.platform.settings
    away = replace(settings.store, state_url="postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(site.platform, "settings", replace(settings, store=away))
    page = site.get("/system", role="owner").text
    for part in ("Does not answer", "kept by the server", "DuckDB"):
        assert part in page, part


def test_sizes_are_of_files_and_of_nothing_that_a_server_keeps(tmp_path):
    for name, size in (("state.db", 5), ("state.db-wal", 7), ("log.db", 3), ("refusals.db", 2), ("other.txt", 99)):
        (tmp_path / name).write_bytes(b"x" * size)
    assert file_sizes(tmp_path, StoreSettings()) == {"state": 12, "log": 5, "events": 0}
    moved = StoreSettings(state_url="postgresql://db/x", events_url="clickhouse://ch/x")
    assert file_sizes(tmp_path, moved) == {"state": None, "log": 5, "events": None}


def test_a_file_that_goes_while_it_is_looked_at_has_no_size(tmp_path, monkeypatch):
    (tmp_path / "state.db").write_bytes(b"x" * 5)
    (tmp_path / "state.db-wal").write_bytes(b"x" * 7)
    look = Path.stat

    def look_as_it_goes(path, **how):
        found = look(path, **how)
        if path.name == "state.db-wal":
            path.unlink()
        return found

    monkeypatch.setattr(Path, "stat", look_as_it_goes)
    assert file_sizes(tmp_path, StoreSettings())["state"] == 5


@pytest.mark.parametrize(
    ("size", "en", "ru"), [(0, "0 byte", "0 Б"), (42_217_472, "40.3 MB", "40,3 МБ"), (10**12, "0.9 TB", "0,9 ТБ")]
)
def test_a_size_is_read_at_a_glance(size, en, ru):
    assert (Format("en").size(size), Format("ru").size(size)) == (en, ru)
