"""The door for webhooks: tills, call trackers, form builders and CRMs post here, each at an address of its own.

The answer goes out after the events and refusals are on disk. A request that does not prove its sender gets a 401 and
leaves nothing behind but a line among the webhook's last requests.

Source: spec/reliability.md §3 SEC-W1..W3.
"""

from datetime import datetime
from typing import Protocol

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom.access import PUBLIC
from omniloom.api.desk import Desk
from omniloom.api.door import needs, problem
from omniloom.collect import Drop, webhooks
from omniloom.core.errors import Denied, Invalid
from omniloom.core.event import Event, encode
from omniloom.core.ids import Ids
from omniloom.store import Stores

OK = 200


class Rooms(Protocol):
    """What this door needs of the platform."""

    stores: Stores
    secret: bytes
    ids: Ids
    deliveries: webhooks.RecentDeliveries

    def now(self) -> datetime:
        """The present instant."""
        ...


class ProofRefused(Denied):
    """The request does not prove its sender."""

    code = "proof_refused"
    status = 401


class MethodRefused(Denied):
    """The webhook does not take requests like this one."""

    code = "denied"
    status = 403


def router(rooms: Rooms, desk: Desk) -> APIRouter:
    """The webhooks' route over one open platform."""
    routes = APIRouter()

    @routes.post("/in/{hook_id}")
    @routes.get("/in/{hook_id}")
    @needs(PUBLIC)
    async def receive(request: Request, hook_id: str) -> Response:
        """Take what a provider posts."""
        posted = await _posted(request)
        now = rooms.now()
        try:
            taken = await run_in_threadpool(
                webhooks.receive, rooms.stores, hook_id, posted, key=rooms.secret, now=now, ids=rooms.ids
            )
        except Denied as error:
            denied = webhooks.Delivery(
                hook_id, now, webhooks.Outcome.DENIED, posted.method, posted.client_ip, message=error.message
            )
            rooms.deliveries.add(denied)
            kind = MethodRefused if isinstance(error, webhooks.NotAllowed) else ProofRefused
            raise kind(error.message, hint=error.hint) from error
        kept = await _keep(desk, taken)
        await run_in_threadpool(webhooks.remember, rooms.stores, taken, now=now)
        _tell(rooms, taken, kept, posted)
        return _answer(taken, kept)

    return routes


async def _posted(request: Request) -> webhooks.Posted:
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Invalid("a webhook's body is not compressed", hint="send it as it is, without content-encoding")
    return webhooks.Posted(
        method=request.method,
        query=tuple(request.query_params.multi_items()),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        client_ip=request.client.host if request.client else "",
    )


async def _keep(desk: Desk, taken: webhooks.Taken) -> list[bytes | Drop]:
    """The verdicts, once all of them are on disk. Errors: TooMany, Unavailable; then the provider sends again."""
    reading = taken.reading
    if not reading.verdicts:
        return []
    verdicts = [encode(one) if isinstance(one, Event) else one for one in reading.verdicts]
    _, against = desk.admit(taken.webhook.source, len(verdicts))
    return await desk.keep_urgent_first(verdicts, reading.raws, taken.arrival, against)


def _tell(rooms: Rooms, taken: webhooks.Taken, kept: list[bytes | Drop], posted: webhooks.Posted) -> None:
    """Put the request among the webhook's last ones."""
    pairs = list(zip(taken.reading.verdicts, kept, strict=True))
    events = [one.name or one.type for one, now in pairs if isinstance(one, Event) and isinstance(now, bytes)]
    drops = [one for one in kept if isinstance(one, Drop)]
    if taken.is_repeat:
        outcome = webhooks.Outcome.REPEATED
    elif events:
        outcome = webhooks.Outcome.TAKEN
    else:
        outcome = webhooks.Outcome.REFUSED if drops else webhooks.Outcome.IGNORED
    refused = [f"{drop.reason}: {drop.message}" for drop in drops[: webhooks.SHOWN_MAX]]
    told = webhooks.Delivery(
        taken.webhook.hook_id, taken.arrival.received_at, outcome, posted.method, posted.client_ip,
        events[: webhooks.SHOWN_MAX], refused,
    )  # fmt: skip
    rooms.deliveries.add(told)


def _answer(taken: webhooks.Taken, kept: list[bytes | Drop]) -> Response:
    """What the provider expects; to a sender of the user's own also what is wrong."""
    connector = taken.connector
    drops = [one for one in kept if isinstance(one, Drop)]
    if drops and len(drops) == len(kept) and connector.refused_status != OK:
        first = drops[0]
        return problem(Invalid(first.message, hint="see the webhook's page", reason=first.reason, field=first.field))
    return Response(connector.answer, media_type=connector.answer_type)
