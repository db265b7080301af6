"""The door for events: Segment's HTTP tracking API, so that any of its clients can send here.

``POST /v1/{identify,track,page,screen,group,alias}`` takes one event, ``/v1/{batch,import}`` many; browsers use the
one-letter forms. It answers 200 after the events are on disk, and every refusal names the field and the remedy.

These are plain routes: the write key is their proof, no model stands between bytes and decoder, and any web page may
call them (CORS).

Source: Segment HTTP tracking API; limits from spec/reliability.md §4.1; RFC 9457 for errors.
"""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom.access import PUBLIC
from omniloom.api.door import BodyTooLarge, needs, problem, reply
from omniloom.api.envelope import BATCH_BYTES_MAX, Batch, Malformed, decode_batch, decode_json, read_body
from omniloom.app import Platform
from omniloom.collect import ITEM_BYTES_MAX, Drop, DropReason, Source, SourceKeys, accept, read_instant
from omniloom.core.errors import Denied, OmniloomError
from omniloom.core.event import Event

SINGLE = {
    "identify": "identify", "track": "track", "page": "page", "screen": "screen", "group": "group", "alias": "alias",
    "i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias",
}  # fmt: skip
BATCH = ("batch", "b", "import")

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, content-encoding",
    "access-control-max-age": "86400",
}

Endpoint = Callable[[Request], Awaitable[Response]]


class KeyRefused(Denied):
    """The write key is unknown."""

    code = "unknown_write_key"
    status = 401


def router(platform: Platform) -> APIRouter:
    """The routes of this door."""
    door = Door(platform)
    routes = APIRouter()
    for path, call in SINGLE.items():
        routes.add_route(f"/v1/{path}", door.single(call), methods=["POST", "OPTIONS"])
    for path in BATCH:
        routes.add_route(f"/v1/{path}", door.batch(is_history=path == "import"), methods=["POST", "OPTIONS"])
    return routes


class Door:
    """What the routes share: the platform and the write keys seen a moment ago."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._keys = SourceKeys(platform.stores, platform.clock)

    def single(self, call: str) -> Endpoint:
        """The endpoint that takes one event of the type ``call``."""

        async def take(request: Request) -> Response:
            body = await read_body(request, bytes_max=ITEM_BYTES_MAX, what="an event")
            item = decode_json(body)
            if not isinstance(item, dict):
                raise Malformed("the body is not a JSON object", hint="send one event as an object")
            source = self._source(request, item.get("writeKey"))
            return await self._take_one({**item, "type": call}, source)

        return _open_to_browsers(take)

    def batch(self, *, is_history: bool) -> Endpoint:
        """The endpoint that takes many events; ``is_history`` leaves their times as they are and keeps their ids."""

        async def take(request: Request) -> Response:
            body = await read_body(request, bytes_max=BATCH_BYTES_MAX, what="a batch")
            batch = decode_batch(body)
            source = self._source(request, batch.write_key)
            return await self._take_batch(
                batch, source, is_history=is_history, is_verbose=request.query_params.get("verbose") == "1"
            )

        return _open_to_browsers(take)

    async def _take_one(self, item: dict[str, Any], source: Source) -> Response:
        now = self._platform.clock.now()
        verdicts = accept([item], source_id=source.source_id, received_at=now, sent_at=None, ids=self._platform.ids)
        self._platform.recent.add(source.source_id, verdicts, at=now)
        verdict = verdicts[0]
        if isinstance(verdict, Drop):
            kind = BodyTooLarge if verdict.reason == DropReason.TOO_LARGE else Malformed
            raise kind(verdict.message, hint=_DOCS, reason=verdict.reason, field=verdict.field)
        await self._store([verdict], keep_ids=False)
        return reply({"success": True})

    async def _take_batch(self, batch: Batch, source: Source, *, is_history: bool, is_verbose: bool) -> Response:
        now = self._platform.clock.now()
        verdicts = accept(
            list(batch.batch),
            source_id=source.source_id,
            received_at=now,
            sent_at=_sent_at(batch),
            ids=self._platform.ids,
            batch_context=_context(batch),
            is_history=is_history,
        )
        self._platform.recent.add(source.source_id, verdicts, at=now)
        events = [verdict for verdict in verdicts if isinstance(verdict, Event)]
        await self._store(events, keep_ids=is_history)
        rejected = len(verdicts) - len(events)
        return reply({
            "success": bool(events) or not verdicts,
            "accepted": len(events),
            "rejected": rejected,
            "verdicts": _listed(verdicts, is_verbose=is_verbose),
        })  # fmt: skip

    async def _store(self, events: list[Event], *, keep_ids: bool) -> None:
        """Wait until the events are on disk."""
        if not events:
            return
        await asyncio.wrap_future(self._platform.intake.submit(events, keep_ids=keep_ids))
        self._platform.wake.set()

    def _source(self, request: Request, in_body: Any) -> Source:
        key = write_key(request.headers.get("authorization", "")) or in_body
        if not key or not isinstance(key, str):
            raise KeyRefused("the write key is missing", hint="send it as the HTTP Basic user name, or as writeKey")
        try:
            return self._keys.source_of(key)
        except Denied as error:
            raise KeyRefused(error.message, hint=error.hint) from error


_DOCS = "see docs/guide/collecting.md"


def write_key(authorization: str) -> str:
    """The write key of an Authorization header: the user name of Basic, or Bearer's token; else empty."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise KeyRefused("the Authorization header is not valid Basic", hint="encode `key:` in Base64") from error


def _sent_at(batch: Batch) -> datetime | None:
    sent_at = read_instant(batch.sent_at or "", "sentAt")
    if isinstance(sent_at, Drop):
        raise Malformed(sent_at.message, hint=_DOCS, field=sent_at.field)
    return sent_at


def _context(batch: Batch) -> dict[str, Any]:
    context = dict(batch.context or {})
    if batch.integrations:
        context["integrations"] = batch.integrations
    return context


def _listed(verdicts: list[Event | Drop], *, is_verbose: bool) -> list[dict[str, Any]]:
    """What became of the items: of all, or only of the refused."""
    listed: list[dict[str, Any]] = []
    for index, verdict in enumerate(verdicts):
        if isinstance(verdict, Drop):
            listed.append({
                "index": index, "ok": False, "reason": verdict.reason, "field": verdict.field,
                "message": verdict.message,
            })  # fmt: skip
        elif is_verbose:
            listed.append({"index": index, "ok": True, "messageId": verdict.message_id})
    return listed


def _open_to_browsers(take: Endpoint) -> Endpoint:
    """The endpoint with CORS: pre-flight requests are answered, and every reply, errors too, may be read by a page."""

    @needs(PUBLIC)
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        try:
            response = await take(request)
        except OmniloomError as error:
            response = problem(error)
        response.headers.update(CORS)
        return response

    return endpoint
