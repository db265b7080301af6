"""Poison at the intake: nothing of it breaks a request, harms a neighbour, or gets stuck behind the door."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.api.poison import GOOD, bodies, items
from tests.engines import open_test_platform

from omniloom.api.server import build
from omniloom.app import Platform
from omniloom.collect import add_source
from omniloom.core.event import decode
from omniloom.core.ids import SeededIds
from omniloom.store import settled
from omniloom.store.sql import parse_events
from omniloom.worker import loop


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    opened = open_test_platform(tmp_path / "home", ids=SeededIds(1))
    yield opened
    opened.close()


class Sender:
    """Sends to the application in this process; every answer must be one of ours."""

    def __init__(self, platform: Platform) -> None:
        self._app = build(platform)
        source = add_source(platform.stores, name="Site", kind="website", now=platform.now(), ids=platform.ids)
        self._headers = {"authorization": "Basic " + base64.b64encode(f"{source.write_key}:".encode()).decode()}

    def run(self, sent: list[tuple[str, bytes, dict[str, str]]]) -> list[httpx.Response]:
        async def all_of_them() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return [
                    await client.post(path, content=body, headers={**self._headers, **more})
                    for path, body, more in sent
                ]

        answers = asyncio.run(all_of_them())
        for (path, body, _), answer in zip(sent, answers, strict=True):
            assert answer.status_code < 500, (path, body[:200], answer.text)
            if answer.status_code != 200:
                assert {"title", "detail", "code", "status"} <= set(answer.json()), (path, body[:200], answer.text)
        return answers


def neighbour(name: str) -> bytes:
    return json.dumps({**GOOD, "messageId": name}).encode()


CORPUS = list(items())


def test_the_corpus_is_large_and_its_names_differ() -> None:
    assert len(CORPUS) >= 400
    assert len({name for name, _ in CORPUS}) == len(CORPUS)


def test_no_item_harms_its_neighbours_and_all_that_is_taken_arrives(platform: Platform) -> None:
    sender = Sender(platform)
    between = [
        b'{"batch":[' + b",".join([neighbour(f"a{i}"), raw, neighbour(f"b{i}")]) + b"]}"
        for i, (_, raw) in enumerate(CORPUS)
    ]
    answers = sender.run([("/v1/batch", body, {}) for body in between])
    taken = 0
    for (name, raw), answer in zip(CORPUS, answers, strict=True):
        if answer.status_code == 400 and not is_json_shaped(raw):
            continue  # it ends the batch where it stands: no reader could tell what comes behind it
        verdict = answer.json()
        assert answer.status_code == 200, (name, raw[:200], answer.text)
        assert verdict["accepted"] + verdict["rejected"] == 3, (name, raw[:200], verdict)
        assert [one["index"] for one in verdict["verdicts"]] in ([], [1]), (name, raw[:200], verdict)
        taken += verdict["accepted"]
    kept = arrived(platform)
    assert 2 * len(CORPUS) * 0.9 < len(kept) <= taken
    ids = {f"{side}{i}" for i, answer in enumerate(answers) if answer.status_code == 200 for side in "ab"}
    assert ids <= kept


def is_json_shaped(raw: bytes) -> bool:
    """Whether some JSON reader finds the item's end (Python's, which takes NaN and half surrogate pairs)."""
    try:
        json.loads(raw.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return False
    return True


def test_each_item_sent_alone_is_taken_or_refused_with_a_reason(platform: Platform) -> None:
    sender = Sender(platform)
    answers = sender.run([("/v1/track", raw, {}) for _, raw in CORPUS])
    for (name, raw), answer in zip(CORPUS, answers, strict=True):
        assert answer.status_code in {200, 400, 413}, (name, raw[:200], answer.text)
    arrived(platform)


def test_whole_bodies_are_refused_or_taken(platform: Platform) -> None:
    sender = Sender(platform)
    odd = list(bodies())
    answers = sender.run([("/v1/batch", raw, more) for _, raw, more in odd])
    assert {answer.status_code for answer in answers} <= {200, 400, 413}
    said = {name: answer.status_code for (name, _, _), answer in zip(odd, answers, strict=True)}
    assert (said["500 KB"], said["500 KB + 1"], said["2501 items"], said["bomb"]) == (200, 413, 413, 413)
    assert (said["BOM"], said["batch twice"], said["cut"]) == (200, 200, 400)
    assert sender.run([("/v1/batch", b'{"batch":[' + neighbour("after") + b"]}", {})])[0].json()["accepted"] == 1
    arrived(platform)


ALL = parse_events("test", "select message_id from identity_event")


def arrived(platform: Platform) -> set[str]:
    """The message ids of all that was taken, once the worker has carried it to the resolved history."""
    loop.catch_up(platform, acts=loop.KNOWING)
    assert {name: status.error for name, status in platform.status.items() if status.error} == {}
    found = [decode(one.body) for one in settled(platform.stores, after=-1, rows_max=1_000_000).messages]
    with platform.stores.events.read() as tx:
        resolved = [row[0] for row in tx.tuples(ALL)]
    assert sorted(event.message_id for event in found) == sorted(resolved)
    return set(resolved)
