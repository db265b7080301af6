"""The door for webhooks: tills, call trackers, form builders and CRMs post here, each at an address of its own.

The answer goes out after the events and refusals are on disk. A request that does not prove its sender gets a 401 and
leaves nothing behind but a line among the webhook's last requests.

Source: spec/reliability.md §3 SEC-W1..W3.
"""

import asyncio
from datetime import datetime
from threading import Event as Wake
from typing import Protocol

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from omniloom.access import PUBLIC
from omniloom.api.door import needs, problem
from omniloom.collect import Intake, RecentVerdicts, encode_refusal, webhooks
from omniloom.core.errors import Denied, Invalid
from omniloom.core.ids import Ids
from omniloom.store import Stores

OK = 200


class Rooms(Protocol):
    """What this door needs of the platform."""

    stores: Stores
    secret: bytes
    ids: Ids
    intake: Intake
    recent: RecentVerdicts
    deliveries: webhooks.RecentDeliveries
    wake: Wake

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


def router(rooms: Rooms) -> APIRouter:
    """The webhooks' route over one open platform."""
    routes = APIRouter()

    @routes.api_route("/in/{hook_id}", methods=["POST", "GET"])
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
        await _store(rooms, taken, now)
        _tell(rooms, taken, posted, now)
        return _answer(taken)

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


async def _store(rooms: Rooms, taken: webhooks.Taken, now: datetime) -> None:
    """Wait until everything is on disk, then know the delivery."""
    if taken.reading.events:
        await asyncio.wrap_future(rooms.intake.submit(taken.reading.events))
        rooms.wake.set()
    await run_in_threadpool(_keep, rooms, taken, now)


def _keep(rooms: Rooms, taken: webhooks.Taken, now: datetime) -> None:
    if taken.refusals:
        rooms.stores.refusals.append([encode_refusal(refusal) for refusal in taken.refusals])
        rooms.wake.set()
    webhooks.remember(rooms.stores, taken, now=now)


def _tell(rooms: Rooms, taken: webhooks.Taken, posted: webhooks.Posted, now: datetime) -> None:
    reading = taken.reading
    if reading.verdicts:
        rooms.recent.add(taken.webhook.source_id, reading.verdicts, at=now)
    if taken.is_repeat:
        outcome = webhooks.Outcome.REPEATED
    elif reading.events or not reading.verdicts:
        outcome = webhooks.Outcome.TAKEN if reading.events else webhooks.Outcome.IGNORED
    else:
        outcome = webhooks.Outcome.REFUSED
    events = [event.name or event.type for event in reading.events[: webhooks.SHOWN_MAX]]
    refused = [f"{drop.reason}: {drop.message}" for drop in reading.drops[: webhooks.SHOWN_MAX]]
    told = webhooks.Delivery(taken.webhook.hook_id, now, outcome, posted.method, posted.client_ip, events, refused)
    rooms.deliveries.add(told)


def _answer(taken: webhooks.Taken) -> Response:
    """What the provider expects; to a sender of the user's own also what is wrong."""
    connector, reading = taken.connector, taken.reading
    if reading.drops and not reading.events and connector.refused_status != OK:
        first = reading.drops[0]
        return problem(Invalid(first.message, hint="see the webhook's page", reason=first.reason, field=first.field))
    return Response(connector.answer, media_type=connector.answer_type)
