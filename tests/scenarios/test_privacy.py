"""Privacy through the doors, over files: no byte of somebody erased is left in the data directory, nor in a log."""

import io
import json
import logging
import shutil
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from omniloom import access, api, collect, identity, privacy, profiles
from omniloom.access import Role
from omniloom.app import Platform, open_platform
from omniloom.collect import accept, add_source
from omniloom.collect import append as append_events
from omniloom.core.clock import ManualClock
from omniloom.core.event import Event
from omniloom.core.ids import SeededIds
from omniloom.store.sql import parse_state
from omniloom.worker import loop

CANARY = "kanarejka"
WHO = {"userId": f"{CANARY}-user"}
TRAITS = {
    "email": f"{CANARY}@example.test", "phone": "+7 916 345-67-89", "name": f"{CANARY} Петрова-{CANARY}",
    "address": {"street": f"ул. {CANARY}", "city": f"{CANARY}-град"}, "note": f'"{CANARY}" = text',
}  # fmt: skip
PHONES = ("79163456789", "916 345-67-89")
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def platform(tmp_path: Path, clock: ManualClock) -> Iterator[Platform]:
    opened = open_platform(tmp_path / "data", environ={}, clock=clock, ids=SeededIds(5))
    yield opened
    opened.close()


def tell(platform: Platform, *items: dict[str, Any]) -> None:
    known = {source.name: source for source in collect.sources(platform.stores)}
    source = known.get("shop") or add_source(
        platform.stores, name="shop", kind="server", now=platform.now(), ids=platform.ids
    )
    told = [{"messageId": platform.ids.token(), **item} for item in items]
    verdicts = accept(told, source_id=source.source_id, received_at=platform.now(), sent_at=None, ids=platform.ids)
    append_events(platform.stores, [one for one in verdicts if isinstance(one, Event)])
    loop.catch_up(platform)


def plant(platform: Platform) -> int:
    """Somebody with a word of their own in every field there is, and somebody else beside."""
    tell(
        platform,
        {"type": "identify", "userId": "anna", "traits": {"email": "anna@example.test", "city": "Riga"}},
        {"type": "identify", **WHO, "traits": TRAITS, "context": {"ip": f"{CANARY}-ip", "userAgent": f"{CANARY}-ua"}},
        {"type": "track", "event": "Order Completed", **WHO, "messageId": f"{CANARY}-message",
         "properties": {"order_id": f"{CANARY}-1", "total": 5, "products": [{"product_id": f"{CANARY}-shoe"}],
                        "comment": FORMULA}},
        {"type": "page", "anonymousId": f"{CANARY}-cookie", "properties": {"url": f"https://a.test/?{CANARY}"}},
        {"type": "identify", **WHO, "anonymousId": f"{CANARY}-cookie"},
    )  # fmt: skip
    return identity.find(platform.stores, TRAITS["email"], "RU")[0]


def test_no_byte_is_left_in_the_data_directory(tmp_path: Path, platform: Platform) -> None:
    person = plant(platform)
    rejects = platform.data_dir / "rejects"
    rejects.mkdir()
    (rejects / "x.csv").write_text(f"row,value\n1,{CANARY}@example.test\n2,other\n")
    platform.stores.refusals.append([f'{{"raw":"{CANARY}@example.test"}}'.encode()])
    assert found_in(platform.data_dir), "the words are there before"
    act = privacy.erase(platform.stores, person, by="desk", reason="asked", now=platform.now(), ids=platform.ids,
                        home_region="RU")  # fmt: skip
    loop.catch_up(platform)
    assert privacy.erasures(platform.stores)[0].state == "done"
    assert act.counts["files"] == 1
    assert found_in(platform.data_dir) == [], "while it is open"
    platform.close()
    assert found_in(tmp_path / "data") == [], "once it is closed"
    again = open_platform(tmp_path / "data", environ={}, clock=platform.clock)
    try:
        assert [row.person_id for row in profiles.search(again.stores, "anna", home_region="RU", rows_max=5)]
        assert (rejects / "x.csv").read_text().splitlines()[1:] == ["2,other"]
    finally:
        again.close()


def found_in(folder: Path) -> list[str]:
    """Files, also WALs and what is compressed nowhere, that hold a canary."""
    words = [CANARY.encode(), *(phone.encode() for phone in PHONES)]
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file()
            and any(word in path.read_bytes() for word in words)]  # fmt: skip


def test_a_restored_backup_erases_again_at_its_start(tmp_path: Path, clock: ManualClock) -> None:
    platform = open_platform(tmp_path / "data", environ={}, clock=clock, ids=SeededIds(5))
    person = plant(platform)
    platform.close()
    shutil.copytree(tmp_path / "data", tmp_path / "backup")
    platform = open_platform(tmp_path / "data", environ={}, clock=clock, ids=SeededIds(6))
    privacy.erase(platform.stores, person, by="desk", reason="asked", now=clock.now(), ids=platform.ids,
                  home_region="RU")  # fmt: skip
    platform.close()
    for name in ("state.db", "events.duckdb", "log.db", "refusals.db"):
        shutil.copy(tmp_path / "backup" / name, tmp_path / "data" / name)
    clock.advance(timedelta(days=1))
    platform = open_platform(tmp_path / "data", environ={}, clock=clock, ids=SeededIds(7))
    try:
        assert not identity.find(platform.stores, TRAITS["email"], "RU")
        loop.catch_up(platform)
        assert found_in(platform.data_dir) == []
        tell(platform, {"type": "identify", **WHO, "traits": TRAITS})
        assert not identity.find(platform.stores, TRAITS["email"], "RU")
    finally:
        platform.close()


