"""The door for all other trackers: their requests, read by the dialect they speak, taken like Segment's.

A tracker reaches its dialect at its usual paths (``/matomo.php``), below the dialect's name
(``/posthog/batch/``), and below ``/key/<write key>`` where its own requests carry no key of ours.

It stands before the application, because there are some hundred paths, found here by one look-up. The routes need no
permission: the write key is the proof, and it can only add events; so pages of any origin may call them.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from omniloom.api.desk import Desk, KeyRefused
from omniloom.api.envelope import BODY_S, TooSlow
from omniloom.collect import (
    Answer,
    Arrival,
    Dialect,
    Hit,
    Oversized,
    Reception,
    Route,
    Source,
    Taken,
    Unreadable,
    all_dialects,
    gunzip,
    take,
)
from omniloom.core.errors import OmniloomError

log = structlog.get_logger("omniloom.api")

ITEMS_MAX = 5_000  # of one request
QUERY_FIELDS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One route of one dialect at one place."""

    dialect: Dialect
    route: Route
    parts: tuple[str, ...]

    def match(self, parts: list[str]) -> dict[str, str] | None:
        """The values of the path's places, if the path is this one."""
        if len(parts) != len(self.parts):
            return None
        found = {}
        for own, given in zip(self.parts, parts, strict=True):
            if own[:1] == "{":
                found[own[1:-1]] = given
            elif own != given:
                return None
        return found


class DialectDoor:
    """ASGI: answers trackers' requests, and hands everything else to the application behind it."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._table: dict[str, list[Entry]] = {}
        for entry in _entries():
            self._table.setdefault(entry.parts[0], []).append(entry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - the ASGI call
        found = self._find(scope) if scope["type"] == "http" else []
        if not found:
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        if scope["method"] == "OPTIONS":
            said: Answer | None = Answer(204, headers=_preflight(headers))
        else:
            said = await self._said(found, scope, headers, receive)
        if said is None:
            await self._app(scope, receive, send)
            return
        await _send(said, headers, send, is_head=scope["method"] == "HEAD")

    def _find(self, scope: Scope) -> list[tuple[Entry, dict[str, str]]]:
        """The entries of a request's path and method, with the path's values; dialects may share a path."""
        parts = _parts(scope)
        prefix: dict[str, str] = {}
        if len(parts) > 2 and parts[0] == "key":
            prefix, parts = {"write_key": parts[1]}, parts[2:]
        if not parts:
            return []
        method = scope["method"]
        wanted = _headers(scope).get("access-control-request-method", "") if method == "OPTIONS" else method
        return [
            (entry, {**prefix, **values})
            for entry in self._table.get(parts[0], ())
            if (wanted in entry.route.methods) and (values := entry.match(parts)) is not None
        ]

    async def _said(
        self, found: list[tuple[Entry, dict[str, str]]], scope: Scope, headers: dict[str, str], receive: Receive
    ) -> Answer | None:
        """The answer of the dialect whose request this is; None if it is nobody's, before its body was read."""
        first = found[0][0]
        try:
            bytes_max = max(entry.route.bytes_max for entry, _ in found)
            body = await _body(headers, receive, bytes_max)
            hit = _hit(scope, headers, body, self._desk.clock.now())
            for entry, values in found:
                first = entry
                said = entry.route.read(replace(hit, params=values))
                if said is not None:
                    return said if isinstance(said, Answer) else await self._take(said, entry, values, hit)
            if scope["method"] == "GET":
                return None  # a page of ours, perhaps
            raise Unreadable("no tracker's request looks like this", hint="see docs/guide/trackers.md")
        except OmniloomError as error:
            return first.dialect.refuse(error)
        except Exception:
            log.exception("a tracker's request failed", path=scope["path"], dialect=first.dialect.name)
            return first.dialect.refuse(OmniloomError("the request failed", hint="see the server's log"))

    async def _take(self, taken: Taken, entry: Entry, values: dict[str, str], hit: Hit) -> Answer:
        """Take in what a request says; its answer once everything, what is refused too, is on disk."""
        if len(taken.items) > ITEMS_MAX:
            raise Oversized(f"{len(taken.items)} events at once; the limit is {ITEMS_MAX}", hint="send less at once")
        source = self._source(values.get("write_key", ""), taken.keys)
        _, against = self._desk.admit(source, len(taken.items))
        reception = Reception(
            source.source_id, hit.received_at, taken.sent_at, self._desk.ids, taken.context, taken.is_history
        )
        verdicts = take(taken.items, reception)
        arrival = Arrival(
            source.source_id, entry.dialect.name, hit.path, hit.received_at, taken.sent_at, taken.context,
            taken.is_history, source.write_key,
        )  # fmt: skip
        return taken.answer(await self._desk.keep_urgent_first(verdicts, taken.items, arrival, against))

    def _source(self, prefix: str, keys: tuple[str, ...]) -> Source:
        """The source of the first key that is one. Errors: KeyRefused."""
        candidates = [prefix] if prefix else list(keys)
        last = KeyRefused("the write key is missing", hint="see docs/guide/trackers.md for where each tracker has it")
        for key in candidates:
            try:
                return self._desk.source_of(key)
            except KeyRefused as error:
                last = error
        raise last


