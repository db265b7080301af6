"""Dead letters: what was refused, why, and putting it right."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from omniloom import collect
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, sight_of
from omniloom.api.manage.body import ROWS_MAX, Body, Instant
from omniloom.collect import LetterFilter
from omniloom.core.errors import Denied, Invalid

routes = APIRouter()
IDS_MAX = 1000
Number = Annotated[int, Field(ge=0, lt=2**62)]


class LetterParts(Body):
    """Which letters: all that fit every part given."""

    source_id: str = ""
    reason: str = ""
    field: str = ""
    name: str = ""
    text: str = ""
    since: Instant | None = None
    until: Instant | None = None


class LetterQuery(LetterParts):
    """One page of letters."""

    status: str = ""
    before: Number | None = None
    rows_max: Annotated[int, Field(ge=1)] = 50

    def chosen(self) -> LetterFilter:
        """The filter."""
        return LetterFilter(**self.model_dump(exclude={"before", "rows_max"}))


class LettersBody(LetterParts):
    """The letters to act on. At least one part is needed, or ``all``."""

    ids: Annotated[list[Number], Field(default_factory=list, max_length=IDS_MAX)]
    changed_at: Instant | None = None
    all: bool = False
    after: Number = 0

    def chosen(self) -> LetterFilter:
        """The filter. Errors: Invalid if it names nothing."""
        values = self.model_dump(exclude={"all", "after"})
        if not self.all and not any(values.values()):
            raise Invalid("no letters are named", hint="give ids or a filter, or all: true", field="ids")
        return LetterFilter(**{**values, "ids": tuple(self.ids)})


class CorrectedBody(Body):
    """A corrected item, as JSON text."""

    raw: str


@routes.get("/dead-letters")
@needs(Permission.SOURCES_READ)
def list_letters(request: Request, parts: Annotated[LetterQuery, Query()]) -> Response:
    """Refused items, newest first; the next page is ``before`` the last one's id."""
    _check_text(request, parts)
    rows = min(parts.rows_max, ROWS_MAX)
    found = collect.letters(platform_of(request).stores, parts.chosen(), rows_max=rows, before=parts.before)
    return reply({"letters": found, "next_before": found[-1].letter_id if len(found) == rows else None})


@routes.get("/dead-letters/counts")
@needs(Permission.SOURCES_READ)
def count_letters(request: Request, parts: Annotated[LetterQuery, Query()]) -> Response:
    """How many items were refused: by day, reason and source."""
    _check_text(request, parts)
    return reply({"counts": collect.letter_counts(platform_of(request).stores, parts.chosen())})


@routes.get("/dead-letters/{letter_id}")
@needs(Permission.SOURCES_READ)
def show_letter(request: Request, letter_id: Number) -> Response:
    """One refused item with its replays."""
    stores = platform_of(request).stores
    found = collect.letter_of(stores, letter_id)
    return reply({"letter": found, "attempts": collect.attempts_of(stores, letter_id)})


@routes.post("/dead-letters/replay")
@needs(Permission.SOURCES_WRITE)
def replay_letters(request: Request, body: LettersBody) -> Response:
    """Judge open letters again, up to 500 at once; go on with ``last_id`` as ``after`` until ``is_done``."""
    platform = platform_of(request)
    done = collect.replay(
        platform.stores, body.chosen(), now=platform.now(), enforce=partial(collect.enforce, platform.plans),
        after=body.after,
    )  # fmt: skip
    platform.wake.set()
    return reply(done)


@routes.post("/dead-letters/{letter_id}/replay")
@needs(Permission.SOURCES_WRITE)
def replay_corrected(request: Request, letter_id: Number, body: CorrectedBody) -> Response:
    """Judge one letter again with a corrected item."""
    platform = platform_of(request)
    done = collect.replay_edited(
        platform.stores, letter_id, body.raw, now=platform.now(), enforce=partial(collect.enforce, platform.plans)
    )
    platform.wake.set()
    return reply(done)


@routes.post("/dead-letters/discard")
@needs(Permission.SOURCES_WRITE)
def discard_letters(request: Request, body: LettersBody) -> Response:
    """Put open letters aside; ``restore`` with ``changed_at`` takes it back."""
    platform = platform_of(request)
    return reply(collect.discard(platform.stores, body.chosen(), now=platform.now()))


@routes.post("/dead-letters/restore")
@needs(Permission.SOURCES_WRITE)
def restore_letters(request: Request, body: LettersBody) -> Response:
    """Take a discarding back."""
    platform = platform_of(request)
    return reply(collect.restore(platform.stores, body.chosen(), now=platform.now()))


def _check_text(request: Request, parts: LetterParts) -> None:
    """Items are searched in by who sees them: a count tells whether a name stands there. Errors: Denied."""
    if parts.text and not sight_of(request).sees_whom:
        raise Denied(
            "text: your role does not see what stands in refused items, so it cannot search in them",
            hint="filter by source, reason, field or name", field="text", permission=Permission.CUSTOMERS_PERSONAL,
        )  # fmt: skip
