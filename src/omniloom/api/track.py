"""The door for events: Segment's HTTP tracking API, so that any of its clients can send here.

``POST /v1/{identify,track,page,screen,group,alias}`` takes one event, ``/v1/{batch,import}`` many; browsers use the
one-letter forms. It answers 200 after the events are on disk, and every refusal names the field and the remedy.

It is plain ASGI before the application, because this is the one hot path of the platform: no model stands between
bytes and decoder. The write key is the proof, and any web page may call it (CORS).

Source: Segment HTTP tracking API; limits from spec/reliability.md §4.1; RFC 9457 for errors.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import structlog
from fastapi import APIRouter
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from omniloom.access import PUBLIC
from omniloom.api.desk import Desk, KeyRefused
from omniloom.api.door import BodyTooLarge, needs, problem
from omniloom.api.envelope import (
    BATCH_BYTES_MAX,
    Batch,
    Malformed,
    RawBatch,
    decode_batch,
    decode_json,
    read_body,
)
from omniloom.collect import (
    ITEM_BYTES_MAX,
    Arrival,
    Drop,
    DropReason,
    Quota,
    Reception,
    Source,
    is_urgent,
    read_instant,
    take,
    take_plain,
)
from omniloom.core.errors import OmniloomError

log = structlog.get_logger("omniloom.api")

SINGLE = {
    "identify": "identify", "track": "track", "page": "page", "screen": "screen", "group": "group", "alias": "alias",
    "i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias",
}  # fmt: skip
BATCH = ("batch", "b", "import")
_DOCS = "see docs/guide/collecting.md"

_ORIGIN = (b"access-control-allow-origin", b"*")
# Whatever headers a client asks for are allowed: none of them can do more than name the source.
_ASKED, _ALLOWED = b"access-control-request-headers", b"access-control-allow-headers"
_USUAL = b"authorization, content-type, content-encoding"
PREFLIGHT = [
    _ORIGIN,
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-max-age", b"86400"),
]
CORS = [
    _ORIGIN,
    (b"access-control-expose-headers", b"retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset"),
]
_JSON = (b"content-type", b"application/json")
_DONE = b'{"success":true}'


@dataclass(slots=True)
class Call:
    """One request: where it came in, its headers, and, once its source is known, what that may still send."""

    path: str
    query: bytes
    headers: dict[bytes, bytes]
    receive: Receive
    quota: Quota | None = field(default=None)


Take = Callable[[Call], Awaitable[bytes]]


class TrackDoor:
    """ASGI: answers the tracking API's requests, and hands everything else to the application behind it."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._table: dict[str, Take] = {f"/v1/{path}": partial(self._one, kind=kind) for path, kind in SINGLE.items()}
        self._table |= {f"/v1/{path}": partial(self._many, is_history=path == "import") for path in BATCH}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - the ASGI call
        take_in = self._table.get(scope["path"]) if scope["type"] == "http" else None
        if take_in is None or scope["method"] not in {"POST", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await _answer(send, 204, b"", [*PREFLIGHT, (_ALLOWED, dict(scope["headers"]).get(_ASKED, _USUAL))])
            return
        call = Call(scope["path"], scope["query_string"], dict(scope["headers"]), receive)
        try:
            body = await take_in(call)
        except Exception as error:  # noqa: BLE001 - a door: no request may go without an answer
            refused = problem(_told(error, call.path))
            status, body, headers = refused.status_code, bytes(refused.body), refused.raw_headers
        else:
            status, headers = 200, [_JSON, (b"content-length", b"%d" % len(body))]
        headers = [*headers, *_budget(call.quota)]
        if b"origin" in call.headers:  # only pages say where they come from
            headers += CORS
        await _answer(send, status, body, headers)

    async def _one(self, call: Call, *, kind: str) -> bytes:
        """Take one event of the type ``kind``."""
        raw = await read_body(call.receive, call.headers, bytes_max=ITEM_BYTES_MAX, what="an event")
        item: Any = None
        key: Any = write_key(call.headers.get(b"authorization", b""))
        if not key:
            key = (item := _object(raw)).get("writeKey")
        source = self._desk.source_of(key)
        call.quota, against = self._desk.admit(source, 1)
        if against is not None and not is_urgent(raw):
            raise against
        reception = Reception(source.source_id, self._desk.clock.now(), None, self._desk.ids, {}, is_history=False)
        verdict: bytes | Drop | None = take_plain(raw, kind, reception)
        if verdict is None:
            item = {**(item or _object(raw)), "type": kind}
            [verdict] = take([item], reception)
        arrival = _arrival(call, source, reception, key)
        told = _typed(raw, kind) if isinstance(verdict, bytes) else item
        [kept] = await self._desk.keep([verdict], [told], arrival, is_urgent=against is not None)
        if isinstance(kept, Drop):
            refusal = BodyTooLarge if kept.reason == DropReason.TOO_LARGE else Malformed
            raise refusal(kept.message, hint=_DOCS, reason=kept.reason, field=kept.field)
        return _DONE

    async def _many(self, call: Call, *, is_history: bool) -> bytes:
        """Take many events; ``is_history`` leaves their times as they are and keeps their ids."""
        raw = await read_body(call.receive, call.headers, bytes_max=BATCH_BYTES_MAX, what="a batch")
        batch = decode_batch(raw)
        key = write_key(call.headers.get(b"authorization", b"")) or batch.write_key
        source = self._desk.source_of(key)
        call.quota, against = self._desk.admit(source, len(batch.batch))
        items = batch.batch
        if against is not None and not (items := [item for item in items if is_urgent(_bytes(item))]):
            raise against
        reception = Reception(
            source.source_id, self._desk.clock.now(), _sent_at(batch), self._desk.ids, _context(batch), is_history
        )
        verdicts = take(items, reception, whole=raw if batch.__class__ is RawBatch else b"")
        arrival = _arrival(call, source, reception, key or "")
        kept = await self._desk.keep(verdicts, items, arrival, is_urgent=against is not None)
        if against is not None and len(items) < len(batch.batch):
            raise against  # the urgent ones are on disk; the client sends all again, and they count once
        return _listed(kept, is_verbose=b"verbose=1" in call.query.split(b"&"))


def router() -> APIRouter:
    """The paths of this door, for the list of all routes: their requests end in ``TrackDoor``."""
    routes = APIRouter()
    for path in (*SINGLE, *BATCH):
        routes.routes.append(Route(f"/v1/{path}", _elsewhere, methods=["POST", "OPTIONS"]))
    return routes


@needs(PUBLIC)
async def _elsewhere(_request: Any) -> Response:
    raise AssertionError("answered by TrackDoor")


def write_key(authorization: bytes) -> str:
    """The write key of an Authorization header: the user name of Basic, or Bearer's token; else empty."""
    scheme, _, value = authorization.partition(b" ")
    scheme = scheme.lower()
    if scheme == b"bearer":
        return value.strip().decode("latin-1")
    if scheme != b"basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise KeyRefused("the Authorization header is not valid Basic", hint="encode `key:` in Base64") from error


def _object(raw: bytes) -> dict[str, Any]:
    item = decode_json(raw)
    if not isinstance(item, dict):
        raise Malformed("the body is not a JSON object", hint="send one event as an object")
    return item


def _typed(raw: bytes, kind: str) -> bytes:
    """An item as it came, with the type that its path named: as a batch would hold it, to be judged again."""
    return raw.rstrip()[:-1] + b',"type":"%s"}' % kind.encode()


def _arrival(call: Call, source: Source, reception: Reception, key: str) -> Arrival:
    return Arrival(
        source.source_id, "segment", call.path, reception.received_at, reception.sent_at, reception.context,
        reception.is_history, key,
    )  # fmt: skip


def _sent_at(batch: Batch) -> Any:
    sent_at = read_instant(batch.sent_at or "", "sentAt")
    if isinstance(sent_at, Drop):
        raise Malformed(sent_at.message, hint=_DOCS, field=sent_at.field)
    return sent_at


def _context(batch: Batch) -> dict[str, Any]:
    context = dict(batch.context or {})
    if batch.integrations:
        context["integrations"] = batch.integrations
    return context


def _bytes(item: Any) -> bytes:
    return bytes(item) if isinstance(item, msgspec.Raw) else msgspec.json.encode(item)


def _listed(verdicts: list[bytes | Drop], *, is_verbose: bool) -> bytes:
    """What became of the items: of all, or only of the refused."""
    refused = [
        {"index": i, "ok": False, "reason": one.reason, "field": one.field, "message": one.message}
        for i, one in enumerate(verdicts)
        if isinstance(one, Drop)
    ]
    listed: list[dict[str, Any]] = refused
    if is_verbose:
        refusals = {one["index"]: one for one in refused}
        listed = [refusals.get(i) or {"index": i, "ok": True, **_id(one)} for i, one in enumerate(verdicts)]
    accepted = len(verdicts) - len(refused)
    return msgspec.json.encode(
        {
            "success": bool(accepted) or not verdicts,
            "accepted": accepted,
            "rejected": len(refused),
            "verdicts": listed,
        }
    )


class _Known(msgspec.Struct):
    message_id: str


_known = msgspec.json.Decoder(_Known).decode


def _id(body: Any) -> dict[str, str]:
    return {"messageId": _known(body).message_id}


def _budget(quota: Quota | None) -> list[tuple[bytes, bytes]]:
    """What the source may still send, as Segment says it."""
    if quota is None or not quota.limit:
        return []
    return [
        (b"x-ratelimit-limit", b"%d" % quota.limit),
        (b"x-ratelimit-remaining", b"%d" % quota.remaining),
        (b"x-ratelimit-reset", b"%d" % quota.reset_s),
    ]


def _told(error: Exception, path: str) -> OmniloomError:
    if isinstance(error, OmniloomError):
        return error
    log.error("request failed", path=path, exc_info=error)
    return OmniloomError("the request failed", hint="see the server's log")


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