def _entries() -> Iterator[Entry]:
    """Every route at each of its places: the usual path, and below the dialect's name."""
    for dialect in all_dialects().values():
        for route in dialect.routes:
            parts = tuple(part for part in route.path.split("/") if part)
            yield Entry(dialect, route, (dialect.name, *parts))
            if route.is_rooted:
                yield Entry(dialect, route, parts)


def _parts(scope: Scope) -> list[str]:
    """The path's pieces, decoded one by one, so that an id may hold a slash; a trailing slash says nothing."""
    raw = scope.get("raw_path")
    if raw is None:
        return [part for part in scope["path"].split("/") if part]
    return [unquote(part) for part in raw.decode("latin-1").split("/") if part]


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _hit(scope: Scope, headers: dict[str, str], body: bytes, now: datetime) -> Hit:
    query = scope["query_string"].decode("utf-8", "replace")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX)
    except ValueError as error:
        raise Unreadable(f"the query is not readable: {error}", hint="send less in the address") from error
    client = scope.get("client") or ("", 0)
    scheme = headers.get("x-forwarded-proto", scope["scheme"])
    origin = f"{scheme}://{headers.get('host', '')}"
    return Hit(scope["method"], scope["path"], {}, pairs, headers, body, client[0], now, origin)


async def _body(headers: dict[str, str], receive: Receive, bytes_max: int) -> bytes:
    """The body, decompressed, bounded. Errors: Oversized; TooSlow; Unreadable for a coding that is not known."""
    try:
        async with asyncio.timeout(BODY_S):
            packed = await _packed(receive, bytes_max)
    except TimeoutError as error:
        raise TooSlow(f"the body took over {BODY_S} seconds", hint="send it again") from error
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding in {"gzip", "deflate", "x-gzip"}:
        return gunzip(packed, bytes_max=bytes_max)
    if coding not in {"identity", ""}:
        raise Unreadable(f"content-encoding {coding!r} is not supported", hint="send gzip, or no encoding")
    return packed


async def _packed(receive: Receive, bytes_max: int) -> bytes:
    packed = bytearray()
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unreadable("the request was cut short", hint="send it whole")
        packed += message.get("body", b"")
        is_more = message.get("more_body", False)
        if len(packed) > bytes_max:
            raise Oversized(f"the body is over {bytes_max} bytes", hint="send less at once", limit=bytes_max)
    return bytes(packed)


def _preflight(headers: dict[str, str]) -> dict[str, str]:
    return {
        "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
        "access-control-allow-headers": headers.get("access-control-request-headers", "*"),
        "access-control-max-age": "86400",
    }


def _open_to(headers: dict[str, str]) -> dict[str, str]:
    """Any page may call: no cookie of ours is read here, and several trackers ask with credentials."""
    if not (origin := headers.get("origin")):
        return {}
    return {"access-control-allow-origin": origin, "access-control-allow-credentials": "true", "vary": "Origin"}


async def _send(said: Answer, headers: dict[str, str], send: Send, *, is_head: bool) -> None:
    fields = {**_open_to(headers), **said.headers, "content-length": str(len(said.body))}
    if said.status != 204:
        fields["content-type"] = said.content_type
    else:
        del fields["content-length"]
    raw: list[Any] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": said.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if is_head else said.body})
