"""Who is likely one person: matching as a job, the pairs that wait, and what is decided about them."""

import threading
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from omniloom import identity, privacy, profiles
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, sees_whom, user_of
from omniloom.api.manage.body import ROWS_MAX, Body, RowsMax
from omniloom.app import Platform
from omniloom.core.errors import Conflict, Missing, OmniloomError
from omniloom.identity import Proposed

routes = APIRouter()


class MatchingBody(Body):
    """How sure the matcher must be to merge by itself."""

    automatic: float = 0.999


class DecisionBody(Body):
    """Whether two people are one."""

    is_same: bool


class MatchingJob:
    """One matching running in its own thread; its progress is read by whoever asks."""

    def __init__(self, platform: Platform, automatic: float) -> None:
        self.step, self.part = "reading people", 0.0
        self.result: Proposed | None = None
        self.error: OmniloomError | None = None
        self._platform, self._automatic = platform, automatic
        self._thread = threading.Thread(target=self._run, name="matching", daemon=True)
        self._thread.start()

    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.result is not None or self.error is not None

    def _run(self) -> None:
        stores = self._platform.stores
        try:
            people = profiles.people_table(stores, identity.roots(stores))
            self.result = identity.propose(
                stores, people, now=self._platform.now(), ids=self._platform.ids, automatic=self._automatic,
                progress=self._note,
            )  # fmt: skip
        except OmniloomError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread's end is a door: the fault must reach whoever waits
            self.error = OmniloomError(f"the matching failed: {error}", hint="see the server's log")

    def _note(self, step: str, part: float) -> None:
        self.step, self.part = step, part


jobs: dict[str, MatchingJob] = {}


@routes.post("/identity/matching")
@needs(Permission.CUSTOMERS_WRITE)
def start_matching(request: Request, body: MatchingBody) -> Response:
    """Look for people who are one; ask for progress by the job's id. One at a time."""
    if any(not job.is_done() for job in jobs.values()):
        raise Conflict("a matching is running already", hint="wait until it has ended")
    platform = platform_of(request)
    job_id = platform.ids.token()
    jobs[job_id] = MatchingJob(platform, body.automatic)
    return reply({"job_id": job_id}, status=202)


@routes.get("/identity/matching/{job_id}")
@needs(Permission.CUSTOMERS_READ)
def show_matching(request: Request, job_id: str) -> Response:
    """How far a matching is, and what it came to."""
    platform_of(request)
    job = jobs.get(job_id)
    if job is None:
        raise Missing(f"no matching {job_id}", hint="jobs are forgotten when the server ends")
    if job.error is not None:
        raise job.error
    shown: dict[str, Any] = {"is_done": job.is_done(), "step": job.step, "part": job.part, "result": job.result}
    return reply(shown)


@routes.get("/identity/pairs")
@needs(Permission.CUSTOMERS_READ)
def list_pairs(request: Request, rows_max: RowsMax = 50) -> Response:
    """Pairs that wait for a decision, the likeliest first, both people side by side."""
    stores = platform_of(request).stores
    pairs = identity.pairs_to_review(stores, min(rows_max, ROWS_MAX))
    traits = profiles.traits_of(stores, sorted({n for pair in pairs for n in (pair.left_id, pair.right_id)}))
    if not sees_whom(request):
        pairs = privacy.masked(pairs)
        traits = {person_id: privacy.masked(each, is_person=True) for person_id, each in traits.items()}
    shown = [{"pair": p, "left": traits.get(p.left_id), "right": traits.get(p.right_id)} for p in pairs]
    return reply({"pairs": shown})


@routes.post("/identity/pairs/{left_id}/{right_id}")
@needs(Permission.CUSTOMERS_WRITE)
def decide_pair(request: Request, left_id: int, right_id: int, body: DecisionBody) -> Response:
    """Merge a waiting pair, or never ask about it again."""
    platform = platform_of(request)
    user = user_of(request)
    by = user.email if user else "api"
    pair = identity.decide_pair(
        platform.stores, left_id, right_id, is_same=body.is_same, by=by, now=platform.now(), ids=platform.ids
    )
    return reply(pair)