def test_logs_and_metrics_name_nobody(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    """T48: personal data through intake, identity, campaign and failures, all at DEBUG."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        person = plant(platform)
        tell(platform, {"type": "identify", **WHO, "traits": TRAITS})
        privacy.export(platform.stores, person, privacy.ExportFormat.JSON, io.BytesIO(), now=platform.now(),
                       home_region="RU")  # fmt: skip
        privacy.erase(platform.stores, person, by="desk", reason="asked", now=platform.now(), ids=platform.ids,
                      home_region="RU")  # fmt: skip
        tell(platform, {"type": "identify", **WHO, "traits": TRAITS})
    said = json.dumps(lines, default=str, ensure_ascii=False) + caplog.text
    assert not [word for word in (CANARY, *PHONES) if word in said]


async def ask(platform: Platform, role: Role, path: str, **params: Any) -> httpx.Response:
    token = access.create_token(
        platform.stores, name=f"{role} {platform.ids.token()[:12]}", role=role, now=platform.now()
    )
    transport = httpx.ASGITransport(api.build(platform))
    async with httpx.AsyncClient(transport=transport, base_url="http://omniloom") as client:
        return await client.get(f"/api/v1{path}", headers={"authorization": f"Bearer {token}"}, params=params)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_not_see_whom_they_look_at_sees_masks(platform: Platform, role: Role) -> None:
    import asyncio

    person = plant(platform)
    sees = access.Permission.CUSTOMERS_PERSONAL in access.ROLES[role]
    assert sees == (role not in {Role.ANALYST, Role.VIEWER})
    for path in (f"/people/{person}", f"/people/{person}/timeline", f"/people?q={TRAITS['email']}"):
        text = asyncio.run(ask(platform, role, path)).text
        assert (f"{CANARY}@" in text or f"{CANARY}-1" in text) == (sees or "timeline" in path), path
        if not sees:
            named = [TRAITS["email"], TRAITS["name"], "79163456789", f"{CANARY}-cookie"]
            assert not [word for word in named if word in text], path
    copy = asyncio.run(ask(platform, role, f"/people/{person}/export"))
    assert (copy.status_code == httpx.codes.OK) == (access.Permission.CUSTOMERS_EXPORT in access.ROLES[role])


@pytest.mark.parametrize("role", [Role.ANALYST, Role.VIEWER])
def test_a_value_that_identifies_nobody_is_masked_where_the_timeline_says_why(platform: Platform, role: Role) -> None:
    import asyncio

    person = plant(platform)
    tell(platform, {"type": "identify", **WHO, "traits": {"phone": "+7 912 345-67-89"}})
    path = f"/people/{person}/timeline"
    assert "'+79123456789' stands for nobody" in asyncio.run(ask(platform, Role.OWNER, path)).text
    shown = asyncio.run(ask(platform, role, path)).text
    assert "9123456789" not in shown
    assert "stands for nobody" in shown


def test_a_copy_holds_everything_and_no_formula(platform: Platform) -> None:
    person = plant(platform)
    options = {"now": platform.now(), "home_region": "RU"}
    whole = io.BytesIO()
    privacy.export(platform.stores, person, privacy.ExportFormat.JSON, whole, **options)
    tables = json.loads(whole.getvalue())["tables"]
    assert {row["name"] for row in tables["identity_event"]} >= {"Order Completed"}
    assert {row["value"] for row in tables["identity_identifier"]} >= {TRAITS["email"], "+79163456789"}
    assert any(row["key"] == "name" and row["value"] == TRAITS["name"] for row in tables["profiles_trait"])
    packed = io.BytesIO()
    count = privacy.export(platform.stores, person, privacy.ExportFormat.CSV, packed, **options)
    with zipfile.ZipFile(packed) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert sum(len(text.splitlines()) - 1 for text in texts.values()) >= count
    assert "'+79163456789" in texts["identity_identifier.csv"]
    assert "anna" not in "".join(texts.values())


def test_retention_says_what_it_would_delete_and_deletes_no_more(platform: Platform, clock: ManualClock) -> None:
    plant(platform)
    clock.advance(timedelta(days=40))
    tell(platform, {"type": "track", "event": "New", "userId": "anna"})
    privacy.set_rule(platform.stores, "behaviour", 30, by="owner", now=clock.now())
    due = {one.table: one.rows for one in privacy.due(platform.stores, now=clock.now())}
    assert due["identity_event"] >= 5
    while not privacy.retain(platform.stores, now=clock.now()).is_done:
        pass
    assert not any(one.rows for one in privacy.due(platform.stores, now=clock.now()) if one.table != "x")
    with platform.stores.events.read() as tx:
        assert [row["name"] for row in tx.rows(parse_state("t", "select name from identity_event"))] == ["New"]
    assert privacy.retain(platform.stores, now=clock.now()).rows == 0
