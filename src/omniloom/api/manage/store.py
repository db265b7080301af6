"""Checking what is stored; moving it to other stores, as a job whose progress can be asked for."""

from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply
from omniloom.api.manage.body import Body
from omniloom.core.errors import Conflict, Invalid, Missing, Unavailable
from omniloom.profiles import broken_ledger
from omniloom.store import Finding, Relocation, Stage, Stores, check_stores

routes = APIRouter()


class MoveBody(Body):
    """Where the stores go; an empty address: that store stays where it is."""

    to: str
    events: str = ""
    log: str = ""


@routes.post("/store/move")
@needs(Permission.SETTINGS_WRITE)
def start_move(request: Request, body: MoveBody) -> Response:
    """Carry the stores over to other engines while events are taken in; ask for progress at the same address."""
    platform = platform_of(request)
    known = platform.relocation
    if known is not None and known.stage is not Stage.FAILED:
        hint = "ask for its progress" if known.is_under_way else "restart the server: it opens the new stores"
        raise Conflict("this installation is moved already", hint=hint)
    old = platform.settings.store
    if old.state_url:
        raise Invalid("the state is not in files any more", hint="nothing to move", field="to")
    new = replace(old, state_url=body.to, events_url=body.events or old.events_url, log_url=body.log or old.log_url)
    platform.relocation = Relocation(new)
    platform.wake.set()
    return reply(_shown(platform.relocation), status=202)


@routes.get("/store/move")
@needs(Permission.SETTINGS_READ)
def show_move(request: Request) -> Response:
    """How far the move is that was asked for last. Its error, if it failed."""
    order = platform_of(request).relocation
    if order is None:
        raise Missing("no move was asked for", hint="ask with POST, or `omniloom store move`")
    if order.error is not None:
        raise order.error
    return reply(_shown(order))


@routes.post("/store/check")
@needs(Permission.SETTINGS_WRITE)
def check_store(request: Request) -> Response:
    """Read all that is stored and say what is not as it was written. It takes as long as reading the files."""
    return reply([asdict(finding) for finding in check_installation(platform_of(request).stores)])


def check_installation(stores: Stores) -> list[Finding]:
    """The files, and the chains of the consent ledger."""
    found = check_stores(stores)
    try:
        broken = broken_ledger(stores)
    except Unavailable as error:
        return [*found, Finding("consents", is_sound=False, message=error.message, hint=error.hint)]
    lines = ", ".join(f"{line.person_id}/{line.place}" for line in broken[:20])
    message = f"lines that are not as they were written (person/place): {lines}" if broken else ""
    hint = "compare them with a backup; the proof of these people shows them as broken" if broken else ""
    return [*found, Finding("consents", not broken, message, hint)]


def _shown(order: Relocation) -> dict[str, Any]:
    """Without the addresses, which may hold passwords."""
    carried = [
        {"store": c.store, "table": c.table, "sent": str(c.sent), "arrived": str(c.arrived), "is_equal": c.is_equal}
        for c in order.carried
    ]
    return {"stage": order.stage, "rows": dict(order.rows), "carried": carried}
