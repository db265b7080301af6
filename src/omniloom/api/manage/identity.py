"""Who is likely one person: matching as a job, the pairs that wait, and what is decided about them."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import identity, profiles
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, sight_of, who_asks
from omniloom.api.manage.body import ROWS_MAX, Body, Instant, RowsMax
from omniloom.identity import Matching
from omniloom.store import Stores

routes = APIRouter()


class MatchingBody(Body):
    """How sure the matcher must be to merge by itself."""

    automatic: float = identity.AUTOMATIC


class DecisionBody(Body):
    """Whether two people are one."""

    is_same: bool


class UndoBody(Body):
    """Which decision is meant: the ``decided_at`` that it was answered with; else the one there is."""

    decided_at: Instant | None = None


@routes.post("/identity/matching")
@needs(Permission.CUSTOMERS_WRITE)
def start_matching(request: Request, body: MatchingBody) -> Response:
    """Look for people who are one; ask for progress by the job's id. One at a time."""
    platform = platform_of(request)
    job_id = profiles.start_matching(
        platform.stores, automatic=body.automatic, by=who_asks(request), now=platform.now, ids=platform.ids,
        then=platform.wake.set,
    )  # fmt: skip
    return reply({"job_id": job_id}, status=202)


@routes.get("/identity/matching")
@needs(Permission.CUSTOMERS_READ)
def list_matchings(request: Request, rows_max: RowsMax = 10) -> Response:
    """The latest searches for people who are one, the last first."""
    found = identity.matchings(platform_of(request).stores, min(rows_max, ROWS_MAX))
    return reply({"matchings": [_shown(job) for job in found]})


@routes.get("/identity/matching/{job_id}")
@needs(Permission.CUSTOMERS_READ)
def show_matching(request: Request, job_id: str) -> Response:
    """How far a matching is, and what it came to."""
    return reply(_shown(identity.matching(platform_of(request).stores, job_id)))


@routes.post("/identity/matching/{job_id}/stop")
@needs(Permission.CUSTOMERS_WRITE)
def stop_matching(request: Request, job_id: str) -> Response:
    """Ask a matching to end; what it has merged and kept by then stays."""
    return reply(_shown(identity.stop_matching(platform_of(request).stores, job_id)))


def _shown(job: Matching) -> dict[str, Any]:
    return {"is_done": job.is_done} | {name: getattr(job, name) for name in job.__slots__}


@routes.get("/identity/pairs")
@needs(Permission.CUSTOMERS_READ)
def list_pairs(request: Request, *, is_decided: bool = False, rows_max: RowsMax = 50) -> Response:
    """Pairs that wait for a decision, the likeliest first, or those that somebody decided, the last first."""
    stores = platform_of(request).stores
    pairs = (identity.decided_pairs if is_decided else identity.pairs_to_review)(stores, min(rows_max, ROWS_MAX))
    numbers = sorted({n for pair in pairs for n in (pair.left_id, pair.right_id)})
    traits, people = profiles.traits_of(stores, numbers), _called(stores, numbers)
    sight = sight_of(request)
    traits = {person_id: sight.of(each, is_person=True) for person_id, each in traits.items()}
    people = {person_id: sight.of(each, is_person=True) for person_id, each in people.items()}
    shown = [
        {"pair": p, "left": traits.get(p.left_id), "right": traits.get(p.right_id),
         "people": [people.get(p.left_id), people.get(p.right_id)]} for p in pairs
    ]  # fmt: skip
    return reply({"pairs": shown})


def _called(stores: Stores, numbers: list[int]) -> dict[int, dict[str, Any]]:
    """What to call people, by the number they were asked for with: who was merged is called as the one there is."""
    with stores.state.read() as tx:
        roots = identity.roots_of(tx, numbers)
    named = {one.person_id: one for one in profiles.people(stores, numbers)}
    return {
        number: {"person_id": root, "name": named[root].name, "visitor": named[root].visitor}
        for number, root in roots.items() if root in named
    }  # fmt: skip


@routes.post("/identity/pairs/{left_id}/{right_id}")
@needs(Permission.CUSTOMERS_WRITE)
def decide_pair(request: Request, left_id: int, right_id: int, body: DecisionBody) -> Response:
    """Merge a waiting pair, or never ask about it again."""
    platform = platform_of(request)
    pair = identity.decide_pair(
        platform.stores, left_id, right_id, is_same=body.is_same, by=who_asks(request), now=platform.now(),
        ids=platform.ids,
    )  # fmt: skip
    platform.wake.set()
    return reply(pair)


@routes.post("/identity/pairs/{left_id}/{right_id}/undo")
@needs(Permission.CUSTOMERS_WRITE)
def undo_decision(request: Request, left_id: int, right_id: int, body: UndoBody | None = None) -> Response:
    """Take a decision back: the pair waits again, and who was merged is two people until it is decided."""
    platform = platform_of(request)
    decided = identity.proposed_pair(platform.stores, left_id, right_id)
    if body and body.decided_at:
        decided = replace(decided, decided_at=body.decided_at)
    identity.undo_decision(platform.stores, decided, by=who_asks(request), now=platform.now())
    platform.wake.set()
    return reply(identity.proposed_pair(platform.stores, left_id, right_id))
